import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SCHEME } from "../src/columns";
import { Pages } from "../src/pages";
import { columns, reset, TabInputCustom, TabInputText, TabInputWebview, Uri, ViewColumn, workspace, world } from "./vscode-mock";

beforeEach(reset);

const page = { title: "target-scale", name: "target-scale", markdown: "# Targets\n" };

/** Pages, and an editor whose documents say what the pages say. */
function made(): Pages {
  const pages = new Pages();
  workspace.openTextDocument = (uri) => Promise.resolve({ getText: () => pages.provideTextDocumentContent(uri as never) });
  return pages;
}

test("a page is shown in the preview and can be read", async () => {
  const pages = made();
  await pages.receive(page);
  const [command, uri, editor, options] = world.executed[0] as [string, Uri, string, unknown];
  assert.equal(command, "vscode.openWith");
  assert.equal(editor, "vscode.markdown.preview.editor");
  assert.deepEqual(options, { viewColumn: ViewColumn.Beside, preview: true });
  assert.equal(uri.scheme, SCHEME);
  assert.equal(pages.provideTextDocumentContent(uri as never), "# Targets\n");
});

test("pages asked for at once are shown one after the other", async () => {
  const pages = made();
  await Promise.all([pages.show(page), pages.show({ ...page, title: "other" })].map(async (shown) => {
    await shown;
    columns(1, new TabInputText(Uri.file("/work/train.py")), new TabInputCustom(Pages.address(page) as never, "preview"));
  }));
  assert.deepEqual(
    world.executed.map(([, , , options]) => (options as { viewColumn: number }).viewColumn),
    [ViewColumn.Beside, ViewColumn.Two],
  );
});

test("a page that cannot be shown does not stop the next one", async () => {
  const pages = made();
  const { openTextDocument } = workspace;
  workspace.openTextDocument = () => Promise.reject(new Error("no"));
  await assert.rejects(pages.show(page));
  workspace.openTextDocument = openTextDocument;
  await pages.show(page);
  assert.equal(world.executed.length, 1);
});

test("a newer page of that name takes its place, and readers are told", async () => {
  const pages = made();
  const changed: string[] = [];
  pages.onDidChange((uri) => changed.push(uri.toString()));
  await pages.show(page);
  await pages.show({ ...page, markdown: "# Newer\n" });
  assert.equal(pages.provideTextDocumentContent(Pages.address(page)), "# Newer\n");
  assert.equal(changed.length, 2);
  assert.equal(changed[0], changed[1]);
});

test("a document that is still the older page is told, until it is the newer one", async () => {
  const pages = made();
  let told = 0;
  pages.onDidChange(() => (told += 1));
  workspace.openTextDocument = () => Promise.resolve({ getText: () => (told < 3 ? "# Older\n" : page.markdown) });
  await pages.show(page);
  assert.equal(told, 3);
  assert.equal(world.executed.length, 1);
});

test("the title becomes a file name that can be one", () => {
  assert.equal(Pages.address({ title: 'a/b: "c" <d>', name: "x" }).path, "/a b c d.md");
  assert.equal(Pages.address({ title: "//", name: "x" }).path, "/default-lint.md");
});

test("while held, what the server sends is not shown", async () => {
  const pages = made();
  await pages.hold(() => pages.receive(page));
  assert.deepEqual(world.executed, []);
  await assert.rejects(pages.hold(() => Promise.reject(new Error("no"))));
  await pages.receive(page);
  assert.equal(world.executed.length, 1);
});

test("without a preview the text is shown", async () => {
  world.failing.add("vscode.openWith");
  columns(0, new TabInputText(Uri.file("/work/train.py")), new TabInputWebview("mainThreadWebview-default-lint.diagnosis"));
  await made().show(page);
  assert.deepEqual(world.shown[0]?.options, { viewColumn: ViewColumn.Two, preview: true });
});

test("pages are not kept for ever", async () => {
  const pages = made();
  for (let number = 0; number < 60; number += 1) await pages.show({ ...page, title: `page ${number}` });
  assert.match(pages.provideTextDocumentContent(Pages.address({ ...page, title: "page 0" })), /gone/);
  assert.equal(pages.provideTextDocumentContent(Pages.address({ ...page, title: "page 59" })), "# Targets\n");
});
