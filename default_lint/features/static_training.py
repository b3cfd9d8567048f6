"""Features of the source: what a model puts out, its loss, optimizer, `fit` and data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from default_lint.features.static_model import Reading
from default_lint.features.static_row import Row, decades, log2, log10, octaves, same
from default_lint.program.catalog import signature
from default_lint.program.data_values import Array, Dataset, aligned, overlap
from default_lint.program.heads import Head
from default_lint.program.types import Call, Optimizer
from default_lint.program.values import Unknown, is_integer, is_number

LOSS_KINDS = {
    "categorical_crossentropy": "classes",
    "sparse_categorical_crossentropy": "classes",
    "categorical_focal_crossentropy": "classes",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
    "mean_squared_error": "distance",
    "mean_absolute_error": "distance",
    "huber": "distance",
    "log_cosh": "distance",
    "mean_absolute_percentage_error": "percentage",
    "mean_squared_logarithmic_error": "percentage",
    "hinge": "hinge",
    "squared_hinge": "hinge",
    "categorical_hinge": "hinge",
    "kl_divergence": "divergence",
    "poisson": "poisson",
}
OPTIMIZER_KINDS = {
    "SGD": "sgd",
    **dict.fromkeys(("Adam", "AdamW", "Nadam", "Adamax", "Lamb", "Lion"), "adam"),
    "RMSprop": "rmsprop",
    **dict.fromkeys(("Adagrad", "Adadelta", "Ftrl"), "adagrad"),
}
SUITS = {
    "classes": ("softmax",),
    "binary": ("sigmoid", "hard_sigmoid"),
    "divergence": ("softmax", "sigmoid"),
    "poisson": ("exponential", "softplus", "relu"),
    "hinge": ("tanh", "linear"),
}
RANGES = {
    "softmax": (0.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "elu": (-1.0, math.inf),
    "selu": (-1.76, math.inf),
    "linear": (-math.inf, math.inf),
}
FORMS = {"sparse_categorical_crossentropy": ("integer", "binary"), "categorical_crossentropy": ("one-hot",)}
ACCURACIES = ("accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "auc")
ARITHMETIC = ("add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "negative", "power", "square")
ARGUMENTS: Mapping[str, tuple[float | None, tuple[str, ...]]] = {
    "optimizer.momentum": (0.0, ("momentum",)),
    "optimizer.beta": (0.9, ("beta_1",)),
    "optimizer.weight_decay": (None, ("weight_decay",)),
    "optimizer.clip_norm": (None, ("clipnorm", "global_clipnorm")),
    "optimizer.clip_value": (None, ("clipvalue",)),
}
"""Features of the optimizer: the default that their neutral value stands for, and the arguments."""
RANDOM = ("random", "permutation", "shuffle", "normal", "uniform", "choice", "integers", "default_rng")


def head(row: Row, reading: Reading) -> None:
    """What the model puts out, and whether activation, loss, labels and units belong together."""
    found = reading.head
    if found is None:
        for name in ("loss", "activation", "labels"):
            row.choose(f"head.{name}", "unknown" if name == "labels" else "other")
        row.put("head.agrees", None)
        row.doubt("head.loss", "head.activation", "head.labels")
        return
    spans = [found.loss.span]
    out = [found.final.span] if found.final is not None else []
    kind = LOSS_KINDS.get(found.loss.name, "other")
    row.choose("head.loss", kind, *spans)
    row.choose("head.activation", found.activation or "other", *out)
    row.doubt(*(["head.loss"] if not found.loss.name else []), *(["head.activation"] if not found.activation else []))
    row.put("head.logits", same(found.loss.from_logits if isinstance(found.loss.from_logits, bool) else None), *spans)
    units = found.units if is_integer(found.units) and found.units > 0 else None
    where = [found.where.span] if found.where is not None else out
    row.put("head.units", log2(units), *where)
    row.put("head.agrees", _agrees(found, kind), *spans, *out)
    form = found.labels.form if isinstance(found.labels.form, str) else None
    row.choose("head.labels", form, *([found.labels.span] if found.labels.span is not None else []))
    row.put("head.labels_agree", _labels_agree(found, kind, form), *spans)
    row.put("head.units_agree", _units_agree(found, units, form), *where)
    row.put("head.reaches", _reaches(found), *out)
    if kind == "classes":
        row.idle("head.reaches")
    names = [metric.name for metric in found.metrics if metric.name]
    accuracies = [name for name in names if name in ACCURACIES]
    if names and kind != "other":
        places = [metric.span for metric in found.metrics]
        classes = kind in ("classes", "binary", "hinge", "divergence")
        row.put("head.metric_agrees", float(bool(accuracies) == classes), *places)


def _agrees(found: Head, kind: str) -> float | None:
    """Whether the final activation is one that the loss is made for; logits need none."""
    name = found.activation
    if not name or kind == "other":
        return None
    if found.loss.from_logits is True:
        return float(name == "linear")
    if kind == "distance":
        return 0.5 if name in ("sigmoid", "tanh") else float(name == "linear")
    if kind == "percentage":
        return 0.5 if name in ("linear", "relu", "softplus") else 0.0
    return float(name in SUITS[kind])


def _labels_agree(found: Head, kind: str, form: str | None) -> float | None:
    if form is None or kind == "other":
        return None
    if found.loss.name in FORMS:
        return float(form in FORMS[found.loss.name])
    if kind == "binary":
        return float(form in ("binary", "one-hot"))
    if kind in ("distance", "percentage"):
        return float(form == "continuous")
    return 0.5


def _units_agree(found: Head, units: int | None, form: str | None) -> float | None:
    classes = found.labels.classes
    if units is None or form is None:
        return None
    if form == "integer" and is_integer(classes):
        return float(units == classes)
    if form == "one-hot" and is_integer(found.labels.columns):
        return float(units == found.labels.columns)
    if form == "binary":
        return float(units == 1)
    return 0.5


def _reaches(found: Head) -> float | None:
    """Whether the labels lie in the range of the final activation."""
    array = found.labels.array
    bounds = array.bounds if array is not None else None
    if bounds is None or found.activation not in RANGES or LOSS_KINDS.get(found.loss.name) == "classes":
        return None
    low, high = RANGES[found.activation]
    return float(low <= bounds[0] and bounds[1] <= high)


def loss(row: Row, reading: Reading) -> None:
    """Which loss it is."""
    found = (reading.compile.losses or (None,))[0]
    name = "other" if found is None else found.name or "other"
    row.choose("loss.name", name if f"loss.name.{name}" in row.names else "other", *([found.span] if found else []))
    if found is None or not found.name:
        row.doubt("loss.name")


def optimizer(row: Row, reading: Reading) -> None:
    """The optimizer and its arguments."""
    found = reading.compile.optimizer
    if found is None or not found.name:
        row.choose("optimizer.name", "other")
        row.doubt("optimizer.name")
        row.put("optimizer.rate", None)
        return
    place = found.span if found.call is None else found.call.callee
    row.choose("optimizer.name", OPTIMIZER_KINDS.get(found.name, "other"), place)
    rate, span = reading.rate
    row.put("optimizer.rate", log10(rate), span)
    row.put("optimizer.rate_default", decades(rate, _default(found, "learning_rate")), span)
    updates = reading.updates
    row.put("optimizer.path", log10(rate * updates) if rate and updates else None, span)
    row.put("optimizer.named", float(found.call is None), place)
    row.put("optimizer.schedule", float(reading.schedule is not None), span)
    if reading.schedule is not None:
        row.put("optimizer.decay", _decay(reading.schedule, updates), reading.schedule.callee)
    call = found.call
    row.hold(*_left_out(found))
    if call is None:
        return
    for name, argument in (("momentum", "momentum"), ("beta", "beta_1"), ("weight_decay", "weight_decay")):
        if call.given(argument) is not None:
            value = call[argument]
            number = float(value) if is_number(value) else None
            if name == "weight_decay":
                number = log10(number) if number is None or number > 0 else -8.0
            row.put(f"optimizer.{name}", number, call.where(argument))
    for name, arguments in (("clip_norm", ("clipnorm", "global_clipnorm")), ("clip_value", ("clipvalue",))):
        for argument in arguments:
            if call.given(argument) is not None and is_number(call[argument]):
                bound = abs(call[argument])
                row.put(f"optimizer.{name}", log10(bound) if bound > 0 else -8.0, call.where(argument))


def _left_out(found: Optimizer) -> list[str]:
    """The features whose arguments are left out, where that means what the neutral value says."""
    told, call = signature(f"keras.optimizers.{found.name}"), found.call
    if told is None or (call is not None and call.spread):
        return []
    return [
        name
        for name, (default, arguments) in ARGUMENTS.items()
        if all((parameter := told.parameter(one)) and parameter.default == default for one in arguments)
        and not any(call is not None and call.given(one) for one in arguments)
    ]


def _default(found: Optimizer, name: str) -> float | None:
    told = signature(f"keras.optimizers.{found.name}")
    parameter = told.parameter(name) if told else None
    return float(parameter.default) if parameter is not None and is_number(parameter.default) else None


def _decay(schedule: Call, updates: float | None) -> float | None:
    """log10 of the rate at the end of the training over that at its start, at least -8."""

    def number(name: str) -> float | None:
        value = schedule[name] if name in schedule.arguments else None
        return float(value) if is_number(value) else None

    steps, rate = number("decay_steps"), number("decay_rate")
    if updates is None or steps is None or steps <= 0:
        return None
    turns = updates / steps
    if schedule.short == "ExponentialDecay" and rate is not None:
        return max(-8.0, turns * math.log10(rate)) if rate > 0 else -8.0
    if schedule.short == "InverseTimeDecay" and rate is not None:
        return -math.log10(1 + rate * turns) if rate >= 0 else None
    if schedule.short == "CosineDecay":
        alpha = number("alpha") or 0.0
        left = alpha + (1 - alpha) * (1 + math.cos(math.pi * min(1.0, turns))) / 2
        return max(-8.0, math.log10(left)) if left > 0 else -8.0
    if schedule.short == "PolynomialDecay":
        start, end = number("initial_learning_rate"), number("end_learning_rate")
        if start and end is not None:
            left = max(0.0, 1 - min(1.0, turns)) * (1 - end / start) + end / start
            return max(-8.0, math.log10(left)) if left > 0 else -8.0
    return None


def training(row: Row, reading: Reading) -> None:
    """`fit` and its arguments."""
    epochs, place = reading.epochs, reading.where("epochs")
    row.put("training.epochs", log2(epochs), place)
    row.put("training.batch", log2(reading.batch), reading.batch_span)
    row.put("training.batch_share", decades(reading.batch, reading.rows), reading.batch_span)
    row.put("training.steps", log10(reading.steps), reading.batch_span)
    row.put("training.updates", log10(reading.updates), place)
    fit = reading.fit
    if isinstance(fit.x, Dataset):
        shuffled = fit.x.shuffled
        row.put("training.shuffled", None if isinstance(shuffled, Unknown) else float(shuffled), fit.x.span)
    else:
        shuffle = reading.argument("shuffle")
        row.put(
            "training.shuffled",
            None if isinstance(shuffle, Unknown) else float(bool(shuffle)),
            reading.where("shuffle"),
        )
    split = reading.argument("validation_split")
    where = reading.where("validation_split" if is_number(split) and split > 0 else "validation_data")
    validated = fit.validation is not None or (is_number(split) and split > 0)
    row.put("training.validation", float(validated), where)
    unclear = isinstance(fit.validation, Unknown) and fit.call is not None and fit.call.given("validation_data") is None
    if unclear or (not validated and isinstance(split, Unknown)):
        row.doubt("training.validation")
    mine = reading.validation_inputs
    if mine is not None and reading.inputs is not None:
        shared = overlap(reading.inputs, mine)
        row.put("training.validation_apart", None if isinstance(shared, Unknown) else float(not shared), where)
    weights = [reading.argument(name) for name in ("class_weight", "sample_weight")]
    row.put("training.weighted", float(any(weight is not None for weight in weights)))
    if fit.call is None or fit.call.spread:
        row.doubt("training.weighted")
    if fit.callbacks is None:
        row.put("training.stopping", None, reading.where("callbacks"))
        return
    stopping = [call for call in fit.callbacks if call.short == "EarlyStopping"]
    row.put("training.stopping", float(bool(stopping)), reading.where("callbacks"))
    for call in stopping[:1]:
        patience = call["patience"]
        number = max(float(patience), 0.5) if is_number(patience) else None
        row.put("training.patience", log2(number), call.where("patience"))
        row.put("training.patience_share", octaves(number, epochs), call.where("patience"))
        row.put("training.stopping_agrees", _stopping(call), call.where("mode"))


def _stopping(call: Call) -> float | None:
    """Whether the mode of early stopping fits what it watches."""
    mode, monitor = call["mode"], call["monitor"]
    if not isinstance(mode, str) or not isinstance(monitor, str):
        return None
    if mode == "auto":
        return 1.0
    return float((mode == "min") == ("loss" in monitor or "error" in monitor))


def data(row: Row, reading: Reading) -> None:
    """What is passed to `fit`, and what was done to it."""
    inputs, targets = reading.inputs, reading.targets
    if inputs is None:
        row.choose("data.scaling", None)
        row.put("data.width", None)
        return
    place = inputs.span if inputs.span.end else reading.where("x")
    row.choose("data.scaling", inputs.scaling if isinstance(inputs.scaling, str) else None, place)
    bounds = inputs.bounds
    width = None if bounds is None else bounds[1] - bounds[0]
    row.put("data.width", log10(width), place)
    if bounds is not None and width:
        row.put("data.offset", min(100.0, abs(bounds[0] + bounds[1]) / width), place)
    if isinstance(inputs.dtype, str):
        row.put("data.integer", float("int" in inputs.dtype), place)
    steps = [step.name.rpartition(".")[2] for step in inputs.steps]
    row.put("data.steps", len(steps), *(step.span for step in inputs.steps))
    row.put("data.arithmetic", sum(step in ARITHMETIC for step in steps), place)
    row.put("data.selections", sum("getitem" in step or "take" in step for step in steps), place)
    mine = reading.validation_inputs
    if mine is not None:
        row.put("data.same_steps", float(_names(mine) == _names(inputs)), place)
    together = aligned(inputs, targets) if targets is not None else True
    row.put("data.aligned", None if isinstance(together, Unknown) else float(together), place)
    random = [
        step.span for array in (inputs, targets) if array is not None for step in array.steps if _draws(step.name)
    ]
    row.put("data.random_steps", len(random), *random)
    if targets is not None:
        where = targets.span if targets.span.end else reading.where("y")
        done = [step.name.rpartition(".")[2] for step in targets.steps]
        row.put("data.label_steps", len(done), where)
        row.put("data.label_arithmetic", sum(step in ARITHMETIC for step in done), where)


def _names(array: Array) -> list[str]:
    """What was done to an array, without what only takes rows."""
    names = [step.name.rpartition(".")[2] for step in array.steps]
    return [
        name for name in names if name in ARITHMETIC or name.endswith(("Scaler", "normalize", "astype", "transform"))
    ]


def _draws(name: str) -> bool:
    return any(part in RANDOM for part in name.split("."))


PARTS: Mapping[str, Callable[[Row, Reading], None]] = {
    "head": head,
    "loss": loss,
    "optimizer": optimizer,
    "training": training,
    "data": data,
}
"""What fills in each group of features."""

__all__ = ["PARTS"]
