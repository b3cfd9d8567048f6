// Which Python: the setting, else the Python extension's choice, else an environment in the folder, else the PATH.
import { access, constants, stat } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

export type Origin = "setting" | "extension" | "folder" | "path";

export interface Interpreter {
  path: string;
  origin: Origin;
}

/** Where an interpreter came from, in words. */
export const ORIGINS: Record<Origin, string> = {
  setting: "the setting `default-lint.interpreter`",
  extension: "the Python extension",
  folder: "the environment in the workspace folder",
  path: "the `PATH`",
};

/** All that the choice depends on. */
export interface Surroundings {
  /** The setting `default-lint.interpreter`, written out. */
  setting: string | undefined;
  /** The choice of the Python extension; undefined when it is absent, silent or has none. */
  chosen: () => Promise<string | undefined>;
  /** The workspace folder, only when it may run programs. */
  folder: string | undefined;
  /** The full path of a program on the PATH. */
  find: (names: readonly string[]) => Promise<string | undefined>;
  isFile: (file: string) => Promise<boolean>;
}

const windows = process.platform === "win32";
const NAMES = windows ? ["python", "python3", "py"] : ["python3", "python"];
const INSIDE = windows ? path.join("Scripts", "python.exe") : path.join("bin", "python");

/** The interpreter to use. A setting is taken at its word, whether it is there or not. */
export async function choose(around: Surroundings): Promise<Interpreter | undefined> {
  if (around.setting !== undefined) {
    const named = /[\\/]/.test(around.setting) ? around.setting : await around.find([around.setting]);
    return { path: named ?? around.setting, origin: "setting" };
  }
  const chosen = await around.chosen();
  if (chosen !== undefined) return { path: chosen, origin: "extension" };
  if (around.folder !== undefined) {
    for (const name of [".venv", "venv"]) {
      const file = path.join(around.folder, name, INSIDE);
      if (await around.isFile(file)) return { path: file, origin: "folder" };
    }
  }
  const found = await around.find(NAMES);
  return found === undefined ? undefined : { path: found, origin: "path" };
}

export async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The folders in which programs are looked for; some desktops start editors without `~/.local/bin`. */
function folders(): string[] {
  const named = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return windows ? named : [...named, path.join(os.homedir(), ".local", "bin")];
}

/** The full path of the first of these programs on the PATH; a relative entry of the PATH is never followed. */
export async function find(names: readonly string[], places: readonly string[] = folders()): Promise<string | undefined> {
  const endings = windows ? [".exe", ".cmd", ".bat"] : [""];
  for (const name of names) {
    for (const place of places) {
      for (const ending of endings) {
        const file = path.join(place, name.endsWith(ending) ? name : name + ending);
        if ((await isFile(file)) && (await runnable(file))) return file;
      }
    }
  }
  return undefined;
}

async function runnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
