"""Real VS Code in a browser without a screen: code-server, the extension out of its package, a page driven as by hand.

`Installation` holds what is on the disk, `serving` the process, `Window` one window as a person uses it. All waiting is
for something to be seen; a limit is only there to end a test that will not pass.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from tests.editors import tools

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LONG = 90.0
"""Seconds after which something that is waited for is missing."""

KEYS = {
    "Control+Alt+1": "workbench.action.closeAllEditors",
    "Control+Alt+2": "notifications.clearAll",
    "Control+Alt+3": "workbench.actions.view.problems",
    "Control+Alt+4": "workbench.action.closePanel",
    "Control+Alt+5": "workbench.trust.manage",
    "Control+Alt+6": "workbench.action.closeActiveEditor",
}
"""Keys for what the tests do all the time; the palette takes a second each time."""

LOGS = Path(__file__).with_name("logs.cjs")

QUIET: dict[str, Any] = {
    "chat.disableAIFeatures": True,
    "editor.hover.delay": 100,
    "editor.minimap.enabled": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "git.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.editor.enablePreview": False,
    "workbench.editor.useModal": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}
"""Settings that keep the window still and free of what is not ours."""


class Box(NamedTuple):
    """A rectangle on the screen, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def until(look: Callable[[], Any], what: str, seconds: float = LONG, rest: Callable[[], object] | None = None) -> Any:
    """What `look` returns as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        if rest is not None:
            rest()
        else:
            time.sleep(0.02)


# The disk


def package(folder: Path) -> Path:
    """The extension's package: DEFAULT_LINT_VSIX, else made by `npm run package`; skips when it cannot be made."""
    given = os.environ.get("DEFAULT_LINT_VSIX")
    if given:
        return Path(given)
    source = tools.VSCODE
    if not (source / "package.json").exists():
        pytest.skip("editors/vscode is not there")
    if not (source / "node_modules").is_dir():
        pytest.skip("the packages of editors/vscode are not installed; tools/install_editors.sh installs them")
    made = folder / "default-lint.vsix"
    command = [str(tools.npm()), "run", "package", "--", "--out", str(made)]
    with _alone(source):
        done = subprocess.run(command, cwd=source, env=tools.with_node(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"npm run package failed:\n{done.stdout}\n{done.stderr}"
    return made


@contextlib.contextmanager
def _alone(source: Path) -> Iterator[None]:
    """One package is made at a time: making it empties `dist` first."""
    lock = source / "node_modules" / ".default-lint.lock"
    with lock.open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Installation:
    """A home of its own for code-server, with the extension in it."""

    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What is set at all times, besides `QUIET`."""

    @property
    def user(self) -> Path:
        return self.folder / "user"

    @property
    def places(self) -> list[str]:
        return ["--user-data-dir", str(self.user), "--extensions-dir", str(self.folder / "extensions")]

    @property
    def environment(self) -> dict[str, str]:
        own = {
            name: str(self.folder / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        }
        return {**tools.with_node(), **own}

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Write the settings, for the user and for the machine (those of machine scope are read from there alone)."""
        own = {"default-lint.interpreter": sys.executable, **self.settings, **settings}
        text = json.dumps({**QUIET, **own}, indent=2)
        for scope in ("User", "Machine"):
            path = self.user / scope / "settings.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        keys = [{"key": key.replace("Control", "ctrl").lower(), "command": command} for key, command in KEYS.items()]
        (self.user / "User" / "keybindings.json").write_text(json.dumps(keys), encoding="utf-8")

    def install(self, extension: Path) -> None:
        """Install an extension from its package, without a network."""
        command = [*tools.code_server(), *self.places, "--install-extension", str(extension)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0 and "success" in done.stdout, f"{done.stdout}\n{done.stderr}"

    def logs(self) -> list[Path]:
        """The logs of the extension, the server's within, and that of the extension host."""
        found = self.user.glob("logs/*/exthost*/**/*.log")
        return sorted(path for path in found if path.stat().st_size)


@contextlib.contextmanager
def serving(installation: Installation, *options: str) -> Iterator[str]:
    """code-server at work; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    switches = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", *options]
    node, script = tools.code_server()
    command = [
        node,
        "--require",
        str(LOGS),
        script,
        "--config",
        os.devnull,
        "--auth",
        "none",
        "--bind-addr",
        f"127.0.0.1:{port}",
    ]
    log = installation.folder / "code-server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *switches, *installation.places],
            env=installation.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(lambda: process.poll() is not None or _answers(f"{address}/healthz"), "code-server answers")
        assert process.poll() is None, log.read_text(errors="replace")
        yield address
    finally:
        _end(process)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End code-server and all that it started; it leads a session of its own."""
    import psutil

    family = [process, *psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in family[1:]:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


@contextlib.contextmanager
def browsing(environment: Mapping[str, str] | None = None, **options: Any) -> Iterator[Callable[[], Page]]:
    """A browser; a function that opens a page with a store of its own."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = str(tools.chromium())
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, **(environment or {})}
        )
        settings = {"viewport": {"width": 1400, "height": 1000}, "reduced_motion": "reduce", **options}
        try:
            yield lambda: browser.new_context(**settings).new_page()
        finally:
            browser.close()


# The screen

TOKEN = """([text, token]) => {
  const plain = (node) => node.textContent.replaceAll('\\u00a0', ' ');
  for (const line of document.querySelectorAll('.editor-instance .view-line, .notebookOverlay .view-line')) {
    const whole = plain(line);
    if (!whole.includes(text) || line.getClientRects().length === 0) continue;
    const begin = whole.indexOf(text) + text.indexOf(token);
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let passed = 0, started = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.textContent.length;
      if (!started && begin < passed + length) { range.setStart(node, begin - passed); started = true; }
      if (started && begin + token.length <= passed + length) {
        range.setEnd(node, begin + token.length - passed);
        const box = range.getBoundingClientRect();
        return [box.left, box.top, box.right, box.bottom];
      }
      passed += length;
    }
  }
  return null;
}"""
"""The rectangle of a token within the first line on the screen that holds a text."""

SQUIGGLES = """() => [...document.querySelectorAll('.view-overlays .cdr')].flatMap((mark) => {
  const kind = /squiggly-(\\w+)/.exec(mark.className);
  const box = mark.getBoundingClientRect();
  return kind && box.width ? [[kind[1], box.left, box.top, box.right, box.bottom]] : [];
})"""
"""All squiggles on the screen: kind and rectangle."""


CURSORS = """() => [...document.querySelectorAll('.cursors-layer .cursor')].map((cursor) => {
  const box = cursor.getBoundingClientRect();
  return [box.left, box.top, box.bottom];
})"""
"""Where the cursors of all editors are: left, top, bottom."""


class Window:
    """One window of VS Code, as a person has it before them."""

    def __init__(self, page: Page) -> None:
        from playwright import sync_api

        self.page = page
        self.error, self.late = sync_api.Error, sync_api.TimeoutError

    # Opening

    def open_folder(self, address: str, folder: Path) -> None:
        """Open a folder and wait until its files can be seen."""
        self.page.goto(f"{address}/?folder={folder.as_posix()}")
        self.see(".explorer-folders-view [role=treeitem]")

    def open(self, name: str) -> None:
        """Open a file or notebook from the tree, and wait until it is shown."""
        entry = self.page.locator(f'.explorer-folders-view [role=treeitem][aria-label^="{name}"]')
        entry.first.dblclick(timeout=LONG * 1000)
        self.see(f'.tab.active[data-resource-name="{name}"]')
        self.see(".notebookOverlay .cell-list-container" if name.endswith(".ipynb") else ".editor-instance .view-line")

    def press(self, command: str) -> None:
        """Press the keys of a command of `KEYS`."""
        self.page.keyboard.press(next(keys for keys, bound in KEYS.items() if bound == command))

    def clear(self) -> None:
        """Close what is open, unsaved or not, and what was told."""
        self.page.mouse.move(5, 5)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Escape")
        self.press("workbench.action.closeAllEditors")
        discard = self.page.get_by_role("button", name="Don't Save")
        tabs = self.page.locator(".tabs-container .tab")

        def closed() -> bool:
            if discard.count():
                discard.first.click()
            return tabs.count() == 0

        self.until(closed, "all editors are closed")
        self.press("notifications.clearAll")
        self.press("workbench.action.closePanel")
        self.gone(".notification-list-item, .part.panel")

    def command(self, title: str) -> None:
        """Run a command from the palette, as soon as it is there."""
        self.page.keyboard.press("F1")
        field = self.page.locator(".quick-input-widget input.input").filter(visible=True)
        row = self.page.locator(".quick-input-list .monaco-list-row.focused").filter(has_text=title.split(": ")[-1])

        def found() -> bool:
            field.fill(f">{title} ")  # what is new in the list is seen only after a change
            field.fill(f">{title}")
            with contextlib.suppress(self.late):
                row.wait_for(timeout=1000)
                return True
            return False

        self.until(found, f"the command {title!r}")
        self.page.keyboard.press("Enter")
        self.gone(".quick-input-widget input.input")

    # Looking

    def see(self, selector: str, text: str | re.Pattern[str] | None = None, seconds: float = LONG) -> Locator:
        """The first element of this kind (with this text), once it can be seen."""
        found = self.page.locator(selector)
        if text is not None:
            found = found.filter(has_text=text)
        found = found.filter(visible=True).first
        found.wait_for(timeout=seconds * 1000)
        return found

    def gone(self, selector: str, text: str | re.Pattern[str] | None = None, seconds: float = LONG) -> None:
        """Wait until no such element can be seen."""
        found = self.page.locator(selector)
        if text is not None:
            found = found.filter(has_text=text)
        self.until(lambda: found.filter(visible=True).count() == 0, f"{selector} is gone", seconds)

    def until(self, look: Callable[[], Any], what: str, seconds: float = LONG) -> Any:
        """What `look` returns as soon as it is true; the page goes on meanwhile."""
        return until(look, what, seconds, lambda: self.page.wait_for_timeout(30))

    def token(self, text: str, token: str | None = None) -> Box | None:
        """Where a token stands, in the line that holds `text`."""
        found = self.page.evaluate(TOKEN, [text, token or text])
        return Box(*found) if found else None

    def squiggles(self) -> list[tuple[str, Box]]:
        """All squiggles on the screen: kind and place."""
        return [(kind, Box(*box)) for kind, *box in self.page.evaluate(SQUIGGLES)]

    def squiggle(self, text: str, token: str | None = None) -> str | None:
        """The kind of the squiggle that is exactly under a token; None when there is none."""
        place = self.token(text, token)
        if place is None:
            return None
        for kind, box in self.squiggles():
            inside = place.top - 3 <= box.middle[1] <= place.bottom + 3
            if inside and abs(box.left - place.left) < 1.5 and abs(box.right - place.right) < 1.5:
                return kind
        return None

    def underlined(self, text: str, token: str | None = None) -> str:
        """Wait for the squiggle that is exactly under a token; its kind."""
        return str(self.until(lambda: self.squiggle(text, token), f"a squiggle under {token or text!r}"))

    def lines(self) -> list[str]:
        """The lines of editors that can be seen, with what is shown between their words."""
        return [
            str(line).replace("\xa0", " ")
            for line in self.page.evaluate(
                "() => [...document.querySelectorAll('.view-line')].map((l) => l.textContent)"
            )
        ]

    def line(self, start: str) -> str:
        """The line on the screen that begins with a text."""
        return next((line for line in self.lines() if line.startswith(start)), "")

    def problems(self) -> list[str]:
        """What the Problems panel says, a line each."""
        rows = self.page.locator(".markers-panel .monaco-list-row").all()
        return [(row.text_content() or "").replace("\xa0", " ") for row in rows]

    def inside(self, selector: str, text: str | None = None, seconds: float = LONG) -> Locator:
        """As `see`, in a page that an extension shows: a Markdown preview, a panel."""

        def look() -> Locator | None:
            for frame in self.page.frames:
                with contextlib.suppress(self.error):
                    found = frame.locator(selector)
                    found = (found.filter(has_text=text) if text else found).filter(visible=True)
                    if frame.parent_frame is not None and found.count():
                        return found.first
            return None

        return cast("Locator", self.until(look, f"{text or selector!r} in a page", seconds))

    def columns(self) -> list[str]:
        """What is in front in each column, from the left: the names on the tabs."""
        front = self.page.locator(".editor-group-container .tab.active")
        tabs = [((tab.bounding_box() or {"x": 0.0})["x"], (tab.text_content() or "").strip()) for tab in front.all()]
        return [name for _, name in sorted(tabs)]

    # Doing

    def rest(self) -> None:
        """Take the mouse where nothing is, until nothing pops up anymore."""
        self.page.mouse.move(5, 5)
        self.gone(".monaco-hover:not(.hidden) .hover-contents")

    def point(self, text: str, token: str | None = None, says: str | None = None) -> Locator:
        """Point at a token; what then pops up, once it says this."""
        shown = self.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content")
        if says is not None:
            shown = shown.filter(has_text=says)

        def pointed() -> bool:  # lines move while lenses and hints come in
            self.rest()
            place = self.token(text, token)
            if place is not None:
                self.page.mouse.move(*place.middle)
                with contextlib.suppress(self.late):
                    shown.filter(visible=True).first.wait_for(timeout=4000)
                    return True
            return False

        self.until(pointed, f"{says!r} at {token or text!r}")
        return shown.filter(visible=True).first

    def click(self, text: str, token: str | None = None) -> None:
        """Set the cursor into a token."""

        def clicked() -> bool:  # lines move while lenses and hints come in
            self.rest()
            place = self.token(text, token)
            if place is None:
                return False
            self.page.mouse.click(*place.middle)
            with contextlib.suppress(AssertionError):
                return bool(self.until(lambda: self.at(text, token), "the cursor", 1))
            return False

        self.until(clicked, f"the cursor in {token or text!r}")

    def at(self, text: str, token: str | None = None) -> bool:
        """True when a cursor is in a token."""
        place = self.token(text, token)
        return place is not None and any(
            place.left - 2 <= left <= place.right + 2 and top < place.middle[1] < bottom
            for left, top, bottom in self.page.evaluate(CURSORS)
        )

    def lens(self, title: str, seconds: float = LONG) -> Locator:
        """A code lens that can be clicked."""
        return self.see(".codelens-decoration a", title, seconds)

    def quick_fixes(self, text: str, token: str | None = None) -> list[str]:
        """What is offered at a token; the list stays open."""
        self.click(text, token)
        rows = self.page.locator(".action-widget .monaco-list-row.action")

        def offered() -> list[str]:
            if not rows.count():
                self.page.keyboard.press("Control+.")
                with contextlib.suppress(self.late):
                    rows.first.wait_for(timeout=3000)
            return [(row.text_content() or "").strip() for row in rows.all()]

        return cast("list[str]", self.until(offered, "quick fixes"))

    def choose(self, title: str) -> None:
        """Take one of the quick fixes that are offered."""
        self.see(".action-widget .monaco-list-row.action", title).click()
        self.gone(".action-widget")

    def save(self, name: str) -> None:
        """Save what is open, and wait until it is saved."""
        self.see(f'.tab.active.dirty[data-resource-name="{name}"]')
        self.page.keyboard.press("Control+s")
        self.gone(".tab.active.dirty")

    def go_to(self, line: int) -> None:
        """Set the cursor into a line and bring it to the middle of the screen."""
        self.page.keyboard.press("Control+g")
        self.page.locator(".quick-input-widget:visible input.input").fill(f":{line}")
        self.page.keyboard.press("Enter")
        self.gone(".quick-input-widget input.input")
