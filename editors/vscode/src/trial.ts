// A short run as the panel shows it: one event after the other makes the next state. Plain data, no editor in it.
import type { Reading, TrialEpoch, TrialEvent, TrialFinding, Verdict } from "./protocol";

/** The training of one model. */
export interface Training {
  model: string;
  /** Epochs that the script asks for. */
  asked: number | null;
  epochs: { number: number; logs: Record<string, Reading>; rate: Reading | null }[];
  live: { step: number; steps: number | null; loss: Reading } | null;
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
  trainings: Training[];
  notes: string[];
  verdict: Verdict | null;
  findings: TrialFinding[];
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
      return {
        ...trial,
        trainings: changed(trial.trainings, String(event.model), (training) => ({
          ...training,
          live: { step: event.step, steps: event.steps ?? null, loss: event.loss },
        })),
      };
    case "note":
      return trial.notes.includes(event.text) ? trial : { ...trial, notes: [...trial.notes, event.text] };
    case "finished":
      return over({ ...trial, state: "finished", verdict: event.verdict, findings: event.findings }, now);
    case "failed":
      return over({ ...trial, state: "failed", trouble: event.message }, now);
    case "cancelled":
      return over({ ...trial, state: "cancelled" }, now);
  }
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
  return { ...trial, ended: now, trainings: trial.trainings.map((training) => ({ ...training, live: null })) };
}

function changed(trainings: Training[], model: string, change: (training: Training) => Training): Training[] {
  if (trainings.some((training) => training.model === model)) {
    return trainings.map((training) => (training.model === model ? change(training) : training));
  }
  return [...trainings, change({ model, asked: null, epochs: [], live: null })];
}

function withEpoch(training: Training, epoch: TrialEpoch): Training {
  const row = { number: epoch.number, logs: epoch.logs, rate: epoch.learningRate ?? null };
  const others = training.epochs.filter((one) => one.number !== epoch.number);
  return {
    ...training,
    asked: epoch.asked ?? training.asked,
    epochs: [...others, row].sort((one, other) => one.number - other.number),
    live: null,
  };
}
