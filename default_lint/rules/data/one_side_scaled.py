"""The rule one-side-scaled."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import Array
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.data._common import inputs_of, scaled_apart
from default_lint.text import Span

_WORDS = {"fit": "trained", "validation": "validated", "evaluate": "evaluated", "predict": "used"}


class OneSideScaled(Rule):
    """A model is trained on scaled features and judged on unscaled ones, or the reverse.

    ## Why it matters
    To a model trained on 0..1 an input of 0..255 is nothing it has ever seen. Training looks well and the evaluation is
    at chance, or the reverse, and the search for the reason goes to the model.

    ## Example
    ```python
    import keras

    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train = x_train / 255.0
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x_train, y_train, epochs=20, validation_split=0.1)
    model.evaluate(x_test, y_test)
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
    model.fit(x_train, y_train, epochs=20, validation_split=0.1)
    model.evaluate(x_test, y_test)
    ```

    ## Known limits
    Heard only when both come from the same source and it is certain of both whether they were scaled. Generators that
    do not rescale are the business of generator-without-rescale.

    ## Fix safety
    Shown only: the same scaling belongs on both sides, at the place where it is missing.

    ## References
    - [Common pitfalls, inconsistent preprocessing](https://scikit-learn.org/stable/common_pitfalls.html)
    """

    name = "one-side-scaled"
    code = "DAT229"
    family = "data"
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Finding]:
        """Compare what a model is trained on with what it is judged on."""
        for model in program.models:
            trained = [(array, span) for kind, array, span in inputs_of(model.fits) if kind == "fit"]
            if not trained or len({array.scaling for array, _ in trained if isinstance(array.scaling, str)}) != 1:
                continue
            array, span = trained[-1]
            for kind, other, where in inputs_of(model.uses):
                if kind != "fit" and kind in _WORDS and scaled_apart(array, other):
                    yield self._report(kind, (array, span), (other, where))

    def _report(self, kind: str, trained: tuple[Array, Span], judged: tuple[Array, Span]) -> Finding:
        scaled, raw = (trained, judged) if trained[0].scaling == "scaled" else (judged, trained)
        first = trained[0].scaling == "scaled"
        here = _WORDS[kind]
        return self.finding(
            _missing_place(scaled[0], raw[0], raw[1]),
            f"trained on scaled features, {here} on unscaled ones"
            if first
            else f"trained on unscaled features, {here} on scaled ones",
            notes=[Note("scaled features come in here", scaled[1]), Note("unscaled features come in here", raw[1])],
            fixes=[Fix("Scale both in the same way", (), Safety.SHOWN)],
        )


def _missing_place(scaled: Array, raw: Array, used: Span) -> Span:
    """Where the scaling is missing: behind the last step that both share; else at the scaling of the other."""
    shared = 0
    for one, other in zip(scaled.steps, raw.steps, strict=False):
        if one.name != other.name:
            break
        shared += 1
    if shared and raw.steps[shared - 1].span != scaled.steps[shared - 1].span:
        return raw.steps[shared - 1].span
    return scaled.steps[shared].span if shared < len(scaled.steps) else used
