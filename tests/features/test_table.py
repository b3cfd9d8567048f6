"""The table of features: complete, true, and printed in every form."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from default_lint.features import __main__ as table
from default_lint.features.base import AGGREGATES, REDUCTIONS
from default_lint.features.dynamic import FEATURES, METHOD
from default_lint.features.table_static import CHOICES
from default_lint.features.table_static import FEATURES as STATIC
from tests.features.runs import curve, features

ROOT = Path(__file__).parents[2]
PLACES = {"layer", "output", "fit", "compile", "optimizer", "loss", "x", "y"}
ARGUMENTS = {"validation_data", "epochs", "batch_size", "metrics", "learning_rate", ""}


def test_the_page_is_made_from_the_table() -> None:
    there = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert there == table.markdown(), "run `python -m default_lint.features --markdown > docs/features.md`"


def test_the_page_shows_every_feature_and_every_published_column_once() -> None:
    page, _, static = table.markdown().partition("## Of the source")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")]
    told = {line.split("|")[1].strip(" `") for line in static.splitlines() if line.startswith("| `")}
    assert told >= {name for name, feature in STATIC.items() if feature.unit != "choice"} | set(CHOICES)
    assert rows == [f"`{name}`" for level in table.LEVELS for name, f in FEATURES.items() if f.level == level] + [
        f"`{column}`" for column in METHOD
    ]


@pytest.mark.parametrize("name", FEATURES)
def test_rows_of_the_table_are_sound(name: str) -> None:
    feature = FEATURES[name]
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) and not name.endswith("_known")
    assert name == feature.name
    assert feature.level in table.LEVELS
    assert len(feature.formula) > 12 and not feature.formula.endswith(".")
    assert re.fullmatch(r"(DEFault \d+(, \d+)*)?(, )?(row \d+(, row \d+)*)?|McCandlish et al. 2018", feature.source)
    assert feature.source
    assert feature.scale.low < feature.scale.high
    assert not feature.in_row or feature.scale.low <= feature.scale.neutral <= feature.scale.high
    for place in (*feature.topic.about, feature.topic.absent):
        where, _, argument = place.partition(".")
        assert where in PLACES and argument in ARGUMENTS
    assert feature.topic.absent != "layer"
    assert set(feature.over) <= set(REDUCTIONS) and set(feature.how) <= set(AGGREGATES)


def test_groups_do_not_carry_names_of_features() -> None:
    row = features(curve([1.0])).row()
    groups = {feature.topic.group for feature in FEATURES.values() if feature.in_row}
    assert {f"{group}_known" for group in groups} <= set(row)
    columns = {name.partition(".")[0] for name in row}
    assert columns == {name for name, feature in FEATURES.items() if feature.in_row} | {f"{g}_known" for g in groups}


def test_the_terminal_table_fits_and_leaves_nothing_out() -> None:
    lines = table.terminal(170).splitlines()
    assert max(map(len, lines)) <= 170
    shown = {line.split(" ")[0] for line in lines}
    assert set(FEATURES) <= shown
    assert "\x1b" not in table.terminal(80)
    assert "\x1b" in table.terminal(80, color=True)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert table.main(["--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found["features"]] == list(FEATURES)
    assert len(found["method"]) == 31
    for row in found["features"]:
        feature = FEATURES[row["name"]]
        assert row["range"] == [None if math.isinf(b) else b for b in (feature.scale.low, feature.scale.high)]
        assert row["row"] is feature.in_row


def test_forms_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        table.main(["--json", "--markdown"])
    assert "not allowed" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "start"), [([], "Of each epoch"), (["--markdown"], "# Features of a run")])
def test_as_a_program_also_where_the_terminal_knows_ascii_only(arguments: list[str], start: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "default_lint.features", *arguments],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "SYSTEMROOT": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(start)
    assert "loss_to_start" in done.stdout


def test_importing_the_features_loads_nothing_heavy() -> None:
    code = "import sys, default_lint.features.dynamic; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "default_lint.features.table_layers" in loaded
    assert loaded.isdisjoint({"numpy", "libcst", "rich", "keras", "tensorflow", "statistics", "argparse"})
