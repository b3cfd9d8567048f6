"""Measure `keras.applications` for the linter's table: `python -m tests.program.measure_applications`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

TABLE = Path(__file__).parents[2] / "default_lint" / "program" / "applications.toml"

# How an axis shrinks, read from the sources and checked by test_shapes_applications.py; the letters are explained in
# shape_rules_applications.py.
CHAINS = {
    "VGG": "fffff",
    "ResNet": "ccccc",
    "MobileNetV2": "cpppp",
    "MobileNetV3": "cpppp",
    "MobileNet": "cffff",
    "EfficientNetV2": "ccccc",
    "EfficientNet": "ppppp",
    "DenseNet": "ccfff",
    "Xception": "wvcccc",
    "Inception": "wvwvwww",
    "NASNet": "!wcccc",
    "ConvNeXt": "fffff",
}
LEAST = {"Xception": 71, "Inception": 75}

HEADER = """\
# Facts of keras.applications, measured with Keras 3 by `python -m tests.program.measure_applications`.
#
# size: default height and width with a classifier (0: free); least: smallest allowed; chain: how an axis shrinks (see
# shape_rules_applications.py); features: channels of the backbone's output; base: weights of the backbone for 3
# channels; per_channel: weights that each input channel adds; fixed: those of `base` that are not trained;
# head: weights of the classifier before its last layer; hidden: its dense layers after a Flatten; width: inputs of
# its last layer.
"""


def start_with_zeros() -> None:
    """Make every initializer cheap; numbers of weights do not depend on their values."""

    def zeros(self: Any, shape: Any, dtype: Any = None, **others: Any) -> Any:
        return keras.ops.zeros(shape, dtype or "float32")

    for found in vars(keras.initializers).values():
        if isinstance(found, type) and "__call__" in vars(found):
            found.__call__ = zeros  # type: ignore[attr-defined]


def names() -> list[str]:
    """All applications of the installed Keras."""
    return sorted(name for name, found in vars(keras.applications).items() if name[0].isupper() and callable(found))


def _fixed(model: Any) -> int:
    return model.count_params() - sum(weight.numpy().size for weight in model.trainable_weights)


def _by_prefix(table: dict[str, Any], name: str, default: Any = None) -> Any:
    return next((value for prefix, value in table.items() if name.startswith(prefix)), default)


def measure(name: str) -> dict[str, Any]:
    """The entry of one application."""
    build = getattr(keras.applications, name)
    whole = build(weights=None)
    size, count = whole.input_shape[1] or 0, whole.count_params()
    width = [layer for layer in whole.layers if layer.weights][-1].weights[0].shape[-2]
    colors = build(weights=None, include_top=False, input_shape=(97, 150, 3))
    gray = build(weights=None, include_top=False, input_shape=(97, 150, 1))
    base, fixed = colors.count_params(), _fixed(colors)
    entry = {
        "size": size,
        "least": _by_prefix(LEAST, name, 32),
        "chain": _by_prefix(CHAINS, name),
        "features": colors.output_shape[-1],
        "base": base,
        "per_channel": (base - gray.count_params()) // 2,
        "fixed": fixed,
        "fixed_per_channel": (fixed - _fixed(gray)) // 2,
    }
    if name.startswith("VGG"):
        return {**entry, "hidden": [4096, 4096], "width": width}
    return {**entry, "head": count - base - (width + 1) * 1000, "width": width}


def _written(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> None:
    """Write the table."""
    start_with_zeros()
    parts = [HEADER]
    for name in names():
        parts.append(f"[{name}]\n" + "".join(f"{key} = {_written(value)}\n" for key, value in measure(name).items()))
        keras.backend.clear_session()
        sys.stdout.write(f"{name}\n")
    TABLE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
