"""The rule shared-initializer."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Argument, Call, Layer, Program
from default_lint.program.values import Unknown, is_integer
from default_lint.rules.base import Rule

_CONSTANT = frozenset("Zeros Ones Constant Identity IdentityInitializer STFT".split())


class SharedInitializer(Rule):
    """One initializer object without a seed gives several layers the same random weights.

    ## Why it matters
    An initializer draws its seed once, when it is made, and gives the same numbers at every call. Layers of equal
    shape then start identical: two towers or two heads are copies of each other.

    ## Example
    ```python
    import keras
    from keras import layers

    init = keras.initializers.HeNormal()
    a, b = keras.Input(shape=(16,)), keras.Input(shape=(16,))
    x = layers.Dense(32, activation="relu", kernel_initializer=init)(a)
    y = layers.Dense(32, activation="relu", kernel_initializer=init)(b)
    model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([x, y])))
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    init = "he_normal"
    a, b = keras.Input(shape=(16,)), keras.Input(shape=(16,))
    x = layers.Dense(32, activation="relu", kernel_initializer=init)(a)
    y = layers.Dense(32, activation="relu", kernel_initializer=init)(b)
    model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([x, y])))
    ```

    ## Known limits
    Kernels of different shapes are reported at information level only: their numbers are the same, but not their
    places. With a seed the repetition is taken as meant. `tf.random_normal_initializer` draws anew and is fine.

    ## Fix safety
    No edit: a string, or one object per layer, does it.

    ## References
    - [Layer weight initializers](https://keras.io/api/layers/initializers/)
    """

    name = "shared-initializer"
    code = "WEI209"
    family = "weights"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at initializer objects that more than one layer holds."""
        users: dict[int, list[tuple[Layer, Argument]]] = {}
        seen: set[int] = set()
        for model in program.models:
            for layer in model.layers:
                argument = layer.call.given("kernel_initializer")
                if argument is None or id(layer.call) in seen or not _draws(argument.value):
                    continue
                seen.add(id(layer.call))
                users.setdefault(id(argument.value), []).append((layer, argument))
        for sharing in users.values():
            if len(sharing) > 1:
                yield self._report(sharing)

    def _report(self, sharing: list[tuple[Layer, Argument]]) -> Finding:
        maker = sharing[0][1].value
        twin = _twin(sharing)
        fix = (Fix("Make one initializer per layer, or pass its name", (), Safety.SHOWN),)
        made = Note("without a seed it draws one when it is made", maker.span)
        if twin is None:
            message = f"{len(sharing)} layers draw the same numbers from one `{maker.short}`"
            severity, sure = Severity.INFO, Confidence.LOW
            return self.finding(
                sharing[1][1].span, message, notes=(made,), fixes=fix, severity=severity, confidence=sure
            )
        first, second = twin
        message = f"one `{maker.short}` gives both layers identical weights"
        notes = (Note("the other layer with these weights", first[1].span), made)
        return self.finding(second[1].span, message, notes=notes, fixes=fix)


def _draws(value: object) -> bool:
    """True for an initializer object that draws random numbers without a seed."""
    if not isinstance(value, Call) or not value.name.startswith("keras.initializers.") or value.spread:
        return False
    random = value.short[:1].isupper() and value.short not in _CONSTANT
    return random and "seed" in value.arguments and value["seed"] is None


def _twin(sharing: list[tuple[Layer, Argument]]) -> tuple[tuple[Layer, Argument], tuple[Layer, Argument]] | None:
    """Two layers whose kernels certainly have the same shape."""
    shapes: dict[tuple[object, ...], tuple[Layer, Argument]] = {}
    for layer, argument in sharing:
        shape = layer.inputs[0] if layer.inputs else ()
        features = shape[-1] if not isinstance(shape, Unknown) and shape else None
        if not is_integer(features) or not is_integer(layer.units):
            continue
        key = (
            layer.kind,
            features,
            layer.units,
            str(layer.call["kernel_size"] if "kernel_size" in layer.call.arguments else 0),
        )
        if key in shapes:
            return shapes[key], (layer, argument)
        shapes[key] = (layer, argument)
    return None
