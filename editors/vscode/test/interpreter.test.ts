import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { choose, find, isFile, type Surroundings } from "../src/interpreter";

const around = (given: Partial<Surroundings>): Surroundings => ({
  setting: undefined,
  chosen: () => Promise.resolve(undefined),
  folder: undefined,
  find: (names) => Promise.resolve(`/usr/bin/${names[0]}`),
  isFile: () => Promise.resolve(false),
  ...given,
});

test("the setting comes first, and is taken at its word", async () => {
  const chosen = await choose(around({ setting: "/not/there/python", chosen: () => Promise.resolve("/env/bin/python") }));
  assert.deepEqual(chosen, { path: "/not/there/python", origin: "setting" });
});

test("a setting without a folder is a name on the PATH", async () => {
  assert.deepEqual(await choose(around({ setting: "python3.12" })), { path: "/usr/bin/python3.12", origin: "setting" });
  assert.deepEqual(await choose(around({ setting: "python3.99", find: () => Promise.resolve(undefined) })), { path: "python3.99", origin: "setting" });
});

test("then the Python extension, then an environment in the folder, then the PATH", async () => {
  const all = { chosen: () => Promise.resolve("/env/bin/python"), folder: "/work", isFile: () => Promise.resolve(true) };
  assert.deepEqual(await choose(around(all)), { path: "/env/bin/python", origin: "extension" });
  const here = await choose(around({ ...all, chosen: () => Promise.resolve(undefined) }));
  assert.equal(here?.origin, "folder");
  assert.match(here?.path ?? "", /^\/work[\\/]\.venv/);
  assert.equal((await choose(around({ folder: "/work" })))?.origin, "path");
  assert.equal(await choose(around({ find: () => Promise.resolve(undefined) })), undefined);
});

test("programs are found in the folders of the PATH, in order, if they may be run", { skip: process.platform === "win32" }, async () => {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), "default-lint-")));
  for (const [folder, mode] of [
    ["one", 0o644],
    ["two", 0o755],
  ] as const) {
    await mkdir(path.join(root, folder, "python"), { recursive: true });
    await writeFile(path.join(root, folder, "python3"), "");
    await chmod(path.join(root, folder, "python3"), mode);
  }
  const places = [path.join(root, "none"), path.join(root, "one"), path.join(root, "two")];
  assert.equal(await find(["python3"], places), path.join(root, "two", "python3"));
  assert.equal(await find(["python"], places), undefined, "a folder is no program");
  assert.equal(await isFile(path.join(root, "one")), false);
});
