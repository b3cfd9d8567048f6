// The panel beside the editor: keeps the runs, shows the latest, does what is clicked.
import { randomBytes } from "node:crypto";
import {
  commands,
  type Disposable,
  NotebookEditorRevealType,
  NotebookRange,
  Range,
  Selection,
  TextEditorRevealType,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
} from "vscode";
import { PANEL, reading } from "../columns";
import type { Progress, Range as Place, TrialEvent, TrialFinding } from "../protocol";
import { cellOf, numbered } from "../target";
import { advance, begin, progressed, running, type Trial } from "../trial";
import type { FromPanel, ToPanel } from "./messages";
import { page } from "./page";

/** Events may come many times a second; the panel is drawn at most this often, in milliseconds. */
const PAUSE = 100;

export class Panel implements Disposable {
  private view: WebviewPanel | undefined;
  private readonly trials = new Map<string | number, Trial>();
  private latest: string | number | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly home: Uri,
    private readonly cancel: (token: string | number) => Promise<void>,
  ) {}

  get trial(): Trial | null {
    return (this.latest === undefined ? undefined : this.trials.get(this.latest)) ?? null;
  }

  /** Take an event of a run; the first one opens the panel. */
  take(event: TrialEvent): void {
    if (event.state === "started") {
      for (const [token, trial] of this.trials) if (!running(trial)) this.trials.delete(token);
      this.trials.set(event.token, begin(event, Date.now()));
      this.latest = event.token;
      void commands.executeCommand("setContext", "default-lint.diagnosed", true);
      this.show();
      return;
    }
    const trial = this.trials.get(event.token);
    if (trial === undefined) return;
    const told = event.state === "finished" ? { ...event, findings: event.findings.map(withCells) } : event;
    this.trials.set(event.token, advance(trial, told, Date.now()));
    this.draw();
  }

  /** Take a report of progress. */
  progress(token: string | number, progress: Progress): void {
    const trial = this.trials.get(token);
    if (trial === undefined) return;
    this.trials.set(token, progressed(trial, progress));
    this.draw();
  }

  /** The server is gone: what runs will not end by itself. */
  lost(): void {
    for (const [token, trial] of this.trials) {
      if (running(trial)) {
        const event: TrialEvent = { uri: trial.uri, token, state: "failed", message: "The server ended before the run did" };
        this.trials.set(token, advance(trial, event, Date.now()));
      }
    }
    this.draw();
  }

  /** Show the latest run beside the editor; the cursor stays where it is. */
  show(): void {
    if (this.view === undefined) {
      this.view = window.createWebviewPanel(
        PANEL,
        "Diagnosis",
        { viewColumn: reading(), preserveFocus: true },
        { enableScripts: true, localResourceRoots: [Uri.joinPath(this.home, "dist"), Uri.joinPath(this.home, "media")] },
      );
      const view = this.view;
      view.iconPath = Uri.joinPath(this.home, "images", "icon.png");
      view.webview.onDidReceiveMessage((message: FromPanel) => void this.react(message));
      view.onDidDispose(() => (this.view = undefined));
      const file = (...parts: string[]): string => view.webview.asWebviewUri(Uri.joinPath(this.home, ...parts)).toString();
      view.webview.html = page(file("dist", "panel.js"), file("media", "panel.css"), randomBytes(18).toString("base64url"));
    } else if (!this.view.visible) {
      this.view.reveal(undefined, true);
    }
    this.draw();
  }

  private draw(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.post();
    }, PAUSE);
  }

  private post(): void {
    if (this.view === undefined) return;
    const trial = this.trial;
    this.view.title = trial === null ? "Diagnosis" : `Diagnosis: ${trial.name}`;
    const message: ToPanel = { type: "trial", trial, now: Date.now() };
    void this.view.webview.postMessage(message);
  }

  private async react(message: FromPanel): Promise<void> {
    const trial = this.trial;
    switch (message.type) {
      case "ready": // also after the panel was hidden: its state is kept here
        this.post();
        return;
      case "cancel":
        if (trial === null) return;
        this.trials.set(trial.token, { ...trial, state: "cancelling" });
        await this.cancel(trial.token);
        return;
      case "again":
        if (trial !== null) await commands.executeCommand("default-lint.diagnoseFile", Uri.parse(trial.uri));
        return;
      case "log":
        await commands.executeCommand("default-lint.showLog");
        return;
      case "explain":
        await commands.executeCommand("default-lint.explainRule", message.rule);
        return;
      case "open":
        await reveal(Uri.parse(message.uri), message.range);
        if (message.fix) await commands.executeCommand("editor.action.quickFix");
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.view?.dispose();
  }
}

function withCells(finding: TrialFinding): TrialFinding {
  return { ...numbered(finding), notes: finding.notes.map(numbered) };
}

/** Put the cursor on a place, in the editor that shows the file already if there is one. */
async function reveal(uri: Uri, place: Place): Promise<void> {
  const range = new Range(place.start.line, place.start.character, place.end.line, place.end.character);
  const cell = cellOf(uri);
  if (cell !== undefined) {
    const open = window.visibleNotebookEditors.find((editor) => editor.notebook === cell.notebook);
    const selections = [new NotebookRange(cell.index, cell.index + 1)];
    const shown = await window.showNotebookDocument(cell.notebook, { viewColumn: open?.viewColumn ?? ViewColumn.One, selections });
    shown.revealRange(new NotebookRange(cell.index, cell.index + 1), NotebookEditorRevealType.InCenterIfOutsideViewport);
    await commands.executeCommand("notebook.cell.edit"); // the cursor goes into the cell
    const editor = window.visibleTextEditors.find((one) => one.document.uri.toString() === uri.toString());
    if (editor !== undefined) editor.selection = new Selection(range.start, range.end);
    return;
  }
  const open = window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  const shown = await window.showTextDocument(uri, { viewColumn: open?.viewColumn ?? ViewColumn.One, selection: range });
  shown.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
}
