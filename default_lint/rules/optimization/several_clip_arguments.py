"""The rule several-clip-arguments."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program
from default_lint.program.values import is_known
from default_lint.rules.base import Rule
from default_lint.rules.optimization._common import optimizer_calls

_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


class SeveralClipArguments(Rule):
    """An optimizer is given more than one way of clipping gradients; Keras raises.

    ## Why it matters
    `clipnorm`, `clipvalue` and `global_clipnorm` exclude each other. Keras raises a ValueError when the optimizer is
    made, before anything is trained.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0, clipvalue=0.5), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    An argument whose value is not known may be None and is not counted.

    ## Fix safety
    Unsafe: which of the two was meant cannot be told; the first one is kept.

    ## References
    - [Keras optimizers](https://keras.io/api/optimizers/)
    """

    name = "several-clip-arguments"
    code = "OPT143"
    family = "optimization"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Count the clip arguments that are certainly set."""
        for call in optimizer_calls(program):
            found = [argument for name in _CLIPS if (argument := call.given(name)) is not None]
            clips = [argument for argument in found if is_known(argument.value) and argument.value is not None]
            if len(clips) < 2:
                continue
            first, second, *_ = sorted(clips, key=lambda argument: argument.span)
            fixes = []
            if second.removal is not None and len(clips) == 2:
                fixes.append(Fix(f"Keep `{first.name}` only", (Edit(second.removal, ""),), Safety.UNSAFE))
            yield self.finding(
                second.keyword or second.span,
                f"`{second.name}` next to `{first.name}`: Keras takes one and raises",
                notes=[Note(f"`{first.name}` is given here", first.keyword or first.span)],
                fixes=fixes,
            )
