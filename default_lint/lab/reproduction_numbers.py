"""The numbers of `lab.reproduce` as a file, and the scores of our own models to stand beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from default_lint.lab.evaluation_schema import STAGES, validate
from default_lint.lab.published import TASKS

Record = Mapping[str, Any]


class NumbersTrouble(Exception):
    """A file of numbers that is not what is needed, told in one line."""


def written(numbers: Record) -> str:
    """The numbers as the text of a JSON file, without those of our own models."""
    kept = {name: held for name, held in numbers.items() if name != "ours"}
    return json.dumps(kept, separators=(",", ":"), allow_nan=False) + "\n"


def numbers_of(text: str, name: str) -> dict[str, Any]:
    """The numbers that `written` gave.

    Raises:
        NumbersTrouble: it is something else, or of another version.
    """
    found = _json(text, name)
    if not isinstance(found, dict) or set(found.get("tasks", ())) != {task.name for task in TASKS}:
        raise NumbersTrouble(f"{name} was not written by `lab reproduce levels --json`")
    if found.get("format") != 1:
        raise NumbersTrouble(f"{name} has format {found.get('format')!r}, expected 1: make it anew")
    return found


def with_ours(numbers: Record, text: str, name: str) -> dict[str, Any]:
    """The numbers with the scores of the chosen models of an evaluation of ours (`lab evaluate --json`) as "ours".

    Raises:
        NumbersTrouble: it is no such result, or has no scores of a chosen model.
    """
    found = _json(text, name)
    wrong = validate(found)
    if wrong:
        raise NumbersTrouble(f"{name} is no result of `lab evaluate`: {wrong[0]}")
    stages = {stage: told for stage in STAGES if (told := _chosen(found, stage))}
    if not stages:
        raise NumbersTrouble(f"{name} has no scores of a chosen model")
    counts = found.get("corpus", {})
    corpus = {key: counts[key] for key in ("seeds", "programs", "runs", "hash") if key in counts}
    return {**numbers, "ours": {"corpus": corpus, "stages": stages}}


def _chosen(results: Record, stage: str) -> dict[str, Any]:
    """What was chosen in a stage, its scores and those of its floors; empty when nothing was."""
    section = results.get(stage, {})
    chosen, scores = section.get("chosen"), section.get("scores")
    if not chosen or not scores:
        return {}
    return {
        **chosen,
        "scores": scores[chosen["level"]][chosen["model"]],
        "floors": results.get("floors", {}).get(stage, {}),
    }


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise NumbersTrouble(f"{name} is no JSON ({error})") from error
