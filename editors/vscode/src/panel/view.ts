// The panel as HTML text, section by section. Everything that comes from a program is escaped here.
import type { LearnedLevel, TrialFinding } from "../protocol";
import { real, running, type Training, type Trial } from "../trial";
import { type Chart, draw, type Series, short } from "./chart";

/** What the panel consists of, from top to bottom. */
export const SECTIONS = ["head", "verdict", "curves", "findings", "learned", "notes"] as const;
export type Section = (typeof SECTIONS)[number];

const EMPTY: Record<Section, string> = {
  head: `<h1>No diagnosis yet</h1><p class="soft">Run the command <i>Diagnose this file by a short run</i> in a training script.</p>`,
  verdict: "",
  curves: "",
  findings: "",
  learned: "",
  notes: "",
};

/** All sections. `now` is on the clock of the trial; `width` is that of the window. */
export function sections(trial: Trial | null, now: number, width: number): Record<Section, string> {
  if (trial === null) return EMPTY;
  return { head: head(trial, now), verdict: verdict(trial), curves: curves(trial, width), findings: findings(trial), learned: learned(trial), notes: notes(trial) };
}

function head(trial: Trial, now: number): string {
  const taken = Math.max(0, ((trial.ended ?? now) - trial.began) / 1000);
  const file = `<b>${escape(trial.name)}</b>`;
  const title = {
    running: `Diagnosing ${file}`,
    cancelling: `Diagnosing ${file}`,
    finished: `Diagnosis of ${file}`,
    failed: `Diagnosis of ${file}`,
    cancelled: `Diagnosis of ${file}`,
  }[trial.state];
  if (!running(trial)) {
    const told = { finished: `took ${clock(taken)}`, failed: `ended after ${clock(taken)}`, cancelled: `canceled after ${clock(taken)}` }[
      trial.state as "finished" | "failed" | "cancelled"
    ];
    const epochs = trial.trainings.map(reached).filter(Boolean).join(", ");
    return `<div class="top"><h1>${title}</h1><button class="quiet" data-do="again">Run again</button></div>
<p class="soft">${told}${epochs === "" ? "" : ` · ${epochs}`}</p>`;
  }
  const button =
    trial.state === "cancelling" ? `<button class="quiet" disabled>Canceling</button>` : `<button class="quiet" data-do="cancel">Cancel</button>`;
  return `<div class="top"><h1>${title}</h1>${button}</div>
<progress max="100" value="${(trial.percentage ?? Math.min(100, (100 * taken) / Math.max(1, trial.seconds))).toFixed(1)}" aria-label="How far the run is"></progress>
<p class="soft">${clock(taken)} of at most ${clock(trial.seconds)} · ${words(trial.state === "cancelling" ? "canceling" : trial.doing)}</p>`;
}

function reached(training: Training): string {
  const count = training.epochs.length;
  if (count === 0) return "";
  const asked = training.asked === null || training.asked === count ? "" : ` of ${training.asked}`;
  return `${count}${asked} ${count === 1 && asked === "" ? "epoch" : "epochs"}`;
}

function several(trial: Trial): boolean {
  return trial.trainings.length > 1;
}

function verdict(trial: Trial): string {
  if (trial.state === "failed") {
    const [first, ...rest] = trial.trouble.trim().split("\n");
    const more = rest.length > 0 ? `<pre>${escape(rest.join("\n").trim())}</pre>` : "";
    return `<div class="verdict unclear" role="status"><p class="word">No diagnosis</p><h2>${words(first ?? "")}</h2>${more}<p><button data-do="log">Show log</button></p></div>`;
  }
  if (trial.state === "cancelled") {
    return `<div class="verdict unclear" role="status"><p class="word">Canceled</p><h2>The run was stopped before there was a diagnosis</h2></div>`;
  }
  if (trial.verdict === null) return "";
  const { faulty, sentence, first } = trial.verdict;
  const [kind, word] = faulty === null ? ["unclear", "Unclear"] : faulty ? ["faulty", "Faulty"] : ["healthy", "Healthy"];
  return `<div class="verdict ${kind}" role="status"><p class="word">${word}</p><h2>${words(sentence)}</h2>${
    first ? `<p class="try"><b>Try first</b> ${words(first)}</p>` : ""
  }</div>`;
}

/** A chart of one quantity: its name, the curves, whether it is the main one. */
export interface Plot {
  title: string;
  series: Series[];
  main: boolean;
}

/** The plots of a training: loss first, then each metric with its validation, then the learning rate when it moves. */
export function plots(training: Training): Plot[] {
  const epochs = training.epochs;
  const rates = /^(lr|learning_rate)$/;
  const names = new Set(epochs.flatMap((epoch) => Object.keys(epoch.logs)).map((name) => name.replace(/^val_/, "")));
  const ordered = ["loss", ...[...names].filter((name) => name !== "loss" && !rates.test(name))];
  const curve = (name: string, key: string): Series => ({
    name,
    points: epochs.flatMap(({ number, logs }) => (logs[key] == null ? [] : [{ x: number + 1, y: real(logs[key]) }])),
  });
  const found = ordered.map((name) => ({
    title: name,
    series: [curve("training", name), curve("validation", `val_${name}`)].filter((one) => one.points.length > 0),
    main: name === "loss",
  }));
  const rate = epochs.flatMap(({ number, rate }) => (rate === null ? [] : [{ x: number + 1, y: real(rate) }]));
  if (new Set(rate.map((point) => point.y)).size > 1) found.push({ title: "learning rate", series: [{ name: "rate", points: rate }], main: false });
  return found.filter((plot) => plot.series.length > 0);
}

/** True when the curves of a diagnosis would push its findings out of sight: they stand below them then. */
export function crowded(trial: Trial): boolean {
  return trial.findings.length > 0 && trial.trainings.flatMap(plots).length > 3;
}

function curves(trial: Trial, width: number): string {
  if (trial.trainings.length === 0) return running(trial) ? `<p class="waiting">The curves begin after the first epoch</p>` : "";
  return trial.trainings
    .map((training) => {
      const drawn = plots(training);
      const heading = several(trial) ? `<h3 class="model">${words(training.name)}</h3>` : "";
      const main = drawn.filter((plot) => plot.main);
      const others = drawn.filter((plot) => !plot.main);
      const columns = others.length > 1 && width >= 460 ? 2 : 1;
      const narrow = Math.floor((width - (columns - 1) * 24) / columns);
      return `${heading}${main.map((plot) => figure(plot, training, width, 176)).join("")}<div class="small columns${columns}">${others
        .map((plot) => figure(plot, training, narrow, 112))
        .join("")}</div>`;
    })
    .join("");
}

function figure(plot: Plot, training: Training, width: number, height: number): string {
  const chart = draw(plot.series, { width, height, left: 50, right: 10, top: 10, bottom: 20 }, training.asked);
  const last = plot.series.map((one) => one.points[one.points.length - 1]);
  const legend = plot.series
    .map(
      (one, index) =>
        `<span class="key ${one.name}" title="${one.name}"><i></i>${plot.main && plot.series.length > 1 ? `${one.name} ` : ""}<b data-curve="${index}">${told(last[index])}</b></span>`,
    )
    .join("");
  const said = plot.series.map((one, index) => `${one.name} ${told(last[index])}`).join(", ");
  const epoch = last[0]?.x ?? 1;
  const values = escape(JSON.stringify(plot.series.map((one) => one.points.map((point) => [point.x, told(point)]))));
  return `<figure><figcaption><span class="name">${words(plot.title)}</span>${
    chart.logarithmic ? ` <small>logarithmic</small>` : ""
  }<span class="legend"><span class="soft epoch" data-epoch>epoch ${epoch}</span>${legend}</span></figcaption>
${svg(chart, `${plot.title} by epoch; in epoch ${epoch}: ${said}`, `${training.model}/${plot.title}`, values)}</figure>`;
}

/** A value of a curve: four figures, since epochs differ by little. */
function told(point: { y: number } | undefined): string {
  return point === undefined ? "–" : short(point.y, 4);
}

function svg(chart: Chart, label: string, key: string, values: string): string {
  const { width, height, left, right, top, bottom } = chart.box;
  const grid = chart.y
    .map((tick) => `<path class="grid" d="M${left} ${tick.at}H${width - right}"/><text x="${left - 7}" y="${tick.at + 3.5}" text-anchor="end">${tick.text}</text>`)
    .join("");
  const below = chart.x.map((tick) => `<text x="${tick.at}" y="${height - bottom + 15}" text-anchor="middle">${tick.text}</text>`).join("");
  const lines = chart.lines
    .map((line) => {
      const many = line.dots.length > 30;
      const dots = line.dots
        .map((dot, index) => (many && index < line.dots.length - 1 ? "" : `<circle cx="${dot.x}" cy="${dot.y}" r="${many ? 2.5 : 2.2}"/>`))
        .join("");
      return `<g class="${line.name}"><path class="line" d="${line.path}"/>${dots}</g>`;
    })
    .join("");
  const broken = chart.lines.flatMap((line) => line.broken);
  const marks = [...new Set(broken.map((one) => one.x))].map((x) => `<path d="M${x - 3.5} ${top}l7 7m0 -7l-7 7"/>`).join("");
  const kinds = [...new Set(broken.map((one) => short(one.value)))].join(", ");
  const [first, last] = [Math.min(...broken.map((one) => one.x)), Math.max(...broken.map((one) => one.x))];
  const kind = last > width - 80 ? `<text x="${first - 9}" y="${top + 7.5}" text-anchor="end">${kinds}</text>` : `<text x="${last + 9}" y="${top + 7.5}">${kinds}</text>`;
  const trouble = broken.length === 0 ? "" : `<g class="broken">${marks}${kind}</g>`;
  const places = escape(JSON.stringify([...new Map(chart.lines.flatMap((line) => [...line.dots, ...line.broken]).map((dot) => [dot.at, dot.x]))].sort((one, other) => one[0] - other[0])));
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" tabindex="0" aria-label="${escape(label)}" data-key="${escape(key)}" data-places="${places}" data-values="${values}">${grid}${below}<path class="axis" d="M${left} ${height - bottom}H${width - right}"/><path class="cross" d=""/>${lines}${trouble}</svg>`;
}

function findings(trial: Trial): string {
  if (trial.state !== "finished") return "";
  if (trial.findings.length === 0) return "";
  const items = trial.findings.map((finding, index) => card(finding, index, trial)).join("");
  return `<h2>What explains it <small>most likely first</small></h2><ol>${items}</ol>`;
}

function card(finding: TrialFinding, index: number, trial: Trial): string {
  const [message, ...more] = finding.message.split("\n");
  const extra = more.filter((line) => line.trim() !== "").map((line) => `<li>${remark(line)}</li>`);
  const notes = finding.notes.map((note) =>
    note.range
      ? `<li>${remark(note.message)} <button class="link place" data-do="open" data-finding="${index}" data-note="${finding.notes.indexOf(note)}">${place(note.uri ?? finding.uri, note.range.start.line, note.uri ? note.cell : finding.cell, trial)}</button></li>`
      : `<li>${remark(note.message)}</li>`,
  );
  const fixes = finding.fixes.map(
    (fix) => `<li class="fix"><button class="link" data-do="fix" data-finding="${index}" title="Show the quick fixes in the editor">${words(fix)}</button></li>`,
  );
  const list = [...extra, ...notes, ...fixes].join("");
  const sure = finding.confidence === "high" ? "" : ` · ${escape(finding.confidence)} confidence`;
  return `<li class="card ${severity(finding.severity)}">
<button class="headline" data-do="open" data-finding="${index}" data-key="finding${index}">${words(message ?? "")}</button>
<p class="meta"><span class="severity">${escape(finding.severity.toLowerCase())}</span> <button class="link" data-do="explain" data-rule="${escape(finding.rule)}" title="Explain this rule">${escape(finding.rule)}</button> <button class="link place" data-do="open" data-finding="${index}">${place(finding.uri, finding.range.start.line, finding.cell, trial)}</button><span>${escape(finding.family)}${sure}</span></p>
${list === "" ? "" : `<ul>${list}</ul>`}</li>`;
}

/** What the classifiers say: each level as a waterfall, a row for each number of the run. */
function learned(trial: Trial): string {
  const said = trial.learned;
  if (trial.state !== "finished" || said === undefined || said.chain === "") return "";
  return `<h2>What the classifiers say <small>learned from programs with planted faults</small></h2><p class="chain">${words(said.chain)}</p>${said.levels
    .map((level, index) => waterfall(level, index, trial))
    .join("")}${said.levels.length === 0 ? "" : `<p class="soft">Each bar begins where the one above ends; the dashed line is the probability from which on it holds.</p>`}`;
}

function waterfall(level: LearnedLevel, index: number, trial: Trial): string {
  const rows = level.steps.map((_, number) => row(level, number, `data-level="${index}" data-step="${number}"`, trial)).join("");
  return `<table class="waterfall"><caption>${words(level.title)}</caption><tbody>${rows}</tbody></table>`;
}

function row(level: LearnedLevel, number: number, address: string, trial: Trial): string {
  const { width, height, steps } = level;
  const step = steps[number]!;
  const last = steps[number - 1];
  const where =
    step.uri === undefined || step.range === undefined
      ? ""
      : ` <button class="link place" data-do="step" ${address}>${place(step.uri, step.range.start.line, undefined, trial)}</button>`;
  const links = `${last === undefined ? "" : `<path d="M${last.end} 0V1"/>`}${number + 1 < steps.length ? `<path d="M${step.end} 1V2"/>` : ""}`;
  const lines = `<svg class="lines" viewBox="0 0 ${width} 2" preserveAspectRatio="none" aria-hidden="true"><path class="limit" d="M${level.threshold} 0V2"/>${links}</svg>`;
  const bar = `<rect x="${step.start}" y="4" width="${Math.max(step.size, 1)}" height="${height - 8}"/>`;
  const kind = ["base", "for", "against", "result"].includes(step.style) ? step.style : "base";
  return `<tr class="${kind}"><th scope="row">${words(step.text)}${where}</th><td class="bar">${lines}<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${bar}</svg></td><td class="number">${escape(step.number)}</td></tr>`;
}

/** A note; what kind of note it is, if it says so, stands out. */
function remark(text: string): string {
  const [, kind, rest] = /^(try|also|it explains): (.*)$/s.exec(text) ?? [];
  return kind === undefined ? words(text) : `<b>${kind}</b> ${words(rest ?? "")}`;
}

/** The class of a severity; what is unknown looks like information. */
function severity(name: string): string {
  const known = name.toLowerCase();
  if (known === "information") return "info";
  return ["error", "warning", "info", "hint"].includes(known) ? known : "info";
}

/** A place as people write it: the file, or the cell of a notebook, and the line. */
function place(uri: string, line: number, cell: number | undefined, trial: Trial): string {
  if (uri.startsWith("vscode-notebook-cell:")) return `cell${cell === undefined ? "" : ` ${cell}`}:${line + 1}`;
  const own = uri === trial.uri ? trial.name : decoded(uri.replace(/[?#].*$/, "").split("/").pop() ?? uri);
  return `${escape(own)}:${line + 1}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function notes(trial: Trial): string {
  if (trial.notes.length === 0) return "";
  return `<h2>Notes on the run</h2><ul class="notes">${trial.notes.map((note) => `<li>${words(note)}</li>`).join("")}</ul>`;
}

/** Text with its backticks as code. */
export function words(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[letter] ?? letter);
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
