"""The rule disconnected-layer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Finding, Note
from default_lint.program.types import Layer, Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import place

_ASSIGNED = re.compile(r"(\w+)\s*=\s*$")


class DisconnectedLayer(Rule):
    """A layer is applied, but no model uses its output.

    ## Why it matters
    A functional model holds the layers on the way from its inputs to its outputs. A layer whose output goes nowhere,
    often because the next line goes on with the old name, is not part of the model and never trained.

    ## Example
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    y = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    ```

    ## Known limits
    Silent where a model is not fully understood, where tests of unknown outcome decide what is connected, where the
    name is read later all the same, and for helpers whose second result is not wanted.

    ## Fix safety
    No fix: where the output was meant to go cannot be told.

    ## References
    - [The functional API](https://keras.io/guides/functional_api/)
    """

    name = "disconnected-layer"
    code = "LAY200"
    family = "layer"
    tag = "unnecessary"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every layer whose output goes nowhere."""
        if program.conditions or program.alternatives:
            return
        used = {layer.call.span for model in program.models for layer in model.layers}
        model = next((model for model in program.models if model.kind == "functional"), None)
        for layer in program.dangling:
            if layer.call.span in used or model is None or not _dropped(program, layer):
                continue
            notes = (Note("this model does not contain it", model.span),)
            yield self.finding(place(layer), f"the output of `{layer.short}` is not used", notes=notes)


def _dropped(program: Program, layer: Layer) -> bool:
    """True when the output is assigned to a plain name that is not read before it is assigned again."""
    text, site = program.document.text, layer.site
    line = text[text.rfind("\n", 0, site.start) + 1 : site.start]
    found = _ASSIGNED.fullmatch(line.strip() + " ") or _ASSIGNED.match(line.strip())
    if found is None:
        return not line.strip()
    name = found.group(1)
    if name.startswith("_"):
        return False
    later = re.search(rf"(?<![\w.]){re.escape(name)}\b(?!\s*=[^=])", text[site.end :])
    again = re.search(rf"^\s*{re.escape(name)}\s*=(?!=)(?P<rest>.*)", text[site.end :], re.MULTILINE)
    if again is None:
        return later is None
    return later is None or (later.start() > again.start() and not re.search(rf"\b{re.escape(name)}\b", again["rest"]))
