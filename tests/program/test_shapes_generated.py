"""Shapes and parameter counts agree with the installed Keras on models that hypothesis makes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from default_lint.program.shapes import infer
from default_lint.program.values import UNKNOWN, is_known
from tests.program.shape_oracle import Made, ask, bound, compatible, disagreement, fully_known, predict, runs

Strategy = st.SearchStrategy[Any]

flags = st.booleans()
rarely = st.sampled_from([False] * 5 + [True])
units = st.sampled_from([1, 2, 3, 4, 6, 8, 8, 4, 2, 0])
formats = st.sampled_from([None, None, None, "channels_last", "channels_first", "channels_first", "bad"])
axes = st.sampled_from([-1, -1, -1, 1, 2, 3, -2, 0, 4])
rates = st.sampled_from([0.0, 0.3])


def several(count: int, low: int, high: int) -> Strategy:
    """An integer, or one for each axis (sometimes one too many)."""
    number = st.integers(low, high)
    exact = st.lists(number, min_size=count, max_size=count).map(tuple)
    return st.one_of(number, exact, exact, st.lists(number, min_size=count, max_size=count + 1).map(tuple))


def options(**strategies: Strategy) -> Strategy:
    """Some of the optional arguments."""
    return st.fixed_dictionaries({}, optional=strategies)


def made(name: str, required: dict[str, Strategy], **optional: Strategy) -> Strategy:
    """A layer with its required and some optional arguments."""
    return st.builds(
        lambda given_, more: Made(f"keras.layers.{name}", {**given_, **more}),
        st.fixed_dictionaries(required),
        options(**optional),
    )


def windows(rank: int, padding: Strategy) -> dict[str, Strategy]:
    """Arguments of everything that slides a window."""
    return {
        "strides": several(rank, 1, 3),
        "padding": padding,
        "data_format": formats,
        "dilation_rate": st.sampled_from([1, 1, 1, 2]),
    }


paddings = st.sampled_from(["valid", "same", "SAME", "valid", "bad"])
groups = st.sampled_from([1, 1, 1, 2, 3])


def convolutions(rank: int) -> dict[str, Strategy]:
    """Convolution and pooling layers of one rank."""
    size, plain = several(rank, 1, 4), windows(rank, paddings)
    causal = st.sampled_from(["valid", "same", "causal"])
    layers = {
        f"Conv{rank}D": made(
            f"Conv{rank}D",
            {"filters": units, "kernel_size": size},
            **{**plain, "padding": causal, "groups": groups, "use_bias": flags},
        ),
        f"Conv{rank}DTranspose": made(
            f"Conv{rank}DTranspose",
            {"filters": units, "kernel_size": size},
            **{**plain, "use_bias": flags, "output_padding": st.sampled_from([None, 0, 1])},
        ),
        f"GlobalMaxPooling{rank}D": made(f"GlobalMaxPooling{rank}D", {}, keepdims=flags, data_format=formats),
        f"GlobalAveragePooling{rank}D": made(f"GlobalAveragePooling{rank}D", {}, keepdims=flags, data_format=formats),
        f"SpatialDropout{rank}D": made(f"SpatialDropout{rank}D", {"rate": rates}),
        f"UpSampling{rank}D": made(
            f"UpSampling{rank}D", {}, size=st.integers(0, 3) if rank == 1 else several(rank, 1, 3)
        ),
        f"ConvLSTM{rank}D": made(
            f"ConvLSTM{rank}D",
            {"filters": st.integers(1, 3), "kernel_size": several(rank, 1, 3)},
            padding=paddings,
            data_format=formats,
            return_sequences=flags,
            return_state=rarely,
            use_bias=flags,
        ),
    }
    for kind in ("Average", "Max"):
        name = f"{kind}Pooling{rank}D"
        layers[name] = made(
            name, {"pool_size": several(rank, 1, 3)}, strides=several(rank, 1, 3), padding=paddings, data_format=formats
        )
        name = f"Adaptive{kind}Pooling{rank}D"
        layers[name] = made(name, {"output_size": several(rank, 1, 4)}, data_format=formats)
    margin = st.integers(0, 2)
    pairs = margin if rank == 1 else st.one_of(margin, st.tuples(*[st.tuples(margin, margin)] * rank))
    pairs = st.tuples(margin, margin) | margin if rank == 1 else pairs
    layers[f"Cropping{rank}D"] = made(f"Cropping{rank}D", {"cropping": pairs})
    layers[f"ZeroPadding{rank}D"] = made(f"ZeroPadding{rank}D", {"padding": pairs}, data_format=formats)
    if rank < 3:
        layers[f"SeparableConv{rank}D"] = made(
            f"SeparableConv{rank}D",
            {"filters": units, "kernel_size": size},
            **{**plain, "use_bias": flags, "depth_multiplier": st.integers(1, 3)},
        )
        layers[f"DepthwiseConv{rank}D"] = made(
            f"DepthwiseConv{rank}D",
            {"kernel_size": size},
            **{**plain, "use_bias": flags, "depth_multiplier": st.integers(0, 3)},
        )
    return layers


sequence = {"return_sequences": flags, "return_state": rarely, "use_bias": flags, "stateful": rarely}
recurrent = {
    "LSTM": made("LSTM", {"units": units}, **sequence, go_backwards=flags, dropout=rates),
    "GRU": made("GRU", {"units": units}, **sequence, reset_after=flags),
    "SimpleRNN": made("SimpleRNN", {"units": units}, **sequence),
}
cells = st.one_of(
    made("LSTMCell", {"units": units}, use_bias=flags),
    made("GRUCell", {"units": units}, use_bias=flags, reset_after=flags),
    made("SimpleRNNCell", {"units": units}, use_bias=flags),
)
stacks = st.lists(cells, min_size=1, max_size=3)
recurrent["RNN"] = made(
    "RNN",
    {"cell": cells | stacks | stacks.map(lambda found: Made("keras.layers.StackedRNNCells", {"cells": found}))},
    return_sequences=flags,
    return_state=rarely,
)
any_recurrent = st.one_of(*recurrent.values())

CONVOLUTIONS = {rank: convolutions(rank) for rank in (1, 2, 3)}
einsum = st.sampled_from(
    [
        ("abc,cd->abd", (None, 5), "d"),
        ("abc,cde->abde", (None, 2, 3), "de"),
        ("...x,xy->...y", (4,), "y"),
        ("ab,bc->ac", 6, None),
        ("ab,bc->ac", 6, "c"),
        ("ab...,bc->ac...", 4, "c"),
        ("abc,bd->adc", (3, None), "d"),
        ("abc,cd->abe", (None, 5), None),
        ("abcd,cde->abe", (None, 5), "e"),
        ("ab,cd->ad", 3, None),
    ]
)
core: dict[str, Strategy] = {
    "Dense": made("Dense", {"units": units}, use_bias=flags, lora_rank=st.sampled_from([None, 2])),
    "Activation": made("Activation", {"activation": st.sampled_from(["relu", "softmax", "tanh"])}),
    "ActivityRegularization": made("ActivityRegularization", {}, l1=rates),
    "Dropout": made("Dropout", {"rate": rates}),
    "AlphaDropout": made("AlphaDropout", {"rate": rates}),
    "GaussianDropout": made("GaussianDropout", {"rate": rates}),
    "GaussianNoise": made("GaussianNoise", {"stddev": rates}),
    "Identity": made("Identity", {}),
    "Masking": made("Masking", {}),
    "ReLU": made("ReLU", {}, max_value=st.just(6.0)),
    "LeakyReLU": made("LeakyReLU", {}),
    "ELU": made("ELU", {}),
    "Softmax": made("Softmax", {}),
    "PReLU": made("PReLU", {}, shared_axes=st.sampled_from([None, 1, [1], [1, 2], (2, 1), [5]])),
    "Flatten": made("Flatten", {}, data_format=formats),
    "Reshape": made(
        "Reshape", {"target_shape": st.lists(st.sampled_from([-1, 1, 2, 3, 4, 8, 12]), max_size=4).map(tuple)}
    ),
    "RepeatVector": made("RepeatVector", {"n": st.integers(0, 4)}),
    "Permute": made("Permute", {"dims": st.sampled_from([(1,), (2, 1), (1, 2), (3, 1, 2), (1, 3), (2, 1, 4, 3)])}),
    "BatchNormalization": made("BatchNormalization", {}, axis=axes, scale=flags, center=flags, renorm=rarely),
    "LayerNormalization": made("LayerNormalization", {}, axis=axes | st.just([1, 2]), scale=flags, center=flags),
    "RMSNormalization": made("RMSNormalization", {}, axis=axes),
    "GroupNormalization": made(
        "GroupNormalization", {"groups": st.sampled_from([1, 2, 3, 4, -1, 0])}, axis=axes, scale=flags, center=flags
    ),
    "UnitNormalization": made("UnitNormalization", {}, axis=axes),
    "Embedding": made("Embedding", {"input_dim": units, "output_dim": units}, lora_rank=st.sampled_from([None, 2])),
    "ReversibleEmbedding": made("ReversibleEmbedding", {"input_dim": units, "output_dim": units}, tie_weights=flags),
    "EinsumDense": einsum.map(
        lambda found: Made(
            "keras.layers.EinsumDense", {"equation": found[0], "output_shape": found[1], "bias_axes": found[2]}
        )
    ),
    "Rescaling": made("Rescaling", {"scale": st.just(0.1)}, offset=rates),
    "Normalization": made("Normalization", {}, axis=axes | st.none() | st.just((-1, 1))),
    "Discretization": made(
        "Discretization",
        {
            "bin_boundaries": st.just([0.0, 1.0]),
            "output_mode": st.sampled_from(["int", "one_hot", "multi_hot", "count"]),
        },
    ),
    "CategoryEncoding": made(
        "CategoryEncoding", {"num_tokens": units, "output_mode": st.sampled_from(["one_hot", "multi_hot", "count"])}
    ),
    "Hashing": made(
        "Hashing", {"num_bins": st.integers(1, 5)}, output_mode=st.sampled_from(["int", "one_hot", "count"])
    ),
}
images = {
    name: made(name, required, **optional)
    for name, required, optional in [
        ("Resizing", {"height": units, "width": units}, {"data_format": formats, "crop_to_aspect_ratio": flags}),
        ("CenterCrop", {"height": st.integers(1, 9), "width": st.integers(1, 9)}, {"data_format": formats}),
        ("RandomCrop", {"height": st.integers(1, 9), "width": st.integers(1, 9)}, {"data_format": formats}),
        ("RandomFlip", {}, {"mode": st.sampled_from(["horizontal", "vertical"])}),
        ("RandomRotation", {"factor": rates}, {}),
        ("RandomZoom", {"height_factor": rates}, {}),
        ("RandomTranslation", {"height_factor": rates, "width_factor": rates}, {}),
        ("RandomContrast", {"factor": rates}, {}),
        ("RandomBrightness", {"factor": rates}, {}),
        ("RandomColorDegeneration", {"factor": rates}, {"data_format": formats}),
        ("RandomHue", {"factor": rates}, {}),
        ("RandomSaturation", {"factor": rates}, {}),
        ("RandomSharpness", {"factor": rates}, {}),
        ("RandomShear", {}, {}),
        ("RandomGrayscale", {}, {}),
        ("RandomErasing", {}, {}),
        ("RandomInvert", {}, {}),
        ("RandomGaussianBlur", {}, {}),
        ("RandomPerspective", {}, {}),
        ("RandomPosterization", {"factor": st.integers(1, 8)}, {}),
        ("RandomColorJitter", {}, {}),
        ("RandomElasticTransform", {}, {}),
        ("Solarization", {}, {}),
        ("AutoContrast", {}, {}),
        ("Equalization", {}, {}),
        ("MixUp", {}, {}),
        ("CutMix", {}, {}),
        ("AugMix", {}, {}),
        ("RandAugment", {}, {}),
        ("ContrastLimitedAdaptiveHistogramEqualization", {}, {}),
    ]
}
signals = {
    "STFTSpectrogram": made(
        "STFTSpectrogram",
        {"frame_length": st.sampled_from([2, 3, 4])},
        mode=st.sampled_from(["log", "real", "stft"]),
        fft_length=st.sampled_from([None, 4, 8]),
        frame_step=st.sampled_from([None, 1, 2]),
        padding=st.sampled_from(["valid", "same"]),
        expand_dims=flags,
        data_format=formats,
    ),
    "MelSpectrogram": made("MelSpectrogram", {}, num_mel_bins=st.integers(1, 9), sequence_stride=st.integers(1, 4)),
}

inner_layers = st.one_of(
    core["Dense"],
    core["Flatten"],
    core["Dropout"],
    core["Reshape"],
    core["BatchNormalization"],
    any_recurrent,
    CONVOLUTIONS[1]["Conv1D"],
    CONVOLUTIONS[2]["Conv2D"],
    CONVOLUTIONS[2]["MaxPooling2D"],
    CONVOLUTIONS[2]["GlobalAveragePooling2D"],
    CONVOLUTIONS[1]["GlobalMaxPooling1D"],
)
wrappers = {
    "TimeDistributed": made("TimeDistributed", {"layer": inner_layers}),
    "Bidirectional": made(
        "Bidirectional",
        {"layer": any_recurrent | CONVOLUTIONS[1]["ConvLSTM1D"]},
        merge_mode=st.sampled_from(["concat", "sum", "ave", None]),
    ),
    "SpectralNormalization": made(
        "SpectralNormalization",
        {"layer": core["Dense"] | CONVOLUTIONS[2]["Conv2D"] | CONVOLUTIONS[1]["Conv1DTranspose"] | core["Embedding"]},
    ),
    "Pipeline": made("Pipeline", {"layers": st.lists(images["Resizing"] | core["Rescaling"], min_size=1, max_size=2)}),
}
attention = {
    "Attention": made("Attention", {}, use_scale=flags, score_mode=st.sampled_from(["dot", "concat"])),
    "AdditiveAttention": made("AdditiveAttention", {}, use_scale=flags),
    "MultiHeadAttention": made(
        "MultiHeadAttention",
        {"num_heads": st.integers(0, 3), "key_dim": st.integers(1, 4)},
        value_dim=st.sampled_from([None, 3]),
        use_bias=flags,
        output_shape=st.sampled_from([None, 5, (5,), (2, 3)]),
        use_gate=rarely,
    ),
    "GroupQueryAttention": made(
        "GroupQueryAttention",
        {
            "head_dim": st.integers(1, 4),
            "num_query_heads": st.sampled_from([2, 4, 3]),
            "num_key_value_heads": st.just(2),
        },
        use_bias=flags,
        use_gate=rarely,
    ),
}
merging = {name: made(name, {}) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")}
merging["Concatenate"] = made("Concatenate", {}, axis=axes)
merging["Dot"] = made(
    "Dot", {"axes": st.sampled_from([1, 2, -1, (1, 1), (2, 1), (1, 2), (-1, -2), 5])}, normalize=flags
)

SINGLE: dict[str, Strategy] = {**core, **images, **signals, **wrappers, **recurrent}
for _layers in CONVOLUTIONS.values():
    SINGLE.update(_layers)
MULTIPLE = {**merging, **attention}
STEPS = {**SINGLE, **MULTIPLE}

BY_RANK = {
    2: [*core, "MelSpectrogram"],
    3: [*core, *CONVOLUTIONS[1], *recurrent, *recurrent, "Bidirectional", "TimeDistributed", "STFTSpectrogram"],
    4: [*core, *CONVOLUTIONS[2], *images, "ConvLSTM1D", "TimeDistributed", "SpectralNormalization", "Pipeline"],
    5: [*core, *CONVOLUTIONS[3], "ConvLSTM2D", "TimeDistributed"],
    6: ["ConvLSTM3D"],
}
sizes = st.sampled_from([1, 2, 3, 4, 4, 5, 6, 8, 9, None])
batches = st.sampled_from([None, None, None, 2])


@dataclass
class Tally:
    """How the answers fell: complete ones, all those Keras accepts, and Keras's errors explained or not."""

    complete: int = 0
    accepted: int = 0
    explained: int = 0
    unexplained: int = 0


@st.composite
def starts(draw: st.DrawFn) -> tuple[int | None, ...]:
    """An input shape, batch axis first."""
    rank = draw(st.sampled_from([2, 3, 3, 3, 4, 4, 4, 5]))
    return (draw(batches), *(draw(sizes) for _ in range(rank - 1)))


@st.composite
def steps(draw: st.DrawFn, rank: int) -> Made:
    """A layer, mostly one that fits the rank."""
    names = BY_RANK.get(rank, list(core)) if draw(st.integers(0, 6)) else sorted(STEPS)
    if draw(st.integers(0, 4)) == 0:
        names = sorted(MULTIPLE)
    found: Made = draw(STEPS[draw(st.sampled_from(names))])
    return found


def companions(draw: st.DrawFn, name: str, current: Any, earlier: list[Any]) -> list[Any]:
    """The tensors that a layer is applied to."""
    if name.removeprefix("keras.layers.") not in MULTIPLE:
        return [current]
    inputs = [current]
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        kind = draw(st.sampled_from(["same", "alike", "alike", "earlier"]))
        if kind == "same":
            inputs.append(current)
        elif kind == "earlier":
            inputs.append(draw(st.sampled_from(earlier)))
        else:
            shape = list(current.shape)
            axis = draw(st.integers(0, max(len(shape) - 1, 0)))
            if len(shape) > axis:
                shape[axis] = draw(sizes)
            if draw(rarely):
                shape.pop()
            inputs.append(keras.Input(batch_shape=shape))
    return inputs


def check(made_: Made, inputs: list[Any], draw: st.DrawFn, tally: Tally) -> list[Any]:
    """Compare one layer; returns what Keras puts out."""
    truth, guess = ask(made_, inputs), predict(made_, inputs)
    shapes = [tensor.shape for tensor in inputs]
    told = f"{made_} on {shapes}"
    if truth.error is not None:
        tally.explained += guess.problem is not None
        tally.unexplained += guess.problem is None
        assert not fully_known(guess.output), f"{told}: claims {guess.output}, Keras raises {truth.error}"
        return []
    if guess.problem is not None:
        assert not runs(made_, inputs), f"{told}: claims {guess.problem.message}, Keras runs"
        return []
    wrong = disagreement(guess, truth)
    assert not wrong, f"{told}: {wrong}"
    tally.accepted += 1
    tally.complete += fully_known(guess.output) and is_known(guess.parameters)
    check_hidden(made_, shapes, truth, draw)
    return [tensor for tensor in truth.tensors[:1] if tensor.shape]


def check_hidden(made_: Made, shapes: list[Any], truth: Any, draw: st.DrawFn) -> None:
    """With some facts hidden nothing may become wrong."""
    arguments = dict(bound(made_))
    for name in draw(st.lists(st.sampled_from(sorted(made_.arguments)), max_size=2)) if made_.arguments else []:
        value = arguments[name]
        hide_inside = isinstance(value, tuple) and value and draw(flags)
        arguments[name] = (UNKNOWN, *value[1:]) if hide_inside else UNKNOWN
    hidden: list[Any] = []
    for shape in shapes:
        axis = draw(st.integers(-1, len(shape)))
        if axis == len(shape):
            hidden.append(UNKNOWN)
        else:
            hidden.append(tuple(UNKNOWN if index == axis else size for index, size in enumerate(shape)))
    guess = infer(made_.name, arguments, hidden)
    wrong = disagreement(guess, truth)
    assert not wrong, f"{made_} on {hidden} with {arguments}: {wrong}"
    assert guess.problem is None and compatible(guess.output, truth.shapes[0])


def ranks(name: str) -> list[int]:
    """Ranks of the inputs that a layer is meant for."""
    return [rank for rank, names in BY_RANK.items() if name in names] or [3]


SETTINGS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def test_every_layer_of_a_generated_model_agrees_with_keras() -> None:
    tally = Tally()

    @settings(SETTINGS, max_examples=700)
    @given(st.data())
    def build(data: st.DataObject) -> None:
        earlier = [keras.Input(batch_shape=data.draw(starts()))]
        current = earlier[0]
        for _ in range(data.draw(st.integers(1, 5))):
            step = data.draw(steps(len(current.shape)))
            outputs = check(step, companions(data.draw, step.name, current, earlier), data.draw, tally)
            if outputs:
                current = outputs[0]
                earlier.append(current)

    build()
    assert tally.complete > 0.95 * tally.accepted, tally
    assert tally.unexplained < 0.25 * tally.explained, tally


@pytest.mark.parametrize("name", sorted(STEPS))
def test_each_layer_alone_agrees_with_keras(name: str) -> None:
    tally = Tally()

    @settings(SETTINGS, max_examples=20)
    @given(st.data())
    def build(data: st.DataObject) -> None:
        rank = data.draw(st.sampled_from(ranks(name)))
        shape = (data.draw(batches), *(data.draw(sizes) for _ in range(rank - 1)))
        source = keras.Input(batch_shape=shape)
        inputs = companions(data.draw, f"keras.layers.{name}", source, [source])
        check(data.draw(STEPS[name]), inputs, data.draw, tally)

    build()
    assert tally.complete, f"no complete answer about {name}: {tally}"
