"""The plan of a corpus and the loop that builds it, with runs that are made up."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from default_lint.lab import corpus as corpora
from default_lint.lab.corpus import Corpus, Plan, Progress, original_record, plan, tally, task_of
from default_lint.lab.runs import Outcome, Task
from default_lint.lab.scores import Scoring
from default_lint.lab.seeds import Seed
from default_lint.lab.store import Workspace
from default_lint.lab.verdict import ORIGINAL_RUNS

SOURCE = """\
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(300, 4))
y = (x.sum(axis=1) > 0).astype("int32")
x_train, y_train, x_test, y_test = x[:200], y[:200], x[200:], y[200:]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss)
model.fit(x_train, y_train, epochs=20, batch_size=16, validation_split=0.2)
"""
SEED = Seed(
    *("signs", "feedforward", "binary", "sequential-list", "T"),
    Path("signs.py"),
    SOURCE,
    Scoring("accuracy"),
    0.5,
    1.0,
    0.95,
    1.0,
)
ORIGINAL = original_record(SEED)["id"]
CODES = ("HLR", "HNE", "HBS")


def outcome(task: Task, progress: float | None, status: str = "ok") -> Outcome:
    score = None if progress is None else SEED.constant + progress * (SEED.best - SEED.constant)
    return Outcome(task.key, task.seed, status, "", 0, score, 1.0, None)


class Made:
    """Runs that take no time: `give` says what each gives; stops by `limit` as if it were killed."""

    def __init__(self, give: Callable[[Task], Outcome], limit: int | None = None) -> None:
        self.give, self.limit = give, limit
        self.queue: deque[Task] = deque()
        self.ran: list[str] = []

    def submit(self, task: Task) -> None:
        self.queue.append(task)

    def done(self) -> Iterator[Outcome]:
        while self.queue:
            if self.limit is not None and len(self.ran) >= self.limit:
                raise KeyboardInterrupt
            task = self.queue.popleft()
            self.ran.append(task.key)
            yield self.give(task)


def usual(task: Task) -> Outcome:
    """Originals learn, mutants of the learning rate do not, one of the batch size crashes, others are as good."""
    if "HLR" in task.key:
        return outcome(task, 0.2 + 0.01 * task.seed)
    if "HBS" in task.key:
        return outcome(task, None, "crash")
    return outcome(task, 0.95 + 0.001 * (task.seed % 3))


@pytest.fixture(scope="module")
def planned() -> Plan:
    return plan([SEED], CODES, compound=0)


def built(path: Path, planned: Plan, made: Made, seed: Seed = SEED) -> Corpus:
    corpus = Corpus(Workspace(path), planned, [seed])
    corpus.build(made)
    return corpus


def test_a_plan_holds_each_text_once_and_is_always_the_same(planned: Plan) -> None:
    texts = [record["code"] for record in planned.programs.values()]
    assert len(set(texts)) == len(texts) > 4
    assert next(iter(planned.programs)) == ORIGINAL
    assert plan([SEED], CODES, compound=0) == planned


def test_a_plan_is_kept(tmp_path: Path, planned: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan([SEED], CODES, compound=0, folder=tmp_path) == planned
    monkeypatch.setattr(corpora, "_made", None)
    assert plan([SEED], CODES, compound=0, folder=tmp_path) == planned
    monkeypatch.undo()
    for path in tmp_path.glob("plans/*"):
        path.write_bytes(b"broken")
    assert plan([SEED], CODES, compound=0, folder=tmp_path) == planned
    assert plan([SEED], ["HNE"], compound=0, folder=tmp_path) != planned
    other = replace(SEED, source=SEED.source.replace("epochs=20", "epochs=30"))
    assert plan([other], CODES, compound=0, folder=tmp_path) != planned


def test_a_plan_with_compounds_has_them() -> None:
    programs = plan([SEED], CODES, draws=1, compound=1).programs.values()
    assert all(len(record["families"]) == len(record["operators"]) for record in programs)


def test_what_cannot_be_seeded_is_told_with_its_reason() -> None:
    seed = replace(SEED, source=SEED.source.replace('optimizer="adam"', "optimizer=made_elsewhere"))
    assert plan([seed], ["HLR"]).absent == ((SEED.name, "HLR", "the optimizer is not known"),)


def test_every_program_gets_its_verdict(tmp_path: Path, planned: Plan) -> None:
    corpus = built(tmp_path, planned, Made(usual))
    kinds = {name: corpus.verdict(name).kind for name in planned.programs}
    assert kinds[ORIGINAL] == "benign"
    assert {kind for name, kind in kinds.items() if ".HLR." in name} == {"faulty"}
    assert {kind for name, kind in kinds.items() if ".HBS." in name} == {"crash"}
    assert {kind for name, kind in kinds.items() if ".HNE." in name} == {"benign"}
    counted = tally(corpus)
    assert counted["open"] == 0
    assert counted["decided"] == len(planned.programs)


def test_runs_are_repeated_only_where_it_matters(tmp_path: Path, planned: Plan) -> None:
    made = Made(usual)
    built(tmp_path, planned, made)
    runs = Counter(key.rpartition("-")[0] for key in made.ran)
    assert runs[ORIGINAL] == ORIGINAL_RUNS
    assert {count for name, count in runs.items() if ".HLR." in name} == {5}
    assert {count for name, count in runs.items() if ".HBS." in name} == {2}
    assert max(count for name, count in runs.items() if ".HNE." in name) <= 2
    assert len(set(made.ran)) == len(made.ran)


def test_seeds_of_randomness_are_those_of_the_original(tmp_path: Path, planned: Plan) -> None:
    made = Made(usual)
    built(tmp_path, planned, made)
    faulty = [key for key in made.ran if ".HLR." in key]
    name = faulty[0].rpartition("-")[0]
    assert sorted(int(key.rpartition("-")[2]) for key in faulty if key.startswith(name)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("limit", [0, 1, 9, 13, 20])
def test_a_build_that_is_killed_goes_on(tmp_path: Path, planned: Plan, limit: int) -> None:
    first, second = Made(usual, limit), Made(usual)
    with pytest.raises(KeyboardInterrupt):
        built(tmp_path, planned, first)
    corpus = built(tmp_path, planned, second)
    assert not set(first.ran) & set(second.ran)
    whole = Made(usual)
    other = built(tmp_path / "other", planned, whole)
    assert sorted(first.ran + second.ran) == sorted(whole.ran)
    assert corpus.verdicts == other.verdicts
    nothing = Made(usual)
    built(tmp_path, planned, nothing)
    assert nothing.ran == []


def test_mutants_of_a_sick_original_are_not_run(tmp_path: Path, planned: Plan) -> None:
    made = Made(lambda task: outcome(task, 0.5))
    corpus = built(tmp_path, planned, made)
    assert len(made.ran) == ORIGINAL_RUNS
    assert {corpus.verdict(name).kind for name in planned.programs} == {"unhealthy"}


def test_a_record_is_enough_to_run_it_again(tmp_path: Path, planned: Plan) -> None:
    built(tmp_path, planned, Made(usual))
    record = Workspace(tmp_path).program(next(name for name in planned.programs if ".HLR." in name))
    assert record is not None
    assert record["verdict"] == "faulty"
    assert record["p"] < 0.05
    assert record["effect"] >= 0.5
    assert len(record["progress"]) == record["runs"] == 5
    assert record["versions"]["keras"]
    task = task_of(record, 3)
    assert (task.source, task.seed, task.scoring) == (record["code"], 3, SEED.scoring)


def test_lost_runs_are_made_again(tmp_path: Path, planned: Plan) -> None:
    lost = {f"{ORIGINAL}-3"}

    def give(task: Task) -> Outcome:
        if task.key in lost:
            lost.discard(task.key)
            return outcome(task, None, "lost")
        return usual(task)

    corpus = built(tmp_path, planned, Made(give))
    assert corpus.verdict(ORIGINAL).kind == "open"
    built(tmp_path, planned, Made(give))
    assert Corpus(Workspace(tmp_path), planned, [SEED]).verdict(ORIGINAL).kind == "benign"


def test_first_runs_without_a_trace_are_made_again_when_asked(tmp_path: Path, planned: Plan) -> None:
    def traced(task: Task) -> Outcome:
        return replace(usual(task), trace=b"a trace")

    before = built(tmp_path, planned, Made(usual))
    built(tmp_path, planned, made := Made(traced))
    assert made.ran == []
    first = f"{ORIGINAL}-0"
    made = Made(lambda task: replace(traced(task), status="lost" if task.key == first else usual(task).status))
    corpus = Corpus(Workspace(tmp_path), planned, [SEED], traces=True)
    corpus.build(made)
    assert sorted(made.ran) == sorted(f"{name}-0" for name in planned.programs)
    assert {name: corpus.verdict(name) for name in planned.programs} == before.verdicts
    again = Made(traced)
    Corpus(Workspace(tmp_path), planned, [SEED], traces=True).build(again)
    assert again.ran == [first]


def test_time_that_is_up_ends_it_without_loss(tmp_path: Path, planned: Plan) -> None:
    made = Made(usual)
    corpus = Corpus(Workspace(tmp_path), planned, [SEED])
    corpus.build(made, seconds=-1.0)
    assert len(made.ran) == min(corpora.QUEUE, ORIGINAL_RUNS)
    assert tally(corpus)["runs"] == len(made.ran)


def test_progress_is_told_with_an_estimate(tmp_path: Path, planned: Plan) -> None:
    told: list[str] = []
    corpus = Corpus(Workspace(tmp_path), planned, [SEED])
    corpus.build(Made(usual), Progress(told.append, every=0.0))
    assert f"of {len(planned.programs)} programs decided" in told[-1]
    assert "left" in "".join(told)
