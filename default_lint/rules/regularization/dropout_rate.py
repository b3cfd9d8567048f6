"""The rule dropout-rate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Safety, Severity
from default_lint.program.types import Argument, Call, Program
from default_lint.program.values import is_number
from default_lint.rules.base import Rule
from default_lint.rules.shared import failure_expected
from default_lint.rules.timeline import is_number_literal

_LAYERS = "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout".split()
_KEEP = 0.8
_COMPLEMENT = re.compile(r"1(\.0*)?\s*-")


class DropoutRate(Rule):
    """The dropout rate is no fraction to drop: outside 0 to 1, all, or rather what is to be kept.

    ## Why it matters
    `rate` is the fraction of values that is set to 0 in training. Outside 0 to 1 Keras raises, 1 drops everything.
    Rates of 0.8 and more usually come from `keep_prob` of TensorFlow 1, the fraction to keep: 4 of 5 values are lost.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(16,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(50),
            layers.Dense(1),
        ]
    )
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(16,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1),
        ]
    )
    ```

    ## Known limits
    A rate of 0.8 or 0.9 may be meant: that is reported at medium confidence, and not at all for
    `1 - keep` or one of several rates that are tried.

    ## Fix safety
    Unsafe: it changes what is trained.

    ## References
    - [Dropout layer](https://keras.io/api/layers/regularization_layers/dropout/)
    """

    name = "dropout-rate"
    code = "REG215"
    family = "regularization"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every dropout layer."""
        for call in program.calls_of(*(f"keras.layers.{name}" for name in _LAYERS)):
            argument = call.given("rate")
            if argument is None or not is_number(argument.value):
                continue
            if not 0 <= argument.value < 1:
                if failure_expected(program.document, call.span):
                    continue
                message = _message(call, argument.value)
                fixes = _percent(program, argument)
                yield self.finding(argument.span, message, severity=Severity.ERROR, fixes=fixes)
            elif argument.value >= _KEEP and not _is_meant(program, call, argument):
                kept = round(1 - argument.value, 6)
                message = f"`{call.short}` drops {argument.value * 100:g} % of the values, `rate` is not `keep_prob`"
                fixes = _replace(program, argument, kept)
                yield self.finding(argument.span, message, confidence=Confidence.MEDIUM, fixes=fixes)


def _is_meant(program: Program, call: Call, argument: Argument) -> bool:
    """`1 - keep`, or one of several rates that are tried."""
    if _COMPLEMENT.match(program.document[argument.span]):
        return True
    others = [other["rate"] for other in program.calls_of(call.name) if other.span == call.span]
    return any(is_number(rate) and rate < _KEEP for rate in others)


def _message(call: Call, rate: float) -> str:
    if rate != 1:
        return f"rate {rate:g} is outside 0 to 1"
    if call.short in ("AlphaDropout", "GaussianDropout"):
        return f"`{call.short}` divides by 0 at rate {rate:g}"
    return f"rate {rate:g} drops every value"


def _percent(program: Program, argument: Argument) -> tuple[Fix, ...]:
    """50 was meant to be 50 %."""
    rate = argument.value
    return _replace(program, argument, rate / 100) if 2 <= rate < 100 else ()


def _replace(program: Program, argument: Argument, rate: float) -> tuple[Fix, ...]:
    literal = is_number_literal(program.document, argument.span)
    edits = (Edit(argument.span, f"{rate:g}"),) if literal else ()
    return (Fix(f"Use rate {rate:g}", edits, Safety.UNSAFE if literal else Safety.SHOWN),)
