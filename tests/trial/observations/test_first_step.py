"""What is said about a run that an exception ended at its first step, from the messages of Keras and its backends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.class_weight_keys import ClassWeightKeys
from default_lint.trial.observations.embedding_range import EmbeddingRange
from default_lint.trial.observations.integer_input import IntegerInput
from default_lint.trial.observations.label_form import LabelForm
from default_lint.trial.observations.labels_out_of_range import LabelsOutOfRange
from default_lint.trial.observations.place import Sources
from default_lint.trial.observations.rows_do_not_match import RowsDoNotMatch
from default_lint.trial.observations.shape_mismatch import ShapeMismatch
from default_lint.trial.trace import Ended, Trace
from tests.trial.observations.runs import DIGITS, learning, sight, where
from tests.trial.observations.tables import BINARY, inputs, labels
from tests.trial.observations.test_inputs import WORDS

GRAPH = "Graph execution error:\n\nDetected at node compile_loss/x defined at (most recent call last):\n\n"
OPERATION = "\n\t [[{{node compile_loss/x}}]] [Op:__inference_multi_step_on_iterator_538]"


def failed(said: str, source: str = DIGITS, **more: Any) -> Sight:
    """A run that ended in this exception; the last line of it is what `Ended` carries."""
    made = sight(source, ended=Ended("error", said.splitlines()[-1], 1), **more)
    trace = replace(made.trace, error=said)
    return Sight(trace, made.model, made.places.sources)


def check(observation: type[Observation], said: str, source: str = DIGITS, **more: Any) -> Sequence[Seen]:
    return list(observation().check(failed(said, source, **more)))


def test_the_whole_message_of_an_exception_is_kept() -> None:
    events = [
        {"event": "error", "type": "ValueError", "message": "first\nlast", "site": None, "traceback": ""},
        {"event": "ended", "kind": "error", "message": "last", "code": 1, "seconds": 1.0},
    ]
    trace = Trace.read(events)
    assert (trace.error, trace.ended.message) == ("first\nlast", "last")
    assert Trace.read(events[1:]).error == ""


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            f"{GRAPH}Received a label value of 10 which is outside the valid range of [0, 10).  Label values: 3"
            + OPERATION,
            "a label is 10, 10 units take 0 to 9",
        ),
        ("Target 12 is out of bounds.", "a label is 12, 10 units take 0 to 9"),
        ("Target -1 is out of bounds.", "a label is -1, 10 units take 0 to 9"),
    ],
)
def test_a_label_that_was_refused(said: str, message: str) -> None:
    (seen,) = check(LabelsOutOfRange, said, data={"y": []})
    assert seen.finding.message == message
    assert seen.finding.severity is Severity.ERROR


def test_an_exception_after_training_is_none_of_ours() -> None:
    assert check(LabelsOutOfRange, "Target 12 is out of bounds.", data={"y": []}, epochs=learning()) == []
    budget = sight(ended=Ended("budget", "Target 12 is out of bounds."), data={"y": []})
    assert list(LabelsOutOfRange().check(budget)) == []


def test_only_the_model_that_trained_last_can_have_failed() -> None:
    made = failed("Target 12 is out of bounds.", data={"y": []})
    later = replace(made.trace, models=(made.model, replace(made.model, number=1)))
    assert list(LabelsOutOfRange().check(Sight(later, made.model, Sources(made.places.sources.programs)))) == []


def test_row_counts_that_differ() -> None:
    said = (
        "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples."
        "'x' sizes: 100\n'y' sizes: 90\n"
    )
    (seen,) = check(RowsDoNotMatch, said)
    assert seen.finding.message == "`x` had 100 rows and `y` had 90"
    assert where(seen) == (17, "y")
    facts = {"lengths_differ": True, "x": [{"shape": [50, 2]}], "y": [{"shape": [49]}]}
    (seen,) = RowsDoNotMatch().check(sight(data=facts))
    assert seen.finding.message == "`x` had 50 rows and `y` had 49"
    assert list(RowsDoNotMatch().check(sight(data={**facts, "lengths_differ": False}))) == []


@pytest.mark.parametrize(
    "said",
    [
        "Arguments `target` and `output` must have the same shape. "
        "Received: target.shape=(None, 3), output.shape=(None, 4)",
        "Arguments `target` and `output` must have the same shape. "
        "Received: target.shape=torch.Size([32, 3]), output.shape=torch.Size([32, 4])",
    ],
)
def test_shapes_of_labels_and_output(said: str) -> None:
    (seen,) = check(LabelForm, said, data={"y": []})
    assert where(seen)[0] == 14
    assert seen.finding.message.startswith("labels of shape (")
    assert seen.finding.message.endswith(", 4)")


def test_facts_about_the_labels_say_more_than_the_exception() -> None:
    said = (
        "Arguments `target` and `output` must have the same rank (ndim). "
        "Received: target.shape=(None,), output.shape=(None, 10)"
    )
    (seen,) = check(LabelForm, said, data=labels("integer", 0, 9), losses=["categorical_crossentropy"])
    assert seen.finding.message == "labels are integers, 10 units want one-hot"


def test_a_layer_that_refuses_its_input() -> None:
    said = (
        "Exception encountered when calling Sequential.call().\n\n\x1b[1mInput 0 with name 'None' of layer 'wide' is "
        "incompatible with the layer: expected axis -1 of input shape to have value 64, but received input with shape "
        "(None, 5)\x1b[0m\n\nArguments received by Sequential.call():\n  • kwargs=<class 'inspect._empty'>"
    )
    (seen,) = check(ShapeMismatch, said)
    assert where(seen) == (8, "Dense")
    assert seen.finding.message == "`wide` refused an input of shape (None, 5)"
    assert "it takes axis -1 of input shape to have value 64" in [note.text for note in seen.finding.notes]
    assert seen.finding.severity is Severity.ERROR


def test_a_model_that_refuses_its_input() -> None:
    said = (
        "Input 0 with name 'in' of layer 'functional_20' is incompatible with the layer: "
        "expected shape=(None, 7), found shape=(None, 5)"
    )
    (seen,) = check(ShapeMismatch, said)
    assert where(seen) == (17, "x")
    assert seen.finding.notes[-1].text == "try: `keras.Input(x.shape[1:])`, the shape of one row"


def test_a_missing_axis() -> None:
    said = (
        "Input 0 with name 'None' of layer 'wide' is incompatible with the layer: expected min_ndim=4, found ndim=3. "
        "Full shape received: (None, 28, 28)"
    )
    (seen,) = check(ShapeMismatch, said)
    assert seen.finding.message == "`wide` refused an input of shape (None, 28, 28)"
    assert "x[..., None]" in seen.finding.notes[-1].text
    assert check(ShapeMismatch, "division by zero") == []


def test_an_id_that_an_embedding_refuses() -> None:
    said = f"{GRAPH}indices[0,1] = 400 is not in [0, 400){OPERATION}"
    (seen,) = check(EmbeddingRange, said, WORDS, data={"x": []})
    assert seen.finding.message == "ids go up to 400, `Embedding` has 400 rows"


@pytest.mark.parametrize("kind", ["list", "numpy.ndarray"])
def test_class_weights_without_keys(kind: str) -> None:
    source = BINARY.replace("epochs=5", "class_weight=weights")
    (seen,) = check(ClassWeightKeys, f"'{kind}' object has no attribute 'get'", source)
    assert where(seen) == (8, "weights")
    assert seen.finding.message == f"`class_weight` was a {kind}, a dict is needed"
    assert check(ClassWeightKeys, "'list' object has no attribute 'get'", BINARY) == []


def test_arrays_of_objects() -> None:
    (seen,) = check(IntegerInput, "Invalid dtype: object", BINARY, data=inputs(dtype="object"))
    assert seen.finding.message == "`table` has the type object, which holds no numbers"
    assert seen.finding.severity is Severity.ERROR
    (seen,) = check(IntegerInput, "Invalid dtype: str32", BINARY, data=labels("real", 0, 1, dtype="str32"))
    assert seen.cause == "labels"
    assert check(IntegerInput, "division by zero", BINARY, data=inputs(dtype="object")) == []
