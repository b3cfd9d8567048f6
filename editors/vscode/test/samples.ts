// What several tests need.
import type { TrialFinding } from "../src/protocol";

export function place(line: number, uri = "file:///work/train.py"): { uri: string; range: TrialFinding["range"] } {
  return { uri, range: { start: { line, character: 4 }, end: { line, character: 9 } } };
}

export function finding(more: Partial<TrialFinding> = {}): TrialFinding {
  return {
    rule: "target-scale",
    code: "DAT301",
    family: "data",
    severity: "warning",
    confidence: "high",
    message: "targets of up to `607,000` stayed out of reach",
    ...place(19),
    notes: [],
    fixes: [],
    href: "https://example.org/target-scale",
    ...more,
  };
}
