"""What Keras itself makes of a script: run with stand-ins for data and training, its models recorded at `compile`.

Only for our own programs in `examples/` and `tests/programs/`; the linter itself never runs anything.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


SECONDS = 10  # a script that trains for itself is stopped; the models that it made until then are compared


def _too_long(*_: object) -> None:
    raise TimeoutError


class Recorded:
    """A model that a script compiled, with the line of the `compile` call."""

    def __init__(self, model: Any, line: int) -> None:
        self.model = model
        self.line = line

    def layers(self) -> Counter[tuple[str, tuple[int | None, ...] | None, int | None]]:
        """(class, output shape, parameters) of each layer, None for what Keras does not tell."""
        rows: Counter[tuple[str, tuple[int | None, ...] | None, int | None]] = Counter()
        for layer in self.model.layers:
            try:
                shape = tuple(layer.output.shape)
            except (AttributeError, ValueError):
                shape = None
            built = getattr(layer, "built", False)
            rows[type(layer).__name__, shape, layer.count_params() if built else None] += 1
        return rows


class _History:
    def __init__(self) -> None:
        self.history: dict[str, list[float]] = defaultdict(lambda: [0.5, 0.4])
        self.epoch = [0]


def _datasets(count: int) -> dict[str, Any]:
    import numpy as np

    def images(shape: tuple[int, ...], classes: int, column: bool) -> Any:
        rng = np.random.default_rng(0)

        def part() -> tuple[Any, Any]:
            x = rng.integers(0, 256, (count, *shape)).astype("uint8")
            y = rng.integers(0, classes, (count, 1) if column else (count,)).astype("uint8")
            return x, y

        return lambda *args, **kwargs: (part(), part())

    def sequences(classes: int) -> Any:
        rng = np.random.default_rng(0)

        def load(*args: Any, num_words: int | None = None, **kwargs: Any) -> Any:
            top = num_words or 5000

            def part() -> tuple[Any, Any]:
                x = np.empty(count, dtype=object)
                for i in range(count):
                    x[i] = rng.integers(1, top, rng.integers(5, 40)).tolist()
                return x, rng.integers(0, classes, count)

            return part(), part()

        return load

    def table(*args: Any, **kwargs: Any) -> Any:
        rng = np.random.default_rng(0)
        return (rng.normal(size=(404, 13)), rng.normal(size=404)), (rng.normal(size=(102, 13)), rng.normal(size=102))

    return {
        "mnist": images((28, 28), 10, False),
        "fashion_mnist": images((28, 28), 10, False),
        "cifar10": images((32, 32, 3), 10, True),
        "cifar100": images((32, 32, 3), 100, True),
        "imdb": sequences(2),
        "reuters": sequences(46),
        "boston_housing": table,
    }


@contextmanager
def _pretended(recorded: list[Recorded], script: str) -> Iterator[None]:
    import keras

    original = keras.Model.compile

    def line() -> int:
        frame: Any = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == script:
                return int(frame.f_lineno)
            frame = frame.f_back
        return 0

    def compile_(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        recorded.append(Recorded(self, line()))
        return result

    def fit(self: Any, x: Any = None, y: Any = None, **kwargs: Any) -> _History:
        batch = x
        if hasattr(x, "element_spec"):
            batch = next(iter(x))
            batch = batch[0] if isinstance(batch, tuple) else batch
        if not self.built and hasattr(batch, "shape"):
            self(batch[:2])
        return _History()

    def evaluate(self: Any, *args: Any, return_dict: bool = False, **kwargs: Any) -> Any:
        return defaultdict(float) if return_dict else [0.5, 0.5, 0.5]

    patches = [
        mock.patch.object(keras.Model, "compile", compile_),
        mock.patch.object(keras.Model, "fit", fit),
        mock.patch.object(keras.Model, "evaluate", evaluate),
    ]
    for name, load in _datasets(64).items():
        patches.append(mock.patch.object(getattr(keras.datasets, name), "load_data", load))
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in reversed(patches):
            patch.stop()


def run(path: Path, folder: Path) -> tuple[list[Recorded], str]:
    """Run a script in `folder`; the models it compiled and what stopped it ("" when it ran through)."""
    import keras

    recorded: list[Recorded] = []
    keras.backend.clear_session()
    keras.mixed_precision.set_dtype_policy("float32")
    before, arguments = os.getcwd(), sys.argv
    os.chdir(folder)
    sys.argv = [str(path)]
    trouble = ""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)
    try:
        with _pretended(recorded, str(path)), mock.patch.dict(os.environ, {"MPLBACKEND": "Agg"}):
            runpy.run_path(str(path), run_name="__main__")
    except BaseException:
        trouble = traceback.format_exc(limit=-1).strip().splitlines()[-1]
    finally:
        signal.alarm(0)
        os.chdir(before)
        sys.argv = arguments
    return recorded, trouble
