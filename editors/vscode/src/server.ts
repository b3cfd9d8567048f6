// How the server is started: look at the interpreter first, and say what is missing in one clear sentence.
import { execFile } from "node:child_process";
import * as path from "node:path";
import type { Interpreter } from "./interpreter";

export const OLDEST: readonly [number, number] = [3, 10];
/** How long a Python may take to say what it is. */
const PATIENCE = 30_000;

/** The command line of the server. */
export interface Launch {
  command: string;
  args: string[];
  /** What is started, in words. */
  about: string;
}

export type Action = "install" | "select" | "settings" | "log" | "restart";

export const ACTIONS: Record<Action, string> = {
  install: "Install default-lint", // the message names the environment; a longer title is cut off
  select: "Select interpreter",
  settings: "Open settings",
  log: "Show log",
  restart: "Restart",
};

/** Why the server cannot be started, and what can be done. */
export class Trouble extends Error {
  constructor(
    readonly kind: "no-python" | "no-file" | "too-old" | "missing" | "no-answer" | "broken",
    message: string,
    readonly actions: Action[],
  ) {
    super(message);
  }
}

/** What an interpreter says of itself. */
export interface Facts {
  version: [number, number, number];
  executable: string;
  /** The version of default-lint in it; null: not installed. */
  installed: string | null;
  /** The language server can be started: `default_lsp` and what it stands on are there. */
  complete: boolean;
}

// Any Python, however old, can read this; it imports nothing of what it looks for. The mark finds the answer among
// what site hooks may print.
const MARK = "default-lint-facts:";
export const QUESTION = `
import sys, json
facts = {"version": list(sys.version_info[:3]), "executable": sys.executable, "installed": None, "complete": False}
if sys.version_info >= (3, 8):
    from importlib import metadata, util
    try:
        facts["installed"] = metadata.version("default-lint")
    except Exception:
        pass
    facts["complete"] = all(util.find_spec(name) is not None for name in ("default_lint", "default_lsp", "pygls", "psutil"))
print("${MARK}" + json.dumps(facts))
`;

export interface Answer {
  stdout: string;
  stderr: string;
  /** Why there is no answer: ENOENT, a time limit, an exit code; undefined when all went well. */
  failed?: string;
}

export type Run = (command: string, args: string[], directory: string) => Promise<Answer>;

/** Run a program to its end, with a time limit. */
export const run: Run = (command, args, directory) =>
  new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: directory, timeout: PATIENCE, maxBuffer: 8 * 1024 * 1024, windowsHide: true },
      (error, stdout, stderr) => {
        const code = error === null ? undefined : error.killed ? "timeout" : String(error.code ?? error.message);
        resolve(code === undefined ? { stdout, stderr } : { stdout, stderr, failed: code });
      },
    );
  });

/** Ask an interpreter what it is. `directory` lies outside the workspace: Python imports from where it is started. */
export async function ask(interpreter: Interpreter, directory: string, start: Run = run): Promise<Facts> {
  const named = `\`${interpreter.path}\``;
  const from = interpreter.origin === "setting" ? ", the value of the setting `default-lint.interpreter`" : "";
  const answer = await start(interpreter.path, ["-c", QUESTION], directory);
  const line = answer.stdout.split("\n").find((text) => text.startsWith(MARK));
  if (line !== undefined) return JSON.parse(line.slice(MARK.length)) as Facts;
  if (answer.failed === "ENOENT" || answer.failed === "EACCES" || answer.failed === "ENOTDIR") {
    throw new Trouble("no-file", `There is no Python at ${named}${from}`, ["select", "log"]);
  }
  if (answer.failed === "timeout") {
    throw new Trouble("no-answer", `The Python at ${named} did not answer within ${PATIENCE / 1000} s`, ["restart", "select", "log"]);
  }
  const said = answer.stderr.trim().split("\n").pop() || `exit code ${answer.failed ?? 0}`;
  throw new Trouble("broken", `The Python at ${named} does not start: ${said}`, ["select", "log"]);
}

/** The command line for an interpreter that can run the server, or the trouble in one sentence. */
export function launchOf(interpreter: Interpreter, facts: Facts): Launch {
  const [major, minor] = facts.version;
  const named = `Python ${facts.version.join(".")} (\`${interpreter.path}\`)`;
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Trouble("too-old", `default-lint needs Python ${OLDEST.join(".")} or later; chosen is ${named}`, ["select", "log"]);
  }
  if (!facts.complete) {
    const what = facts.installed === null ? "default-lint is not installed" : `default-lint ${facts.installed} is installed without its language server`;
    throw new Trouble("missing", `${what} in ${named}`, ["install", "select", "log"]);
  }
  return {
    command: interpreter.path,
    args: ["-m", "default_lsp"],
    about: named,
  };
}

/** The command line for a program given by the setting `default-lint.path`. */
export async function launchProgram(file: string, directory: string, start: Run = run): Promise<Launch> {
  const args = path.basename(file, ".exe") === "default-lint" ? ["server"] : [];
  const answer = await start(file, [...args, "--version"], directory);
  if (answer.failed === "ENOENT" || answer.failed === "EACCES" || answer.failed === "ENOTDIR") {
    throw new Trouble("no-file", `There is no program at \`${file}\`, the value of the setting \`default-lint.path\``, ["settings", "log"]);
  }
  if (answer.failed === "timeout") {
    throw new Trouble("no-answer", `\`${file}\` did not answer within ${PATIENCE / 1000} s`, ["restart", "settings", "log"]);
  }
  if (answer.failed !== undefined) {
    const said = answer.stderr.trim().split("\n").pop() || `exit code ${answer.failed}`;
    throw new Trouble("broken", `\`${file}\` does not start: ${said}`, ["settings", "log"]);
  }
  return { command: file, args, about: `\`${file}\`` };
}
