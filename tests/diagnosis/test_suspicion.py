"""Suspicions: what is said of a place that classifiers find unusual, to whom, and when nothing is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from default_lint.diagnosis import suspicion
from default_lint.diagnosis.bundle import Bundle
from default_lint.engine import analyze, check
from default_lint.features.static import names
from default_lint.findings import Confidence, Finding, Learned, Report, Rule, Severity
from default_lint.settings import Settings
from default_lint.text import Document
from tests.diagnosis.bundles import RATE, SITES, Made, Stump
from tests.diagnosis.conftest import Use

PROGRAM = """\
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(256, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dropout(0.9),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.SGD(learning_rate=0.02), loss="mse", metrics=["accuracy"])
model.fit(x, y, validation_split=0.25, epochs=3, verbose=0)
"""
FAST = PROGRAM.replace("0.02", "0.5")  # no rule minds it
CURIOUS = Settings(audience="curious")


def report(text: str = FAST, settings: Settings = CURIOUS) -> Report:
    return check(Document("train.py", text), settings, raising=True)


def suspicions(found: Report) -> list[Finding]:
    return [finding for finding in found.findings if finding.rule.startswith("unusual-")]


def kind(name: str, feature: str) -> dict[str, Made]:
    """A classifier that suspects every place of a kind where a flag is up."""
    return {f"site.{name}": Made(names(name), [Stump(feature, 0.5, 0.1, 0.9)])}


def place(finding: Finding, text: str = FAST) -> str:
    return text[finding.span.start : finding.span.end]


def test_a_place_that_is_unlike_working_programs_is_told_with_its_reasons(learned: Bundle) -> None:
    (found,) = suspicions(report())
    assert (found.rule, found.code, found.family) == ("unusual-optimizer", "OPT902", "optimization")
    assert place(found) == "0.5"
    assert found.message == "`learning_rate=0.5` is unlike that of working programs (0.92)"
    assert (found.severity, found.confidence, found.fixes) == (Severity.INFO, Confidence.LOW, ())
    assert [note.text for note in found.notes] == ["learning rate 0.5, working programs 1e-4 to 0.01 (+0.28)"]
    (piece,) = found.evidence
    assert isinstance(piece, Learned)
    assert piece.model == "site.optimizer"
    assert piece.base + sum(piece.contributions.values()) == pytest.approx(piece.probability)
    assert piece.reasons[0] == (found.notes[0].text, pytest.approx(0.283, abs=1e-3))


def test_what_is_not_known_of_a_place_is_no_fact_about_it(use: Use) -> None:
    stumps = [Stump("optimizer.rate", -4, 0.1, 0.9), Stump("training.patience", 3, 0.1, 0.9)]
    usual = {"optimizer.rate": (-6.0, -5.0), "training.patience": (1.0, 3.0)}
    use({"site.optimizer": Made(names("optimizer"), stumps, usual=usual)})
    told = {
        tuple(note.text for note in found.notes)
        for rate in ("0.5", "float(input())")
        for found in suspicions(report(FAST.replace("learning_rate=0.5", f"learning_rate={rate}")))
    }
    assert told == {
        ("learning rate 0.5, working programs 1e-6 to 1e-5 (+0.20)",),
        ("learning rate not known (+0.20)",),
    }  # patience is not told: training never stops early


def test_one_that_is_little_above_the_threshold_is_a_hint(use: Use) -> None:
    use({"site.optimizer": RATE._replace(threshold=0.9)})
    assert [finding.severity for finding in suspicions(report())] == [Severity.HINT]
    use({"site.optimizer": RATE._replace(threshold=0.93)})
    assert suspicions(report()) == []


def test_a_usual_program_is_not_suspected(learned: Bundle) -> None:
    assert suspicions(report(PROGRAM.replace("0.02", "0.001"))) == []


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(), []),
        (Settings(extend_select=("unusual-optimizer",)), ["unusual-optimizer"]),
        (Settings(extend_select=("OPT902",)), ["unusual-optimizer"]),
        (Settings(select=("unusual-layer",)), ["unusual-layer"]),
        (Settings(select=("optimization",)), []),
        (Settings(audience="curious", ignore=("unusual-optimizer",)), []),
        (Settings(audience="curious", ignore=("optimization",)), []),
        (Settings(audience="curious", per_file_ignores=(("train.py", ("OPT902",)),)), []),
    ],
)
def test_who_hears_of_it(learned: Bundle, settings: Settings, names: list[str]) -> None:
    assert [finding.rule for finding in suspicions(report(settings=settings))] == names


def test_what_a_rule_says_at_the_place_gets_one_more_piece_of_evidence(learned: Bundle) -> None:
    (alone,) = [item for item in report(settings=Settings(audience="curious", ignore=("LAY901",))).findings
                if item.rule == "dropout-rate"]  # fmt: skip
    (found,) = [item for item in report().findings if item.rule == "dropout-rate"]
    assert [type(piece) for piece in found.evidence] == [Rule, Learned]
    note = "also unlike working programs (0.90): dropout rate 0.9, working programs 0 to 0.5 (+0.41)"
    assert found.notes == (*alone.notes, found.notes[-1])
    assert found.notes[-1].text == note
    assert replace(found, evidence=alone.evidence, notes=alone.notes) == alone
    assert [item.rule for item in suspicions(report())] == ["unusual-optimizer"]


def test_an_argument_of_a_layer_is_pointed_at_when_it_speaks_most_against_it(learned: Bundle) -> None:
    settings = Settings(audience="curious", ignore=("dropout-rate",))
    found = [item for item in suspicions(report(settings=settings)) if item.rule == "unusual-layer"]
    assert [place(item) for item in found] == ["0.9"]
    assert found[0].message == "`layers.Dropout(0.9)` is unlike the layers of working programs (0.90)"
    assert found[0].notes[0].span is None


def test_a_comment_that_holds_the_rule_back_holds_the_suspicion_back(learned: Bundle) -> None:
    line = "    layers.Dropout(0.9),"
    held = report(FAST.replace(line, f"{line}  # default-lint: ignore[dropout-rate] meant"))
    assert [item.rule for item in suspicions(held)] == ["unusual-optimizer"]
    assert [item.rule for item in held.suppressed] == ["dropout-rate", "unusual-layer"]
    own = report(FAST.replace("metrics=", "metrics=").replace(
        'metrics=["accuracy"])', 'metrics=["accuracy"])  # default-lint: ignore[unusual-optimizer]'
    ))  # fmt: skip
    assert suspicions(own) == []
    assert [item.rule for item in own.suppressed] == ["unusual-optimizer"]
    assert own.unused == ()


def test_a_finding_that_nobody_hears_takes_no_suspicion(use: Use) -> None:
    use(kind("fit", "site.is.validation"))
    text = FAST.replace("validation_split=0.25, ", "")
    named = Settings(select=("unusual-training", "validation-missing"))
    assert [item.rule for item in report(text, named).findings] == ["validation-missing"]
    only = Settings(select=("hyperparameter", "unusual-training"))
    assert [item.rule for item in report(text, only).findings] == ["unusual-training"]


def test_of_a_place_of_which_too_little_is_known_nothing_is_said(
    learned: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert report().abstained == 0
    monkeypatch.setattr(suspicion, "KNOWN", 1.01)
    found = report()
    assert suspicions(found) == []
    assert found.abstained == 3 + 2 + 3  # layers, places of the optimizer and of fit


def test_a_source_that_hides_its_numbers(learned: Bundle) -> None:
    hidden = FAST.replace("0.5", "float(input())")
    assert suspicions(report(hidden)) == []


@pytest.mark.parametrize("models", [{}, {"site.optimizer": RATE._replace(speaks=False)}])
def test_without_a_classifier_that_speaks_nothing_is_said(use: Use, models: dict[str, Made]) -> None:
    use(models)
    found, program = analyze(Document("train.py", FAST), CURIOUS)
    assert suspicions(found) == [] and found.abstained == 0 and found.trouble == ()
    assert program is not None


BRANCH = FAST.replace(
    "model.compile(keras.optimizers.SGD(learning_rate=0.5)",
    """\
import sys
if len(sys.argv) > 1:
    rate = {}
else:
    rate = {}
model.compile(keras.optimizers.SGD(learning_rate=rate)""",
)


@pytest.mark.parametrize(("first", "second", "count"), [("0.5", "0.001", 0), ("0.001", "0.5", 0), ("0.5", "0.8", 1)])
def test_what_holds_in_one_reading_only_is_not_told(learned: Bundle, first: str, second: str, count: int) -> None:
    assert len(suspicions(report(BRANCH.format(first, second)))) == count


def test_at_most_three_about_one_model(learned: Bundle) -> None:
    text = FAST.replace("    layers.Dropout(0.9),\n", "    layers.Dropout(0.85),\n" * 5)
    quiet = Settings(audience="curious", ignore=("dropout-rate",))
    found = suspicions(report(text, quiet))
    assert len(found) == suspicion.MOST
    assert {item.rule for item in found} == {"unusual-optimizer", "unusual-layer"}
    two = text + text[text.index("model =") :].replace("model", "other")
    assert len(suspicions(report(two, quiet))) == 2 * suspicion.MOST


@pytest.mark.parametrize(
    ("models", "text", "where", "message"),
    [
        (kind("fit", "site.is.validation"), FAST.replace("validation_split=0.25, ", ""), "fit",
         "`fit` without validation data is unlike that of working programs (0.90)"),
        (kind("fit", "site.is.validation"), FAST, "0.25",
         "`validation_split=0.25` is unlike that of working programs (0.90)"),
        (kind("fit", "site.is.batch_size"), FAST, "fit",
         "`fit` without batch size is unlike that of working programs (0.90)"),
        (kind("optimizer", "site.is.optimizer"), FAST, "SGD",
         "`SGD` is unlike the optimizer of working programs (0.90)"),
        (kind("optimizer", "site.is.learning_rate"), FAST.replace("keras.optimizers.SGD(learning_rate=0.5)", '"adam"'),
         '"adam"', 'the learning rate of `"adam"` is unlike that of working programs (0.90)'),
        (kind("optimizer", "site.is.learning_rate"), FAST.replace("learning_rate=", ""), "0.5",
         "the learning rate `0.5` is unlike that of working programs (0.90)"),
        (kind("loss", "loss.name.mean_squared_error"), FAST, '"mse"',
         '`loss="mse"` is unlike that of working programs (0.90)'),
        (kind("loss", "loss.name.mean_squared_error"), FAST.replace('loss="mse"', '"mse"'), '"mse"',
         'the loss `"mse"` is unlike that of working programs (0.90)'),
        (kind("data", "site.is.y"), FAST, '(x.sum(axis=1) > 0).astype("int32")',
         'the labels `(x.sum(axis=1) > 0).astype("int32")` are unlike those of working programs (0.90)'),
        (kind("layer", "layer.output"), FAST, "Dense",
         "`Dense` is unlike the layers of working programs (0.90)"),
    ],
)  # fmt: skip
def test_the_message_has_the_words_of_the_source(
    use: Use, models: dict[str, Made], text: str, where: str, message: str
) -> None:
    use(models)
    (found,) = suspicions(report(text, Settings(audience="curious", ignore=("dropout-rate", "validation-missing"))))
    assert (place(found, text), found.message) == (where, message)


def test_a_damaged_classifier_is_told_and_the_rules_work(use: Use) -> None:
    made = use(SITES)
    (made.folder / "site.layer.npz").write_bytes(b"PK")
    found = check(Document("train.py", FAST), CURIOUS)
    expected = "classifiers: site.layer: site.layer.npz is not the file that the manifest was written for"
    assert found.trouble == (expected,)
    assert {"dropout-rate", "unusual-optimizer"} <= {finding.rule for finding in found.findings}
    assert check(Document("train.py", FAST), Settings()).trouble == ()


def test_a_classifier_that_fails_costs_suspicions_only(use: Use) -> None:
    use({"site.layer": Made(("no.such.feature",), [Stump("no.such.feature", 0.0, 0.1, 0.9)])})
    found = check(Document("train.py", FAST), CURIOUS)
    assert found.trouble == ("internal error: suspicions: KeyError: 'no.such.feature'",)
    assert "dropout-rate" in [finding.rule for finding in found.findings]
    with pytest.raises(KeyError):
        report()


def test_a_program_without_training_has_no_places(learned: Bundle) -> None:
    assert report("import keras\nmodel = keras.Sequential([keras.layers.Dense(1)])\n").findings == ()
