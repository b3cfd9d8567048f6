"""SARIF logs against the parts of the 2.1.0 standard that we use, closed so that nothing else slips in."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from jsonschema import Draft7Validator

from default_lint.findings import Note, Report
from default_lint.output import View, sarif
from default_lint.text import Span
from tests.output.making import finding, notebook, report, softmax

LEVEL = {"enum": ["none", "note", "warning", "error"]}
POSITIVE = {"type": "integer", "minimum": 1}
TEXT = {"type": "string", "minLength": 1}


def closed(required: str, **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def many(items: Any, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "uniqueItems": True}


ARTIFACT = closed("uri", uri={"type": "string", "pattern": r"^[^\\ ]+$"}, uriBaseId={"const": "%SRCROOT%"})
REGION = closed("startLine", startLine=POSITIVE, startColumn=POSITIVE, endLine=POSITIVE, endColumn=POSITIVE)
PHYSICAL = closed("artifactLocation", artifactLocation=ARTIFACT, region=REGION)
LOGICAL = closed("fullyQualifiedName", fullyQualifiedName=TEXT)
MESSAGE = closed("text", text=TEXT)
PAGE = closed("text", text=TEXT, markdown=TEXT)
LOCATION = closed(
    "physicalLocation",
    physicalLocation=PHYSICAL,
    logicalLocations=many(LOGICAL, 1),
    id={"type": "integer", "minimum": 0},
    message=MESSAGE,
)
REPLACEMENT = closed("deletedRegion", deletedRegion=REGION, insertedContent=closed("text", text={"type": "string"}))
CHANGE = closed("artifactLocation replacements", artifactLocation=ARTIFACT, replacements=many(REPLACEMENT, 1))
FIX = closed("artifactChanges", description=MESSAGE, artifactChanges=many(CHANGE, 1))
RULE = closed(
    "id shortDescription fullDescription help helpUri defaultConfiguration properties",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=PAGE,
    helpUri={"type": "string", "pattern": "^https://"},
    defaultConfiguration=closed("level", level=LEVEL),
    properties=closed(
        "precision",
        **{
            "precision": {"enum": ["very-high", "high", "medium", "low"]},
            "problem.severity": {"enum": ["error", "warning", "recommendation"]},
            "tags": many(TEXT, 1),
        },
    ),
)
RESULT = closed(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations={**many(LOCATION, 1), "maxItems": 1},
    relatedLocations=many(LOCATION, 1),
    fixes=many(FIX, 1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT, "minProperties": 1},
    properties={"type": "object"},
)
NOTIFICATION = closed("message", level=LEVEL, message=MESSAGE, locations=many(LOCATION))
DRIVER = closed("name rules", name=TEXT, informationUri=TEXT, semanticVersion=TEXT, rules=many(RULE))
INVOCATION = closed(
    "executionSuccessful", executionSuccessful={"type": "boolean"}, toolExecutionNotifications=many(NOTIFICATION)
)
RUN = closed(
    "tool results",
    tool=closed("driver", driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds=closed("%SRCROOT%", **{"%SRCROOT%": closed("description", description=MESSAGE)}),
    invocations=many(INVOCATION, 1),
    results={"type": "array", "items": RESULT},
)
LOG = closed("version runs", **{"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": many(RUN, 1)})


def reports() -> list[list[Report]]:
    book = notebook("import keras\n", "f(1)\n")
    place = Span(15, 16)
    return [
        [],
        [report()],
        [report(softmax()), report(softmax(), path="/elsewhere/a b.py"), report(trouble=["permission denied"])],
        [report(softmax(), softmax(), finding(Span(0, 0), rule="other", notes=[Note("n", Span(3, 9))]))],
        [Report(book, (finding(place, notes=[Note("first cell", Span(0, 6))]),))],
    ]


@pytest.mark.parametrize("found", reports())
def test_the_log_follows_the_standard(found: list[Report]):
    out = StringIO()
    sarif.write(found, out, View())
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft7Validator(LOG).iter_errors(json.loads(out.getvalue()))
    ]
    assert errors == []
