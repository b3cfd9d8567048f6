"""Programs that once broke the probe, or that it told of wrongly."""

from __future__ import annotations

import gc
import itertools
import json
import math
import signal
import textwrap
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from default_lint.trial.child.callback import callback
from default_lint.trial.child.monitor import Monitor, asked_facts, batch_losses
from default_lint.trial.child.session import Session

from .test_probe import Seen, dense, rows
from .test_probe_script import LOOP, TRAINING, Ran

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

TESTED = {"tests": True, "budget": {"seconds": 60, "epochs": 2, "steps": None}}


def notes(ran: Ran) -> list[str]:
    return [event["text"] for event in ran.of("note")]


def test_a_compiled_loop_runs_as_without_the_probe_and_its_calls_are_counted(tmp_path: Path) -> None:
    text = LOOP.replace("step = tf.function(step)", "step = tf.function(step, jit_compile=True)")
    ran = Ran(tmp_path, text, args=["graph"])
    assert ran.status == 0, ran.err
    assert len(json.loads(ran.out)) == 120
    assert [event["steps"] for event in ran.of("epoch")] == [50, 50, 20]
    assert notes(ran) == ["steps inside a compiled function are only counted"]


def test_tests_of_our_own_are_no_loop_of_the_user(tmp_path: Path) -> None:
    ran = Ran(tmp_path, TRAINING.replace("epochs=50", "epochs=1"), **TESTED)
    assert ran.ended["kind"] == "finished", ran.err
    done = {event["name"]: event["result"] for event in ran.of("test")}
    assert "rate_sweep" in {event["name"] for event in ran.of("testing")}
    assert "skipped" not in done["overfit_batch"]
    assert [note for note in notes(ran) if "loop of your own" in note] == []


class Named(keras.Model):
    """Trains with a step whose loss has a name of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = keras.layers.Dense(1)

    def call(self, value: Any) -> Any:
        return self.layer(value)

    def train_step(self, data: Any) -> dict[str, Any]:
        self(data[0])
        return {"d_loss": 0.5}


def test_a_step_without_a_loss_is_no_broken_step() -> None:
    x, y = rows()
    model = Named()
    model.compile("sgd")
    event = Seen(model, x, y, batch_size=32, epochs=1).epoch(0)
    assert (event["broken"], event["losses"], event["steps"]) == (None, [], 10)
    assert event["logs"]["d_loss"] == 0.5


@pytest.mark.parametrize(
    ("weights", "expected"), [(None, None), ([0.25, 2], [0.25, 2.0]), ({"second": 3.0, "first": 1.0}, [1.0, 3.0])]
)
def test_the_weights_of_losses_stand_in_the_order_of_the_outputs(weights: Any, expected: Any) -> None:
    x, y = rows(64)
    entry = keras.Input((6,))
    outputs = [keras.layers.Dense(1, name="first")(entry), keras.layers.Dense(1, name="second")(entry)]
    model = keras.Model(entry, outputs)
    model.compile("sgd", ["mse", "mse"], loss_weights=weights)
    target = y.astype(np.float32)[:, None]
    seen = Seen(model, x, [target, target], batch_size=32, epochs=1)
    assert seen.of("model")[-1]["asked"].get("loss_weights") == expected


def test_one_weight_of_one_loss() -> None:
    x, y = rows(64)
    model = dense()
    model.compile("sgd", "mse", loss_weights=0.5)
    assert Seen(model, x, y[:, None], epochs=1).of("model")[-1]["asked"]["loss_weights"] == [0.5]


@pytest.mark.parametrize(
    ("given", "weights", "kind"),
    [
        (None, None, None),
        ({0: 1, 1: 2.5}, {"0": 1.0, "1": 2.5}, None),
        ([1.0, 2.0], None, "list"),
        (np.ones(2), None, "ndarray"),
    ],
)
def test_class_weights_of_any_type_are_recorded(given: Any, weights: Any, kind: str | None) -> None:
    facts = asked_facts({"class_weight": given})
    assert facts["class_weight"] == weights
    assert facts.get("class_weight_kind") == kind


def test_a_model_is_told_of_when_its_class_weights_are_an_array() -> None:
    x, y = rows(64)
    events: list[dict[str, Any]] = []
    model = dense(loss="binary_crossentropy", output="sigmoid")
    Monitor(Session(events.append)).watch(model).begin({"x": x, "y": y, "class_weight": np.ones(2)}, None)
    assert [event["event"] for event in events] == ["start", "model", "data"]


ENDED_BY = """
    import _default_lint_child.trials.initial_loss, _default_lint_child.tests as tests
    import os, signal

    def hit(case):
        os.kill(os.getpid(), signal.{signal})
        import time
        time.sleep(30)

    tests.TESTS = (tests.OwnTest("hit", hit, 1),)
    """


@pytest.mark.parametrize("failing", [False, True])
def test_a_signal_during_our_own_tests_does_not_change_how_the_script_ended(failing: bool, tmp_path: Path) -> None:
    text = textwrap.dedent(TRAINING.replace("epochs=50", "epochs=1")) + textwrap.dedent(
        ENDED_BY.format(signal="SIGTERM")
    )
    ran = Ran(tmp_path, text + ("raise ValueError('of the script')\n" if failing else ""), **TESTED)
    assert ran.ended["kind"] == ("error" if failing else "finished")
    assert "of the script" in ran.ended["message"] or not failing
    assert "the own tests were ended early" in notes(ran)


def test_how_the_script_ended_is_known_before_our_own_tests(tmp_path: Path) -> None:
    text = textwrap.dedent(TRAINING.replace("epochs=50", "epochs=1")) + textwrap.dedent(
        ENDED_BY.format(signal="SIGKILL")
    )
    ran = Ran(tmp_path, text, **TESTED)
    assert ran.status == -signal.SIGKILL
    assert ran.of("ended") == []
    (early,) = ran.of("finished")
    assert (early["kind"], early["code"]) == ("finished", 0)


def test_several_steps_in_one_execution_are_all_counted() -> None:
    x, y = rows()
    model = dense()
    model.compile(keras.optimizers.SGD(0.05), "mse", steps_per_execution=4)
    seen = Seen(model, x, y[:, None], batch_size=32, epochs=2, shuffle=False)
    for number in (0, 1):
        assert seen.epoch(number)["steps"] == 10
        assert "update_norm" not in seen.epoch(number)["layers"][0]
        assert seen.epoch(number)["layers"][0]["weight_change"] > 0


def test_a_budget_of_steps_counts_all_steps_of_an_execution() -> None:
    x, y = rows()
    events: list[dict[str, Any]] = []
    model = dense()
    model.compile(keras.optimizers.SGD(0.05), "mse", steps_per_execution=5)
    monitor = Monitor(Session(events.append), steps=20)
    model.fit(x, y[:, None], batch_size=32, epochs=5, verbose=0, callbacks=[callback(keras, monitor)])
    assert [event["steps"] for event in events if event["event"] == "epoch" and event["epoch"] >= 0] == [10, 10]


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"seconds": 600, "epochs": 1, "steps": None}, "the budget of 1 epoch was used up"),
        ({"seconds": 600, "epochs": None, "steps": 15}, "the budget of 15 steps was used up"),
        ({"seconds": 0.5, "epochs": None, "steps": None}, "the budget of 0.5 s was used up"),
    ],
)
def test_the_budget_is_told_with_its_size(budget: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert Ran(tmp_path, TRAINING, budget=budget).ended["message"] == message


def test_what_notebooks_take_for_granted_is_there_in_notebooks_only(tmp_path: Path) -> None:
    source = tmp_path / "cells.txt"
    source.write_text("display('shown')\nprint(get_ipython())\n")
    ran = Ran(tmp_path, "", name="book.ipynb", source=str(source))
    assert (ran.ended["kind"], ran.out) == ("finished", "shown\nNone\n")
    assert "NameError" in Ran(tmp_path, "display('shown')\n").ended["message"]


def test_only_the_model_that_trained_last_is_kept_alive() -> None:
    x, y = rows(64)
    monitor = Monitor(Session(lambda event: None))
    gone = []
    for _ in range(3):
        model = dense()
        model.fit(x, y[:, None], verbose=0, callbacks=[callback(keras, monitor)])
        gone.append(weakref.ref(model))
        del model
        keras.utils.clear_session()
        gc.collect()
    assert [reference() is None for reference in gone] == [True, True, False]
    monitor.flush()
    assert [subject.number for subject in monitor.session.subjects] == [2]


def test_a_model_that_is_trained_again_is_measured_again() -> None:
    x, y = rows(64)
    events: list[dict[str, Any]] = []
    monitor = Monitor(Session(events.append))
    first, second = dense(), dense()
    for model in (first, second, first):
        model.fit(x, y[:, None], verbose=0, callbacks=[callback(keras, monitor)])
    told = [event for event in events if event["event"] == "epoch" and event["epoch"] >= 0]
    assert [event["model"] for event in told] == [0, 1, 0]
    assert all(event["measures"]["held_loss"] > 0 for event in told)
    monitor.flush()
    subjects = monitor.session.subjects
    assert [subject.model is model for subject, model in zip(subjects, (first, second))] == [True, True]
    assert all(subject.compute_loss is not None and subject.layers for subject in subjects)
    assert [event["text"] for event in events if event["event"] == "note"] == []


def test_a_loop_lets_go_of_its_last_step(tmp_path: Path) -> None:
    text = textwrap.dedent(LOOP).replace(
        "print(seen)",
        "import gc\n"
        "loops = [thing for thing in gc.get_objects() if type(thing).__name__ == 'Loop' and hasattr(thing, 'rings')]\n"
        "assert len(loops) == 1 and loops[0].call is None and loops[0].pair is None, loops\n",
    )
    assert Ran(tmp_path, text, args=["eager"]).status == 0


def test_losses_of_long_epochs_are_exact_within_a_percent() -> None:
    count = 60_000
    true = 0.05 + np.exp(-np.arange(count) / 2000.0)
    total, running = np.float32(0), []
    for number, loss in enumerate(true, 1):
        total = np.float32(total + np.float32(loss))
        running.append(float(np.float32(total / np.float32(number))))
    found = batch_losses(running)
    block = math.ceil(count / 256)
    assert len(found) == math.ceil(count / block)
    first = count - block * (len(found) - 1)
    edges = [0, *range(first, count + 1, block)]
    expected = [true[begin:end].mean() for begin, end in itertools.pairwise(edges)]
    assert found == pytest.approx(expected, rel=0.01)


def test_a_long_epoch_that_breaks_stays_broken() -> None:
    found = batch_losses([1.0] * 1500 + [math.nan] * 500)
    assert found[0] == pytest.approx(1.0)
    assert math.isnan(found[-1])
    assert sum(map(math.isnan, found)) in (62, 63, 64)


@pytest.mark.parametrize(("daemon", "count"), [("False", 1), ("True", 0)])
def test_threads_that_keep_the_process_alive_are_counted(daemon: str, count: int, tmp_path: Path) -> None:
    text = f"""\
        import threading, time
        threading.Thread(target=time.sleep, args=(1,), daemon={daemon}).start()
        """
    assert Ran(tmp_path, text).ended["threads"] == count
