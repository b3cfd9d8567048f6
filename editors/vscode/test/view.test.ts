import assert from "node:assert/strict";
import { test } from "node:test";
import { page, policy } from "../src/panel/page";
import { crowded, plots, SECTIONS, sections, words } from "../src/panel/view";
import { begin, type Trial } from "../src/trial";
import { finding, place } from "./samples";

const trial = (more: Partial<Trial> = {}): Trial => ({
  ...begin({ uri: "file:///work/train.py", token: "t", name: "train.py", seconds: 60 }, 0),
  ...more,
});
const epochs = (...logs: Record<string, number | string>[]): Trial["trainings"] => [
  { model: "0", name: "sequential", asked: null, epochs: logs.map((one, number) => ({ number, fit: 0, logs: one, rate: 0.001 })) },
];
const all = (state: Trial | null): string => SECTIONS.map((name) => sections(state, 5000, 600)[name]).join("\n");

test("while it runs: the time, what is being done, and a way to cancel", () => {
  const { head, curves } = sections(trial({ doing: "epoch 3 of 10", percentage: 21 }), 5000, 600);
  assert.match(head, /5 s of at most 60 s · epoch 3 of 10/);
  assert.match(head, /data-do="cancel"/);
  assert.match(head, /value="21\.0"/);
  assert.match(curves, /after the first epoch/);
  assert.match(sections(trial({ state: "cancelling" }), 5000, 600).head, /disabled/);
});

test("at the end: the verdict, what to try first, the findings in order", () => {
  const done = trial({
    state: "finished",
    ended: 31_000,
    verdict: { faulty: true, sentence: "The model did not learn", first: "line 20: scale `price`" },
    findings: [finding({ notes: [{ message: "the loss is `mse`", ...place(30) }], fixes: ["Replace with `0.1`"] }), finding({ rule: "second" })],
  });
  const drawn = sections(done, 99_000, 600);
  assert.match(drawn.head, /took 31 s/);
  assert.match(drawn.verdict, /class="verdict faulty"[\s\S]*Faulty[\s\S]*The model did not learn[\s\S]*Try first[\s\S]*<code>price<\/code>/);
  assert.match(drawn.findings, /data-rule="target-scale"[\s\S]*data-rule="second"/);
  assert.match(drawn.findings, /train\.py:20/);
  assert.match(drawn.findings, /data-note="0">train\.py:31/);
  assert.match(drawn.findings, /data-do="fix"[^>]*>Replace with <code>0\.1<\/code>/);
});

test("places in notebooks name their cell", () => {
  const cell = "vscode-notebook-cell:/work/book.ipynb#W2";
  const found = finding({ ...place(1, cell), cell: 3, notes: [{ message: "n", ...place(4, cell) }] });
  const drawn = sections(trial({ state: "finished", ended: 1, findings: [found] }), 1, 600).findings;
  assert.match(drawn, />cell 3:2</);
  assert.match(drawn, />cell:5</);
});

test("what kind of note it is stands out", () => {
  const found = finding({ notes: [{ message: "try: train on `y / 2`" }, { message: "the loss is `mse`" }] });
  const drawn = sections(trial({ state: "finished", ended: 1, findings: [found] }), 1, 600).findings;
  assert.match(drawn, /<li><b>try<\/b> train on <code>y \/ 2<\/code><\/li>/);
  assert.match(drawn, /<li>the loss is <code>mse<\/code><\/li>/);
});

test("what the classifiers say is a waterfall, each number of it with its place", () => {
  const steps = [
    { text: "all programs", number: "0.52", start: 0, size: 124.8, end: 124.8, style: "base" },
    { text: "`<b>` 0.5", number: "+0.22", start: 124.8, size: 52.8, end: 177.6, style: "for", ...place(13) },
    { text: "this run", number: "0.74", start: 0, size: 177.6, end: 177.6, style: "onload=x" },
  ];
  const levels = [{ title: "faulty 0.74", said: "", width: 240, height: 22, threshold: 144, steps }];
  const learned = { chain: "faulty 0.74 -> `mse` at train.py:14", levels };
  const done = trial({ state: "finished", ended: 1, learned });
  const drawn = sections(done, 1, 600).learned;
  assert.match(drawn, /class="chain">faulty 0\.74 -&gt; <code>mse<\/code> at train\.py:14</);
  assert.match(drawn, /<tr class="for"><th scope="row"><code>&lt;b&gt;<\/code> 0\.5 <button[^>]*data-level="0" data-step="1">train\.py:14</);
  assert.match(drawn, /<rect x="124\.8" y="4" width="52\.8" height="14"\/>/);
  assert.match(drawn, /<path class="limit" d="M144 0V2"\/><path d="M124\.8 0V1"\/><path d="M177\.6 1V2"\/>/); // to its neighbors
  assert.match(drawn, /the dashed line is the probability/);
  assert.match(drawn, /<tr class="base"><th scope="row">this run<\/th>/);
  assert.equal(sections({ ...done, state: "running" }, 1, 600).learned, "");
  assert.equal(sections(trial({ state: "finished", ended: 1 }), 1, 600).learned, "");
});

test("each verdict has its word", () => {
  const word = (faulty: boolean | null): string => sections(trial({ state: "finished", ended: 1, verdict: { faulty, sentence: "s" } }), 1, 600).verdict;
  assert.match(word(true), /Faulty/);
  assert.match(word(false), /Healthy/);
  assert.match(word(null), /Unclear/);
});

test("a failed and a cancelled run say so", () => {
  const failed = sections(trial({ state: "failed", ended: 2000, trouble: "train.py raised: KeyError: 'x'\n  more" }), 1, 600);
  assert.match(failed.verdict, /No diagnosis[\s\S]*KeyError/);
  assert.match(failed.verdict, /<pre>more<\/pre>/);
  assert.match(sections(trial({ state: "cancelled", ended: 2000 }), 1, 600).verdict, /Canceled/);
  assert.match(all(null), /No diagnosis yet/);
});

test("loss first, then metrics with their validation, the learning rate when it moves", () => {
  const training = epochs({ accuracy: 0.5, val_accuracy: 0.4, loss: 1, val_loss: 2, lr: 0.1 }, { accuracy: 0.6, val_accuracy: 0.5, loss: 0.5, val_loss: "NaN", lr: 0.1 })[0]!;
  assert.deepEqual(
    plots(training).map((plot) => [plot.title, plot.series.map((one) => one.name)]),
    [
      ["loss", ["training", "validation"]],
      ["accuracy", ["training", "validation"]],
    ],
  );
  training.epochs[1]!.rate = 0.0005;
  assert.equal(plots(training).at(-1)?.title, "learning rate");
});

test("curves carry a label for those who cannot see them", () => {
  const { curves } = sections(trial({ trainings: epochs({ loss: 1, val_loss: 3 }, { loss: 0.5, val_loss: "NaN" }) }), 1, 600);
  assert.match(curves, /aria-label="loss by epoch; in epoch 2: training 0\.5, validation NaN"/);
  assert.match(curves, /tabindex="0"/);
  assert.match(curves, /<g class="broken">/);
});

test("many charts stand below the findings", () => {
  const many = epochs({ loss: 1, a: 1, b: 1, c: 1 });
  assert.equal(crowded(trial({ trainings: many })), false);
  assert.equal(crowded(trial({ trainings: many, findings: [finding()] })), true);
});

test("nothing that a program says becomes markup", () => {
  const evil = `<img src=x onerror=alert(1)>"'\``;
  const hostile = trial({
    name: evil,
    state: "finished",
    ended: 1,
    notes: [evil],
    verdict: { faulty: true, sentence: evil, first: evil },
    trainings: [{ model: evil, name: evil, asked: null, epochs: [{ number: 0, fit: 0, logs: { loss: 1, [evil]: 1 }, rate: null }] }],
    findings: [finding({ message: evil, rule: evil, family: evil, severity: evil, confidence: evil, uri: `file:///${evil}`, fixes: [evil], notes: [{ message: evil, ...place(1, evil) }] })],
  });
  for (const state of [hostile, { ...hostile, state: "failed" as const, trouble: evil }, { ...hostile, state: "running" as const, doing: evil }]) {
    assert.doesNotMatch(all(state), /<img|onerror=alert\(1\)>"/);
  }
  assert.equal(words("a `b<c>` d"), "a <code>b&lt;c&gt;</code> d");
});

test("the policy lets in our two files and nothing else", () => {
  const html = page("https://webview/dist/panel.js", "https://webview/media/panel.css", "abc123");
  assert.equal(policy("abc123"), "default-src 'none'; script-src 'nonce-abc123'; style-src 'nonce-abc123'; base-uri 'none'; form-action 'none'");
  assert.ok(html.includes(`content="${policy("abc123")}"`));
  assert.doesNotMatch(policy("abc123"), /unsafe|https?:|\*/);
  for (const tag of html.matchAll(/<(script|link|style)\b[^>]*>/g)) assert.match(tag[0], /nonce="abc123"/);
  assert.doesNotMatch(html + all(trial({ trainings: epochs({ loss: 1 }) })), /\sstyle=|\son\w+=|javascript:/, "nothing inline");
  for (const name of SECTIONS) assert.ok(html.includes(`id="${name}"`));
});
