"""What an observation is: a page, as a rule has, and a `check` over what was seen of one trained model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from default_lint.features.dynamic import Features
from default_lint.features.dynamic import of as features_of
from default_lint.findings import Confidence, Finding, Fix, Note, Observed, Severity
from default_lint.rules.base import Described
from default_lint.trial.observations import health
from default_lint.trial.observations.place import Place, Places, Sources
from default_lint.trial.trace import ModelTrace, Trace


class Seen(NamedTuple):
    """A finding with its document, and how well it explains what went wrong (0 not at all, 1 completely).

    `cause` names what is at fault in one word ("learning_rate", "dead_units", "x", "labels", ...): findings with the
    same place and cause are one. A `symptom` says that something is wrong but not what; it moves to the best cause.
    """

    place: Place
    finding: Finding
    weight: float
    cause: str
    symptom: bool = False


class Sight:
    """One trained model as observations look at it.

    trace, model   the run and the record of this model
    features       the numbers made of it (`default_lint.features.dynamic`)
    health         did it learn
    places         where its parts stand in the source
    rules          what the static rules found in the same documents, to raise or lower a cause
    """

    def __init__(self, trace: Trace, model: ModelTrace, sources: Sources, rules: Sequence[Finding] = ()) -> None:
        self.trace = trace
        self.model = model
        self.places = Places(sources, model)
        self.rules = tuple(rules)

    @cached_property
    def features(self) -> Features:
        """The features of the run."""
        return features_of(self.model)

    @cached_property
    def health(self) -> health.Health:
        """How well the run went."""
        return health.of(self.model)

    @property
    def weighted(self) -> bool:
        """Whether some examples or classes weigh more than others in training."""
        return health.weighted(self.model)

    def test(self, name: str) -> dict[str, object]:
        """The result of an own test; empty when it was not made."""
        result = dict(self.model.tests.get(name, {}))
        return {} if "skipped" in result else result

    @property
    def x(self) -> dict[str, object]:
        """Facts about the first input array."""
        return dict(health.first(self.model.data.get("x")))

    @property
    def y(self) -> dict[str, object]:
        """Facts about the first label array."""
        return dict(health.first(self.model.data.get("y")))

    def measure(self, index: int, name: str, *, start: bool = False) -> float | None:
        """A layer's measure after the last epoch that has it, or before training with `start`."""
        if start:
            return self.model.start.layers.get(index, {}).get(name) if self.model.start is not None else None
        for epoch in reversed(self.model.epochs):
            value = epoch.layers.get(index, {}).get(name)
            if value is not None:
                return value
        return None

    def found(self, *names: str) -> Finding | None:
        """A finding of one of these static rules."""
        return next((finding for finding in self.rules if finding.rule in names), None)


class Observation(Described):
    """Base of all observations.

    The docstring is the page, as for a rule: first line the fact in one sentence, then *Why it matters*, *What is
    measured*, *Likely causes* (ranked), *What to do*, *Known limits*, *References*.
    """

    def check(self, sight: Sight) -> Iterator[Seen]:
        """What is wrong with one trained model, by this observation."""
        raise TypeError(f"{self.name} does not say what to check in {sight.trace.script}")

    def seen(
        self,
        place: Place,
        message: str,
        *,
        weight: float,
        cause: str,
        measure: str,
        value: float,
        epochs: Sequence[int] = (),
        notes: Sequence[Note | str] = (),
        fixes: Sequence[Fix] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        symptom: bool = False,
    ) -> Seen:
        """A finding at a place, with the number that it rests on."""
        finding = self.finding(
            place.span,
            message,
            notes=[Note(note) if isinstance(note, str) else note for note in notes],
            fixes=fixes,
            severity=severity,
            confidence=confidence,
        )
        from dataclasses import replace

        evidence = (Observed(measure, tuple(epochs), value, place.how, self.name),)
        return Seen(place, replace(finding, evidence=evidence), weight, cause, symptom)
