import assert from "node:assert/strict";
import * as os from "node:os";
import { test } from "node:test";
import { find, type Interpreter } from "../src/interpreter";
import { type Answer, ask, type Facts, launchOf, launchProgram, type Run, Trouble } from "../src/server";

const python: Interpreter = { path: "/env/bin/python", origin: "extension" };
const facts: Facts = { version: [3, 11, 2], executable: "/env/bin/python", installed: "0.1.0", complete: true };

const says =
  (answer: Partial<Answer>): Run =>
  () =>
    Promise.resolve({ stdout: "", stderr: "", ...answer });

async function trouble(work: Promise<unknown> | (() => unknown)): Promise<Trouble> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    assert.ok(error instanceof Trouble, String(error));
    return error;
  }
  throw new Error("no trouble");
}

test("the answer is found among what the interpreter prints besides", async () => {
  const stdout = `conda says hello\ndefault-lint-facts:${JSON.stringify(facts)}\nbye\n`;
  assert.deepEqual(await ask(python, "/", says({ stdout })), facts);
});

test("a real Python answers, in a folder of ours", async (context) => {
  const file = await find(["python3", "python"]);
  if (file === undefined) return context.skip("no Python on the PATH");
  const answer = await ask({ path: file, origin: "path" }, os.tmpdir());
  assert.equal(answer.version.length, 3);
  assert.equal(typeof answer.complete, "boolean");
});

test("what is wrong is told in one sentence, with what to do", async () => {
  const named: Interpreter = { path: "/no/python", origin: "setting" };
  const none = await trouble(ask(named, "/", says({ failed: "ENOENT" })));
  assert.equal(none.kind, "no-file");
  assert.equal(none.message, "There is no Python at `/no/python`, the value of the setting `default-lint.interpreter`");

  const silent = await trouble(ask(python, "/", says({ failed: "timeout" })));
  assert.equal(silent.kind, "no-answer");
  assert.deepEqual(silent.actions, ["restart", "select", "log"]);

  const broken = await trouble(ask(python, "/", says({ failed: "1", stderr: "Fatal\nno encodings\n" })));
  assert.match(broken.message, /does not start: no encodings$/);
});

test("an old Python is told by its version", async () => {
  const old = await trouble(() => launchOf(python, { ...facts, version: [2, 7, 18], complete: false }));
  assert.equal(old.kind, "too-old");
  assert.match(old.message, /needs Python 3\.10 or later; chosen is Python 2\.7\.18/);
  assert.equal((await trouble(() => launchOf(python, { ...facts, version: [3, 9, 1] }))).kind, "too-old");
});

test("a missing server can be installed", async () => {
  const missing = await trouble(() => launchOf(python, { ...facts, installed: null, complete: false }));
  assert.equal(missing.kind, "missing");
  assert.match(missing.message, /^default-lint is not installed in Python 3\.11\.2/);
  assert.equal(missing.actions[0], "install");
  const half = await trouble(() => launchOf(python, { ...facts, complete: false }));
  assert.match(half.message, /default-lint 0\.1\.0 is installed without its language server/);
});

test("the command line of the server", async () => {
  assert.deepEqual(launchOf(python, facts).args, ["-m", "default_lsp"]);
  assert.equal(launchOf(python, facts).about, "Python 3.11.2 (`/env/bin/python`)");
  assert.deepEqual((await launchProgram("/bin/default-lsp", "/", says({ stdout: "0.1.0" }))).args, []);
  assert.deepEqual((await launchProgram("/bin/default-lint", "/", says({ stdout: "0.1.0" }))).args, ["server"]);
  assert.equal((await trouble(launchProgram("/bin/none", "/", says({ failed: "ENOENT" })))).kind, "no-file");
  const without = await trouble(launchProgram("/bin/default-lsp", "/", says({ failed: "2", stderr: "the language server needs pygls\n" })));
  assert.match(without.message, /does not start: the language server needs pygls$/);
});
