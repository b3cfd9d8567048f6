"""The rule legacy-lr-argument."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.optimization._common import optimizer_calls


class LegacyLrArgument(Rule):
    """An optimizer is given `lr`; Keras 3 raises, TensorFlow 2.11 to 2.15 trains with the default rate.

    ## Why it matters
    The argument was renamed to `learning_rate` years ago. Keras 3 refuses the old name. Keras 2.11 to 2.15 only logged
    a line and ignored the value, so that every run silently used the default rate.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(lr=1e-4), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-4), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent for `optimizers.legacy`, which still takes `lr`, and for the user's own optimizers.

    ## Fix safety
    Safe: the same value under its present name. Offered only when `learning_rate` is not given as well.

    ## References
    - [Keras optimizers](https://keras.io/api/optimizers/)
    - [TensorFlow 2.11 release notes, new optimizers](https://github.com/tensorflow/tensorflow/releases/tag/v2.11.0)
    """

    name = "legacy-lr-argument"
    code = "OPT139"
    family = "optimization"
    severity = Severity.ERROR
    fixable = Safety.SAFE
    tag = "deprecated"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the arguments that optimizers no longer take."""
        for call in optimizer_calls(program):
            argument = call.extra_named("lr")
            if argument is None or argument.keyword is None:
                continue
            fixes = []
            rate = call.given("learning_rate")
            if rate is None or rate.span == argument.span:
                edit = Edit(argument.keyword, "learning_rate")
                fixes.append(Fix("Rename to `learning_rate`", (edit,), Safety.SAFE))
            message = f"`{call.short}` takes `learning_rate`, Keras 3 raises on `lr`"
            yield self.finding(argument.keyword, message, fixes=fixes)
