"""The rule evaluation-on-training-data."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Note, Severity
from default_lint.program.types import Fit, Program
from default_lint.rules.base import Rule
from default_lint.rules.hyperparameter._common import plain_text, same_rows, source_argument, source_span
from default_lint.rules.timeline import has_validation
from default_lint.text import Document


class EvaluationOnTrainingData(Rule):
    """The model is evaluated on the data it was trained on, and on no others.

    ## Why it matters
    The score tells how well the model remembers, not how well it will do on new examples: a model that has learned
    everything by heart scores best.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20)
    print(model.evaluate(x, y))
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x[:800], y[:800], epochs=20)
    print(model.evaluate(x[800:], y[800:]))
    ```

    ## Known limits
    Information only. Silent when the model is validated or evaluated on other data as well.

    ## Fix safety
    No fix: which data to hold back is a choice.

    ## References
    - [Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    name = "evaluation-on-training-data"
    code = "HYP165"
    family = "hyperparameter"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, program: Program) -> Iterator[Finding]:
        """Compare every evaluation of a model with its fits."""
        for model in program.models:
            if not model.fits or any(has_validation(fit) is not False for fit in model.fits):
                continue
            evaluations = [use for use in model.uses if use.kind == "evaluate"]
            pairs = [(use, _fit_on(program.document, model.fits, use)) for use in evaluations]
            if any(fit is None for _, fit in pairs):
                continue
            for use, fit in pairs:
                note = Note("trained on the same examples", source_span(fit)) if fit is not None else None
                message = "evaluated on the training data only"
                yield self.finding(source_span(use), message, notes=[note] if note is not None else [])


def _fit_on(document: Document, fits: tuple[Fit, ...], use: Fit) -> Fit | None:
    """The fit that trained on the examples of this evaluation."""
    for fit in fits:
        one, other = source_argument(use), source_argument(fit)
        if fit.order > use.order or one is None or other is None:
            continue
        text = plain_text(document, one.span)
        if same_rows(use.x, fit.x) or (text and text == plain_text(document, other.span)):
            return fit
    return None
