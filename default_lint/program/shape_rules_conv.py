"""Shape rules of convolution and pooling layers."""

from __future__ import annotations

from default_lint.program.shape_rules import (
    Case,
    Count,
    Inference,
    Untold,
    defined,
    of_rank,
    refuse,
    rule,
    told,
    total,
    weights,
    when,
)
from default_lint.program.values import UNKNOWN, Dim, Shape, Unknown, is_integer


def _dilated(kernel: Count, dilation: Count) -> Count:
    """Cells that a dilated kernel spans."""
    if isinstance(kernel, Unknown) or isinstance(dilation, Unknown):
        return kernel if kernel == 1 else UNKNOWN
    return dilation * (kernel - 1) + 1


def _window(size: Dim, kernel: Count, stride: Count, padding: str | Unknown) -> Dim:
    """Positions of a window of `kernel` cells along an axis; 0 when it does not fit."""
    if size is None:
        return None
    if isinstance(padding, Unknown) or isinstance(size, Unknown) or isinstance(stride, Unknown):
        return UNKNOWN
    if padding != "valid":
        return (size - 1) // stride + 1
    if isinstance(kernel, Unknown):
        return UNKNOWN
    return max((size - kernel) // stride + 1, 0)


def _padding(case: Case, *allowed: str) -> str | Unknown:
    value = case.text("padding")
    if isinstance(value, Unknown):
        return UNKNOWN
    lowered = value.lower() if value is not None else ""
    if lowered not in allowed:
        refuse("other", f"`padding={value!r}` does not exist for `{case.short}`")
    return lowered


def _spatial(shape: tuple[Dim, ...], first: bool) -> tuple[Dim, ...]:
    return shape[2:] if first else shape[1:-1]


def _assemble(batch: Dim, spatial: tuple[Dim, ...], channels: Dim, first: bool) -> Shape:
    return (batch, channels, *spatial) if first else (batch, *spatial, channels)


def convolved(
    case: Case, shape: tuple[Dim, ...], first: bool, *, allowed: tuple[str, ...], least_stride: int = 1
) -> tuple[Dim, ...]:
    """Spatial axes after a convolution with the arguments of `case`."""
    rank = case.rank
    kernels = case.sizes("kernel_size", rank)
    strides = case.sizes("strides", rank, least=least_stride)
    dilations = case.sizes("dilation_rate", rank)
    padding = _padding(case, *allowed)
    result: list[Dim] = []
    for index, size in enumerate(_spatial(shape, first)):
        if strides[index] == 0:
            raise Untold
        span = _dilated(kernels[index], dilations[index])
        after = _window(size, span, strides[index], padding)
        if after == 0 and is_integer(size) and is_integer(span):
            kind = "kernel" if kernels[index] == span else "vanishes"
            axis = index + (2 if first else 1)
            refuse(kind, f"a kernel of {span} does not fit into {size}", span, size, axis)
        result.append(after)
    return tuple(result)


def slid(case: Case, size: Dim, kernel: int, stride: int, axis: int) -> Dim:
    """Positions of a window of plain numbers along one axis, by the `padding` of `case`."""
    after = _window(size, kernel, stride, _padding(case, "valid", "same"))
    if after == 0 and is_integer(size):
        refuse("kernel", f"a frame of {kernel} does not fit into {size}", kernel, size, axis)
    return after


def strides_or_dilation(case: Case, least_stride: int = 1) -> None:
    """Refuse strides above 1 together with dilation above 1."""
    strides = case.sizes("strides", case.rank, least=least_stride)
    dilations = case.sizes("dilation_rate", case.rank)
    if any(is_integer(item) and item > 1 for item in strides) and any(
        is_integer(item) and item > 1 for item in dilations
    ):
        refuse("other", "`strides` and `dilation_rate` are both above 1")


def _allowed(case: Case) -> tuple[str, ...]:
    return ("valid", "same", "causal") if case.rank == 1 else ("valid", "same")


@rule("Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D")
def convolution(case: Case) -> Inference:
    """Kernel by input channels by filters."""
    rank, filters, groups = case.rank, case.positive("filters"), case.positive("groups")
    strides_or_dilation(case)
    if is_integer(filters) and is_integer(groups) and filters % groups:
        refuse("channels", f"{filters} filters do not divide into {groups} groups", groups, filters)
    first = case.channels_first()
    shape = of_rank(case, rank + 2)
    channel_axis = 1 if first else rank + 1
    channels = defined(case, shape, channel_axis)
    if is_integer(channels) and is_integer(groups) and channels % groups:
        refuse("channels", f"{channels} channels do not divide into {groups} groups", groups, channels, channel_axis)
    spatial = convolved(case, shape, first, allowed=_allowed(case))
    per_group = channels // groups if is_integer(channels) and is_integer(groups) else UNKNOWN
    count = total(
        weights(*case.sizes("kernel_size", rank), per_group, filters),
        when(case.flag("use_bias"), filters),
        0 if case.arguments.get("lora_rank") is None else UNKNOWN,
    )
    return Inference(_assemble(shape[0], spatial, filters, first), count)


@rule("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise_convolution(case: Case) -> Inference:
    """One kernel per channel and multiplier."""
    rank, multiplier = case.rank, case.positive("depth_multiplier")
    first = case.channels_first()
    shape = of_rank(case, rank + 2)
    channels = defined(case, shape, 1 if first else rank + 1)
    spatial = convolved(case, shape, first, allowed=("valid", "same"))
    filters = weights(channels, multiplier)
    count = total(weights(*case.sizes("kernel_size", rank), filters), when(case.flag("use_bias"), filters))
    return Inference(_assemble(shape[0], spatial, filters, first), count)


@rule("SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D")
def separable_convolution(case: Case) -> Inference:
    """A depthwise kernel, then one by one."""
    rank, filters, multiplier = case.rank, case.positive("filters"), case.positive("depth_multiplier")
    first = case.channels_first()
    shape = of_rank(case, rank + 2)
    channels = defined(case, shape, 1 if first else rank + 1)
    spatial = convolved(case, shape, first, allowed=("valid", "same"))
    depthwise = weights(*case.sizes("kernel_size", rank), channels, multiplier)
    pointwise = weights(channels, multiplier, filters)
    count = total(depthwise, pointwise, when(case.flag("use_bias"), filters))
    return Inference(_assemble(shape[0], spatial, filters, first), count)


def _enlarged(size: Dim, kernel: Count, stride: Count, extra: Count | None, padding: str | Unknown) -> Dim:
    if size is None:
        return None
    if isinstance(size, Unknown) or isinstance(stride, Unknown) or isinstance(padding, Unknown):
        return UNKNOWN
    if padding == "same" and extra is None:
        return size * stride
    if isinstance(kernel, Unknown) or isinstance(extra, Unknown):
        return UNKNOWN
    if padding == "same":
        return (size - 1) * stride + kernel % 2 + (extra or 0)
    return (size - 1) * stride + kernel + (max(stride - kernel, 0) if extra is None else extra)


@rule(
    *(f"{stem}{rank}DTranspose" for stem in ("Conv", "Convolution") for rank in (1, 2, 3)),
)
def transposed_convolution(case: Case) -> Inference:
    """The reverse of a convolution."""
    rank, filters = case.rank, case.positive("filters")
    kernels, strides = case.sizes("kernel_size", rank), case.sizes("strides", rank)
    dilations, padding = case.sizes("dilation_rate", rank), _padding(case, "valid", "same")
    strides_or_dilation(case)
    extras: tuple[Count | None, ...] = (None,) * rank
    if case["output_padding"] is not None:
        extras = case.sizes("output_padding", rank, least=0)
        for extra, stride in zip(extras, strides, strict=True):
            if is_integer(extra) and is_integer(stride) and extra >= stride:
                refuse("other", f"`output_padding={extra}` is not below `strides={stride}`", stride, extra)
    first = case.channels_first()
    shape = of_rank(case, rank + 2)
    channels = defined(case, shape, 1 if first else rank + 1)
    spatial = tuple(
        _enlarged(size, _dilated(kernel, dilation), stride, extra, padding)
        for size, kernel, stride, dilation, extra in zip(
            _spatial(shape, first), kernels, strides, dilations, extras, strict=True
        )
    )
    count = total(weights(*kernels, filters, channels), when(case.flag("use_bias"), filters))
    return Inference(_assemble(shape[0], spatial, filters, first), count)


@rule(
    *(
        f"{kind}{stem}{rank}D"
        for kind, stem in (("Max", "Pool"), ("Max", "Pooling"), ("Avg", "Pool"), ("Average", "Pooling"))
        for rank in (1, 2, 3)
    )
)
def pooling(case: Case) -> Inference:
    """One value per window."""
    rank = case.rank
    pools = case.sizes("pool_size", rank)
    strides = pools if case["strides"] is None else case.sizes("strides", rank)
    padding = case.text("padding")
    if padding is None or (isinstance(padding, str) and padding not in ("valid", "same")):
        refuse("other", f"`padding={padding!r}` does not exist for `{case.short}`")
    first = case.channels_first()
    shape = of_rank(case, rank + 2)
    spatial: list[Dim] = []
    for index, size in enumerate(_spatial(shape, first)):
        pool = pools[index]
        after = _window(size, pool, strides[index], padding)
        if after == 0 and is_integer(size) and is_integer(pool):
            refuse("vanishes", f"a pool of {pool} does not fit into {size}", pool, size, index + (2 if first else 1))
        spatial.append(after)
    return Inference(_assemble(shape[0], tuple(spatial), shape[1 if first else -1], first), 0)


@rule(
    *(
        f"Global{kind}{stem}{rank}D"
        for kind, stem in (("Max", "Pool"), ("Max", "Pooling"), ("Avg", "Pool"), ("Average", "Pooling"))
        for rank in (1, 2, 3)
    )
)
def global_pooling(case: Case) -> Inference:
    """One value per channel."""
    first = case.channels_first()
    shape = of_rank(case, case.rank + 2)
    channels = shape[1 if first else -1]
    if told(case.flag("keepdims")):
        return Inference(_assemble(shape[0], (1,) * case.rank, channels, first), 0)
    return Inference((shape[0], channels), 0)


@rule(*(f"Adaptive{kind}Pooling{rank}D" for kind in ("Average", "Max") for rank in (1, 2, 3)))
def adaptive_pooling(case: Case) -> Inference:
    """As many windows as `output_size` asks for."""
    rank = case.rank
    first = case.channels_first()
    shape = case.known_input
    if len(shape) != rank + 2:
        raise Untold
    return Inference(_assemble(shape[0], case.sizes("output_size", rank), shape[1 if first else -1], first), 0)


def kernel_columns(case: Case) -> Dim:
    """Last axis of the kernel of a convolution, which SpectralNormalization copies."""
    if "Transpose" in case.name:
        return case.known_input[1 if case.channels_first() else -1]
    return case.integer("depth_multiplier" if "Depthwise" in case.name else "filters")
