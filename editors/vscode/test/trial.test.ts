import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrialEvent } from "../src/protocol";
import { advance, begin, progressed, real, running, type Trial } from "../src/trial";
import { place } from "./samples";

const id = { uri: "file:///work/train.py", token: "t" };
const start = (): Trial => begin({ ...id, name: "train.py", seconds: 60 }, 1000);

function after(...events: TrialEvent[]): Trial {
  return events.reduce((trial, event, index) => advance(trial, event, 2000 + index), start());
}

const epoch = (number: number, loss: number | string, more: object = {}): TrialEvent => ({
  ...id,
  state: "epoch",
  model: 0,
  name: "sequential",
  number,
  fit: 0,
  asked: 10,
  logs: { loss },
  learningRate: 0.001,
  ...more,
});

test("epochs gather under their model, in order, each once", () => {
  const trial = after(epoch(1, 0.5), epoch(0, 0.9), epoch(1, 0.4), epoch(0, 3, { model: 1, name: "critic" }));
  assert.deepEqual(
    trial.trainings.map((training) => [training.name, training.epochs.map((one) => one.logs["loss"])]),
    [
      ["sequential", [0.9, 0.4]],
      ["critic", [3]],
    ],
  );
  assert.equal(trial.trainings[0]?.asked, 10);
});

test("a second call of fit asks for more epochs", () => {
  const trial = after(epoch(0, 1, { asked: 2 }), epoch(1, 1, { asked: 2 }), epoch(2, 1, { asked: 5, fit: 1 }));
  assert.equal(trial.trainings[0]?.asked, 7);
  assert.equal(after(epoch(0, 1, { asked: null })).trainings[0]?.asked, null);
});

test("an epoch that was cut off is left out", () => {
  assert.equal(after(epoch(0, 1), epoch(1, 0.1, { complete: false })).trainings[0]?.epochs.length, 1);
});

test("a run ends once, whatever comes later", () => {
  const finding = { rule: "target-scale", code: "", family: "data", severity: "warning", confidence: "high", message: "m", ...place(3), notes: [], fixes: [], href: "" };
  const trial = after(
    epoch(0, 1),
    { ...id, state: "finished", verdict: { faulty: true, sentence: "It did not learn", first: null }, findings: [finding], seconds: 3 },
    epoch(1, 2),
    { ...id, state: "failed", message: "late" },
  );
  assert.equal(trial.state, "finished");
  assert.equal(running(trial), false);
  assert.equal(trial.ended, 2001);
  assert.equal(trial.trainings[0]?.epochs.length, 1);
  assert.equal(trial.findings.length, 1);
});

test("failed and cancelled runs keep what was seen", () => {
  const failed = after(epoch(0, 1), { ...id, state: "failed", message: "it raised" });
  assert.deepEqual([failed.state, failed.trouble, failed.trainings.length], ["failed", "it raised", 1]);
  const waiting: Trial = { ...start(), state: "cancelling" };
  assert.equal(advance(waiting, { ...id, state: "cancelled" }, 5).state, "cancelled");
});

test("notes are kept once each", () => {
  assert.deepEqual(after({ ...id, state: "note", text: "a" }, { ...id, state: "note", text: "a" }, { ...id, state: "note", text: "b" }).notes, ["a", "b"]);
});

test("progress tells what is being done, until the end", () => {
  const trial = progressed(start(), { kind: "report", message: "epoch 3 of 10", percentage: 21 });
  assert.deepEqual([trial.doing, trial.percentage], ["epoch 3 of 10", 21]);
  assert.equal(progressed(trial, { kind: "report", message: "epoch 4 of 10" }).percentage, 21);
  assert.equal(progressed(trial, { kind: "end", message: "done" }), trial);
  const over = advance(trial, { ...id, state: "cancelled" }, 1);
  assert.equal(progressed(over, { kind: "report", message: "late" }), over);
});

test("numbers come as numbers or as words", () => {
  assert.ok(Number.isNaN(real("NaN")));
  assert.equal(real("-Infinity"), Number.NEGATIVE_INFINITY);
  assert.equal(real(0.5), 0.5);
});
