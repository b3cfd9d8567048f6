// Pages: what the server wants to be read, as Markdown documents that exist in memory only.
import { commands, EventEmitter, TabInputWebview, type TextDocumentContentProvider, Uri, ViewColumn, window, workspace } from "vscode";
import type { Page } from "./protocol";

export const SCHEME = "default-lint-page";
const KEPT = 50;
const TURNS = 20;

export class Pages implements TextDocumentContentProvider {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;
  private readonly pages = new Map<string, string>();
  private held = 0;

  /** The address of a page; its last part is what the tab shows. */
  static address(page: Pick<Page, "title" | "name">): Uri {
    const title = page.title.replace(/[\\/:*?"<>|#]+/g, " ").replace(/\s+/g, " ").trim() || "default-lint";
    return Uri.from({ scheme: SCHEME, path: `/${title}.md`, query: page.name });
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.pages.get(uri.toString()) ?? "This page is gone. Ask for it once more.\n";
  }

  /** Keep pages that the server sends from being shown while `work` lasts: somebody else shows them. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.held += 1;
    try {
      return await work();
    } finally {
      this.held -= 1;
    }
  }

  /** A page sent by the server. */
  async receive(page: Page): Promise<void> {
    if (this.held === 0) await this.show(page);
  }

  /** Show a page in the Markdown preview beside the editor. */
  async show(page: Page): Promise<void> {
    const uri = Pages.address(page);
    const key = uri.toString();
    this.pages.delete(key);
    this.pages.set(key, page.markdown);
    for (const oldest of [...this.pages.keys()].slice(0, -KEPT)) this.pages.delete(oldest);
    await this.settle(uri, page.markdown);
    try {
      await commands.executeCommand(besideCode() ? "markdown.showPreviewToSide" : "markdown.showPreview", uri);
    } catch {
      await window.showTextDocument(uri, { viewColumn: ViewColumn.Beside, preview: true }); // no Markdown preview here
    }
  }

  /** VS Code may hold the page as it was a while ago, and a preview opened on that would stay so. */
  private async settle(uri: Uri, markdown: string): Promise<void> {
    this.changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    for (let turn = 0; turn < TURNS && document.getText() !== markdown; turn += 1) {
      if (turn > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      this.changed.fire(uri); // it was passed over if the document was not open
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** Whether code is in front; beside a panel or a page one more column would leave all of them too narrow to read. */
function besideCode(): boolean {
  return !(window.tabGroups.activeTabGroup.activeTab?.input instanceof TabInputWebview);
}
