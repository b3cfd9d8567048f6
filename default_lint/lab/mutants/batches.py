"""Where a program says how many examples make a batch, and how many there are."""

from __future__ import annotations

from default_lint.lab.mutants.base import NotApplicable, Subject
from default_lint.program.data_values import Array, Dataset, Generator
from default_lint.program.types import Call, Fit
from default_lint.program.values import Value, is_integer


def batch_call(subject: Subject, fit: Fit) -> Call:
    """The call that takes the `batch_size` of a `fit`: itself, or the `batch` of the dataset it is given.

    Raises NotApplicable when neither is known to take one.
    """
    if isinstance(fit.x, Generator):
        raise NotApplicable("it is trained on a generator that makes its own batches")
    if isinstance(fit.x, Dataset):
        steps = [step.span for step in fit.x.steps if step.name.endswith(".Dataset.batch")]
        calls = [call for call in subject.program.calls if call.short == "batch" and call.span in steps[-1:]]
        if not calls:
            raise NotApplicable("it is not known where the dataset is put into batches")
        return calls[0]
    if fit.call is None or (fit.call.given("batch_size") is None and fit.call.given("y") is None):
        raise NotApplicable("it is not known what it is trained on")
    return fit.call


def examples(fit: Fit) -> int | None:
    """How many examples a `fit` trains on; None when that is not known."""
    for value in (fit.x, fit.y):
        found = _first_axis(value)
        if found is not None:
            return found
    return None


def _first_axis(value: Value) -> int | None:
    if isinstance(value, list | tuple) and value:
        return _first_axis(value[0])
    if isinstance(value, dict) and value:
        return _first_axis(next(iter(value.values())))
    if isinstance(value, Array) and isinstance(value.shape, tuple) and value.shape and is_integer(value.shape[0]):
        return value.shape[0]
    return None


__all__ = ["batch_call", "examples"]
