import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Status } from "../src/status";
import { LanguageStatusSeverity, reset, world } from "./vscode-mock";

beforeEach(reset);

test("each state of the server can be seen", () => {
  const status = new Status();
  const item = world.items[0]!;
  status.show({ kind: "starting" });
  assert.equal(item["busy"], true);
  status.show({ kind: "running", version: "0.1.0", about: "Python 3.11.2 (`/env/bin/python`) from the Python extension" });
  assert.deepEqual([item["busy"], item["text"], item["severity"]], [false, "default-lint 0.1.0", LanguageStatusSeverity.Information]);
  assert.equal(item["detail"], "Python 3.11.2 (/env/bin/python) from the Python extension");
  assert.equal((item["command"] as { command: string }).command, "default-lint.showLog");
  status.show({ kind: "trouble", message: "default-lint is not installed" });
  assert.deepEqual([item["severity"], item["detail"]], [LanguageStatusSeverity.Error, "default-lint is not installed"]);
  assert.equal((item["command"] as { command: string }).command, "default-lint.restart");
});

test("a run is told in the status bar until it ends", () => {
  const status = new Status();
  const bar = world.items[1]!;
  status.progress("t", { kind: "begin", title: "Diagnosing train.py", message: "starting" });
  status.progress("t", { kind: "report", message: "epoch 3" });
  assert.deepEqual([bar["visible"], bar["text"]], [true, "$(loading~spin) Diagnosing train.py: epoch 3"]);
  status.progress("t", { kind: "end" });
  assert.equal(bar["visible"], false);
  status.progress("u", { kind: "begin", title: "Diagnosing b.py" });
  status.clear();
  assert.equal(bar["visible"], false);
});
