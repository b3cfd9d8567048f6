"""The rule checkpoint-suffix."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Argument, Call, Program
from default_lint.rules.base import Rule
from default_lint.text import Document, Span

_OTHER_FORMS = ("zipped", "max_shard_size")  # a folder, and weights in several files, have other names
_WEIGHTS = (".weights.h5",)
_CHECKPOINT = (".keras", ".h5")
_MODEL = (".keras", ".h5", ".hdf5")
_OLD = re.compile(r"(\.weights)?\.(h5|hdf5|keras|tf|ckpt|hdf|h5py|weights|model|pb)$")
_NUMBER = re.compile(r"\{(epoch|batch|loss|val_\w+)(:[\w.]*)?\}$")  # filled in by ModelCheckpoint
_LITERAL = re.compile(r"[fFrRuU]{0,2}(\"[^\"\n]*\"|'[^'\n]*')")


class CheckpointSuffix(Rule):
    """A model or its weights are saved under a suffix that Keras 3 refuses.

    ## Why it matters
    Keras 3 tells the format by the suffix: `.keras` for a model, `.weights.h5` for weights alone. For any other it
    raises a ValueError, a checkpoint as soon as it is made, `save` and `save_weights` only after the training.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    best = keras.callbacks.ModelCheckpoint("best.hdf5", save_best_only=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[best])
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    best = keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[best])
    ```

    ## Known limits
    The suffix is read off the end of the expression; silent when that is not known. `tf.keras` before TensorFlow 2.16
    still takes the old suffixes: there it is a warning, for `import keras` an error.

    ## Fix safety
    Unsafe: files of the old name are no longer found. The same literal is changed wherever it stands in the file.

    ## References
    - [Save, serialize, and export models](https://keras.io/guides/serialization_and_saving/)
    - [ModelCheckpoint](https://keras.io/api/callbacks/model_checkpoint/)
    """

    name = "checkpoint-suffix"
    code = "TRN176"
    family = "training"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at checkpoints, `save` and `save_weights`."""
        modern = any(item.module.partition(".")[0] == "keras" and not item.guarded for item in program.imports)
        for call, allowed, what in _saved(program):
            argument = call.given("filepath") or call.extra_named("filepath")
            ending = _ending(program.document, argument) if argument is not None else None
            if argument is None or ending is None or ending.endswith(allowed):
                continue
            if any(suffix.endswith(ending) for suffix in allowed) or not _is_telling(ending):
                continue
            if ending.startswith("hf://") or any(call.given(name) or call.extra_named(name) for name in _OTHER_FORMS):
                continue
            yield self.finding(
                argument.span,
                f"{what} need a path that ends in `{allowed[0]}`, Keras 3 raises",
                notes=[] if modern else [Note("TensorFlow before 2.16 still takes this suffix")],
                fixes=_fixes(program.document, argument, allowed[0]),
                severity=None if modern else Severity.WARNING,
                confidence=None if modern else Confidence.MEDIUM,
            )


def _saved(program: Program) -> Iterator[tuple[Call, tuple[str, ...], str]]:
    for call in program.calls_of("keras.callbacks.ModelCheckpoint"):
        only = call["save_weights_only"]
        if only is True:
            yield call, _WEIGHTS, "checkpoints of weights"
        elif only is False:
            yield call, _CHECKPOINT, "checkpoints"
    for model in program.models:
        for event in model.events:
            if event.kind != "save" or event.call is None or event.call.extra:
                continue
            if event.call.short == "save_weights":
                yield event.call, _WEIGHTS, "saved weights"
            elif event.call.short == "save":
                yield event.call, _MODEL, "saved models"


def _ending(document: Document, argument: Argument) -> str | None:
    """The last characters of a path, as far as they are certain."""
    if isinstance(argument.value, str):
        return argument.value
    try:
        return _end_of(ast.parse(f"({document[argument.span]})", mode="eval").body)
    except SyntaxError:
        return None


def _end_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return _end_of(node.values[-1]) if node.values else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        return _end_of(node.right)
    if isinstance(node, ast.Call) and node.args and not node.keywords:
        name = ast.unparse(node.func)
        if name.endswith("path.join") or name in ("str", "Path", "pathlib.Path", "os.fspath"):
            return _end_of(node.args[-1])
    return None


def _is_telling(ending: str) -> bool:
    """Long enough that what stands before it cannot make it right."""
    if _NUMBER.search(ending):
        return True
    return bool(ending) and not ending.endswith("}") and ("." in ending or "/" in ending or len(ending) > 10)


def _fixes(document: Document, argument: Argument, suffix: str) -> list[Fix]:
    """Rename the literal that holds the suffix, wherever it stands."""
    value = argument.value if isinstance(argument.value, str) else None
    literals = [match[0] for match in _LITERAL.finditer(document[argument.span])]
    if not literals and value is not None:
        literals = [match[0] for match in _LITERAL.finditer(document.text) if match[0][1:-1] == value][:1]
    if not literals or literals[-1][1:-1].endswith(("/", "\\")):
        return []
    old = literals[-1]
    body, quote = old[:-1], old[-1]
    new = f"{_OLD.sub('', body)}{suffix}{quote}"
    places = [match.span() for match in _LITERAL.finditer(document.text) if match[0] == old]
    if not places:
        return []
    edits = tuple(Edit(Span(*place), new) for place in places)
    return [Fix(f"Save as `{new.lstrip('fFrRuU')[1:-1]}`", edits, Safety.UNSAFE)]
