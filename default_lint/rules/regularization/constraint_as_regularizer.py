"""The rule constraint-as-regularizer."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety
from default_lint.program.types import Argument, Call, Program
from default_lint.program.values import Reference, Value
from default_lint.rules.base import Rule

_STRINGS = frozenset("max_norm maxnorm MaxNorm non_neg nonneg NonNeg unit_norm unitnorm UnitNorm MinMaxNorm".split())


class ConstraintAsRegularizer(Rule):
    """A weight constraint is given as a regularizer: Keras adds the weights themselves to the loss.

    ## Why it matters
    A regularizer returns a penalty, a constraint such as `MaxNorm` returns new weights. Keras calls either without
    looking: the whole kernel is added to the loss, which then follows the weights, and no norm is ever limited.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(16,)),
            layers.Dense(64, activation="relu", kernel_regularizer=keras.constraints.MaxNorm(3)),
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
            layers.Dense(64, activation="relu", kernel_constraint=keras.constraints.MaxNorm(3)),
            layers.Dense(1),
        ]
    )
    ```

    ## Known limits
    Silent where the regularizer comes from outside the source. A regularizer class without parentheses is fine:
    Keras makes an object of it.

    ## Fix safety
    Safe: nobody wants the plain weights in the loss.

    ## References
    - [Layer weight constraints](https://keras.io/api/layers/constraints/)
    - [Layer weight regularizers](https://keras.io/api/layers/regularizers/)
    """

    name = "constraint-as-regularizer"
    code = "REG221"
    family = "regularization"
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the regularizers of every layer."""
        for call in program.calls_of("keras.layers."):
            for name, argument in call.arguments.items():
                if argument.given and name.endswith("_regularizer") and (short := _constraint(argument.value)):
                    message = f"constraint `{short}` as a regularizer adds the weights to the loss"
                    yield self.finding(argument.span, message, fixes=_rename(call, argument))


def _constraint(value: Value) -> str:
    """Short name of a constraint given as object, class or string; "" for anything else."""
    if isinstance(value, str):
        return value if value in _STRINGS else ""
    if isinstance(value, (Call, Reference)) and value.name.startswith("keras.constraints."):
        short = value.name.rpartition(".")[2]
        return short if short[:1].isupper() and short != "Constraint" else ""
    return ""


def _rename(call: Call, argument: Argument) -> tuple[Fix, ...]:
    other = argument.name.removesuffix("_regularizer") + "_constraint"
    if argument.keyword is None or other not in call.arguments or call.given(other) is not None:
        return ()
    return (Fix(f"Pass it as `{other}`", (Edit(argument.keyword, other),), Safety.SAFE),)
