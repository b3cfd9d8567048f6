"""Shape rules of recurrent layers, their cells and wrappers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from default_lint.program.shape_rules import (
    NOTHING,
    Case,
    Count,
    Inference,
    Refused,
    Untold,
    called,
    defined,
    elements,
    known_rank,
    of_rank,
    refuse,
    rule,
    same,
    times,
    told,
    total,
    weights,
    when,
)
from default_lint.program.shape_rules_conv import convolved, kernel_columns, strides_or_dilation
from default_lint.program.types import Problem
from default_lint.program.values import UNKNOWN, Dim, Shape, Unknown, Value, is_integer

_GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


_CELLS = {f"keras.layers.{kind}Cell": kind for kind in ("SimpleRNN", "LSTM", "GRU")}


@dataclass(frozen=True)
class _Cell:
    """Size of what a cell puts out, of its states (None: a group of several), and its weights."""

    output: Count
    states: tuple[Count | None, ...]
    parameters: Count


def _gated(case: Case, kind: str, features: Dim) -> _Cell:
    """SimpleRNN, LSTM or GRU."""
    gates, units = _GATES[kind], case.positive("units")
    kernel, recurrent = weights(features, units, gates), weights(units, units, gates)
    bias = weights(units, gates)
    if kind == "GRU":
        reset_after = case.flag("reset_after")
        bias = UNKNOWN if isinstance(reset_after, Unknown) else weights(bias, 2 if reset_after else 1)
    states = (units, units) if kind == "LSTM" else (units,)
    return _Cell(units, states, total(kernel, recurrent, when(case.flag("use_bias"), bias)))


def _cell(case: Case, value: Value, features: Dim) -> _Cell:
    """What a cell, or a list of cells, makes of that many features."""
    items = elements(value)
    call = called(value)
    if call is not None and call.name == "keras.layers.StackedRNNCells":
        items = elements(call["cells"])
    if items is not None:
        return _stack(case, items, features)
    if call is None or call.name not in _CELLS:
        raise Untold
    kind = _CELLS[call.name]
    inner = Case(call.name, {name: argument.value for name, argument in call.arguments.items()}, (), case.apply)
    return _gated(inner, kind, features)


def _stack(case: Case, items: tuple[Value, ...], features: Dim) -> _Cell:
    cells: list[_Cell] = []
    for item in items:
        cell = _cell(case, item, features)
        cells.append(cell)
        features = cell.output
    if not cells:
        raise Untold
    states = tuple(cell.states[0] if len(cell.states) == 1 else None for cell in cells)
    return _Cell(cells[-1].output, states, total(*(cell.parameters for cell in cells)))


@rule("LSTM", "GRU", "SimpleRNN", several=True)
def recurrent(case: Case) -> Inference:
    """Steps in; the last output, or all of them, out."""
    shape = of_rank(case, 3)
    _stateful(case, shape)
    return _unrolled(case, shape, _gated(case, case.short, defined(case, shape, 2)))


@rule("RNN", several=True)
def recurrent_cell(case: Case) -> Inference:
    """The same with any cell."""
    shape = case.known_input
    if len(shape) != 3:
        raise Untold
    _stateful(case, shape)
    cell = _cell(case, case["cell"], shape[2])
    defined(case, shape, 2)
    return _unrolled(case, shape, cell)


def _stateful(case: Case, shape: tuple[Dim, ...]) -> None:
    """Refuse a free batch axis of a stateful layer."""
    if case.flag("stateful", False) is True and shape[0] is None:
        refuse("other", f"a stateful `{case.short}` needs a batch size", axis=0)


def _unrolled(case: Case, shape: tuple[Dim, ...], cell: _Cell) -> Inference:
    sequences, with_state = case.flag("return_sequences"), case.flag("return_state")
    output: Shape = UNKNOWN
    if not isinstance(sequences, Unknown):
        output = (shape[0], shape[1], cell.output) if sequences else (shape[0], cell.output)
    if told(with_state):
        states: list[Shape] = [UNKNOWN if size is None else (shape[0], size) for size in cell.states]
        return Inference(output, cell.parameters, (output, *states))
    return Inference(output, cell.parameters)


@rule("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", several=True)
def convolutional_recurrent(case: Case) -> Inference:
    """An LSTM whose products are convolutions."""
    rank, filters = case.rank, case.integer("filters")
    strides_or_dilation(case, least_stride=0)
    first = case.channels_first()
    shape = of_rank(case, rank + 3)
    step = (shape[0], *shape[2:])
    for axis in range(2, rank + 3):
        defined(case, shape, axis)
    _stateful(case, shape)
    if is_integer(filters) and filters < 1:
        raise Untold
    spatial = _spatial_after(case, step, first)
    frame: tuple[Dim, ...] = (filters, *spatial) if first else (*spatial, filters)
    kernel = case.sizes("kernel_size", rank)
    inputs, states = weights(*kernel, step[1 if first else -1], filters, 4), weights(*kernel, filters, filters, 4)
    count = total(inputs, states, when(case.flag("use_bias"), weights(filters, 4)))
    sequences, with_state = case.flag("return_sequences"), case.told_flag("return_state")
    output: Shape = UNKNOWN
    if not isinstance(sequences, Unknown):
        output = (shape[0], shape[1], *frame) if sequences else (shape[0], *frame)
    state = (shape[0], *frame)
    return Inference(output, count, (output, state, state) if with_state else ())


def _spatial_after(case: Case, step: tuple[Dim, ...], first: bool) -> tuple[Dim, ...]:
    """Spatial axes of a frame after the convolution; a refusal counts axes with the time axis."""
    try:
        return convolved(case, step, first, allowed=("valid", "same"), least_stride=0)
    except Refused as refused:
        axis = refused.problem.axis
        raise Refused(replace(refused.problem, axis=None if axis is None else axis + 1)) from None


@rule("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells", several=True)
def cell_alone(case: Case) -> Inference:
    """A cell applied to one step by hand; its outputs depend on the states given."""
    return NOTHING


_WRAPPED_RECURRENT = tuple(
    f"keras.layers.{name}" for name in ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
)


@rule("Bidirectional", several=True)
def bidirectional(case: Case) -> Inference:
    """One layer forwards, a copy of it backwards."""
    layer = called(case["layer"])
    if layer is None or layer.name not in _WRAPPED_RECURRENT:
        raise Untold
    mode, backward = case.text("merge_mode"), case["backward_layer"]
    if isinstance(mode, str) and mode not in ("sum", "mul", "ave", "concat"):
        refuse("other", f"`merge_mode={mode!r}` does not exist")
    forwards = case.apply(layer, (case.input,))
    if forwards.problem is not None:
        raise Refused(forwards.problem)
    count = weights(forwards.parameters, 2)
    if backward is None and layer["go_backwards"] is True:
        refuse("other", "the wrapped layer goes backwards already")
    if backward is not None:
        other = called(backward)
        if other is None or layer["go_backwards"] is not False or other["go_backwards"] is not True:
            raise Untold
        backwards = case.apply(other, (case.input,))
        if backwards.problem is not None:
            raise Untold
        count = total(forwards.parameters, backwards.parameters)
        if any(not _agree(layer[name], other[name]) for name in ("stateful", "return_sequences", "return_state")):
            raise Untold
    output, states = forwards.output, forwards.outputs[1:] * 2
    if isinstance(mode, Unknown):
        return Inference(UNKNOWN, count)
    if mode is None:
        return Inference(output, count, (output, output, *states))
    if mode == "concat" and not isinstance(output, Unknown):
        output = (*output[:-1], times(output[-1], 2))
    return Inference(output, count, (output, *states) if states else ())


def _agree(one: Value, other: Value) -> bool:
    return isinstance(one, bool) and isinstance(other, bool) and one == other


@rule("TimeDistributed")
def time_distributed(case: Case) -> Inference:
    """A layer applied to every step."""
    shape = case.known_input
    if len(shape) < 3:
        refuse("rank", f"`TimeDistributed` takes at least 3 axes, the input has {len(shape)}", 3, len(shape))
    inner = case.apply(case["layer"], ((shape[0], *shape[2:]),))
    if inner.problem is not None:
        if inner.problem.kind == "rank" and not _checks_rank(case["layer"]):
            raise Untold
        raise Refused(_with_steps(inner.problem))
    if inner.outputs:
        return Inference(UNKNOWN, inner.parameters, fixed=inner.fixed)
    if isinstance(inner.output, Unknown) or not inner.output:
        return Inference(UNKNOWN, inner.parameters, fixed=inner.fixed)
    return Inference((inner.output[0], shape[1], *inner.output[1:]), inner.parameters, fixed=inner.fixed)


def _checks_rank(value: Value) -> bool:
    """Whether a layer notices a wrong number of axes by itself: Keras does not check it inside TimeDistributed."""
    layer = called(value)
    return layer is not None and "Conv" in layer.short and "LSTM" not in layer.short


def _with_steps(problem: Problem) -> Problem:
    """The problem of one step, counted with the time axis."""
    if problem.kind == "rank" and is_integer(problem.expected) and is_integer(problem.actual):
        return replace(problem, expected=problem.expected + 1, actual=problem.actual + 1)
    if problem.axis is not None and problem.axis > 0:
        return replace(problem, axis=problem.axis + 1)
    return problem


@rule("SpectralNormalization")
def spectral_normalization(case: Case) -> Inference:
    """A layer and one vector as wide as its kernel, which is not trained."""
    layer = called(case["layer"])
    if layer is None:
        raise Untold
    inner = case.apply(layer, (case.input,))
    if inner.problem is not None:
        raise Untold
    wrapped = Case(layer.name, {name: item.value for name, item in layer.arguments.items()}, (case.input,), case.apply)
    fixed: Count = UNKNOWN
    if wrapped.short == "Dense":
        fixed = wrapped.integer("units")
    elif wrapped.short == "Embedding":
        fixed = wrapped.integer("output_dim")
    elif "Conv" in wrapped.short and "Separable" not in wrapped.short and "LSTM" not in wrapped.short:
        fixed = weights(kernel_columns(wrapped))
    else:
        raise Untold
    return Inference(inner.output, total(inner.parameters, fixed), fixed=total(inner.fixed, fixed))


@rule("Pipeline")
def pipeline(case: Case) -> Inference:
    """Layers one after the other."""
    items = elements(case["layers"])
    if items is None:
        raise Untold
    shape, count, fixed = known_rank(case.input), total(), total()
    for item in items:
        inner = case.apply(item, (shape,))
        if inner.problem is not None:
            raise Refused(inner.problem)
        if inner.outputs:
            raise Untold
        shape, count, fixed = known_rank(inner.output), total(count, inner.parameters), total(fixed, inner.fixed)
    return replace(same(shape), parameters=count, fixed=fixed)
