// What the extension and the panel say to each other.
import type { Range } from "../protocol";
import type { Trial } from "../trial";

export type ToPanel = { type: "trial"; trial: Trial | null; now: number };

export type FromPanel =
  | { type: "ready" }
  | { type: "cancel" }
  | { type: "again" }
  | { type: "log" }
  | { type: "explain"; rule: string }
  | { type: "open"; uri: string; range: Range; fix: boolean };
