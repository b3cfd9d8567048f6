"""The table of applications is complete, and agrees with models built by the installed Keras."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from default_lint.program.shape_rules_applications import _reduced, table
from default_lint.program.shapes import Inference, infer
from default_lint.program.values import Unknown, is_known
from tests.program.measure_applications import names
from tests.program.shape_oracle import defaults

IMAGES: list[tuple[int | None, ...]] = [(64, 96, 3), (97, 129, 1), (None, None, 3)]


def predict(name: str, inputs: list[Any] | None = None, **arguments: Any) -> Inference:
    """What the linter says about an application."""
    full = f"keras.applications.{name}"
    return infer(full, {**defaults(full), **arguments}, inputs or [])


def agree(guess: Inference, model: Any) -> None:
    """Shape and counts are those of the model."""
    assert guess.problem is None
    assert guess.output == model.output_shape
    assert guess.parameters == model.count_params()
    assert guess.fixed == sum(weight.numpy().size for weight in model.non_trainable_weights)


def test_table_has_every_application() -> None:
    assert set(table()) == set(names())
    keys = "size least chain features base per_channel fixed fixed_per_channel head hidden width"
    for facts in table().values():
        assert set(facts) | {"head", "hidden"} == set(keys.split())


@pytest.mark.parametrize("name", ["MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ResNet50V2"])
def test_small_backbones_agree_with_keras(name: str) -> None:
    build = getattr(keras.applications, name)
    for shape in IMAGES if name != "ResNet50V2" else IMAGES[1:2]:
        model = build(weights=None, include_top=False, input_shape=shape)
        agree(predict(name, weights=None, include_top=False, input_shape=shape), model)
        if shape[0] is None:
            applied = (None, 97, 70, 3)
            guess = predict(name, [applied], weights=None, include_top=False, input_shape=shape)
            assert guess.output == model(keras.KerasTensor(applied)).shape


@pytest.mark.parametrize("name", ["MobileNetV2", "MobileNetV3Small", "EfficientNetV2B0"])
@pytest.mark.parametrize(
    "options", [{"classes": 7}, {"include_top": False, "pooling": "avg", "input_shape": (40, 50, 3)}]
)
def test_classifiers_and_pooling_agree_with_keras(name: str, options: dict[str, Any]) -> None:
    model = getattr(keras.applications, name)(weights=None, **options)
    agree(predict(name, weights=None, **options), model)


def test_a_dense_classifier_depends_on_the_image_size() -> None:
    model = keras.applications.VGG16(weights=None, input_shape=(40, 70, 1), classes=3)
    agree(predict("VGG16", weights=None, input_shape=(40, 70, 1), classes=3), model)


def test_known_totals() -> None:
    assert predict("VGG16").parameters == 138_357_544
    assert predict("ResNet50").parameters == 25_636_712
    assert predict("MobileNetV2").parameters == 3_538_984
    assert predict("EfficientNetB0", include_top=False, input_shape=(224, 224, 3)).output == (None, 7, 7, 1280)
    assert predict("InceptionV3", include_top=False, input_shape=(299, 299, 3)).output == (None, 8, 8, 2048)
    assert predict("Xception", include_top=False, input_shape=(299, 299, 3)).output == (None, 10, 10, 2048)
    assert predict("ResNet50", include_top=False, pooling="max").output == (None, 2048)


def test_what_keras_refuses_is_a_problem() -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"classes": 10}, "`classes` should be 1000"),
        ({"include_top": False, "input_shape": (224, 224, 1)}, "must have 3 channels"),
        ({"include_top": False, "input_shape": (24, 24, 3)}, "Input size must be at least"),
        ({"include_top": False, "input_shape": (224, 224)}, "tuple of three integers"),
    ]
    for options, message in refused:
        guess = predict("ResNet50", **options)
        assert guess.problem is not None and isinstance(guess.output, Unknown)
        with pytest.raises(ValueError, match=message):
            keras.applications.ResNet50(**options)


def test_variants_that_were_not_measured_are_unknown() -> None:
    assert not is_known(predict("MobileNet", alpha=0.5).output)
    assert not is_known(infer("keras.applications.ResNet999", {}, []).output)
    assert not is_known(predict("ResNet50", weights=None, input_shape=(64, 64, 5), include_top=False).parameters)


@pytest.mark.parametrize(
    ("size", "chain", "known", "after"),
    [(299, "wvwvwww", True, 8), (97, "ppppp", True, 4), (97, "ppppp", False, 3), (224, "fffff", True, 7)],
)
def test_chains_shrink_an_axis(size: int, chain: str, known: bool, after: int) -> None:
    assert _reduced(size, chain, known) == after
