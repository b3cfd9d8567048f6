import assert from "node:assert/strict";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { beforeEach, test } from "node:test";
import { Server } from "../src/client";
import { PythonExtension } from "../src/python";
import { CloseAction, failures, made } from "./client-mock";
import { EventEmitter, reset, Uri, workspace, world } from "./vscode-mock";

const skip = process.platform === "win32" ? "the stand-ins are shell scripts" : false;

beforeEach(() => {
  reset();
  made.length = 0;
  failures.length = 0;
});

/** A program that stands for a Python and says these facts. */
async function interpreter(facts: object): Promise<string> {
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "default-lint-")), "python");
  await writeFile(file, `#!/bin/sh\necho 'default-lint-facts:${JSON.stringify(facts)}'\n`);
  await chmod(file, 0o755);
  return file;
}

const good = { version: [3, 11, 2], executable: "", installed: "0.1.0", complete: true };
const bare = { ...good, installed: null, complete: false };

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function server(): { server: Server; heard: unknown[] } {
  const heard: unknown[] = [];
  const log = Object.fromEntries(["info", "warn", "error", "show"].map((name) => [name, () => undefined]));
  const context = { subscriptions: [], globalStorageUri: Uri.file(os.tmpdir()), extension: { packageJSON: {} } };
  const listeners = {
    page: (page: unknown) => heard.push(["page", page]),
    trial: (event: unknown) => heard.push(["trial", event]),
    progress: () => undefined,
    gone: () => heard.push(["gone"]),
  };
  return { server: new Server(context as never, log as never, new PythonExtension(() => undefined), listeners as never), heard };
}

function openKeras(): void {
  workspace.textDocuments = [{ languageId: "python", getText: () => "import keras\n" }];
}

test("it starts with the settings, the trust and the wish for pages and trials", { skip }, async () => {
  const python = await interpreter(good);
  world.settings = { "default-lint.interpreter": python, "default-lint.audience": "curious" };
  world.trusted = false;
  const { server: running, heard } = server();
  await running.start();
  assert.deepEqual(running.state, { kind: "running", version: "9.9.9", about: `Python 3.11.2 (\`${python}\`)` });
  const [client] = made;
  assert.deepEqual([client?.server.command, client?.server.args, client?.server.options.cwd], [python, ["-m", "default_lsp"], os.tmpdir()]);
  const { settings, ...rest } = client?.options.initializationOptions as { settings: { audience: string; diagnose: { interpreter: string } } };
  assert.deepEqual(rest, { trusted: false, panel: true, documents: true });
  assert.equal(settings.audience, "curious");
  assert.equal(settings.diagnose.interpreter, python);
  client?.handlers.get("default-lint/show")?.({ title: "t" });
  client?.handlers.get("default-lint/trial")?.({ state: "started" });
  assert.deepEqual(heard.map((one) => (one as unknown[])[0]), ["page", "trial"]);
});

test("a missing server is told once, to those who have a Keras program open", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(bare) };
  const { server: stopped } = server();
  await stopped.start();
  assert.equal(stopped.state.kind, "trouble");
  assert.equal(world.messages.length, 0, "nobody needs it yet");
  openKeras();
  workspace.opened.fire(undefined);
  workspace.opened.fire(undefined);
  await stopped.refresh();
  assert.equal(world.messages.length, 1);
  assert.match(world.messages[0]?.text ?? "", /^default-lint is not installed in Python 3\.11\.2/);
  assert.deepEqual(world.messages[0]?.actions, ["Install default-lint", "Select interpreter", "Show log"]);
});

test("who asks for it is told at once, and again", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(bare) };
  const { server: stopped } = server();
  await stopped.restart();
  await stopped.restart();
  assert.equal(world.messages.length, 2);
  assert.equal(await stopped.running(), undefined);
  assert.equal(world.messages.length, 3);
});

test("an action of the message is done", { skip }, async () => {
  world.settings = { "default-lint.interpreter": "/no/such/python" };
  world.answers = ["Select interpreter"];
  const { server: stopped } = server();
  await stopped.restart();
  await settle();
  assert.deepEqual(world.messages[0]?.actions, ["Select interpreter", "Show log"]);
  assert.ok(world.executed.some(([command]) => command === "default-lint.selectInterpreter"));
});

test("a server that does not initialize is told", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(good) };
  failures.push(new Error("it ended at once"));
  openKeras();
  const { server: stopped } = server();
  await stopped.start();
  assert.match(world.messages[0]?.text ?? "", /default-lint does not start: it ended at once/);
  made[0]?.error("Server initialization failed");
  assert.deepEqual(made[0]?.options.errorHandler.closed(), { action: CloseAction.DoNotRestart, handled: true });
  assert.equal(world.messages.length, 1, "once");
  await stopped.restart();
  assert.equal(stopped.state.kind, "running");
});

test("a server that ends is started again, but not for ever", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(good) };
  const { server: running, heard } = server();
  await running.start();
  const closed = made[0]!.options.errorHandler.closed;
  for (let count = 0; count < 4; count += 1) assert.deepEqual(closed(), { action: CloseAction.Restart, handled: true });
  assert.equal(world.messages.length, 0);
  assert.deepEqual(closed(), { action: CloseAction.DoNotRestart, handled: true });
  assert.deepEqual(world.messages.map((message) => message.actions), [["Restart", "Show log"]]);
  assert.equal(heard.filter((one) => (one as unknown[])[0] === "gone").length, 5);
  await running.restart();
  assert.equal(running.state.kind, "running");
});

test("another interpreter restarts, the same one does not", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(good) };
  const { server: running } = server();
  await running.start();
  await running.refresh();
  assert.equal(made.length, 1);
  assert.equal(made[0]?.sent.at(-1)?.[0], "workspace/didChangeConfiguration");
  world.settings = { "default-lint.interpreter": await interpreter(good) };
  await running.refresh();
  assert.equal(made.length, 2);
  assert.deepEqual(made.map((client) => client.alive), [false, true]);
});

test("the Python extension's choice is followed", { skip }, async () => {
  let chosen = await interpreter(good);
  const changed = new EventEmitter<unknown>();
  const environments = {
    getActiveEnvironmentPath: () => ({ id: "", path: "" }),
    resolveEnvironment: () => Promise.resolve({ executable: { uri: Uri.file(chosen) } }),
    onDidChangeActiveEnvironmentPath: changed.event,
  };
  world.extensions["ms-python.python"] = { isActive: true, exports: { environments } };
  const { server: running } = server();
  await running.start();
  assert.equal(made[0]?.server.command, chosen);
  chosen = await interpreter(good);
  await running.refresh();
  assert.equal(made[1]?.server.command, chosen);
});

test("trust is passed on", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(good) };
  const { server: running } = server();
  await running.start();
  await running.trust();
  assert.deepEqual(made[0]?.sent[0], ["default-lint/trust", { trusted: true }]);
});

test("switched off, it stays off", async () => {
  world.settings = { "default-lint.enable": false };
  const { server: stopped } = server();
  await stopped.start();
  assert.equal(stopped.state.kind, "stopped");
  assert.equal(await stopped.running(), undefined);
  assert.match(world.messages[0]?.text ?? "", /switched off/);
  assert.equal(made.length, 0);
});

test("a run is cancelled by its token", { skip }, async () => {
  world.settings = { "default-lint.interpreter": await interpreter(good) };
  const { server: running } = server();
  await running.start();
  await running.cancel("t");
  assert.deepEqual(made[0]?.sent.at(-1), ["window/workDoneProgress/cancel", { token: "t" }]);
  await running.execute("default-lint.debug", []);
  assert.deepEqual(made[0]?.requests, [["workspace/executeCommand", { command: "default-lint.debug", arguments: [] }]]);
});
