"""Where activations stand in a program, and how another one is written there."""

from __future__ import annotations

from dataclasses import dataclass

from default_lint.findings import Edit
from default_lint.lab.mutants.base import NotApplicable, Subject
from default_lint.lab.mutants.tables import IN_TENSORFLOW, RECURRENT
from default_lint.program.heads import WEIGHTED, chain
from default_lint.program.types import Argument, Call, Layer, Model
from default_lint.program.values import Reference, Unknown
from default_lint.text import Span

_LAYERS = ("ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "ThresholdedReLU")
_HOMES = ("keras.activations.", "keras.ops.", "tensorflow.nn.", "tensorflow.math.", "tensorflow.")
_FUNCTIONS = frozenset(
    "elu softmax selu softplus softsign relu relu6 tanh sigmoid hard_sigmoid leaky_relu gelu silu swish mish".split()
)


@dataclass(frozen=True)
class Place:
    """One activation in a program.

    `how` is "argument" (of a weighted or recurrent layer), "Activation", "layer" (`ReLU()`) or "function". `name` is
    what it is now ("linear" for none). `last` tells that it is at work on an output of a model. `argument` is where it
    is given, if it is.
    """

    how: str
    name: str
    layer: Layer
    call: Call
    last: bool
    model: Model
    argument: Argument | None = None

    @property
    def site(self) -> Span:
        """What a reviewer looks at."""
        return self.call.span


def places(subject: Subject) -> list[Place]:
    """Every place of an activation in the trained models, and every weighted layer that has none, each call once."""
    last = _last(subject)
    found: dict[Span, Place] = {}
    for model, layer in subject.layers():
        call = subject.wrapped(layer) or layer.call
        place = _place(model, layer, call, call.span in last)
        if place is not None:
            found.setdefault(call.span, place)
    return [found[span] for span in sorted(found)]


def _place(model: Model, layer: Layer, call: Call, last: bool) -> Place | None:
    short, keras = call.short, call.name.startswith("keras.layers.")
    argument = call.given("activation")
    if keras and (short in WEIGHTED or short in RECURRENT or short == "Activation"):
        name = _name(argument.value) if argument is not None else call["activation"] or "linear"
        if isinstance(name, Unknown):
            name = layer.activation
        if isinstance(name, Unknown) or not isinstance(name, str) or call.spread:
            return None
        return Place("Activation" if short == "Activation" else "argument", name, layer, call, last, model, argument)
    if keras and short in _LAYERS:
        name = {"ReLU": "relu", "ELU": "elu", "Softmax": "softmax"}.get(short, "leaky_relu")
        return Place("layer", name, layer, call, last, model)
    if short in _FUNCTIONS and call.name.startswith(_HOMES):
        return Place("function", short, layer, call, last, model)
    return None


def _name(value: object) -> object:
    if isinstance(value, Reference):
        return value.name.rpartition(".")[2]
    return "linear" if value is None else value


def _last(subject: Subject) -> frozenset[Span]:
    """The calls of the layers that make the outputs of trained models, with the activations behind them."""
    found: set[Span] = set()
    for model in subject.models:
        for layer in model.output_layers():
            steps, producer, _ = chain(model, layer)
            for item in (*(step.layer for step in steps), *((producer,) if producer is not None else ())):
                found.add(item.call.span)
                inner = subject.wrapped(item)
                if inner is not None:
                    found.add(inner.span)
    return frozenset(found)


def change(subject: Subject, place: Place, name: str) -> tuple[Edit, ...]:
    """The edits that put another activation in a place, in the manner of what stands there."""
    call = place.call
    if place.how == "function":
        home = call.name.rpartition(".")[0]
        if home.startswith("tensorflow") and name not in IN_TENSORFLOW:
            raise NotApplicable(f"`tf.nn` has no `{name}`")
        if "." in call.spelled and not (home == "tensorflow" or home == "tensorflow.math"):
            return (Edit(call.callee, name),)
        spelled, imports = subject.spell(f"{'tensorflow.nn' if home.startswith('tensorflow') else home}.{name}")
        return (*imports, Edit(Span(call.span.start, call.callee.end), spelled))
    if place.how == "layer":
        spelled, imports = subject.spell("keras.layers.Activation")
        kept = call.given("name")
        more = f", name={subject.code(kept.span)}" if kept is not None else ""
        return (*imports, Edit(call.span, f"{spelled}({subject.quoted(name)}{more})"))
    if place.argument is None:
        return (subject.set(call, "activation", subject.quoted(name)),)
    return (subject.replace(place.argument.span, written(subject, place.argument, name)),)


def written(subject: Subject, argument: Argument, name: str) -> str:
    """An activation as text, a string or a function as the argument is now."""
    text = subject.code(argument.span)
    if isinstance(argument.value, Reference) and "." in text:
        home = text.rpartition(".")[0]
        if not argument.value.name.startswith("tensorflow") or name in IN_TENSORFLOW:
            return f"{home}.{name}"
    return subject.quoted(name, argument.span if text[-1:] in ("'", '"') else None)


def without(subject: Subject, place: Place) -> tuple[Edit, ...]:
    """The edits that take an activation away: its argument, its layer, or the call of the function around its input."""
    call = place.call
    if place.how == "function":
        return (_unwrap(subject, call.span, next((item for item in call.arguments.values() if item.given), None)),)
    if place.how == "argument":
        if place.argument is None or call.short in RECURRENT:
            return (subject.set(call, "activation", "None"),)
        try:
            return (subject.drop(call, "activation"),)
        except NotApplicable:
            return (Edit(place.argument.span, "None"),)
    layer = place.layer
    if layer.statement is not None:
        return (Edit(layer.statement, ""),)
    return (_unwrap(subject, layer.site, None),)


def _unwrap(subject: Subject, site: Span, argument: Argument | None) -> Edit:
    """`x = f(x)` is deleted, and `f(x)` elsewhere becomes `x`."""
    text = subject.code(site)
    if argument is not None:
        inner = subject.code(argument.span)
    else:
        inner = _last_argument(text)
    statement = subject.statement(site)
    head = subject.code(statement)
    if head.replace(" ", "") == f"{inner}={text}".replace(" ", ""):
        start = subject.text.rfind("\n", 0, statement.start) + 1
        end = subject.text.find("\n", statement.end)
        if not subject.text[start : statement.start].strip() and end != -1 and _has_company(subject, statement):
            return Edit(Span(start, end + 1), "")
    return Edit(site, inner)


def _has_company(subject: Subject, statement: Span) -> bool:
    """Whether a block does not consist of this statement alone: the next or previous line is as deep."""
    start = subject.text.rfind("\n", 0, statement.start) + 1
    indent = subject.text[start : statement.start]
    above = subject.text[:start].rstrip("\n").rpartition("\n")[2]
    return (
        above.startswith(indent) and above[len(indent) : len(indent) + 1] not in (" ", "") and not above.endswith(":")
    )


def _last_argument(text: str) -> str:
    """The text between the last pair of parentheses of `Layer(...)(x)`."""
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[index], 0)
        if depth == 0:
            inner = text[index + 1 : -1].strip()
            if text[-1:] != ")" or not inner or inner.endswith(",") or ("," in inner and "(" not in inner):
                break
            return inner
    raise NotApplicable("where the activation is applied is not understood")


__all__ = ["Place", "change", "places", "without", "written"]
