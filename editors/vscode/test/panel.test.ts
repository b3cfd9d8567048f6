import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Panel } from "../src/panel/panel";
import type { FromPanel, ToPanel } from "../src/panel/messages";
import { finding, place } from "./samples";
import { type FakePanel, NotebookRange, reset, type Selection, Uri, ViewColumn, window, workspace, world } from "./vscode-mock";

beforeEach(reset);

const id = { uri: "file:///work/train.py", token: "t" };
const settle = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function started(): { panel: Panel; view: FakePanel; cancelled: unknown[]; say: (message: FromPanel) => Promise<void> } {
  const cancelled: unknown[] = [];
  const panel = new Panel(Uri.file("/home/extension") as never, (token) => {
    cancelled.push(token);
    return Promise.resolve();
  });
  panel.take({ ...id, state: "started", name: "train.py", seconds: 60 });
  const view = world.panels[0]!;
  const say = async (message: FromPanel): Promise<void> => {
    view.received.fire(message);
    await settle();
  };
  return { panel, view, cancelled, say };
}

test("a run opens the panel beside and leaves the cursor alone", () => {
  const { panel, view } = started();
  assert.deepEqual((view.options as { column: unknown }).column, { viewColumn: ViewColumn.Beside, preserveFocus: true });
  assert.match(view.webview.html, /default-src 'none'/);
  assert.match(view.webview.html, /https:\/\/webview\/home\/extension\/dist\/panel\.js/);
  panel.dispose();
});

test("each panel has a nonce of its own", () => {
  const one = started();
  const other = new Panel(Uri.file("/home/extension") as never, () => Promise.resolve());
  other.show();
  const nonce = (view: FakePanel): string => /nonce-([\w-]+)/.exec(view.webview.html)?.[1] ?? "";
  assert.ok(nonce(one.view).length >= 20);
  assert.notEqual(nonce(one.view), nonce(world.panels[1]!));
  one.panel.dispose();
  other.dispose();
});

test("a page that asks, at first or after it was hidden, gets the present state", async () => {
  const { panel, view, say } = started();
  panel.take({ ...id, state: "note", text: "a note" });
  await say({ type: "ready" });
  const last = view.posted.at(-1) as ToPanel;
  assert.deepEqual(last.trial?.notes, ["a note"]);
  assert.equal(view.title, "Diagnosis: train.py");
  panel.dispose();
});

test("many events make few messages", async () => {
  const { panel, view } = started();
  for (let number = 0; number < 100; number += 1) panel.take({ ...id, state: "epoch", model: 0, number, logs: { loss: 1 } });
  await settle(250);
  assert.ok(view.posted.length <= 3);
  assert.equal((view.posted.at(-1) as ToPanel).trial?.trainings[0]?.epochs.length, 100);
  panel.dispose();
});

test("cancel goes to the run that is shown", async () => {
  const { panel, cancelled, say } = started();
  await say({ type: "cancel" });
  assert.deepEqual(cancelled, ["t"]);
  assert.equal(panel.trial?.state, "cancelling");
  panel.take({ ...id, state: "cancelled" });
  assert.equal(panel.trial?.state, "cancelled");
  panel.dispose();
});

test("a click shows the line, in the editor that has the file", async () => {
  const { panel, say } = started();
  window.visibleTextEditors = [{ document: { uri: Uri.file("/work/train.py") }, viewColumn: ViewColumn.Two }];
  await say({ type: "open", ...place(19), fix: true });
  assert.equal(world.shown[0]?.uri, "file:///work/train.py");
  assert.equal((world.shown[0]?.options as { viewColumn: number }).viewColumn, ViewColumn.Two);
  assert.deepEqual(world.executed.at(-1), ["editor.action.quickFix"]);
  panel.dispose();
});

test("a click on a place in a cell shows it in the notebook, where that is open", async () => {
  const { panel, say } = started();
  const uri = "vscode-notebook-cell:/work/book.ipynb#W1";
  const notebook = { uri: Uri.file("/work/book.ipynb"), getCells: () => [{ document: { uri: Uri.parse("vscode-notebook-cell:/work/book.ipynb#W0") } }, { document: { uri: Uri.parse(uri) } }] };
  const cell: { document: { uri: Uri }; selection?: Selection } = { document: { uri: Uri.parse(uri) } };
  workspace.notebookDocuments = [notebook];
  window.visibleNotebookEditors = [{ notebook, viewColumn: ViewColumn.Two }];
  window.visibleTextEditors = [cell];
  await say({ type: "open", ...place(2, uri), fix: false });
  assert.deepEqual(world.shown, [{ uri: "file:///work/book.ipynb", options: { viewColumn: ViewColumn.Two, selections: [new NotebookRange(1, 2)] } }]);
  assert.equal(cell.selection?.anchor.line, 2);
  panel.dispose();
});

test("cells of a notebook have their numbers", () => {
  const { panel } = started();
  const cell = (number: number): string => `vscode-notebook-cell:/work/book.ipynb#W${number}`;
  workspace.notebookDocuments = [{ uri: Uri.file("/work/book.ipynb"), getCells: () => [0, 1, 2].map((number) => ({ document: { uri: Uri.parse(cell(number)) } })) }];
  const found = finding({ ...place(3, cell(2)), notes: [{ message: "n", ...place(0, cell(0)) }, { message: "none" }] });
  panel.take({ ...id, state: "finished", verdict: { faulty: true, sentence: "s" }, findings: [found, finding()], seconds: 1 });
  assert.deepEqual(
    panel.trial?.findings.map((one) => [one.cell, one.notes.map((note) => note.cell)]),
    [
      [3, [1, undefined]],
      [undefined, []],
    ],
  );
  panel.dispose();
});

test("links and buttons call the commands", async () => {
  const { panel, say } = started();
  await say({ type: "explain", rule: "target-scale" });
  await say({ type: "again" });
  await say({ type: "log" });
  assert.deepEqual(
    world.executed.slice(-3).map(([id, given]) => [id, given === undefined ? "" : String(given)]),
    [
      ["default-lint.explainRule", "target-scale"],
      ["default-lint.diagnoseFile", "file:///work/train.py"],
      ["default-lint.showLog", ""],
    ],
  );
  panel.dispose();
});

test("the server's end ends the runs", () => {
  const { panel } = started();
  panel.lost();
  assert.equal(panel.trial?.state, "failed");
  panel.dispose();
});

test("another run takes the panel over; the one before goes on unseen", () => {
  const { panel } = started();
  panel.take({ uri: "file:///work/b.py", token: "u", state: "started", name: "b.py", seconds: 60 });
  panel.take({ ...id, state: "note", text: "of the first" });
  assert.equal(panel.trial?.name, "b.py");
  assert.deepEqual(panel.trial?.notes, []);
  assert.equal(world.panels.length, 1);
  panel.dispose();
});

test("a panel that was closed opens again", () => {
  const { panel, view } = started();
  view.dispose();
  panel.take({ ...id, state: "note", text: "unseen" });
  assert.equal(world.panels.length, 1, "events do not force it open");
  panel.show();
  assert.equal(world.panels.length, 2);
  assert.deepEqual(panel.trial?.notes, ["unseen"]);
  panel.dispose();
});
