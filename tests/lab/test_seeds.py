"""The seed programs: declared, different from each other, clean, and (a sample here, all in the lab) healthy."""

from __future__ import annotations

import ast
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from default_lint.engine import check
from default_lint.lab.seeds import ARCHITECTURES, HEALTH, Seed, SeedError, load, read
from default_lint.program.read import read as read_program
from default_lint.settings import Settings
from default_lint.text import Document

SEEDS = load()
SHARED = 0.6
SLOWEST = 8.0
TASKS = {"classification", "binary", "multilabel", "regression", "labelling", "forecasting", "autoencoding"}
STYLES = {"sequential-list", "sequential-add", "functional", "subclassed", "helper"}
each = pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)


def test_there_are_twenty_of_each_architecture() -> None:
    assert Counter(seed.architecture for seed in SEEDS) == dict.fromkeys(ARCHITECTURES, 20)
    assert len({seed.name for seed in SEEDS}) == 60


def test_all_tasks_and_styles_are_there() -> None:
    assert {seed.task for seed in SEEDS} == TASKS
    assert {seed.style for seed in SEEDS} == STYLES
    assert len({seed.author for seed in SEEDS}) >= 4


@each
def test_declarations_make_sense(seed: Seed) -> None:
    assert seed.constant < seed.healthy <= seed.best <= 1.0
    assert seed.progress(seed.healthy) >= HEALTH
    assert 0 < seed.seconds <= SLOWEST


@each
def test_a_seed_needs_no_file_and_no_network(seed: Seed) -> None:
    tree = ast.parse(seed.source)
    called = {ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {"open", "load_data", "get_file", "savefig"}
    assert not [name for name in called if name.startswith("fetch_")]


@each
def test_check_is_silent(seed: Seed) -> None:
    report = check(Document(f"{seed.name}.py", seed.source), Settings())
    assert [finding.rule for finding in report.findings] == []


@each
def test_the_program_is_read_whole(seed: Seed) -> None:
    program = read_program(Document(f"{seed.name}.py", seed.source))
    trained = [model for model in program.models if model.compiles and model.fits]
    assert trained
    assert all(model.complete and model.layers for model in trained)


def test_no_two_seeds_share_most_of_their_lines() -> None:
    lines = {seed.name: Counter(line.strip() for line in seed.source.splitlines() if line.strip()) for seed in SEEDS}
    alike = {
        (first, second): round(
            (lines[first] & lines[second]).total() / min(lines[first].total(), lines[second].total()), 2
        )
        for first, second in combinations(lines, 2)
    }
    assert {pair: share for pair, share in alike.items() if share > SHARED} == {}


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        (None, "No such file"),
        ("score = ", "TOMLDecodeError"),
        ('score = "accuracy"', "KeyError: 'architecture'"),
        (
            'architecture = "feedforward"\ntask = "binary"\nstyle = "helper"\nauthor = "T"\nscore = "beauty"\n'
            "constant = 0.5\nbest = 1.0\nhealthy = 0.9\nseconds = 1.0\n",
            "score `beauty`",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(tmp_path: Path, declaration: str | None, reason: str) -> None:
    path = tmp_path / "feedforward" / "mine.py"
    path.parent.mkdir()
    path.write_text("import keras\n")
    if declaration is not None:
        path.with_suffix(".toml").write_text(declaration)
    with pytest.raises(SeedError, match=r"mine\.toml") as caught:
        read(path)
    assert reason in str(caught.value)


SAMPLE = [next(seed for seed in SEEDS if seed.architecture == kind) for kind in ARCHITECTURES]


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize("seed", SAMPLE, ids=lambda seed: seed.name)
def test_a_run_is_healthy(seed: Seed) -> None:
    pytest.importorskip("tensorflow")
    from default_lint.lab.runs import Task, perform

    outcome = perform(Task(f"{seed.name}-0", seed.source, f"{seed.name}.py", 0, seed.scoring))
    assert (outcome.status, outcome.error) == ("ok", "")
    assert outcome.score is not None
    assert seed.progress(outcome.score) >= HEALTH
