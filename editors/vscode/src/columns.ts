// Columns: where what is read (the panel, pages) opens, so that the code stays in sight.
import { type Tab, TabInputCustom, TabInputText, TabInputWebview, ViewColumn, window } from "vscode";

/** The scheme of pages. */
export const SCHEME = "default-lint-page";
/** The kind of the panel's view. */
export const PANEL = "default-lint.diagnosis";

/**
 * The column for something to read: where a page is in front, else the panel, else beside the code.
 *
 * It is told by what the columns show, not by which of them is active: a click into a panel changes that at its own pace.
 */
export function reading(): ViewColumn {
  const { all, activeTabGroup } = window.tabGroups;
  const found = all.find((group) => isPage(group.activeTab)) ?? all.find((group) => isPanel(group.activeTab));
  if (found !== undefined) return found.viewColumn;
  const active = activeTabGroup.activeTab;
  // Beside nothing, or beside what another extension shows, one more column would leave all of them too narrow.
  return active === undefined || active.input instanceof TabInputWebview ? activeTabGroup.viewColumn : ViewColumn.Beside;
}

function isPage(tab: Tab | undefined): boolean {
  const input = tab?.input;
  return (input instanceof TabInputCustom || input instanceof TabInputText) && input.uri.scheme === SCHEME;
}

/** VS Code puts a word of its own before the kind of a view. */
function isPanel(tab: Tab | undefined): boolean {
  return tab?.input instanceof TabInputWebview && tab.input.viewType.endsWith(PANEL);
}
