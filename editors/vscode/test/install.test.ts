import assert from "node:assert/strict";
import { test } from "node:test";
import { installers, reason } from "../src/install";

test("pip of the environment, then uv if there is one", () => {
  const pip = ["/env/bin/python", ["-m", "pip", "install", "--disable-pip-version-check", "default-lint[lsp]"]];
  assert.deepEqual(installers("/env/bin/python", undefined), [pip]);
  assert.deepEqual(installers("/env/bin/python", "/bin/uv"), [pip, ["/bin/uv", ["pip", "install", "--python", "/env/bin/python", "default-lint[lsp]"]]]);
});

test("why it did not work, in a sentence", () => {
  assert.match(reason("error: externally-managed-environment\n"), /belongs to the operating system/);
  assert.match(reason("/usr/bin/python3: No module named pip"), /has no pip/);
  assert.match(reason("ERROR: No matching distribution found for default-lint"), /found no default-lint/);
  assert.equal(reason("a\nERROR: disk is full\nb"), "ERROR: disk is full");
  assert.equal(reason(""), "The installation failed");
});
