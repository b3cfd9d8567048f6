"""What the terminal shows of a diagnosis."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint.findings import Diagnosis, Finding, Observed, Report, Rule, Severity, Verdict
from default_lint.output import View, diagnosis, evidence, run
from default_lint.output.live import Live
from default_lint.output.style import width
from default_lint.text import Document
from default_lint.trial.trace import Event, Trace
from tests.output import tracing
from tests.output.making import finding, notebook, span
from tests.output.tracing import SCRIPT, TESTS

SENTENCE = "`sequential` learns nothing: accuracy stays at 0.500, that of the commonest class"


def diagnosed(*findings: Finding, faulty: bool | None = True, first: str = "") -> Diagnosis:
    document = Document("train.py", SCRIPT)
    ranked = tuple((document, one) for one in findings)
    return Diagnosis(Verdict(faulty, SENTENCE, first), (Report(document, tuple(reversed(findings))),), ranked)


def rate() -> Finding:
    one = finding(span(SCRIPT, "5.0"), "learning rate 5.0", rule="learning-rate-off", family="optimization")
    return replace(one, evidence=(Rule(), Observed("held_loss", (2, 3, 4), math.nan, "site", "loss-not-finite")))


def softmax() -> Finding:
    return finding(span(SCRIPT, '"softmax"'), severity=Severity.WARNING)


def shown(result: Diagnosis, trace: Trace, view: View | None = None, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="\n")
    run.write(result, trace, out, view or View())
    out.flush()
    return raw.getvalue().decode(encoding)


def test_everything_is_told_in_this_order():
    text = shown(diagnosed(rate(), softmax(), first="line 11: replace with `0.01`"), tracing.trace(tests=TESTS))
    parts = [
        f"✗ {SENTENCE}\n\n",
        "Sequential `sequential`: 3 layers, 970 parameters, Adam at 5, binary_crossentropy,",
        "5 of 20 epochs\n",
        "  epoch    loss  val_loss  accuracy  val_accuracy  gradient  dead units\n",
        "      1  2.7000    2.8000    0.5000        0.5000    1.0000         0 %\n",
        "      5  1.1000    1.2000    0.5000        0.5000    0.0100        27 %\n",
        "\nOwn tests on a copy, after training\n",
        "\nerror[learning-rate-off]: learning rate 5.0\n",
        "   = seen: loss on the held batch NaN in epochs 3 to 5\n",
        "\nwarning[softmax-on-one-unit]: ",
        "\nTry first: line 11: replace with `0.01`\n",
        "\nTime: training 1.2 s, own tests 5.5 s, all 9.5 s\n",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert text.endswith("all 9.5 s\n")


@pytest.mark.parametrize(("faulty", "sign"), [(True, "✗"), (False, "✓"), (None, "?")])
def test_the_verdict_has_a_sign(faulty: bool | None, sign: str):
    assert shown(diagnosed(faulty=faulty), tracing.trace()).startswith(f"{sign} ")


def test_the_middle_of_a_long_run_is_left_out():
    rows = re.findall(r"^ +(\d+|⋮)(?:  |$)", shown(diagnosed(), tracing.trace(40)), re.MULTILINE)
    assert rows == ["1", "2", "3", "4", "5", "⋮", "35", "36", "37", "38", "39", "40"]
    assert len(re.findall(r"^ +\d+  ", shown(diagnosed(), tracing.trace(12)), re.MULTILINE)) == 12


@given(st.integers(0, 300), st.integers(3, 20))
def test_thinning_keeps_both_ends_in_order(count: int, rows: int):
    kept = [row for row in run.thinned(count, rows) if row is not None]
    assert len(run.thinned(count, rows)) == min(count, rows)
    assert kept == sorted(set(kept))
    if count:
        assert (kept[0], kept[-1]) == (0, count - 1)


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("count", [1, 5, 40])
def test_lines_of_the_run_fit_the_terminal(columns: int, count: int):
    text = shown(diagnosed(first="change it " * 20), tracing.trace(count, tests=TESTS), View(width=columns))
    assert max(map(width, text.splitlines())) <= columns


def test_a_narrow_terminal_names_the_columns_that_it_does_not_show():
    text = shown(diagnosed(), tracing.trace(), View(width=50))
    assert "  epoch    loss  val_loss  accuracy  val_accuracy\n" in text
    assert "  not shown: gradient, dead units\n" in text


def test_a_column_that_says_nothing_is_left_out():
    quiet = tracing.epoch(0, layers={"0": {"activation_dead": 0.0, "activation_saturated": 0.0}})
    (head,) = [
        line for line in shown(diagnosed(), Trace.read([tracing.model(), quiet])).splitlines() if "epoch  " in line
    ]
    assert head.split() == ["epoch", "loss", "val_loss", "accuracy", "val_accuracy", "gradient"]


def test_a_rate_that_changes_gets_a_column():
    epochs = [tracing.epoch(0), tracing.epoch(1, learning_rate=0.5)]
    assert re.search(r"gradient  dead units  rate\n", shown(diagnosed(), Trace.read([tracing.model(), *epochs])))
    assert "rate\n" not in shown(diagnosed(), tracing.trace())


def test_a_loss_that_is_no_number_and_an_epoch_that_did_not_end():
    text = shown(diagnosed(), tracing.broken(), View(color=True))
    assert "     3*  \x1b[1;31m   NaN\x1b[0m" in text
    assert "* ended after 8 batches" in text
    assert "▁!" in text


def test_dead_units_are_weighted_by_the_units_of_their_layers():
    trace = tracing.trace(2)
    share = run.mean_of(trace.models[0].epochs[1], trace.models[0].layers, "activation_dead")
    assert share == pytest.approx((0.05 * 64 + 0.1 * 32) / 96)


def test_nothing_but_ascii_where_the_terminal_knows_no_more():
    text = shown(diagnosed(softmax()), tracing.trace(40), View(width=60), encoding="ascii")
    assert text.startswith("x `sequential`")
    assert "\\u" not in text
    assert re.search(r"epoch    loss .*\n +#[-._]+  #[-._]+", text)
    assert "      :\n" in text


def test_color_only_when_wanted():
    assert "\x1b" not in shown(diagnosed(softmax()), tracing.trace())
    assert shown(diagnosed(), tracing.trace(), View(color=True)).startswith("\x1b[1;31m✗ \x1b[0m")


@pytest.mark.parametrize(
    ("kind", "message", "line"),
    [
        ("finished", "", None),
        ("budget", "the budget of 60 s was used up", "Ended: The budget of 60 s was used up"),
        ("error", "ValueError: no", "Ended: ValueError: no (train.py:3)"),
        ("hang", "", "Ended: The script gave no answer and was ended"),
    ],
)
def test_the_end_of_a_run_is_told_unless_it_just_ended(kind: str, message: str, line: str | None):
    site = ["train.py", 3, None, None, None] if kind == "error" else None
    text = shown(diagnosed(), tracing.trace(kind=kind, message=message, site=site))
    assert (re.findall(r"^Ended: .*$", text, re.MULTILINE) or [None]) == [line]


def test_the_end_in_a_notebook_is_told_by_its_cell():
    document = notebook("import keras\n", "a = 1\nb = c\n")
    trace = tracing.trace(kind="error", message="NameError: c", site=["book.ipynb", 3, None, None, None])
    result = Diagnosis(Verdict(None, SENTENCE), (Report(document),))
    assert "\nEnded: NameError: c (book.ipynb:cell 3:2)\n" in shown(result, trace)


def test_what_could_not_be_observed_is_told():
    events = [*tracing.events(), {"event": "note", "text": "the network could not be turned off"}]
    assert "\nNote: the network could not be turned off\n" in shown(diagnosed(), Trace.read(events))


def test_models_beyond_the_third_are_counted():
    events = [
        event
        for number in range(5)
        for event in (tracing.model(number, name=f"m{number}"), tracing.epoch(0, of=number))
    ]
    text = shown(diagnosed(), Trace.read(events))
    assert re.findall(r"`(m\d)`", text) == ["m0", "m1", "m2"]
    assert "2 more models trained" in text


def test_a_run_without_any_epoch_is_shown():
    assert "Sequential `sequential`" in shown(diagnosed(), Trace.read([tracing.model()]))
    assert shown(diagnosed(), Trace("x.py")).startswith("✗ ")


# sparklines


@given(st.lists(st.none() | st.floats(), max_size=60), st.integers(0, 30))
def test_a_sparkline_takes_every_value(values: list[float | None], size: int):
    drawn = run.spark(values, size)
    assert len(drawn) == min(size, len(values))
    assert set(drawn) <= {*run.BARS, " ", "!"}


def test_a_sparkline_shows_the_shape():
    assert run.spark([1, 2, 3, 4, 5, 6, 7, 8], 8) == run.BARS
    assert run.spark([8, 7, 1], 8) == "█▇▁"
    assert run.spark([0.5, 0.5], 8) == "▁▁"
    assert run.spark([1, None, math.nan, 2], 8) == "▁ !█"
    assert run.spark([1, 1, 9, 9], 2) == "▁█"
    assert run.spark([1, 9], 8, run.PLAIN_BARS) == "_#"


# numbers and evidence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"), (0.0, "0.0000"), (0.69314, "0.6931"), (12.3456, "12.35"), (123.456, "123.5"), (1e3, "1,000"),
        (12345.6, "12,346"),
        (1e6, "1.00e6"), (9.82e10, "9.82e10"), (0.00012, "1.20e-4"), (1e-12, "1.00e-12"), (-0.5, "-0.5000"),
        (math.nan, "NaN"), (math.inf, "Inf"), (-math.inf, "-Inf"), (128, "128"),
    ],
)  # fmt: skip
def test_numbers_are_short(value: float | None, text: str):
    assert evidence.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (1, "100 %"), (0.004, "0.4 %"), (0.999, "99.9 %"), (0.5, "50 %")]
)
def test_a_share_is_none_or_all_only_when_it_is(share: float, text: str):
    assert evidence.percent(share) == text


@pytest.mark.parametrize(
    ("epochs", "text"),
    [
        ((), ""), ((-1,), "before training"), ((0,), "in epoch 1"), ((1, 2, 3), "in epochs 2 to 4"),
        ((0, 4), "in epochs 1, 5"), ((-1, 0, 1), "before training to 2"),
        (tuple(range(0, 20, 2)), "in epochs 1, 3, 5, ..., 17, 19"),
    ],
)  # fmt: skip
def test_epochs_count_from_one(epochs: tuple[int, ...], text: str):
    assert evidence.epochs_told(epochs) == text


def test_each_own_test_is_told_in_a_clause():
    told = {event["name"]: evidence.test_told(event["name"], event["result"]) for event in TESTS}
    assert told == {
        "rate_sweep": "0.0001 to 0.01 learns, 0.1 diverges; the script uses 5",
        "overfit_batch": "does not fit 32 samples in 300 steps: loss 0.7000 to 0.6900, accuracy 50 %",
        "zero_input": "not made: no time was left",
    }
    row = {"true_held": 0.2, "permuted_held": 0.7, "same": False}
    assert "0.2000, after training on permuted labels 0.7000: the labels matter" in evidence.test_told(
        "permuted_labels", row
    )
    assert evidence.test_told("replay", {"finite": False, "what": "output", "name": "dense_1", "batch": 3}) == (
        "an output of `dense_1`, in batch 4"
    )
    assert evidence.test_told("new_test", {"ratio": 2.0, "fine": True, "rows": [1]}) == "ratio 2.0000, fine yes"
    assert evidence.test_told("overfit_batch", {"samples": 32}) == "samples 32.00"


# data


def test_the_data_of_a_diagnosis_are_strict_json():
    data = json.loads(json.dumps(diagnosis.data(diagnosed(rate(), softmax()), tracing.broken()), allow_nan=False))
    assert data["verdict"] == {"faulty": True, "sentence": SENTENCE, "try_first": ""}
    (model,) = data["run"]["models"]
    assert [epoch["epoch"] for epoch in model["epochs"]] == [1, 2, 3]
    assert model["epochs"][2]["logs"]["loss"] == "NaN"
    assert [(row["rank"], row["name"]) for row in data["findings"]] == [
        (1, "learning-rate-off"),
        (2, "softmax-on-one-unit"),
    ]
    assert data["findings"][0]["evidence"] == [
        {"kind": "rule"},
        {
            "kind": "observed",
            "name": "loss-not-finite",
            "measure": "held_loss",
            "epochs": [3, 4, 5],
            "value": "NaN",
            "placed": "site",
        },
    ]


def test_reports_for_other_formats_are_ranked_too():
    (report,) = diagnosis.by_document(diagnosed(rate(), softmax()))
    assert [one.rule for one in report.findings] == ["learning-rate-off", "softmax-on-one-unit"]


# the live line


def live(columns: int = 100, encoding: str = "utf-8") -> tuple[Live, io.TextIOWrapper]:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    return Live(stream, 60.0, color=False, columns=columns), stream


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode(stream.encoding)


def test_the_live_line_follows_the_run():
    line, _ = live()
    assert "starting" in line.line()
    line(tracing.model())
    line({"event": "batch", "model": 0, "epoch": 1, "step": 3, "steps": 25, "loss": 2.0})
    line({"event": "batch", "model": 0, "epoch": 1, "step": 9, "steps": 25, "loss": 0.5})
    assert "sequential  epoch 2/20  batch 9/25  loss 0.5000  █▁" in line.line()
    line(tracing.epoch(1))
    assert "epoch 2/20  loss 1.7000" in line.line()
    line({"event": "testing", "model": 0, "name": "rate_sweep"})
    assert "own tests: learning-rate sweep" in line.line()
    assert re.search(r"\d+ s left$", line.line())


def test_a_loss_that_is_no_number_is_live_too():
    line, _ = live()
    events: list[Event] = [tracing.model(), {"event": "batch", "model": 0, "epoch": 0, "step": 1, "loss": "NaN"}]
    for event in events:
        line(event)
    assert "loss NaN  !" in line.line()


def test_output_of_the_script_goes_above_the_live_line():
    line, stream = live()
    line.above("Epoch 1/5\n10%\r20%\r")
    line.above("\r100%\nlast")
    assert re.sub(r"\r\x1b\[K(?:\S [^\n]*? left)?", "", written(stream)) == "Epoch 1/5\n100%\n"
    with line:
        pass
    assert written(stream).endswith("last\n")


def test_the_live_line_stays_on_one_line_of_an_old_terminal():
    line, stream = live(columns=40, encoding="ascii")
    line(tracing.model(name="a_model_with_a_rather_long_name_that_does_not_fit"))
    line.above("x\n")
    drawn = written(stream).rpartition("\x1b[K")[2]
    assert len(drawn) <= 39
    assert drawn.endswith("~")
