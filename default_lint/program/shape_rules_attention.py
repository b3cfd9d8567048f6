"""Shape rules of attention layers. The inputs are query, value and, when given, key."""

from __future__ import annotations

from default_lint.program.shape_rules import (
    Case,
    Inference,
    Untold,
    defined,
    elements,
    known_rank,
    refuse,
    rule,
    told,
    total,
    weights,
    when,
)
from default_lint.program.values import UNKNOWN, Dim, Shape, Unknown, is_integer


def _differ(value: tuple[Dim, ...], key: tuple[Dim, ...]) -> bool:
    """Whether value and key may disagree between the first and the last axis, which Keras refuses."""
    pairs = zip(value[1:-1], key[1:-1], strict=False)
    return any(not (one is None and other is None) and one != other for one, other in pairs)


def _query_value_key(case: Case) -> tuple[tuple[Dim, ...], tuple[Dim, ...], tuple[Dim, ...]]:
    if not 2 <= len(case.inputs) <= 3:
        raise Untold
    query, value, key = known_rank(case.inputs[0]), known_rank(case.inputs[1]), known_rank(case.inputs[-1])
    return query, value, key if len(case.inputs) == 3 else value


def _scores(case: Case, output: Shape, scores: Shape) -> tuple[Shape, ...]:
    """Both outputs when `return_attention_scores` is passed at the call."""
    return (output, scores) if case.flag("return_attention_scores", False) is True else ()


@rule("Attention", "AdditiveAttention", several=True)
def attention(case: Case) -> Inference:
    """Values weighted by how well query and key match."""
    query, value, key = _query_value_key(case)
    if len(query) < 2 or len(value) < 2 or len(key) < 2:
        raise Untold
    scaled = case.flag("use_scale")
    if case.short == "AdditiveAttention":
        count = defined(case, query, -1) if scaled is True else when(scaled, UNKNOWN)
    else:
        mode = case.told_text("score_mode")
        if mode not in ("dot", "concat"):
            refuse("other", f"`score_mode={mode!r}` does not exist")
        count = total(when(scaled, 1), 1 if mode == "concat" else 0)
    output = (*query[:-1], value[-1])
    return Inference(output, count, _scores(case, output, (*query[:-1], key[-2])))


@rule("MultiHeadAttention", several=True)
def multi_head_attention(case: Case) -> Inference:
    """Projections to heads and back."""
    query, value, key = _query_value_key(case)
    heads, key_size = case.positive("num_heads"), case.positive("key_dim")
    value_size = key_size if case["value_dim"] is None else case.positive("value_dim")
    if not len(query) == len(value) == len(key) or len(query) < 3:
        raise Untold
    if _differ(value, key):
        raise Untold
    axes = case["attention_axes"]
    if axes is not None and len(query) > 3:
        raise Untold
    last: tuple[Dim, ...] = query[-1:]
    declared = case["output_shape"]
    if declared is not None:
        items = (declared,) if is_integer(declared) else elements(declared)
        if items is None:
            raise Untold
        if items:
            last = tuple(size if is_integer(size) else UNKNOWN for size in items)
    features, bias = (defined(case, query, -1), defined(case, value, -1), defined(case, key, -1)), case.flag("use_bias")
    queries, keys, values = weights(heads, key_size), weights(heads, key_size), weights(heads, value_size)
    count = total(
        _projection(features[0], queries, bias),
        _projection(features[2], keys, bias),
        _projection(features[1], values, bias),
        _projection(values, weights(*last), bias),
        when(case.flag("use_gate", False), _projection(features[0], values, bias)),
    )
    output = (*query[:-1], *last)
    if key != value:
        count = UNKNOWN  # the third input may be a mask
    return Inference(output, count, _scores(case, output, (query[0], heads, query[1], query[1])))


def _projection(rows: Dim, columns: Dim, bias: bool | Unknown) -> int | Unknown:
    return total(weights(rows, columns), when(bias, weights(columns)))


@rule("GroupQueryAttention", "GroupedQueryAttention", several=True)
def group_query_attention(case: Case) -> Inference:
    """Several query heads to one head of keys and values."""
    query, value, key = _query_value_key(case)
    size, heads, shared = case.integer("head_dim"), case.integer("num_query_heads"), case.integer("num_key_value_heads")
    if any(is_integer(number) and number < 1 for number in (size, heads, shared)):
        raise Untold
    if is_integer(heads) and is_integer(shared) and heads % shared:
        refuse("other", f"{heads} query heads do not divide into {shared} groups", shared, heads)
    if not len(query) == len(value) == len(key) == 3:
        raise Untold
    features = (defined(case, query, -1), defined(case, value, -1), defined(case, key, -1))
    if is_integer(features[0]) and is_integer(features[1]) and features[0] != features[1]:
        refuse("merge", f"query and value have {features[0]} and {features[1]} features", features[0], features[1], 2)
    if isinstance(features[0], Unknown) or isinstance(features[1], Unknown):
        raise Untold
    if _differ(value, key):
        raise Untold
    bias = case.flag("use_bias")
    queries, groups = weights(heads, size), weights(shared, size)
    count = total(
        _projection(features[0], queries, bias),
        _projection(features[2], groups, bias),
        _projection(features[1], groups, bias),
        _projection(queries, features[0], bias),
        when(told(case.flag("use_gate", False)), _projection(features[0], queries, bias)),
    )
    if key != value:
        count = UNKNOWN  # the third input may be a mask
    return Inference(query, count, _scores(case, query, (query[0], heads, query[1], key[1])))
