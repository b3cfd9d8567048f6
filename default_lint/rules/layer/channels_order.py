"""The rule channels-order."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety
from default_lint.program.types import Argument, Layer, Model, Program
from default_lint.program.values import Shape, Unknown, is_integer
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import declaration, place
from default_lint.text import Span

_SPATIAL = frozenset("Conv2D SeparableConv2D DepthwiseConv2D MaxPooling2D AveragePooling2D MaxPool2D".split())
_LEAST = 16


class ChannelsOrder(Rule):
    """The input puts the channels first, the convolution takes them last.

    ## Why it matters
    Keras takes images as (height, width, channels) unless told otherwise. An input of (3, 224, 224) is read as an
    image of 3 by 224 pixels with 224 channels: the kernel slides over the colors, and large kernels do not fit.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(3, 64, 64)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(64, 64, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    ```

    ## Known limits
    Only 1 or 3 channels before two equal sizes of 16 or more. Silent where the source mentions `channels_first` or
    sets the image data format, and for windows of one row, as signals take them.

    ## Fix safety
    Unsafe: the data needs the other order too.

    ## References
    - [Conv2D layer](https://keras.io/api/layers/convolution_layers/convolution2d/)
    """

    name = "channels-order"
    code = "LAY194"
    family = "layer"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the first spatial layer of every model."""
        for model in program.models:
            for layer, found, size in channels_first(program, model):
                yield self._report(program, layer, found, size)

    def _report(self, program: Program, layer: Layer, found: Argument, size: tuple[int, int]) -> Finding:
        channels, side = size
        message = f"`{layer.short}` reads this as {channels} x {side} pixels with {side} channels"
        inside = program.document[found.span].strip("()")
        fix = Fix(f"Declare ({side}, {side}, {channels})", (), Safety.SHOWN)
        numbers = [part.strip() for part in inside.split(",")]
        if len(numbers) == 3 and "\n" not in inside and "[" not in inside:
            start = found.span.start + program.document[found.span].index(inside)
            order = ", ".join((*numbers[1:], numbers[0]))
            fix = Fix(fix.title, (Edit(Span(start, start + len(inside)), order),), Safety.UNSAFE)
        notes = (Note("channels come last here", place(layer)),)
        return self.finding(found.span, message, notes=notes, fixes=(fix,))


def channels_first(program: Program, model: Model) -> Iterator[tuple[Layer, Argument, tuple[int, int]]]:
    """The layers that read channels as rows: where the input is declared, its channels and its side."""
    text = program.document.text
    if "channels_first" in text or "image_data_format" in text:
        return
    for layer in model.layers:
        judged = layer.short in _SPATIAL and layer.inputs and not _slides_along_one_axis(layer)
        size = _reversed(layer.inputs[0]) if judged else None
        found = declaration(program, model, layer) if size is not None else None
        if size is not None and found is not None:
            yield layer, found, size


def _slides_along_one_axis(layer: Layer) -> bool:
    """True for a window of one row, as signals in an array of height 1 take it."""
    call = layer.call
    window = call["kernel_size"] if "kernel_size" in call.arguments else call["pool_size"]
    return isinstance(window, (tuple, list)) and len(window) == 2 and window[0] == 1 and window[1] != 1


def _reversed(shape: Shape) -> tuple[int, int] | None:
    """Channels and side of an image with its channels first."""
    if isinstance(shape, Unknown) or len(shape) != 4:
        return None
    channels, height, width = shape[1:]
    if not is_integer(channels) or not is_integer(height) or not is_integer(width):
        return None
    return (channels, height) if channels in (1, 3) and height == width >= _LEAST else None
