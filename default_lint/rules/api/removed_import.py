"""The rule removed-import."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.calls import RemovedImport as Removal
from default_lint.program.calls import exported, removed_import
from default_lint.program.types import Call, Import, Program
from default_lint.rules.api._common import meant_for_keras2
from default_lint.rules.base import Rule
from default_lint.text import Document, Span

_COPY = "a private copy of an old Keras"
_UNUSABLE = "raises ImportError when made"
_GUARDS = re.compile(r"^\s*try\s*:|\bhasattr\(|__version__", re.MULTILINE)


class RemovedImport(Rule):
    """A module or member that Keras or TensorFlow no longer has is imported or named.

    ## Why it matters
    Keras 3 has no `keras.layers.core`, `keras.utils.np_utils`, `keras.wrappers` and others: the program ends with an
    ImportError or AttributeError. `tensorflow.python.keras` can still be imported, but it is a copy of an old Keras
    that breaks in `fit` and whose layers the real Keras refuses.

    ## Example
    ```python
    import numpy as np
    from keras import Input, Sequential
    from keras.layers.core import Dense, Dropout

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = Sequential([Input((8,)), Dense(16, activation="relu"), Dropout(0.2), Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Input, Sequential
    from keras.layers import Dense, Dropout

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = Sequential([Input((8,)), Dense(16, activation="relu"), Dropout(0.2), Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent for imports inside `try` or a version test, and in a file that pins Keras 2 or TensorFlow before 2.16.
    Names used without an import of their own (`tf.keras.layers.experimental...`) are seen where they are called.

    ## Fix safety
    Safe where the same thing has moved to another module or only its spelling changed. Unsafe where it moves from
    `keras` to `tensorflow.keras`, and for `optimizers.legacy`, whose optimizers took other arguments.

    ## References
    - [Migrating to Keras 3](https://keras.io/guides/migrating_to_keras_3/)
    - [Keras 3 API](https://keras.io/api/)
    """

    name = "removed-import"
    code = "API250"
    family = "api"
    severity = Severity.ERROR
    fixable = Safety.SAFE
    tag = "deprecated"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the imports, statement by statement, and at the names of calls."""
        if meant_for_keras2(program):
            return
        reported: set[str] = set()
        ordered = sorted(program.imports, key=lambda item: item.span)
        for _, group in groupby(ordered, key=lambda item: (item.statement, item.span)):
            items = [item for item in group if not item.guarded]
            gone = [
                (item, found)
                for item in items
                if (found := _lookup(item)) is not None and not _is_handed_on(program.document, item, found)
            ]
            reported.update(item.alias for item, _ in gone)
            whole = [(item, found) for item, found in gone if not found.member]
            if whole and len(whole) == len(items):
                yield self._module(program.document, whole)
                gone = [pair for pair in gone if pair[1].member]
            for item, found in gone:
                yield self._member(program.document, item, found, len(items))
        if not _GUARDS.search(program.document.text):
            for call in program.calls:
                yield from self._named(program, call, reported)

    def _module(self, document: Document, gone: Sequence[tuple[Import, Removal]]) -> Finding:
        """The module of the whole statement is gone."""
        item, found = gone[0]
        if len(gone) == 1 and _is_module(item, found):
            return self._member(document, item, found, 1)
        targets = {pair.replacement.rpartition(".")[0] for _, pair in gone}
        plain = item.name and all(pair.replacement.rpartition(".")[2] == one.name for one, pair in gone)
        notes, fixes = [], []
        if item.name == "*" or not item.name:
            notes.append(_explain(found, found.replacement))
        elif plain and len(targets) == 1 and document[item.span] == item.module:
            target = targets.pop()
            notes.append(_explain(found, target))
            fixes.append(Fix(f"Import from `{target}`", (Edit(item.span, target),), _safety(item.module, target)))
        else:
            notes.extend(_explain(pair, pair.replacement, one.name) for one, pair in gone[:4])
        return self.finding(item.span, _message(item.module, found), notes=[n for n in notes if n.text], fixes=fixes)

    def _member(self, document: Document, item: Import, found: Removal, together: int) -> Finding:
        """One imported name is gone."""
        span = item.name_span or item.span
        home, _, new = found.replacement.rpartition(".")
        fixes = []
        if _is_module(item, found):
            fixes = _import_under_old_name(document, item, found, together)
        elif new and home == item.module and item.name_span is not None:
            text = new if item.alias != item.name else f"{new} as {item.name}"
            same = new.lower() == item.name.lower()
            edits = (Edit(span, text),) if document[span] == item.name else ()
            fixes = [Fix(f"Import `{new}`", edits if same else (), Safety.SAFE if same and edits else Safety.SHOWN)]
        elif new:
            movable = new == item.name and together == 1 and document[item.span] == item.module
            edits = (Edit(item.span, home),) if movable else ()
            fixes = [Fix(f"Import `{found.replacement}`", edits, Safety.UNSAFE if edits else Safety.SHOWN)]
        whole = f"{item.module}.{item.name}" if item.name else item.module
        note = _explain(found, found.replacement)
        return self.finding(span, _message(whole, found), notes=[note] if note.text else [], fixes=fixes)

    def _named(self, program: Program, call: Call, reported: set[str]) -> Iterator[Finding]:
        """A call of `tf.keras.something.gone.Name`."""
        root, _, path = call.spelled.partition(".")
        imported = next((item for item in program.imports if item.alias == root and item.name != "*"), None)
        if not path or imported is None or imported.guarded or root in reported or "(" in path:
            return
        module = f"{imported.module}.{imported.name}" if imported.name else imported.module.split(".")[0]
        if not imported.name and imported.alias != module:
            module = imported.module
        home, _, name = f"{module}.{path}".rpartition(".")
        found = removed_import(home, name)
        span = Span(call.span.start, call.callee.end)
        if found is None or program.document[span] != call.spelled:
            return
        prefix = f"{module}."
        fixes = []
        if found.replacement.startswith(prefix) and not found.member:
            text = f"{root}.{found.replacement.removeprefix(prefix)}"
            fixes.append(Fix(f"Use `{text}`", (Edit(span, text),), _safety(home, found.replacement)))
        elif found.replacement:
            fixes.append(Fix(f"Use `{found.replacement}`", (), Safety.SHOWN))
        note = _explain(found, found.replacement)
        yield self.finding(span, _message(call.spelled, found), notes=[note] if note.text else [], fixes=fixes)


def _is_handed_on(document: Document, item: Import, found: Removal) -> bool:
    """`from package import name as name` of what can be imported but not used: it is there for others."""
    if not found.note.startswith(_UNUSABLE) or item.name_span is None:
        return False
    return document.text[item.name_span.end :].lstrip().startswith(f"as {item.name}")


def _lookup(item: Import) -> Removal | None:
    return removed_import(item.module, "" if item.name == "*" else item.name)


def _is_module(item: Import, found: Removal) -> bool:
    """`from keras.utils import np_utils`: the name that is imported is itself the module that is gone."""
    return bool(item.name) and not found.member and removed_import(item.module) is None


def _import_under_old_name(document: Document, item: Import, found: Removal, together: int) -> list[Fix]:
    """`from keras import utils as np_utils`, when all that is used of it is there."""
    home, _, name = found.replacement.rpartition(".")
    if not home or together > 1 or item.name_span is None or document[item.name_span] != item.name:
        return [Fix(f"Import `{found.replacement}`", (), Safety.SHOWN)] if found.replacement else []
    used = set(re.findall(rf"(?<![\w.]){re.escape(item.alias)}\.(\w+)", document.text))
    front = "tensorflow.keras" if home.startswith("tensorflow.keras") else "keras"
    below = found.replacement.removeprefix(front).removeprefix(".")
    if not used or not all(exported(f"keras.{below}.{member}", front) for member in used):
        return [Fix(f"Import `{found.replacement}`", (), Safety.SHOWN)]
    text = name if item.alias != item.name else f"{name} as {item.name}"
    edits = [Edit(item.name_span, text)]
    if home != item.module:
        edits.insert(0, Edit(item.span, home))
    return [Fix(f"Import `{found.replacement}` under the old name", tuple(edits), _safety(item.module, home))]


def _safety(old: str, new: str) -> Safety:
    crosses = new.startswith("tensorflow.") and not old.startswith("tensorflow.")
    return Safety.UNSAFE if crosses or ".legacy" in f".{old}" else Safety.SAFE


def _message(name: str, found: Removal) -> str:
    if found.note.startswith(_COPY):
        return f"`{name}` is {_COPY}"
    since = f"Keras {found.since}" if found.since[:1].isdigit() else found.since
    return f"`{name}` is gone since {since}" if since else f"`{name}` is gone"


def _explain(found: Removal, target: str, name: str = "") -> Note:
    """Where it is now, and what the table says about it."""
    whose = f"the place of `{name}`" if name else "its place"
    now = f"`{target}` takes {whose}" if target else ""
    extra = "" if found.note == "private module" else found.note
    return Note("; ".join(part for part in (now, extra) if part))
