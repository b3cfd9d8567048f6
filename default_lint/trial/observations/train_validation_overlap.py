"""DAT245 train-validation-overlap."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._data import Facts, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.embedding_range import fed_embedding
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, text_of


class TrainValidationOverlap(Observation):
    """Rows of the validation data are also in the training data.

    ## Why it matters
    Validation is to tell how well the model does on what it has not seen. Rows that it was trained on are known by
    heart: the validation looks good, early stopping and the choice of models trust it, and new data fails.

    ## What is measured
    The share of validation rows that stand, equal to the last bit, in the training inputs.

    ## Likely causes
    1. Rows were repeated (oversampling, augmentation) before the split.
    2. Validation is a part of the training data, or all of it.
    3. The table holds duplicates.

    ## What to do
    Split first, repeat rows of the training part only; `drop_duplicates()` before the split.

    ## Known limits
    Inputs of few whole numbers repeat by nature and get a remark only; so do short sentences: of the rows that go into
    an Embedding *all* must stand in the training data. A single array of inputs is compared.

    ## References
    - Kapoor and Narayanan, Leakage and the reproducibility crisis in machine-learning-based science (2023)
    """

    name = "train-validation-overlap"
    code = "DAT245"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the share of rows that are shared."""
        shared = number(sight.model.data, "overlap")
        if shared is None or shared < LIMITS["overlap_remark"]:
            return
        shared = min(shared, 1.0)
        rows = number(sight.model.data, "val_samples")
        if _tokens(sight):
            much = shared == 1 and rows is not None and rows >= LIMITS["overlap_tokens"]
        else:
            much = shared >= LIMITS["overlap"] and not _few_values(sight.x)
        place = sight.places.data("validation")
        if not sight.model.asked.get("validation_data") and sight.model.asked.get("validation_split"):
            place = sight.places.fit("validation_split")
        yield self.seen(
            place,
            f"{percent(shared)} of the validation rows are in the training data too",
            weight=0.8 if much else 0.1,
            cause="validation",
            measure="overlap",
            value=shared,
            notes=[
                f"{text_of(round(shared * rows))} of {text_of(rows)} rows are equal" if rows else "the rows are equal",
                "most likely rows were repeated before the split, or the two are cut from the same rows",
                "try: split first, then repeat rows of the training part only",
            ],
            severity=Severity.WARNING if much else Severity.INFO,
            confidence=Confidence.HIGH if much else Confidence.MEDIUM,
        )


def _tokens(sight: Sight) -> bool:
    """Whether rows are ids of words or the like."""
    fed = fed_embedding(sight)
    return fed is not None and fed[1].get("integers") is True


def _few_values(facts: Facts) -> bool:
    """Whether rows repeat by nature: few columns of whole numbers."""
    columns = number(facts, "columns")
    return facts.get("integers") is True and columns is not None and columns <= LIMITS["discrete_columns"]
