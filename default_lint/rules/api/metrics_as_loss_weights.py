"""The rule metrics-as-loss-weights."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety, Severity
from default_lint.program.types import Argument, Call, Program
from default_lint.program.values import Reference, Value
from default_lint.rules.api._common import meant_for_keras2
from default_lint.rules.base import Rule
from default_lint.text import Span

_HOMES = ("keras.metrics.", "keras.losses.")


class MetricsAsLossWeights(Rule):
    """Metrics are passed to `compile` third, where Keras 3 takes the weights of the losses.

    ## Why it matters
    Until Keras 2 the third argument of `compile` was `metrics`; in Keras 3 it is `loss_weights`, and `metrics` the
    fourth. A list of names is then multiplied with the loss, and `fit` raises an error about a dtype "string", far from
    its cause.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent in a file that pins Keras 2 or TensorFlow before 2.16, and when the value is not seen to hold a name or a
    metric.

    ## Fix safety
    Safe: the program raises as it is.

    ## References
    - [compile](https://keras.io/api/models/model_training_apis/)
    """

    name = "metrics-as-loss-weights"
    code = "API253"
    family = "api"
    severity = Severity.ERROR
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at what `compile` is given third."""
        if meant_for_keras2(program):
            return
        for model in program.models:
            for event in model.compiles:
                argument = event.call.given("loss_weights") if event.call is not None else None
                if event.call is None or argument is None or not _holds_metrics(argument.value):
                    continue
                message = "Keras 3 takes this for `loss_weights`, and `fit` raises"
                yield self.finding(argument.span, message, fixes=_fixes(event.call, argument))


def _holds_metrics(value: Value) -> bool:
    parts = value if isinstance(value, list | tuple) else [value]
    return any(
        isinstance(part, str) or (isinstance(part, Call | Reference) and part.name.startswith(_HOMES)) for part in parts
    )


def _fixes(call: Call, argument: Argument) -> list[Fix]:
    """Name the argument: where it is the last positional one, and `metrics` is not given yet."""
    later = [
        other
        for other in call.arguments.values()
        if other.given and other.keyword is None and other.span.start > argument.span.start
    ]
    # The span of a tuple leaves out its parentheses.
    if later or call.given("metrics") is not None or isinstance(argument.value, tuple):
        return [Fix("Pass it as `metrics`", (), Safety.SHOWN)]
    if argument.keyword is not None:
        return [Fix("Rename to `metrics`", (Edit(argument.keyword, "metrics"),), Safety.SAFE)]
    start = argument.span.start
    return [Fix("Pass it as `metrics=`", (Edit(Span(start, start), "metrics="),), Safety.SAFE)]
