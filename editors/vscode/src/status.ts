// The entry of default-lint in the language status of Python files, and the run in the status bar.
import { type Disposable, languages, type LanguageStatusItem, LanguageStatusSeverity, StatusBarAlignment, type StatusBarItem, window } from "vscode";
import type { Progress } from "./protocol";
import { SELECTOR } from "./selector";

export type ServerState =
  | { kind: "stopped" }
  | { kind: "starting" }
  | { kind: "running"; version: string; about: string }
  | { kind: "trouble"; message: string };

export class Status implements Disposable {
  private readonly item: LanguageStatusItem;
  private readonly run: StatusBarItem;
  private readonly runs = new Map<string | number, { title: string; message: string }>();

  constructor() {
    this.item = languages.createLanguageStatusItem("default-lint.status", SELECTOR);
    this.item.name = "default-lint";
    this.run = window.createStatusBarItem("default-lint.run", StatusBarAlignment.Left);
    this.run.name = "default-lint: short run";
    this.run.command = "default-lint.showDiagnosis";
    this.run.tooltip = "Show the run";
    this.show({ kind: "stopped" });
  }

  show(state: ServerState): void {
    const item = this.item;
    item.busy = state.kind === "starting";
    item.severity = state.kind === "trouble" ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    item.command =
      state.kind === "running"
        ? { title: "Show log", command: "default-lint.showLog" }
        : { title: "Restart", command: "default-lint.restart" };
    switch (state.kind) {
      case "running":
        item.text = `default-lint ${state.version}`.trim();
        item.detail = state.about.replaceAll("`", "");
        break;
      case "starting":
        item.text = "default-lint";
        item.detail = "starting";
        break;
      case "stopped":
        item.text = "default-lint";
        item.detail = "not running";
        break;
      case "trouble":
        item.text = "default-lint";
        item.detail = state.message.replaceAll("`", "");
    }
  }

  /** Work-done progress of the server: what a run does now, in the status bar; a click shows the panel. */
  progress(token: string | number, value: Progress): void {
    const known = this.runs.get(token);
    if (value.kind === "end") this.runs.delete(token);
    else this.runs.set(token, { title: value.title ?? known?.title ?? "", message: value.message ?? known?.message ?? "" });
    const last = [...this.runs.values()].pop();
    if (last === undefined) {
      this.run.hide();
      return;
    }
    this.run.text = `$(loading~spin) ${last.title}${last.message === "" ? "" : `: ${last.message}`}`;
    this.run.show();
  }

  /** The server is gone, and its runs with it. */
  clear(): void {
    this.runs.clear();
    this.run.hide();
  }

  dispose(): void {
    this.item.dispose();
    this.run.dispose();
  }
}
