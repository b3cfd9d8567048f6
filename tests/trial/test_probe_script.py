"""Scripts run by the probe from end to end, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import default_lint.trial

PROBE = Path(default_lint.trial.__path__[0]) / "probe.py"


class Ran:
    """What came of a script: status, output and events."""

    def __init__(self, folder: Path, text: str, name: str = "train.py", **config: Any) -> None:
        self.script = folder / name
        self.script.write_text(textwrap.dedent(text))
        events = folder / "events.jsonl"
        given = {
            "script": str(self.script),
            "filename": str(self.script),
            "args": [],
            "directory": str(folder),
            "budget": {"seconds": 600, "epochs": None, "steps": None},
            "events": str(events),
            **config,
        }
        (folder / "config.json").write_text(json.dumps(given))
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
        done = subprocess.run(
            [sys.executable, str(PROBE), str(folder / "config.json")],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=900,
        )
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.events: list[dict[str, Any]] = [json.loads(line) for line in events.read_text().splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def ended(self) -> dict[str, Any]:
        assert self.events[-1]["event"] == "ended"
        return self.events[-1]


def test_a_script_is_main_in_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("value = 7\n")
    ran = Ran(
        tmp_path,
        """\
        import sys, __main__, beside, trace
        assert __name__ == "__main__" and __main__.beside is beside and __file__ == sys.argv[0]
        assert trace.__file__ != __file__ and "trial" not in trace.__file__
        assert not [name for name in sys.modules if name.startswith("default_lint")]
        print(sys.argv[1:], beside.value)
        """,
        args=["--epochs", "3"],
    )
    assert (ran.status, ran.out) == (0, "['--epochs', '3'] 7\n"), ran.err
    assert ran.ended["kind"] == "finished"
    assert [event["event"] for event in ran.events] == ["start", "hardware", "ended"], (
        "nothing was imported that was not asked for"
    )


def test_an_exception_reads_as_python_tells_it(tmp_path: Path) -> None:
    text = """\
        def half(value):
            return 1 / value


        try:
            half(0)
        except ZeroDivisionError as error:
            raise KeyError("no half") from error
        """
    ran = Ran(tmp_path, text)
    plain = subprocess.run([sys.executable, str(ran.script)], capture_output=True, text=True, cwd=tmp_path)
    assert ran.status == plain.returncode == 1
    assert ran.err == plain.stderr
    (error,) = ran.of("error")
    assert error["type"] == "KeyError"
    assert error["site"][:2] == [str(ran.script), 8]
    assert ran.ended["kind"] == "error"
    assert ran.ended["message"] == "KeyError: 'no half'"


def test_a_syntax_error_has_its_line(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "x = 1\ny = (\n")
    assert ran.status == 1
    assert ran.ended["site"][:2] == [str(ran.script), 2]


@pytest.mark.parametrize(
    ("text", "status", "kind"),
    [
        ("raise SystemExit", 0, "finished"),
        ("raise SystemExit(3)", 3, "exit"),
        ("raise SystemExit('a word')", 1, "exit"),
        ("raise KeyboardInterrupt", 1, "error"),
    ],
)
def test_leaving(text: str, status: int, kind: str, tmp_path: Path) -> None:
    ran = Ran(tmp_path, text)
    assert (ran.status, ran.ended["kind"]) == (status, kind)
    if "word" in text:
        assert ran.err == "a word\n"


def test_a_forked_child_is_silent(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    ran = Ran(
        tmp_path,
        """\
        import os, sys
        child = os.fork()
        if child == 0:
            sys.exit(5)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
        """,
    )
    assert ran.status == 0, ran.err
    assert len(ran.of("ended")) == 1
    assert {event["pid"] for event in ran.events} == {ran.events[0]["pid"]}


def test_spawned_processes_work(tmp_path: Path) -> None:
    ran = Ran(
        tmp_path,
        """\
        import multiprocessing

        def double(value):
            return 2 * value

        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(double, [1, 2]))
        """,
    )
    assert (ran.status, ran.out) == (0, "[2, 4]\n"), ran.err


def test_the_text_of_a_notebook_runs_under_the_name_of_the_notebook(tmp_path: Path) -> None:
    source = tmp_path / "cells.txt"
    source.write_text("a = 1\nraise ValueError(a)\n")
    ran = Ran(tmp_path, "", name="book.ipynb", source=str(source))
    assert ran.ended["site"][:2] == [str(ran.script), 2]
    assert "raise ValueError(a)" in ran.err


def test_a_module_runs_as_main(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("from . import other\nprint(__name__, __package__, other.value)\n")
    (package / "other.py").write_text("value = 3\n")
    ran = Ran(tmp_path, "", script=None, module="pack")
    assert (ran.status, ran.out) == (0, "__main__ pack 3\n"), ran.err


TRAINING = """\
    import keras
    import numpy as np
    from keras import layers


    def block(units):
        return layers.Dense(
            units,
            activation="relu",
        )


    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = block(8)
            self.out = layers.Dense(1)

        def call(self, value):
            return self.out(self.hidden(value))


    x = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
    y = x[:, :1] * 2
    model = Net()
    model.compile("adam", "mse")
    model.fit(x, y, batch_size=20, epochs=50, verbose=0)
    print("the rest")
    """


@pytest.mark.keras
def test_a_training_within_a_budget_of_epochs(tmp_path: Path) -> None:
    ran = Ran(tmp_path, TRAINING, budget={"seconds": 600, "epochs": 2, "steps": None})
    assert ran.status == 0, ran.err
    assert "the rest" not in ran.out
    assert ran.ended["kind"] == "budget"
    assert [event["text"] for event in ran.of("note")] == []
    assert [event["epoch"] for event in ran.of("epoch")] == [-1, 0, 1]
    assert ran.of("start")[-1]["versions"]["backend"] == "tensorflow"
    model = ran.of("model")[-1]
    lines = ran.script.read_text().splitlines()
    hidden, out = model["layers"]
    exact = sys.version_info >= (3, 11)
    assert (hidden["kind"], hidden["parameters"], out["parameters"]) == ("Dense", 40, 9)
    first = next(number for number, line in enumerate(lines, 1) if "return layers.Dense(" in line)
    assert hidden["site"] == (
        [str(ran.script), first, first + 3, 11, 5] if exact else [str(ran.script), first, None, None, None]
    )
    assert [lines[site[1] - 1].strip() for site in hidden["callers"]] == ["self.hidden = block(8)", "model = Net()"]
    assert lines[out["site"][1] - 1].strip() == "self.out = layers.Dense(1)"
    assert lines[ran.of("model")[0]["site"][1] - 1].startswith("model.fit")
    assert lines[model["compiled"][1] - 1].startswith("model.compile")


@pytest.mark.keras
def test_the_rest_runs_when_asked_and_a_crash_keeps_what_was_seen(tmp_path: Path) -> None:
    text = TRAINING.replace('print("the rest")', "raise RuntimeError('after')")
    ran = Ran(tmp_path, text, budget={"seconds": 600, "epochs": None, "steps": 15}, finish=True)
    assert ran.status == 1
    assert ran.ended["kind"] == "error"
    assert [(event["epoch"], event["steps"], event["complete"]) for event in ran.of("epoch")[1:]] == [
        (0, 10, True),
        (1, 5, False),
    ]
    assert [event["reason"] for event in ran.of("capped")] == ["steps"]


LOOP = """\
    import sys

    import keras
    import numpy as np
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    x = np.random.default_rng(0).normal(size=(320, 4)).astype("float32")
    y = (x[:, 0] > 0).astype("int64")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])
    optimizer = keras.optimizers.SGD(0.1)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


    def step(a, b):
        with tf.GradientTape() as tape:
            loss = loss_of(b, model(a, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss


    if sys.argv[1] == "graph":
        step = tf.function(step)
    seen = []
    for epoch in range(12):
        for a, b in tf.data.Dataset.from_tensor_slices((x, y)).batch(32):
            seen.append(float(step(a, b)))
    print(seen)
    """


@pytest.mark.keras
@pytest.mark.parametrize("way", ["eager", "graph"])
def test_a_loop_with_a_tape(way: str, tmp_path: Path) -> None:
    ran = Ran(tmp_path, LOOP, args=[way])
    assert ran.status == 0, ran.err
    losses = json.loads(ran.out)
    assert [event["text"] for event in ran.of("note")] == []
    epochs = ran.of("epoch")
    assert [(event["epoch"], event["steps"]) for event in epochs[1:]] == [(0, 50), (1, 50), (2, 20)]
    seen = [loss for event in epochs[1:] for loss in event["losses"]]
    assert seen == pytest.approx(losses, rel=1e-5)
    model = ran.of("model")[-1]
    assert (model["trained"], model["losses"], model["logits"]) == ("tape", ["sparse_categorical_crossentropy"], [True])
    assert model["optimizer"]["class"] == "SGD"
    for event in epochs:
        assert event["measures"]["gradient_norm"] > 0
        assert 0 <= event["measures"]["held_accuracy"] <= 1
        assert event["epoch"] < 0 or event["layers"]["0"]["update_norm"] > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts in another way")
def test_what_the_machine_did_is_told(tmp_path: Path) -> None:
    text = """\
        import time
        kept = bytearray(200_000_000)
        until = time.process_time() + 0.5
        while time.process_time() < until:
            pass
        """
    (told,) = Ran(tmp_path, text).of("hardware")
    assert set(told["values"]) == {"cpu", "memory"}
    assert 200_000_000 / 2**20 < told["values"]["memory"] < 2_000
    assert 0 < told["values"]["cpu"] < 105
