"""The rule training-argument-missing."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.types import Layer, Model, Program, Subclass
from default_lint.program.values import TrainingFlag, Unknown, is_number
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import own_call, place
from default_lint.text import Span

_OFF = frozenset(
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise".split()
)
_DEEPEST = 4


class TrainingArgumentMissing(Rule):
    """A model's `call` has no `training` argument, so its layers stay in inference mode during `fit`.

    ## Why it matters
    Keras tells a subclassed model that it is being trained by the `training` argument of `call`, and hands it on to
    the layers. Without that argument `Dropout` and noise do nothing and `BatchNormalization` keeps its initial
    statistics, in `fit` too. No warning is given.

    ## Example
    ```python
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = layers.Dropout(0.5)
            self.head = layers.Dense(1)
        def call(self, x):
            return self.head(self.dropout(x))
    model = Net()
    model.compile(optimizer="adam", loss="mse")
    model.fit(keras.ops.ones((64, 8)), keras.ops.ones((64, 1)), epochs=5, validation_split=0.1)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = layers.Dropout(0.5)
            self.head = layers.Dense(1)
        def call(self, x, training=None):
            return self.head(self.dropout(x))
    model = Net()
    model.compile(optimizer="adam", loss="mse")
    model.fit(keras.ops.ones((64, 8)), keras.ops.ones((64, 1)), epochs=5, validation_split=0.1)
    ```

    ## Known limits
    Only models that the source trains with `fit` or `train_on_batch`: a direct call `model(x, training=True)` hands
    the flag on by itself, and so does a larger model to its parts. Augmentation layers are on unless told otherwise.
    Silent where `train_step` or `**kwargs` may do more.

    ## Fix safety
    Safe: the layers are there to work in training. Keras hands the flag on by itself.

    ## References
    - [Making new layers and models via subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
    """

    name = "training-argument-missing"
    code = "LAY199"
    family = "layer"
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every subclassed model that is trained."""
        for model in program.models:
            info = model.subclass
            if info is None or info.call_span is None or model.kind != "subclass" or not _trained(model):
                continue
            told = "training" in info.parameters or info.takes_kwargs
            if told or {"train_step", "__call__"} & set(info.methods):
                continue
            idle = list(_idle(model))
            if idle:
                yield self._report(info, idle)

    def _report(self, info: Subclass, idle: list[Layer]) -> Finding:
        names = list(dict.fromkeys(own_call(layer).short for layer in idle))
        effect = "learns no statistics" if names == ["BatchNormalization"] else "stays off in training"
        message = f"`training` is missing here: `{names[0]}` {effect}"
        uses = {place(layer): own_call(layer).short for layer in idle if layer.site.end}
        notes = [Note(f"`{short}` is used here", span) for span, short in list(uses.items())[:3]]
        fixes: tuple[Fix, ...] = ()
        if info.parameters_end and info.call_span is not None:
            edit = Edit(Span(info.parameters_end, info.parameters_end), ", training=None")
            fixes = (Fix("Add `training=None`", (edit,), Safety.SAFE),)
        assert info.call_span is not None
        return self.finding(info.call_span, message, notes=notes, fixes=fixes)


def _trained(model: Model) -> bool:
    """True when Keras trains this very model, and not only as a part of another one."""
    return any(event.kind in ("fit", "train_on_batch") for event in model.events)


def _idle(model: Model, depth: int = 0) -> Iterator[Layer]:
    """Layers that do something else in training, and are not told about it."""
    for layer in model.layers:
        if layer.training is not None and not (depth and isinstance(layer.training, TrainingFlag)):
            continue
        if layer.nested is not None and layer.short not in ("Bidirectional", "TimeDistributed"):
            frozen = layer.kind.startswith("keras.applications.") or layer.trainable is not True
            if depth < _DEEPEST and not frozen:
                yield from _idle(layer.nested, depth + 1)
        elif _acts(layer):
            yield layer


def _acts(layer: Layer) -> bool:
    call = own_call(layer)
    if not call.name.startswith("keras.layers."):
        return False
    if call.short == "BatchNormalization":
        return layer.trainable is True
    if call.short in _OFF:
        amount = call["stddev"] if call.short == "GaussianNoise" else call["rate"]
        return isinstance(amount, Unknown) or (is_number(amount) and amount > 0)
    if call.short in ("LSTM", "GRU", "SimpleRNN"):
        return any(is_number(call[name]) and call[name] > 0 for name in ("dropout", "recurrent_dropout"))
    return False
