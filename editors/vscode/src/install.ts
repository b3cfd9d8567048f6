// Install default-lint into an environment: pip, or uv where an environment has no pip.
import { spawn } from "node:child_process";
import { type LogOutputChannel, ProgressLocation, window } from "vscode";
import { find } from "./interpreter";

export const REQUIREMENT = "default-lint[lsp]";

/** How to install into the environment of an interpreter; tried in turn. */
export function installers(interpreter: string, uv: string | undefined): [string, string[]][] {
  const pip: [string, string[]] = [interpreter, ["-m", "pip", "install", "--disable-pip-version-check", REQUIREMENT]];
  return uv === undefined ? [pip] : [pip, [uv, ["pip", "install", "--python", interpreter, REQUIREMENT]]];
}

/** What went wrong, in a sentence, from what the installer said. */
export function reason(output: string): string {
  if (/externally[- ]managed/i.test(output)) {
    return "This Python belongs to the operating system and takes no packages; make a virtual environment and select it";
  }
  if (/No module named pip/.test(output)) return "This environment has no pip";
  if (/Permission denied|EACCES/i.test(output)) return "This environment may not be written to; make a virtual environment and select it";
  if (/No matching distribution|Could not find a version/i.test(output)) return "pip found no default-lint for this Python";
  const last = output.trim().split("\n").filter((line) => /error/i.test(line)).pop();
  return last?.trim() ?? "The installation failed";
}

/** Install with progress; every line goes to the log. Resolves to undefined when it worked, else to the reason. */
export async function install(interpreter: string, directory: string, log: LogOutputChannel): Promise<string | undefined> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title: "Installing default-lint", cancellable: true },
    async (progress, cancelled) => {
      let output = "";
      for (const [command, args] of installers(interpreter, await find(["uv"]))) {
        log.info(`> ${[command, ...args].join(" ")}`);
        output = "";
        const code = await new Promise<number | string>((resolve) => {
          const child = spawn(command, args, { cwd: directory, windowsHide: true, env: { ...process.env, PYTHONUNBUFFERED: "1" } });
          const hear = (chunk: Buffer): void => {
            const text = chunk.toString();
            output += text;
            for (const line of text.split(/\r?\n/).filter(Boolean)) {
              log.info(line);
              if (/^(Collecting|Downloading|Installing|Building|Resolved|Prepared)/.test(line.trim())) {
                progress.report({ message: line.trim().slice(0, 80) });
              }
            }
          };
          child.stdout.on("data", hear);
          child.stderr.on("data", hear);
          child.on("error", (error) => resolve(error.message));
          child.on("close", (exit) => resolve(exit ?? "ended by a signal"));
          cancelled.onCancellationRequested(() => child.kill());
        });
        if (cancelled.isCancellationRequested) return "The installation was canceled";
        if (code === 0) return undefined;
        if (!/No module named pip/.test(output)) break;
      }
      return reason(output);
    },
  );
}
