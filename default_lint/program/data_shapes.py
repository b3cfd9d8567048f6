"""Reshaping, indexing and joining arrays: which shape, which rows and which label form come out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from default_lint.program.data_values import (
    Array,
    Context,
    Frame,
    Rows,
    current,
    derive,
    forget,
    overwrite,
    view,
)
from default_lint.program.values import UNKNOWN, Reference, Shape, Unknown, Value, is_integer
from default_lint.text import Span

_DTYPES = {
    "float": "float64",
    "double": "float64",
    "float_": "float64",
    "single": "float32",
    "half": "float16",
    "int": "int64",
    "int_": "int64",
    "bool_": "bool",
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
    "f": "float32",
    "d": "float64",
    "i4": "int32",
    "i8": "int64",
    "u1": "uint8",
    "uint8": "uint8",
    "ubyte": "uint8",
}
_KNOWN = {
    *("float16", "float32", "float64", "bfloat16", "bool", "object", "str", "complex64", "complex128"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
}


def dtype_of(value: Value, library: str = "numpy") -> str | Unknown:
    """The type that a `dtype` argument names ("float32", `np.float32`, `float`, `"f4"`)."""
    text = value.name if isinstance(value, Reference) else value if isinstance(value, str) else ""
    name = text.rpartition(".")[2]
    if library == "tensorflow" and name == "float":
        return "float32"
    name = _DTYPES.get(name, name)
    return name if name in _KNOWN else UNKNOWN


def shape_of(value: Value) -> Shape:
    """The shape that a `shape` or `size` argument gives."""
    if is_integer(value):
        return (value,)
    if isinstance(value, (tuple, list)):
        return tuple(size if is_integer(size) else UNKNOWN for size in value)
    return UNKNOWN


def axis_of(value: Value, rank: int) -> int | None:
    """A known axis as a non-negative number; None when not known or outside."""
    if not is_integer(value) or not -rank <= value < rank:
        return None
    return value % rank


def astype(array: Array, dtype: str | Unknown, span: Span, name: str = "numpy.astype") -> Array:
    """The array converted to another type."""
    if isinstance(dtype, Unknown):
        return derive(array, span, name, dtype=UNKNOWN, low=UNKNOWN, high=UNKNOWN, exact=False, scaling=UNKNOWN)
    whole = dtype.startswith(("int", "uint"))
    changes: dict[str, Any] = {"dtype": dtype}
    if whole and array.bounds is not None:
        limit = 2 ** (int(dtype.lstrip("uint")) - (0 if dtype[0] == "u" else 1)) - 1
        low, high = math.trunc(array.bounds[0]), math.trunc(array.bounds[1])
        inside = (0 if dtype[0] == "u" else -limit - 1) <= low and high <= limit
        changes.update(low=low if inside else UNKNOWN, high=high if inside else UNKNOWN, exact=array.exact and inside)
        if not inside:
            changes.update(form=UNKNOWN, classes=UNKNOWN, scaling=UNKNOWN)
    was_whole = isinstance(array.dtype, str) and array.dtype.startswith(("int", "uint", "bool"))
    if whole and not was_whole:
        if array.form == "continuous":
            changes["form"] = UNKNOWN
        if array.scaling == "scaled":
            changes["scaling"] = UNKNOWN
        if array.form not in ("binary", "one-hot", "integer") and array.scaling == "raw" and not array.images:
            changes["scaling"] = UNKNOWN
    if dtype == "bool":
        changes.update(low=0, high=1, exact=False, form="binary", classes=2, scaling=UNKNOWN)
    if dtype in ("object", "str"):
        changes.update(low=UNKNOWN, high=UNKNOWN, exact=False)
    return derive(array, span, name, **changes)


def reshape(array: Array, sizes: Value, span: Span) -> Array:
    """The array in another shape; the rows stay when the first axis certainly does."""
    if is_integer(sizes):
        sizes = (sizes,)
    if not isinstance(sizes, (tuple, list)):
        return _loose(array, span, "numpy.reshape", UNKNOWN)
    shape = resolve(array.shape, sizes)
    keeps = _keeps_first(array.shape, shape)
    form, classes = array.form, array.classes
    last = shape[-1] if shape else UNKNOWN
    if form == "one-hot" and not (is_integer(last) and last == classes):
        form = classes = UNKNOWN
    rows = array.rows if keeps else array.rows.select("some", object())
    return view(array, span, "numpy.reshape", shape=shape, form=form, classes=classes, rows=rows)


def resolve(old: Shape, sizes: Sequence[Value]) -> tuple[Any, ...]:
    """A target shape with its -1 worked out where possible."""
    shape: list[Any] = [size if is_integer(size) and size >= -1 else UNKNOWN for size in sizes]
    wild = [place for place, size in enumerate(shape) if is_integer(size) and size == -1]
    if len(wild) != 1:
        return tuple(UNKNOWN if is_integer(size) and size == -1 else size for size in shape)
    place = wild[0]
    rest = [size for index, size in enumerate(shape) if index != place]
    shape[place] = UNKNOWN
    if isinstance(old, Unknown) or not all(is_integer(size) for size in rest):
        return tuple(shape)
    known = math.prod(rest)
    unknown = [size for size in old if not is_integer(size)]
    total = math.prod(size for size in old if is_integer(size))
    if not unknown and known and total % known == 0:
        shape[place] = total // known
    elif len(unknown) == 1 and total == known:
        shape[place] = unknown[0]
    return tuple(shape)


def _keeps_first(old: Shape, new: tuple[Any, ...]) -> bool:
    if isinstance(old, Unknown) or not old or not new:
        return False
    if is_integer(old[0]) and is_integer(new[0]):
        return old[0] == new[0]
    if old[0] is new[0] and old[0] is not None:
        rest_old, rest_new = old[1:], new[1:]
        sizes = [size for size in (*rest_old, *rest_new) if is_integer(size)]
        known = len(sizes) == len(rest_old) + len(rest_new)
        return known and math.prod(sizes[: len(rest_old)]) == math.prod(sizes[len(rest_old) :])
    return False


def _loose(array: Array, span: Span, name: str, shape: Shape, **changes: Any) -> Array:
    """A result whose rows are some of the array's, we cannot tell which."""
    changes.setdefault("rows", array.rows.select("some", object()))
    return derive(array, span, name, shape=shape, form=UNKNOWN, classes=UNKNOWN, exact=False, **changes)


def expand_dims(array: Array, axis: Value, span: Span) -> Array:
    """A new axis of size 1."""
    shape: Shape = UNKNOWN
    rows = array.rows
    form, classes = array.form, array.classes
    if not isinstance(array.shape, Unknown):
        place = axis_of(axis, len(array.shape) + 1)
        if place is not None:
            shape = (*array.shape[:place], 1, *array.shape[place:])
            rows = array.rows if place else array.rows.select("some", object())
            if place == len(array.shape) and form == "one-hot":
                form = classes = UNKNOWN
        else:
            rows = array.rows.select("some", object())
    elif not (is_integer(axis) and axis != 0):
        rows = array.rows.select("some", object())
    if isinstance(shape, Unknown) and form == "one-hot":
        form = classes = UNKNOWN
    return view(array, span, "numpy.expand_dims", shape=shape, form=form, classes=classes, rows=rows)


def squeeze(array: Array, axis: Value, span: Span) -> Array:
    """Axes of size 1 dropped."""
    old = array.shape
    shape: Shape = UNKNOWN
    if not isinstance(old, Unknown):
        if axis is None and all(is_integer(size) for size in old):
            shape = tuple(size for size in old if size != 1)
        elif is_integer(axis) and (place := axis_of(axis, len(old))) is not None:
            shape = (*old[:place], *old[place + 1 :])
    whole = not isinstance(old, Unknown) and bool(old) and is_integer(old[0]) and old[0] > 1
    kept = whole and not isinstance(shape, Unknown)
    form, classes = (array.form, array.classes) if array.form != "one-hot" else (UNKNOWN, UNKNOWN)
    rows = array.rows if kept else array.rows.select("some", object())
    return view(array, span, "numpy.squeeze", shape=shape, rows=rows, form=form, classes=classes)


def flatten(array: Array, span: Span, name: str = "numpy.ravel") -> Array:
    """One axis only."""
    old = array.shape
    if isinstance(old, Unknown):
        return _loose(array, span, name, (UNKNOWN,))
    if not all(is_integer(size) for size in old):
        return _loose(array, span, name, (UNKNOWN,))
    total = math.prod(size for size in old if is_integer(size))
    same = bool(old) and total == old[0]
    form, classes = (array.form, array.classes) if array.form != "one-hot" else (UNKNOWN, UNKNOWN)
    rows = array.rows if same else array.rows.select("some", object())
    return derive(array, span, name, shape=(total,), rows=rows, form=form, classes=classes)


def transpose(array: Array, axes: Value, span: Span) -> Array:
    """Axes in another order (reversed by default)."""
    old = array.shape
    if isinstance(old, Unknown):
        return _loose(array, span, "numpy.transpose", UNKNOWN, rows=Rows(), order=UNKNOWN)
    if axes is None:
        axes = tuple(reversed(range(len(old))))
    if not isinstance(axes, (tuple, list)) or not all(is_integer(axis) for axis in axes):
        return _loose(array, span, "numpy.transpose", UNKNOWN, rows=Rows(), order=UNKNOWN)
    places = [axis % len(old) for axis in axes if -len(old) <= axis < len(old)] if old else []
    if sorted(places) != list(range(len(old))):
        return _loose(array, span, "numpy.transpose", UNKNOWN, rows=Rows(), order=UNKNOWN)
    shape = tuple(old[place] for place in places)
    if not places or places[0] == 0:
        return view(array, span, "numpy.transpose", shape=shape, form=UNKNOWN if len(places) > 1 else array.form)
    return _loose(array, span, "numpy.transpose", shape, rows=Rows(), order=UNKNOWN)


# Indexing


def subscript(array: Array, index: Value, span: Span) -> Value:
    """`array[index]`."""
    if isinstance(array, Frame) or array.library == "pandas":
        return _frame_subscript(array, index, span)
    items = list(index) if isinstance(index, tuple) else [index]
    if any(isinstance(item, (str, dict)) for item in items):
        return UNKNOWN
    if array.library == "tensorflow" and any(isinstance(item, (list, Array)) for item in items):
        return UNKNOWN  # a list is read as a tuple there
    if all(item is None or item is Ellipsis or _is_full(item) for item in items):
        return _only_axes(array, items, span)
    first = items[0]
    shape = _indexed(array.shape, items)
    rows, order, classes = _indexed_rows(array, first)
    later = [item for item in items[1:] if item is not None and not _is_full(item) and item is not Ellipsis]
    if first is Ellipsis:
        later = items
    form = array.form
    deep_mask = isinstance(first, Array) and first.dtype == "bool" and first.rank != 1
    if form == "one-hot" and (later or deep_mask):
        form = classes = UNKNOWN
    if later and any(isinstance(item, Array) for item in (first, *later)):
        order = UNKNOWN
    drop_exact = {"exact": False, "shape": shape, "rows": rows, "order": order, "form": form, "classes": classes}
    if isinstance(first, Array) or any(isinstance(item, (Array, list)) for item in items):
        return derive(array, span, "numpy.take", **drop_exact, distinct=array.distinct and not isinstance(first, list))
    return view(array, span, "numpy.slice", **drop_exact, distinct=array.distinct)


def _is_full(item: Value) -> bool:
    return isinstance(item, slice) and item.start is None and item.stop is None and item.step is None


def _only_axes(array: Array, items: list[Value], span: Span) -> Array:
    """`x[..., None]`, `x[:, np.newaxis]`: new axes, nothing selected."""
    shape = _indexed(array.shape, items)
    rows = array.rows if items[0] is not None else array.rows.select("some", object())
    last_new = items[-1] is None
    form = UNKNOWN if array.form == "one-hot" and (last_new or isinstance(shape, Unknown)) else array.form
    return view(array, span, "numpy.newaxis", shape=shape, rows=rows, form=form)


def _indexed(old: Shape, items: list[Value]) -> Shape:
    """Shape after basic indexing, one mask or one index array; Unknown for anything else."""
    if isinstance(old, Unknown):
        return UNKNOWN
    if any(isinstance(item, Unknown) for item in items):
        return UNKNOWN
    fancy = [item for item in items if isinstance(item, (Array, list))]
    if len(fancy) > 1 or (fancy and any(is_integer(item) for item in items)):
        return UNKNOWN
    used = sum(_axes_used(item) for item in items)
    if used < 0 or used > len(old):
        return UNKNOWN
    shape: list[Any] = []
    place = 0
    ellipsis_seen = False
    for item in items:
        if item is None:
            shape.append(1)
        elif item is Ellipsis:
            if ellipsis_seen:
                return UNKNOWN
            ellipsis_seen = True
            skip = len(old) - used
            shape.extend(old[place : place + skip])
            place += skip
        elif isinstance(item, slice):
            shape.append(slice_length(item, old[place]))
            place += 1
        elif is_integer(item):
            place += 1
        elif isinstance(item, Array):
            selected = _selected_shape(item)
            if isinstance(selected, Unknown):
                return UNKNOWN
            shape.extend(selected)
            place += _axes_used(item)
        elif isinstance(item, list):
            if not all(is_integer(number) for number in item):
                return UNKNOWN
            shape.append(len(item))
            place += 1
        else:
            return UNKNOWN
    return (*shape, *old[place:])


def _axes_used(item: Value) -> int:
    if item is None or item is Ellipsis:
        return 0
    if isinstance(item, Array):
        if item.dtype == "bool":
            return -1000 if isinstance(item.rank, Unknown) else item.rank
        return 1 if isinstance(item.dtype, str) else -1000
    return 1


def _selected_shape(index: Array) -> Shape:
    return (UNKNOWN,) if index.dtype == "bool" else index.shape


def slice_length(item: slice, size: Value) -> int | Unknown:
    """Number of elements that a slice takes from an axis."""
    ends = (item.start, item.stop, item.step)
    if not all(end is None or is_integer(end) for end in ends):
        return UNKNOWN
    if is_integer(size):
        try:
            return len(range(*item.indices(size)))
        except ValueError:
            return UNKNOWN
    return UNKNOWN


def _indexed_rows(array: Array, first: Value) -> tuple[Rows, Any, Any]:
    """Rows, order and classes after selecting on the first axis with `first`."""
    rows, order = array.rows, array.order
    if first is Ellipsis or _is_full(first):
        return rows, order, array.classes
    if first is None:
        return rows.select("some", object()), order, array.classes
    if isinstance(first, slice):
        size = array.shape[0] if not isinstance(array.shape, Unknown) and array.shape else UNKNOWN
        return slice_rows(rows, first, size), order if first.step in (None, 1) else UNKNOWN, array.classes
    if is_integer(first):
        return rows.select("some", object()), order, array.classes
    if isinstance(first, Array):
        if first.dtype == "bool":
            return rows.select("mask", first.identity), order, UNKNOWN
        if isinstance(first.order, tuple) and isinstance(order, tuple) and first.distinct:
            taken = rows if _is_whole(array, first) else rows.select("taken", first.rows)
            return taken, (*order, *first.order), array.classes
        if isinstance(first.order, tuple) and isinstance(order, tuple) and _is_drawn(first):
            return rows.select("taken", first.rows), (*order, *first.order), UNKNOWN
        return rows.select("taken", first.rows), UNKNOWN, UNKNOWN
    return rows.select("some", object()), UNKNOWN, UNKNOWN


def _is_drawn(index: Array) -> bool:
    """True for `np.random.permutation(n)` as it came, where `n` is not known."""
    return index.source == "numpy.random.permutation" and not index.steps


def _is_whole(array: Array, index: Array) -> bool:
    """True when a distinct index array certainly takes every row."""
    if isinstance(array.shape, Unknown) or not array.shape or index.shape != array.shape[:1]:
        return False
    size = array.shape[0]
    return is_integer(size) and index.bounds == (0, size - 1)


def slice_rows(rows: Rows, item: slice, size: Value) -> Rows:
    """The rows that a slice takes."""
    start, stop, step = item.start, item.stop, item.step
    if step not in (None, 1) or not all(end is None or is_integer(end) for end in (start, stop)):
        return rows.select("some", object())
    if is_integer(size):
        begin, end, _ = item.indices(size)
        if begin >= end:  # no rows at all, as of a list that a loop of unknown length fills
            return rows.select("some", object())
        return rows if (begin, end) == (0, size) else rows.select("slice", begin, end, size)
    begin = 0 if start is None else start
    if begin < 0 and stop is None:
        return rows.select("tail", begin)
    if begin == 0 and stop is not None and stop < 0:
        return rows.select("head", stop)
    finish: Any = UNKNOWN if stop is None else stop
    if stop is None and begin == 0:
        return rows
    if begin < 0 or (is_integer(finish) and finish < 0):
        return rows.select("some", object())
    return rows.select("slice", begin, "end" if stop is None else finish, None)


def _frame_subscript(array: Array, index: Value, span: Span) -> Value:
    """`frame["column"]`, `frame[["a", "b"]]`, `frame[mask]`, `series[:100]`."""
    unknown: dict[str, Any] = {
        "shape": UNKNOWN,
        "dtype": UNKNOWN,
        "low": UNKNOWN,
        "high": UNKNOWN,
        "exact": False,
        "form": UNKNOWN,
        "classes": UNKNOWN,
    }
    if isinstance(array, Frame):
        if isinstance(index, str):
            return as_array(array, span, "pandas.column", "pandas", **unknown)
        if isinstance(index, list):
            return derive(array, span, "pandas.columns")
        if isinstance(index, slice):
            rows, order, _ = _indexed_rows(array, index)
            return derive(array, span, "pandas.rows", rows=rows, order=order)
        if isinstance(index, Array):
            return derive(array, span, "pandas.rows", rows=array.rows.select("mask", index.identity))
        return UNKNOWN
    if isinstance(index, (slice, Array)):
        rows, order, classes = _indexed_rows(array, index)
        shape: Shape = UNKNOWN if isinstance(array.shape, Unknown) else (UNKNOWN, *array.shape[1:])
        return derive(array, span, "pandas.rows", rows=rows, order=order, shape=shape, classes=classes, exact=False)
    return UNKNOWN


def locate(frame: Array, name: str, index: Value, span: Span) -> Value:
    """`frame.iloc[rows, columns]`."""
    items = index if isinstance(index, tuple) else (index,)
    rows_index = items[0]
    if is_integer(rows_index) or isinstance(rows_index, (str, Unknown)):
        return UNKNOWN
    rows, order, _ = _indexed_rows(frame, rows_index)
    if name == "loc" and isinstance(rows_index, slice) and not _is_full(rows_index):
        rows, order = frame.rows.select("some", object()), frame.order
    if isinstance(rows_index, list):
        order = UNKNOWN
    column = items[1] if len(items) > 1 else slice(None)
    if isinstance(frame, Frame) and not is_integer(column) and not isinstance(column, str):
        if isinstance(column, Unknown):
            return as_array(frame, span, "pandas.select", "pandas", rows=rows, order=order)
        return derive(frame, span, "pandas.select", rows=rows, order=order)
    return as_array(frame, span, "pandas.select", "pandas", rows=rows, order=order)


def as_array(array: Array, span: Span, name: str, library: str, **changes: Any) -> Array:
    """The same data as a plain Array of `library`."""
    derived = derive(array, span, name, library=library, **changes)
    if not isinstance(derived, Frame):
        return derived
    return Array(**{key: getattr(derived, key) for key in Array.__dataclass_fields__})


def assign(context: Context, array: Array, index: Value, value: Value, span: Span) -> None:
    """`array[index] = value`: the contents are no longer known."""
    array = current(array)
    overwrite(context, array, forget(array), span)


# Joining


def concatenate(arrays: Sequence[Value], axis: Value, span: Span, name: str = "numpy.concatenate") -> Value:
    """Arrays one after the other along an axis."""
    items = [current(item) for item in arrays]
    if not items or not all(isinstance(item, Array) for item in items):
        return UNKNOWN
    first: Array = items[0]
    if len(items) == 1:
        return derive(first, span, name)
    shapes = [item.shape for item in items]
    shape: Shape = UNKNOWN
    place: int | None = axis if is_integer(axis) and axis >= 0 else None
    if all(not isinstance(old, Unknown) and len(old) == len(shapes[0]) for old in shapes):
        ranks = len(shapes[0])
        place = axis_of(axis, ranks)
        if place is not None:
            sizes = [old[place] for old in shapes]
            whole = sum(sizes) if all(is_integer(size) for size in sizes) else UNKNOWN
            rest = [
                old[0] if all(is_integer(size) and size == old[0] for size in old) else UNKNOWN
                for old in zip(*shapes, strict=True)
            ]
            shape = tuple(whole if number == place else size for number, size in enumerate(rest))
    rows, order = _joined_rows(items, place)
    facts = joined(items)
    if facts["form"] == "one-hot" and place != 0:
        facts.update(form=UNKNOWN, classes=UNKNOWN)
    return derive(first, span, name, shape=shape, rows=rows, order=order, **facts)


def _joined_rows(items: list[Array], place: int | None) -> tuple[Rows, Any]:
    if place == 0:
        orders = [item.order for item in items]
        same = all(isinstance(order, tuple) and order == orders[0] for order in orders)
        return Rows.together([item.rows for item in items]), orders[0] if same else UNKNOWN
    if place is not None and all(item.rows == items[0].rows for item in items):
        return items[0].rows, items[0].order
    return Rows(), UNKNOWN


def joined(items: Sequence[Array]) -> dict[str, Any]:
    """The facts that several arrays have in common."""

    def same(name: str, otherwise: Any) -> Any:
        values = [getattr(item, name) for item in items]
        equal = all(not isinstance(value, Unknown) and value == values[0] for value in values)
        return values[0] if equal else otherwise

    bounds = [item.bounds for item in items]
    known = all(pair is not None for pair in bounds)
    changes: dict[str, Any] = {name: same(name, UNKNOWN) for name in ("dtype", "classes", "form", "scaling")}
    if changes["form"] == "one-hot" and isinstance(changes["classes"], Unknown):
        changes["form"] = UNKNOWN
    changes.update(
        source=same("source", ""),
        role=same("role", ""),
        split=same("split", ""),
        images=all(item.images for item in items),
        low=min(pair[0] for pair in bounds if pair) if known else UNKNOWN,
        high=max(pair[1] for pair in bounds if pair) if known else UNKNOWN,
        exact=all(item.exact for item in items),
    )
    return changes


def stack(arrays: Sequence[Value], axis: Value, span: Span) -> Value:
    """Arrays along a new axis."""
    items = [current(item) for item in arrays]
    if not items or not all(isinstance(item, Array) for item in items):
        return UNKNOWN
    first: Array = items[0]
    shape: Shape = UNKNOWN
    place: int | None = None
    if all(not isinstance(item.shape, Unknown) and item.shape == first.shape for item in items):
        old = first.shape
        if not isinstance(old, Unknown) and (place := axis_of(axis, len(old) + 1)) is not None:
            shape = (*old[:place], len(items), *old[place:])
    keeps = place is not None and place > 0 and all(item.rows == first.rows for item in items)
    rows, order = (first.rows, first.order) if keeps else (Rows(), UNKNOWN)
    facts = joined(items)
    if facts["form"] == "one-hot" or place is None:
        facts.update(form=UNKNOWN)
    return derive(first, span, "numpy.stack", shape=shape, rows=rows, order=order, **facts)
