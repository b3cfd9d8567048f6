// default-lint for VS Code: a thin shell around the language server.
import { type ExtensionContext, window, workspace } from "vscode";
import { Server } from "./client";
import { SCHEME } from "./columns";
import { register } from "./commands";
import { Pages } from "./pages";
import { Panel } from "./panel/panel";
import { PythonExtension } from "./python";
import { RESTARTING, SECTION } from "./settings";
import { Status } from "./status";

let running: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("default-lint", { log: true });
  const pages = new Pages();
  const status = new Status();
  const python = new PythonExtension((line) => log.info(line));
  const panel: Panel = new Panel(context.extensionUri, (token) => server.cancel(token));
  const server = new Server(context, log, python, {
    page: (page) => void pages.receive(page),
    trial: (event) => panel.take(event),
    progress: (token, value) => {
      status.progress(token, value);
      panel.progress(token, value);
    },
    gone: () => {
      status.clear();
      panel.lost();
    },
  });
  running = server;

  context.subscriptions.push(
    log,
    pages,
    status,
    python,
    panel,
    server,
    workspace.registerTextDocumentContentProvider(SCHEME, pages),
    server.onDidChangeState((state) => status.show(state)),
    python.onDidChange(() => void server.refresh()),
    workspace.onDidGrantWorkspaceTrust(() => void server.trust()),
    workspace.onDidChangeConfiguration((event) => {
      if (RESTARTING.some((name) => event.affectsConfiguration(name))) void server.refresh();
      else if (event.affectsConfiguration(`${SECTION}.enable`)) void server.refresh();
    }),
    ...register({ context, server, pages, panel, python, log }),
  );
  void server.start(); // the editor does not wait for it
}

export function deactivate(): Promise<void> | undefined {
  return running?.stop();
}
