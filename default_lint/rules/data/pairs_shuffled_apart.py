"""The rule pairs-shuffled-apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from default_lint.findings import Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import Array, Dataset, Fact, aligned, current
from default_lint.program.types import Fit, Program
from default_lint.program.values import Value
from default_lint.rules.base import Rule
from default_lint.rules.data._common import facts


class PairsShuffledApart(Rule):
    """Features and labels are shuffled or split separately, so that a row no longer has its own label.

    ## Why it matters
    Each call draws an order of its own. The model is trained on labels that belong to other examples: there is
    nothing to learn but how often each label occurs.

    ## Example
    ```python
    import keras
    import numpy as np
    from sklearn.datasets import load_wine

    x, y = load_wine(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    np.random.shuffle(x)
    np.random.shuffle(y)
    model = keras.Sequential([keras.Input((13,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    from sklearn.datasets import load_wine
    from sklearn.utils import shuffle

    x, y = load_wine(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    x, y = shuffle(x, y, random_state=0)
    model = keras.Sequential([keras.Input((13,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Heard only when everything that was done to the order of both arrays is known. Equal integer seeds give equal
    orders and are not reported, nor are labels shuffled for comparison, where the same features are trained on with
    their own labels as well.

    ## Fix safety
    Shown only: shuffle both in one call, or by one permutation of indices.

    ## References
    - [sklearn.utils.shuffle](https://scikit-learn.org/stable/modules/generated/sklearn.utils.shuffle.html)
    """

    name = "pairs-shuffled-apart"
    code = "DAT234"
    family = "data"
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the pairs that models are given."""
        fits = [fit for model in program.models for fit in model.fits]
        for model in program.models:
            for use in model.uses:
                for x, y in _pairs(use):
                    apart = isinstance(x, Array) and isinstance(y, Array) and aligned(x, y) is False
                    if apart and not _is_control(fits, x):
                        yield self._report(program, use, current(x), current(y))

    def _report(self, program: Program, use: Fit, x: Array, y: Array) -> Finding:
        label_call, feature_call = _culprit(program, y, x), _culprit(program, x, y)
        culprit = label_call or feature_call
        given = use.call.given("y") if use.call is not None else None
        used = given.span if given is not None else use.span
        notes = [Note("the pair comes in here", used)] if culprit is not None else []
        if label_call is not None and feature_call is not None and feature_call.span != label_call.span:
            notes.insert(0, Note("the features get another order here", feature_call.place))
        verb = "Split" if culprit is not None and culprit.kind == "split" else "Shuffle"
        return self.finding(
            culprit.place if culprit is not None else used,
            "features and labels get different orders: rows lose their labels",
            notes=notes,
            fixes=[Fix(f"{verb} both in one call", (), Safety.SHOWN)],
        )


def _is_control(fits: Sequence[Fit], features: Value) -> bool:
    """True when these features are also trained on with their own labels: the other ones show what chance reaches."""
    pairs = [(fit.x, fit.y) for fit in fits if isinstance(fit.x, Array) and isinstance(fit.y, Array)]
    return any(x.identity is getattr(features, "identity", None) and aligned(x, y) is True for x, y in pairs)


def _pairs(use: Fit) -> Iterator[tuple[Value, Value]]:
    if isinstance(use.x, Dataset):
        yield use.x.inputs, use.x.targets
    else:
        yield use.x, use.y
    validation = use.validation
    if isinstance(validation, Dataset):
        yield validation.inputs, validation.targets
    elif isinstance(validation, tuple) and len(validation) >= 2:
        yield validation[0], validation[1]


def _culprit(program: Program, array: Array, other: Array) -> Fact | None:
    """What first brought `array` into an order that `other` never had."""
    if not isinstance(array.order, tuple) or not isinstance(other.order, tuple):
        return None
    shared = 0
    while shared < min(len(array.order), len(other.order)) and array.order[shared] == other.order[shared]:
        shared += 1
    wanted = array.order[: shared + 1]
    for fact in facts(program, "shuffle", "draw", "split"):
        for made in fact.outputs:
            if isinstance(made, Array) and made.order == wanted and len(wanted) > shared:
                return fact
    return None
