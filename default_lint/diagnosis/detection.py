"""Level one: does the run show that something is wrong? What the classifier says, and the verdict in one sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from default_lint.diagnosis.fusion import Weighed, detected
from default_lint.findings import Level, Severity, Verdict
from default_lint.trial.observations.health import Health
from default_lint.trial.observations.words import text_of
from default_lint.trial.trace import Ended, Trace, windows

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Bundle
    from default_lint.diagnosis.sample import Sample

_ORDER = ("broken", "diverged", "stuck", "weak", "unknown", "learns")


def detect(sample: Sample, bundle: Bundle) -> tuple[Level, ...]:
    """What the classifier says of a run as a whole; nothing when there is none that speaks."""
    model = sample.model(bundle, "detection")
    return () if model is None else (sample.level("detection", "faulty", model, model.judge(sample.values)),)


def verdict(
    trace: Trace, healths: Sequence[Health], ranked: Sequence[Weighed], levels: Sequence[Level] = ()
) -> Verdict:
    """The verdict on a run.

    The classifiers (`levels`) are quoted when they find it faulty, or when nothing else can be said; they never decide.
    """
    serious = [item for item in ranked if item.finding.severity >= Severity.WARNING]
    first = _advice(serious[0]) if serious else ""
    trained = [at for at in range(len(healths)) if healths[at].steps]
    worst = min(trained, key=lambda at: _ORDER.index(healths[at].state), default=None)
    if worst is None:
        return Verdict(True if serious else None, _untrained(trace.ended), first)
    health, model = healths[worst], trace.models[worst]
    faulty = True if serious or health.fails else None if health.state == "unknown" else False
    name = f" of `{model.name}`" if len(trace.models) > 1 else ""
    sentence = {
        "broken": f"The loss{name} became NaN or infinite",
        "diverged": f"Training{name} diverged",
        "stuck": f"The model{' `' + model.name + '`' if name else ''} did not learn",
        "weak": f"Training{name} made little progress",
        "unknown": f"Too little of the training{name} was seen to judge it",
        "learns": f"Training{name} works",
    }[health.state]
    if trace.ended.kind == "error":
        sentence += f", until {_lower(trace.ended.message)}"
    numbers = _numbers(health, model.window)
    if numbers:
        sentence += f": {numbers}"
    if faulty is False and not detected(levels):
        sentence += "; nothing suspicious was seen"
    elif serious and not health.fails:
        sentence += f"; {_count(len(serious))} to look at"
    return Verdict(faulty, sentence + _learned(faulty, levels), first)


def _learned(faulty: bool | None, levels: Sequence[Level]) -> str:
    """What the classifier adds to the sentence."""
    detection = next((level for level in levels if level.stage == "detection"), None)
    if detection is None or (faulty is False and not detection.holds):
        return ""
    probability = f"{detection.learned.probability:.2f}"
    if detection.holds:
        return f"; {'yet ' if faulty is False else ''}like the runs of faulty programs ({probability})"
    return f"; not like the runs of faulty programs ({probability})" if faulty is None else ""


def _numbers(health: Health, window: str) -> str:
    """Loss and accuracy of the run in short."""
    span = f"in {windows(health.epochs, window)}" if health.epochs else f"in {health.steps} steps"
    parts = []
    if math.isfinite(health.start) and math.isfinite(health.last):
        parts.append(f"loss {text_of(health.told)} to {text_of(health.last)} {span}")
    elif math.isfinite(health.start):
        parts.append(f"loss {text_of(health.told)} to {health.last} {span}")
    if health.accuracy is not None:
        part = f"accuracy {health.accuracy:.2f}"
        if health.validation is not None:
            part += f", validation {health.validation:.2f}"
        if health.majority is not None and health.state in ("stuck", "weak"):
            part += f" where always the commonest label gives {health.majority:.2f}"
        parts.append(part)
    elif health.chance is not None and health.state in ("stuck", "weak"):
        parts.append(f"a constant prediction gives {text_of(health.chance)}")
    return ", ".join(parts)


def _untrained(ended: Ended) -> str:
    if ended.kind in ("finished", "unstarted") and not ended.message:
        return "No training was seen: the script fits no Keras model"
    if ended.kind in ("budget", "hang"):
        return "No training was seen within the time: raise --seconds, or move slow preparation out of the script"
    return f"No training was seen: {_lower(ended.message)}" if ended.message else "No training was seen"


def _advice(item: Weighed) -> str:
    """What the best finding says to try, else its first fix, else the finding itself."""
    tries = [note.text for note in item.finding.notes if note.text.startswith("try: ")]
    line = item.document.locate(item.finding.span.start)
    where = f"line {line.line}" if line.cell is None else f"cell {line.cell}, line {line.line}"
    if tries:
        return f"{where}: {tries[0].removeprefix('try: ')}"
    if item.finding.fixes:
        return f"{where}: {_lower(item.finding.fixes[0].title)}"
    return f"{where}: {item.finding.message}"


def _lower(text: str) -> str:
    """A sentence as it goes on in another one; names such as `ValueError` stay as they are."""
    first = text.partition(" ")[0]
    return text[:1].lower() + text[1:] if first[1:].islower() else text


def _count(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"
