"""Events become a trace, and a trace file that cannot be read is told in one line."""

from __future__ import annotations

import json
import math

import pytest

from default_lint.trial.trace import FORMAT, Ended, Site, Trace, TraceError, dump, header

MODEL = {
    "event": "model",
    "model": 0,
    "name": "net",
    "kind": "Sequential",
    "site": ["train.py", 9, 9, 0, 30],
    "layers": [
        {"index": 0, "name": "dense", "kind": "Dense", "site": ["train.py", 4, None, None, None], "output": [None, 8]}
    ],
    "losses": ["mean_squared_error"],
    "optimizer": {"class": "SGD", "learning_rate": 0.1},
}
EPOCH = {
    "event": "epoch",
    "model": 0,
    "epoch": 0,
    "fit": 0,
    "logs": {"loss": "NaN", "mae": 2.0, "lr": None},
    "steps": 3,
    "losses": [1.0, None, "Infinity"],
    "broken": 1,
    "layers": {"0": {"weight_norm": 3.5}},
}
EVENTS = [
    {"event": "start", "versions": {"keras": "3.15.1"}},
    MODEL,
    {"event": "data", "model": 0, "facts": {"samples": 100}},
    {**EPOCH, "epoch": -1, "logs": {}},
    EPOCH,
    {"event": "test", "model": 0, "name": "zero_input", "result": {"ignored": False}},
    {"event": "note", "text": "no network namespace"},
    {"event": "note", "text": "no network namespace"},
    {"event": "something new"},
    {"event": "ended", "kind": "budget", "message": "the time is used up", "code": 0, "seconds": 12.5},
]


def test_events_become_a_trace() -> None:
    trace = Trace.read([header("train.py", {"train.py": "ab"}), *EVENTS])
    assert (trace.script, trace.sources, trace.versions) == ("train.py", {"train.py": "ab"}, {"keras": "3.15.1"})
    assert trace.notes == ("no network namespace",)
    assert trace.ended == Ended("budget", "the time is used up", 0)
    assert trace.seconds == 12.5
    (model,) = trace.models
    assert model.fits == (Site("train.py", 9, 9, 0, 30),)
    assert (model.layers[0].site, model.layers[0].output) == (Site("train.py", 4), (None, 8))
    assert model.data == {"samples": 100}
    assert model.tests == {"zero_input": {"ignored": False}}
    assert model.start is not None
    assert model.start.layers == {0: {"weight_norm": 3.5}}
    (epoch,) = model.epochs
    assert math.isnan(epoch.loss)
    assert epoch.logs["mae"] == 2.0
    assert "lr" not in epoch.logs
    assert math.isnan(epoch.losses[1])
    assert epoch.losses[2] == math.inf
    assert epoch.broken == 1


def test_a_second_fit_goes_on_with_the_same_model() -> None:
    again = {**MODEL, "site": ["train.py", 12, None, None, None]}
    (model,) = Trace.read([*EVENTS, again, {**EPOCH, "epoch": 1, "fit": 1}]).models
    assert [site.line for site in model.fits] == [9, 12]
    assert [epoch.number for epoch in model.epochs] == [0, 1]
    assert model.data == {"samples": 100}


def test_a_saved_trace_is_the_same_trace() -> None:
    events = [header("train.py", {"train.py": "ab"}), *EVENTS]
    text = "".join(dump(events))
    assert all(line.isascii() for line in text.splitlines())
    loaded, read = Trace.load(text), Trace.read(events)
    assert (loaded.script, loaded.ended, loaded.notes) == (read.script, read.ended, read.notes)
    assert [model.layers for model in loaded.models] == [model.layers for model in read.models]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is not a trace of default-lint"),
        ("import keras\n", "this is not a trace of default-lint"),
        ('{"a": 1}\n', "this is not a trace of default-lint"),
        ("[1]\n", "this is not a trace of default-lint"),
        (json.dumps(EPOCH), "this is not a trace of default-lint"),
        (json.dumps({**header("x", {}), "format": FORMAT + 1}), "another version of default-lint wrote this trace"),
        (json.dumps(header("x", {})) + '\n{"event": "epo', "line 2 of the trace is damaged"),
        (json.dumps(header("x", {})) + "\n" + json.dumps(EPOCH), "the trace is damaged (KeyError"),
        (json.dumps(header("x", {})) + '\n{"event": "model"}', "the trace is damaged (KeyError"),
    ],
)
def test_what_is_no_trace_is_told_in_one_line(text: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        Trace.load(text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
