"""The extension in real VS Code: what a person sees, and what is on the disk afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from default_lint.output import links
from tests.editors.vscode import programs
from tests.editors.vscode.harness import Installation, Window, browsing, package, serving

PATIENCE = 240
"""Seconds that a diagnosis may take: a machine that does much else trains slowly."""


class Desk(Window):
    """The window of the tests: its files, its installation."""

    folder: Path
    installation: Installation

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def log(self) -> str:
        """What the extension and its servers wrote so far."""
        logs = [path for path in self.installation.logs() if path.name == "default-lint.log"]
        return "".join(path.read_text(encoding="utf-8") for path in logs)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One code-server, one browser and one window for all tests; each opens a file of its own."""
    pytest.importorskip("pygls")
    pytest.importorskip("playwright")
    base = tmp_path_factory.mktemp("vscode")
    installation = Installation(base, {"default-lint.diagnose.seconds": PATIENCE})
    installation.configure({})
    installation.install(package(base))
    programs.write(base / "work")
    with serving(installation) as address, browsing() as new_page:
        desk = Desk(new_page())
        desk.folder, desk.installation = base / "work", installation
        desk.open_folder(address, desk.folder)
        desk.open("shapes.py")
        desk.lens("3 layers", seconds=240)  # all has been started
        desk.clear()
        yield desk


@pytest.fixture
def desk(shared: Desk, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The window with nothing open; what it shows in the end is kept, and the logs when the test fails."""
    failed = request.session.testsfailed
    yield shared
    folder = Path(os.environ.get("DEFAULT_LINT_ARTIFACTS") or tmp_path) / "vscode"
    folder /= re.sub(r"\W+", "-", request.node.name)
    folder.mkdir(parents=True, exist_ok=True)
    shared.page.screenshot(path=folder / "screen.png")
    if request.session.testsfailed > failed:
        for log in shared.installation.logs():
            shutil.copy(log, folder / log.name)
    shared.clear()


def test_findings_stand_under_their_tokens(desk: Desk) -> None:
    desk.open("faults.py")
    # One character before it takes two units of UTF-16 and four bytes.
    assert desk.underlined('name="🐈 ", activation="softmax"', '"softmax"') == "error"
    assert desk.underlined("Adam(lr=1e-3)", "lr") == "error"
    assert len(desk.squiggles()) == 2

    desk.press("workbench.actions.view.problems")
    row = desk.see(".markers-panel .monaco-list-row", "softmax-on-one-unit")
    assert "`softmax` over 1 unit always outputs 1.0" in (row.text_content() or "")
    # VS Code counts characters of UTF-16.
    assert "[Ln 9, Col 50]" in (row.text_content() or "").replace("\xa0", " ")
    assert row.locator("a", has_text="softmax-on-one-unit").get_attribute("href") == links.page_of(
        "softmax-on-one-unit"
    )
    assert any("legacy-lr-argument[Ln 10, Col 47]" in problem for problem in desk.problems())


def test_hover_tells_of_layers_and_findings(desk: Desk) -> None:
    desk.open("faults.py")
    desk.underlined('activation="softmax"', '"softmax"')

    layer = desk.point('layers.Dense(16, activation="relu")', "Dense", says="49,168")
    said = layer.inner_text()
    assert "(None, 3072) → (None, 16)" in said
    assert re.search(r"units\s+16", said)
    assert re.search(r"kernel_initializer\s+'glorot_uniform'\s+default", said)

    finding = desk.point('activation="softmax"', '"softmax"', says="always outputs 1.0")
    desk.until(lambda: "sigmoid" in finding.inner_text(), "the page of the rule, in short")
    code = finding.locator("a", has_text="softmax-on-one-unit").first
    assert code.get_attribute("href") == links.page_of("softmax-on-one-unit")


def test_quick_fix_is_applied_and_saved(desk: Desk) -> None:
    desk.open("optimizer.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    titles = desk.quick_fixes("Adam(lr=1e-3)", "lr")
    assert "learning_rate" in titles[0]
    assert titles[1:] == ["Ignore `legacy-lr-argument` here", "Explain `legacy-lr-argument`"]
    desk.choose(titles[0])
    desk.until(lambda: not desk.squiggles(), "no squiggle")
    desk.save("optimizer.py")
    assert desk.text("optimizer.py") == programs.OPTIMIZER.format("learning_rate")


def test_everything_safe_is_fixed_on_save(desk: Desk) -> None:
    desk.installation.configure({"editor.codeActionsOnSave": {"source.fixAll.default-lint": "explicit"}})
    try:
        desk.open("old.py")
        desk.underlined("SGD(lr=0.01)", "lr")
        desk.underlined("model.fit_generator", "fit_generator")
        desk.click("fit_generator(source, epochs=3)", "epochs")
        desk.page.keyboard.press("End")
        desk.page.keyboard.type("\n")
        desk.save("old.py")
        fixed = programs.OLD.format(lr="learning_rate", fit="fit")
        desk.until(lambda: desk.text("old.py") == f"{fixed}\n", "both are fixed on the disk")
        desk.until(lambda: not desk.squiggles(), "no squiggle")
    finally:
        desk.installation.configure({})


def test_ignore_writes_the_comment(desk: Desk) -> None:
    desk.open("units.py")
    desk.underlined('activation="softmax"', '"softmax"')
    desk.quick_fixes('activation="softmax"', '"softmax"')
    desk.choose("Ignore `softmax-on-one-unit` here")
    desk.until(lambda: not desk.squiggles(), "no squiggle")
    desk.save("units.py")
    assert desk.text("units.py") == programs.UNITS.format(comment="  # default-lint: ignore[softmax-on-one-unit]")


def test_explain_shows_the_page_of_the_rule(desk: Desk) -> None:
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    desk.quick_fixes("Adam(lr=1e-3)", "lr")
    desk.choose("Explain `legacy-lr-argument`")
    desk.inside("h1", "legacy-lr-argument")
    desk.inside("pre", "learning_rate")
    assert desk.columns() == ["faults.py", "legacy-lr-argument.md"]

    # The next page comes where this one is.
    desk.lens("3 layers").click()
    desk.inside("tr", "49,168")
    code, page = desk.columns()
    assert code == "faults.py"
    assert page != "legacy-lr-argument.md"


def test_shapes_stand_behind_layers_and_the_model_is_a_table(desk: Desk) -> None:
    desk.open("shapes.py")
    lens = desk.lens("3 layers")
    assert lens.text_content() == "3 layers, 54,170 parameters"
    desk.until(lambda: "params" in desk.line("        layers.Dense"), "a hint")
    assert desk.line("        layers.Conv2D") == "        layers.Conv2D(8, 3),(None, 26, 26, 8) · 80 params"
    assert desk.line("        layers.Flatten") == "        layers.Flatten(),(None, 5408)"
    assert desk.line("        layers.Dense") == "        layers.Dense(10),(None, 10) · 54,090 params"
    assert desk.text("shapes.py") == programs.SHAPES

    lens.click()
    row = desk.inside("tr", "54,090")
    assert re.sub(r"\s+", " ", row.inner_text()).strip() == "3 Dense linear (None, 10) 54,090"

    hint = desk.point("(None, 26, 26, 8) · 80 params", says="80 parameters")
    assert re.search(r"3 . 3 . 1 . 8 \+ 8", hint.inner_text())


def test_table_of_a_model_is_that_of_the_present_text(desk: Desk) -> None:
    desk.open("growing.py")
    desk.lens("3 layers, 54,170 parameters").click()
    desk.inside("tr", "54,090")
    desk.see('.tab[data-resource-name$=".md"]').click()
    desk.press("workbench.action.closeActiveEditor")
    desk.gone("iframe.webview")
    desk.click("layers.Dense(10)", "10")
    desk.page.keyboard.press("Control+ArrowLeft")
    desk.page.keyboard.type("1")
    desk.lens("3 layers, 595,070 parameters").click()
    desk.inside("tr", "594,990")


def test_cells_of_a_notebook_are_one_program(desk: Desk) -> None:
    desk.open("cells.ipynb")
    assert desk.underlined("RMSprop(lr=1e-4)", "lr") == "error"
    assert desk.underlined("model.fit_generator(source", "fit_generator") == "error"
    desk.until(lambda: "params" in desk.line("model.add(layers.Dense(1,"), "a hint in a cell")
    assert desk.line("model.add(layers.Dense(24,").endswith("(None, 24) · 312 params")
    assert desk.lens("2 layers").text_content() == "2 layers, 337 parameters"

    desk.quick_fixes("RMSprop(lr=1e-4)", "lr")
    desk.choose("learning_rate")
    desk.until(lambda: desk.token("RMSprop(learning_rate=1e-4)"), "the fix in its cell")
    desk.until(lambda: len(desk.squiggles()) == 1, "the other finding alone")

    desk.click("model.fit_generator(source", "fit_generator")
    desk.page.keyboard.press("Control+ArrowRight")
    for _ in "_generator":
        desk.page.keyboard.press("Backspace")
    desk.until(lambda: not desk.squiggles(), "no squiggle after the edit")

    desk.save("cells.ipynb")
    wanted = [*programs.CELLS[:3], programs.CELLS[3].replace("lr=", "learning_rate="), "model.fit(source, epochs=2)"]
    saved = json.loads(desk.text("cells.ipynb"))["cells"]
    assert ["".join(cell["source"]) for cell in saved] == wanted


def test_missing_server_is_told_and_can_be_installed(desk: Desk, tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=False, symlinks=os.name != "nt")
    python = python_of(tmp_path / "empty")
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    desk.installation.configure({"default-lint.interpreter": str(python)})
    try:
        message = desk.see(".notification-list-item", "default-lint is not installed in Python")
        assert str(python) in message.inner_text()
        assert message.get_by_role("button", name=re.compile("^Install default-lint")).is_visible()
        desk.until(lambda: not desk.squiggles(), "the findings of the server that ended are gone")
    finally:
        desk.installation.configure({})
    desk.underlined("Adam(lr=1e-3)", "lr")


def test_server_that_cannot_start_is_told_once(desk: Desk, tmp_path: Path) -> None:
    environment = tmp_path / "broken"
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    packages = next(environment.rglob("site-packages"))
    # All that belongs to it is there, and it breaks.
    (packages / "all.pth").write_text(
        f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", encoding="utf-8"
    )
    (packages / "default_lsp").mkdir()
    (packages / "default_lsp" / "__init__.py").touch()
    (packages / "default_lsp" / "__main__.py").write_text("raise SystemExit('half a server')\n", encoding="utf-8")
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    desk.installation.configure({"default-lint.interpreter": str(python_of(environment))})
    try:
        message = desk.see(".notification-list-item", re.compile("does not start|ended"))
        assert message.get_by_role("button", name="Show log").is_visible()
        desk.until(lambda: not desk.squiggles(), "the findings of the server that ended are gone")
        desk.until(lambda: "half a server" in desk.log(), "what the server said, in the log")
        assert desk.page.locator(".notification-list-item").count() == 1
    finally:
        desk.installation.configure({})
    desk.underlined("Adam(lr=1e-3)", "lr")


def test_restart_brings_the_findings_back(desk: Desk) -> None:
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    starts = desk.log().count("Starting ")
    desk.command("default-lint: Restart server")
    desk.until(lambda: desk.log().count("Starting ") == starts + 1, "another start in the log")
    desk.underlined("Adam(lr=1e-3)", "lr")
    assert not desk.page.locator(".notification-list-item").count()


def test_server_that_ends_is_started_again(desk: Desk) -> None:
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    starts = desk.log().count("starting it again")
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "default_lsp" in process.cmdline():
                process.kill()
    desk.until(lambda: desk.log().count("starting it again") > starts, "the log tells of it")
    desk.click('activation="softmax"', "softmax")
    desk.page.keyboard.press("End")
    desk.page.keyboard.type("  # cats only")
    desk.lens("3 layers")
    assert desk.underlined('activation="softmax"', '"softmax"') == "error"
    assert not desk.page.locator(".notification-list-item").count()


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def test_settings_count_at_once(desk: Desk) -> None:
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    desk.until(lambda: "params" in desk.line("model.add(layers.Dense(16"), "a hint")
    desk.installation.configure(
        {
            "default-lint.inlayHints": False,
            "default-lint.codeLens": False,
            "default-lint.ignore": ["softmax-on-one-unit"],
        }
    )
    try:
        desk.until(lambda: len(desk.squiggles()) == 1, "the other finding alone")
        assert desk.squiggle("Adam(lr=1e-3)", "lr")
        desk.until(lambda: "params" not in desk.line("model.add(layers.Dense(16"), "no hint")
        desk.gone(".codelens-decoration a")
    finally:
        desk.installation.configure({})
    desk.underlined('activation="softmax"', '"softmax"')


def test_example_is_checked_before_it_is_saved(desk: Desk) -> None:
    desk.command("default-lint: Open an example with faults")
    desk.until(desk.squiggles, "findings in an untitled document")
    desk.lens("layers")


def test_debug_information_is_shown(desk: Desk) -> None:
    desk.open("faults.py")
    desk.underlined("Adam(lr=1e-3)", "lr")
    desk.command("default-lint: Debug information")
    desk.inside("h1", "debug information")
    desk.inside("li", "Interpreter")


def test_nothing_is_run_without_trust(desk: Desk) -> None:
    if not restricted(desk):
        pytest.skip("another test trusted the folder")
    desk.open("trained.py")
    desk.lens("Diagnose by a short run").click()
    message = desk.see(".notification-list-item", "A diagnosis runs the code of this workspace")
    assert not desk.page.locator("iframe.webview").count()
    message.get_by_role("button", name="Manage workspace trust").click()
    desk.see(".workspace-trust-editor", "You are in Restricted Mode")
    desk.clear()

    starts = desk.log().count("Starting ")
    trust(desk)
    desk.open("trained.py")
    desk.lens("Diagnose by a short run")
    desk.command("default-lint: Debug information")
    desk.inside("li", "Workspace trust: trusted")
    assert desk.log().count("Starting ") == starts  # the same server, findings stay


@pytest.mark.keras
@pytest.mark.slow
def test_diagnosis_shows_progress_curves_and_verdict(desk: Desk) -> None:
    pytest.importorskip("tensorflow")
    trust(desk)
    targets = "200_000 + 50_000 * x.sum(axis=1)"
    desk.open("trained.py")
    desk.lens("Diagnose by a short run").click()
    desk.inside("button", "Cancel")
    desk.see(".statusbar-item", "Diagnosing trained.py")
    assert not desk.squiggles()

    verdict = desk.inside(".verdict", seconds=PATIENCE + 60).inner_text()
    assert "The model did not learn" in verdict
    assert "line 6" in verdict
    assert "validation" in desk.inside("figure figcaption", "loss").inner_text()
    assert "trained.py:6" in desk.inside("ol .card", "target-scale").inner_text()
    desk.gone(".statusbar-item", "Diagnosing")
    assert "The model did not learn" in desk.see(".notification-list-item").inner_text()
    desk.press("notifications.clearAll")
    assert desk.underlined(targets) == "warning"

    assert desk.columns() == ["trained.py", "Diagnosis: trained.py"]
    desk.inside("ol .card button.link", "target-scale").click()
    desk.inside("h1", "target-scale")
    assert desk.columns() == ["trained.py", "target-scale.md"]  # the code stays in sight

    # Once the code there is another one, what the run said of it is a hint.
    desk.click("y = 200_000", "200_000")
    desk.page.keyboard.press("Home")
    desk.page.keyboard.type("y = y_all = ")
    for _ in "y = ":
        desk.page.keyboard.press("Delete")
    desk.until(lambda: {"hint"} <= shown(desk) <= {"hint", "info"}, "a hint in place of the warning")


@pytest.mark.keras
@pytest.mark.slow
def test_diagnosis_is_canceled_by_its_button(desk: Desk) -> None:
    pytest.importorskip("tensorflow")
    trust(desk)
    desk.open("patience.py")
    desk.lens("Diagnose by a short run").click()
    desk.inside("figure", seconds=120)
    desk.inside("button", "Cancel").click()
    desk.inside("button", "Run again")
    desk.gone(".statusbar-item", "Diagnosing")


def shown(desk: Desk) -> set[str]:
    """The severities of all squiggles."""
    return {kind for kind, _ in desk.squiggles()}


def restricted(desk: Desk) -> bool:
    """True while the folder is not trusted."""
    return desk.page.locator(".statusbar-item", has_text="Restricted Mode").count() > 0


def trust(desk: Desk) -> None:
    """Trust the folder, unless it is trusted."""
    if not restricted(desk):
        return
    desk.press("workbench.trust.manage")
    desk.page.get_by_role("button", name="Trust", exact=True).first.click()
    desk.gone(".statusbar-item", "Restricted Mode")
    desk.clear()
