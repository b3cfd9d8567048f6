"""The report of the evaluation: what is told of results, what is said to be off in them, and the files written."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as xml
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from default_lint.lab import evaluation_figures, localize
from default_lint.lab.evaluation_figures import FIGURES
from default_lint.lab.evaluation_report import bars, load, save, speaks, validate, weak, write
from default_lint.lab.page import Heading, Items, Table, Text, markdown, page

from .results import figure, results
from .test_localize import result

SECTIONS = (
    "Bars", "The corpus", "Detection", "Categorization", "Root cause", "Line localization", "Early detection",
    "Across architectures", "Ablations", "Floors", "More seeds", "Reasons", "What is weak",
)  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    base = tmp_path_factory.mktemp("report")
    image = base / "bee.png"
    shown = Figure(figsize=(1, 1))
    shown.add_subplot().plot([1, 2])
    shown.savefig(image)
    told = {**results(), "shap": {"both": str(image), "static": str(base / "gone.png")}}
    return write(told, base / "docs" / "evaluation.md", base / "evaluation.html", base / "docs" / "images")


@pytest.fixture(scope="module")
def text(written: list[Path]) -> str:
    return written[0].read_text(encoding="utf-8")


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time."""
    monkeypatch.setattr(evaluation_figures, "draw", lambda told, folder, form: {})


def row(text: str, first: str, after: str = "# ") -> list[str]:
    """The cells of the first row that begins with a cell, after some text."""
    found = re.search(rf"^\| {re.escape(first)} \|(.*)\|$", text[text.index(after) :], re.MULTILINE)
    assert found is not None
    return [cell.strip() for cell in found[1].split(" | ")]


def test_sections_come_in_order(text: str) -> None:
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == SECTIONS
    assert text.startswith("# Evaluation of the learned diagnosis\n\n<!-- made by")
    assert "Not measured" not in text


def test_tables_hold_the_numbers(text: str) -> None:
    assert row(text, "**both**", "## Detection")[:2] == ["**RandomForest**", "0.940 (0.91 to 0.97)"]
    assert row(text, "activation", "## Categorization")[0] == "157"
    assert row(text, "weights", "## Categorization")[-2:] == ["0.500 (0.45 to 0.55)", "no"]
    assert row(text, "data", "## Root cause") == ["200", "9", "0.400 (0.37 to 0.43)", "-", "-", "-", "-"]
    assert row(text, "fused", "| by line |")[0] == "0.660 (0.62 to 0.70)"
    assert row(text, "fused", "| by span |")[0] == "0.610 (0.57 to 0.65)"
    assert row(text, "recurrent", "## The corpus") == ["20", "-"]
    assert row(text, "recurrent", "## Across")[0] == "0.780 (0.72 to 0.84)"
    assert "A remark of ours about detection." in text
    assert "2,990 programs" in text


def test_what_faults_cost_is_told(text: str) -> None:
    assert "| cost | programs | called faulty | balanced accuracy |" in text
    assert "| under 0.05 | 60 | 0.300 (0.27 to 0.33) | 0.600 (0.57 to 0.63) |" in text
    assert "| 0.5 and more | 100 |" in text


def test_files(written: list[Path], text: str) -> None:
    images = re.findall(r"!\[.*\]\((.*)\)", text)
    assert sorted(Path(image).stem for image in images) == sorted([*FIGURES, "bee"])
    assert all((written[0].parent / image).is_file() for image in images)
    assert {path.name for path in written[2:]} == {f"{name}.svg" for name in FIGURES}
    for path in written[2:]:
        assert xml.parse(path).getroot().tag.endswith("svg")
    assert "The image of static is missing." in text


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.links: list[str] = []
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.sources += [told["src"] or ""] if "src" in told else []
        self.links += [told["href"] or ""] if "href" in told else []
        self.names += [told["id"] or ""] if "id" in told else []


def test_the_page_asks_for_nothing(written: list[Path]) -> None:
    read = Elements()
    read.feed(written[1].read_text(encoding="utf-8"))
    assert "script" not in read.tags and "link" not in read.tags
    assert len(read.sources) == len(FIGURES) + 1 and all(source.startswith("data:image/") for source in read.sources)
    assert [link[1:] for link in read.links] == read.names and len(read.names) == len(SECTIONS)


def test_the_same_results_give_the_same_files(tmp_path: Path) -> None:
    names = ("localization", "early", "learning_curve")
    told = {"format": 1, **{name: held for name, held in results().items() if name in names}}
    first, second = (
        [path.read_bytes() for path in write(told, tmp_path / "a.md", tmp_path / "a.html", tmp_path / name)][1:]
        for name in ("one", "two")
    )
    assert first == second


def test_png_figures(tmp_path: Path) -> None:
    paths = write({"format": 1, "learning_curve": results()["learning_curve"]}, tmp_path / "a.md", form="png")
    assert paths[1] == tmp_path / "a" / "learning_curve.png"
    assert paths[1].read_bytes().startswith(b"\x89PNG")


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (path,) = write({"format": 1}, tmp_path / "a.md")
    text = path.read_text(encoding="utf-8")
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == SECTIONS
    assert text.count("Not measured.") == 11
    assert {bar.passed for bar in bars({"format": 1})} == {None}
    assert speaks({"format": 1}) == {"detection": None, "categorization": None, "cause": None}


@pytest.mark.parametrize("section", sorted(set(results()) - {"format"}))
def test_any_section_may_be_alone_or_missing(section: str, tmp_path: Path, no_figures: None) -> None:
    told = results()
    write({"format": 1, section: told[section]}, tmp_path / "a.md", tmp_path / "a.html")
    write({name: held for name, held in told.items() if name != section}, tmp_path / "b.md")


def test_figures_are_made_of_what_is_there() -> None:
    told = results()
    for section in sorted(told):
        drawn = [name for name, make in FIGURES.items() if make({section: told[section]}) is not None]
        assert drawn == {
            "detection": ["roc", "reliability"], "categorization": ["families", "confusion"], "early": ["early"],
            "localization": ["localization"], "learning_curve": ["learning_curve"], "ablations": ["ablations"],
        }.get(section, [])  # fmt: skip


def test_figures_that_are_gone_are_removed(tmp_path: Path) -> None:
    told: dict[str, Any] = {"format": 1, "learning_curve": results()["learning_curve"]}
    write(told, tmp_path / "a.md")
    assert (tmp_path / "a" / "learning_curve.svg").is_file()
    del told["learning_curve"][1:]
    write(told, tmp_path / "a.md")
    assert not (tmp_path / "a" / "learning_curve.svg").exists()


def test_bars() -> None:
    answers = {(bar.name, bar.aim): bar.passed for bar in bars(results())}
    assert answers["Detection: balanced accuracy", "at least 0.90"] is True
    assert answers["Categorization: macro-F1", "at least 0.75"] is False
    assert answers["Detection: false alarms on healthy runs", "at most 0.05"] is True
    assert answers["Line, all evidence fused: top-1", "at least 0.65"] is True
    assert answers["Line, suspicions alone: top-3", "above compile, fit, output layer (0.68)"] is True
    assert answers["Detection: balanced accuracy", "clearly above one feature (dall.loss.last) (0.81)"] is True
    assert answers["Root cause: top-1", "clearly above its floors"] is None


def test_a_floor_that_is_touched_is_not_clearly_below() -> None:
    told = results()
    floors = told["floors"]["detection"]
    floors["one feature"].pop("gap")
    floors["one feature"]["balanced_accuracy"] = figure(0.88)
    assert speaks(told)["detection"] is False
    assert any("Level 1 (detection) is not clearly above" in line for line in weak(told))
    floors["one feature"]["gap"] = {"value": 0.05, "low": 0.01, "high": 0.09}  # paired, it is
    assert speaks(told)["detection"] is True
    floors["one feature"]["gap"]["low"] = -0.01
    assert speaks(told)["detection"] is False


def test_families_that_must_not_speak() -> None:
    answers = speaks(results())
    assert answers["categorization.weights"] is False and answers["categorization.loss"] is True
    assert answers["cause.layer"] is True and "cause.data" not in answers
    told = weak(results())
    assert any("*weights*" in line and "it must not speak" in line for line in told)
    assert any(line.startswith("Root cause: top-1 of *data* is 0.400") for line in told)


def test_nothing_weak_is_said_as_well(tmp_path: Path) -> None:
    perfect = figure(1.0, 0.0)
    metrics = {"balanced_accuracy": perfect, "false_alarms_healthy": figure(0.0, 0.0)}
    tops = {"top1": perfect, "top3": perfect}
    chosen = {"level": "both", "model": "A"}
    floor = {"constant": {name: figure(0.1, 0.0) for name in ("balanced_accuracy", "macro_f1", "top1")}}
    told: dict[str, Any] = {
        "format": 1,
        "detection": {"chosen": chosen, "scores": {"both": {"A": metrics}}},
        "categorization": {"chosen": chosen, "scores": {"both": {"A": {"macro_f1": perfect}}}},
        "cause": {"chosen": chosen, "scores": {"both": {"A": tops}}},
        "localization": {
            "sources": {
                key: {"line": tops} for key in ("fused", "fused for the curious", "always fused", "suspicions")
            }
        },
        "floors": {"detection": floor, "categorization": floor, "cause": floor},
    }
    told["localization"]["sources"]["nearest"] = {"line": {"top3": figure(0.5)}}
    assert {bar.passed for bar in bars(told)} == {True}
    assert weak(told) == []
    (path,) = write(told, tmp_path / "a.md")[:1]
    assert "Nothing is below a bar or its floor." in path.read_text(encoding="utf-8")


def test_undefined_numbers(tmp_path: Path, no_figures: None) -> None:
    told = results()
    scores = told["detection"]["scores"]["both"]["RandomForest"]
    scores["balanced_accuracy"] = {"value": math.nan, "low": math.nan, "high": math.nan, "n": 0}
    told["categorization"]["families"]["loss"]["f1"] = {"value": None}
    told["localization"]["sources"]["fused"]["line"]["top1"] = {"value": np.float64("nan"), "n": np.int64(3)}
    told["early"]["detection"]["1"]["balanced_accuracy"] = {"value": math.nan}
    write(told, tmp_path / "a.md", tmp_path / "a.html")
    assert all(make(told) is not None for make in FIGURES.values())
    assert bars(told)[0].passed is None
    save(told, tmp_path / "a.json")
    assert "NaN" not in (tmp_path / "a.json").read_text(encoding="utf-8")
    assert load(tmp_path / "a.json")["localization"]["sources"]["fused"]["line"]["top1"] == {"value": None, "n": 3}


def test_results_survive_json(tmp_path: Path) -> None:
    save(results(), tmp_path / "a.json")
    assert load(tmp_path / "a.json") == json.loads(json.dumps(results()))
    (tmp_path / "b.json").write_text("[]")
    with pytest.raises(ValueError, match="holds no results"):
        load(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("detektion", {}, "detektion: unknown, did you mean `detection`?"),
        ("format", 2, "format: it is 2, expected 1"),
        ("detection.scores.btoh", {}, "detection.scores.btoh: unknown, did you mean `both`?"),
        ("detection.scores.both.A", {"acuracy": figure(0.5)}, "detection.scores.both.A.acuracy: unknown, did you mean"),
        ("detection.scores.both.A", {"auroc": 0.5}, "detection.scores.both.A.auroc: float, expected {'value'"),
        ("detection.scores.both.A", {"auroc": {"low": 0.5}}, "detection.scores.both.A.auroc.value: missing"),
        ("detection.scores.both.A", {"auroc": {"value": 1.5}}, "A.auroc.value: 1.5 is not between 0 and 1"),
        ("detection.scores.both.A", {"mcc": {"value": -1.5}}, "A.mcc.value: -1.5 is not between -1 and 1"),
        ("cause.families.layer.top1", {"value": 0.5, "low": 0.6, "high": 0.4}, "low 0.6 is above high 0.4"),
        ("cause.families.layer.causes", 2.5, "cause.families.layer.causes: 2.5, expected a count"),
        ("detection.chosen.model", "B", "detection.chosen: `scores` has no both B"),
        ("detection.chosen", {}, "detection.chosen.level: missing"),
        ("detection.roc.both.A", [[1, 2, 3]], "detection.roc.both.A: expected a list of lists of 2 numbers"),
        ("categorization.confusion.counts", [[1]], "categorization.confusion.counts: expected 8 rows of 8 or"),
        ("localization.sources.fused.lien", {}, "localization.sources.fused.lien: unknown, did you mean `line`?"),
        ("learning_curve.0", {}, "learning_curve[0].seeds: missing"),
        ("tried", "much", "tried: str, expected a list"),
        ("shap.both", 3, "shap.both: int, expected text"),
        ("early.detection.1.f1", None, "early.detection.1.f1: null, expected"),
    ],
)
def test_what_is_off_is_named(path: str, value: Any, line: str, tmp_path: Path) -> None:
    told = results()
    told["shap"] = {}
    *way, last = path.split(".")
    held: Any = told
    for name in way:
        held = held[name]
    held[int(last) if isinstance(held, list) else last] = value
    found = validate(told)
    assert any(line in each for each in found), found
    with pytest.raises(ValueError, match="the results are off"):
        write(told, tmp_path / "a.md")
    assert not (tmp_path / "a.md").exists()


def test_nothing_may_be_chosen(tmp_path: Path, no_figures: None) -> None:
    told = results()
    told["detection"].update(scores={}, chosen=None, roc={}, reliability={})
    write(told, tmp_path / "a.md")
    assert bars(told)[0].passed is None


def test_made_up_results_are_right() -> None:
    assert validate(results()) == []
    assert validate([]) == ["results are list, expected a dict"]
    assert validate({}) == ["format: missing"]


def test_the_summary_of_localize_is_a_section(tmp_path: Path, no_figures: None) -> None:
    several = [result("a", [1]), result("b", [None]), result("c", [3, 1]), result("c", [])]
    section = localize.summary(several, draws=20)
    told = {"format": 1, "localization": section}
    assert validate(told) == []
    (path,) = write(told, tmp_path / "a.md")[:1]
    assert row(path.read_text(encoding="utf-8"), "rules", "| by line |")[0].startswith("0.500")
    assert validate({"format": 1, "localization": localize.summary([])}) == []


# Pages


def test_texts_are_shown_as_they_are() -> None:
    blocks = [Heading(1, "a < b"), Text("`x < y` and **bold** and *soft* 2 * 3 * 4 <b>"), Items(("`a*b*c`",))]
    shown = page(blocks, "t & u")
    assert "<h1>a &lt; b</h1>" in shown and "<title>t &amp; u</title>" in shown
    assert "<code>x &lt; y</code> and <strong>bold</strong> and <em>soft</em> 2 * 3 * 4 &lt;b&gt;" in shown
    assert "<code>a*b*c</code>" in shown


def test_cells_hold_bars_and_lines() -> None:
    table = Table(("name", "n", "answer"), (("a|b", "1\n2", "yes"),), words=(2,))
    assert markdown([table], ".").splitlines() == [
        "| name | n | answer |", "| --- | ---: | --- |", "| a\\|b | 1 2 | yes |"
    ]  # fmt: skip
    shown = page([table], "t")
    assert '<td class="number">1\n2</td><td class="good">yes</td>' in shown
