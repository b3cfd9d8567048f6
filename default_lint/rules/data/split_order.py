"""The rule split-order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import Fact
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.data._common import facts, part_of
from default_lint.text import Document, Span


class SplitOrder(Rule):
    """The results of `train_test_split` are named in another order than they come.

    ## Why it matters
    `train_test_split(X, y)` returns both parts of `X`, then both parts of `y`. Under the names `x_train, y_train,
    x_test, y_test` the labels are features: training fails on the shapes, or learns nonsense when they happen to fit.

    ## Example
    ```python
    import keras
    import numpy as np
    from sklearn.model_selection import train_test_split

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    x_train, y_train, x_test, y_test = train_test_split(x, y, test_size=0.2)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x_train, y_train, epochs=20, validation_data=(x_test, y_test))
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np
    from sklearn.model_selection import train_test_split

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x_train, y_train, epochs=20, validation_data=(x_test, y_test))
    ```

    ## Known limits
    Heard only when every name says whether it is for training or for testing.

    ## Fix safety
    Safe: the names are put into the order of the results; nothing else can have been meant.

    ## References
    - [train_test_split](https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html)
    """

    name = "split-order"
    code = "DAT235"
    family = "data"
    severity = Severity.ERROR
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Compare the names with what each of them is given."""
        for fact in facts(program, "unpack"):
            call = fact.call
            if call is None or call.short != "train_test_split" or len(fact.names) < 4 or len(fact.names) % 2:
                continue
            parts = [part_of(name) for name, _ in fact.names]
            pairs = list(zip(parts[::2], parts[1::2], strict=True))
            wrong = next((index for index, (one, other) in enumerate(pairs) if one == other), None)
            if wrong is None or parts.count("train") != len(pairs) or parts.count("test") != len(pairs):
                continue
            position = 2 * wrong + (1 if parts[2 * wrong] == "train" else 0)
            received = "test" if position % 2 else "training"
            yield self.finding(
                Span(fact.names[0][1].start, fact.names[-1][1].end),
                f"`{fact.names[position][0]}` gets the {received} part of `{_input(program.document, fact, wrong)}`",
                notes=[Note("the training part and the test part of each array come side by side", call.callee)],
                fixes=_reordered(program.document, fact.names, parts),
            )


def _input(document: Document, fact: Fact, index: int) -> str:
    """The array as written."""
    argument = fact.call.arguments.get(f"arrays[{index}]") if fact.call is not None else None
    text = document[argument.span] if argument is not None else ""
    return text if text and len(text) <= 30 and "\n" not in text else f"array {index + 1}"


def _reordered(document: Document, names: Sequence[tuple[str, Span]], parts: Sequence[str]) -> list[Fix]:
    training = [name for (name, _), part in zip(names, parts, strict=True) if part == "train"]
    testing = [name for (name, _), part in zip(names, parts, strict=True) if part == "test"]
    ordered = [name for pair in zip(training, testing, strict=True) for name in pair]
    if any(document[span] != name for name, span in names):
        return []
    edits = tuple(Edit(span, new) for (name, span), new in zip(names, ordered, strict=True) if name != new)
    return [Fix(f"Reorder to `{', '.join(ordered)}`", edits, Safety.SAFE)]
