"""The rule legacy-decay-argument."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety
from default_lint.program.types import Argument, Call, Program
from default_lint.program.values import is_number
from default_lint.rules.base import Rule
from default_lint.rules.optimization._common import optimizer_calls


class LegacyDecayArgument(Rule):
    """An optimizer is given `decay`, which Keras 3 ignores and TensorFlow 2.11 to 2.15 refuses.

    ## Why it matters
    The learning rate was meant to fall during training and now stays constant: Keras 3 only warns once that the
    argument is ignored. A learning rate schedule says the same and is obeyed.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    sgd = keras.optimizers.SGD(learning_rate=0.01, decay=1e-6)
    model.compile(optimizer=sgd, loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    sgd = keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.01, 1, 1e-6))
    model.compile(optimizer=sgd, loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent for `optimizers.legacy`, which still takes `decay`. The schedule is offered when the optimizer is written
    with its module, so that no import is needed.

    ## Fix safety
    Unsafe: the schedule brings back the falling rate that Keras 3 ignores, so other weights are trained. Removing
    `decay=0` is safe.

    ## References
    - [InverseTimeDecay](https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/)
    - [Keras optimizers](https://keras.io/api/optimizers/)
    """

    name = "legacy-decay-argument"
    code = "OPT140"
    family = "optimization"
    fixable = Safety.UNSAFE
    tag = "unnecessary"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the arguments that optimizers no longer take."""
        for call in optimizer_calls(program):
            argument = call.extra_named("decay")
            if argument is None or argument.keyword is None:
                continue
            message = f"`{call.short}` has no `decay` in Keras 3: it is ignored, the rate stays constant"
            if argument.value == 0:
                message = f"`{call.short}` has no `decay` in Keras 3"
            yield self.finding(argument.keyword, message, fixes=list(_fixes(program, call, argument)))


def _fixes(program: Program, call: Call, decay: Argument) -> Iterator[Fix]:
    assert decay.keyword is not None
    prefix = call.spelled.rpartition(".")[0]
    rate = call.given("learning_rate")
    old = call.extra_named("lr")
    nothing = is_number(decay.value) and decay.value == 0
    known_schedule = isinstance(rate.value, Call) if rate is not None else True
    if not nothing and not known_schedule and prefix and rate is not None and decay.removal is not None and old is None:
        text = f"{prefix}.schedules.InverseTimeDecay({program.document[rate.span]}, 1, {program.document[decay.span]})"
        if "optimizers" in prefix:
            edits = (Edit(rate.span, text), Edit(decay.removal, ""))
            yield Fix("Replace with an `InverseTimeDecay` schedule", edits, Safety.UNSAFE)
    if decay.removal is not None:
        safety = Safety.SAFE if nothing else Safety.UNSAFE
        yield Fix("Remove `decay`", (Edit(decay.removal, ""),), safety)
