"""Output shape and parameter count of `keras.applications` models, from a table measured with Keras.

Without inputs the answer is about the model itself; with an input it is about the model applied to that input.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from default_lint.program.shape_rules import (
    Case,
    Count,
    Inference,
    Refused,
    Untold,
    elements,
    refuse,
    told,
    total,
    weights,
)
from default_lint.program.values import UNKNOWN, Dim, Shape, Unknown, is_integer

PREFIX = "keras.applications."
_VARIANTS: Mapping[str, object] = {"alpha": 1.0, "depth_multiplier": 1, "minimalistic": False}


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """The measured table, one entry per model."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    text = (Path(__file__).parent / "applications.toml").read_text(encoding="utf-8")
    content: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return content


def application(case: Case) -> Inference:
    """A backbone, with or without its classifier."""
    facts = table().get(case.short)
    if facts is None:
        raise Untold
    _plain(case)
    top, declared = told(case.flag("include_top")), _declared(case, facts)
    _checked(case, facts, top, declared)
    channels = declared[2]
    base, fixed = _backbone(facts, channels)
    spatial = _spatial(case, facts, declared)
    batch = case.inputs[0][0] if case.inputs and not isinstance(case.inputs[0], Unknown) else None
    if case.inputs and isinstance(case.inputs[0], Unknown):
        batch = UNKNOWN
    if top:
        classes = case.integer("classes")
        head = total(_head(facts, declared), weights(classes, facts["width"] + 1))
        return Inference((batch, classes), total(base, head), fixed=fixed)
    pooling = case.text("pooling")
    if isinstance(pooling, Unknown):
        return Inference(UNKNOWN, base, fixed=fixed)
    if pooling in ("avg", "max"):
        return Inference((batch, facts["features"]), base, fixed=fixed)
    return Inference((batch, *spatial, facts["features"]), base, fixed=fixed)


def application_input(case: Case) -> Shape:
    """Shape of the images that a model is made for."""
    facts = table().get(case.short)
    if facts is None:
        return UNKNOWN
    try:
        return (None, *_declared(case, facts))
    except (Untold, Refused):
        return UNKNOWN


def _plain(case: Case) -> None:
    """Only the measured variant is known."""
    for name, usual in _VARIANTS.items():
        value = case.arguments.get(name, usual)
        if isinstance(value, Unknown) or value != usual:
            raise Untold


def _declared(case: Case, facts: Mapping[str, Any]) -> tuple[Dim, Dim, Dim]:
    """Height, width and channels that the model is made for."""
    value = case["input_shape"]
    if case["input_tensor"] is not None:
        if not case.inputs or value is not None or isinstance(case.inputs[0], Unknown) or len(case.inputs[0]) != 4:
            raise Untold
        height, width, channels = case.inputs[0][1:]
        return height, width, channels
    if value is None:
        size: Dim = (facts["size"] or None) if told(case.flag("include_top")) else None
        return size, size, 3
    items = elements(value)
    if items is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    if len(items) != 3:
        refuse("rank", f"`input_shape` has {len(items)} axes, not 3", 3, len(items))
    height, width, channels = (item if item is None or is_integer(item) else UNKNOWN for item in items)
    return height, width, channels


def _checked(case: Case, facts: Mapping[str, Any], top: bool, declared: tuple[Dim, Dim, Dim]) -> None:
    """Refuse what Keras refuses."""
    imagenet = case["weights"] == "imagenet"
    classes = case["classes"]
    if imagenet and top and is_integer(classes) and classes != 1000:
        refuse("other", f"imagenet weights have 1000 classes, not {classes}", 1000, classes)
    for axis, size in enumerate(declared[:2], 1):
        if is_integer(size) and size < facts["least"]:
            refuse("other", f"`{case.short}` takes images of {facts['least']} and more", facts["least"], size, axis)
    channels = declared[2]
    if imagenet and not top and is_integer(channels) and channels != 3:
        refuse("channels", f"imagenet weights take 3 channels, not {channels}", 3, channels, 3)
    if imagenet and top and case["input_shape"] is not None and declared != (facts["size"], facts["size"], 3):
        raise Untold
    if top and facts["size"] and (declared[0] is None or declared[1] is None):
        raise Untold
    if not is_integer(channels) and (channels is None or imagenet):
        raise Untold


def _backbone(facts: Mapping[str, Any], channels: Dim) -> tuple[Count, Count]:
    """All weights and those that are not trained; measured for 1 and 3 channels."""
    if not is_integer(channels) or channels not in (1, 3):
        return UNKNOWN, UNKNOWN
    missing = 3 - channels
    return facts["base"] - facts["per_channel"] * missing, facts["fixed"] - facts["fixed_per_channel"] * missing


def _head(facts: Mapping[str, Any], declared: tuple[Dim, Dim, Dim]) -> Count:
    """Weights between the backbone and the last layer."""
    hidden = facts.get("hidden")
    if hidden is None:
        head: int = facts["head"]
        return head
    count: Count = 0
    width: Count = weights(*(_reduced(size, facts["chain"], True) for size in declared[:2]), facts["features"])
    for units in hidden:
        count, width = total(count, weights(total(width, 1), units)), units
    return count


def _spatial(case: Case, facts: Mapping[str, Any], declared: tuple[Dim, Dim, Dim]) -> tuple[Dim, Dim]:
    """Height and width that come out."""
    chain, made_for = facts["chain"], declared[:2]
    if "p" in chain and (made_for[0] is None) != (made_for[1] is None):
        raise Untold
    if "!" in chain and (made_for[0] is None or made_for[1] is None):
        raise Untold
    sizes: tuple[Dim, ...] = made_for
    if case.inputs and case["input_tensor"] is None:
        shape = case.inputs[0]
        if isinstance(shape, Unknown):
            return UNKNOWN, UNKNOWN
        if len(shape) != 4:
            refuse("rank", f"`{case.short}` takes 4 axes, the input has {len(shape)}", 4, len(shape))
        sizes = shape[1:3]
        for own, given in zip(declared, shape[1:], strict=True):
            if is_integer(own) and not (is_integer(given) and given == own):
                raise Untold
    height, width = (_reduced(size, chain, own is not None) for size, own in zip(sizes, made_for, strict=True))
    return height, width


def _reduced(size: Dim, chain: str, known: bool) -> Dim:
    """An axis after the steps of `chain`.

    c: half, rounded up; f: half, rounded down; v: a kernel of 3; w: a kernel of 3 with stride 2; p: half, rounded up
    when the model was made for a known size, else down; !: the model must be made for a known size.
    """
    if size is None or isinstance(size, Unknown):
        return size
    for step in chain:
        if step == "c" or (step == "p" and known):
            size = (size + 1) // 2
        elif step in "fp":
            size //= 2
        elif step == "v":
            size -= 2
        elif step == "w":
            size = (size - 1) // 2
    return size if size > 0 else UNKNOWN
