"""What was understood of a program: a table per model, how it is trained, on what, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from itertools import islice
from typing import Any

from default_lint.output import View
from default_lint.output.style import clean, paint
from default_lint.output.table import table
from default_lint.program.types import Argument, Call, Compile, Event, Fit, Layer, Loop, Model, Program
from default_lint.program.values import Reference, Unknown, is_known
from default_lint.text import Document, Span

HEADER = ("", "Line", "Layer", "Kind", "Activation", "Output shape", "Parameters", "Connected to")
SPARSE = ("Layer", "Activation", "Connected to")  # columns left out when they are empty
LONGEST = 200  # characters of one value in the text
DEEPEST = 8  # values within values that are told


def as_text(program: Program, view: View) -> list[str]:
    """The program for people."""
    document = program.document
    told: set[tuple[str, ...]] = set()
    when, its = _when(program, view), _reading(program, view, told)
    lines = [*when, *([""] if when else []), *(its or ["No model was found."])]
    outcomes = {tuple(when)}
    for other in program.alternatives:
        its, when = _reading(other, view, told), _when(other, view)
        if its or tuple(when) not in outcomes:
            lines += ["", *when, *(["", *its] if its else ["  as before"])]
        outcomes.add(tuple(when))
    unread = sorted({entry for one in program.readings() for entry in one.unread}, key=lambda entry: entry.span)
    if unread:
        lines += ["", _title("Not understood", view)]
        lines += [f"  {_where(document, entry.span)}: {clean(entry.reason)}" for entry in unread]
    return lines


def _when(program: Program, view: View) -> list[str]:
    """The outcomes of unknown tests that a reading stands on."""
    tests = [
        f"`{clean(test.text)}` ({_where(program.document, test.span)}) is {test.outcome}" for test in program.conditions
    ]
    return [_title(f"When {' and '.join(tests)}:", view)] if tests else []


def _reading(program: Program, view: View, told: set[tuple[str, ...]]) -> list[str]:
    """The models and loops of one reading, those left out that another reading has told."""
    document = program.document
    blocks: list[list[str]] = []
    for model in program.models:
        structure, training = _model(document, model, view), _training(document, model)
        if (*structure, *training) in told:
            continue
        told.add((*structure, *training))
        known = tuple(training) in told
        told.add(tuple(training))
        blocks.append(structure + (["  Trained as above."] if known and training else training))
    for loop in program.loops:
        block = _loop(document, loop)
        if tuple(block) not in told:
            told.add(tuple(block))
            blocks.append(block)
    return [line for index, block in enumerate(blocks) for line in ([""] if index else []) + block]


def _model(document: Document, model: Model, view: View) -> list[str]:
    """A model's heading, its layers as a table, and its size."""
    name = f" `{model.name}`" if model.name else ""
    lines = [_title(f"{model.kind.capitalize()} model{name} ({_where(document, model.span)})", view)]
    if model.inputs:
        lines.append(f"  Input: {', '.join(map(shape_text, model.inputs))}")
    if model.layers:
        rows = [_layer(document, model, layer) for layer in model.layers]
        shown = [index for index, name in enumerate(HEADER) if name not in SPARSE or any(row[index] for row in rows)]
        if HEADER.index("Connected to") not in shown:
            shown.remove(0)
        header = [HEADER[index] for index in shown]
        cells = [[row[index] for index in shown] for row in rows]
        right = [header.index(name) for name in ("", "Line", "Parameters") if name in header]
        lines += ["", *(f"  {line}" for line in table(header, cells, right=right, color=view.color)), ""]
    total = model.parameters
    lines.append(f"  Parameters: {total:,}" if not isinstance(total, Unknown) else "  Parameters: ?")
    if not model.complete:
        lines.append("  Part of this model could not be read: it may have more layers.")
    return lines


def _training(document: Document, model: Model) -> list[str]:
    """What is done with a model."""
    return [f"  {line}" for event in model.events for line in _event(document, event)]


def _layer(document: Document, model: Model, layer: Layer) -> list[str]:
    follows = layer.sources == (() if layer.index == 0 else (layer.index - 1,))
    sources = (
        ""
        if follows
        else ", ".join(
            f"#{index + 1} {called(model.layers[index]) or model.layers[index].short}" for index in layer.sources
        )
    )
    shape = f"cannot be: {layer.problem.message}" if layer.problem else shape_text(layer.shape)
    notes = [
        "loop" if layer.uncertain else "",
        f"shared {layer.shared} times" if layer.shared > 1 else "",
        "frozen" if layer.trainable is False else "",
    ]
    own = layer.nested is not None and layer.nested.kind != "layer"
    kind = layer.nested.name or layer.kind if own and layer.nested else layer.kind
    extra = f" ({', '.join(filter(None, notes))})" if any(notes) else ""
    activation = layer.activation if isinstance(layer.activation, str) else "?"
    quiet = activation in ("linear", "?") and "activation" not in layer.call.arguments
    return [
        f"#{layer.index + 1}",
        _place(document, layer.site),
        called(layer),
        short_name(kind) + extra,
        "" if quiet else activation,
        shape,
        f"{layer.parameters:,}" if not isinstance(layer.parameters, Unknown) else "?",
        sources,
    ]


def _given_name(layer: Layer) -> str:
    name = layer.call["name"]
    return name if isinstance(name, str) else ""


def called(layer: Layer) -> str:
    """The name that the source gives to a layer, "" without one."""
    return layer.variable or _given_name(layer)


def _event(document: Document, event: Event) -> Iterator[str]:
    where = _where(document, event.span)
    repeated = " in a loop" if event.loop else ""
    if isinstance(event, Compile):
        yield f"compile ({where}{repeated})"
        yield from _facts(compile_facts(event))
    elif isinstance(event, Fit):
        yield f"{event.method or event.kind} ({where}{repeated})"
        yield from _facts(fit_facts(event))
    elif event.kind == "trainable":
        target = f"{called(event.layer) or short_name(event.layer.kind)}." if event.layer else ""
        yield f"{target}trainable = {text(event.value)} ({where}{repeated})"
    elif event.kind not in ("call", "add", "summary", "other"):
        yield f"{event.spelled or event.kind} ({where}{repeated})"


def _facts(facts: Mapping[str, str]) -> Iterator[str]:
    size = max(map(len, facts), default=0)
    return (f"  {key:<{size}}  {value}" for key, value in facts.items())


def compile_facts(event: Compile) -> dict[str, str]:
    """What a model is compiled with, in words."""
    facts: dict[str, str] = {"optimizer": "?"}
    if event.optimizer:
        rate = event.optimizer.learning_rate
        call = event.optimizer.call
        default = event.optimizer.name and not is_known(rate) and (call is None or "learning_rate" not in _names(call))
        facts["optimizer"] = f"{event.optimizer.name or '?'}, {'default ' if default else ''}learning rate"
        facts["optimizer"] += "" if default else f" {text(rate)}"
    losses = event.losses
    facts["loss"] = "?" if losses is None else "; ".join(map(_loss, losses)) or "none"
    metrics = event.metrics
    facts["metrics"] = "?" if metrics is None else ", ".join(metric.name or "custom" for metric in metrics) or "none"
    return facts


def _loss(loss: Any) -> str:
    logits = " of logits" if loss.from_logits is True else ""
    output = f" (output {loss.output + 1})" if loss.output else ""
    return f"{loss.name or 'custom'}{logits}{output}"


def fit_facts(event: Fit) -> dict[str, str]:
    """What a model is trained or used with, in words."""
    facts = {"x": text(event.x)}
    if event.y is not None:
        facts["y"] = text(event.y)
    if event.call:
        for name in ("epochs", "batch_size", "steps_per_epoch", "validation_split"):
            value = event.call.arguments.get(name)
            if value is not None and (value.given or (name == "epochs" and event.kind == "fit")):
                facts[name.replace("_", " ")] = text(value.value)
    if event.validation is not None:
        pair = event.validation
        if isinstance(pair, tuple) and len(pair) > 1:
            facts |= {"validation x": text(pair[0]), "validation y": text(pair[1])}
        else:
            facts["validation"] = text(pair)
    if event.callbacks is None:
        facts["callbacks"] = "?"
    elif event.callbacks:
        facts["callbacks"] = ", ".join(call.short for call in event.callbacks)
    return facts


def _loop(document: Document, loop: Loop) -> list[str]:
    model = f" of `{loop.model.name}`" if loop.model and loop.model.name else ""
    facts = {"loss": text(loop.loss), "optimizer": text(loop.optimizer)}
    return [
        f"Custom training loop{model} ({loop.kind}, {_where(document, loop.span)})",
        *(f"  {line}" for line in _facts(facts)),
    ]


def text(value: Any, depth: int = 0) -> str:
    """A value in a few words; `?` when it is not known."""
    if not is_known(value):
        return "?"
    if depth > DEEPEST:
        return "…"
    if isinstance(value, Call):
        given = ", ".join(f"{argument.name}={text(argument.value, depth + 1)}" for argument in _given(value))
        return f"{value.short}({given})"
    if isinstance(value, Reference):
        return value.name
    if isinstance(value, (Model, Layer)):
        return (value.name if isinstance(value, Model) else value.variable) or type(value).__name__.lower()
    long = _container(value, depth + 1) if isinstance(value, (list, tuple, dict, set, frozenset)) else ""
    long = clean(long or (repr(value) if isinstance(value, str) else _plain(value)))
    return long if len(long) <= LONGEST else long[: LONGEST - 1] + "…"


def _container(value: Any, depth: int) -> str:
    """The parts of a container in a few words."""
    if isinstance(value, dict):
        pairs = islice(value.items(), LONGEST)
        return "{" + ", ".join(f"{text(key, depth)}: {text(item, depth)}" for key, item in pairs) + "}"
    inner = ", ".join(text(item, depth) for item in islice(value, LONGEST))
    if isinstance(value, list):
        return f"[{inner}]"
    if isinstance(value, tuple):
        return f"({inner}{',' if len(value) == 1 else ''})"
    return f"{{{inner}}}" if value else f"{type(value).__name__}()"


def _plain(value: Any) -> str:
    """`str(value)` where that says something to people."""
    if is_dataclass(value) and type(value).__str__ is object.__str__:
        return type(value).__name__.lower().removesuffix("object")  # tensors and models know each other: no end
    said = str(value)
    return (
        type(value).__name__.lower() if said.startswith("<") or "object at 0x" in said or "=Unknown" in said else said
    )


def _given(call: Call) -> list[Argument]:
    return [argument for argument in call.arguments.values() if argument.given]


def _names(call: Call) -> set[str]:
    """Parameters that a call may have given a value: those it did, or any when arguments were spread into it."""
    return set(call.arguments) if call.spread else {argument.name for argument in _given(call)}


def shape_text(shape: Any) -> str:
    """A shape as Keras writes it, `?` for what is not known."""
    if isinstance(shape, Unknown):
        return "?"
    sizes = ["?" if isinstance(size, Unknown) else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def short_name(name: str) -> str:
    """The last part of a canonical name; the user's own names as they are."""
    own = name.removeprefix("custom.").removeprefix("operator.")
    return own.rpartition(".")[2] if own.startswith(("keras.", "tensorflow.", "unknown.")) else own


def _place(document: Document, span: Span) -> str:
    place = document.locate(span.start)
    if span.end == 0:  # made up by the reader, such as the input of an application
        return ""
    return str(place.line) if place.cell is None else f"{place.cell}:{place.line}"


def _where(document: Document, span: Span) -> str:
    place = document.locate(span.start)
    return f"line {place.line}" if place.cell is None else f"cell {place.cell}, line {place.line}"


def _title(words: str, view: View) -> str:
    return paint(clean(words), "bold", view.color)


def as_json(program: Program) -> str:
    """The program for tools; what is not known is the string "?"."""
    import json

    data = {"file": program.document.path, **_data(program)}
    data["alternatives"] = [_data(other) for other in program.alternatives]
    return json.dumps(data, indent=2, ensure_ascii=False)


def _data(program: Program) -> dict[str, Any]:
    document = program.document
    return {
        "conditions": [
            {"test": test.text, "outcome": test.outcome, **_at(document, test.span)} for test in program.conditions
        ],
        "models": [_model_data(document, model) for model in program.models],
        "loops": [
            {
                "kind": loop.kind,
                **_at(document, loop.span),
                "model": loop.model.name if loop.model else None,
                "loss": plain(loop.loss),
                "optimizer": plain(loop.optimizer),
            }
            for loop in program.loops
        ],
        "unread": [{**_at(document, entry.span), "reason": entry.reason} for entry in program.unread],
        "trouble": list(program.trouble),
    }


def _model_data(document: Document, model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind,
        **_at(document, model.span),
        "complete": model.complete,
        "inputs": [plain(shape) for shape in model.inputs],
        "outputs": list(model.outputs),
        "parameters": plain(model.parameters),
        "trainable": plain(model.trainable),
        "layers": [_layer_data(document, layer) for layer in model.layers],
        "events": [_event_data(document, event) for event in model.events],
    }


def _layer_data(document: Document, layer: Layer) -> dict[str, Any]:
    return {
        "index": layer.index,
        "name": layer.variable or _given_name(layer),
        "kind": layer.kind,
        **_at(document, layer.site),
        "activation": plain(layer.activation),
        "arguments": {argument.name: plain(argument.value) for argument in _given(layer.call)},
        "inputs": [plain(shape) for shape in layer.inputs],
        "output_shape": plain(layer.shape),
        "parameters": plain(layer.parameters),
        "connected_to": list(layer.sources),
        "trainable": plain(layer.trainable),
        "shared": layer.shared,
        "uncertain": layer.uncertain,
        "problem": layer.problem.message if layer.problem else None,
    }


def _event_data(document: Document, event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": event.kind, **_at(document, event.span), "loops": event.loop}
    if event.call:
        data["arguments"] = {argument.name: plain(argument.value) for argument in _given(event.call)}
    if isinstance(event, Compile):
        optimizer, losses, metrics = event.optimizer, event.losses, event.metrics
        data["optimizer"] = (
            {"name": optimizer.name, "learning_rate": plain(optimizer.learning_rate)} if optimizer else "?"
        )
        data["losses"] = (
            "?"
            if losses is None
            else [{"name": loss.name, "from_logits": plain(loss.from_logits), "output": loss.output} for loss in losses]
        )
        data["metrics"] = (
            "?"
            if metrics is None
            else [{"name": metric.name, "log": plain(metric.log), "output": metric.output} for metric in metrics]
        )
    elif isinstance(event, Fit):
        data["method"] = event.method
        data["data"] = {"x": plain(event.x), "y": plain(event.y), "validation": plain(event.validation)}
        data["callbacks"] = "?" if event.callbacks is None else [plain(call) for call in event.callbacks]
    elif event.kind == "trainable":
        data["layer"] = event.layer.index if event.layer else None
        data["value"] = plain(event.value)
    return data


def _at(document: Document, span: Span) -> dict[str, int | None]:
    place = document.locate(span.start)
    return {"cell": place.cell, "line": place.line, "column": place.column}


def plain(value: Any) -> Any:
    """A value as JSON can hold it; "?" when it is not known, words where JSON has no kind for it."""
    if isinstance(value, Unknown):
        return "?"
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if abs(value) != float("inf") and value == value else str(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Call):
        return {"call": value.name, "arguments": {argument.name: plain(argument.value) for argument in _given(value)}}
    return text(value)
