"""Features of the source: the layers of a model, one by one and together."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any

from default_lint.features.base import real
from default_lint.features.static_model import Reading, decisive
from default_lint.features.static_row import Row, decades, log2, log10, octaves
from default_lint.features.table_static import NONE
from default_lint.program.types import Call, Layer, Model
from default_lint.program.values import Unknown, Value, is_integer, is_number
from default_lint.text import Span

KINDS = {
    **dict.fromkeys(("Dense", "EinsumDense"), "dense"),
    **dict.fromkeys(
        ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "LSTMCell", "GRUCell"), "recurrent"
    ),
    "Embedding": "embedding",
    **dict.fromkeys(
        ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization", "Normalization"),
        "normalization",
    ),
    **dict.fromkeys(("Flatten", "Reshape", "Permute", "RepeatVector"), "flatten"),
    **dict.fromkeys(("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "ThresholdedReLU"), "activation"),
    **dict.fromkeys(("Attention", "MultiHeadAttention", "AdditiveAttention", "GroupQueryAttention"), "attention"),
    **dict.fromkeys(
        ("Concatenate", "Add", "Average", "Multiply", "Subtract", "Dot", "Maximum", "add", "multiply"), "merge"
    ),
}
ACTIVATIONS = {
    **dict.fromkeys(("relu", "relu6", "leaky_relu", "prelu"), "relu"),
    **dict.fromkeys(("elu", "selu", "gelu", "silu", "softplus", "mish", "hard_silu", "celu"), "smooth"),
    **dict.fromkeys(("tanh", "softsign", "hard_tanh"), "tanh"),
    **dict.fromkeys(("sigmoid", "hard_sigmoid"), "sigmoid"),
    **dict.fromkeys(("softmax", "log_softmax"), "softmax"),
    "exponential": "exponential",
    "linear": "linear",
}
SPREADS: dict[str, tuple[float, str]] = {
    "glorot_uniform": (1.0, "average"),
    "glorot_normal": (1.0, "average"),
    "he_normal": (2.0, "in"),
    "he_uniform": (2.0, "in"),
    "lecun_normal": (1.0, "in"),
    "lecun_uniform": (1.0, "in"),
}
FIXED = {"random_normal": 0.05, "truncated_normal": 0.044, "random_uniform": 0.0289}
NAMES = {
    "GlorotUniform": "glorot_uniform",
    "GlorotNormal": "glorot_normal",
    "HeNormal": "he_normal",
    "HeUniform": "he_uniform",
    "LecunNormal": "lecun_normal",
    "LecunUniform": "lecun_uniform",
    "RandomNormal": "random_normal",
    "TruncatedNormal": "truncated_normal",
    "RandomUniform": "random_uniform",
    "Zeros": "zeros",
    "Ones": "ones",
    "Constant": "constant",
    "Orthogonal": "orthogonal",
    "OrthogonalInitializer": "orthogonal",
    "VarianceScaling": "variance_scaling",
    "Identity": "identity",
}
WEIGHTED = ("dense", "convolution", "recurrent", "embedding", "attention")
SHIFT = 10.0


def kind_of(call: Call) -> str:
    """The kind of a layer, one of the options of `layer.kind`."""
    short = call.short
    if "Conv" in short and "LSTM" not in short:
        return "convolution"
    if "Pool" in short:
        return "pooling"
    if "Dropout" in short or short in ("GaussianNoise",):
        return "dropout"
    return KINDS.get(short, "other")


class Place:
    """A layer of a model with what a row asks of it."""

    def __init__(self, layer: Layer, model: Model) -> None:
        self.layer = layer
        self.call = decisive(layer.call)
        self.kind = kind_of(self.call)
        self.model = model

    @property
    def span(self) -> Span:
        """The token that names the layer."""
        return self.call.callee

    @cached_property
    def activation(self) -> str | None:
        """Group of its activation, "none" for a layer that has none; None when not known."""
        if self.kind not in ("dense", "convolution", "recurrent", "activation") and not self._is_function:
            return "none"
        name = self.layer.activation
        return None if isinstance(name, Unknown) else ACTIVATIONS.get(name, "other")

    @property
    def _is_function(self) -> bool:
        name = self.layer.activation
        return not isinstance(name, Unknown) and name != "linear" and not self.call.name.startswith("keras.layers.")

    @cached_property
    def units(self) -> int | None:
        """Units, filters or the size of an embedding."""
        for name in ("units", "filters", "output_dim"):
            if name in self.call.arguments:
                value = self.call[name]
                return value if is_integer(value) and value > 0 else None
        return None

    def value(self, name: str) -> Value:
        """An argument; None when there is none of that name."""
        return self.call[name] if name in self.call.arguments else None

    def where(self, name: str) -> Span:
        """Where an argument stands, or would."""
        return self.call.where(name)

    def largest(self, name: str) -> int | None:
        """The largest of a size that is a number or one for each axis."""
        value = self.value(name)
        parts = value if isinstance(value, (tuple, list)) else [value]
        there = [part for part in parts if is_integer(part) and part > 0]
        return max(there) if there and len(there) == len(parts) else None

    @cached_property
    def sides(self) -> tuple[int | None, int | None]:
        """The first spatial side before and behind the layer; None where it has none or it is not known."""
        before = self.layer.inputs[0] if self.layer.inputs else None
        return _side(before), _side(self.layer.shape)

    @cached_property
    def start(self) -> tuple[float | None, float | None, str | None]:
        """Gain and shift of the initial weights, and the initializer's name; see `_start`."""
        return _start(self)

    @cached_property
    def penalty(self) -> tuple[float | None, bool]:
        """The strength of the weight penalty (0: none, None: not known), and whether it is l1."""
        return _penalty(self.value("kernel_regularizer"))

    @cached_property
    def rate(self) -> float | None:
        """Dropout rate of a dropout or recurrent layer, 0 for others; None when not known."""
        names = ("rate",) if self.kind == "dropout" else ("dropout", "recurrent_dropout")
        if self.kind not in ("dropout", "recurrent"):
            return 0.0
        values = [self.value(name) for name in names if name in self.call.arguments]
        return max(map(float, values)) if values and all(map(is_number, values)) else None


def _side(shape: object) -> int | None:
    if isinstance(shape, tuple) and len(shape) > 2 and is_integer(shape[1]) and shape[1] > 0:
        return shape[1]
    return None


def _start(place: Place) -> tuple[float | None, float | None, str | None]:
    """log10(std * sqrt(inputs)) of the kernel's initializer, |mean| / std, and its name.

    A kernel whose values have the standard deviation 1 / sqrt(inputs) keeps the size of what flows through it (LeCun et
    al. 1998), which is a gain of 0. A constant has no gain, and a shift of SHIFT.
    """
    value = place.value("kernel_initializer" if place.kind != "embedding" else "embeddings_initializer")
    if value is None:
        return None, None, None
    numbers: dict[str, float] = {}
    if isinstance(value, str):
        name = NAMES.get(value, value.lower())
        name = {"normal": "random_normal", "uniform": "random_uniform", "zero": "zeros", "one": "ones"}.get(name, name)
    elif isinstance(value, Call):
        name = NAMES.get(value.short, value.short)
        numbers = {key: float(a.value) for key, a in value.arguments.items() if is_number(a.value)}
    else:
        return None, None, None
    if name in ("zeros", "ones", "constant"):
        return None, SHIFT, name
    inputs, outputs = _fans(place)
    if inputs is None or outputs is None:
        return None, 0.0, name
    if name in SPREADS:
        factor, mode = SPREADS[name]
        fan = inputs if mode == "in" else (inputs + outputs) / 2
        return math.log10(math.sqrt(factor / fan * inputs)), 0.0, name
    mean, std = 0.0, FIXED.get(name)
    if name in ("random_normal", "truncated_normal"):
        mean, std = numbers.get("mean", 0.0), numbers.get("stddev", 0.05)
    elif name == "random_uniform":
        low, high = numbers.get("minval", -0.05), numbers.get("maxval", 0.05)
        mean, std = (low + high) / 2, (high - low) / math.sqrt(12)
    elif name == "orthogonal":
        std = numbers.get("gain", 1.0) / math.sqrt(max(inputs, outputs))
    elif name == "variance_scaling":
        std = math.sqrt(numbers.get("scale", 1.0) / inputs)
    if std is None:
        return None, 0.0, name
    if std <= 0:
        return None, SHIFT, name
    return math.log10(std * math.sqrt(inputs)), min(SHIFT, abs(mean) / std), name


def _fans(place: Place) -> tuple[float | None, float | None]:
    """Inputs and outputs of the kernel, as Keras counts them."""
    shape = place.layer.inputs[0] if place.layer.inputs else None
    units = place.units
    if not isinstance(shape, tuple) or not shape or not is_integer(shape[-1]) or units is None:
        return None, None
    if place.kind == "convolution":
        value = place.value("kernel_size")
        rank = len(shape) - 2
        parts = list(value) if isinstance(value, (tuple, list)) else [value] * rank
        if not parts or not all(map(is_integer, parts)):
            return None, None
        window = math.prod(parts)
        return float(window * shape[-1]), float(window * units)
    gates = {"LSTM": 4, "GRU": 3}.get(place.call.short, 1)
    return float(shape[-1]), float(units * gates)


def _penalty(value: Value) -> tuple[float | None, bool]:
    """The strength of a regularizer, and whether it is l1."""
    if value is None:
        return 0.0, False
    if isinstance(value, str):
        return 0.01, value.lower() in ("l1", "l1_l2", "l1l2")
    if isinstance(value, Call):
        strengths = {
            name: float(argument.value) for name, argument in value.arguments.items() if is_number(argument.value)
        }
        if strengths and value.short in ("L1", "L2", "L1L2"):
            l1 = strengths.get("l1", 0.0)
            return max(strengths.values()), l1 > 0
    return None, False


class Layered:
    """The layers of a reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.places = _flat(reading.model)
        head = reading.head
        self.final = head.layer if head is not None else None
        self.units = head.units if head is not None and is_integer(head.units) and head.units > 0 else None
        self.weighted = [place for place in self.places if place.kind in WEIGHTED]
        self.output = self._output()
        self.hidden = [place for place in self.weighted if place is not self.output and place.kind != "embedding"]

    def _output(self) -> Place | None:
        if self.final is not None:
            for place in self.places:
                if place.layer.call is self.final.call:
                    return place
        dense = [place for place in self.weighted if place.kind in ("dense", "convolution")]
        return dense[-1] if dense else None

    def _at(self, place: Place) -> int:
        return next(at for at, other in enumerate(self.places) if other is place)

    def model(self, row: Row) -> None:
        """What a model is made of."""
        kinds = [place.kind for place in self.places]
        whole = self.reading.model.complete
        row.put("model.depth", len(self.weighted) if whole else None)
        row.put("model.layers", len(self.places))
        parameters = self.reading.model.parameters
        weights = parameters if is_integer(parameters) and parameters > 0 else None
        row.put("model.parameters", log10(weights))
        for name, kind in (
            ("dense", "dense"),
            ("convolutions", "convolution"),
            ("recurrent", "recurrent"),
            ("embeddings", "embedding"),
            ("normalizations", "normalization"),
            ("dropouts", "dropout"),
            ("poolings", "pooling"),
        ):
            row.put(f"model.{name}", kinds.count(kind), *(place.span for place in self.places if place.kind == kind))
        if not whole:
            row.doubt("model.layers")
            self._doubt_nothing(row, "model")
        rows = self.reading.rows
        row.put("model.rows", log10(rows))
        row.put("model.rows_per_weight", decades(rows, weights))

    def total(self, row: Row) -> None:
        """The layers together."""
        hidden = self.hidden
        widths = [(place, place.units) for place in hidden if place.units is not None]
        self._most(row, "layers.widest", [(place, log2(units)) for place, units in widths], max)
        self._most(row, "layers.narrowest", [(place, log2(units)) for place, units in widths], min)
        self._most(row, "layers.bottleneck", [(place, octaves(units, self.units)) for place, units in widths], min)
        jumps = [(place, octaves(place.units, before.units)) for before, place in pairwise(hidden)]
        self._most(row, "layers.jump", [(place, None if jump is None else abs(jump)) for place, jump in jumps], max)
        active = [(place, self._effective(place)) for place in hidden]
        names = [name for _, name in active if name is not None]
        for option in ("linear", "relu", "tanh", "sigmoid"):
            spans = [place.where("activation") for place, name in active if name == option]
            row.put(f"layers.{option}", len(spans) / len(names) if names else None, *spans)
        for option in ("softmax", "exponential"):
            spans = [place.where("activation") for place, name in active if name == option]
            row.put(f"layers.{option}", len(spans), *spans)
        common = max(set(names), key=names.count, default="")
        mixed = [place.where("activation") for place, name in active if name not in (None, common)]
        row.put("layers.mixed", len(mixed), *mixed)
        self._count(row, "layers.double", [place for place in self.places if self._double(place)], "activation")
        self._count(row, "layers.pairs", [place for place in hidden if self._inert(place)], "activation")
        constant = [place for place in self.weighted if _is_constant(place)]
        self._count(row, "layers.constant", constant, "kernel_initializer")
        gains = [(place, place.start[0]) for place in self.weighted if place.kind != "embedding"]
        self._most(row, "layers.gain_high", gains, max, "kernel_initializer")
        self._most(row, "layers.gain_low", gains, min, "kernel_initializer")
        bare = [place for place in self.weighted if place.value("use_bias") is False and not self._normalized(place)]
        self._count(row, "layers.unbiased", bare, "use_bias")
        frozen = [place for place in self.weighted if place.layer.trainable is False]
        row.put("layers.frozen", len(frozen) / max(1, len(self.weighted)), *(place.span for place in frozen))
        dropped = [place for place in self.places if place.rate]
        self._most(row, "layers.dropout", [(place, place.rate) for place in dropped] or [(None, 0.0)], max, "rate")
        left = [1 - min(place.rate or 0.0, 0.999) for place in dropped]
        row.put("layers.dropout_sum", -sum(map(math.log2, left)), *(place.span for place in dropped))
        behind = [place for place in dropped if self._behind(place)]
        row.put("layers.dropout_last", float(bool(behind)), *(place.span for place in behind))
        self._penalties(row)
        self._maps(row)
        odd = {place.span: self._oddity(place) for place in self.weighted}
        row.put("layers.odd", sum(odd.values()), *(span for span, count in odd.items() if count))
        if not self.reading.model.complete:
            self._doubt_nothing(row, "layers")

    def _doubt_nothing(self, row: Row, group: str) -> None:
        """Of a model of which only a part could be read, it is not known what it does not have."""
        row.doubt(*(name for name, value in row.values.items() if name.startswith(f"{group}.") and value == 0))

    def _penalties(self, row: Row) -> None:
        strengths = [(place, place.penalty[0]) for place in self.weighted]
        there = [(place, log10(strength)) for place, strength in strengths if strength]
        self._most(row, "layers.penalty", there or [(None, NONE)], max, "kernel_regularizer")
        self._count(row, "layers.penalized", [place for place, _ in there], "kernel_regularizer")

    def _maps(self, row: Row) -> None:
        sides = [(place, *place.sides) for place in self.places if place.kind in ("convolution", "pooling")]
        if not sides:
            return
        first = next((before for _, before, _ in sides if before), None)
        last = next((behind for _, _, behind in reversed(sides) if behind), None)
        row.put("layers.shrinking", octaves(first, last), *(place.span for place, *_ in sides))
        self._most(row, "layers.smallest_map", [(place, log2(behind)) for place, _, behind in sides], min)
        kernels = [(place, place.largest("kernel_size"), before) for place, before, _ in sides]
        shares = [(place, size / before if size and before else None) for place, size, before in kernels]
        self._most(row, "layers.kernel", [pair for pair in shares if pair[0].kind == "convolution"], max, "kernel_size")
        convolutions = [place for place, *_ in sides if place.kind == "convolution"]
        self._most(row, "layers.stride", [(p, log2(p.largest("strides"))) for p in convolutions], max, "strides")

    def _most(
        self,
        row: Row,
        name: str,
        pairs: Sequence[tuple[Place | None, float | None]],
        pick: Callable[..., Any],
        argument: str = "",
    ) -> None:
        """The largest or smallest number, with its layer; not asked for when there are no layers."""
        there = [(place, value) for place, value in pairs if value is not None and math.isfinite(value)]
        if not there:
            if pairs:
                row.put(name, None)
            return
        place, value = pick(there, key=lambda pair: pair[1])
        row.put(name, value, *([place.where(argument) if argument else place.span] if place is not None else []))

    def _count(self, row: Row, name: str, places: Sequence[Place], argument: str) -> None:
        row.put(name, len(places), *(place.where(argument) for place in places))

    # One layer

    def one(self, row: Row, place: Place) -> None:
        """A layer."""
        at, last = self._at(place), max(1, len(self.places) - 1)
        row.choose("layer.kind", place.kind, place.span)
        row.put("layer.place", at / last)
        row.put("layer.first", float(bool(self.weighted) and place is self.weighted[0]))
        row.put("layer.output", float(place is self.output))
        row.put("layer.behind_output", float(self._behind(place)))
        row.put("layer.before_output", float(self._before_output(place)))
        row.put("layer.given", sum(argument.given for argument in place.call.arguments.values()))
        neighbors = [self.places[near] for near in (at - 1, at + 1) if 0 <= near < len(self.places)]
        text = self._text(place)
        row.put("layer.twin", float(any(self._text(other) == text for other in neighbors)))
        row.put("layer.kin_before", float(at > 0 and self.places[at - 1].kind == place.kind))
        row.put("layer.kin_behind", float(at + 1 < len(self.places) and self.places[at + 1].kind == place.kind))
        kin = [other for other in self.places if other.kind == place.kind and other is not place]
        row.put("layer.kin", len(kin) + 1)
        shape = place.layer.shape
        row.put("layer.rank", len(shape) if isinstance(shape, tuple) else None)
        row.put("layer.frozen", float(place.layer.trainable is False))
        if isinstance(place.layer.trainable, Unknown):
            row.doubt("layer.frozen")
        parameters, whole = place.layer.parameters, self.reading.model.parameters
        if is_integer(parameters) and is_integer(whole) and whole:
            row.put("layer.share", parameters / whole)
        self._activation(row, place)
        self._sizes(row, place, [other for other in kin if other is not self.output])
        self._maps_of(row, place, kin)
        self._weights(row, place)
        self._others(row, place, kin)

    def _activation(self, row: Row, place: Place) -> None:
        where = place.where("activation")
        row.choose("layer.activation", place.activation or "other", where)
        row.put("layer.inert", float(place in self.hidden and self._inert(place)), where)
        row.put("layer.double", float(self._double(place)), where)
        if place.activation is None:
            row.doubt("layer.activation", "layer.inert", "layer.double")
        if place in self.hidden:
            mine = self._effective(place)
            others = [self._effective(other) for other in self.hidden if other is not place]
            row.put("layer.activation_kin", _alike(mine, others), where)

    def _sizes(self, row: Row, place: Place, kin: Sequence[Place]) -> None:
        if place.units is None and place.kind not in WEIGHTED:
            return
        where = place.where("units" if place.value("units") is not None else "filters")
        row.put("layer.units", log2(place.units), where)
        chain = [other for other in self.weighted if other.units is not None]
        if place in chain:
            at = chain.index(place)
            if at:
                row.put("layer.units_before", octaves(place.units, chain[at - 1].units), where)
            if at + 1 < len(chain):
                row.put("layer.units_after", octaves(place.units, chain[at + 1].units), where)
        sizes = [other.units for other in kin if other.units is not None]
        if sizes and place is not self.output:
            row.put("layer.units_kin", octaves(place.units, median(sizes)), where)
        if place is not self.output:
            row.put("layer.units_output", octaves(place.units, self.units), where)
        if place.kind == "embedding":
            row.put("layer.vocabulary", log2(real(place.value("input_dim"))), place.where("input_dim"))

    def _maps_of(self, row: Row, place: Place, kin: Sequence[Place]) -> None:
        before, behind = place.sides
        if place.kind not in ("convolution", "pooling"):
            return
        row.put("layer.map", log2(behind))
        row.put("layer.shrinking", octaves(before, behind))
        same = place.value("padding")
        row.put("layer.same", float(same == "same") if isinstance(same, str) else None, place.where("padding"))
        row.put("layer.same_kin", _alike(same, [other.value("padding") for other in kin]), place.where("padding"))
        if place.kind == "pooling":
            row.put("layer.pool", log2(place.largest("pool_size")), place.where("pool_size"))
            if "pool_size" not in place.call.arguments:
                row.idle("layer.pool", "layer.same", "layer.same_kin", "layer.map", "layer.shrinking")
            return
        kernel, stride = place.largest("kernel_size"), place.largest("strides")
        where = place.where("kernel_size")
        row.put("layer.kernel", log2(kernel), where)
        row.put("layer.kernel_share", kernel / before if kernel and before else None, where)
        sizes = [size for other in kin if (size := other.largest("kernel_size")) is not None]
        if sizes:
            row.put("layer.kernel_kin", octaves(kernel, median(sizes)), where)
        row.put("layer.stride", log2(stride), place.where("strides"))
        row.put("layer.stride_kernel", octaves(stride, kernel), place.where("strides"))

    def _weights(self, row: Row, place: Place) -> None:
        if place.kind not in WEIGHTED:
            return
        gain, shift, name = place.start
        where = place.where("kernel_initializer")
        if place.value("kernel_initializer") is not None:
            constant = _is_constant(place)
            row.put("layer.constant", float(constant), where)
            if name is None:
                row.doubt("layer.constant")
            if not constant:
                row.put("layer.gain", gain, where)
            row.put("layer.shift", shift, where)
            others = [other.start[2] for other in self.weighted if other is not place and other.start[2]]
            row.put("layer.start_kin", _alike(name, others), where)
        bias = place.value("use_bias")
        if "use_bias" in place.call.arguments:
            where = place.where("use_bias")
            row.put("layer.bias", float(bias) if isinstance(bias, bool) else None, where)
            others = [o.value("use_bias") for o in self.weighted if o is not place and "use_bias" in o.call.arguments]
            row.put("layer.bias_kin", _alike(bias, others), where)
        row.put("layer.normalized", float(self._normalized(place)))
        if "kernel_regularizer" in place.call.arguments:
            where = place.where("kernel_regularizer")
            strength, l1 = place.penalty
            row.put("layer.penalty", NONE if strength == 0 else log10(strength), where)
            row.put("layer.penalty_l1", float(l1), where)
            penalties = [other.penalty for other in self.hidden if other is not place]
            row.put("layer.penalty_kin", _alike(place.penalty, penalties), where)
            if strength is None:
                row.doubt("layer.penalty_l1", "layer.penalty_kin")

    def _others(self, row: Row, place: Place, kin: Sequence[Place]) -> None:
        if place.kind in ("dropout", "recurrent"):
            where = place.where("rate" if place.kind == "dropout" else "dropout")
            row.put("layer.dropout", place.rate, where)
            rates = [other.rate for other in kin if other.rate is not None]
            if rates and place.rate is not None:
                row.put("layer.dropout_kin", place.rate - median(rates), where)
        if place.kind == "recurrent":
            sequences = place.value("return_sequences")
            where = place.where("return_sequences")
            row.put("layer.sequences", float(sequences) if isinstance(sequences, bool) else None, where)
            behind = [other.kind for other in self.places[self._at(place) + 1 :] if other.kind in WEIGHTED]
            row.put("layer.reads_sequence", float(bool(behind) and behind[0] in ("recurrent", "attention")))
            row.put("layer.gated", float(place.call.short in ("LSTM", "GRU")), place.span)
        if place.kind == "embedding" or place.call.short == "Masking":
            masks = place.call.short == "Masking" or place.value("mask_zero") is True
            row.put("layer.mask", float(masks), place.where("mask_zero"))
            if not masks and isinstance(place.value("mask_zero"), Unknown):
                row.doubt("layer.mask")

    # What several ask

    def _behind(self, place: Place) -> bool:
        """Whether a layer stands behind the output layer."""
        return self.output is not None and self._at(place) > self._at(self.output) and place.kind != "activation"

    def _before_output(self, place: Place) -> bool:
        return self.output is not None and self._at(place) == self._at(self.output) - 1

    def _follower(self, place: Place) -> Place | None:
        """The next layer that does more than normalize or drop."""
        for other in self.places[self._at(place) + 1 :]:
            if other.kind not in ("normalization", "dropout"):
                return other
        return None

    def _effective(self, place: Place) -> str | None:
        """The activation of a layer, or of the activation layer that follows it."""
        if place.activation == "linear":
            follower = self._follower(place)
            if follower is not None and (follower.kind == "activation" or follower._is_function):
                return follower.activation
        return place.activation

    def _inert(self, place: Place) -> bool:
        """Whether a hidden layer's values meet the next weights without an activation."""
        if self._effective(place) != "linear":
            return False
        follower = self._follower(place)
        return follower is not None and (follower.kind in WEIGHTED or follower.kind in ("flatten", "pooling"))

    def _double(self, place: Place) -> bool:
        """Whether an activation works on the values of another one."""
        if place.kind != "activation" and not place._is_function:
            return False
        before = self.places[: self._at(place)]
        last = next((other for other in reversed(before) if other.kind not in ("normalization", "dropout")), None)
        return last is not None and last.activation not in (None, "none", "linear")

    def _normalized(self, place: Place) -> bool:
        at = self._at(place)
        return at + 1 < len(self.places) and self.places[at + 1].kind == "normalization"

    def _oddity(self, place: Place) -> int:
        """In how many settings a layer differs from all others of its kind, where these agree."""
        kin = [other for other in self.weighted if other.kind == place.kind and other is not place]
        kin = [other for other in kin if other is not self.output] if place is not self.output else []
        if len(kin) < 2:
            return 0
        settings: tuple[Callable[[Place], Hashable], ...] = (
            lambda p: self._effective(p),
            lambda p: p.start[2],
            lambda p: p.penalty,
            lambda p: repr(p.value("use_bias")),
            lambda p: p.largest("kernel_size"),
            lambda p: repr(p.value("padding")),
            lambda p: p.largest("strides"),
        )
        return sum(len({ask(other) for other in kin}) == 1 and ask(place) != ask(kin[0]) for ask in settings)

    def _text(self, place: Place) -> str:
        return "".join(self.reading.document[place.call.span].split())


def _is_constant(place: Place) -> bool:
    gain, shift, name = place.start
    return name in ("zeros", "ones", "constant") or (gain is None and shift == SHIFT)


def _alike(mine: object, others: Sequence[object]) -> float | None:
    """The share of others that are as this one; 1 without others; None when this one is not known."""
    if mine is None or isinstance(mine, Unknown):
        return None
    return sum(other == mine for other in others) / len(others) if others else 1.0


def _flat(model: Model, depth: int = 0) -> list[Place]:
    """The layers with those of nested models in their place, each call once, without inputs."""
    found: dict[Span, Place] = {}
    for layer in model.layers:
        if layer.nested is not None and depth < 3 and layer.nested.layers:
            for place in _flat(layer.nested, depth + 1):
                found.setdefault(place.call.span, place)
        elif layer.kind not in ("keras.Input", "keras.layers.InputLayer") and not layer.kind.startswith("constant"):
            found.setdefault(decisive(layer.call).span, Place(layer, model))
    return list(found.values())


def layers_of(reading: Reading) -> Layered:
    """The layers of a reading, found once."""
    kept: Layered | None = reading.__dict__.get("_layered")
    if kept is None:
        kept = reading.__dict__["_layered"] = Layered(reading)
    return kept


__all__ = ["Layered", "Place", "kind_of", "layers_of"]
