// The documents that are checked: Python scripts, saved or not, and the Python cells of notebooks.
export const SELECTOR: { language: string; scheme: string }[] = ["file", "untitled", "vscode-notebook-cell"].map((scheme) => ({
  language: "python",
  scheme,
}));

export const NOTEBOOK = "jupyter-notebook";

/** Only such programs are looked at; others need no server. */
export function mentionsKeras(text: string): boolean {
  return /\b(keras|tensorflow)\b/.test(text);
}
