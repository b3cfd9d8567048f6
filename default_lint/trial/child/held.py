"""The held batch: rows of the training data that the measures are taken on, had without disturbing the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from .nest import convert, flatten
from .session import Held

MINIMUM, MAXIMUM, SHARE = 64, 256, 8
BATCHES = 8

_alive: list[Any] = []  # what graphs of the program refer to must not go before they do


def count(rows: int) -> int:
    """How many of the rows are held: an eighth, at least 64, at most 256."""
    return min(rows, max(MINIMUM, min(MAXIMUM, rows // SHARE)))


def spread(rows: int, wanted: int) -> np.ndarray:
    """`wanted` different row numbers of `rows`, one from each of as many equal parts, in a mixed order.

    The choice depends on the two numbers only and touches no random state of the program.
    """
    generator = np.random.Generator(np.random.PCG64(0))
    wanted = min(rows, wanted)
    if wanted < 1:
        return np.zeros(0, np.int64)
    edges = np.linspace(0, rows, wanted + 1).astype(np.int64)
    chosen = edges[:-1] + (generator.random(wanted) * np.maximum(1, edges[1:] - edges[:-1])).astype(np.int64)
    return np.asarray(generator.permutation(chosen))


def length(value: Any) -> int | None:
    """The number of rows of an array; None when it has none."""
    shape = getattr(value, "shape", None)
    try:
        return int(shape[0]) if shape is not None and len(shape) else None
    except (TypeError, ValueError):
        return None


def rows_of(structure: Any) -> int | None:
    """The number of rows of a structure of arrays."""
    lengths = [length(leaf) for leaf in flatten(structure)]
    return lengths[0] if lengths and lengths[0] is not None else None


def array(value: Any) -> np.ndarray:
    """A tensor of any framework, or an array, as a numpy array of the host."""
    if isinstance(value, np.ndarray):
        return value
    for name in ("to_numpy", "numpy", "toarray"):
        method = getattr(value, name, None)
        if callable(method):
            if name == "numpy" and hasattr(value, "detach"):
                value = value.detach().cpu()
                return np.asarray(value.numpy())
            return np.asarray(method())
    return np.asarray(value)


def take(value: Any, rows: np.ndarray) -> np.ndarray:
    """Those rows of an array, a data frame or a tensor, as a numpy array; floats as float32."""
    module = type(value).__module__.split(".")[0]
    if hasattr(value, "iloc"):
        taken = value.iloc[rows].to_numpy()
    elif module == "tensorflow":
        taken = sys.modules["tensorflow"].gather(value, rows).numpy()
    elif module == "torch":
        taken = value[rows].detach().cpu().numpy()
    elif module in ("jax", "jaxlib", "numpy"):
        taken = np.asarray(value)[rows]
    elif hasattr(value, "toarray"):
        taken = value[rows].toarray()
    else:
        order = np.argsort(rows)  # what reads from a file wants its rows in order
        taken = np.asarray(value[rows[order]])[np.argsort(order)]
    return narrow(np.asarray(taken))


def narrow(value: np.ndarray) -> np.ndarray:
    """The array as Keras would see it: float64 as float32, objects as numbers or text where they are."""
    if value.dtype == np.float64:
        return value.astype(np.float32)
    if value.dtype == object:
        try:
            return value.astype(np.float32)
        except (TypeError, ValueError):
            return value.astype(str)
    return value


def from_arrays(x: Any, y: Any, sample_weight: Any, rows: int, wanted: int) -> Held:
    """The held batch from arrays of which the first `rows` rows train."""
    chosen = spread(rows, wanted)
    pick = lambda leaf: take(leaf, chosen)  # noqa: E731
    weight = None if sample_weight is None else convert(pick, sample_weight)
    return Held(convert(pick, x), convert(pick, y), weight, len(chosen))


def from_batches(batches: list[Any], wanted: int) -> Held | None:
    """The held batch from batches (x, y, sample_weight) as the trainer got them; None when there are no rows.

    Batches whose rows are not of the shapes of the first one's are left out as a whole.
    """
    parts = [unpack(batch) for batch in batches]
    columns = [[[array(leaf) for leaf in flatten(structure)] for structure in part] for part in parts]
    shapes = [[[leaf.shape[1:] for leaf in column] for column in part] for part in columns]
    alike = [part for part, shape in zip(columns, shapes) if shape == shapes[0]]
    joined: list[Any] = []
    for structure, *pieces in zip(parts[0] if parts else (), *alike):
        leaves = iter([narrow(np.concatenate(entries)[:wanted]) for entries in zip(*pieces)])
        joined.append(None if structure is None else refill(structure, leaves))
    rows = rows_of(joined[0]) if joined else None
    return Held(joined[0], joined[1], joined[2], rows) if rows else None


def refill(structure: Any, leaves: Iterator[Any]) -> Any:
    """The structure with other leaves, given in the order of `flatten`."""
    return convert(lambda _: next(leaves), _ordered(structure))


def _ordered(structure: Any) -> Any:
    """Dicts in the order in which `flatten` goes through them."""
    if isinstance(structure, dict):
        try:
            keys = sorted(structure)
        except TypeError:
            keys = list(structure)
        return {key: _ordered(structure[key]) for key in keys}
    if isinstance(structure, (list, tuple)) and not hasattr(structure, "_fields"):
        return type(structure)(_ordered(entry) for entry in structure)
    return structure


def unpack(batch: Any) -> tuple[Any, Any, Any]:
    """x, y and sample weights of a batch, as Keras unpacks it."""
    if isinstance(batch, list):
        batch = tuple(batch)
    if not isinstance(batch, tuple):
        return batch, None, None
    return (*batch[:3], None, None)[:3]


def class_weights(y: Any, weights: Any) -> np.ndarray | None:
    """The sample weights that class weights mean for targets of one output; None when they can't be told."""
    leaves = flatten(y)
    if leaves and isinstance(y, (list, tuple)) and all(length(leaf) is None for leaf in leaves):
        leaves = [y]  # a list of labels
    if len(leaves) != 1 or not isinstance(weights, dict):
        return None
    target = array(leaves[0])
    if not target.ndim or target.dtype.kind not in "biuf" or not np.isfinite(target).all():
        return None
    labels = target.argmax(-1) if target.ndim > 1 and target.shape[-1] > 1 else target.reshape(len(target), -1)[:, 0]
    if labels.ndim != 1:
        return None
    return np.asarray([float(weights.get(int(label), 1.0)) for label in labels], np.float32)


class Batches:
    """Keeps the first batches that pass by on their way into training, without taking any from the way."""

    def __init__(self) -> None:
        self._seen: list[Any] = []
        self._queue: Any = None
        self._spec: Any = None

    def passing(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments of Keras's training function, with an eye on Python iterators among them (JAX, PyTorch)."""
        if self._queue is not None or len(self._seen) >= BATCHES or not args:
            return args
        source = args[-1]
        if isinstance(source, (list, tuple)):
            for batch in source:
                self.add(batch)
            return args
        if type(source).__module__.startswith("tensorflow"):
            return args
        return (*args[:-1], self._through(source))

    def _through(self, source: Any) -> Iterator[Any]:
        for batch in source:
            self.add(batch)
            yield batch

    def add(self, batch: Any) -> None:
        """Keep a batch while there is room; arrays are copied, since loops like to fill the same one again."""
        if len(self._seen) < BATCHES:
            self._seen.append(convert(lambda leaf: array(leaf).copy(), batch))

    def tap(self, dataset: Any) -> Any:
        """The same `tf.data.Dataset`; its first elements are copied to a queue inside of its own graph.

        A second iterator would advance shuffles and generators; so the elements are caught where they pass.
        """
        tf = sys.modules["tensorflow"]
        if not isinstance(dataset, tf.data.Dataset):
            return dataset
        spec = dataset.element_spec
        leaves = tf.nest.flatten(spec)
        if not leaves or not all(isinstance(leaf, tf.TensorSpec) for leaf in leaves):
            return dataset
        with tf.init_scope(), tf.device("CPU:0"):
            queue = tf.queue.FIFOQueue(BATCHES, [leaf.dtype for leaf in leaves])
            count = tf.Variable(0, dtype=tf.int64, trainable=False)
        _alive.extend((queue, count))

        def keep(*element: Any) -> Any:
            whole = element if isinstance(spec, tuple) else element[0]

            def put() -> Any:
                with tf.control_dependencies([count.assign_add(1)]):
                    done = queue.enqueue(tf.nest.flatten(whole))
                with tf.control_dependencies([done] if done is not None else []):
                    return tf.constant(True)

            tf.cond(count < BATCHES, put, lambda: tf.constant(False))
            return whole

        tapped = dataset.map(keep)
        self._queue, self._spec = queue, spec
        return tapped

    def inside(self, batch: Any, wanted: Any) -> None:
        """Within a graph of TensorFlow that is being traced: keep the batch of each step that is `wanted`."""
        tf = sys.modules["tensorflow"]
        leaves = tf.nest.flatten(batch)
        leaves = [leaf for leaf in leaves if leaf is not None]
        kinds = [getattr(leaf, "dtype", None) for leaf in leaves]
        if not all(map(tf.is_tensor, leaves)) or (self._queue is not None and self._queue.dtypes != kinds):
            return
        if self._queue is None:
            with tf.init_scope(), tf.device("CPU:0"):
                self._queue = tf.queue.FIFOQueue(BATCHES, kinds)
            self._spec = batch
            _alive.append(self._queue)
        queue = self._queue

        def put() -> Any:
            queue.enqueue(leaves)
            return tf.constant(True)

        tf.cond(wanted, put, lambda: tf.constant(False))

    def batches(self) -> list[Any]:
        """What has been kept since the last call."""
        if self._queue is None:
            seen, self._seen = self._seen, []
            return seen
        found = []
        for _ in range(int(self._queue.size())):
            element = self._queue.dequeue()
            leaves = element if isinstance(element, (list, tuple)) else [element]
            found.append(refill(self._spec, iter([leaf.numpy() for leaf in leaves])))
        return found
