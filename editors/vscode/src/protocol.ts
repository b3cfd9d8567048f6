// What the server and this extension say to each other beyond the language server protocol.

/** Something to read: the page of a rule, a model as a table, debug information. */
export interface Page {
  title: string;
  name: string;
  markdown: string;
}

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

/** A number as JSON can carry it: "NaN", "Infinity" and "-Infinity" are written as words. */
export type Reading = number | string;

export interface Verdict {
  faulty: boolean | null;
  sentence: string;
  first?: string | null;
}

export interface TrialNote {
  message: string;
  uri?: string | null;
  range?: Range | null;
  cell?: number;
}

export interface TrialFinding {
  rule: string;
  code: string;
  family: string;
  severity: string;
  confidence: string;
  message: string;
  uri: string;
  range: Range;
  /** The number of the cell in its notebook, as the command line counts; found out on this side. */
  cell?: number;
  notes: TrialNote[];
  fixes: string[];
  href: string;
}

/** One row of a waterfall: a number of the run and what it adds to a probability, with its place if it has one. */
export interface LearnedStep {
  text: string;
  number: string;
  start: number;
  size: number;
  end: number;
  style: string;
  uri?: string;
  range?: Range;
}

/** What a classifier says: how its probability came about, in units of `width` by `height` for each step. */
export interface LearnedLevel {
  title: string;
  said: string;
  width: number;
  height: number;
  threshold: number;
  steps: LearnedStep[];
}

/** What the classifiers say of a run: all in one line, then the levels that hold. */
export interface Learned {
  chain: string;
  levels: LearnedLevel[];
}

export interface TrialEpoch {
  /** Which model, and what people call it. */
  model: string | number;
  name?: string;
  /** From 0, over all calls of `fit`; `asked` is how many the present call asks for. */
  number: number;
  fit?: number;
  asked?: number | null;
  /** False: it was cut off, so its numbers are of another amount of data than those of the others. */
  complete?: boolean;
  logs: Record<string, Reading | null>;
  learningRate?: Reading | null;
  seconds?: number | null;
}

/** Work-done progress: what the server does now. */
export interface Progress {
  kind: string;
  title?: string;
  message?: string;
  percentage?: number;
}

/** The notification `default-lint/trial`: what happens in a short run. */
export type TrialEvent = { uri: string; token: string | number } & (
  | { state: "started"; name: string; seconds: number }
  | ({ state: "epoch" } & TrialEpoch)
  | { state: "live"; model: string | number; step: number; steps?: number | null; loss: Reading | null }
  | { state: "note"; text: string }
  | { state: "finished"; verdict: Verdict; findings: TrialFinding[]; learned?: Learned; seconds: number }
  | { state: "failed"; message: string }
  | { state: "cancelled" }
);
