// The Python extension, if it is there: which environment is chosen, and when that changes.
import { type Disposable, type Event, EventEmitter, extensions, type Uri } from "vscode";

const ID = "ms-python.python";

/** The part of the Python extension's interface that is used here. */
export interface Environments {
  getActiveEnvironmentPath(resource?: Uri): { id: string; path: string };
  resolveEnvironment(environment: { id: string; path: string } | string): Promise<
    { executable: { uri: Uri | undefined } } | undefined
  >;
  onDidChangeActiveEnvironmentPath: Event<{ id: string; path: string; resource?: unknown }>;
}

interface Exports {
  ready?: Promise<void>;
  environments?: Environments;
}

/** A promise that is given up after a while. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class PythonExtension implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** The chosen environment is another one, or is known only now. */
  readonly onDidChange = this.changed.event;
  private api: Promise<Environments | undefined> | undefined;
  private subscription: Disposable | undefined;
  private late = false;
  private silent = false;

  constructor(
    private readonly log: (line: string) => void,
    private readonly patience = 10_000,
  ) {}

  get present(): boolean {
    return extensions.getExtension(ID) !== undefined;
  }

  /** The executable that is chosen for a file or folder; undefined when that is not known in time. */
  async executable(resource: Uri | undefined): Promise<string | undefined> {
    const api = this.environments();
    const environments = await within(this.late ? 0 : this.patience, api);
    if (environments === undefined) {
      if (!this.late && this.present && !this.silent) {
        this.log(`The Python extension did not answer within ${this.patience / 1000} s; going on without it`);
        this.late = true; // nobody waits for it a second time; when it answers at last, that is a change
        void api.then((found) => {
          this.late = false;
          if (found !== undefined) this.changed.fire();
        });
      }
      return undefined;
    }
    try {
      const active = environments.getActiveEnvironmentPath(resource);
      const resolved = await within(this.patience, environments.resolveEnvironment(active));
      return resolved?.executable.uri?.fsPath;
    } catch (error) {
      this.log(`The Python extension does not tell its environment: ${String(error)}`);
      return undefined;
    }
  }

  private environments(): Promise<Environments | undefined> {
    this.api ??= this.activate().catch((error: unknown) => {
      this.log(`The Python extension does not start: ${String(error)}`);
      this.silent = true;
      return undefined;
    });
    return this.api;
  }

  private async activate(): Promise<Environments | undefined> {
    const extension = extensions.getExtension<Exports>(ID);
    if (extension === undefined) {
      this.api = undefined; // it may be installed later
      return undefined;
    }
    const exported = extension.isActive ? extension.exports : await extension.activate();
    await exported?.ready;
    const environments = exported?.environments;
    this.silent = environments === undefined;
    this.subscription ??= environments?.onDidChangeActiveEnvironmentPath(() => this.changed.fire());
    return environments;
  }

  dispose(): void {
    this.subscription?.dispose();
    this.changed.dispose();
  }
}
