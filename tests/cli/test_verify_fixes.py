"""`default-lint diagnose --verify-fixes`, with runs that are told."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from default_lint.findings import Safety
from default_lint.trial import launch
from default_lint.trial.trace import Event, Trace, header
from tests.cli.conftest import FewEpochs, LegacyRate, Outcome, Softmax, Words
from tests.output import tracing

Lint = Callable[..., Outcome]
SCRIPT = """\
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
model.compile(optimizer=keras.optimizers.Adam(lr=0.1), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=1)
"""
SIGMOID = SCRIPT.replace("softmax", "sigmoid")
DIFF = """\
--- a/train.py
+++ b/train.py
@@ -1,6 +1,6 @@
 import keras
 from keras import layers
{empty}
-model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
+model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
 model.compile(optimizer=keras.optimizers.Adam(lr=0.1), loss="binary_crossentropy", metrics=["accuracy"])
 model.fit(x, y, epochs=1)
""".format(empty=" ")


def trained(accuracy: float = 0.5, *, kind: str = "finished", count: int = 5, **ended: Any) -> list[Event]:
    """The events of a run that reaches this accuracy."""
    logs = {"loss": 1.2 - accuracy, "accuracy": accuracy, "val_accuracy": accuracy}
    events = tracing.events(count, kind=kind, **ended)[1:]
    return [{**event, "logs": logs} if event["event"] == "epoch" else event for event in events]


class Sigmoid(Softmax):
    """Softmax over one unit always outputs 1.0."""

    pattern, replacement = '(?<=")softmax(?=")', "sigmoid"


RULES = (Sigmoid, LegacyRate, FewEpochs)


class Played:
    """Stands in for runs: `answer` gives the events of a text (of the replaced ones too, if any)."""

    def __init__(self) -> None:
        self.requests: list[launch.Request] = []
        self.folders: list[dict[str, str]] = []
        self.answer: Callable[[str], list[Event]] = lambda text: trained(0.95 if "sigmoid" in text else 0.5)

    def __call__(self, request: launch.Request, on_event: Any = None, on_output: Any = None, cancel: Any = None) -> Any:
        self.requests.append(request)
        text = request.source or Path(request.script or "main.py").read_text()
        text += "".join(request.replaced.values())
        folder = Path(request.folder)
        self.folders.append({each.name: each.read_text() for each in folder.iterdir() if each.is_file()})
        (folder / "model.keras").write_text(f"weights of run {len(self.requests)}")
        if on_output is not None:
            on_output("stdout", b"Epoch 1/1\n")
        events = self.answer(text)
        for event in events:
            on_event(event)
        kept = (header(request.name, {}), *events)
        return launch.Result(Trace.read(kept), kept, python="/env/bin/python")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    runs = Played()
    monkeypatch.setattr(launch, "run", runs)
    monkeypatch.setattr("default_lint.rules.RULES", RULES)
    return runs


@pytest.fixture
def script(project: Path) -> Path:
    path = project / "train.py"
    path.write_text(SCRIPT)
    return path


def verification(lint: Lint, *arguments: str) -> dict[str, Any]:
    """What the JSON says of the attempts."""
    found: dict[str, Any] = json.loads(lint("diagnose", *arguments, "--format", "json", "-q")[1])["verification"]
    return found


def flat(text: str) -> str:
    """Text without the line ends of its paragraphs."""
    return " ".join(text.split())


def outcomes(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(attempt["title"], attempt["outcome"]) for attempt in found["attempts"]]


# what is run


def test_all_runs_have_the_same_seeds_and_time(lint: Lint, played: Played, script: Path, project: Path):
    (project / "data.csv").write_text("1,2\n")
    lint("diagnose", "train.py", "--verify-fixes", "--seconds", "100", "--steps", "70", "--", "--small")
    first, *others = played.requests
    assert len(others) == 2
    assert (first.seed, first.environment) == (0, {"PYTHONHASHSEED": "0"})
    assert first.budget == launch.Budget(25.0, None, 70)
    assert (first.source, first.tests, first.folder) == (None, True, str(project))
    for other in others:
        assert (other.seed, other.environment, other.args) == (0, {"PYTHONHASHSEED": "0"}, ("--small",))
        assert other.budget == launch.Budget(17.5, None, 70), "what the first run had for training"
        assert (other.script, other.file, other.tests) == ("train.py", str(script), False)
        assert other.python == "/env/bin/python"
        assert other.folder not in (first.folder, others[-1 - others.index(other)].folder)
        assert not os.path.exists(other.folder)
    assert others[0].source == SIGMOID
    assert others[1].source == SCRIPT.replace("lr=", "learning_rate=")
    assert played.folders == [{"train.py": SCRIPT, "data.csv": "1,2\n"}] * 3, "none sees what another wrote"
    assert (project / "model.keras").read_text() == "weights of run 1"
    assert script.read_text() == SCRIPT


@pytest.mark.parametrize(
    ("arguments", "runs", "seconds"),
    [
        (("--verify-fixes", "train.py"), 3, 60.0),
        (("train.py", "--verify-fixes"), 3, 60.0),
        (("--verify-fixes", "1", "train.py"), 2, 60.0),
        (("--verify-fixes=1", "train.py", "--seconds", "30"), 2, 15.0),
    ],
)
def test_the_number_of_fixes_may_be_told(
    lint: Lint, played: Played, script: Path, arguments: tuple[str, ...], runs: int, seconds: float
):
    assert lint("diagnose", *arguments)[0] == 1
    assert len(played.requests) == runs
    assert played.requests[0].budget.seconds == seconds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--apply",), "--apply writes the fix that --verify-fixes found to help: both are needed"),
        (("--verify-fixes", "0"), "argument --verify-fixes: 0 is not a number above 0"),
        (("--verify-fixes", "-1"), "argument --verify-fixes: -1 is not a number above 0"),
        (("--verify-fixes=x",), "argument --verify-fixes: invalid number value: 'x'"),
    ],
)
def test_mistakes_are_told_before_anything_runs(
    lint: Lint, played: Played, script: Path, arguments: tuple[str, ...], message: str
):
    code, out, err = lint("diagnose", "train.py", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert played.requests == []


def test_without_the_option_nothing_changes(lint: Lint, played: Played, script: Path):
    data = json.loads(lint("diagnose", "train.py", "--format", "json", "-q")[1])
    assert list(data) == ["verdict", "run", "findings"]
    assert played.requests[0].seed is None


# what is told


def test_the_report_says_which_helps_with_its_diff(lint: Lint, played: Played, script: Path, project: Path):
    code, out, err = lint("diagnose", "train.py", "--verify-fixes")
    assert (code, err) == (1, "")
    assert out.count("Epoch 1/1") == 1, "what the script prints is shown once"
    told = "validation accuracy 0.50 -> 0.95 in 5 epochs"
    assert f"\n  ✓ helps: write sigmoid (train.py:4): {told}\n" in out
    assert "· no difference: write learning_rate (train.py:5): validation accuracy 0.5000 -> 0.5000 in 5" in flat(out)
    assert f"= note: verified: write sigmoid: {told}\n" in out
    assert "= note: tried: write learning_rate: no difference: validation accuracy 0.5000 -> 0.5000" in out
    assert f"\nTry first: line 4: write sigmoid (verified: {told})\n" in out
    assert out.endswith(DIFF)
    (project / "report.txt").write_text(out, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "report.txt"], check=True)
    assert script.read_text() == SIGMOID


def test_programs_get_it_as_data(lint: Lint, played: Played, script: Path):
    found = verification(lint, "train.py", "--verify-fixes")
    assert (found["seed"], found["best"], found["applied"], found["refused"]) == (0, 1, [], None)
    first, second = found["attempts"]
    assert (first["outcome"], first["told"]) == ("helps", "validation accuracy 0.50 -> 0.95 in 5 epochs")
    assert first["measure"] == {"name": "validation accuracy", "before": 0.5, "after": 0.95, "epochs": [5, 5]}
    assert first["diff"] == DIFF
    (fix,) = first["fixes"]
    assert (fix["file"], fix["line"], fix["name"], fix["applicability"]) == (
        "train.py", 4, "softmax-on-one-unit", "unsafe",
    )  # fmt: skip
    assert (second["number"], second["outcome"]) == (2, "no difference")


def test_events_tell_of_each_fix(lint: Lint, played: Played, script: Path):
    out = lint("diagnose", "train.py", "--verify-fixes", "--events", "json")[1]
    rows = [json.loads(line, parse_constant=pytest.fail) for line in out.splitlines()]
    kinds = [row["event"] for row in rows]
    assert kinds.count("epoch") == 5, "the epochs are those of the first run"
    assert kinds[-5:] == ["fix", "fix", "fix", "fix", "diagnosis"]
    assert [row["state"] for row in rows[-5:-1]] == ["begin", "end", "begin", "end"]
    assert rows[-5]["fixes"][0]["title"] == "write sigmoid"
    assert rows[-4]["outcome"] == "helps"
    assert rows[-1]["verification"]["attempts"][0] == {
        key: value for key, value in rows[-4].items() if key not in ("event", "state")
    }
    assert rows[-1]["findings"][0]["name"] == "softmax-on-one-unit"


def test_the_page_shows_it(lint: Lint, played: Played, script: Path, project: Path):
    lint("diagnose", "train.py", "--verify-fixes", "--html", "out.html")
    page = (project / "out.html").read_text(encoding="utf-8")
    assert "Fixes tried" in page
    assert '<tr class="helps best"><th scope="row">helps</th><td>write sigmoid' in page
    assert '<tr class="no-difference"><th scope="row">no difference</th>' in page
    assert "+++ b/train.py" in page
    lint("diagnose", "train.py", "--html", "out.html")
    assert "Fixes tried" not in (project / "out.html").read_text(encoding="utf-8")


def test_a_finding_that_is_proven_comes_first_and_so_does_its_fix(
    lint: Lint, played: Played, script: Path, monkeypatch: pytest.MonkeyPatch
):
    class Two(Sigmoid):
        def check(self, program: Any) -> Any:
            from dataclasses import replace

            for finding in super().check(program):
                (fix,) = finding.fixes
                (edit,) = fix.edits
                other = replace(fix, title="write linear", edits=(replace(edit, text="linear"),))
                yield replace(finding, fixes=(fix, other))

    monkeypatch.setattr("default_lint.rules.RULES", (Two, LegacyRate))
    played.answer = lambda text: trained(0.95 if "linear" in text else 0.5)
    data = json.loads(lint("diagnose", "train.py", "--verify-fixes", "--format", "json", "-q")[1])
    titles = [title for title, _ in outcomes(data["verification"])]
    assert titles[:3] == ["write sigmoid", "write linear", "write learning_rate"], "alternatives before other findings"
    assert titles[3:] == ["write linear + write learning_rate"], "for the first alone did not help"
    assert data["verification"]["best"] == 2
    first = data["findings"][0]
    assert (first["name"], first["fix"]["title"]) == ("softmax-on-one-unit", "write linear")
    assert [each["title"] for each in first["fix"]["alternatives"]] == ["write sigmoid"]

    played.answer = lambda text: trained(0.95 if "learning_rate" in text else 0.5)
    data = json.loads(lint("diagnose", "train.py", "--verify-fixes", "--format", "json", "-q")[1])
    assert data["findings"][0]["name"] == "legacy-lr-argument"
    played.answer = lambda text: trained(0.95 if "sigmoid" in text else 0.5)
    titles = [title for title, _ in outcomes(verification(lint, "train.py", "--verify-fixes", "2"))]
    assert titles == ["write sigmoid", "write learning_rate"], "another way to do what helped can wait"


def test_the_rate_that_the_sweep_found_best_is_tried(
    lint: Lint, played: Played, script: Path, monkeypatch: pytest.MonkeyPatch
):
    """No rule says anything: the fix comes from a test of our own."""
    monkeypatch.setattr("default_lint.rules.RULES", ())
    script.write_text(tracing.SCRIPT)
    (sweep,) = [event for event in tracing.TESTS if event["name"] == "rate_sweep"]
    played.answer = lambda text: [*trained(0.95 if "Adam(0.01)" in text else 0.5)[:-1], sweep, trained()[-1]]
    data = json.loads(lint("diagnose", "train.py", "--verify-fixes", "--apply", "--format", "json", "-q")[1])
    assert outcomes(data["verification"])[0] == ("Replace with `0.01`", "helps")
    assert data["findings"][0]["name"] == "learning-rate-off"
    assert data["findings"][0]["fix"]["applicability"] == "unsafe"
    assert script.read_text() == tracing.SCRIPT.replace("Adam(5.0)", "Adam(0.01)")


# several together


def test_what_helps_alone_is_tried_together(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained(0.5 + 0.2 * ("sigmoid" in text) + 0.2 * ("learning_rate" in text))
    found = verification(lint, "train.py", "--verify-fixes")
    assert outcomes(found)[-1] == ("write sigmoid + write learning_rate", "helps")
    assert found["best"] == 3
    assert played.requests[-1].source == SIGMOID.replace("lr=", "learning_rate=")
    diff = found["attempts"][2]["diff"]
    assert diff.count("\n+") == 3 and diff.count("--- a/train.py") == 1
    _, out, _ = lint("diagnose", "train.py", "--verify-fixes")
    assert "Try first: line 4: write sigmoid; line 5: write learning_rate (verified: " in flat(out)


def test_together_is_best_only_when_it_is_clearly_better(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained(0.95 if "sigmoid" in text or "learning_rate" in text else 0.5)
    found = verification(lint, "train.py", "--verify-fixes")
    assert [outcome for _, outcome in outcomes(found)] == ["helps", "helps", "helps"]
    assert found["best"] == 1


def test_two_faults_that_hide_each_other(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained(0.95 if "sigmoid" in text and "learning_rate" in text else 0.5)
    found = verification(lint, "train.py", "--verify-fixes")
    assert [outcome for _, outcome in outcomes(found)] == ["no difference", "no difference", "helps"]
    assert found["best"] == 3


def test_what_does_harm_is_not_tried_together(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained(0.2 if "learning_rate" in text else 0.5)
    found = verification(lint, "train.py", "--verify-fixes")
    assert outcomes(found) == [("write sigmoid", "no difference"), ("write learning_rate", "worse")]
    assert found["best"] is None


# what goes wrong


def test_a_fix_that_breaks_the_syntax_is_told(
    lint: Lint, played: Played, script: Path, monkeypatch: pytest.MonkeyPatch
):
    class Wrong(Words):
        name, code, family = "softmax-on-one-unit", "ACT101", "activation"
        severity, fixable = Softmax.severity, Safety.UNSAFE
        pattern, replacement = '"softmax"', '"sigmoid'

    monkeypatch.setattr("default_lint.rules.RULES", (Wrong, LegacyRate))
    found = verification(lint, "train.py", "--verify-fixes", "1")
    assert outcomes(found) == [('write "sigmoid', "not tried"), ("write learning_rate", "no difference")]
    assert found["attempts"][0]["told"] == "it would break the syntax"
    assert len(played.requests) == 2, "it takes no other's place"


def test_a_fix_that_crashes_is_told(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: (
        trained(count=0, kind="error", message="ValueError: shapes") if "sigmoid" in text else trained()
    )
    code, out, _ = lint("diagnose", "train.py", "--verify-fixes")
    assert code == 1
    assert "\n  ✗ crashed: write sigmoid (train.py:4): ValueError: shapes\n" in out
    assert "= note: tried: write sigmoid: crashed: ValueError: shapes\n" in out
    assert "+++ b/train.py" not in out


def test_without_time_nothing_is_tried(lint: Lint, played: Played, script: Path):
    found = verification(lint, "train.py", "--verify-fixes", "--seconds", "1e-6")
    assert [outcome for _, outcome in outcomes(found)] == ["not tried", "not tried"]
    assert found["attempts"][0]["told"].endswith("s of --seconds were left")
    assert found["attempts"][0]["diff"] == DIFF
    assert len(played.requests) == 1


def test_without_an_epoch_there_is_nothing_to_compare_with(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained(count=0, kind="budget")
    found = verification(lint, "train.py", "--verify-fixes")
    assert found["attempts"][0]["told"] == "the first run completed no epoch to compare with"
    assert len(played.requests) == 1


def test_a_first_run_that_crashed_may_be_mended(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: (
        trained(0.9) if "learning_rate" in text else trained(count=0, kind="error", message="ValueError: lr")
    )
    found = verification(lint, "train.py", "--verify-fixes")
    by_title = dict(outcomes(found))
    assert by_title["write learning_rate"] == "helps"
    assert by_title["write sigmoid"] == "no difference"


def test_a_healthy_run_without_a_fix_says_so(lint: Lint, played: Played, script: Path):
    code, out, _ = lint("diagnose", "train.py", "--verify-fixes", "--ignore", "ALL")
    assert code == 0
    assert "\nNo fix to try: no finding has one that can be applied\n" in out


@pytest.mark.parametrize("how", ["raised", "told"])
def test_the_diagnosis_survives_the_keyboard(lint: Lint, played: Played, script: Path, how: str):
    def answer(text: str) -> list[Event]:
        if "learning_rate" not in text:
            return trained(0.95 if "sigmoid" in text else 0.5)
        if how == "raised":
            raise KeyboardInterrupt
        return trained(kind="cancelled", message="the run was ended with Ctrl-C")

    played.answer = answer
    code, out, _ = lint("diagnose", "train.py", "--verify-fixes", "--apply")
    assert code == 130
    assert "✓ helps: write sigmoid" in out
    assert out.endswith(DIFF)
    assert script.read_text() == SCRIPT, "nothing is written after all"
    assert [request for request in played.requests if os.path.exists(request.folder)] == [played.requests[0]]


def test_a_first_run_that_is_ended_is_all(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained(kind="cancelled")
    assert lint("diagnose", "train.py", "--verify-fixes")[0] == 130
    assert len(played.requests) == 1


def test_a_folder_that_cannot_be_copied_is_told(
    lint: Lint, played: Played, script: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("default_lint.trial.scratch.MOST", 0)
    _, out, _ = lint("diagnose", "train.py", "--verify-fixes")
    assert "Note: the working folder could not be copied (it has" in out
    assert "✓ helps: write sigmoid" in out


# where the fix is


def test_a_notebook(lint: Lint, played: Played, project: Path):
    head, tail = SCRIPT.split("model.compile")
    cells = ["%pip install x\n" + head, "model.compile" + tail]
    rows = [{"cell_type": "code", "source": text, "metadata": {}} for text in cells]
    text = json.dumps({"cells": rows, "metadata": {}, "nbformat": 4}, indent=1) + "\n"
    book = project / "book.ipynb"
    book.write_text(text)
    _, out, _ = lint("diagnose", "book.ipynb", "--verify-fixes", "--apply")
    first, second = played.requests[:2]
    assert first.source is not None and second.source is not None
    assert second.source == first.source.replace("softmax", "sigmoid")
    assert second.file == str(book)
    assert "✓ helps: write sigmoid (book.ipynb:cell 1:5):" in out
    assert "Try first: cell 1, line 5: write sigmoid" in out
    assert "+++ b/book.ipynb" in out
    assert book.read_text() == text.replace("softmax", "sigmoid")


def test_a_module_beside_the_script(lint: Lint, played: Played, script: Path, project: Path):
    (project / "main.py").write_text("import keras\nfrom train import model\n")
    data = json.loads(lint("diagnose", "main.py", "--verify-fixes", "1", "--format", "json", "-q")[1])
    assert outcomes(data["verification"]) == [("write sigmoid", "helps")]
    request = played.requests[1]
    assert request.source is None
    assert request.replaced == {str(script): SIGMOID, os.path.join(request.folder, "train.py"): SIGMOID}
    assert data["verification"]["attempts"][0]["fixes"][0]["file"] == "train.py"


def test_a_module_that_is_run_by_name(lint: Lint, played: Played, project: Path):
    (project / "main.py").write_text(SCRIPT)
    lint("diagnose", "--module", "main", "--verify-fixes", "1", "--apply")
    assert (played.requests[1].module, played.requests[1].source) == ("main", None)
    assert played.requests[1].replaced[str(project / "main.py")] == SIGMOID
    assert (project / "main.py").read_text() == SIGMOID


# --apply


def test_the_best_fix_is_written(lint: Lint, played: Played, script: Path):
    script.write_bytes(SCRIPT.replace("\n", "\r\n").encode())
    script.chmod(0o640)
    code, out, err = lint("diagnose", "train.py", "--verify-fixes", "--apply")
    assert (code, err) == (1, "")
    assert "The change that helps, applied to train.py:\n--- a/train.py\n" in out
    assert script.read_bytes() == SIGMOID.replace("\n", "\r\n").encode()
    assert script.stat().st_mode & 0o777 == 0o640


def test_other_formats_tell_it_too(lint: Lint, played: Played, script: Path):
    _, out, err = lint("diagnose", "train.py", "--verify-fixes", "--apply", "--format", "json", "-q")
    assert json.loads(out)["verification"]["applied"] == ["train.py"]
    assert err == "note: train.py: the fix that helps most was applied\n"


def test_a_file_that_changed_meanwhile_is_left_alone(lint: Lint, played: Played, script: Path):
    def answer(text: str) -> list[Event]:
        if "sigmoid" in text:
            script.write_text("# new\n" + SCRIPT)
        return trained(0.95 if "sigmoid" in text else 0.5)

    played.answer = answer
    code, out, _ = lint("diagnose", "train.py", "--verify-fixes", "--apply")
    assert code == 2
    assert "\nNot applied: train.py changed since it was read, so nothing was written\n" in out
    assert out.endswith(DIFF)
    assert script.read_text() == "# new\n" + SCRIPT


def test_nothing_is_written_when_nothing_helps(lint: Lint, played: Played, script: Path):
    played.answer = lambda text: trained()
    code, out, _ = lint("diagnose", "train.py", "--verify-fixes", "--apply")
    assert code == 1
    assert "\nNot applied: no fix that was tried helps, so nothing was written\n" in out
    assert script.read_text() == SCRIPT


@pytest.mark.parametrize("why", ["suggestion", "settings", "rights"])
def test_what_may_not_be_written_is_told(
    lint: Lint, played: Played, script: Path, project: Path, monkeypatch: pytest.MonkeyPatch, why: str
):
    if why == "suggestion":
        monkeypatch.setattr("default_lint.rules.RULES", (*RULES[1:], FewEpochs))
        played.answer = lambda text: trained(0.95 if "epochs=10" in text else 0.5)
        said = "`write epochs=10` is only a suggestion: the diff is there for `git apply`"
    elif why == "settings":
        (project / "default-lint.toml").write_text('unfixable = ["softmax-on-one-unit"]\n')
        said = "the settings do not let fixes of `softmax-on-one-unit` be written (fixable, unfixable)"
    else:

        def fails(document: Any, text: str) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("default_lint.fixing.write", fails)
        said = "train.py could not be written (Permission denied)"
    code, out, _ = lint("diagnose", "train.py", "--verify-fixes", "--apply", "--audience", "curious")
    assert code == 2
    assert f"Not applied: {said}" in flat(out)
    assert script.read_text() == SCRIPT
