"""What the classifiers say about a run: on the terminal, as JSON, as waterfalls in the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from default_lint.findings import (
    Confidence,
    Diagnosis,
    Finding,
    Learned,
    Level,
    Note,
    Reason,
    Report,
    Severity,
    Verdict,
)
from default_lint.output import View, charts, diagnosis, evidence, html, json_lines, learned, sarif
from default_lint.text import Document, Span
from tests.output import tracing
from tests.output.making import notebook, span
from tests.output.test_run import shown
from tests.output.tracing import SCRIPT

DOCUMENT = Document("train.py", SCRIPT)
LOSS = (DOCUMENT, span(SCRIPT, '"binary_crossentropy"'))
RATE = (DOCUMENT, span(SCRIPT, "5.0"))


def level(stage: str, label: str, probability: float, *parts: float, base: float = 0.5, **more: object) -> Level:
    """A level with made-up reasons: learning rate, loss and softmax, with the given contributions."""
    names = (("optimizer.rate", "learning rate 5, working programs 1e-4 to 0.01", (RATE,)),
             ("loss_drop", "change of the loss <b> `x` 0", (LOSS,)), ("head.agrees", "softmax", ()))  # fmt: skip
    reasons = tuple(
        Reason(
            feature, f"{text} ({part:+.2f})", 1.5, part, (-4.0, -2.0) if feature == "optimizer.rate" else None, spans
        )
        for (feature, text, spans), part in zip(names, parts)
    )
    contributions = {name: part for (name, *_), part in zip(names, parts)}
    rest = probability - base - sum(parts)
    judged = Learned(f"{stage}.both", probability, base, {**contributions, "other": rest} if rest else contributions)
    threshold = 0.6
    return replace(Level(stage, label, judged, threshold, probability >= threshold, reasons), **more)  # type: ignore[arg-type]


LEVELS = (
    level("detection", "faulty", 0.97, 0.3, 0.1, -0.05, base=0.5),
    level("categorization", "loss", 0.88, 0.38),
    level("categorization", "activation", 0.61, 0.11),
    level("cause", "from-logits", 0.74, 0.24, family="loss", place=LOSS),
    level("cause", "units", 0.41, family="activation"),
)


def diagnosed(*levels: Level, faulty: bool | None = True) -> Diagnosis:
    return Diagnosis(Verdict(faulty, "The model did not learn"), (Report(DOCUMENT),), (), levels)


def test_the_levels_in_one_line() -> None:
    place = '`loss="binary_crossentropy"` at train.py:11'
    assert learned.chain(LEVELS) == f"faulty 0.97 -> loss 0.88, activation 0.61 -> {place}"
    assert learned.chain(LEVELS[:1]) == "faulty 0.97"
    assert learned.chain((level("detection", "faulty", 0.12),)) == "not faulty (0.12)"
    healthy = (level("detection", "faulty", 0.12), *LEVELS[1:])
    assert learned.chain(healthy) == "not faulty (0.12)" and learned.telling(healthy) == []
    assert learned.telling(LEVELS) == list(LEVELS[:4]) and learned.telling(LEVELS[1:]) == list(LEVELS[1:4])
    assert learned.chain((LEVELS[1], replace(LEVELS[3], place=None))) == "loss 0.88 -> from logits 0.74"
    assert learned.chain(()) == ""


def test_a_place_in_a_notebook_names_its_cell() -> None:
    book = notebook("import keras\n", "rate = 0.5\n" + 'x = """' + "long" * 20 + '\n"""')
    at = book.text.index("0.5")
    assert learned.at(book, Span(at, at + 3)) == "book.ipynb:cell 3:1"
    assert learned.words(book, Span(at, at + 3)) == "`rate=0.5`"
    long = learned.words(book, Span(at + 4, len(book.text)))
    assert len(long) == learned.LONGEST + 2 and long.endswith("...`")


def test_the_terminal_shows_the_levels_after_the_verdict() -> None:
    text = shown(diagnosed(*LEVELS), tracing.trace(), View(width=90))
    block = text.split("\n\n")[1]
    assert block.splitlines() == [
        'Classifiers: faulty 0.97 -> loss 0.88, activation 0.61 -> `loss="binary_crossentropy"` at',
        "             train.py:11",
        "  faulty 0.97",
        "    learning rate 5, working programs 1e-4 to 0.01 (+0.30), train.py:11",
        "    change of the loss <b> `x` 0 (+0.10), train.py:11",
        "    softmax (-0.05)",
        "  loss 0.88",
        "    learning rate 5, working programs 1e-4 to 0.01 (+0.38), train.py:11",
        "  activation 0.61",
        "    learning rate 5, working programs 1e-4 to 0.01 (+0.11), train.py:11",
        "  from logits 0.74 (loss)",
        "    learning rate 5, working programs 1e-4 to 0.01 (+0.24), train.py:11",
    ]
    healthy = shown(diagnosed(level("detection", "faulty", 0.12, -0.38), faulty=False), tracing.trace())
    assert healthy.split("\n\n")[1] == "Classifiers: not faulty (0.12)"
    assert "Classifiers" not in shown(diagnosed(), tracing.trace())


def test_json_has_everything() -> None:
    data = json.loads(json.dumps(diagnosis.data(diagnosed(*LEVELS), tracing.trace()), allow_nan=False))
    first, *_, cause, unsure = data["levels"]
    assert {key: first[key] for key in ("stage", "label", "family", "holds", "threshold", "model")} == {
        "stage": "detection",
        "label": "faulty",
        "family": None,
        "holds": True,
        "threshold": 0.6,
        "model": "detection.both",
    }
    total = first["base"] + sum(first["contributions"].values())
    assert total == pytest.approx(first["probability"])
    assert first["reasons"][0] == {
        "feature": "optimizer.rate",
        "message": "learning rate 5, working programs 1e-4 to 0.01 (+0.30)",
        "value": 1.5,
        "contribution": 0.3,
        "usual": [-4.0, -2.0],
        "places": [{"file": "train.py", "line": 11, "column": 37, "end_line": 11, "end_column": 40, "cell": None}],
    }
    assert (cause["family"], cause["place"]["line"]) == ("loss", 11)
    assert (unsure["holds"], unsure["place"]) == (False, None)
    assert "levels" not in diagnosis.data(diagnosed(), tracing.trace())


def suspicion() -> Finding:
    judged = Learned("site.loss", 0.83, 0.3, {"a.b": 0.4, "c": 0.13}, (("the loss is hinge (+0.40)", 0.4),))
    notes = (Note("the loss is hinge (+0.40)"),)
    return Finding("unusual-loss", "LOS903", LOSS[1], "m", Severity.INFO, Confidence.LOW, "loss", (judged,), notes)


@pytest.mark.parametrize("form", [json_lines, sarif])
def test_formats_for_programs_carry_the_evidence_in_full(form: object, capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    form.write([Report(DOCUMENT, (suspicion(),))], sys.stdout, View())  # type: ignore[attr-defined]
    found = json.loads(capsys.readouterr().out)
    if form is sarif:
        rule = found["runs"][0]["tool"]["driver"]["rules"][0]
        assert rule["shortDescription"]["text"].startswith("The loss is unlike that of working programs")
        found = found["runs"][0]["results"][0]["properties"]
    assert found["evidence"] == [
        {
            "kind": "learned",
            "model": "site.loss",
            "probability": 0.83,
            "base": 0.3,
            "contributions": {"a.b": 0.4, "c": 0.13},
            "reasons": [{"message": "the loss is hinge (+0.40)", "contribution": 0.4}],
        }
    ]


def test_what_a_classifier_says_is_not_called_seen() -> None:
    assert evidence.seen(suspicion().evidence) == ""


def test_contributions_are_signed_and_bars_of_one_width() -> None:
    assert [evidence.signed(value) for value in (0.222, -0.05, 0.004, -0.0)] == ["+0.22", "-0.05", "0.00", "0.00"]
    bars = [evidence.bar(value) for value in (0.0, 0.05, -0.1, 0.13, 0.4, 0.9)]
    assert bars == ["        ", "█       ", "██      ", "██▋     ", "████████", "████████"]


def test_a_waterfall_goes_from_the_base_to_the_probability() -> None:
    picture = learned.picture(LEVELS[0])
    steps = picture.steps
    assert [step.number for step in steps] == ["0.50", "+0.30", "+0.10", "-0.05", "+0.12", "0.97"]
    assert [step.style for step in steps] == ["base", "for", "for", "against", "for", "result"]
    assert steps[1].text == "learning rate 5, working programs 1e-4 to 0.01"
    assert steps[4].text == "1 other feature"
    assert picture.threshold == pytest.approx(0.6 * charts.BAR_WIDTH)
    for before, step in pairwise(steps[:-1]):
        begins = step.start if step.style == "for" else step.start + step.size
        assert begins == pytest.approx(before.end, abs=0.02)
    assert steps[-2].end == pytest.approx(steps[-1].size, abs=0.02)
    assert picture.said.startswith("all programs 0.50, learning rate 5")


def test_the_rest_of_a_waterfall_is_counted_in_features() -> None:
    rest = {
        "activation_dead.max.last": 0.05, "activation_dead.mean.last": 0.01, "activation_dead.median.mean": 0.02,
        "optimizer.name.sgd": 0.02, "optimizer.name.adam": 0.01, "optimizer.rate": 0.3, "optimizer.rate_default": 0.01,
        "loss_drop": 0.1, "loss_drop.max": 0.02,
    }  # fmt: skip
    made = level("detection", "faulty", 0.5 + sum(rest.values()), 0.3, 0.12)
    made = replace(made, learned=replace(made.learned, contributions=rest))
    assert learned.picture(made).steps[3].text == "3 other features"
    whole = level("detection", "faulty", 0.9, 0.3, 0.1, base=0.5)
    assert [step.number for step in learned.picture(whole).steps] == ["0.50", "+0.30", "+0.10", "0.90"]


def test_a_waterfall_stays_within_its_picture() -> None:
    picture = charts.waterfall(0.9, [("up", 0.4), ("down", -1.2)], 0.1, 0.5, "the rest")
    assert all(0 <= step.start <= step.start + step.size <= picture.width for step in picture.steps)


def test_the_page_has_a_waterfall_for_each_level_that_holds() -> None:
    page = html.page(diagnosed(*LEVELS), tracing.trace())
    section = page[page.index('<section class="learned">') : page.index("</section>", page.index('class="learned"'))]
    assert re.findall(r"<figcaption>([^<]*) <small>", section) == [
        "faulty 0.97",
        "loss 0.88",
        "activation 0.61",
        "from logits 0.74 (loss)",
    ]
    assert section.count("<tr class=") == 6 + 3 * 3
    assert section.count('<th scope="row">') == 6 + 3 * 3  # the text stands beside each bar
    assert section.count("<svg") == section.count('aria-hidden="true"')
    assert '<a class="place" href="#s0-11">train.py:11:37</a>' in section
    assert "change of the loss &lt;b&gt; <code>x</code> 0" in section
    assert "<b>" not in section
    assert 'class="learned"' not in html.page(diagnosed(), tracing.trace())


def test_a_notebook_shows_them_without_links() -> None:
    text = html.fragment(diagnosed(*LEVELS), tracing.trace())
    assert "What the classifiers say" in text
    assert '<span class="place">train.py:11:37</span>' in text
