"""The rule removed-method."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Safety, Severity
from default_lint.program.types import Call, Model, Program
from default_lint.program.values import is_integer
from default_lint.rules.api._common import meant_for_keras2
from default_lint.rules.base import Rule
from default_lint.rules.shared import failure_expected
from default_lint.text import Document, Span

_PRESENT = {
    "fit_generator": "fit",
    "evaluate_generator": "evaluate",
    "predict_generator": "predict",
    "predict_proba": "predict",
    "predict_classes": "predict",
}
_MODEL_NAME = re.compile(r"model|net|classifier|clf|cnn|rnn|lstm", re.IGNORECASE)
_KERAS_ONLY = ("steps_per_epoch", "samples_per_epoch", "validation_data", "validation_steps", "callbacks", "verbose")


class RemovedMethod(Rule):
    """A method of models that Keras no longer has, such as `fit_generator` or `predict_classes`.

    ## Why it matters
    `fit`, `evaluate` and `predict` take generators and datasets since Keras 2.3; the methods of their own went away.
    So did `predict_classes` and `predict_proba`. In Keras 3 the call raises an AttributeError, often after the model
    has been trained for hours.

    ## Example
    ```python
    import keras
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pixels = ImageDataGenerator(rescale=1 / 255)
    train = pixels.flow_from_directory("train", target_size=(64, 64), class_mode="binary")
    model = keras.Sequential([keras.Input((64, 64, 3)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit_generator(train, epochs=20)
    ```

    ## Use instead
    ```python
    import keras
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pixels = ImageDataGenerator(rescale=1 / 255)
    train = pixels.flow_from_directory("train", target_size=(64, 64), class_mode="binary")
    model = keras.Sequential([keras.Input((64, 64, 3)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Known limits
    Silent for classes that define the method themselves, and in a file that pins Keras 2. Where the model comes from
    elsewhere it has to look like one: by its name, or by arguments that only Keras takes.

    ## Fix safety
    Safe: the same call under its present name; arguments by position get their names, as their order differs.
    `predict_classes` is unsafe: what it becomes depends on the number of units of the output.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "removed-method"
    code = "API249"
    family = "api"
    severity = Severity.ERROR
    fixable = Safety.SAFE
    tag = "deprecated"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at everything that is done to a model."""
        if meant_for_keras2(program):
            return
        for model in program.models:
            for event in model.events:
                call = event.call
                if call is None or call.short not in _PRESENT or not _is_keras(model, call):
                    continue
                if failure_expected(program.document, call.span) or _is_asked_for(program.document, call.short):
                    continue
                certain = model.kind in ("sequential", "functional")
                yield self.finding(
                    call.callee,
                    _message(call.short),
                    confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
                    fixes=_fixes(program.document, model, event.span, call),
                )


def _is_keras(model: Model, call: Call) -> bool:
    """Methods of these names exist on wrappers of other libraries too."""
    if model.kind != "unknown":
        return True
    receiver = call.spelled.rpartition(".")[0]
    return bool(_MODEL_NAME.search(receiver)) or any(call.given(name) or call.extra_named(name) for name in _KERAS_ONLY)


def _is_asked_for(document: Document, name: str) -> bool:
    """True when the source tests whether there is such a method."""
    return re.search(rf"\bhasattr\([^\n]*[\"']{name}[\"']", document.text) is not None


def _message(name: str) -> str:
    if name.endswith("_generator"):
        return f"Keras 3 has no `{name}`: `{_PRESENT[name]}` takes generators"
    return f"Keras 3 has no `{name}`: `predict` gives the probabilities"


def _fixes(document: Document, model: Model, span: Span, call: Call) -> list[Fix]:
    present = _PRESENT[call.short]
    rename = Edit(call.callee, present)
    if call.short == "predict_proba":
        return [Fix("Call `predict`", (rename,), Safety.SAFE)]
    if call.short == "predict_classes":
        return _classes(model, span, rename)
    edits = [rename]
    others = [item for item in call.arguments.values() if item.given and item.keyword is None]
    for argument in sorted(others, key=lambda item: item.span)[1:]:
        edits.append(Edit(Span(argument.span.start, argument.span.start), f"{argument.name}="))
    source = call.given("generator")
    if source is not None and source.keyword is not None:
        edits.append(Edit(source.keyword, "x"))
    doubtful = call.spread or (len(edits) > 1 and any(item.keyword is not None for item in call.extra))
    return [Fix(f"Call `{present}`", tuple(edits), Safety.UNSAFE if doubtful else Safety.SAFE)]


def _classes(model: Model, span: Span, rename: Edit) -> list[Fix]:
    """What `predict_classes` did: a threshold on one unit, the largest of several."""
    heads = model.output_layers()
    units = heads[0].units if len(heads) == 1 else None
    start, end = Span(span.start, span.start), Span(span.end, span.end)
    if is_integer(units) and units == 1:
        edits = (Edit(start, "("), rename, Edit(end, ' > 0.5).astype("int32")'))
        return [Fix("Compare the probability with 0.5", edits, Safety.UNSAFE)]
    if is_integer(units):
        return [Fix("Take the class of the largest", (rename, Edit(end, ".argmax(axis=-1)")), Safety.UNSAFE)]
    several = "Several units: take the class of the largest, `model.predict(x).argmax(axis=-1)`"
    one = 'One unit: compare the probability with 0.5, `(model.predict(x) > 0.5).astype("int32")`'
    return [Fix(several, (), Safety.SHOWN), Fix(one, (), Safety.SHOWN)]
