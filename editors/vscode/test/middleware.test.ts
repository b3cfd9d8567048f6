import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { execute, middleware, settingsOf } from "../src/middleware";
import { target } from "../src/target";
import { reset, Uri, window, workspace, world } from "./vscode-mock";

beforeEach(reset);

const cell = Uri.from({ scheme: "vscode-notebook-cell", path: "/work/book.ipynb", fragment: "W0" });

function openScript(): void {
  window.activeTextEditor = { document: { uri: Uri.file("/work/train.py") } };
}

function openNotebook(): void {
  workspace.notebookDocuments = [{ uri: Uri.file("/work/book.ipynb"), getCells: () => [{ document: { uri: cell } }] }];
}

async function run(command: string, args: unknown[]): Promise<unknown[] | undefined> {
  let sent: unknown[] | undefined;
  await execute(command, args, (name, given) => {
    sent = [name, ...given];
    return Promise.resolve(null);
  });
  return sent;
}

test("the settings that the server asks for are completed, item by item", async () => {
  const asked: (string | undefined)[] = [];
  const wired = middleware({
    interpreter: (resource) => {
      asked.push(resource?.toString());
      return Promise.resolve(`/env${resource?.path ?? ""}/bin/python`);
    },
    progress: () => undefined,
    tell: () => Promise.resolve(),
  });
  const params = { items: [{ section: "default-lint" }, { section: "default-lint", scopeUri: "file:///work/sub" }, { section: "editor" }] };
  const answer = await wired.workspace?.configuration?.(params, undefined as never, () => [{ enable: true, path: "/x" }, null, { tabSize: 4 }]);
  assert.ok(Array.isArray(answer));
  assert.deepEqual(asked, [undefined, "file:///work/sub"]);
  assert.deepEqual(answer[0], { enable: true, configuration: null, diagnose: { directory: null, interpreter: "/env/bin/python" } });
  assert.equal((answer[1] as { diagnose: { interpreter: string } }).diagnose.interpreter, "/env/work/sub/bin/python");
  assert.deepEqual(answer[2], { tabSize: 4 });
});

test("without an answer the settings are read from the editor", async () => {
  world.settings = { "default-lint.audience": "curious", "default-lint.diagnose.seconds": 5 };
  const sent = await settingsOf(undefined, () => Promise.resolve(undefined));
  assert.equal(sent["audience"], "curious");
  assert.deepEqual(sent["diagnose"], { seconds: 5, directory: null, interpreter: null });
});

test("a command without a file is meant for the active editor", async () => {
  openScript();
  assert.deepEqual(await run("default-lint.diagnose", []), ["default-lint.diagnose", "file:///work/train.py"]);
  assert.deepEqual(await run("default-lint.fixAll", []), ["default-lint.fixAll", "file:///work/train.py"]);
  assert.deepEqual(await run("default-lint.diagnose", ["file:///work/other.py"]), ["default-lint.diagnose", "file:///work/other.py"]);
  assert.deepEqual(await run("default-lint.diagnose", [Uri.file("/work/menu.py"), { groupId: 0 }]), [
    "default-lint.diagnose",
    "file:///work/menu.py",
    { groupId: 0 },
  ]);
});

test("a cell stands for its notebook", async () => {
  openNotebook();
  window.activeTextEditor = { document: { uri: cell } };
  assert.deepEqual(await run("default-lint.fixAll", []), ["default-lint.fixAll", "file:///work/book.ipynb"]);
  assert.equal(target(cell.toString()), "file:///work/book.ipynb");
  assert.equal(target({ notebookEditor: { notebookUri: Uri.file("/work/book.ipynb") } }), "file:///work/book.ipynb");
  window.activeTextEditor = undefined;
  window.activeNotebookEditor = { notebook: { uri: Uri.file("/work/book.ipynb") } };
  assert.equal(target(), "file:///work/book.ipynb");
});

test("without any file one is asked for", async () => {
  assert.equal(await run("default-lint.diagnose", []), undefined);
  assert.deepEqual(world.messages.map((message) => message.text), ["Open a Python file or a notebook first"]);
});

test("nothing is run before the workspace is trusted", async () => {
  openScript();
  world.trusted = false;
  world.answers = ["Manage workspace trust"];
  assert.equal(await run("default-lint.diagnose", []), undefined);
  assert.deepEqual(world.executed, [["workbench.trust.manage"]]);
  assert.deepEqual(await run("default-lint.fixAll", []), ["default-lint.fixAll", "file:///work/train.py"], "fixing runs nothing");
});

test("a rule to explain is asked for", async () => {
  assert.equal(await run("default-lint.explain", []), undefined);
  assert.deepEqual(world.executed, [["default-lint.explainRule"]]);
  assert.deepEqual(await run("default-lint.explain", ["target-scale"]), ["default-lint.explain", "target-scale"]);
  assert.deepEqual(await run("default-lint.model", ["file:///a.py", 0]), ["default-lint.model", "file:///a.py", 0]);
});
