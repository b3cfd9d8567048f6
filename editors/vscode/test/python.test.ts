import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PythonExtension, within } from "../src/python";
import { EventEmitter, reset, Uri, world } from "./vscode-mock";

beforeEach(reset);

function extension(given: { path?: string; activate?: () => Promise<unknown>; exports?: unknown } = {}): EventEmitter<unknown> {
  const changed = new EventEmitter<unknown>();
  const environments = {
    getActiveEnvironmentPath: () => ({ id: "1", path: "/env" }),
    resolveEnvironment: () => Promise.resolve(given.path === undefined ? undefined : { executable: { uri: Uri.file(given.path) } }),
    onDidChangeActiveEnvironmentPath: changed.event,
  };
  const exported = "exports" in given ? given.exports : { ready: Promise.resolve(), environments };
  world.extensions["ms-python.python"] = {
    isActive: given.activate === undefined,
    exports: exported,
    activate: () => (given.activate?.() ?? Promise.resolve()).then(() => exported),
  };
  return changed;
}

test("the executable of the chosen environment, and news when it is another one", async () => {
  const changed = extension({ path: "/env/bin/python" });
  const python = new PythonExtension(() => undefined);
  let news = 0;
  python.onDidChange(() => (news += 1));
  assert.equal(await python.executable(undefined), "/env/bin/python");
  await python.executable(undefined);
  changed.fire({ id: "2" });
  assert.equal(news, 1, "listened to once");
});

test("absent or without an environment: none", async () => {
  const python = new PythonExtension(() => undefined, 5);
  assert.equal(python.present, false);
  assert.equal(await python.executable(undefined), undefined);
  extension();
  assert.equal(await python.executable(undefined), undefined, "installed later, but nothing is chosen");
  extension({ exports: undefined });
  assert.equal(await new PythonExtension(() => undefined, 5).executable(undefined), undefined, "an interface of another time");
});

test("one that fails is told and passed over", async () => {
  const lines: string[] = [];
  extension({ activate: () => Promise.reject(new Error("boom")) });
  assert.equal(await new PythonExtension((line) => lines.push(line), 50).executable(undefined), undefined);
  assert.match(lines.join(), /does not start: Error: boom/);
});

test("nobody waits for ever; when it answers at last, that is news", async () => {
  let ready: (() => void) | undefined;
  extension({ path: "/env/bin/python", activate: () => new Promise<void>((resolve) => (ready = resolve)) });
  const lines: string[] = [];
  const python = new PythonExtension((line) => lines.push(line), 5);
  const news = new Promise<void>((resolve) => python.onDidChange(() => resolve()));
  assert.equal(await python.executable(undefined), undefined);
  assert.equal(await python.executable(undefined), undefined);
  assert.equal(lines.filter((line) => line.includes("did not answer")).length, 1);
  ready?.();
  await news;
  assert.equal(await python.executable(undefined), "/env/bin/python");
});

test("a time limit", async () => {
  assert.equal(await within(1000, Promise.resolve(3)), 3);
  assert.equal(await within(1, new Promise(() => undefined)), undefined);
});
