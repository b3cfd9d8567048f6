// A stand-in for the vscode module: as much of it as the extension uses, with what a test wants to see and to set.

export class Disposable {
  constructor(private readonly end: () => void) {}
  dispose(): void {
    this.end();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => unknown>();
  readonly event = (listener: (value: T) => unknown): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query: string,
    readonly fragment: string,
  ) {}
  static parse(text: string): Uri {
    const [, scheme, path, query, fragment] = /^([\w.+-]+):(?:\/\/)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text) ?? [];
    if (scheme === undefined) throw new Error(`no address: ${text}`);
    return new Uri(scheme, decodeURIComponent(path ?? ""), query ?? "", fragment ?? "");
  }
  static file(path: string): Uri {
    return new Uri("file", path, "", "");
  }
  static from(parts: { scheme: string; path: string; query?: string; fragment?: string }): Uri {
    return new Uri(parts.scheme, parts.path, parts.query ?? "", parts.fragment ?? "");
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, [base.path.replace(/\/$/, ""), ...parts].join("/"), "", "");
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    const slashes = this.scheme === "file" ? "//" : "";
    return `${this.scheme}:${slashes}${encodeURI(this.path)}${this.query && `?${this.query}`}${this.fragment && `#${this.fragment}`}`;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }
}

export class Selection {
  constructor(
    readonly anchor: Position,
    readonly active: Position,
  ) {}
}

export class NotebookRange {
  constructor(
    readonly start: number,
    readonly end: number,
  ) {}
}

export enum NotebookEditorRevealType {
  InCenterIfOutsideViewport = 2,
}
export enum ViewColumn {
  Beside = -2,
  One = 1,
  Two = 2,
}
export enum LanguageStatusSeverity {
  Information,
  Warning,
  Error,
}
export enum StatusBarAlignment {
  Left = 1,
  Right,
}
export enum ProgressLocation {
  Window = 10,
  Notification = 15,
}
export enum ConfigurationTarget {
  Global = 1,
  Workspace,
}
export enum TextEditorRevealType {
  InCenterIfOutsideViewport = 2,
}

/** What tests set and look at; `reset` before each. */
export const world = {
  /** Settings: full names, then values. */
  settings: {} as Record<string, unknown>,
  trusted: true,
  extensions: {} as Record<string, unknown>,
  /** Messages shown, and the answers to give, in turn. */
  messages: [] as { kind: string; text: string; actions: string[] }[],
  answers: [] as (string | undefined)[],
  /** Commands executed. */
  executed: [] as unknown[][],
  failing: new Set<string>(),
  registered: new Map<string, (...args: unknown[]) => unknown>(),
  shown: [] as { uri: string; options: unknown }[],
  picks: [] as { label: string }[][],
  panels: [] as FakePanel[],
  items: [] as Record<string, unknown>[],
};

export function reset(): void {
  Object.assign(world, {
    settings: {},
    trusted: true,
    extensions: {},
    messages: [],
    answers: [],
    executed: [],
    failing: new Set(),
    registered: new Map(),
    shown: [],
    picks: [],
    panels: [],
    items: [],
  });
  columns(0, new TabInputText(Uri.file("/work/train.py")));
  window.activeTextEditor = undefined;
  window.activeNotebookEditor = undefined;
  window.visibleTextEditors = [];
  window.visibleNotebookEditors = [];
  workspace.textDocuments = [];
  workspace.notebookDocuments = [];
  workspace.workspaceFolders = [{ uri: Uri.file("/work"), name: "work", index: 0 }];
}

/** The nested object that VS Code makes of settings with dots in their names. */
function section(name: string): Record<string, unknown> | undefined {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(world.settings)) {
    if (!key.startsWith(`${name}.`)) continue;
    const parts = key.slice(name.length + 1).split(".");
    const last = parts.pop() as string;
    let place = found;
    for (const part of parts) place = (place[part] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

export class FakePanel {
  title = "";
  visible = true;
  iconPath: unknown;
  revealed = 0;
  posted: unknown[] = [];
  received = new EventEmitter<unknown>();
  disposed = new EventEmitter<void>();
  webview = {
    html: "",
    onDidReceiveMessage: this.received.event,
    asWebviewUri: (uri: Uri): string => `https://webview${uri.path}`,
    postMessage: (message: unknown): Promise<boolean> => {
      this.posted.push(message);
      return Promise.resolve(true);
    },
  };
  onDidDispose = this.disposed.event;
  constructor(readonly options: unknown) {}
  reveal(): void {
    this.revealed += 1;
  }
  dispose(): void {
    this.disposed.fire();
  }
}

const message =
  (kind: string) =>
  (text: string, ...actions: string[]): Promise<string | undefined> => {
    world.messages.push({ kind, text, actions });
    return Promise.resolve(world.answers.shift());
  };

export interface TabGroup {
  viewColumn: ViewColumn;
  isActive: boolean;
  activeTab: { input: unknown } | undefined;
}

/** Lay out columns from the left: what is in front in each, and which is active. */
export function columns(active: number, ...inputs: unknown[]): void {
  window.tabGroups.all = inputs.map((input, index) => ({
    viewColumn: index + 1,
    isActive: index === active,
    activeTab: input === undefined ? undefined : { input },
  }));
}

export const window = {
  activeTextEditor: undefined as unknown,
  tabGroups: {
    all: [] as TabGroup[],
    get activeTabGroup(): TabGroup {
      return window.tabGroups.all.find((group) => group.isActive)!;
    },
  },
  activeNotebookEditor: undefined as unknown,
  visibleTextEditors: [] as unknown[],
  visibleNotebookEditors: [] as unknown[],
  showErrorMessage: message("error"),
  showWarningMessage: message("warning"),
  showInformationMessage: message("information"),
  showQuickPick: async (items: { label: string }[] | Promise<{ label: string }[]>): Promise<{ label: string } | undefined> => {
    const listed = await items;
    world.picks.push(listed);
    return listed.find((item) => item.label === world.answers[0]) && listed.find((item) => item.label === world.answers.shift());
  },
  showTextDocument: (uri: Uri, options: unknown): Promise<unknown> => {
    world.shown.push({ uri: String(uri), options });
    return Promise.resolve({ revealRange: () => undefined });
  },
  showNotebookDocument: (notebook: { uri: Uri }, options: unknown): Promise<unknown> => {
    world.shown.push({ uri: String(notebook.uri), options });
    return Promise.resolve({ revealRange: () => undefined });
  },
  createWebviewPanel: (_type: string, _title: string, column: unknown, options: unknown): FakePanel => {
    const panel = new FakePanel({ column, options });
    world.panels.push(panel);
    return panel;
  },
  createStatusBarItem: (): unknown => {
    const item: Record<string, unknown> = { visible: false, show: () => (item["visible"] = true), hide: () => (item["visible"] = false), dispose: () => undefined };
    world.items.push(item);
    return item;
  },
};

export const workspace = {
  get isTrusted(): boolean {
    return world.trusted;
  },
  textDocuments: [] as unknown[],
  notebookDocuments: [] as unknown[],
  workspaceFolders: [{ uri: Uri.file("/work"), name: "work", index: 0 }] as { uri: Uri; name: string; index: number }[] | undefined,
  getWorkspaceFolder(uri: Uri): { uri: Uri } | undefined {
    return (workspace.workspaceFolders ?? []).find((folder) => uri.path === folder.uri.path || uri.path.startsWith(`${folder.uri.path}/`));
  },
  getConfiguration: (name?: string): { get: (key: string, otherwise?: unknown) => unknown; update: (key: string, value: unknown) => Promise<void> } => ({
    get: (key, otherwise) => {
      const full = name === undefined ? key : `${name}.${key}`;
      return world.settings[full] ?? section(full) ?? otherwise;
    },
    update: (key, value) => {
      world.settings[`${name}.${key}`] = value;
      return Promise.resolve();
    },
  }),
  openTextDocument: (_uri: Uri): Promise<{ getText: () => string }> => Promise.resolve({ getText: () => "" }),
  opened: new EventEmitter<unknown>(),
  saved: new EventEmitter<unknown>(),
  onDidOpenTextDocument: (listener: (document: unknown) => unknown): Disposable => workspace.opened.event(listener),
  onDidSaveTextDocument: (listener: (document: unknown) => unknown): Disposable => workspace.saved.event(listener),
  fs: { createDirectory: (): Promise<void> => Promise.resolve() },
};

export const commands = {
  registerCommand: (id: string, run: (...args: unknown[]) => unknown): Disposable => {
    world.registered.set(id, run);
    return new Disposable(() => world.registered.delete(id));
  },
  executeCommand: (id: string, ...args: unknown[]): Promise<unknown> => {
    world.executed.push([id, ...args]);
    return world.failing.has(id) ? Promise.reject(new Error(`no command ${id}`)) : Promise.resolve(undefined);
  },
};

export const languages = {
  createLanguageStatusItem: (): unknown => {
    const item: Record<string, unknown> = { dispose: () => undefined };
    world.items.push(item);
    return item;
  },
  getDiagnostics: (): unknown[] => [],
};

export const extensions = {
  getExtension: (id: string): unknown => world.extensions[id],
};

export const env = { appName: "Test", remoteName: undefined };
export const version = "1.91.0";

export class TabInputText {
  constructor(readonly uri: Uri) {}
}

export class TabInputCustom {
  constructor(
    readonly uri: Uri,
    readonly viewType: string,
  ) {}
}

export class TabInputWebview {
  constructor(readonly viewType: string) {}
}
