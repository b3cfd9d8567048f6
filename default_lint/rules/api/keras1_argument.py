"""The rule keras1-argument."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety, Severity
from default_lint.program.calls import Renaming
from default_lint.program.types import Argument, Call, Program
from default_lint.rules.api._common import old_arguments, rename
from default_lint.rules.base import Rule
from default_lint.text import Span

_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


class Keras1Argument(Rule):
    """An argument has its name of Keras 1, which Keras 3 refuses.

    ## Why it matters
    Keras 2 renamed most arguments in 2017 and accepted the old names for some years. Keras 3 raises a TypeError or
    ValueError. One of them is worse than an error: `Convolution2D(32, 3, 3)` still runs, and means kernel 3, stride 3.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, nb_epoch=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent in a file that pins Keras 2 or TensorFlow before 2.16, and for the user's own functions.

    ## Fix safety
    Safe where the value means the same under the present name. Where it means something else (`samples_per_epoch`
    counts examples, `steps_per_epoch` counts batches) the present name is only shown.

    ## References
    - [Keras 2 release notes](https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes)
    - [Layer API](https://keras.io/api/layers/)
    """

    name = "keras1-argument"
    code = "API248"
    family = "api"
    severity = Severity.ERROR
    fixable = Safety.SAFE
    tag = "deprecated"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the arguments that a signature of today does not take."""
        for call, argument, renaming in old_arguments(program, "keras1"):
            if argument.keyword is not None:
                message = _message(call, argument, renaming)
                yield self.finding(argument.keyword, message, fixes=_fixes(call, argument, renaming))
            elif argument.name == "nb_row":
                yield from self._kernel(call, argument)

    def _kernel(self, call: Call, rows: Argument) -> Iterator[Finding]:
        columns = call.extra_named("nb_col")
        if columns is None or columns.keyword is not None:
            return
        span = Span(rows.span.start, columns.span.end)
        edits = (Edit(Span(span.start, span.start), "("), Edit(Span(span.end, span.end), ")"))
        yield self.finding(
            span,
            "the second number is the stride in Keras 3, the kernel's width in Keras 1",
            fixes=[Fix("Put the kernel size into one tuple", edits, Safety.SAFE)],
        )


def _message(call: Call, argument: Argument, renaming: Renaming) -> str:
    if not renaming.replacement:
        return f"Keras 3 raises: `{call.short}` has no `{argument.name}`"
    return f"Keras 3 raises: `{argument.name}` of `{call.short}` is `{renaming.replacement}` now"


def _fixes(call: Call, argument: Argument, renaming: Renaming) -> list[Fix]:
    renamed = rename(call, argument, renaming)
    if renamed or renaming.same or not renaming.replacement:
        return renamed
    if argument.name == "dim_ordering" and argument.keyword is not None and argument.value in _ORDERINGS:
        edits = (Edit(argument.keyword, "data_format"), Edit(argument.span, f'"{_ORDERINGS[argument.value]}"'))
        return [Fix(f'Pass `data_format="{_ORDERINGS[argument.value]}"`', edits, Safety.SAFE)]
    return [Fix(f"Pass `{renaming.replacement}`, whose value means something else", (), Safety.SHOWN)]
