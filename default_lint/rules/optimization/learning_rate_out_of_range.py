"""The rule learning-rate-out-of-range."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Safety, Severity
from default_lint.program.types import Argument, Call, Compile, Model, Program
from default_lint.program.values import is_integer, is_number
from default_lint.rules.base import Rule
from default_lint.rules.optimization._common import initial_rate, optimizer_calls, replace_rate
from default_lint.rules.shared import in_test
from default_lint.rules.timeline import changes_rate, is_number_literal, is_pretrained

_ADAPTIVE = ("Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Lion")
_LARGEST = {**dict.fromkeys(_ADAPTIVE, 0.05), "SGD": 1.0, "Adagrad": 1.0, "Adadelta": 1.0, "Ftrl": 1.0}
_SMALLEST = {**dict.fromkeys(_ADAPTIVE, 1e-6), "SGD": 1e-8}
_USUAL = {"SGD": "1e-3 to 1e-1", "Adagrad": "1e-3 to 1e-1", "Adadelta": "1e-3 to 1", "Ftrl": "1e-3 to 1e-1"}
_DEFAULT = {"SGD": "0.01", "Adadelta": "1.0"}
_FINE_TUNING = 1e-9  # below this, float32 weights of ordinary size no longer move


class LearningRateOutOfRange(Rule):
    """The learning rate is far outside the range in which the optimizer trains.

    ## Why it matters
    The learning rate scales every step. Far too large, each step jumps past the minimum: the loss explodes or all
    outputs saturate at once. Far too small, the weights hardly leave their random start. Zero never trains, and a
    negative rate climbs the loss.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1.0), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    The range depends on the optimizer; small rates are accepted where a model may be pretrained, and large ones for
    a single layer, for very small models and for SGD with clipped gradients. Silent when the rate is unknown, or set
    by a callback or an assignment, and for optimizers of custom training loops unless the rate is zero or negative.

    ## Fix safety
    Unsafe: another rate trains another model.

    ## References
    - [Keras optimizers](https://keras.io/api/optimizers/)
    - [Practical recommendations for gradient-based training](https://arxiv.org/abs/1206.5533)
    """

    name = "learning-rate-out-of-range"
    code = "OPT138"
    family = "optimization"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Judge the rates of compiled optimizers; zero and negative ones anywhere."""
        if changes_rate(program):
            return
        for call in optimizer_calls(program):
            argument = call.given("learning_rate")
            if argument is not None and is_number(argument.value) and argument.value <= 0:
                effect = "nothing trains" if argument.value == 0 else "every step climbs the loss"
                text = f"learning rate {argument.value:g}: {effect}"
                yield self._finding(program, call, argument, text, certain=True)
        for model in program.models:
            for compiled in model.compiles:
                yield from self._compiled(program, model, compiled)

    def _compiled(self, program: Program, model: Model, compiled: Compile) -> Iterator[Finding]:
        call = compiled.optimizer.call if compiled.optimizer is not None else None
        if call is None or in_test(program.document, call.span):
            return
        argument = initial_rate(call)
        if argument is None or not is_number(argument.value) or argument.value <= 0:
            return
        rate, name = argument.value, call.short
        text = f"learning rate {rate:g}, usual {_USUAL.get(name, '1e-4 to 1e-2')} for `{name}`"
        if _too_large(model, call, rate):
            yield self._finding(program, call, argument, text, certain=rate >= 20 * _LARGEST[name])
        elif _too_small(model, compiled, name, rate):
            yield self._finding(program, call, argument, text)

    def _finding(
        self, program: Program, call: Call, argument: Argument, message: str, certain: bool = False
    ) -> Finding:
        fixes = []
        if is_number_literal(program.document, argument.span):
            fixes.append(replace_rate(argument.span, _DEFAULT.get(call.short, "1e-3")))
        never = is_number(argument.value) and argument.value <= 0
        return self.finding(
            argument.span,
            message,
            fixes=fixes,
            severity=Severity.ERROR if never else None,
            confidence=Confidence.HIGH if certain else None,
        )


def _too_large(model: Model, call: Call, rate: float) -> bool:
    limit = _LARGEST.get(call.short)
    if limit is None:
        return False
    size = model.parameters
    if is_integer(size) and size < 100:
        return rate > 20 * limit  # toy problems such as XOR learn with any rate
    if model.complete and sum(layer.parameters != 0 for layer in model.layers) < 2:  # a convex problem
        return rate >= 1.0 if call.short in _ADAPTIVE else rate > 5 * limit
    if call.short != "SGD":
        return rate > limit
    if call.spread or any(call.given(name) for name in ("clipnorm", "clipvalue", "global_clipnorm")):
        return rate > 20 * limit
    momentum = call["momentum"]
    if is_number(momentum) and 0 < momentum < 1 and rate / (1 - momentum) >= 5 * limit:
        return True
    return rate >= limit


def _too_small(model: Model, compiled: Compile, name: str, rate: float) -> bool:
    limit = _SMALLEST.get(name)
    if limit is None:
        return False
    trained_before = any(fit.order < compiled.order for fit in model.fits)
    return rate < (_FINE_TUNING if trained_before or is_pretrained(model) else limit)
