// Pages: what the server wants to be read, as Markdown documents that exist in memory only.
import { commands, EventEmitter, type TextDocumentContentProvider, Uri, window, workspace } from "vscode";
import { reading, SCHEME } from "./columns";
import type { Page } from "./protocol";

/** The Markdown preview as an editor: unlike the command `markdown.showPreview` it can be told its column. */
const PREVIEW = "vscode.markdown.preview.editor";
const KEPT = 50;
const TURNS = 20;

export class Pages implements TextDocumentContentProvider {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;
  private readonly pages = new Map<string, string>();
  private held = 0;
  private last: Promise<unknown> = Promise.resolve();

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

  /** Show a page in the Markdown preview, in the column of what is read; one after the other, so that each sees those before. */
  show(page: Page): Promise<void> {
    const shown = this.last.then(() => this.open(page));
    this.last = shown.catch(() => undefined);
    return shown;
  }

  private async open(page: Page): Promise<void> {
    const uri = Pages.address(page);
    const key = uri.toString();
    this.pages.delete(key);
    this.pages.set(key, page.markdown);
    for (const oldest of [...this.pages.keys()].slice(0, -KEPT)) this.pages.delete(oldest);
    await this.settle(uri, page.markdown);
    const place = { viewColumn: reading(), preview: true };
    try {
      await commands.executeCommand("vscode.openWith", uri, PREVIEW, place);
    } catch {
      await window.showTextDocument(uri, place); // no Markdown preview here
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
