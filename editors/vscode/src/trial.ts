// A short run as the panel shows it: one event after the other makes the next state. Plain data, no editor in it.
import type { Learned, Progress, Reading, TrialEpoch, TrialEvent, TrialFinding, Verdict } from "./protocol";

/** The training of one model. */
export interface Training {
  model: string;
  name: string;
  /** How many epochs there will be, as far as the script asks for them. */
  asked: number | null;
  epochs: { number: number; fit: number; logs: Record<string, Reading | null>; rate: Reading | null }[];
}

export interface Trial {
  uri: string;
  token: string | number;
  name: string;
  /** The seconds that it may take. */
  seconds: number;
  state: "running" | "cancelling" | "finished" | "failed" | "cancelled";
  /** When it began and ended, in milliseconds of the clock that the events are taken by. */
  began: number;
  ended: number | null;
  /** What it does at present, in words, and how far it is in percent. */
  doing: string;
  percentage: number | null;
  trainings: Training[];
  notes: string[];
  verdict: Verdict | null;
  findings: TrialFinding[];
  learned?: Learned;
  trouble: string;
}

/** The state before anything happened. */
export function begin(event: { uri: string; token: string | number; name: string; seconds: number }, now: number): Trial {
  return {
    uri: event.uri,
    token: event.token,
    name: event.name,
    seconds: event.seconds,
    state: "running",
    began: now,
    ended: null,
    doing: "starting",
    percentage: null,
    trainings: [],
    notes: [],
    verdict: null,
    findings: [],
    trouble: "",
  };
}

/** The state after an event; events that come after the end change nothing. */
export function advance(trial: Trial, event: TrialEvent, now: number): Trial {
  if (!running(trial)) return trial;
  switch (event.state) {
    case "started":
      return trial;
    case "epoch":
      return { ...trial, trainings: changed(trial.trainings, String(event.model), (training) => withEpoch(training, event)) };
    case "live":
      return trial; // the progress says as much, in words
    case "note":
      return trial.notes.includes(event.text) ? trial : { ...trial, notes: [...trial.notes, event.text] };
    case "finished":
      return over({ ...trial, state: "finished", verdict: event.verdict, findings: event.findings, ...(event.learned && { learned: event.learned }) }, now);
    case "failed":
      return over({ ...trial, state: "failed", trouble: event.message }, now);
    case "cancelled":
      return over({ ...trial, state: "cancelled" }, now);
  }
}

/** The state after a report of progress. */
export function progressed(trial: Trial, progress: Progress): Trial {
  if (!running(trial) || progress.kind === "end") return trial;
  return { ...trial, doing: progress.message ?? trial.doing, percentage: progress.percentage ?? trial.percentage };
}

/** True until the end. */
export function running(trial: Trial): boolean {
  return trial.state === "running" || trial.state === "cancelling";
}

/** A number that was sent as a number or as a word. */
export function real(reading: Reading): number {
  if (typeof reading === "number") return reading;
  return { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, "-Infinity": Number.NEGATIVE_INFINITY }[reading] ?? Number(reading);
}

function over(trial: Trial, now: number): Trial {
  return { ...trial, ended: now, doing: "" };
}

function changed(trainings: Training[], model: string, change: (training: Training) => Training): Training[] {
  if (trainings.some((training) => training.model === model)) {
    return trainings.map((training) => (training.model === model ? change(training) : training));
  }
  return [...trainings, change({ model, name: model, asked: null, epochs: [] })];
}

function withEpoch(training: Training, epoch: TrialEpoch): Training {
  if (epoch.complete === false) return training; // it would look like a leap
  const row = { number: epoch.number, fit: epoch.fit ?? 0, logs: epoch.logs, rate: epoch.learningRate ?? null };
  const epochs = [...training.epochs.filter((one) => one.number !== epoch.number), row].sort((one, other) => one.number - other.number);
  const first = epochs.find((one) => one.fit === row.fit)?.number ?? 0;
  return { ...training, name: epoch.name ?? training.name, asked: epoch.asked == null ? null : first + epoch.asked, epochs };
}
