"""The rule return-sequences-extra."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import describe_shape
from default_lint.program.types import Layer, Model, Program
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import made_once, own_call
from default_lint.rules.layer._outputs import surplus


class ReturnSequencesExtra(Rule):
    """The last recurrent layer returns every step, but each example has one label.

    ## Why it matters
    With `return_sequences=True` the layers behind predict once per step. The output has a step axis that the labels
    do not have: the cross-entropies raise, `mse` and `mae` broadcast one label over all steps without a word.

    ## Example
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.imdb.load_data(num_words=10000)
    x = keras.utils.pad_sequences(x, maxlen=200)
    inputs = keras.Input(shape=(200,))
    h = layers.Embedding(10000, 64)(inputs)
    h = layers.LSTM(32, return_sequences=True)(h)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(h))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=5, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.imdb.load_data(num_words=10000)
    x = keras.utils.pad_sequences(x, maxlen=200)
    inputs = keras.Input(shape=(200,))
    h = layers.Embedding(10000, 64)(inputs)
    h = layers.LSTM(32)(h)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(h))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=5, validation_split=0.2)
    ```

    ## Known limits
    Only where the labels are known to have one row per example, so that labels per step are never reported.

    ## Fix safety
    Unsafe: pooling over the steps may be what is meant.

    ## References
    - [Working with RNNs](https://keras.io/guides/working_with_rnns/)
    """

    name = "return-sequences-extra"
    code = "LAY189"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every output whose steps come from a recurrent layer."""
        for found in surplus(program):
            layer = found.recurrent
            if layer is None or not found.certain:
                continue
            given = own_call(layer).given("return_sequences")
            span = own_call(layer).callee if given is None else given.span
            message = f"the output has shape `{describe_shape(found.output.shape)}`, one label per example"
            labels = found.head.labels.span
            notes = (Note("there is one label per example", labels),) if labels is not None else ()
            yield self.finding(span, message, notes=notes, fixes=(_fix(found.head.model, layer),))


def _fix(model: Model, layer: Layer) -> Fix:
    title, given = "Remove `return_sequences=True`", own_call(layer).given("return_sequences")
    if given is None or given.removal is None or not made_once(model, layer):
        return Fix(title, (), Safety.SHOWN)
    return Fix(title, (Edit(given.removal, ""),), Safety.UNSAFE)
