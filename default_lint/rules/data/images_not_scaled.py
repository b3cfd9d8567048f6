"""The rule images-not-scaled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety
from default_lint.program.data_values import Array, Dataset
from default_lint.program.types import Call, Fit, Program
from default_lint.rules.base import Rule
from default_lint.rules.data._common import features, inputs_of, scaled_apart
from default_lint.rules.data._pixels import Meeting, raw_meeting
from default_lint.text import Document, Span

_TARGETS = re.compile(r"\s*\(?\(\s*(\w+)\s*,\s*\w+\s*\),\s*\(\s*(\w+)\s*,\s*\w+\s*\)\)?\s*=")


class ImagesNotScaled(Rule):
    """Pixels 0..255 reach the weights of a model unscaled.

    ## Why it matters
    Initial weights and learning rates are made for inputs around -1..1. Inputs up to 255 give large activations and
    gradients from the first step: training is slow, stuck at once, or ends in NaN.

    ## Example
    ```python
    import keras

    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x_train, y_train, epochs=20, validation_data=(x_test, y_test))
    ```

    ## Use instead
    ```python
    import keras

    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = x_train / 255.0, x_test / 255.0
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x_train, y_train, epochs=20, validation_data=(x_test, y_test))
    ```

    ## Known limits
    Silent when anything in front may scale: a Rescaling or Normalization layer, a Lambda, a layer or function of the
    user's, and when a normalization follows the first weights directly. Only images whose range is known are judged.

    ## Fix safety
    Unsafe: it changes what is trained.

    ## References
    - [Rescaling layer](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/)
    - [MNIST digits](https://keras.io/api/datasets/mnist/)
    """

    name = "images-not-scaled"
    code = "DAT226"
    family = "data"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at what every model is trained on."""
        for model in program.models:
            meeting = None
            for fit in model.fits:
                images = features(fit.x)
                if not isinstance(images, Array) or not images.images or images.scaling != "raw":
                    continue
                if any(scaled_apart(images, other) for _, other, _ in inputs_of(model.uses)):
                    continue  # one-side-scaled says it
                meeting = meeting or raw_meeting(model)
                if meeting is not None:
                    yield self._report(program, fit, images, meeting)

    def _report(self, program: Program, fit: Fit, images: Array, meeting: Meeting) -> Finding:
        loaded = _loader(program, fit, images)
        given = fit.call.given("x") if fit.call is not None else None
        used = given.span if given is not None else fit.span
        notes = [Note("the pixels come in here", used)] if loaded is not None else []
        if meeting.pretrained:
            message = f"`{meeting.layer.short}` was trained on scaled pixels, these are 0..255"
        else:
            message = f"pixels 0..255 reach `{meeting.layer.short}` unscaled"
            notes.append(Note("the first weights they meet", meeting.layer.call.callee))
        place = loaded.callee if loaded is not None else used
        cast = next((step for step in images.steps if step.name.rpartition(".")[2] in ("astype", "cast")), None)
        if loaded is not None and cast is not None and loaded.span.end < cast.span.start:
            place = cast.span  # where most people divide
            notes.append(Note("loaded here", loaded.callee))
        return self.finding(
            place,
            message,
            notes=notes,
            fixes=_fixes(program.document, loaded, images, meeting),
            confidence=Confidence.MEDIUM if meeting.pretrained else Confidence.HIGH,
        )


def _loader(program: Program, fit: Fit, images: Array) -> Call | None:
    """The call that brings the images."""
    if isinstance(fit.x, Dataset) and fit.x.maker is not None and fit.x.maker.short.endswith("_from_directory"):
        return fit.x.maker
    return next(program.calls_of(f"{images.source}.load_data"), None) if images.source else None


def _fixes(document: Document, loaded: Call | None, images: Array, meeting: Meeting) -> list[Fix]:
    if meeting.pretrained:
        return [Fix("Apply the `preprocess_input` of that network", (), Safety.SHOWN)]
    title = "Divide the pixels by 255"
    if loaded is not None and loaded.short == "load_data":
        line = document.line_span(loaded.span.start)
        targets = _TARGETS.match(document[Span(line.start, loaded.span.start)])
        if targets is not None and not document[Span(loaded.span.end, line.end)].split("#")[0].strip():
            indent = document[line][: len(document[line]) - len(document[line].lstrip())]
            names = [name for name in targets.groups() if name.strip("_")]
            text = f"\n{indent}{', '.join(names)} = {', '.join(f'{name} / 255.0' for name in names)}"
            return [Fix(title, (Edit(Span(line.end, line.end), text),), Safety.UNSAFE)]
    return [Fix(f"{title}, or put `Rescaling(1 / 255)` first", (), Safety.SHOWN)]
