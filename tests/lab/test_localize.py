"""Localisation: what counts as a hit, how places are counted, what each source says, and the cache of many programs."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest

from default_lint import engine
from default_lint.diagnosis.fusion import SUSPECTED
from default_lint.diagnosis.locating import Spot
from default_lint.diagnosis.suspicion import key
from default_lint.features.static import sites
from default_lint.lab import localize
from default_lint.lab.localize import SETTINGS, SUSPICION, Ranked, faults, floor, ranks
from default_lint.lab.mutants import operators
from default_lint.lab.store import Workspace, export
from default_lint.program.read import read
from default_lint.program.types import Program
from default_lint.text import Document, Span
from default_lint.trial.trace import Trace

from . import made

CODE = """\
import keras
from keras import layers

RATE = 5.0
model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, activation="relu"),
    layers.Dense(1, activation="softmax"),
])
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=RATE),
    loss="binary_crossentropy",
)
model.fit(x, y, epochs=20)
"""


def place(text: str, code: str = CODE, size: int | None = None) -> dict[str, int]:
    """A span as records have it; empty behind the text with size 0."""
    start = code.index(text) + (len(text) if size == 0 else 0)
    return {"start": start, "end": start if size == 0 else start + len(text)}


def fault(site: str, *after: str, deleted: str = "", code: str = CODE, family: str = "activation") -> dict[str, Any]:
    spans = [place(text, code) for text in after] + ([place(deleted, code, 0)] if deleted else [])
    return {"operator": "XXX", "family": family, "cause": family, "after": spans,
            "site": {**place(site, code), "line": code.count("\n", 0, code.index(site)) + 1}}  # fmt: skip


def record(*planted: dict[str, Any], code: str = CODE, name: str = "xor.1", **fields: Any) -> dict[str, Any]:
    return {
        "id": name, "seed": "xor", "original": not planted, "architecture": "feedforward", "code": code,
        "verdict": "faulty" if planted else "benign", "faults": list(planted), **fields,
    }  # fmt: skip


SOFTMAX = fault('layers.Dense(1, activation="softmax")', "softmax")


def hits(planted: dict[str, Any], text: str, code: str = CODE) -> set[str]:
    (one,) = faults(record(planted, code=code))
    start = code.index(text)
    return set(one.hit(Span(start, start + len(text)), Document("xor.py", code)))


# What a hit is


def test_a_place_is_a_hit_by_its_text_its_line_or_its_call() -> None:
    rate = fault("keras.optimizers.Adam(learning_rate=RATE)", "5.0")
    assert hits(rate, "5.0") == {"span", "line", "call"}
    assert hits(rate, "RATE = 5.0\n") == {"span", "line", "call"}
    assert hits(rate, "RATE ") == {"line", "call"}
    assert hits(rate, "learning_rate=RATE") == {"call"}
    assert hits(rate, 'loss="binary_crossentropy"') == set()


def test_another_argument_of_the_same_call_on_another_line_is_the_right_call() -> None:
    loss = fault(CODE[CODE.index("model.compile") : CODE.index("model.fit") - 1], '"binary_crossentropy"')
    assert hits(loss, "learning_rate") == {"call"}
    assert hits(loss, "compile") == {"call"}
    assert hits(loss, "fit") == set()


def test_where_text_was_deleted_the_spot_and_the_name_of_the_call_are_hits() -> None:
    deleted = fault("layers.Dense(8", deleted='activation="relu"')
    assert hits(deleted, 'activation="relu"') == {"span", "line", "call"}
    assert hits(deleted, "Dense(8") == {"span", "line", "call"}
    assert hits(deleted, "8, act") == {"line", "call"}
    assert hits(deleted, "Dense(1") == set()


def test_all_calls_are_hits_of_which_something_was_deleted() -> None:
    several = fault("layers.Dense(8", deleted='activation="relu"')
    several["after"].append(place('activation="softmax"', size=0))
    assert hits(several, "Dense(1") == {"span", "line", "call"}
    assert hits(several, "keras.Sequential") == set()


def test_a_deleted_statement_is_told_by_its_site() -> None:
    code = "x = 1\nmodel.fit(\n    x,\n    y,\n)\n"
    deleted = fault("model.fit(\n    x,\n    y,\n)", deleted="x = 1\n", code=code)
    assert hits(deleted, "fit", code) == {"span", "line", "call"}
    assert hits(deleted, "    y", code) == {"call"}


def test_the_comma_and_line_before_an_argument_are_not_the_fault() -> None:
    code = CODE.replace("\n", "\r\n")
    start = code.index('activation="softmax"),') + len('activation="softmax")')
    planted = {**SOFTMAX, "after": [{"start": start, "end": start + len(",\r\n]")}], "site": place("model.fit", code)}
    assert hits(planted, "layers.Dense(1", code) == set()
    (one,) = faults(record(planted, code=code))
    assert one.lines == {9}


def test_every_line_of_a_planted_block_counts() -> None:
    (one,) = faults(record(fault("model.fit", CODE[CODE.index("model = ") : CODE.index("model.compile")])))
    assert one.lines == {5, 6, 7, 8, 9}


# Ranks


def test_the_rank_counts_distinct_places() -> None:
    document = Document("xor.py", CODE)
    planted = faults(record(SOFTMAX))
    first, twice, last = ("Input", "loss", '"softmax"')
    spans = [Span(CODE.index(text), CODE.index(text) + len(text)) for text in (first, first, twice, last)]
    found = ranks(planted, [Ranked(span, 1.0) for span in spans], document)
    assert found == {"span": [3], "line": [3], "call": [3]}
    near = CODE.index("(4,)")
    found = ranks(planted, [Ranked(Span(near, near + 1), 1.0), *(Ranked(span, 1.0) for span in spans)], document)
    assert found == {"span": [4], "line": [3], "call": [3]}


def test_a_fault_that_nobody_names_has_no_rank() -> None:
    assert ranks(faults(record(SOFTMAX)), [], Document("xor.py", CODE)) == {
        "span": [None], "line": [None], "call": [None]
    }  # fmt: skip


# Sources


def test_rules_alone_by_severity() -> None:
    told = localize.said(record(SOFTMAX))
    findings = engine.apply_rules(read(Document("xor.py", CODE)), SETTINGS, None)
    assert set(told.places) == {"rules", "nearest", "random"}
    assert {item.name for item in told.places["rules"]} == {finding.rule for finding in findings}
    weights = [item.weight for item in told.places["rules"]]
    assert weights == sorted(weights, reverse=True) and min(weights) > 0 and max(weights) <= 1
    result = localize.localize(record(SOFTMAX))
    assert result["ranks"]["rules"]["span"] == [1]
    assert result["top"]["rules"][0][2:4] == [8, "softmax-on-one-unit"]
    assert not result["run"]


def test_floors_know_no_fault() -> None:
    program = read(Document("xor.py", CODE))
    texts = [CODE[span.start : span.end].partition("(")[0] for span in floor(program)]
    assert texts[:3] == ["model.compile", "model.fit", "layers.Dense"]
    assert texts[3:] == ["layers.Dense", "keras.optimizers.Adam", '"binary_crossentropy"', "x", "y"]
    assert len(set(floor(program))) == len(floor(program))
    one, other = (localize.said(record(SOFTMAX, name=name)).places for name in ("xor.1", "xor.2"))
    assert {item.span for item in one["random"]} == {item.span for item in one["nearest"]} == set(floor(program))
    assert localize.said(record(SOFTMAX)).places["random"] == one["random"]
    assert one["nearest"] == other["nearest"]


def test_floors_of_a_dataset_hold_its_steps() -> None:
    code = CODE.replace("model.fit(x, y", "rows = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)\nmodel.fit(rows")
    code = "import tensorflow as tf\n" + code
    texts = [code[span.start : span.end] for span in floor(read(Document("xor.py", code)))]
    assert any(text.endswith("batch(4)") or text == "batch" for text in texts)


def trace(script: str = "xor.py", loss: float = math.nan) -> Trace:
    lines = {7: "layers.Dense(8", 8: "layers.Dense(1"}
    rows = []
    for index, (line, text) in enumerate(lines.items()):
        column = CODE.splitlines()[line - 1].index(text)
        end = len(CODE.splitlines()[line - 1]) - 1
        rows.append({"index": index, "name": f"dense_{index}", "kind": "Dense", "activation": "relu",
                     "parameters": 40, "trainable": 40, "site": [script, line, line, column, end]})  # fmt: skip
    event = {"event": "model", "model": 0, "name": "m", "kind": "Sequential", "trained": "fit",
             "site": [script, 14, 14, 0, 26], "compiled": [script, 10, 13, 0, 1], "layers": rows,
             "losses": ["binary_crossentropy"], "outputs": [1]}  # fmt: skip
    epochs = [
        {"event": "epoch", "model": 0, "epoch": number, "steps": 10, "complete": True,
         "logs": {"loss": "NaN" if math.isnan(loss) else loss}, "learning_rate": 5.0,
         "measures": {"held_loss": loss if not math.isnan(loss) else "NaN", "nonfinite_weights": 3.0},
         "layers": {}}
        for number in range(3)
    ]  # fmt: skip
    events: list[dict[str, Any]] = [{"event": "trace", "format": 1, "script": script, "sources": {}}, event, *epochs]
    events.append({"event": "ended", "kind": "finished", "message": "", "seconds": 1.0})
    return Trace.load("".join(json.dumps(event) + "\n" for event in events))


def learning() -> Trace:
    """A run whose accuracy comes near 1."""
    site = ["xor.py", 14, 14, 0, 26]
    facts = {"source": "array", "batch": 8, "x": [], "samples": 80,
             "y": [{"name": "", "shape": [80, 1], "rows": 80, "form": "binary", "classes": 2, "majority": 0.5,
                    "min": 0.0, "max": 1.0, "mean": 0.5, "std": 0.5, "entropy": 1.0}]}  # fmt: skip
    events: list[dict[str, Any]] = [
        {"event": "trace", "format": 1, "script": "xor.py", "sources": {}},
        {"event": "model", "model": 0, "name": "m", "kind": "Sequential", "trained": "fit", "site": site,
         "layers": [], "losses": ["binary_crossentropy"], "outputs": [1]},
        {"event": "data", "model": 0, "facts": facts},
    ]  # fmt: skip
    for number in range(8):
        logs = {"loss": 0.7 / (1 + number) ** 2, "binary_accuracy": 1 - 0.4 / (1 + number)}
        events.append({"event": "epoch", "model": 0, "epoch": number, "steps": 10, "complete": True, "logs": logs,
                       "learning_rate": 0.01, "measures": {}, "layers": {}})  # fmt: skip
    events.append({"event": "ended", "kind": "finished", "message": "", "seconds": 1.0})
    return Trace.load("".join(json.dumps(event) + "\n" for event in events))


def test_with_a_run_the_ranking_is_that_of_diagnose() -> None:
    told = localize.said(record(SOFTMAX), trace())
    document = Document("xor.py", CODE)
    expected = engine.diagnose((document,), SETTINGS, trace())
    shown = [(finding.rule, finding.span) for _, finding in expected.ranked]
    assert [item.name for item in told.places["observations"]] == ["weights-diverging"]  # the symptom moved to it
    assert [(item.name, item.span) for item in told.places["rules+observations"]] == shown
    assert told.places["fused"] == told.places["rules+observations"]
    assert told.trouble == ()


def test_observations_alone_hear_no_rule() -> None:
    told = localize.said(record(SOFTMAX), trace())
    rules = {item.name for item in told.places["rules"]}
    assert rules.isdisjoint(item.name for item in told.places["observations"])


def suspect(program: Program) -> list[Spot]:
    """Suspicions about the output and the loss."""
    assert program.document.path == "xor.py"
    there = {site.name: Spot(*key(site), site.whole) for site in sites(program)}  # of the layers the last
    return [there["layer"]._replace(suspicion=0.9), there["loss"]._replace(suspicion=0.7)]


def test_suspicions_are_fused_as_in_the_product() -> None:
    told = localize.said(record(SOFTMAX), trace(), suspect)
    assert [item.weight for item in told.places["suspicions"]] == [0.9, 0.7]
    assert list(told.places) == list(localize.SOURCES)
    static = told.places["rules+suspicions"]
    assert static[0].name == "softmax-on-one-unit"
    (alone,) = [item for item in static if item.name == SUSPICION]
    assert alone.span == suspect(read(told.document))[1].span and alone.weight == pytest.approx(SUSPECTED * 0.7)
    before = next(item for item in localize.said(record(SOFTMAX), trace()).places["fused"] if "softmax" in item.name)
    raised = next(item for item in told.places["fused"] if "softmax" in item.name)
    assert raised.weight > before.weight
    result = localize.localize(record(SOFTMAX), trace(), suspect)
    assert result["ranks"]["suspicions"] == {"span": [None], "line": [1], "call": [1]}
    assert result["ranks"]["fused"]["line"][0] <= 2


def test_places_that_share_a_span_are_told_apart() -> None:
    """Arguments that are left out all stand at the name of their call; each has a probability of its own."""
    program = read(Document("xor.py", CODE))
    there = [site for site in sites(program) if site.kind == "fit"]
    assert len({site.span for site in there}) < len(there)
    spots = tuple(Spot(*key(site), site.whole, 0.9 - at / 10) for at, site in enumerate(reversed(there)))
    located = localize._located(program, localize.Places(0.9, True, spots))
    assert [item.site for item in located] == there[::-1]
    assert [item.probability for item in located] == [spot.suspicion for spot in spots]
    suspected = localize._suspected(program, spots)
    assert [(item.site, item.probability) for item in suspected] == list(zip(there[::-1], (s.suspicion for s in spots)))


def test_the_curious_hear_of_places_where_a_run_that_works_is_likelier_a_faulty_ones() -> None:
    def told(faulty: float, detected: bool) -> dict[str, tuple[Ranked, ...]]:
        spots = (suspect(read(Document("xor.py", CODE)))[1]._replace(suspicion=0.8),)
        return localize.said(record(), learning(), place=lambda _: localize.Places(faulty, detected, spots)).places

    def first(found: tuple[Ranked, ...]) -> float:
        return max((item.weight for item in found), default=0.0)

    low, likely, sure = told(0.4, False), told(0.6, False), told(0.9, True)
    assert [first(found["fused"]) == 0.8 for found in (low, likely, sure)] == [False, False, False]
    assert [first(found["fused for the curious"]) == 0.8 for found in (low, likely, sure)] == [False, True, True]
    assert [first(found["always fused"]) == 0.8 for found in (low, likely, sure)] == [True, True, True]


def test_suspicions_that_are_too_weak_are_not_fused() -> None:
    told = localize.said(record(SOFTMAX), trace(), suspect, least=0.8)
    assert len(told.places["suspicions"]) == 2
    for source in ("rules+suspicions", "fused", "always fused"):
        assert all(item.name != SUSPICION for item in told.places[source])


def test_a_run_that_learns_takes_no_suspicions_unless_always() -> None:
    told = localize.said(record(SOFTMAX), learning(), suspect)
    assert all(item.name != SUSPICION for item in told.places["fused"])
    assert told.places["fused"] == told.places["rules+observations"]
    assert any(item.name == SUSPICION for item in told.places["always fused"])


def test_a_program_that_cannot_be_parsed_has_no_places() -> None:
    told = localize.said(record(SOFTMAX, code=CODE + "x = = 1\n"))
    assert told.places == {} and "cannot parse" in told.trouble[0]


def test_alarms_and_those_elsewhere() -> None:
    result = localize.localize(record(SOFTMAX))
    every, elsewhere = result["alarms"]["rules"]
    assert every == elsewhere + 1 >= 2  # the softmax; the rate is elsewhere
    original = localize.localize(record())
    assert original["alarms"]["rules"][0] == original["alarms"]["rules"][1] == every
    assert original["ranks"]["rules"] == {"span": [], "line": [], "call": []}


@pytest.mark.parametrize("code", ["ACH", "HLR", "OLS", "LRM", "ARM", "HNE"])
def test_the_floor_names_what_operators_plant(code: str) -> None:
    source = CODE.replace("5.0", "0.001").replace("softmax", "sigmoid").replace("epochs=20", "epochs=20, batch_size=8")
    source = source.replace(
        '    layers.Dense(8, activation="relu"),\n', '    layers.Dense(8, activation="relu"),\n' * 2
    )
    source = source.replace("model.fit", "x, y = np.ones((64, 4)), np.ones(64)\nmodel.fit")
    mutant = operators()[code].mutate(made_subject("import numpy as np\n" + source), 0)
    told = mutant.record()
    result = localize.localize({**record(code=mutant.source), "faults": told["faults"]})
    assert result["ranks"]["nearest"]["call"][0] is not None


def made_subject(source: str) -> Any:
    from default_lint.lab.mutants import Subject

    return Subject(source, "xor.py")


# Many programs


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "work")
    work.put(record(name="xor.0"))
    work.put(record(SOFTMAX, name="xor.1"))
    work.put(record(fault("model.fit(", "epochs=20", family="hyperparameter"), SOFTMAX, name="xor.2"))
    work.put({**record(SOFTMAX, name="xor.3"), "verdict": "open"})
    work.put({**record(SOFTMAX, name="xor.4"), "verdict": "benign"})
    work.add(made.outcome("xor.1", 0, trace=gzip.compress(b"damaged")))
    work.add(made.outcome("xor.1", 1))
    return work


def run(work: Workspace, suspect: localize.Suspect | None = None, **options: Any) -> list[localize.Result]:
    """`localize.run` on the tables of a workspace."""
    folder = work.path / "tables"
    export(work, folder, jobs=1)
    return localize.run(folder, suspect, **options)


def test_programs_that_are_decided_with_their_first_readable_run(workspace: Workspace) -> None:
    found = run(workspace, workers=1)
    assert [(result["program"], result["run"]) for result in found] == [
        ("xor.0", False), ("xor.1", True), ("xor.2", False), ("xor.4", False)
    ]  # fmt: skip
    json.dumps(found, allow_nan=False)


def test_workers_give_the_same(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(localize, "CHUNK", 2)
    assert run(workspace, workers=2) == run(workspace, workers=1)


def test_what_was_done_is_not_done_again(workspace: Workspace, tmp_path: Path) -> None:
    asked: list[str] = []

    def counted(program: Program) -> list[Spot]:
        asked.append(program.document.text)
        return suspect(program)

    file = tmp_path / "kept" / "cache.jsonl"

    def again(**changes: Any) -> int:
        asked.clear()
        found = run(workspace, counted, cache=file, workers=1, **changes)
        assert found == run(workspace, suspect, workers=1)
        return len(asked)

    assert again() == 4
    assert again() == 0
    workspace.put({**record(SOFTMAX, name="xor.4"), "verdict": "crash"})
    assert again() == 1
    workspace.add(made.outcome("xor.2", 0))
    assert again() == 1
    assert again(stamp="other models") == 4
    file.write_bytes(file.read_bytes()[:-20])
    assert again(stamp="other models") == 1
    assert again() == 0


def test_a_chosen_program_that_is_not_there_is_told(workspace: Workspace) -> None:
    said: list[str] = []
    found = run(workspace, programs=["xor.1", "xor.9", "xor.1"], workers=1, say=said.append)
    assert [result["program"] for result in found] == ["xor.1"]
    assert "xor.9 has no record" in said


def result(seed: str, ranks: list[int | None], verdict: str = "faulty", **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "program": f"{seed}.{verdict}.{ranks}", "seed": seed, "architecture": "recurrent", "original": not ranks,
        "verdict": verdict, "families": ["loss", "layer"][: len(ranks)], "operators": ["A", "B"][: len(ranks)],
        "ranks": {source: dict.fromkeys(localize.CRITERIA, ranks) for source in ("rules", "nearest")},
        "alarms": {"rules": [1, 0]}, "top": {"suspicions": [[0, 1, 1, "", 0.6], [1, 2, 1, "", 0.2]]}, "trouble": [],
    }  # fmt: skip
    return {**told, **fields}


def test_summary_by_hand() -> None:
    results = [
        result("a", [1]), result("a", [4]), result("b", [None]), result("b", [2]), result("c", [3, 1]),
        result("c", [1], verdict="benign"), result("c", []), result("d", [], verdict="unhealthy"),
    ]  # fmt: skip
    told = localize.summary(results, draws=50)
    assert told["programs"] == 5
    line = told["sources"]["rules"]["line"]
    assert [line[name]["value"] for name in ("top1", "top3", "top5", "ever")] == [0.25, 0.5, 0.75, 0.75]
    assert line["top1"]["n"] == 4 and 0 <= line["top1"]["low"] <= line["top1"]["high"] <= 1
    assert set(told["families"]) == {"loss"}
    assert "harm" not in told
    harm = {"a.faulty.[1]": "under 0.05", "a.faulty.[4]": "0.5 and more", "b.faulty.[2]": "under 0.05"}
    by_harm = localize.summary(results, draws=5, harm=harm)["harm"]
    assert list(by_harm) == ["under 0.05", "0.5 and more"]
    assert [by_harm["under 0.05"]["rules"][f"top{k}"]["value"] for k in (1, 3)] == [0.5, 1.0]
    compound = told["compound"]["rules"]
    assert [compound[how]["top1"]["value"] for how in ("any", "all", "share")] == [1.0, 0.0, 0.5]
    assert compound["share"]["top3"]["value"] == 1.0
    alarms = told["false_alarms"]
    assert alarms["rules"]["originals"]["share"]["value"] == 1.0
    assert alarms["rules"]["originals"]["share"]["n"] == 2
    assert alarms["rules"]["benign"]["each"]["value"] == 1.0
    assert alarms["rules"]["benign elsewhere"]["share"]["value"] == 0.0
    assert alarms["suspicions"]["benign"]["each"]["value"] == 1.0
    assert (
        localize.summary(results, threshold=0.1, draws=5)["false_alarms"]["suspicions"]["benign"]["each"]["value"] == 2
    )


def test_summary_of_nothing() -> None:
    assert localize.summary([]) == {"programs": 0, "false_alarms": {}}


def test_table() -> None:
    rows = localize.table([result("a", [None, 2])])
    assert len(rows) == 6
    row = rows.iloc[0]
    assert (row["best"], row["worst"], row["share1"], row["share3"]) == (2, math.inf, 0.0, 0.5)
    assert row["families"] == "loss+layer" and row["faults"] == 2
