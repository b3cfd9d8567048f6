"""Shape rules of preprocessing layers."""

from __future__ import annotations

from default_lint.program.shape_rules import (
    Case,
    Count,
    Inference,
    Untold,
    defined,
    elements,
    of_rank,
    refuse,
    rule,
    same,
    times,
    told,
    total,
    weights,
)
from default_lint.program.shape_rules_conv import slid
from default_lint.program.values import UNKNOWN, Dim, Unknown, is_integer

_IMAGE_LAYERS = (
    "AugMix",
    "AutoContrast",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Solarization",
)


@rule(*_IMAGE_LAYERS)
def augmentation(case: Case) -> Inference:
    """Pixels change, the shape does not."""
    return same(case.input)


@rule("RandomColorDegeneration")
def color_degeneration(case: Case) -> Inference:
    """Unchanged, for images of three channels."""
    shape = case.known_input
    if len(shape) not in (3, 4):
        refuse("rank", f"`{case.short}` takes 3 or 4 axes, the input has {len(shape)}", 4, len(shape))
    axis = len(shape) - 3 if case.channels_first() else len(shape) - 1
    channels = shape[axis]
    if is_integer(channels) and channels != 3:
        refuse("channels", f"`{case.short}` takes 3 channels, the input has {channels}", 3, channels, axis)
    return same(shape)


@rule("Rescaling")
def rescaling(case: Case) -> Inference:
    """Unchanged, unless numbers per channel make it wider."""
    shape = case.input
    for name in ("scale", "offset"):
        items = elements(case[name])
        if items is None:
            continue
        if isinstance(shape, Unknown) or not shape or not is_integer(shape[-1]) or shape[-1] != len(items):
            return same(UNKNOWN)
    return same(shape)


@rule("Resizing", "CenterCrop")
def resizing(case: Case) -> Inference:
    """Height and width replaced."""
    shape = list(case.known_input)
    if len(shape) not in (3, 4):
        if case.short == "CenterCrop":
            refuse("rank", f"`CenterCrop` takes 3 or 4 axes, the input has {len(shape)}", 4, len(shape))
        raise Untold
    start = len(shape) - (2 if case.channels_first() else 3)
    shape[start : start + 2] = [case.integer("height"), case.integer("width")]
    return same(tuple(shape))


@rule("RandomCrop")
def random_crop(case: Case) -> Inference:
    """Height and width replaced."""
    shape = list(case.known_input)
    if len(shape) not in (3, 4):
        raise Untold
    start = len(shape) - (2 if case.channels_first() else 3)
    shape[start : start + 2] = [case.integer("height"), case.integer("width")]
    return same(tuple(shape))


@rule("RandomHeight", "RandomWidth")
def random_size(case: Case) -> Inference:
    """Height or width replaced by a random one (Keras 2)."""
    shape = list(of_rank(case, 4))
    shape[1 if case.short == "RandomHeight" else 2] = None
    return same(tuple(shape))


@rule("Normalization")
def normalization(case: Case) -> Inference:
    """Mean, variance and a counter, none of them trained; no weights when mean and variance are given."""
    shape, value, mean = case.known_input, case["axis"], case["mean"]
    items = () if value is None else (value,) if is_integer(value) else elements(value)
    if items is None or not all(is_integer(axis) for axis in items):
        return Inference(shape, UNKNOWN, fixed=UNKNOWN)
    if len({axis % max(len(shape), 1) for axis in items}) < len(items):
        raise Untold
    sizes: list[Dim] = []
    for axis in items:
        if not -len(shape) <= axis < len(shape):
            refuse("rank", f"axis {axis} does not exist in an input of {len(shape)} axes", abs(axis), len(shape))
        sizes.append(defined(case, shape, axis))
    if mean is not None:
        if isinstance(mean, Unknown):
            return Inference(shape, UNKNOWN, fixed=UNKNOWN)
        if not isinstance(mean, (int, float)):
            raise Untold
        return same(shape)
    count = total(weights(2, *sizes), 1)
    return Inference(shape, count, fixed=count)


def _encoded(shape: tuple[Dim, ...], depth: Count) -> tuple[Dim, ...]:
    """One-hot vectors replace a last axis of size 1, else they become a new one."""
    if not shape:
        return (depth,)
    if isinstance(shape[-1], Unknown):
        raise Untold
    return (*shape[:-1], depth) if shape[-1] == 1 and len(shape) > 1 else (*shape, depth)


@rule("CategoryEncoding")
def category_encoding(case: Case) -> Inference:
    """One number per category."""
    depth, mode, shape = case.integer("num_tokens"), case.told_text("output_mode"), case.known_input
    if is_integer(depth) and depth < 1:
        refuse("other", f"`num_tokens={depth}` is not positive", 1, depth)
    if mode == "one_hot":
        return same(_encoded(shape, depth))
    if mode not in ("multi_hot", "count"):
        raise Untold
    return same((*shape[:-1], depth))


@rule("Discretization")
def discretization(case: Case) -> Inference:
    """Numbers become the index of their bin, or an encoding of it."""
    shape, mode = case.known_input, case.told_text("output_mode")
    if mode == "int":
        return same(shape)
    bins = case["bin_boundaries"]
    items = elements(bins)
    depth = case.integer("num_bins") if bins is None else UNKNOWN if items is None else len(items) + 1
    if mode == "one_hot":
        return same(_encoded(shape, depth))
    if mode not in ("multi_hot", "count") or len(shape) < 2:
        raise Untold
    return same((shape[0], *shape[2:], depth))


@rule("Hashing")
def hashing(case: Case) -> Inference:
    """Values become the index of their bin, or an encoding of it."""
    shape, mode = case.known_input, case.told_text("output_mode")
    if mode == "int":
        return same(shape)
    if mode not in ("one_hot", "multi_hot", "count"):
        raise Untold
    return same((*shape[:-1], case.integer("num_bins")))


def _vocabulary(case: Case) -> Count:
    """Number of tokens where a constant fixes it."""
    return case.integer("max_tokens") if case.flag("pad_to_max_tokens") is True else UNKNOWN


@rule("StringLookup", "IntegerLookup")
def lookup(case: Case) -> Inference:
    """Tokens become their index, or an encoding of it."""
    mode, shape = case.told_text("output_mode"), case.known_input
    if mode == "int":
        return same(shape)
    if mode == "one_hot":
        return same(_encoded(shape, _vocabulary(case)))
    if mode not in ("multi_hot", "count"):
        return Inference((*shape[:-1], UNKNOWN), UNKNOWN)
    return same((*shape[:-1], _vocabulary(case)))


@rule("TextVectorization")
def text_vectorization(case: Case) -> Inference:
    """Text becomes a row of token indices, or one encoding."""
    mode = case.told_text("output_mode")
    if told(case.flag("ragged")):
        raise Untold
    shape: tuple[Dim, ...] = (UNKNOWN,) if isinstance(case.input, Unknown) else case.input
    if len(shape) != 1 and (len(shape) != 2 or mode != "int"):
        raise Untold
    if mode == "int":
        length = case["output_sequence_length"]
        return same((shape[0], length if length is None or is_integer(length) else UNKNOWN))
    if mode not in ("multi_hot", "count"):
        return Inference((shape[0], UNKNOWN), UNKNOWN)
    return same((shape[0], _vocabulary(case)))


@rule("MelSpectrogram")
def mel_spectrogram(case: Case) -> Inference:
    """Audio becomes bins by frames."""
    shape, bins, stride = case.known_input, case.integer("num_mel_bins"), case.positive("sequence_stride")
    if len(shape) not in (1, 2):
        raise Untold
    length = shape[-1]
    frames: Dim = None
    if length is not None:
        frames = UNKNOWN
        if is_integer(length) and is_integer(stride):
            frames = (length + stride + 1) // stride
    return same((*shape[:-1], bins, frames))


@rule("STFTSpectrogram")
def stft_spectrogram(case: Case) -> Inference:
    """Audio becomes frames by frequencies; the kernels are trained weights."""
    frame, step, length = case.positive("frame_length"), case["frame_step"], case["fft_length"]
    mode, first = case.told_text("mode"), case.channels_first()
    if not is_integer(frame) or frame < 2 or mode not in _SPECTRA:
        raise Untold
    stride = frame // 2 if step is None else case.integer("frame_step")
    size = 1 << (frame - 1).bit_length() if length is None else case.integer("fft_length")
    if isinstance(size, Unknown) or isinstance(stride, Unknown) or size < frame or not 1 <= stride <= frame:
        raise Untold
    frequencies = size // 2 + 1
    shape = of_rank(case, 3)
    channels = defined(case, shape, 1 if first else 2)
    steps = slid(case, shape[2 if first else 1], frame, stride, 2 if first else 1)
    count = weights(frame, frequencies, 1 if mode in ("real", "imag") else 2)
    width = frequencies * 2 if mode == "stft" else frequencies
    if told(case.flag("expand_dims")):
        return Inference((shape[0], channels, steps, width) if first else (shape[0], steps, width, channels), count)
    both = times(channels, width)
    return Inference((shape[0], both, steps) if first else (shape[0], steps, both), count)


_SPECTRA = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
