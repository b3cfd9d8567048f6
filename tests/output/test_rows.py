from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from default_lint.findings import Confidence, Edit, Fix, Note, Report, Severity
from default_lint.output import FORMATS, View, load
from default_lint.text import Span
from tests.output.making import MODEL, finding, notebook, report, softmax, span

KEYS = [
    "file",
    "cell",
    "line",
    "column",
    "end_line",
    "end_column",
    "name",
    "code",
    "category",
    "severity",
    "confidence",
    "message",
    "evidence",
    "notes",
    "fix",
    "url",
]


def written(name: str, *reports: Report, view: View | None = None) -> str:
    out = StringIO()
    load(name).write(reports, out, view or View())
    return out.getvalue()


def rows(*reports: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written("json", *reports))
    return found


def test_a_row_has_the_keys_that_tools_rely_on_and_no_others():
    row = rows(report(softmax()))[0]
    assert list(row) == KEYS
    assert row["fix"] == {
        "title": "replace softmax by sigmoid",
        "applicability": "safe",
        "edits": [
            {"line": 6, "column": 32, "end_line": 6, "end_column": 41, "cell": None, "content": '"sigmoid"'},
        ],
        "alternatives": [{"title": "give the layer 2 units", "applicability": "shown", "edits": []}],
    }
    nowhere = {"line": None, "column": None, "end_line": None, "end_column": None, "cell": None}
    assert row["notes"] == [
        {
            "message": "the loss reads it as a probability",
            "line": 9,
            "column": 28,
            "end_line": 9,
            "end_column": 49,
            "cell": None,
        },
        {"message": "Keras is silent", **nowhere},
    ]
    del row["fix"], row["notes"]
    assert row == {
        "file": "train.py",
        "cell": None,
        "line": 6,
        "column": 32,
        "end_line": 6,
        "end_column": 41,
        "name": "softmax-on-one-unit",
        "code": "ACT101",
        "category": "activation",
        "severity": "error",
        "confidence": "high",
        "message": "softmax over 1 unit always outputs 1.0",
        "evidence": [{"kind": "rule"}],
        "url": "https://default-lint.readthedocs.io/rules/softmax-on-one-unit",
    }


def test_no_fix_is_null():
    assert rows(report(finding(Span(0, 6))))[0]["fix"] is None


def test_columns_count_code_points():
    text = "s = '日本😀'; f(1)\n"
    row = rows(report(finding(span(text, "1")), text=text))[0]
    assert (row["column"], row["end_column"]) == (14, 15)


def test_places_in_a_notebook_count_within_their_cell_even_at_its_end():
    document = notebook("import keras\n", "a = 1\nb = 2\n", "c = 3\n")
    second = document.cells[1]
    row = rows(Report(document, (finding(Span(second.start, second.end)),)))[0]
    assert (row["cell"], row["line"], row["column"]) == (3, 1, 1)
    assert (row["end_line"], row["end_column"]) == (2, 7)


def test_the_array_holds_the_rows_of_all_reports():
    assert rows() == []
    assert rows(report()) == []
    assert [row["file"] for row in rows(report(softmax(), path="a.py"), report(), report(softmax(), path="b.py"))] == [
        "a.py",
        "b.py",
    ]


def test_json_lines_has_one_row_per_line():
    lines = written("json-lines", report(softmax(), softmax()), report(softmax())).splitlines()
    assert [list(json.loads(line)) for line in lines] == [KEYS] * 3
    assert written("json-lines", report()) == ""


def test_concise_is_one_line_per_finding():
    place = span(MODEL, "epochs=5")
    unsafe = finding(place, "m", rule="r", severity=Severity.WARNING, fixes=[Fix("f", (Edit(place, "epochs=6"),))])
    document = notebook("import keras\n", "f()\n")
    reports = [report(softmax(), unsafe), Report(document, (finding(Span(13, 14), "m", rule="r"),))]
    assert written("concise", *reports).splitlines() == [
        "train.py:6:32: error[softmax-on-one-unit] [*] softmax over 1 unit always outputs 1.0",
        "train.py:10:17: warning[r] m",
        "book.ipynb:cell 3:1:1: error[r] m",
    ]
    assert "warning[r] [*] m" in written("concise", *reports, view=View(unsafe=True))


def test_github_commands_are_escaped():
    one = finding(span(MODEL, "epochs=5"), "50% of a,b:\nc", severity=Severity.WARNING, notes=[Note("n")])
    assert written("github", report(one, path="a,b:c.py", trouble=["x\ny"])) == (
        "::warning file=a%2Cb%3Ac.py,line=10,endLine=10,col=17,endColumn=25,"
        "title=default-lint (softmax-on-one-unit)::50%25 of a,b:%0Ac%0Anote: n\n"
        "::error file=a%2Cb%3Ac.py,title=default-lint::x%0Ay\n"
    )


def test_github_gives_no_columns_over_several_lines_and_no_lines_in_a_notebook():
    many = written("github", report(finding(Span(0, 20))))
    assert many.startswith("::error file=train.py,line=1,endLine=2,title=")
    document = notebook("import keras\n", "f()\n")
    cell = written("github", Report(document, (finding(Span(13, 14), "m"),)))
    assert cell == ("::error file=book.ipynb,title=default-lint (softmax-on-one-unit)::book.ipynb:cell 3:1:1: m\n")


def sarif(*reports: Report) -> dict[str, Any]:
    log = json.loads(written("sarif", *reports))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    result: dict[str, Any] = run
    return result


def test_sarif_places_rules_and_fixes():
    run = sarif(report(softmax(), finding(Span(0, 6), rule="a-rule", confidence=Confidence.MEDIUM)))
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["a-rule", "softmax-on-one-unit"]
    assert run["tool"]["driver"]["rules"][0]["properties"]["precision"] == "high"
    first, second = run["results"]
    assert (first["ruleIndex"], second["ruleIndex"]) == (1, 0)
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "train.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 6, "startColumn": 32, "endLine": 6, "endColumn": 41},
            }
        }
    ]
    assert first["message"]["text"] == "softmax over 1 unit always outputs 1.0\nKeras is silent"
    assert first["relatedLocations"][0]["message"]["text"] == "the loss reads it as a probability"
    assert len(first["fixes"]) == 1
    assert first["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 6, "startColumn": 32, "endLine": 6, "endColumn": 41},
            "insertedContent": {"text": '"sigmoid"'},
        }
    ]


def test_sarif_fingerprints_survive_lines_added_above_and_tell_twins_apart():
    def prints(text: str) -> list[str]:
        both = [finding(span(text, "epochs=5", nth)) for nth in (0, 1)]
        return [entry["partialFingerprints"]["defaultLint/v1"] for entry in sarif(report(*both, text=text))["results"]]

    text = "fit(epochs=5)\nfit(epochs=5)\n"
    assert prints(text) == prints("# new\n\n" + text)
    assert len(set(prints(text))) == 2


def test_sarif_tells_trouble_and_quotes_paths():
    run = sarif(report(path="a dir/é#.py", trouble=["permission denied"]))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"] == "permission denied"
    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20dir/%C3%A9%23.py"
    assert sarif()["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_a_report_without_findings(name: str):
    written(name, report())
    written(name)
