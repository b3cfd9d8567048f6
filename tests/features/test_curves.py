"""The formulas of the curves against numbers computed in another way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from default_lint.features.dynamic import of
from tests.features.runs import curve, epoch, features, model

NAN = math.nan


def same(values: Sequence[float], wanted: Sequence[float]) -> None:
    np.testing.assert_allclose(values, wanted, rtol=1e-9, atol=1e-12)


LOSSES = (2.0, 1.0, 1.5, 0.5)


def test_loss_against_the_first_batch_and_the_best() -> None:
    epochs = [epoch(number, loss, losses=(4.0, 3.0)) for number, loss in enumerate(LOSSES)]
    same(features(epochs).series("loss_to_start"), np.array(LOSSES) / 4.0)
    same(features(epochs).series("loss_to_best"), [1, 1, 1.5, 1])
    assert features(epochs).value("loss_drop") == pytest.approx(-0.875)
    same(features(curve(LOSSES)).series("loss_to_start"), np.array(LOSSES) / 2.0)


def test_trends_are_against_the_real_previous_epoch() -> None:
    found = features(curve(LOSSES, accuracy=(0.2, 0.5, 0.5, 0.4)))
    same(found.series("loss_change"), [NAN, -0.5, 1 / 3, -2 / 3])
    same(found.series("loss_rose"), [NAN, 0, 1, 0])
    same(found.series("accuracy_change"), [NAN, 0.3, 0, -0.1])
    same(found.series("accuracy_fell"), [NAN, 0, 0, 1])


def test_a_smooth_descent_does_not_oscillate_however_steep() -> None:
    found = features(curve([100 * 0.5**number for number in range(8)]))
    same(found.series("loss_turn"), [NAN, NAN, 0, 0, 0, 0, 0, 0])
    assert found.value("loss_turns") == 0
    assert (found.value("loss_amplitude") or 0) > 0.1


def test_a_zigzag_turns_by_its_size() -> None:
    found = features(curve([1.0, 1.2, 0.9, 1.2]))
    same(found.series("loss_turn"), [NAN, NAN, 0.2 / 1.2, 0.3 / 1.2])
    assert found.value("loss_turns") == 1
    assert found.value("loss_amplitude") == pytest.approx(np.mean([0.2, 0.3, 0.3]) / np.mean([1, 1.2, 0.9, 1.2]))


def test_rounding_is_no_turn() -> None:
    assert features(curve([1.0, 1.0 + 1e-15, 1.0])).value("loss_turns") == 0


def test_losses_of_the_batches() -> None:
    losses = (4.0, 2.0, 3.0, 1.0, 2.0, 0.5, 1.0, 0.2)
    found = features([epoch(0, 1.0, losses=losses)])
    positions = np.arange(len(losses))
    rest = np.array(losses) - np.polyval(np.polyfit(positions, losses, 1), positions)
    same(found.series("batch_amplitude"), [np.std(rest) / np.mean(losses)])
    same(found.series("batch_turns"), [1.0])
    same(found.series("batch_trend"), [(0.6 - 3.0) / 3.0])
    same(found.series("batch_spike"), [math.log10(4.0 / np.median(losses))])


def test_few_or_broken_batches_tell_nothing() -> None:
    assert features([epoch(0, 1.0, losses=(1.0, 2.0, 3.0))]).last("batch_turns") is None
    assert features([epoch(0, 1.0, losses=(1.0, 2.0, NAN, 3.0))]).last("batch_turns") is None


def test_without_a_logged_loss_the_batches_tell_it() -> None:
    assert features([epoch(0, losses=(1.0, 3.0))]).last("loss") == 2.0
    assert features([epoch(0, NAN, losses=(1.0, 3.0))]).last("loss") is None


def test_validation() -> None:
    found = features(curve([1.0, 0.5, 0.25], val_loss=(1.0, 0.8, 1.2)))
    same(found.series("val_loss_ratio"), [1, 1.6, 4.8])
    same(found.series("val_loss_to_best"), [1, 1, 1.5])
    same(found.series("val_loss_rose"), [NAN, 0, 1])
    same(found.series("val_loss_change"), [NAN, -0.2, 1 / 3])
    assert found.value("val_loss_best_epoch") == 0.5
    assert found.value("loss_best_epoch") == 1.0


def test_class_weights_do_not_count_as_a_gap() -> None:
    """With weights that double every loss, the same predictions have the same loss against the constant."""
    asked = {"class_weight": {"0": 2.0, "1": 2.0}}
    data = {"y": [{"form": "binary", "counts": {"0": 5, "1": 5}, "classes": 2}]}
    epochs = curve([2.0], val_loss=(1.0,))
    found = features(epochs, data=data, losses=("binary_crossentropy",), asked=asked)
    assert found.last("val_loss_ratio") == pytest.approx(1.0)
    assert features(epochs, asked=asked).last("val_loss_ratio") is None
    assert features(epochs).last("val_loss_ratio") == 0.5


def test_the_accuracy_gap_has_a_sign() -> None:
    found = features(curve([1.0, 1.0], accuracy=(0.9, 0.5), val_accuracy=(0.6, 0.8)))
    same(found.series("accuracy_gap"), [0.3, -0.3])


@pytest.mark.parametrize(
    ("name", "seen"),
    [("acc", True), ("binary_accuracy", True), ("head_accuracy", True), ("sparse_top_k_categorical_accuracy", False)],
)
def test_names_of_accuracy(name: str, seen: bool) -> None:
    assert (features(curve([1.0], **{name: (0.7,)})).last("accuracy") == 0.7) is seen


def test_accuracy_of_real_targets_is_none() -> None:
    assert features(curve([1.0], accuracy=(0.7,)), data={"y": [{"form": "real"}]}).last("accuracy") is None


LABELS = {"y": [{"form": "binary", "counts": {"0": 300, "1": 100}, "classes": 2, "majority": 0.75}]}


def test_accuracy_against_the_majority() -> None:
    data = {**LABELS, "samples": 400, "val_samples": 100}
    found = features(curve([1.0, 1.0], accuracy=(0.75, 1.0), val_accuracy=(0.5, 0.85)), data=data)
    same(found.series("accuracy_skill"), [0, 1])
    same(found.series("val_accuracy_skill"), [-1, 0.4])
    same(found.series("accuracy_z"), [0, 0.25 / math.sqrt(0.75 * 0.25 / 400)])
    same(found.series("val_accuracy_z"), [-0.25 / math.sqrt(0.1875 / 100), 0.1 / math.sqrt(0.1875 / 100)])


def test_validation_is_judged_by_its_own_majority_and_rows() -> None:
    data = {**LABELS, "samples": 400, "val_y": [{"form": "binary", "majority": 0.5}]}
    found = features(curve([1.0], accuracy=(0.75,), val_accuracy=(0.75,)), data=data, asked={"validation_split": 0.2})
    assert found.last("val_accuracy_skill") == pytest.approx(0.5)
    assert found.last("val_accuracy_z") == pytest.approx(0.25 / math.sqrt(0.25 / 100))


def test_rows_of_a_stream_are_steps_times_batch() -> None:
    found = features(curve([1.0], accuracy=(0.85,)), data={**LABELS, "batch": 40})
    assert found.last("accuracy_z") == pytest.approx(0.1 / math.sqrt(0.1875 / 400))


def test_agreement_of_loss_and_accuracy() -> None:
    losses, accuracies = (2.0, 1.0, 1.4, 0.3), (0.1, 0.6, 0.4, 0.7)
    found = features(curve(losses, accuracy=accuracies))
    assert found.value("loss_accuracy_correlation") == pytest.approx(np.corrcoef(losses, accuracies)[0, 1])
    assert features(curve(losses, accuracy=(0.5,) * 4)).value("loss_accuracy_correlation") is None


def test_penalties_do_not_count_as_loss_of_the_predictions() -> None:
    epochs = [epoch(0, 2.0 + math.log(2), measures={"regularization": 2.0, "held_loss": 2.0 + math.log(2) / 2})]
    data = {"y": [{"form": "binary", "counts": {"0": 5, "1": 5}, "classes": 2}]}
    start = epoch(-1, measures={"held_loss": 10 * math.log(2) + 1.0, "regularization": 1.0})
    found = features(epochs, data=data, losses=("binary_crossentropy",), start=start)
    assert found.last("loss_to_constant") == pytest.approx(1.0)
    assert found.last("held_loss_to_constant") == pytest.approx(0.5)
    assert found.last("regularization_share") == pytest.approx(2 / (2 + math.log(2)))
    assert found.value("initial_loss") == pytest.approx(1.0)
    assert found.before("held_loss") == pytest.approx(10 * math.log(2) + 1.0)
    assert found.last("held_loss_to_start") == pytest.approx((2 + math.log(2) / 2) / (10 * math.log(2) + 1))


def test_the_first_broken_batch_counts_over_the_epochs_unfinished_ones_too() -> None:
    epochs = (*curve([1.0, 1.0]), epoch(2, NAN, broken=4, complete=False))
    found = features(epochs)
    assert found.value("broken_batch") == 24
    assert found.value("ever_broken") == 1
    same(found.series("loss_broken"), [0, 0])
    assert found.series("loss") == (1.0, 1.0)
    assert features(curve([1.0])).value("broken_batch") is None


def test_an_unfinished_epoch_counts_when_there_is_no_other() -> None:
    found = features([epoch(0, 1.0, complete=False)])
    assert found.partial
    assert found.series("loss") == (1.0,)
    assert not features(curve([1.0])).partial


def test_the_learning_rate_is_as_it_was() -> None:
    found = features([epoch(0, 1.0, learning_rate=0.1), epoch(1, 1.0, learning_rate=0.1)])
    assert found.series("learning_rate") == (0.1, 0.1)


def test_nothing_is_known_of_a_run_without_epochs() -> None:
    found = of(model())
    assert found.series("loss") == ()
    assert found.last("loss") is None
    assert found.value("loss_drop") is None
    assert found.before("loss") is None
    assert found.value("ever_broken") is None
