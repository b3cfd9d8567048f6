"""The rule constant-kernel-initializer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety
from default_lint.program.heads import WEIGHTED
from default_lint.program.types import Argument, Call, Layer, Model, Program
from default_lint.program.values import Reference, Value, is_integer, is_number
from default_lint.rules.base import Rule
from default_lint.rules.timeline import mentions

_STRINGS = {"zeros": "zeros", "zero": "zeros", "ones": "ones", "one": "ones", "constant": "constant"}
_OPEN = ("operator.", "custom.", "unknown", "keras.ops.", "tensorflow.")
_MERGING = frozenset("Add Multiply Subtract Average Maximum Minimum Dot add multiply subtract average".split())
_REPLACED = re.compile(r"\.set_weights\(|\bkernel\.assign\(|\.load_weights\(")
_STATEFUL = frozenset("LSTM GRU SimpleRNN".split())


class ConstantKernelInitializer(Rule):
    """All units of a hidden layer start with the same weights, so they start as one unit.

    ## Why it matters
    Units with equal weights compute equal outputs, and get almost equal gradients: the layer works as if it had one
    unit. With `zeros` before `relu` there is no gradient at all, and the layer never trains.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(16,)),
            layers.Dense(64, activation="relu", kernel_initializer="zeros"),
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
            layers.Dense(1),
        ]
    )
    ```

    ## Known limits
    Silent for the last weighted layer, for frozen layers, and where the output is added to or multiplied with
    something else, as at the end of a residual branch, where zeros are a known remedy. Silent too
    where weights are set or loaded later, and next to a `bias_initializer`.

    ## Fix safety
    Unsafe: it changes what is trained.

    ## References
    - [Layer weight initializers](https://keras.io/api/layers/initializers/)
    """

    name = "constant-kernel-initializer"
    code = "WEI206"
    family = "weights"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every weighted layer that feeds another one."""
        if mentions(_REPLACED, program.document.text):
            return
        for model in program.models:
            for layer in model.layers:
                argument = layer.call.given("kernel_initializer")
                if argument is None or not _applies(model, layer):
                    continue
                kind = constant(argument.value)
                if kind:
                    yield self.finding(argument.span, _message(layer, kind), fixes=(_fix(argument),))


def constant(value: Value) -> str:
    """Which value ("zeros", "ones", "constant") an initializer gives to every weight; "" when they differ."""
    if isinstance(value, str):
        return _STRINGS.get(value.lower(), "")
    if isinstance(value, Call) and "value" in value.arguments and not is_number(value["value"]):
        return ""  # a whole matrix, or not known
    if isinstance(value, (Call, Reference)) and value.name.startswith("keras.initializers."):
        return _STRINGS.get(value.name.rpartition(".")[2].lower(), "")
    return ""


def _applies(model: Model, layer: Layer) -> bool:
    """True for a trainable layer of several units whose outputs go straight on to another weighted layer."""
    weighted = layer.short in WEIGHTED or layer.short in _STATEFUL
    if not weighted or "Depthwise" in layer.short or layer.trainable is not True or layer.shared > 1:
        return False
    count = layer.call["units"] if "units" in layer.call.arguments else layer.call["filters"]
    if not is_integer(count) or count < 2 or layer.call.given("bias_initializer") is not None:
        return False
    return _goes_on(model, layer)


def _goes_on(model: Model, layer: Layer) -> bool:
    seen: set[int] = set()
    waiting, found = [layer], False
    while waiting:
        for user in model.consumers(waiting.pop()):
            merged = user.short in _MERGING or user.kind.startswith(_OPEN)
            if merged or user.nested is not None or len(user.sources) > 1:
                return False
            if user.short in WEIGHTED or user.short in _STATEFUL:
                found = True
            elif user.index not in seen:
                seen.add(user.index)
                waiting.append(user)
    return found


def _message(layer: Layer, kind: str) -> str:
    count = layer.call["units"] if "units" in layer.call.arguments else layer.call["filters"]
    if kind == "zeros" and layer.activation == "relu" and layer.call.given("bias_initializer") is None:
        return "`relu` on a kernel of zeros outputs 0 and never trains"
    return f"all {count} units start with the same weights"


def _fix(argument: Argument) -> Fix:
    edits = (Edit(argument.removal, ""),) if argument.removal is not None else ()
    safety = Safety.UNSAFE if edits else Safety.SHOWN
    return Fix("Remove `kernel_initializer`, which leaves the default", edits, safety)
