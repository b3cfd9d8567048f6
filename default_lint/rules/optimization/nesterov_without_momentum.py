"""The rule nesterov-without-momentum."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.types import Program
from default_lint.program.values import is_number
from default_lint.rules.base import Rule
from default_lint.rules.optimization._common import optimizer_calls


class NesterovWithoutMomentum(Rule):
    """`SGD(nesterov=True)` without momentum is plain SGD.

    ## Why it matters
    Nesterov's method looks ahead along the momentum. `SGD` has momentum 0 unless told otherwise, so there is nothing
    to look ahead along: every step is that of plain gradient descent, and Keras says nothing.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.SGD(0.01, nesterov=True), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.SGD(0.01, nesterov=True, momentum=0.9), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent when the momentum or the flag is not known.

    ## Fix safety
    Unsafe: momentum makes the steps larger and changes what is trained.

    ## References
    - [SGD](https://keras.io/api/optimizers/sgd/)
    - [On the importance of initialization and momentum](https://proceedings.mlr.press/v28/sutskever13.html)
    """

    name = "nesterov-without-momentum"
    code = "OPT142"
    family = "optimization"
    fixable = Safety.UNSAFE
    tag = "unnecessary"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at SGD calls with both facts known."""
        for call in optimizer_calls(program):
            flag = call.given("nesterov")
            if call.short != "SGD" or flag is None or flag.value is not True:
                continue
            momentum = call["momentum"]
            if not is_number(momentum) or momentum != 0:
                continue
            given = call.given("momentum")
            edit = call.add_argument("momentum=0.9") if given is None else Edit(given.span, "0.9")
            notes = [] if given is None else [Note("momentum is 0 here", given.span)]
            fix = Fix("Set `momentum=0.9`", (edit,), Safety.UNSAFE)
            message = "`nesterov=True` has no effect with momentum 0"
            yield self.finding(flag.span, message, notes=notes, fixes=[fix])
