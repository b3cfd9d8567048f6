// The settings: read from VS Code, paths written out, and as the server wants them.
import * as os from "node:os";
import * as path from "node:path";
import { type ConfigurationScope, workspace } from "vscode";

export const SECTION = "default-lint";

/** Settings that concern this extension alone; the server never sees them. */
export const CLIENT_ONLY = ["interpreter", "path", "trace"];
/** Settings whose change calls for another server process. */
export const RESTARTING = ["interpreter", "path"].map((name) => `${SECTION}.${name}`);

export type Raw = Record<string, unknown>;

/** What the variables in a path stand for. */
export interface Variables {
  folder: string | undefined;
  home: string;
  environment: Record<string, string | undefined>;
}

export function variables(folder: string | undefined): Variables {
  return { folder, home: os.homedir(), environment: process.env };
}

/** A path as people write it in settings: `~` and the usual variables, relative to the workspace folder. */
export function expand(text: string, known: Variables): string {
  const written = text
    .trim()
    .replace(/^~(?=$|[\\/])/, () => known.home)
    .replace(/\$\{userHome\}/g, () => known.home)
    .replace(/\$\{workspaceFolder(?::[^}]*)?\}/g, (whole) => known.folder ?? whole)
    .replace(/\$\{env:([^}]+)\}/g, (_, name: string) => known.environment[name] ?? "");
  const relative = /[\\/]/.test(written) && !path.isAbsolute(written) && !written.startsWith("$");
  return relative && known.folder !== undefined ? path.join(known.folder, written) : written;
}

/** A setting that holds a path or the name of a program, or undefined when it is not set. */
export function readPath(name: string, scope: ConfigurationScope | undefined, folder: string | undefined): string | undefined {
  const value = workspace.getConfiguration(SECTION, scope ?? null).get<unknown>(name);
  return typeof value === "string" && value.trim() !== "" ? expand(value, variables(folder)) : undefined;
}

/** The settings of one folder as the server takes them; a run uses the interpreter of the workspace unless told otherwise. */
export function forServer(raw: Raw | null | undefined, known: Variables, interpreter: string | undefined): Raw {
  const settings: Raw = Object.fromEntries(Object.entries(raw ?? {}).filter(([name]) => !CLIENT_ONLY.includes(name)));
  const diagnose: Raw = { ...(settings["diagnose"] as Raw | undefined) };
  settings["configuration"] = pathOrNull(settings["configuration"], known);
  diagnose["directory"] = pathOrNull(diagnose["directory"], known);
  diagnose["interpreter"] = pathOrNull(diagnose["interpreter"], known) ?? interpreter ?? null;
  settings["diagnose"] = diagnose;
  return settings;
}

function pathOrNull(value: unknown, known: Variables): unknown {
  if (typeof value !== "string") return value ?? null;
  return value.trim() === "" ? null : expand(value, known);
}

/** Whether anybody wants findings: the setting `enable`, of any folder. */
export function enabled(): boolean {
  const scopes = [null, ...(workspace.workspaceFolders ?? []).map((folder) => folder.uri)];
  return scopes.some((scope) => workspace.getConfiguration(SECTION, scope).get<boolean>("enable", true));
}
