import assert from "node:assert/strict";
import * as path from "node:path";
import { beforeEach, test } from "node:test";
import { enabled, expand, forServer, readPath } from "../src/settings";
import { reset, world } from "./vscode-mock";

const known = { folder: path.resolve("/work"), home: path.resolve("/home/me"), environment: { ENVS: "/envs" } };

beforeEach(reset);

test("paths are written out", () => {
  assert.equal(expand("~/bin/python", known), `${known.home}/bin/python`);
  assert.equal(expand("${workspaceFolder}/.venv/bin/python", known), `${known.folder}/.venv/bin/python`);
  assert.equal(expand("${env:ENVS}/keras/bin/python", known), "/envs/keras/bin/python");
  assert.equal(expand(".venv/bin/python", known), path.join(known.folder, ".venv/bin/python"));
  assert.equal(expand("python3.12", known), "python3.12", "a name is no path");
  assert.equal(expand("${workspaceFolder}/x", { ...known, folder: undefined }), "${workspaceFolder}/x");
});

test("the server gets its own settings only, and the interpreter of the workspace for runs", () => {
  const raw = { enable: true, interpreter: "/a", path: null, trace: { server: "off" }, select: null, diagnose: { seconds: 30, interpreter: null } };
  const sent = forServer(raw, known, "/env/bin/python");
  assert.deepEqual(sent, {
    enable: true,
    select: null,
    configuration: null,
    diagnose: { seconds: 30, interpreter: "/env/bin/python", directory: null },
  });
  assert.deepEqual(raw.diagnose, { seconds: 30, interpreter: null }, "what VS Code gave stays as it is");
});

test("an interpreter for runs that is set stays, paths in it are written out", () => {
  const sent = forServer({ configuration: "conf/lint.toml", diagnose: { interpreter: "~/keras/bin/python", directory: "" } }, known, "/env/bin/python");
  assert.equal(sent["configuration"], path.join(known.folder, "conf/lint.toml"));
  assert.deepEqual(sent["diagnose"], { interpreter: `${known.home}/keras/bin/python`, directory: null });
  assert.deepEqual(forServer(undefined, known, undefined)["diagnose"], { interpreter: null, directory: null });
});

test("a path that is empty is not set", () => {
  world.settings = { "default-lint.interpreter": "  ", "default-lint.path": "/bin/default-lsp" };
  assert.equal(readPath("interpreter", undefined, undefined), undefined);
  assert.equal(readPath("path", undefined, undefined), "/bin/default-lsp");
});

test("switched off means off everywhere", () => {
  assert.equal(enabled(), true);
  world.settings = { "default-lint.enable": false };
  assert.equal(enabled(), false);
});
