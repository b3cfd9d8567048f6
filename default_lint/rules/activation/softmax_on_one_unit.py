"""ACT101 softmax-on-one-unit."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Safety, Severity
from default_lint.program.heads import WEIGHTED
from default_lint.program.types import Call, Program
from default_lint.program.values import Reference
from default_lint.rules.loss._verdict import VerdictRule


class SoftmaxOnOneUnit(VerdictRule):
    """Softmax over 1 unit always outputs 1.0, whatever the input.

    ## Why it matters
    Softmax divides each unit by the sum over all units. With one unit that is a number divided by itself: the output
    is 1.0 for every example, so predictions are the same for all of them. With the TensorFlow backend
    `binary_crossentropy` reads the hidden logits behind the softmax, so the loss may still fall during training while
    `predict` returns nothing but ones.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    ```

    ## Known limits
    Softmax over one unit inside an attention block is reported too: it gives every time step the weight 1.0. Silent
    when the number of units is not known.

    ## Fix safety
    Unsafe: another activation changes what is trained. `sigmoid` is offered for a binary loss, no activation for a
    regression loss. Which one was meant is not certain without a loss.

    ## References
    - [Keras: Layer activation functions](https://keras.io/api/layers/activations/)
    - [Keras: Probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "softmax-on-one-unit"
    code = "ACT101"
    family = "activation"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Output layers first, with what their loss tells; then every other layer of one unit."""
        seen = set()
        for finding in super().check(program):
            seen.add(finding.span)
            yield finding
        for model in program.models:
            for layer in model.layers:
                flat = layer.short in ("Activation", "Softmax") and layer.activation == "softmax" and layer.units == 1
                axis = layer.call["axis"] if "axis" in layer.call.arguments else -1
                span = layer.call.where("activation") if layer.short == "Activation" else layer.call.callee
                if flat and axis == -1 and span not in seen:
                    seen.add(span)
                    yield self.finding(span, "`softmax` over 1 unit always outputs 1.0", confidence=Confidence.HIGH)
        for call in program.calls:
            if constant(call) and call.where("activation") not in seen:
                yield self.finding(call.where("activation"), "`softmax` over 1 unit always outputs 1.0")


def constant(call: Call) -> bool:
    """True for a layer with one unit (or filter) and softmax over it."""
    if not call.name.startswith("keras.layers.") or call.short not in WEIGHTED:
        return False
    last = "data_format" not in call.arguments or call["data_format"] in (None, "channels_last")
    count = call["units"] if "units" in call.arguments else call["filters"]
    return count == 1 and last and is_softmax(call)


def is_softmax(call: Call) -> bool:
    """True when the call's `activation` is softmax, as a string or a function."""
    value = call["activation"]
    name = value.name if isinstance(value, Reference) else value
    return isinstance(name, str) and name.rpartition(".")[2] == "softmax"
