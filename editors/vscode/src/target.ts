// The file that a command is meant for.
import { Uri, window, workspace } from "vscode";

/** The address of what is given (by a menu, a code lens, a key binding), else of the active editor; of a cell, its notebook's. */
export function target(given?: unknown): string | undefined {
  if (typeof given === "string") return notebookOf(Uri.parse(given)) ?? given;
  const uri = address(given) ?? window.activeTextEditor?.document.uri ?? window.activeNotebookEditor?.notebook.uri;
  return uri === undefined ? undefined : (notebookOf(uri) ?? uri.toString());
}

/** Menus hand over a Uri, the notebook toolbar an object that holds one. */
function address(given: unknown): Uri | undefined {
  if (given instanceof Uri) return given;
  if (typeof given !== "object" || given === null) return undefined;
  const held = given as { notebookEditor?: { notebookUri?: unknown }; scheme?: unknown; path?: unknown };
  if (held.notebookEditor?.notebookUri !== undefined) return address(held.notebookEditor.notebookUri);
  return typeof held.scheme === "string" && typeof held.path === "string" ? Uri.from(held as { scheme: string; path: string }) : undefined;
}

function notebookOf(uri: Uri): string | undefined {
  if (uri.scheme !== "vscode-notebook-cell") return undefined;
  const same = (other: Uri): boolean => other.toString() === uri.toString();
  return workspace.notebookDocuments
    .find((notebook) => notebook.getCells().some((cell) => same(cell.document.uri)))
    ?.uri.toString();
}
