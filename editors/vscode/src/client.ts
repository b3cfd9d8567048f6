// The server's life: find it, start it, watch it, stop it; one step after the other, and one message when it cannot be.
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { commands, type Disposable, EventEmitter, type ExtensionContext, type LogOutputChannel, Uri, window, workspace } from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  WorkDoneProgressCancelNotification,
} from "vscode-languageclient/node";
import { install } from "./install";
import { choose, find, type Interpreter, isFile, ORIGINS } from "./interpreter";
import { middleware, settingsOf } from "./middleware";
import type { Page, Progress, TrialEvent } from "./protocol";
import type { PythonExtension } from "./python";
import { mentionsKeras, SELECTOR } from "./selector";
import { type Action, ACTIONS, ask, type Launch, launchOf, launchProgram, Trouble } from "./server";
import { enabled, readPath, SECTION } from "./settings";
import type { ServerState } from "./status";

/** So many ends of the server within so many milliseconds, and it is not started once more. */
const ENDS = 4;
const SPAN = 3 * 60_000;

/** The client as it is, but its own troubles go to the log: what people must know is told once, by `Server`. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }
  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}

/** Who hears what the server tells. */
export interface Listeners {
  page: (page: Page) => void;
  trial: (event: TrialEvent) => void;
  progress: (token: string | number, value: Progress) => void;
  /** The server ended, and with it every run. */
  gone: () => void;
}

export class Server implements Disposable {
  private readonly changed = new EventEmitter<ServerState>();
  readonly onDidChangeState = this.changed.event;
  private current: ServerState = { kind: "stopped" };
  private client: LanguageClient | undefined;
  private launch: Launch | undefined;
  private chosen: Interpreter | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private ends: number[] = [];
  private pending: Trouble | undefined;
  private announced = "";
  private said = "";

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly python: PythonExtension,
    private readonly listeners: Listeners,
  ) {
    context.subscriptions.push(
      workspace.onDidOpenTextDocument(() => this.announce()),
      workspace.onDidSaveTextDocument(() => this.announce()),
    );
  }

  get state(): ServerState {
    return this.current;
  }

  /** What the extension knows of the server, for the debug information. */
  get facts(): { interpreter: Interpreter | undefined; launch: Launch | undefined; directory: string } {
    return { interpreter: this.chosen, launch: this.launch, directory: this.directory };
  }

  /** A folder outside the workspace: Python imports from where it is started. */
  private get directory(): string {
    return this.context.globalStorageUri.fsPath;
  }

  start(): Promise<void> {
    return this.inTurn(() => this.open());
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.close());
  }

  /** Restart, at the user's wish: troubles are told again. */
  restart(): Promise<void> {
    this.announced = "";
    this.ends = [];
    return this.inTurn(async () => {
      await this.close();
      await this.open(true);
    });
  }

  /** Something changed that the choice of the interpreter depends on: restart if the choice is another one. */
  refresh(): Promise<void> {
    return this.inTurn(async () => {
      const before = this.launch;
      if (!enabled()) return this.close();
      try {
        const found = await this.look();
        if (before !== undefined && this.client?.isRunning() && same(found, before)) {
          this.launch = found;
          await this.tell();
          return;
        }
      } catch {
        // told by open()
      }
      await this.close();
      await this.open();
    });
  }

  /** The running client; starts the server when it is not there, and tells why when it cannot be. */
  async running(): Promise<LanguageClient | undefined> {
    if (!this.client?.isRunning()) {
      if (!enabled()) {
        void window.showInformationMessage("default-lint is switched off by the setting `default-lint.enable`");
        return undefined;
      }
      await this.restart();
    }
    return this.client?.isRunning() ? this.client : undefined;
  }

  /** Ask the running server to do something. */
  async execute<T>(command: string, args: unknown[]): Promise<T | undefined> {
    const client = await this.running();
    return client?.sendRequest<T>("workspace/executeCommand", { command, arguments: args });
  }

  /** Cancel a run. */
  async cancel(token: string | number): Promise<void> {
    await this.client?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
  }

  /** The workspace is trusted now. */
  async trust(): Promise<void> {
    if (this.client?.isRunning()) await this.client.sendNotification("default-lint/trust", { trusted: true });
    await this.refresh(); // more settings count, and environments in the folder
  }

  /** The interpreter for a resource, for the server and for runs. */
  readonly interpreter = async (resource: Uri | undefined): Promise<string | undefined> => (await this.choose(resource))?.path;

  private choose(resource: Uri | undefined): Promise<Interpreter | undefined> {
    const folder = resource === undefined ? workspace.workspaceFolders?.[0] : workspace.getWorkspaceFolder(resource);
    return choose({
      setting: readPath("interpreter", resource ?? folder?.uri, folder?.uri.fsPath),
      chosen: () => this.python.executable(resource ?? folder?.uri),
      folder: workspace.isTrusted ? folder?.uri.fsPath : undefined,
      find,
      isFile,
    });
  }

  /** How the server would be started now. */
  private async look(): Promise<Launch> {
    await workspace.fs.createDirectory(this.context.globalStorageUri);
    const folder = workspace.workspaceFolders?.[0]?.uri;
    this.chosen = await this.choose(folder ?? window.activeTextEditor?.document.uri);
    if (this.chosen !== undefined) this.log.info(`Interpreter: ${this.chosen.path}, from ${ORIGINS[this.chosen.origin]}`);
    const program = readPath("path", folder, folder?.fsPath);
    if (program !== undefined) return launchProgram(program, this.directory);
    if (this.chosen === undefined) {
      throw new Trouble("no-python", "No Python is found for default-lint", ["select", "log"]);
    }
    try {
      return launchOf(this.chosen, await ask(this.chosen, this.directory));
    } catch (trouble) {
      // Installed once for all environments, as pipx and `uv tool` do; but an interpreter that was named is meant.
      const shared = this.chosen.origin === "setting" ? undefined : await find(["default-lsp"]);
      if (shared === undefined) throw trouble;
      this.log.info(`${(trouble as Error).message}; starting ${shared}`);
      return launchProgram(shared, this.directory);
    }
  }

  private async open(asked = false): Promise<void> {
    if (this.client !== undefined || !enabled()) return;
    this.set({ kind: "starting" });
    this.said = "";
    try {
      this.launch = await this.look();
      this.log.info(`Starting ${[this.launch.command, ...this.launch.args].join(" ")}: ${this.launch.about}`);
      this.client = this.create(this.launch, await settingsOf(workspace.workspaceFolders?.[0]?.uri, this.interpreter));
      await this.client.start();
    } catch (error) {
      const failed = this.client;
      this.client = undefined;
      void failed?.dispose().catch(() => undefined);
      const trouble = error instanceof Trouble ? error : new Trouble("broken", `default-lint does not start: ${this.said || String((error as Error).message ?? error)}`, ["restart", "log"]);
      this.log.error(trouble.message);
      this.set({ kind: "trouble", message: trouble.message });
      this.pending = trouble;
      this.announce(asked);
      return;
    }
    this.pending = undefined;
    this.announced = "";
    this.set({ kind: "running", version: this.client.initializeResult?.serverInfo?.version ?? "", about: this.launch.about });
  }

  private async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.pending = undefined;
    if (client !== undefined) {
      await client.dispose(5_000).catch((error: unknown) => this.log.warn(`The server did not end well: ${String(error)}`));
      this.listeners.gone();
    }
    this.set({ kind: "stopped" });
  }

  private create(launch: Launch, settings: object): LanguageClient {
    const client: LanguageClient = new QuietClient(
      SECTION,
      "default-lint",
      { command: launch.command, args: launch.args, options: { cwd: this.directory } },
      {
        documentSelector: SELECTOR,
        outputChannel: this.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: { settings, trusted: workspace.isTrusted, panel: true, documents: true },
        initializationFailedHandler: () => false,
        errorHandler: {
          error: (_error, _message, count) => ({ action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true }),
          closed: () => this.ended(client),
        },
        stdioOptions: { stdout: () => undefined, stderr: (stream) => this.listen(stream) }, // stdout is the protocol's
        middleware: middleware({ interpreter: this.interpreter, progress: this.listeners.progress, tell: () => this.tell() }),
      },
    );
    client.onNotification("default-lint/show", (page: Page) => this.listeners.page(page));
    client.onNotification("default-lint/trial", (event: TrialEvent) => this.listeners.trial(event));
    return client;
  }

  /** What the server says besides: to the log, each line by its level; the last one may be the reason of an end. */
  private listen(stream: Readable): void {
    this.said = "";
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() !== "") this.said = line.trim();
      if (/\b(ERROR|CRITICAL)\b/.test(line)) this.log.error(line);
      else if (/\bWARNING\b/.test(line)) this.log.warn(line);
      else this.log.info(line);
    });
  }

  /** Tell the server its settings; it may ask for those of a folder afterwards. */
  private async tell(): Promise<void> {
    const settings = await settingsOf(workspace.workspaceFolders?.[0]?.uri, this.interpreter);
    await this.client?.sendNotification(DidChangeConfigurationNotification.type, { settings: { [SECTION]: settings } });
  }

  /** The server ended by itself: start it again, unless it does so again and again. */
  private ended(client: LanguageClient): CloseHandlerResult {
    if (this.current.kind !== "running") return { action: CloseAction.DoNotRestart, handled: true }; // open() tells why
    this.listeners.gone();
    const now = Date.now();
    this.ends = [...this.ends.filter((then) => now - then < SPAN), now];
    if (this.ends.length <= ENDS) {
      this.log.warn("The server ended; starting it again");
      return { action: CloseAction.Restart, handled: true };
    }
    const trouble = new Trouble("broken", `The server of default-lint ended ${this.ends.length} times within 3 minutes`, ["restart", "log"]);
    if (this.client === client) this.client = undefined;
    this.set({ kind: "trouble", message: trouble.message });
    this.pending = trouble;
    this.announce(true);
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  /** Tell the trouble: once, and only people who have a Keras program before them or who asked. */
  private announce(asked = false): void {
    const trouble = this.pending;
    if (trouble === undefined || (!asked && trouble.message === this.announced)) return;
    const wanted = asked || workspace.textDocuments.some((document) => document.languageId === "python" && mentionsKeras(document.getText()));
    if (!wanted) return;
    this.announced = trouble.message;
    void this.tellTrouble(trouble);
  }

  private async tellTrouble(trouble: Trouble): Promise<void> {
    const titles = trouble.actions.map((action) => ACTIONS[action]);
    const said = await window.showErrorMessage(trouble.message.replaceAll("`", ""), ...titles);
    const action = trouble.actions.find((one) => ACTIONS[one] === said);
    if (action !== undefined) await this.act(action);
  }

  private async act(action: Action): Promise<void> {
    switch (action) {
      case "install":
        return this.install();
      case "select":
        await commands.executeCommand("default-lint.selectInterpreter");
        return;
      case "settings":
        await commands.executeCommand("workbench.action.openSettings", "default-lint.path");
        return;
      case "log":
        this.log.show();
        return;
      case "restart":
        return this.restart();
    }
  }

  /** Install default-lint into the environment of the interpreter that is chosen, then start. */
  async install(): Promise<void> {
    const interpreter = await this.choose(workspace.workspaceFolders?.[0]?.uri);
    if (interpreter === undefined) {
      await this.tellTrouble(new Trouble("no-python", "No Python is found for default-lint", ["select", "log"]));
      return;
    }
    await workspace.fs.createDirectory(this.context.globalStorageUri);
    const failed = await install(interpreter.path, this.directory, this.log);
    if (failed === undefined) return this.restart();
    await this.tellTrouble(new Trouble("missing", failed, ["select", "log"]));
  }

  private set(state: ServerState): void {
    this.current = state;
    void commands.executeCommand("setContext", "default-lint.running", state.kind === "running");
    this.changed.fire(state);
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.queue.then(step);
    this.queue = done.catch((error: unknown) => this.log.error(String(error)));
    return done;
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function same(one: Launch, other: Launch): boolean {
  return one.command === other.command && one.args.join("\n") === other.args.join("\n");
}
