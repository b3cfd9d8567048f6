// The commands that people call; each id here stands in package.json too.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import {
  commands,
  ConfigurationTarget,
  type Disposable,
  env,
  type ExtensionContext,
  languages,
  type LogOutputChannel,
  type QuickPickItem,
  Uri,
  version,
  window,
  workspace,
} from "vscode";
import type { Server } from "./client";
import { choose, find, isFile, ORIGINS } from "./interpreter";
import { execute } from "./middleware";
import type { Pages } from "./pages";
import type { Panel } from "./panel/panel";
import type { Page } from "./protocol";
import type { PythonExtension } from "./python";
import { SECTION } from "./settings";
import { target } from "./target";

export interface Parts {
  context: ExtensionContext;
  server: Server;
  pages: Pages;
  panel: Panel;
  python: PythonExtension;
  log: LogOutputChannel;
}

/** All commands of the extension. The server's own (`default-lint.diagnose`, ...) are registered by the client. */
export function table(parts: Parts): Record<string, (...args: unknown[]) => unknown> {
  const { server, pages, panel, log, context } = parts;
  const ask = (command: string, args: unknown[]): Promise<unknown> => execute(command, args, (name, given) => server.execute(name, given));
  return {
    "default-lint.diagnoseFile": (given) => ask("default-lint.diagnose", given === undefined ? [] : [given]),
    "default-lint.verifyFixes": (given) => ask("default-lint.diagnose", [given, { verifyFixes: true }]),
    "default-lint.fixFile": (given) => ask("default-lint.fixAll", given === undefined ? [] : [given]),
    "default-lint.showDiagnosis": () => panel.show(),
    "default-lint.explainRule": (rule) => (typeof rule === "string" ? ask("default-lint.explain", [rule]) : explain(parts)),
    "default-lint.restart": () => server.restart(),
    "default-lint.showLog": () => log.show(),
    "default-lint.debugInformation": () => pages.hold(() => debugInformation(parts)).then((page) => pages.show(page)),
    "default-lint.install": () => server.install(),
    "default-lint.selectInterpreter": () => selectInterpreter(parts),
    "default-lint.openExample": () => openExample(context),
  };
}

export function register(parts: Parts): Disposable[] {
  return Object.entries(table(parts)).map(([id, run]) =>
    commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await run(...args);
      } catch (error) {
        parts.log.error(`${id}: ${String(error)}`);
        const show = "Show log";
        const said = await window.showErrorMessage(`default-lint: ${error instanceof Error ? error.message : String(error)}`, show);
        if (said === show) parts.log.show();
        return undefined;
      }
    }),
  );
}

interface RuleItem extends QuickPickItem {
  rule: string;
}

/** Choose a rule, those of the file first, and show its page. */
async function explain(parts: Parts): Promise<void> {
  const here = new Set<string>();
  const uri = window.activeTextEditor?.document.uri;
  for (const diagnostic of uri === undefined ? [] : languages.getDiagnostics(uri)) {
    const code = typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
    if (diagnostic.source === SECTION && typeof code === "string") here.add(code);
  }
  const items = rules(parts).then((all): RuleItem[] => {
    const known = new Set(all.map((rule) => rule.rule));
    const unknown = [...here].filter((rule) => !known.has(rule)).map((rule) => ({ rule, label: rule }));
    const near = (rule: RuleItem): RuleItem => (here.has(rule.rule) ? { ...rule, description: `in this file · ${rule.description ?? ""}` } : rule);
    return [...unknown, ...all.filter((rule) => here.has(rule.rule)), ...all.filter((rule) => !here.has(rule.rule))].map(near);
  });
  const chosen = await window.showQuickPick(items, { placeHolder: "Which rule?", matchOnDescription: true, matchOnDetail: true });
  if (chosen !== undefined) await parts.server.execute("default-lint.explain", [chosen.rule]);
}

/** The catalogue, as the command line next to the server lists it. */
async function rules({ server, log }: Parts): Promise<RuleItem[]> {
  if ((await server.running()) === undefined) return [];
  const { launch, directory } = server.facts;
  if (launch === undefined) return [];
  const module = launch.args.includes("default_lsp");
  const command = module ? launch.command : path.join(path.dirname(launch.command), path.basename(launch.command).replace("default-lsp", "default-lint"));
  const args = [...(module ? ["-m", "default_lint"] : []), "rules", "--json"];
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd: directory, timeout: 20_000, maxBuffer: 8 * 1024 * 1024, windowsHide: true });
    const listed = JSON.parse(stdout) as { name: string; category: string; summary: string }[];
    return listed.map((rule) => ({ rule: rule.name, label: rule.name, description: rule.category, detail: rule.summary }));
  } catch (error) {
    log.warn(`The rules cannot be listed: ${String(error)}`);
    return [];
  }
}

/** What the server says of itself, and what is known on this side. */
async function debugInformation(parts: Parts): Promise<Page> {
  const own = client(parts);
  const { server, log } = parts;
  if (server.state.kind === "running") {
    try {
      const uri = target();
      const page = await server.execute<Page | null>("default-lint.debug", uri === undefined ? [] : [uri]);
      if (page != null) return { ...page, markdown: `${page.markdown.trimEnd()}\n\n${own}` };
    } catch (error) {
      log.warn(`The server does not tell its debug information: ${String(error)}`);
    }
  }
  const title = "default-lint: debug information";
  return { title, name: "default-lint-debug", markdown: `# ${title}\n\n${own}` };
}

function client({ context, server, python }: Parts): string {
  const { interpreter, launch, directory } = server.facts;
  const state = server.state;
  const said = { running: "running", starting: "starting", stopped: "not running", trouble: state.kind === "trouble" ? state.message : "" }[state.kind];
  const rows: [string, string][] = [
    ["Extension", String((context.extension.packageJSON as { version?: string }).version ?? "")],
    ["Editor", `${env.appName} ${version}`],
    ["System", `${process.platform} ${process.arch}${env.remoteName === undefined ? "" : `, remote: ${env.remoteName}`}`],
    ["Server", said],
    ["Interpreter", interpreter === undefined ? "none found" : `\`${interpreter.path}\`, from ${ORIGINS[interpreter.origin]}`],
    ["Command line", launch === undefined ? "none" : `\`${[launch.command, ...launch.args].join(" ")}\``],
    ["Started in", `\`${directory}\``],
    ["Python extension", python.present ? "present" : "absent"],
    ["Workspace trust", workspace.isTrusted ? "trusted" : "not trusted"],
    ["Folders", (workspace.workspaceFolders ?? []).map((folder) => `\`${folder.uri.toString(true)}\``).join(", ") || "none"],
  ];
  return `## Editor\n\n${rows.map(([name, value]) => `- ${name}: ${value}`).join("\n")}\n`;
}

/** Let the user choose a Python: by the Python extension, else from what is found, else by a dialog. */
async function selectInterpreter({ python }: Parts): Promise<void> {
  const configuration = workspace.getConfiguration(SECTION);
  if (python.present && configuration.get("interpreter") == null) {
    await commands.executeCommand("python.setInterpreter");
    return;
  }
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const nothing = { setting: undefined, chosen: () => Promise.resolve(undefined), isFile };
  const found = await Promise.all([
    choose({ ...nothing, folder, find: () => Promise.resolve(undefined) }),
    ...[["python3"], ["python"]].map((names) => choose({ ...nothing, folder: undefined, find: () => find(names) })),
  ]);
  const paths = [...new Set(found.flatMap((one) => (one === undefined ? [] : [one.path])))];
  const browse = "Find another...";
  const chosen = await window.showQuickPick([...paths.map((label) => ({ label })), { label: browse }], {
    placeHolder: "The Python that runs default-lint",
  });
  if (chosen === undefined) return;
  const file =
    chosen.label === browse ? (await window.showOpenDialog({ title: "Select a Python interpreter", canSelectMany: false }))?.[0]?.fsPath : chosen.label;
  if (file === undefined) return;
  const where = folder === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
  await configuration.update("interpreter", file, where);
}

/** The walkthrough's script, as a document of its own that may be changed at will. */
async function openExample(context: ExtensionContext): Promise<void> {
  const content = Buffer.from(await workspace.fs.readFile(Uri.joinPath(context.extensionUri, "examples", "houses.py"))).toString("utf-8");
  await window.showTextDocument(await workspace.openTextDocument({ language: "python", content }));
}
