"""The record of a training run: what the probe saw, line by line, and the same as data.

The probe (in the user's interpreter) writes one JSON object per line, an *event*; `Trace.read` turns the events of a
run into frozen records. A trace file is the same lines under a header that holds the hashes of the sources. Measures
keep the names that the probe gave them; they are raw numbers, of which `default_lint.features.dynamic` makes features.
Numbers that JSON does not know travel as the strings "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from default_lint.frozen import dataclass

FORMAT = 1

Event = dict[str, Any]


class TraceError(Exception):
    """A trace file that cannot be read, told in one line."""


@dataclass(frozen=True)
class Site:
    """A place in a source file, as Python reports it: lines from 1, columns in UTF-8 bytes from 0.

    The end and the columns are None on Python 3.10, which knows the line only.
    """

    file: str
    line: int
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True)
class LayerTrace:
    """One layer of a trained model, in the order in which Keras lists the layers that hold no other layers.

    site         where it was made; `callers` are the user's frames outside of it, innermost first
    kind         name of its class ("Dense"); `activation` the name of its own activation, "" when it has none
    model        index of the layer in its model, `name` its name in Keras
    parameters   number of weight elements; `trainable` of those, how many train
    constant     True when the layer had no trainable weights at all (pooling, dropout, input, ...)
    settings     few settings that matter for a diagnosis: units, filters, rate, use_bias, momentum, initializer
    """

    index: int
    name: str
    kind: str
    activation: str = ""
    site: Site | None = None
    callers: tuple[Site, ...] = ()
    parameters: int = 0
    trainable: int = 0
    frozen: bool = False
    output: tuple[int | None, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Epoch:
    """One epoch (or one window of steps in a custom loop) of one model.

    number    counts from 0 over all fits of the model; `fit` numbers the call of fit; -1 is the state before training
    logs      what Keras logged ("loss", "val_loss", metrics under the user's names)
    losses    loss of each batch, thinned to at most 256 values of equal distance; `steps` the true number of batches
    broken    index of the first batch whose loss was not finite, else None
    measures  of the whole model on the held batch
    layers    measures by index of the layer; a measure that does not apply is absent
    """

    number: int
    fit: int
    logs: Mapping[str, float]
    steps: int = 0
    seconds: float = 0.0
    learning_rate: float | None = None
    losses: tuple[float, ...] = ()
    broken: int | None = None
    complete: bool = True
    measures: Mapping[str, float] = field(default_factory=dict)
    layers: Mapping[int, Mapping[str, float]] = field(default_factory=dict)

    @property
    def loss(self) -> float:
        """The training loss; NaN when it was not logged."""
        return self.logs.get("loss", math.nan)


@dataclass(frozen=True)
class ModelTrace:
    """One model that was trained, with what is known about its data, its epochs and the tests made on it.

    number    counts from 0 in the order of first training
    trained   how it trains: "fit", "train_on_batch" or "tape"; `window` says what an epoch is ("epoch", "50 steps")
    fits      site of each call that trains it, in order; `compiled` the site of `compile`
    optimizer class, learning_rate, schedule (name or ""), clipnorm, clipvalue, momentum, ... as far as known
    losses    names of the losses in snake_case, one for each output; `logits` their from_logits (None: has none)
    asked     arguments of fit: epochs, batch_size, steps_per_epoch, validation, class_weight, shuffle, ...
    data      facts about x, y and the validation data by name; see `default_lint.trial.child.data`
    tests     results of the own tests by name
    capped    training was ended by the budget
    """

    number: int
    name: str
    kind: str
    trained: str = "fit"
    window: str = "epoch"
    fits: tuple[Site, ...] = ()
    compiled: Site | None = None
    layers: tuple[LayerTrace, ...] = ()
    outputs: tuple[int, ...] = ()
    optimizer: Mapping[str, Any] = field(default_factory=dict)
    losses: tuple[str, ...] = ()
    logits: tuple[bool | None, ...] = ()
    metrics: tuple[str, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    start: Epoch | None = None
    epochs: tuple[Epoch, ...] = ()
    tests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    capped: bool = False

    @property
    def complete(self) -> tuple[Epoch, ...]:
        """The epochs that ran to their end."""
        return tuple(epoch for epoch in self.epochs if epoch.complete)


@dataclass(frozen=True)
class Ended:
    """How the run ended.

    kind: "finished", "budget" (ended by us as asked), "error" (exception), "exit" (sys.exit or os._exit), "signal"
    (killed, crashed), "hang" (no answer, killed by us), "limit" (memory, processes, file size), "cancelled",
    "unstarted".
    `message` is one sentence for people; `site` the user's line of an exception.
    """

    kind: str
    message: str = ""
    code: int | None = None
    site: Site | None = None


@dataclass(frozen=True)
class Trace:
    """A whole run. `sources` are hashes (SHA-256) of the user's files that took part, by path; `notes` what could not
    be observed or kept off, said to people; `hardware` is shown and never a feature; `error` is all that the exception
    said which ended the run.
    """

    script: str
    sources: Mapping[str, str] = field(default_factory=dict)
    models: tuple[ModelTrace, ...] = ()
    ended: Ended = Ended("unstarted")
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    hardware: Mapping[str, float] = field(default_factory=dict)
    error: str = ""

    @classmethod
    def read(cls, events: Iterable[Event]) -> Trace:
        """The trace that the events of a run make. Events of unknown kinds are passed over."""
        return _Reader().read(events)

    @classmethod
    def load(cls, text: str) -> Trace:
        """The trace in the text of a trace file.

        Raises:
            TraceError: it is not one, it is damaged, or another version wrote it.
        """
        lines = [line for line in text.splitlines() if line.strip()]
        events: list[Event] = []
        for number, line in enumerate(lines, 1):
            try:
                event = json.loads(line)
            except ValueError:
                damaged = f"line {number} of the trace is damaged" if events else "this is not a trace of default-lint"
                raise TraceError(damaged) from None
            if not isinstance(event, dict) or "event" not in event:
                raise TraceError("this is not a trace of default-lint")
            events.append(event)
        if not events or events[0]["event"] != "trace":
            raise TraceError("this is not a trace of default-lint")
        if events[0].get("format") != FORMAT:
            raise TraceError(f"another version of default-lint wrote this trace (format {events[0].get('format')})")
        try:
            return cls.read(events)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TraceError(f"the trace is damaged ({type(error).__name__}: {error})") from None


def main_model(trace: Trace) -> ModelTrace | None:
    """The model that a run is about: that with the most whole epochs, then the most weights, then the first."""
    trained = [model for model in trace.models if model.epochs]
    return max(trained, key=lambda model: (len(model.complete), _weights(model), -model.number), default=None)


def _weights(model: ModelTrace) -> int:
    return sum(layer.parameters for layer in model.layers)


def windows(count: int, window: str) -> str:
    """So many epochs in words, where `window` says what an epoch is: "3 epochs", "1 window of 50 steps"."""
    many = "" if count == 1 else "s"
    return f"{count:,} epoch{many}" if window == "epoch" else f"{count:,} window{many} of {window}"


def header(script: str, sources: Mapping[str, str]) -> Event:
    """The first line of a trace file."""
    return {"event": "trace", "format": FORMAT, "script": script, "sources": dict(sources)}


def dump(events: Iterable[Event]) -> Iterator[str]:
    """The lines of a trace file; `events` begin with the header."""
    for event in events:
        yield json.dumps(event, separators=(",", ":"), ensure_ascii=True) + "\n"


class _Reader:
    """Collects events; the last word about a model wins."""

    def __init__(self) -> None:
        self.trace = Trace("")
        self.models: dict[int, ModelTrace] = {}

    def read(self, events: Iterable[Event]) -> Trace:
        for event in events:
            handler = getattr(self, f"on_{event.get('event')}", None)
            if handler is not None:
                handler(event)
        return replace(self.trace, models=tuple(self.models[number] for number in sorted(self.models)))

    def on_trace(self, event: Event) -> None:
        self.trace = replace(self.trace, script=str(event["script"]), sources=dict(event["sources"]))

    def on_start(self, event: Event) -> None:
        self.trace = replace(self.trace, versions=dict(event["versions"]))

    def on_note(self, event: Event) -> None:
        text = str(event["text"])
        if text not in self.trace.notes:
            self.trace = replace(self.trace, notes=(*self.trace.notes, text))

    def on_hardware(self, event: Event) -> None:
        self.trace = replace(self.trace, hardware=dict(event["values"]))

    def on_error(self, event: Event) -> None:
        self.trace = replace(self.trace, error=str(event.get("message", "")))

    def on_model(self, event: Event) -> None:
        number = int(event["model"])
        known = self.models.get(number)
        model = ModelTrace(
            number=number,
            name=str(event["name"]),
            kind=str(event["kind"]),
            trained=str(event.get("trained", "fit")),
            window=str(event.get("window", "epoch")),
            fits=(*(known.fits if known else ()), *_sites([event.get("site")])),
            compiled=_site(event.get("compiled")),
            layers=tuple(_layer(row) for row in event.get("layers", ())),
            outputs=tuple(event.get("outputs", ())),
            optimizer=dict(event.get("optimizer") or {}),
            losses=tuple(event.get("losses") or ()),
            logits=tuple(event.get("logits") or ()),
            metrics=tuple(event.get("metrics") or ()),
            asked=dict(event.get("asked") or {}),
        )
        if known is not None:
            model = replace(
                model, data=known.data, start=known.start, epochs=known.epochs, tests=known.tests, capped=known.capped
            )
        self.models[number] = model

    def on_data(self, event: Event) -> None:
        model = self.models[int(event["model"])]
        self.models[model.number] = replace(model, data={**model.data, **event["facts"]})

    def on_epoch(self, event: Event) -> None:
        model = self.models[int(event["model"])]
        epoch = Epoch(
            number=int(event["epoch"]),
            fit=int(event.get("fit", 0)),
            logs=_numbers(event.get("logs") or {}),
            steps=int(event.get("steps", 0)),
            seconds=float(event.get("seconds", 0.0)),
            learning_rate=_number(event.get("learning_rate")),
            losses=tuple(_real(value) for value in event.get("losses") or ()),
            broken=event.get("broken"),
            complete=bool(event.get("complete", True)),
            measures=_numbers(event.get("measures") or {}),
            layers={int(index): _numbers(row) for index, row in (event.get("layers") or {}).items()},
        )
        if epoch.number < 0:
            self.models[model.number] = replace(model, start=model.start or epoch)
            return
        self.models[model.number] = replace(model, epochs=(*model.epochs, epoch))

    def on_test(self, event: Event) -> None:
        model = self.models[int(event["model"])]
        self.models[model.number] = replace(model, tests={**model.tests, str(event["name"]): dict(event["result"])})

    def on_capped(self, event: Event) -> None:
        model = self.models[int(event["model"])]
        self.models[model.number] = replace(model, capped=True)

    def on_ended(self, event: Event) -> None:
        ended = Ended(str(event["kind"]), str(event.get("message", "")), event.get("code"), _site(event.get("site")))
        self.trace = replace(self.trace, ended=ended, seconds=float(event.get("seconds", self.trace.seconds)))


def _layer(row: Mapping[str, Any]) -> LayerTrace:
    return LayerTrace(
        index=int(row["index"]),
        name=str(row["name"]),
        kind=str(row["kind"]),
        activation=str(row.get("activation") or ""),
        site=_site(row.get("site")),
        callers=_sites(row.get("callers") or ()),
        parameters=int(row.get("parameters", 0)),
        trainable=int(row.get("trainable", 0)),
        frozen=bool(row.get("frozen", False)),
        output=tuple(row.get("output") or ()),
        settings=dict(row.get("settings") or {}),
    )


def _site(row: Sequence[Any] | None) -> Site | None:
    return None if not row else Site(str(row[0]), int(row[1]), *row[2:5])


def _sites(rows: Iterable[Sequence[Any] | None]) -> tuple[Site, ...]:
    return tuple(site for site in map(_site, rows) if site is not None)


def _real(value: Any) -> float:
    """A number as JSON carries it: NaN and the infinities travel as strings."""
    return math.nan if value is None else float(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in row.items() if value is not None}
