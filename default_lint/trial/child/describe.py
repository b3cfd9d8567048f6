"""Facts about a Keras model, its optimizer and its losses, without making or changing anything of Keras.

Works for Keras 3 and for `tf_keras` (tf.keras before 2.16) alike.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from .nest import flatten
from .sites import Origins

_ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
_SETTINGS = (
    "units",
    "filters",
    "rate",
    "kernel_size",
    "strides",
    "padding",
    "pool_size",
    "dilation_rate",
    "data_format",
    "use_bias",
    "input_dim",
    "output_dim",
    "mask_zero",
    "momentum",
    "epsilon",
    "center",
    "scale",
    "axis",
    "alpha",
    "negative_slope",
    "max_value",
    "threshold",
    "stddev",
    "recurrent_dropout",
    "dropout",
    "return_sequences",
    "return_state",
    "stateful",
    "go_backwards",
    "merge_mode",
    "num_heads",
    "key_dim",
    "target_shape",
)
_OBJECTS = (
    "kernel_initializer",
    "bias_initializer",
    "recurrent_initializer",
    "embeddings_initializer",
    "beta_initializer",
    "gamma_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "recurrent_regularizer",
    "embeddings_regularizer",
    "activity_regularizer",
    "kernel_constraint",
)
_OPTIMIZER = (
    "momentum",
    "nesterov",
    "beta_1",
    "beta_2",
    "rho",
    "epsilon",
    "amsgrad",
    "centered",
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "gradient_accumulation_steps",
    "initial_accumulator_value",
)
_NORMALIZING = "BatchNormalization"


def snake(name: str) -> str:
    """CamelCase as snake_case, in Keras's way: "KLDivergence" is "kl_divergence"."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def kind(thing: Any) -> str:
    """The name of the thing's class."""
    return type(thing).__name__


def provided(layer: Any) -> bool:
    """Whether Keras itself provides the class of the layer."""
    return type(layer).__module__.split(".")[0] in ("keras", "tf_keras", "keras_core", "tensorflow")


def _model(layer: Any) -> bool:
    return any(parent.__name__ == "Model" and _named(parent) for parent in type(layer).__mro__)


def _named(parent: type) -> bool:
    return parent.__module__.split(".")[0] in ("keras", "tf_keras", "keras_core", "tensorflow")


def children(layer: Any) -> list[Any]:
    """The layers held directly by a model or by a layer of the user's."""
    listed = getattr(layer, "layers", None) if _model(layer) else None
    if listed:
        return list(listed)
    direct = getattr(layer, "_layers", None)
    if direct is None:
        flattened = getattr(layer, "_flatten_layers", None)
        direct = list(flattened(recursive=False, include_self=False)) if callable(flattened) else []
    return [entry for entry in direct if callable(getattr(entry, "count_params", None))]


def leaves(model: Any) -> list[tuple[Any, bool]]:
    """The layers that hold no others, in Keras's order; True beside a layer that counts with its own weights only.

    Layers of Keras that are made of others (LSTM, Bidirectional, MultiHeadAttention) are one leaf each; models and
    layers of the user's are opened, and appear themselves only when they hold weights of their own.
    """
    found: list[tuple[Any, bool]] = []
    seen = set()

    def visit(layer: Any) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        inner = children(layer) if (_model(layer) or not provided(layer)) else []
        if not inner and not _model(layer):
            found.append((layer, False))
            return
        if own_weights(layer):
            found.append((layer, True))
        for entry in inner:
            visit(entry)

    visit(model)
    return found


def own_weights(layer: Any) -> list[Any]:
    """The weights of the layer itself that are meant to train, also while it is frozen."""
    own = getattr(layer, "_trainable_variables", None)
    if own is None:
        own = getattr(layer, "_trainable_weights", None)
    return list(own or ())


def weights(layer: Any, alone: bool = False) -> list[Any]:
    """The weights meant to train of the layer and, unless `alone`, of everything in it."""
    found = own_weights(layer)
    if not alone:
        flattened = getattr(layer, "_flatten_layers", None)
        for entry in flattened(include_self=False) if callable(flattened) else ():
            found.extend(own_weights(entry))
    unique: dict[int, Any] = {id(variable): variable for variable in found}
    return list(unique.values())


def size(variable: Any) -> int:
    """The number of elements."""
    count = 1
    for length in tuple(variable.shape):
        count *= int(length)
    return count


def activation(layer: Any) -> str:
    """The name of the layer's own activation; "" when it has none."""
    name = kind(layer)
    if name in ("ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"):
        return {"LeakyReLU": "leaky_relu", "PReLU": "prelu"}.get(name, name.lower())
    inner = _wrapped(layer)
    own = getattr(inner, "activation", None)
    if own is None:
        return ""
    return str(getattr(own, "__name__", None) or snake(kind(own)))


def relu(layer: Any) -> bool:
    """Whether the layer ends in a plain rectifier, whose units can be dead."""
    if kind(layer) == "ReLU":
        return not float(getattr(layer, "negative_slope", 0.0) or 0.0)
    return activation(layer) in ("relu", "relu6")


def normalizing(layer: Any) -> bool:
    """Whether the layer normalizes by the statistics of the batch while it trains."""
    return any(parent.__name__ == _NORMALIZING for parent in type(layer).__mro__)


def _wrapped(layer: Any) -> Any:
    for name in ("forward_layer", "layer"):
        inner = getattr(layer, name, None)
        if inner is not None and provided(layer):
            return inner
    return layer


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(entry, (int, float, str, bool)) for entry in value):
        return list(value)
    return None


def settings(layer: Any) -> dict[str, Any]:
    """The settings that matter for a diagnosis; those of objects as their class, with "kernel_initializer.stddev"."""
    found: dict[str, Any] = {}
    inner = _wrapped(layer)
    if inner is not layer:
        found["layer"] = kind(inner)
    for name in _SETTINGS:
        value = getattr(layer, name, None)
        if value is None and inner is not layer:
            value = getattr(inner, name, None)
        value = _plain(value)
        if value is not None:
            found[name] = value
    for name in _OBJECTS:
        value = getattr(inner, name, None)
        if value is None:
            continue
        found[name] = getattr(value, "__name__", None) or kind(value)
        for key, entry in _config(value).items():
            if isinstance(entry, (int, float)) and not isinstance(entry, bool):
                found[f"{name}.{key}"] = entry
    recurrent = getattr(inner, "recurrent_activation", None)
    if recurrent is not None:
        found["recurrent_activation"] = str(getattr(recurrent, "__name__", recurrent))
    return found


def _config(thing: Any) -> dict[str, Any]:
    try:
        config = thing.get_config()
    except Exception:
        return {}
    return config if isinstance(config, dict) else {}


def output(layer: Any) -> list[Any]:
    """The shape that the layer gives, None for what varies; empty when it is not known."""
    try:
        shape = getattr(layer, "output", None)
        shape = tuple(flatten(shape)[0].shape)
    except Exception:
        return []
    return [None if length is None else int(length) for length in shape]


def row(index: int, layer: Any, alone: bool, origins: Origins) -> dict[str, Any]:
    """The layer as the `model` event carries it."""
    own = weights(layer, alone)
    frames = origins.of(layer)
    training = [variable for variable in own if getattr(variable, "trainable", True)]
    if not getattr(layer, "trainable", True):
        training = []
    return {
        "index": index,
        "name": str(getattr(layer, "name", "")),
        "kind": kind(layer),
        "activation": activation(layer),
        "site": frames[0] if frames else None,
        "callers": frames[1:],
        "parameters": _count(layer, own, alone),
        "trainable": sum(map(size, training)),
        "frozen": bool(own) and not training,
        "output": output(layer),
        "settings": settings(layer),
    }


def _count(layer: Any, own: list[Any], alone: bool) -> int:
    """All weights of the layer but counters and seeds."""
    if alone:
        return sum(map(size, own))
    found = {id(variable): variable for variable in own}
    for variable in getattr(layer, "non_trainable_weights", None) or ():
        found.setdefault(id(variable), variable)
    return sum(map(size, found.values()))


def outputs(model: Any, layers: list[Any]) -> list[int]:
    """The indices of the layers that make the model's outputs; empty when that is not known."""
    index = {id(layer): number for number, layer in enumerate(layers)}
    found: list[int] = []
    try:
        tensors = flatten(model.outputs)
    except Exception:
        tensors = []
    for tensor in tensors:
        history = getattr(tensor, "_keras_history", None)
        layer = history[0] if history else None
        while layer is not None and id(layer) not in index:
            inner = children(layer)
            layer = inner[-1] if inner else None
        if layer is not None:
            found.append(index[id(layer)])
    if not found and kind(model) == "Sequential" and layers:
        found.append(len(layers) - 1)
    return found


def learning_rate(optimizer: Any) -> float | None:
    """The current learning rate; of a schedule, the one for the next step; None where only a call would tell."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    given = getattr(optimizer, "_learning_rate", None)
    if callable(given) and not hasattr(given, "numpy") and not _scheduled(given):
        return None
    try:
        value = optimizer.learning_rate
        return float(value(optimizer.iterations) if callable(value) and not hasattr(value, "numpy") else value)
    except Exception:
        return None


def _scheduled(rate: Any) -> bool:
    return any(parent.__name__ == "LearningRateSchedule" for parent in type(rate).__mro__)


def optimizer_facts(optimizer: Any) -> dict[str, Any]:
    """Class, learning rate and the other numbers of an optimizer."""
    if optimizer is None:
        return {}
    facts: dict[str, Any] = {}
    if getattr(optimizer, "inner_optimizer", None) is not None:
        facts["wrapper"] = kind(optimizer)
        optimizer = optimizer.inner_optimizer
    schedule = getattr(optimizer, "_learning_rate", None)
    facts.update({"class": kind(optimizer), "learning_rate": learning_rate(optimizer)})
    facts["schedule"] = kind(schedule) if _scheduled(schedule) else ""
    for name in _OPTIMIZER:
        value = _plain(getattr(optimizer, name, None))
        if value is None:
            value = _plain(_config(optimizer).get(name)) if name in ("beta_1", "beta_2", "rho", "momentum") else None
        if value is not None:
            facts[name] = value
    return facts


def loss_name(loss: Any) -> str:
    """The name of a loss in snake_case: "mse", MeanSquaredError() and mean_squared_error are one."""
    loss = getattr(loss, "func", loss)
    if isinstance(loss, str):
        name = loss
    else:
        name = getattr(loss, "__name__", None) or kind(loss)
    if kind(loss) in ("LossFunctionWrapper", "MeanMetricWrapper"):
        name = getattr(getattr(loss, "fn", None), "__name__", name)
    if name != "<lambda>":
        name = snake(str(name))
    return _ALIASES.get(name, name)


def logits(loss: Any) -> bool | None:
    """Whether a cross-entropy takes logits; None for losses that have no such choice."""
    if "crossentropy" not in loss_name(loss):
        return None
    for holder in (getattr(loss, "_fn_kwargs", None), getattr(loss, "keywords", None)):
        if isinstance(holder, dict) and "from_logits" in holder:
            return bool(holder["from_logits"])
    return bool(getattr(loss, "from_logits", False))


def losses(model: Any) -> list[Any]:
    """The losses that `compile` was given, one for each output, as they were given."""
    loss = getattr(model, "loss", None)
    if callable(loss) and getattr(loss, "__self__", None) is model:  # Keras's shim where nothing was compiled
        return []
    if loss is None:
        return []
    if isinstance(loss, dict):
        names = list(getattr(model, "output_names", None) or loss)
        found = [loss.get(name) for name in names]
        return found if any(entry is not None for entry in found) else list(loss.values())
    if isinstance(loss, (list, tuple)):
        return list(loss)
    return [loss] * max(1, len(getattr(model, "output_names", None) or [None]))


def metrics(model: Any) -> list[str]:
    """The names of the metrics that `compile` was given."""
    config = getattr(model, "_compile_config", None)
    given = getattr(config, "config", None) or {}
    found: list[str] = []
    for key in ("metrics", "weighted_metrics"):
        source = given.get(key) if isinstance(given, dict) else None
        for entry in flatten(source):
            found.append(entry if isinstance(entry, str) else str(getattr(entry, "name", None) or loss_name(entry)))
    return found


def stateful(model: Any) -> bool:
    """Whether a recurrent layer carries its state from batch to batch."""
    return any(bool(getattr(_wrapped(layer), "stateful", False)) for layer, _ in leaves(model))


def walk(model: Any) -> Iterator[Any]:
    """The model and every layer in it."""
    yield model
    flattened = getattr(model, "_flatten_layers", None)
    if callable(flattened):
        yield from flattened(include_self=False)


def backend(model: Any) -> str:
    """The backend of a Keras 3 model, or "legacy" for tf_keras and tf.keras before 2.16."""
    found = sys.modules.get("keras.src.backend.config") or sys.modules.get("keras.src.backend.common.global_state")
    if any(parent.__module__.startswith("keras.src") for parent in type(model).__mro__):
        try:
            return str(found.backend()) if found is not None else "legacy"
        except AttributeError:
            return "legacy"
    return "legacy"


def keras(model: Any) -> Any:
    """The module `keras` or `tf_keras` that the model's class comes from; None when it is not loaded."""
    for parent in type(model).__mro__:
        name = parent.__module__.split(".")[0]
        if name in ("keras", "tf_keras") and name in sys.modules:
            return sys.modules[name]
    return None


def built(model: Any) -> bool:
    """Whether all weights of the model exist."""
    return all(bool(getattr(layer, "built", True)) for layer in walk(model))


def custom(model: Any, method: str) -> bool:
    """Whether the model's class, not Keras, defines the method."""
    for parent in type(model).__mro__:
        if method in vars(parent):
            return not _named(parent)
    return False


def repeatable(initializer: Any) -> bool:
    """Whether calling the initializer once more gives the same values and changes nothing."""
    module = getattr(initializer, "__module__", None) or type(initializer).__module__
    if not module.startswith(("keras.", "tf_keras.")):
        return False
    seed = getattr(initializer, "seed", None)
    return seed is None or isinstance(seed, int)
