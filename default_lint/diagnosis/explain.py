"""Why a classifier says what it says: the features that moved it most, in words, with numbers and places.

People act on a feature, not on its columns: the mean, the largest and the last of a number, or the options of a choice,
are one reason, which has the sum of their contributions and tells the column that counts most. What the source does not
tell is said to be not known; of what was not asked of it, as it does not apply, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from default_lint.features import words
from default_lint.features.table_static import FEATURES as STATIC
from default_lint.features.table_static import Assumed, StaticFeature
from default_lint.findings import Learned, Reason
from default_lint.text import Document, Span

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Model

TOP = 5
SPANS = 3  # places of one reason
SILENT = frozenset({"site.is"})
"""Features that only say which place is judged: nobody can act on that."""
KNOWN = "_known"  # ends the columns of a run that tell whether a group was measured

Place = tuple[Document, Span]
Origins = Mapping[str, Sequence[Span] | Sequence[Place]] | Callable[[str], Iterable[Place]]


class Group(NamedTuple):
    """A feature with the contributions of its columns, and their sum."""

    feature: str
    columns: Mapping[str, float]
    contribution: float

    @property
    def telling(self) -> str:
        """The column that counts most in the direction of the sum."""
        sign = 1.0 if self.contribution >= 0 else -1.0
        return max(self.columns, key=lambda column: sign * self.columns[column])


def grouped(contributions: Mapping[str, float], static: Mapping[str, StaticFeature] = STATIC) -> tuple[Group, ...]:
    """Contributions by feature instead of by column, the largest in size first; together the same sum."""
    columns: dict[str, dict[str, float]] = {}
    for column, contribution in contributions.items():
        columns.setdefault(feature_of(column, static), {})[column] = contribution
    groups = [Group(feature, found, sum(found.values())) for feature, found in columns.items()]
    return tuple(sorted(groups, key=lambda group: (-abs(group.contribution), group.feature)))


def feature_of(column: str, static: Mapping[str, StaticFeature] = STATIC) -> str:
    """The feature that a column belongs to: "layer.activation" of its options, "loss_rose" of "loss_rose.max"."""
    feature = static.get(column)
    if feature is not None:
        return column.rpartition(".")[0] if feature.unit == "choice" else column
    return column.partition(".")[0]


def reasons(
    learned: Learned,
    model: Model,
    values: Mapping[str, float],
    origins: Origins,
    document: Document | None = None,
    top: int = TOP,
    static: Mapping[str, StaticFeature] = STATIC,
) -> tuple[Reason, ...]:
    """The features that moved the probability most, the largest contribution in size first.

    `values` are those that were judged. `origins` maps columns to spans in `document`, or to places with documents of
    their own; or is a function that does. Raises KeyError for a value that is missing.
    """
    found: list[Reason] = []
    for group in grouped(learned.contributions, static):
        if len(found) == top:
            break
        if group.feature in SILENT:
            continue
        column = _shown(group, values, static)
        value: float | None = values[column]
        usual = model.usual.get(column)
        if isinstance(value, Assumed):
            if not value.applies:
                continue
            value = usual = None
        text = f"{told(column, values, usual, static)} ({signed(group.contribution)})"
        spans = tuple(_places(column, origins, document))[:SPANS]
        found.append(Reason(column, text, value, group.contribution, usual, spans))
    return tuple(found)


def told(
    column: str,
    values: Mapping[str, float],
    usual: tuple[float, float] | None = None,
    static: Mapping[str, StaticFeature] = STATIC,
) -> str:
    """A column with its number in words, and the range of working programs: "learning rate 0.5, working programs ...".

    Facts have no range.
    """
    value = values[column]
    feature = static.get(column)
    if feature is not None:
        if isinstance(value, Assumed):
            return words.not_known(feature)
        text = words.of_source(feature, value)
        if usual is None or feature.unit in ("flag", "choice"):
            return text
        return _compared(text, *(words.source_number(feature, bound) for bound in usual))
    if column.endswith(KNOWN):
        return words.measured(column.removesuffix(KNOWN), value != 0)
    return _of_run(column, values, usual)


def _of_run(column: str, values: Mapping[str, float], usual: tuple[float, float] | None) -> str:
    from default_lint.features.base import FLAG
    from default_lint.features.dynamic import FEATURES

    name, *more = column.split(".")
    run = FEATURES.get(name)
    if run is None:
        text = f"{column.replace('.', ' ').replace('_', ' ')} {words.short(values[column])}"
        return text if usual is None else _compared(text, *map(words.short, usual))
    group = run.topic.group
    if values.get(f"{group}{KNOWN}") == 0:  # the value only stands for one
        return words.measured(group, False)
    mean = values.get(".".join((name, *more[:-1], "mean"))) if more else None
    text = words.of_run(run, column, values[column], mean)
    if usual is None or run.scale == FLAG:
        return text
    unit = words.run_unit(run)
    return _compared(text, *(words.number(unit, bound) for bound in usual))


def _compared(text: str, low: str, high: str) -> str:
    """A number beside the range of working programs."""
    return f"{text}, working programs {low}" if low == high else f"{text}, working programs {low} to {high}"


def signed(contribution: float) -> str:
    """A contribution with its sign, and none when it rounds to nothing."""
    return f"{contribution:+.2f}" if abs(contribution) >= 0.005 else "0.00"


def _shown(group: Group, values: Mapping[str, float], static: Mapping[str, StaticFeature]) -> str:
    """The column of a feature that is told: of a choice the option that was taken, even when another counts more."""
    feature = static.get(group.telling)
    if feature is not None and feature.unit == "choice":
        options = [name for name in values if name.startswith(f"{group.feature}.") and name in static]
        return next((name for name in options if values[name] == 1), group.telling)
    return group.telling


def _places(column: str, origins: Origins, document: Document | None) -> Iterable[Place]:
    if callable(origins):
        yield from origins(column)
        return
    for found in origins.get(column, ()):
        if not isinstance(found, Span):
            yield found
        elif document is not None:
            yield document, found


__all__ = ["Group", "feature_of", "grouped", "reasons", "signed", "told"]
