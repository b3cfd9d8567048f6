// The file that a command is meant for.
import { type NotebookDocument, Uri, window, workspace } from "vscode";

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
  return cellOf(uri)?.notebook.uri.toString();
}

/** The notebook that a cell is in, and the cell's index in it. */
export function cellOf(uri: Uri): { notebook: NotebookDocument; index: number } | undefined {
  if (uri.scheme !== "vscode-notebook-cell") return undefined;
  for (const notebook of workspace.notebookDocuments) {
    const index = notebook.getCells().findIndex((cell) => cell.document.uri.toString() === uri.toString());
    if (index >= 0) return { notebook, index };
  }
  return undefined;
}

/** A place with the number of its cell (all cells count, from 1), if it is in a notebook. */
export function numbered<T extends { uri?: string | null; cell?: number }>(place: T): T {
  const cell = place.uri?.startsWith("vscode-notebook-cell:") ? cellOf(Uri.parse(place.uri)) : undefined;
  return cell === undefined ? place : { ...place, cell: cell.index + 1 };
}
