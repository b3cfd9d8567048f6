// A stand-in for vscode-languageclient: starts when the test says so, and keeps what it is told.
import { Readable } from "node:stream";
import { Disposable, EventEmitter, window } from "./vscode-mock";

export enum CloseAction {
  DoNotRestart = 1,
  Restart = 2,
}
export enum ErrorAction {
  Continue = 1,
  Shutdown = 2,
}
export enum RevealOutputChannelOn {
  Never = 4,
}
export const DidChangeConfigurationNotification = { type: "workspace/didChangeConfiguration" };
export const WorkDoneProgressCancelNotification = { type: "window/workDoneProgress/cancel" };

export const made: LanguageClient[] = [];
/** Errors that the next starts fail with. */
export const failures: Error[] = [];

interface Options {
  initializationOptions: Record<string, unknown>;
  stdioOptions: { stderr: (stream: Readable) => void };
  errorHandler: { closed: () => { action: CloseAction; handled: boolean } };
}

export class LanguageClient {
  initializeResult = { serverInfo: { name: "default-lint", version: "9.9.9" } };
  sent: [string, unknown][] = [];
  requests: [string, unknown][] = [];
  handlers = new Map<string, (value: unknown) => void>();
  changed = new EventEmitter<unknown>();
  alive = false;
  constructor(
    readonly id: string,
    readonly name: string,
    readonly server: { command: string; args: string[]; options: { cwd: string } },
    readonly options: Options,
  ) {
    made.push(this);
  }
  error(_message: string, _data?: unknown, told = true): void {
    if (told) window.showErrorMessage("told by the client itself");
  }
  warn(message: string, data?: unknown, told = true): void {
    this.error(message, data, told);
  }
  info(message: string, data?: unknown, told = true): void {
    this.error(message, data, told);
  }
  isRunning(): boolean {
    return this.alive;
  }
  start(): Promise<void> {
    const failure = failures.shift();
    if (failure !== undefined) {
      this.options.stdioOptions.stderr(Readable.from([`Traceback\n${failure.message}\n`]));
      return new Promise((_, reject) => setTimeout(() => reject(new Error("connection got disposed")), 20));
    }
    this.alive = true;
    return Promise.resolve();
  }
  dispose(): Promise<void> {
    this.alive = false;
    return Promise.resolve();
  }
  onNotification(method: string, handler: (value: unknown) => void): Disposable {
    this.handlers.set(method, handler);
    return new Disposable(() => this.handlers.delete(method));
  }
  sendNotification(method: string, value: unknown): Promise<void> {
    this.sent.push([method, value]);
    return Promise.resolve();
  }
  sendRequest(method: string, value: unknown): Promise<unknown> {
    this.requests.push([method, value]);
    return Promise.resolve(null);
  }
}
