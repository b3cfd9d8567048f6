"""The rule scaler-fitted-on-test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.data_values import Array, Fact, overlap
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.data._common import facts, part_of
from default_lint.text import Document

_STATELESS = frozenset(
    "Normalizer Binarizer PolynomialFeatures FunctionTransformer HashingVectorizer FeatureHasher".split()
)
_ENCODERS = ("OneHotEncoder", "OrdinalEncoder")
_LABEL_NAME = re.compile(r"(?i)y(_|\b)|labels?(_|\b)|targets?(_|\b)")
_LABELS = ("LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer")  # the same classes give the same codes


class ScalerFittedOnTest(Rule):
    """A scaler or encoder that learned from the training data learns anew from the test data.

    ## Why it matters
    The model was trained on features scaled by the training data. Scaled by the test data's own mean and range, the
    same value means something else to it, and the measured quality says nothing about new data.

    ## Example
    ```python
    import keras
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    x_train, x_test = np.random.rand(1000, 8), np.random.rand(200, 8)
    scaler = StandardScaler()
    x_train = scaler.fit_transform(x_train)
    x_test = scaler.fit_transform(x_test)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x_train, np.random.rand(1000), epochs=20, validation_data=(x_test, np.random.rand(200)))
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    x_train, x_test = np.random.rand(1000, 8), np.random.rand(200, 8)
    scaler = StandardScaler()
    x_train = scaler.fit_transform(x_train)
    x_test = scaler.transform(x_test)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x_train, np.random.rand(1000), epochs=20, validation_data=(x_test, np.random.rand(200)))
    ```

    ## Known limits
    Heard only when the same scaler, or another of its kind, has learned from the training part of the same data.
    Silent for encoders of labels, which give the same codes for the same classes, and for
    what learns nothing, such as `Normalizer`.

    ## Fix safety
    Safe: `transform` applies what was learned from the training data. With two scalers the fix is only shown.

    ## References
    - [Common pitfalls, data leakage](https://scikit-learn.org/stable/common_pitfalls.html)
    """

    name = "scaler-fitted-on-test"
    code = "DAT230"
    family = "data"
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at everything that learns from data."""
        document = program.document
        fits = [fact for fact in facts(program, "scaler-fit") if _is_candidate(document, fact)]
        for fact in fits:
            if _part(document, fact) != "test" or fact.subject is None:
                continue
            trained = _training_fit(document, fact, fits)
            if trained is None:
                continue
            same = trained.subject is fact.subject
            kind = fact.subject.kind
            yield self.finding(
                fact.place,
                f"`{kind}` forgets the training data and learns from `{_text(document, fact)}`"
                if same
                else f"another `{kind}` learns from `{_text(document, fact)}`: the scales differ",
                notes=[Note("it learned from the training data here" if same else "one learned here", trained.place)],
                fixes=_fixes(document, fact, same),
            )


def _is_candidate(document: Document, fact: Fact) -> bool:
    if fact.library != "sklearn" or fact.subject is None or fact.subject.kind in _LABELS or fact.call is None:
        return False
    kind = fact.subject.kind
    given = fact.subject.call
    if given.given("categories") is not None or given.extra_named("categories") is not None:
        return False  # told what there is, it learns nothing
    if kind in _STATELESS or (kind in _ENCODERS and _are_labels(document, fact)):
        return False
    return fact.call.short in ("fit", "fit_transform")


def _are_labels(document: Document, fact: Fact) -> bool:
    value = fact.inputs[0] if fact.inputs else None
    return (isinstance(value, Array) and value.role == "y") or bool(_LABEL_NAME.match(document[fact.at]))


def _part(document: Document, fact: Fact) -> str:
    """What the data know of the split they are; otherwise what the name says."""
    value = fact.inputs[0] if fact.inputs else None
    if isinstance(value, Array) and value.split:
        return "train" if value.split == "train" else "test"
    return part_of(document[fact.at])


def _training_fit(document: Document, fact: Fact, fits: Sequence[Fact]) -> Fact | None:
    """The fit on training data that this one undoes: by the same object, or by one of its kind on the other part."""
    others = [other for other in fits if other is not fact and _part(document, other) == "train"]
    for other in others:
        if other.subject is fact.subject and overlap(other.inputs[0], fact.inputs[0]) is not True:
            return other
    for other in others:
        if other.subject is None or fact.subject is None or other.subject.kind != fact.subject.kind:
            continue
        if overlap(other.inputs[0], fact.inputs[0]) is False:
            return other
    return None


def _text(document: Document, fact: Fact) -> str:
    text = document[fact.at]
    return text if len(text) <= 24 and "\n" not in text else "the test data"


def _fixes(document: Document, fact: Fact, same: bool) -> list[Fix]:
    if not same:
        return [Fix("Transform by the scaler of the training data", (), Safety.SHOWN)]
    if document[fact.place] == "fit_transform":
        return [Fix("Call `transform`", (Edit(fact.place, "transform"),), Safety.SAFE)]
    return [Fix("Remove this fit", (), Safety.SHOWN)]
