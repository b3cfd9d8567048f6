// The script of the panel: draws the state that the extension sends, and reports what is clicked.
import type { TrialFinding } from "../protocol";
import { running, type Trial } from "../trial";
import type { FromPanel, ToPanel } from "./messages";
import { crowded, SECTIONS, sections } from "./view";

declare function acquireVsCodeApi(): { postMessage(message: FromPanel): void };

const editor = acquireVsCodeApi();
const drawn = new Map<string, string>();
let trial: Trial | null = null;
let offset = 0; // from this clock to the extension's

function render(): void {
  const width = Math.min(Math.max(document.querySelector("main")?.clientWidth ?? 600, 220), 860);
  const next = sections(trial, Date.now() + offset, width);
  for (const name of SECTIONS) {
    const host = document.getElementById(name);
    if (host === null || drawn.get(name) === next[name]) continue;
    const focused = host.contains(document.activeElement) ? addressOf(document.activeElement) : undefined;
    drawn.set(name, next[name]);
    host.innerHTML = next[name];
    if (focused !== undefined) host.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  }
}

/** How to find an element again after its section was written anew. */
function addressOf(element: Element | null): string | undefined {
  const key = element?.getAttribute("data-key");
  if (key != null) return `[data-key="${CSS.escape(key)}"]`;
  const name = element?.getAttribute("data-do");
  if (name == null) return undefined;
  const finding = element?.getAttribute("data-finding");
  const note = element?.getAttribute("data-note");
  const [level, step] = [element?.getAttribute("data-level"), element?.getAttribute("data-step")];
  if (level != null && step != null) return `[data-do="${name}"][data-level="${level}"][data-step="${step}"]`;
  return `[data-do="${name}"]${finding == null ? "" : `[data-finding="${finding}"]`}${note == null ? "" : `[data-note="${note}"]`}`;
}

window.addEventListener("message", (event: MessageEvent<ToPanel>) => {
  if (event.data.type !== "trial") return;
  trial = event.data.trial;
  offset = event.data.now - Date.now();
  document.body.classList.toggle("crowded", trial !== null && crowded(trial));
  render();
});

window.addEventListener("resize", () => render());
setInterval(() => {
  if (trial !== null && running(trial)) render();
}, 500);

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null;
  if (button === null || trial === null) return;
  const finding: TrialFinding | undefined = trial.findings[Number(button.dataset["finding"] ?? -1)];
  switch (button.dataset["do"]) {
    case "cancel":
      trial = { ...trial, state: "cancelling" };
      render();
      editor.postMessage({ type: "cancel" });
      break;
    case "again":
      editor.postMessage({ type: "again" });
      break;
    case "log":
      editor.postMessage({ type: "log" });
      break;
    case "explain":
      editor.postMessage({ type: "explain", rule: button.dataset["rule"] ?? "" });
      break;
    case "fix":
      if (finding !== undefined) editor.postMessage({ type: "open", uri: finding.uri, range: finding.range, fix: true });
      break;
    case "step": {
      const step = trial.learned?.levels[Number(button.dataset["level"])]?.steps[Number(button.dataset["step"])];
      if (step?.uri !== undefined && step.range !== undefined) editor.postMessage({ type: "open", uri: step.uri, range: step.range, fix: false });
      break;
    }
    case "open": {
      if (finding === undefined) break;
      const note = button.dataset["note"] === undefined ? undefined : finding.notes[Number(button.dataset["note"])];
      editor.postMessage({ type: "open", uri: note?.uri ?? finding.uri, range: note?.range ?? finding.range, fix: false });
    }
  }
});

/** The values of one epoch in the legend of a chart, and a line through them; without an epoch, the last ones. */
function point(chart: SVGSVGElement, index: number | undefined): void {
  const places = JSON.parse(chart.dataset["places"] ?? "[]") as [number, number][];
  const values = JSON.parse(chart.dataset["values"] ?? "[]") as [number, string][][];
  const figure = chart.closest("figure");
  const chosen = places[index ?? places.length - 1];
  if (figure === null || chosen === undefined) return;
  const [epoch, x] = chosen;
  chart.dataset["at"] = index === undefined ? "" : String(index);
  chart.querySelector(".cross")?.setAttribute("d", index === undefined ? "" : `M${x} 6V${Number(chart.getAttribute("height")) - 20}`);
  const told = figure.querySelector("[data-epoch]");
  if (told !== null) told.textContent = `epoch ${epoch}`;
  values.forEach((curve, number) => {
    const host = figure.querySelector(`[data-curve="${number}"]`);
    if (host !== null) host.textContent = curve.find(([at]) => at === epoch)?.[1] ?? "–";
  });
}

function chartAt(event: Event): SVGSVGElement | null {
  return event.target instanceof Element ? event.target.closest<SVGSVGElement>("figure > svg") : null;
}

document.addEventListener("pointermove", (event) => {
  const chart = chartAt(event);
  for (const other of document.querySelectorAll<SVGSVGElement>("figure > svg")) if (other !== chart && other.dataset["at"]) point(other, undefined);
  if (chart === null) return;
  const places = JSON.parse(chart.dataset["places"] ?? "[]") as [number, number][];
  const x = event.clientX - chart.getBoundingClientRect().left;
  let nearest = 0;
  places.forEach(([, at], index) => {
    if (Math.abs(at - x) < Math.abs((places[nearest]?.[1] ?? 0) - x)) nearest = index;
  });
  point(chart, nearest);
});

document.addEventListener("keydown", (event) => {
  const chart = chartAt(event);
  if (chart === null || !["ArrowLeft", "ArrowRight", "Home", "End", "Escape"].includes(event.key)) return;
  const last = (JSON.parse(chart.dataset["places"] ?? "[]") as unknown[]).length - 1;
  const at = chart.dataset["at"] ? Number(chart.dataset["at"]) : last;
  const next = { ArrowLeft: Math.max(0, at - 1), ArrowRight: Math.min(last, at + 1), Home: 0, End: last, Escape: undefined }[event.key];
  point(chart, next);
  event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  const chart = chartAt(event);
  if (chart !== null) point(chart, undefined);
});

editor.postMessage({ type: "ready" });
