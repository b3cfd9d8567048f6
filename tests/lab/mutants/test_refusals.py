"""Where operators that can be seeded nearly everywhere cannot, and what some must leave alone."""

from __future__ import annotations

import pytest

from default_lint.lab.mutants import Subject, operators
from tests.lab.mutants.programs import ADDED, FUNCTIONAL, LISTED, LOOPED, RECURRENT, SUBCLASSED, offers, refusal

NAMED = """\
import keras
import numpy as np
from somewhere import make_loss, make_optimizer, feed

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(make_optimizer(), make_loss())
model.fit(feed(), epochs=1)
"""
SPREAD = LISTED.replace("epochs=8, batch_size=16,", "**{**options()},")
DROPPED = SUBCLASSED.replace(".batch(20)", ".batch(20, drop_remainder=True)")
SCHEDULED = LISTED.replace("verbose=0", "callbacks=[keras.callbacks.LearningRateScheduler(lambda e, r: r / 2)]")


@pytest.mark.parametrize(
    ("code", "source", "reason"),
    [
        ("HBS", NAMED, "it is not known what it is trained on"),
        ("HDB", NAMED, "it is not known what it is trained on"),
        ("HDB", DROPPED, "the dataset drops what does not fill a batch"),
        ("HNE", NAMED, "it is trained for one epoch only"),
        ("HLR", NAMED, "the optimizer is not known"),
        ("OCH", NAMED, "the optimizer is not known"),
        ("OCG", NAMED, "the optimizer is not known"),
        ("OME", NAMED, "the optimizer is not known to have a momentum"),
        ("OWD", NAMED, "the optimizer takes no weight decay"),
        ("OLS", NAMED, "the optimizer is not known"),
        ("OLS", SCHEDULED, "something else sets the learning rate"),
        ("FLC", NAMED, "`compile` is given no loss that is understood"),
        ("LFL", NAMED, "it is not trained with a cross-entropy"),
        ("HBS", "x = 1\n", "no model is compiled and trained by `fit`"),
        ("ACH", "x = 1\n", "no model is compiled and trained by `fit`"),
    ],
)
def test_refusals(code: str, source: str, reason: str) -> None:
    assert refusal(code, source) == reason


@pytest.mark.parametrize("code", ["ACH", "ARM", "AMH"])
def test_the_output_keeps_its_activation(code: str) -> None:
    for source, kept in ((LISTED, "softmax"), (FUNCTIONAL, "sigmoid"), (LOOPED, "Softmax"), (SUBCLASSED, "Dense(1")):
        for offer in offers(code, source):
            assert not any(kept in line for line in offer.splitlines() if line.startswith("-"))


@pytest.mark.parametrize("code", ["OAL", "ADS"])
def test_only_the_output_is_touched(code: str) -> None:
    for source, hidden in ((LISTED, "Dense(16"), (FUNCTIONAL, "units"), (RECURRENT, "Dense(4"), (LOOPED, "Conv2D")):
        assert not any(hidden in offer for offer in offers(code, source))


def test_a_batch_is_as_large_as_the_data_where_the_data_are_known() -> None:
    found = {offer for seed in range(12) for offer in offers("HDB", ADDED, seed)}
    fit = "- model.fit(x_train, y_train, BATCH, EPOCHS, validation_split=0.2, callbacks=[stopper], verbose=0)\n"
    assert found == {
        "- BATCH = 32\n+ BATCH = 100000",
        *(
            fit + fit.strip().replace("- ", "+ ", 1).replace("BATCH", size)
            for size in ("len(x_train)", "x_train.shape[0]")
        ),
    }


def test_small_batches_are_not_drawn_where_they_would_take_too_long() -> None:
    large = LISTED.replace("size=(200, 8)", "size=(60000, 8)")
    values = [operators()["HBS"].mutate(Subject(large), seed).faults[0].values["after"] for seed in range(8)]
    assert min(values) >= 64  # type: ignore[type-var]


def test_losses_that_raise_are_not_drawn_for_class_numbers() -> None:
    assert refusal("FLC", LISTED) == "the labels are class numbers, with which other losses raise"
    column = LISTED.replace("model.fit(x_train, y_train", "model.fit(x_train, np.zeros((200, 1))")
    found = {offer for seed in range(60) for offer in offers("FLC", column, seed)}
    assert len(found) == 11
    assert not any('"binary' in offer or '"categorical_c' in offer for offer in found)


def test_clipping_is_taken_away_at_times() -> None:
    gone = "+ model.compile(SGD(RATE, momentum=0.9), SparseCategoricalCrossentropy(from_logits=True))"
    found = [offer.splitlines()[-1] for seed in range(12) for offer in offers("OCG", ADDED, seed)]
    assert gone in found
    assert (
        "+ model.compile(SGD(RATE, momentum=0.9, clipnorm=0.01), SparseCategoricalCrossentropy(from_logits=True))"
        in found
    )


def test_a_rate_that_is_set_after_compile_is_changed_there() -> None:
    source = SUBCLASSED.replace("net.fit(", "net.optimizer.learning_rate = 0.01\nnet.fit(")
    (offer,) = offers("HLR", source)
    assert offer.startswith("- net.optimizer.learning_rate = 0.01\n+ net.optimizer.learning_rate = ")
