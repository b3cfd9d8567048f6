import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PANEL, reading, SCHEME } from "../src/columns";
import { columns, reset, TabInputCustom, TabInputText, TabInputWebview, Uri, ViewColumn } from "./vscode-mock";

beforeEach(reset);

const code = new TabInputText(Uri.file("/work/train.py"));
const page = new TabInputCustom(Uri.from({ scheme: SCHEME, path: "/target-scale.md" }), "vscode.markdown.preview.editor");
const plain = new TabInputText(page.uri);
const panel = new TabInputWebview(`mainThreadWebview-${PANEL}`);
const foreign = new TabInputWebview("mainThreadWebview-markdown.preview");
const readme = new TabInputCustom(Uri.file("/work/README.md"), "vscode.markdown.preview.editor");

/** The column for the layout of these columns, whichever of them is active. */
function always(...inputs: unknown[]): ViewColumn {
  const found = new Set(
    inputs.map((_, active) => {
      columns(active, ...inputs);
      return reading() as number;
    }),
  );
  assert.equal(found.size, 1, "it does not depend on which column is active");
  return [...found][0] as ViewColumn;
}

test("beside code alone, a column is made", () => {
  assert.equal(always(code), ViewColumn.Beside);
  assert.equal(always(code, code), ViewColumn.Beside);
  assert.equal(always(readme), ViewColumn.Beside);
});

test("where the panel or a page is in front, what is read comes there", () => {
  assert.equal(always(code, panel), 2);
  assert.equal(always(code, page), 2);
  assert.equal(always(code, plain), 2);
  assert.equal(always(panel, code), 1);
  assert.equal(always(code, code, page), 3);
});

test("a panel alone shares its column", () => {
  assert.equal(always(panel), 1);
  assert.equal(always(page), 1);
});

test("with a panel and a page before the user, the panel stays in sight", () => {
  assert.equal(always(code, panel, page), 3);
  assert.equal(always(code, page, panel), 2);
});

test("nothing is opened beside nothing, or beside a view of another extension", () => {
  columns(0, undefined);
  assert.equal(reading(), 1);
  columns(1, code, foreign);
  assert.equal(reading(), 2);
  columns(0, code, foreign);
  assert.equal(reading(), ViewColumn.Beside);
});
