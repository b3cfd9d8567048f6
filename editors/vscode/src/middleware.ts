// What happens between VS Code and the server: settings are completed, commands get the file they are meant for.
import { commands, Uri, window, workspace } from "vscode";
import type { ConfigurationParams, Middleware, ProgressToken } from "vscode-languageclient/node";
import type { Progress } from "./protocol";
import { forServer, type Raw, SECTION, variables } from "./settings";
import { target } from "./target";

/** What the middleware needs of the rest. */
export interface Wiring {
  /** The interpreter of the workspace folder of a resource. */
  interpreter: (resource: Uri | undefined) => Promise<string | undefined>;
  progress: (token: ProgressToken, value: Progress) => void;
  /** Tell the server its settings anew. */
  tell: () => Promise<void>;
}

/** The settings of a resource as the server takes them. */
export async function settingsOf(resource: Uri | undefined, interpreter: Wiring["interpreter"], raw?: Raw | null): Promise<Raw> {
  const read = raw ?? workspace.getConfiguration(undefined, resource ?? null).get<Raw>(SECTION);
  const folder = resource === undefined ? workspace.workspaceFolders?.[0] : workspace.getWorkspaceFolder(resource);
  return forServer(read, variables(folder?.uri.fsPath), await interpreter(resource));
}

export function middleware(wiring: Wiring): Middleware {
  return {
    workspace: {
      configuration: async (params: ConfigurationParams, token, next) => {
        const answer = await next(params, token);
        if (!Array.isArray(answer)) return answer;
        return Promise.all(
          params.items.map(async (item, index) => {
            const raw = answer[index] as Raw | null;
            if (item.section !== SECTION) return raw;
            return settingsOf(item.scopeUri === undefined ? undefined : Uri.parse(item.scopeUri), wiring.interpreter, raw);
          }),
        );
      },
      didChangeConfiguration: async () => wiring.tell(),
    },
    executeCommand: async (command, args, next) => execute(command, args, async (name, given) => next(name, given)),
    handleWorkDoneProgress: (token, value) => wiring.progress(token, value),
  };
}

/** Run a command of the server; without arguments it is meant for the file before the user. */
export async function execute<T>(
  command: string,
  args: unknown[],
  next: (command: string, args: unknown[]) => Promise<T>,
): Promise<T | undefined> {
  switch (command) {
    case "default-lint.explain":
      if (args.length === 0) return commands.executeCommand("default-lint.explainRule");
      break;
    case "default-lint.diagnose":
    case "default-lint.fixAll": {
      const [first, ...rest] = args;
      const uri = target(first);
      if (uri === undefined) {
        void window.showInformationMessage("Open a Python file or a notebook first");
        return undefined;
      }
      if (command === "default-lint.diagnose" && !workspace.isTrusted) {
        await refuse();
        return undefined;
      }
      return next(command, [uri, ...rest]);
    }
  }
  return next(command, args);
}

/** A short run executes the code of the workspace: not before it is trusted. */
export async function refuse(): Promise<void> {
  const manage = "Manage workspace trust";
  const chosen = await window.showWarningMessage(
    "A diagnosis runs the code of this workspace, and the workspace is not trusted",
    manage,
  );
  if (chosen === manage) await commands.executeCommand("workbench.trust.manage");
}
