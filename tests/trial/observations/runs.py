"""Sights for the tests of observations: a small source, and measures made by hand for the model that it trains."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from default_lint.findings import Finding
from default_lint.program.names import initializer_name, regularizer_name
from default_lint.program.read import read
from default_lint.program.types import Call, Layer, Model, Program
from default_lint.program.values import Value
from default_lint.text import Document, Span
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Sources
from default_lint.trial.trace import Ended, Epoch, LayerTrace, ModelTrace, Site, Trace

DIGITS = """\
import keras
from keras import layers
from data import load

x, y = load()
model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(100, activation="relu", kernel_initializer="he_normal", name="wide"),
    layers.Dense(50, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(x, y, validation_split=0.2, epochs=5, batch_size=32)
"""
"""Ten classes; the dense layers have the indices 0, 1 and 2."""


# the source


def site(source: str, name: str, nth: int = 0, path: str = "train.py") -> Site:
    """Where the `nth` call of `name` stands (the last part of the called name: "Dense", "fit"), from 0."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name
    ]
    calls.sort(key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0, -node.lineno, -node.col_offset))
    node = calls[nth]
    return Site(path, node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)


def _site_of(document: Document, span: Span) -> Site:
    (line, column), (end_line, end_column) = _point(document, span.start), _point(document, span.end)
    return Site(document.path, line, end_line, column, end_column)


def _point(document: Document, offset: int) -> tuple[int, int]:
    line = document.locate(offset).line
    return line, len(document.text[document.line_starts[line - 1] : offset].encode())


def row(index: int, kind: str, at: Site | None = None, **more: Any) -> LayerTrace:
    """One layer. Those with weights have 100 of them, all trainable, unless told otherwise."""
    settings = {"name": f"{kind.lower()}_{index}", "parameters": _weights(kind), "site": at, **more}
    settings.setdefault("trainable", settings["parameters"])
    return LayerTrace(index=index, kind=kind, **settings)


def _weights(kind: str) -> int:
    return 100 if kind.startswith(("Dense", "Conv", "LSTM", "GRU", "Embedding", "BatchNorm", "SimpleRNN")) else 0


def _rows(document: Document, model: Model | None) -> tuple[LayerTrace, ...]:
    """The layers of the model as the source reads, as the probe would list them."""
    layers = _leaves(model.layers if model is not None else ())
    return tuple(_row(document, index, layer) for index, layer in enumerate(layers))


def _leaves(layers: Iterable[Layer]) -> Iterable[Layer]:
    for layer in layers:
        if layer.nested is not None:
            yield from _leaves(layer.nested.layers)
        elif layer.kind.startswith(("keras.layers.", "keras.Input", "custom.")):
            yield layer


def _row(document: Document, index: int, layer: Layer) -> LayerTrace:
    kind = "InputLayer" if layer.short == "Input" else layer.short
    given = {name: argument.value for name, argument in layer.call.arguments.items()}
    settings = dict(item for name, value in given.items() for item in _setting(name, value))
    parameters = layer.parameters if isinstance(layer.parameters, int) else _weights(kind)
    return LayerTrace(
        index=index,
        name=str(settings.get("name") or f"{kind.lower()}_{index}"),
        kind=kind,
        activation=layer.activation if isinstance(layer.activation, str) else "",
        site=_site_of(document, layer.call.span),
        parameters=parameters,
        trainable=parameters if layer.trainable is not False else 0,
        frozen=layer.trainable is False,
        output=tuple(size if isinstance(size, int) else None for size in layer.shape)
        if isinstance(layer.shape, tuple)
        else (),
        settings=settings,
    )


def _setting(name: str, value: Value) -> Iterable[tuple[str, Any]]:
    """A setting as the probe tells it: an object by its class, with its numbers as "kernel_regularizer.l2"."""
    if isinstance(value, Call):
        yield name, value.short
        for key, argument in value.arguments.items():
            if isinstance(argument.value, (int, float)) and not isinstance(argument.value, bool):
                yield f"{name}.{key}", argument.value
    elif isinstance(value, str):
        yield name, initializer_name(value) or regularizer_name(value) or value
    elif isinstance(value, (int, float)):
        yield name, value


# the run


def epoch(number: int = 0, loss: float = 1.0, accuracy: float | None = None, **more: Any) -> Epoch:
    """One epoch of 25 steps; `layers` by index, `measures` of the model, `logs` beyond loss and accuracy."""
    logs = {"loss": loss, **({} if accuracy is None else {"accuracy": accuracy}), **more.pop("logs", {})}
    settings = {"fit": 0, "steps": 25, "losses": (loss,) * 5, "learning_rate": 0.001, **more}
    return Epoch(number=number, logs=logs, **settings)


Each = Mapping[int, Mapping[str, float]] | Callable[[int], Mapping[int, Mapping[str, float]]]


def learning(count: int = 5, layers: Each | None = None, **more: Any) -> list[Epoch]:
    """Epochs of a run that learns ten classes: loss 2.3 to 0.3, accuracy to 0.9."""
    series = [(2.3 * 0.6**at + 0.1, 0.9 - 0.6 * 0.5**at) for at in range(count)]
    return _epochs(series, layers, more)


def stuck(count: int = 5, layers: Each | None = None, **more: Any) -> list[Epoch]:
    """Epochs of a run that stays at chance with ten classes: loss 2.3, accuracy 0.1."""
    return _epochs([(2.303, 0.1)] * count, layers, more)


def weak(count: int = 5, layers: Each | None = None, **more: Any) -> list[Epoch]:
    """Epochs of a run that gets a fifth of the way with ten classes: accuracy 0.3."""
    return _epochs([(2.3 - 0.05 * at, 0.3) for at in range(count)], layers, more)


def diverging(count: int = 5, layers: Each | None = None, **more: Any) -> list[Epoch]:
    """Epochs of a run whose loss grows tenfold each time."""
    return _epochs([(2.3 * 10.0**at, 0.1) for at in range(count)], layers, more)


def _epochs(series: Sequence[tuple[float, float]], layers: Each | None, more: Mapping[str, Any]) -> list[Epoch]:
    made = []
    for number, (loss, accuracy) in enumerate(series):
        now = layers(number) if callable(layers) else layers or {}
        made.append(epoch(number, loss, accuracy, layers=now, **more))
    return made


def facts(form: str = "integer", classes: int = 10, samples: int = 1000) -> dict[str, Any]:
    """Facts about balanced labels and inputs of zero mean and unit variance."""
    each = samples // max(classes, 1)
    labels = {"name": "y", "shape": [samples], "dtype": "int64", "rows": samples, "form": form, "classes": classes}
    counts = {str(label): each for label in range(classes)}
    scale = {"min": -3.0, "max": 3.0, "mean": 0.0, "std": 1.0, "nan": 0, "inf": 0, "zero": 0.0, "columns": 64}
    return {
        "x": [{"name": "x", "shape": [samples, 64], "dtype": "float32", "rows": samples, "integers": False, **scale}],
        "y": [{**labels, "counts": counts, "majority": 1 / max(classes, 1), "entropy": 1.0, "constant": False}],
        "samples": samples,
        "source": "array",
        "batch": 32,
    }


def sight(
    source: str = DIGITS,
    *,
    layers: Sequence[LayerTrace] | None = None,
    changes: Mapping[int, Mapping[str, Any]] | None = None,
    start: Epoch | Mapping[int, Mapping[str, float]] | None = None,
    epochs: Sequence[Epoch] = (),
    data: Mapping[str, Any] | None = None,
    tests: Mapping[str, Mapping[str, Any]] | None = None,
    optimizer: Mapping[str, Any] | None = None,
    losses: Sequence[str] = ("sparse_categorical_crossentropy",),
    path: str = "train.py",
    ended: Ended | None = None,
    rules: Sequence[Finding] = (),
    **more: Any,
) -> Sight:
    """What observations see of a run of `source`.

    `layers` are those of the source unless given; `changes` sets fields of some of them by index. `start` is the epoch
    before training or only its layers. `data` updates `facts()`. Anything else is a field of `ModelTrace`.
    """
    document = Document(path, source)
    program = read(document)
    model = next((model for model in program.models if model.uses), None)
    rows = tuple(layers) if layers is not None else _rows(document, model)
    rows = tuple(replace(item, **(changes or {}).get(item.index, {})) for item in rows)
    if start is not None and not isinstance(start, Epoch):
        start = Epoch(-1, 0, {}, layers=start)
    record = ModelTrace(
        number=0,
        name="sequential",
        kind="Sequential",
        layers=rows,
        outputs=(rows[-1].index,) if rows else (),
        optimizer=optimizer if optimizer is not None else {"class": "Adam", "learning_rate": 0.001},
        losses=tuple(losses),
        data={**facts(), **(data or {})},
        start=start,
        epochs=tuple(epochs),
        tests=tests or {},
        **{**_sites(program, model), "logits": (False,), "metrics": ("accuracy",), "asked": {"epochs": 5}, **more},
    )
    trace = Trace(path, models=(record,), ended=ended or Ended("finished"))
    return Sight(trace, record, Sources([program]), rules)


def _sites(program: Program, model: Model | None) -> dict[str, Any]:
    if model is None:
        return {}
    found: dict[str, Any] = {"fits": tuple(_site_of(program.document, use.span) for use in model.fits)}
    if model.compiles:
        found["compiled"] = _site_of(program.document, model.compiles[-1].span)
    return found


def check(observation: type[Observation], *args: Any, **more: Any) -> list[Seen]:
    """What an observation says about `sight(...)`."""
    return list(observation().check(sight(*args, **more)))


def where(seen: Seen) -> tuple[int, str]:
    """Line and text that a finding points at."""
    return seen.place.line, seen.place.document[seen.place.span]


# any run at all


def sights(source: str = DIGITS, names: Sequence[str] = (), layers: Sequence[str] = ()) -> st.SearchStrategy[Sight]:
    """Runs with any subset of the measures (`names` of the model, `layers` of each layer), of any size, also NaN."""
    number = st.one_of(
        st.floats(width=32),
        st.sampled_from([0.0, 1.0, 0.5, -1.0, 1e-9, 1e9, math.nan, math.inf, -math.inf]),
        st.floats(0, 1),
    )
    inner = st.dictionaries(st.sampled_from(list(layers)), number) if layers else st.just({})
    outer = st.dictionaries(st.sampled_from(list(names)), number) if names else st.just({})
    logs = st.dictionaries(st.sampled_from(["accuracy", "val_loss", "val_accuracy"]), number)

    def one(number_: int) -> st.SearchStrategy[Epoch]:
        return st.builds(
            lambda loss, rest, of_layers, of_model, rate, complete: Epoch(
                number_,
                0,
                {**rest, **({} if loss is None else {"loss": loss})},
                steps=25,
                learning_rate=rate,
                complete=complete,
                measures=of_model,
                layers=of_layers,
            ),
            st.none() | number,
            logs,
            st.dictionaries(st.integers(0, 6), inner),
            outer,
            st.none() | number,
            st.booleans(),
        )

    series = st.integers(0, 4).flatmap(lambda count: st.tuples(*(one(at) for at in range(count))))
    return st.builds(
        lambda start, epochs, optimizer: sight(source, start=start, epochs=epochs, optimizer=optimizer),
        st.none() | one(-1),
        series,
        st.dictionaries(st.sampled_from(["learning_rate", "clipnorm", "clipvalue", "momentum"]), number),
    )
