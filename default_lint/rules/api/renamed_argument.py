"""The rule renamed-argument."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety, Severity
from default_lint.program.calls import Renaming
from default_lint.program.types import Argument, Call, Program
from default_lint.rules.api._common import old_arguments, rename
from default_lint.rules.base import Rule

_WARNED = {  # what Keras 3 still takes, with a warning
    ("LeakyReLU", "alpha"),
    ("Embedding", "input_length"),
    ("InputLayer", "input_shape"),
    ("ReduceLROnPlateau", "epsilon"),
    ("save", "save_format"),
    ("save_model", "save_format"),
}
_ACCEPTED = {("InputLayer", "batch_input_shape")}
_WITHOUT_EFFECT = ("input_length", "workers", "max_queue_size", "use_multiprocessing", "fused", "save_traces")
_SUFFIXES = {"keras": ".keras", "h5": ".h5"}


class RenamedArgument(Rule):
    """An argument of Keras 2 is renamed or gone in Keras 3, which raises or warns.

    ## Why it matters
    Keras 3 dropped arguments that no longer had an effect and renamed a few others. Most of the old names raise a
    TypeError or ValueError today; the rest only warn, until they are dropped as well.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16)])
    model.add(keras.layers.LeakyReLU(alpha=0.1))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16)])
    model.add(keras.layers.LeakyReLU(negative_slope=0.1))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent in a file that pins Keras 2 or TensorFlow before 2.16. `lr` and `decay` of optimizers have rules of their
    own: legacy-lr-argument and legacy-decay-argument.

    ## Fix safety
    Safe where the value means the same under the present name, or where the argument had no effect. Where its effect
    has to be had in another way nothing is edited.

    ## References
    - [Migrating to Keras 3](https://keras.io/guides/migrating_to_keras_3/)
    - [LeakyReLU layer](https://keras.io/api/layers/activation_layers/leaky_relu/)
    """

    name = "renamed-argument"
    code = "API252"
    family = "api"
    fixable = Safety.SAFE
    tag = "deprecated"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the arguments that a signature of today does not take."""
        for call, argument, renaming in old_arguments(program, "keras2"):
            if argument.keyword is None or (call.short, argument.name) in _ACCEPTED:
                continue
            warned = (call.short, argument.name) in _WARNED and not _is_folder_format(argument)
            yield self.finding(
                argument.keyword,
                _message(call, argument, renaming, "warns" if warned else "raises"),
                severity=Severity.WARNING if warned else Severity.ERROR,
                fixes=rename(call, argument, renaming) or _removal(call, argument, renaming),
            )


def _is_folder_format(argument: Argument) -> bool:
    """`save_format="tf"` is refused, where "keras" and "h5" only warn."""
    return argument.name == "save_format" and isinstance(argument.value, str) and argument.value not in _SUFFIXES


def _message(call: Call, argument: Argument, renaming: Renaming, verb: str) -> str:
    if renaming.replacement:
        return f"Keras 3 {verb}: `{argument.name}` of `{call.short}` is `{renaming.replacement}` now"
    return f"Keras 3 {verb}: `{call.short}` no longer has `{argument.name}`"


def _removal(call: Call, argument: Argument, renaming: Renaming) -> list[Fix]:
    """Drop an argument that is gone; an edit only where that changes nothing."""
    if renaming.replacement:
        return [Fix(f"Pass `{renaming.replacement}`, whose value means something else", (), Safety.SHOWN)]
    title = f"Remove `{argument.name}`"
    if argument.removal is not None and _changes_nothing(call, argument):
        return [Fix(title, (Edit(argument.removal, ""),), Safety.SAFE)]
    return [Fix(title, (), Safety.SHOWN)]


def _changes_nothing(call: Call, argument: Argument) -> bool:
    if argument.name == "save_format":
        path = call["filepath"]
        suffix = _SUFFIXES.get(argument.value) if isinstance(argument.value, str) else None
        return isinstance(path, str) and suffix is not None and path.endswith(suffix)
    return argument.name in _WITHOUT_EFFECT or argument.value is None or argument.value is False
