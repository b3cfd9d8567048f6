"""The rule return-sequences-missing."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Layer, Model, Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import RECURRENT, before, first_failures, made_once, own_call, place, words

TAKES_STEPS = frozenset(RECURRENT | {"TimeDistributed", "Conv1D", "MaxPooling1D", "GlobalMaxPooling1D"}) | frozenset(
    ("GlobalAveragePooling1D", "GlobalMaxPool1D", "MaxPool1D", "Attention", "MultiHeadAttention", "AveragePooling1D")
)


class ReturnSequencesMissing(Rule):
    """A recurrent layer returns only its last step, but the next layer needs every step.

    ## Why it matters
    `LSTM`, `GRU` and `SimpleRNN` return one vector per sequence by default. A recurrent layer on top, or
    `TimeDistributed`, needs a vector per step, that is three axes. Keras raises as soon as the model is built.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(30, 8)),
            layers.LSTM(64),
            layers.LSTM(32),
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
            keras.Input(shape=(30, 8)),
            layers.LSTM(64, return_sequences=True),
            layers.LSTM(32),
            layers.Dense(1),
        ]
    )
    ```

    ## Known limits
    Silent where `return_sequences` is not known. An encoder that is meant to give one vector needs `RepeatVector`
    instead. Where a loop or a helper makes both layers with one call, the fix is only shown.

    ## Fix safety
    Safe between two recurrent layers: the program cannot run without it. Unsafe before other layers, where
    `RepeatVector` may be what is missing.

    ## References
    - [Working with RNNs](https://keras.io/guides/working_with_rnns/)
    - [LSTM layer](https://keras.io/api/layers/recurrent_layers/lstm/)
    """

    name = "return-sequences-missing"
    code = "LAY188"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every layer that gets two axes and needs three."""
        text = program.document.text
        for model, layer, problem in first_failures(program, "rank"):
            earlier = culprit(model, layer)
            if earlier is None:
                continue
            call = own_call(earlier)
            given = call.given("return_sequences")
            message = f"{words(text, call)} returns its last step, `{layer.short}` needs every step"
            note = Note(f"`{layer.short}` takes {problem.expected} axes, gets {problem.actual}", place(layer))
            span = call.callee if given is None else given.span
            yield self.finding(span, message, notes=(note,), fixes=(_fix(model, earlier, layer),))


def culprit(model: Model, layer: Layer) -> Layer | None:
    """The recurrent layer that gives a vector where `layer` needs a sequence."""
    problem = layer.problem
    if problem is None or problem.actual != 2 or problem.expected != 3 or layer.short not in TAKES_STEPS:
        return None
    earlier = before(model, layer)
    if earlier is None or earlier.short not in RECURRENT or own_call(earlier)["return_sequences"] is not False:
        return None
    return earlier


def _fix(model: Model, earlier: Layer, layer: Layer) -> Fix:
    call, title = own_call(earlier), "Add `return_sequences=True`"
    if not made_once(model, earlier) or call.spread:
        return Fix(title, (), Safety.SHOWN)
    given = call.given("return_sequences")
    edit = call.add_argument("return_sequences=True") if given is None else Edit(given.span, "True")
    return Fix(title, (edit,), Safety.SAFE if layer.short in RECURRENT else Safety.UNSAFE)
