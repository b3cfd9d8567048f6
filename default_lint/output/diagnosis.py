"""A diagnosis as plain data: the `json` format, and the last of the events that editors read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from default_lint.findings import Report
from default_lint.output import learned
from default_lint.output.evidence import plain
from default_lint.output.row import row, where

if TYPE_CHECKING:
    from default_lint.findings import Attempt, Diagnosis, Part, Verification
    from default_lint.trial.trace import Epoch, ModelTrace, Trace

# Measures of the whole model that the short form of a run keeps.
MEASURES = ("gradient_norm", "held_loss", "held_accuracy", "prediction_std", "weight_norm")


def data(diagnosis: Diagnosis, trace: Trace, verification: Verification | None = None) -> dict[str, Any]:
    """The keys that tools may rely on; numbers that JSON does not know are strings. Epochs count from 1.

    "verification" is there when fixes were to be tried, "levels" when classifiers spoke.
    """
    ended = trace.ended
    tried = {} if verification is None else {"verification": verified(verification)}
    return plain_row(
        {
            "verdict": {
                "faulty": diagnosis.verdict.faulty,
                "sentence": diagnosis.verdict.sentence,
                "try_first": diagnosis.verdict.first,
            },
            "run": {
                "script": trace.script,
                "ended": {
                    "kind": ended.kind,
                    "message": ended.message,
                    "file": ended.site.file if ended.site else None,
                    "line": ended.site.line if ended.site else None,
                },
                "seconds": trace.seconds,
                "versions": trace.versions,
                "models": [_model(model) for model in trace.models],
                "notes": trace.notes,
            },
            "findings": [
                {"rank": rank, **row(document, finding)} for rank, (document, finding) in enumerate(diagnosis.ranked, 1)
            ],
            **({"levels": [learned.data(level) for level in diagnosis.levels]} if diagnosis.levels else {}),
            **tried,
        }
    )


def verified(verification: Verification) -> dict[str, Any]:
    """What trying the fixes gave; `best` is the number of an attempt, and a diff is what `git apply` takes."""
    attempts = verification.attempts
    best = next((number for number, each in enumerate(attempts, 1) if each is verification.best), None)
    return {
        "seed": verification.seed,
        "attempts": [attempt(number, each) for number, each in enumerate(attempts, 1)],
        "best": best,
        "left": verification.left,
        "applied": verification.applied,
        "refused": verification.refused or None,
        "cancelled": verification.cancelled,
        "notes": verification.notes,
    }


def attempt(number: int, tried: Attempt) -> dict[str, Any]:
    """One attempt, also as the event of its end has it."""
    measured = tried.measured
    return plain_row(
        {
            "number": number,
            "title": tried.title,
            "outcome": tried.outcome,
            "told": tried.told,
            "measure": None
            if measured is None
            else {
                "name": measured.name,
                "before": measured.before,
                "after": measured.after,
                "epochs": measured.epochs,
            },
            "fixes": [fix_of(part) for part in tried.parts],
            "diff": tried.diff,
        }
    )


def fix_of(part: Part) -> dict[str, Any]:
    """A fix of an attempt: its finding, and where it changes the source."""
    edits = sorted(part.fix.edits, key=lambda edit: edit.span)
    return {
        "file": part.document.path,
        **where(part.document, edits[0].span),
        "name": part.finding.rule,
        "title": part.fix.title,
        "applicability": part.fix.safety.value,
    }


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """`row` with all its numbers as strict JSON takes them."""
    return {key: plain(value) for key, value in row.items()}


def _model(model: ModelTrace) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind,
        "trained": model.trained,
        "layers": len(model.layers),
        "parameters": sum(layer.parameters for layer in model.layers),
        "optimizer": model.optimizer,
        "losses": model.losses,
        "epochs": [_epoch(epoch) for epoch in model.epochs],
        "tests": model.tests,
        "capped": model.capped,
    }


def _epoch(epoch: Epoch) -> dict[str, Any]:
    return {
        "epoch": epoch.number + 1,
        "complete": epoch.complete,
        "learning_rate": epoch.learning_rate,
        "logs": epoch.logs,
        "measures": {name: epoch.measures[name] for name in MEASURES if name in epoch.measures},
    }


def write(diagnosis: Diagnosis, trace: Trace, out: TextIO, verification: Verification | None = None) -> None:
    """Write the object."""
    json.dump(data(diagnosis, trace, verification), out, indent=2, ensure_ascii=False, allow_nan=False)
    out.write("\n")


def by_document(diagnosis: Diagnosis) -> list[Report]:
    """The findings as reports for the formats of `check`, within each the most likely cause first."""
    found: dict[str, Report] = {report.document.path: Report(report.document) for report in diagnosis.reports}
    for document, finding in diagnosis.ranked:
        report = found.get(document.path) or Report(document)
        found[document.path] = Report(document, (*report.findings, finding))
    return [report for report in found.values() if report.findings]
