"""Regenerate the signatures of `default_lint/program/catalog.toml` from the installed libraries.

Everything between the marker lines of the catalog is replaced; the rest of the file is written by hand. Run with an
environment that has tensorflow, keras 3, numpy and scikit-learn: `python tools/make_catalog.py`.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import math
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CATALOG = Path(__file__).parent.parent / "default_lint" / "program" / "catalog.toml"
BEGIN = "# begin generated: python tools/make_catalog.py"
END = "# end generated"

LAYER_BASE = ("activity_regularizer", "trainable", "dtype", "autocast", "name")
"""Keywords that every layer takes through `**kwargs` of its base class; written `**layer` in the catalog."""

HAND_WRITTEN = {
    "keras.Model": "(inputs=None, outputs=None, name=None, trainable=True, **kwargs)",
    "keras.Sequential": "(layers=None, trainable=True, name=None)",
    "keras.initializers.Initializer": "()",
    "keras.layers.Layer": "(**layer)",
    "keras.optimizers.Optimizer": (
        "(learning_rate, weight_decay=None, clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, "
        "ema_momentum=0.99, ema_overwrite_frequency=None, loss_scale_factor=None, gradient_accumulation_steps=None, "
        "name=None)"
    ),
}
"""Signatures that inspection does not tell."""

PREFERRED = (
    "keras.Input",
    "keras.Model",
    "keras.Sequential",
    "keras.models.",
    "keras.utils.",
    "keras.config.",
    "keras.optimizers.",
)
"""When one object has several public names, the first prefix that matches wins over the rules of `rank`."""

SKIPPED = ("keras.legacy.", "keras.utils.legacy.", "keras.mixed_precision.dtype_policy", "keras.optimizers.legacy.")

OPEN = (
    "keras.Model",
    "keras.Model.call",
    "keras.Operation",
    "keras.name_scope",
    "keras.layers.Layer.call",
    "keras.layers.Layer.compute_output_shape",
    "keras.metrics.MeanMetricWrapper",
    "keras.metrics.Metric.update_state",
    "keras.ops.einsum",
    "keras.ops.rearrange",
    "keras.utils.Config",
)
"""Keras callables that take any keyword; elsewhere `**kwargs` only feeds a base class or an error message."""

METHODS = {
    "keras.Model": (
        "compile fit evaluate predict train_on_batch test_on_batch predict_on_batch summary save save_weights "
        "load_weights get_layer build get_weights set_weights export call compute_loss train_step test_step "
        "predict_step to_json reset_metrics count_params"
    ),
    "keras.Sequential": "add pop",
    "keras.layers.Layer": (
        "build call add_weight add_loss get_weights set_weights get_config compute_output_shape count_params"
    ),
    "keras.layers.Normalization": "adapt",
    "keras.layers.Discretization": "adapt",
    "keras.layers.TextVectorization": "adapt get_vocabulary set_vocabulary",
    "keras.layers.StringLookup": "adapt get_vocabulary set_vocabulary",
    "keras.layers.IntegerLookup": "adapt get_vocabulary set_vocabulary",
    "keras.optimizers.Optimizer": "apply apply_gradients build stateless_apply",
    "keras.metrics.Metric": "update_state reset_state result add_weight",
    "keras.losses.Loss": "call",
}
"""Methods of Keras objects that rules or the interpreter look at."""

HIDDEN_KEYWORDS = {"keras.layers.LSTM": "*, implementation=2", "keras.layers.GRU": "*, implementation=2"}
"""Keywords that a class takes out of its `**kwargs`."""

ABSTRACT = (
    "Loss",
    "LossFunctionWrapper",
    "Metric",
    "MeanMetricWrapper",
    "Optimizer",
    "OptimizerMap",
    "MultiOptimizer",
    "LossScaleOptimizer",
    "Initializer",
    "Regularizer",
    "Constraint",
)
"""Classes that `get` knows by name but cannot make without arguments, or not at all."""

IDENTIFIERS = ("losses", "metrics", "optimizers", "activations", "initializers", "regularizers", "constraints")

SKLEARN_MODULES = (
    "compose",
    "datasets",
    "decomposition",
    "impute",
    "metrics",
    "model_selection",
    "pipeline",
    "preprocessing",
    "utils",
)
SKLEARN_UTILS = ("shuffle", "resample", "check_X_y", "check_array")

TENSORFLOW_FUNCTIONS = (
    "abs add add_n argmax argmin argsort boolean_mask broadcast_to cast clip_by_norm clip_by_value concat constant "
    "convert_to_tensor cos cumsum divide equal exp expand_dims eye fill function gather gather_nd greater "
    "greater_equal identity less less_equal linspace logical_and logical_not logical_or map_fn matmul maximum "
    "meshgrid minimum multiply no_op norm not_equal one_hot ones ones_like pad pow print py_function range rank "
    "reduce_all reduce_any reduce_max reduce_mean reduce_min reduce_prod reduce_sum repeat reshape reverse round "
    "sequence_mask shape sigmoid sign sin size slice sort split sqrt square squeeze stack stop_gradient "
    "strided_slice subtract tanh tensordot tile transpose unstack where while_loop zeros zeros_like Variable "
    "GradientTape TensorSpec stack switch_case cond roll unique"
)
TENSORFLOW_MEMBERS = (
    "io.read_file io.decode_jpeg io.decode_png io.decode_image io.parse_example io.parse_single_example "
    "io.parse_tensor io.decode_raw io.FixedLenFeature io.VarLenFeature distribute.MirroredStrategy "
    "distribute.get_strategy summary.scalar saved_model.load saved_model.save"
)
TENSORFLOW_MODULES = ("nn", "math", "image", "random")

NUMPY_FUNCTIONS = (
    "zeros ones full empty zeros_like ones_like full_like array asarray arange linspace logspace eye identity "
    "expand_dims reshape concatenate vstack hstack dstack stack column_stack argmax argmin argsort sort round around "
    "mean std var median max min amax amin sum prod unique where squeeze transpose ravel isnan sqrt log exp abs clip "
    "tile repeat split array_split append delete insert pad load save savez loadtxt genfromtxt maximum minimum "
    "dot matmul cumsum diff flip roll swapaxes moveaxis rollaxis percentile quantile nanmean nanstd nan_to_num "
    "count_nonzero nonzero bincount any all copy meshgrid astype log1p expm1 log10 power square floor ceil mod "
    "absolute add subtract multiply divide true_divide take equal not_equal greater greater_equal less less_equal "
    "logical_and logical_or logical_not sign sin cos tanh atleast_2d atleast_1d "
    "digitize interp gradient cov corrcoef ascontiguousarray"
)
NUMPY_RANDOM = (
    "rand randn randint random random_sample normal uniform choice permutation shuffle seed default_rng RandomState "
    "standard_normal binomial poisson exponential beta gamma multivariate_normal random_integers"
)
NUMPY_GENERATOR = (
    "random integers normal uniform choice permutation permuted shuffle standard_normal binomial poisson exponential "
    "beta gamma"
)
NUMPY_BY_HAND = {
    "numpy.array": "(object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, like=None)",
    "numpy.asarray": "(a, dtype=None, order=None, *, device=None, copy=None, like=None)",
    "numpy.zeros": "(shape, dtype=None, order='C', *, like=None)",
    "numpy.empty": "(shape, dtype=None, order='C', *, device=None, like=None)",
    "numpy.arange": "(*bounds, dtype=None, device=None, like=None)",
    "numpy.concatenate": "(arrays, axis=0, out=None, *, dtype=None, casting='same_kind')",
    "numpy.where": "(condition, x=..., y=...)",
    "numpy.dot": "(a, b, out=None)",
    "numpy.bincount": "(x, weights=None, minlength=0)",
    "numpy.random.rand": "(*sizes)",
    "numpy.random.randn": "(*sizes)",
    "numpy.random.randint": "(low, high=None, size=None, dtype=int)",
    "numpy.random.random": "(size=None)",
    "numpy.random.random_sample": "(size=None)",
    "numpy.random.standard_normal": "(size=None)",
    "numpy.random.normal": "(loc=0.0, scale=1.0, size=None)",
    "numpy.random.uniform": "(low=0.0, high=1.0, size=None)",
    "numpy.random.choice": "(a, size=None, replace=True, p=None)",
    "numpy.random.permutation": "(x)",
    "numpy.random.shuffle": "(x)",
    "numpy.random.seed": "(seed=None)",
    "numpy.random.default_rng": "(seed=None)",
    "numpy.random.RandomState": "(seed=None)",
    "numpy.random.binomial": "(n, p, size=None)",
    "numpy.random.poisson": "(lam=1.0, size=None)",
    "numpy.random.exponential": "(scale=1.0, size=None)",
    "numpy.random.beta": "(a, b, size=None)",
    "numpy.random.gamma": "(shape, scale=1.0, size=None)",
    "numpy.random.multivariate_normal": "(mean, cov, size=None, check_valid='warn', tol=1e-08)",
    "numpy.random.random_integers": "(low, high=None, size=None)",
    "numpy.random.Generator.random": "(size=None, dtype=..., out=None)",
    "numpy.random.Generator.integers": "(low, high=None, size=None, dtype=..., endpoint=False)",
    "numpy.random.Generator.normal": "(loc=0.0, scale=1.0, size=None)",
    "numpy.random.Generator.uniform": "(low=0.0, high=1.0, size=None)",
    "numpy.random.Generator.choice": "(a, size=None, replace=True, p=None, axis=0, shuffle=True)",
    "numpy.random.Generator.permutation": "(x, axis=0)",
    "numpy.random.Generator.permuted": "(x, *, axis=None, out=None)",
    "numpy.random.Generator.shuffle": "(x, axis=0)",
    "numpy.random.Generator.standard_normal": "(size=None, dtype=..., out=None)",
    "numpy.random.Generator.binomial": "(n, p, size=None)",
    "numpy.random.Generator.poisson": "(lam=1.0, size=None)",
    "numpy.random.Generator.exponential": "(scale=1.0, size=None)",
    "numpy.random.Generator.beta": "(a, b, size=None)",
    "numpy.random.Generator.gamma": "(shape, scale=1.0, size=None)",
}
"""Compiled functions, which older interpreters and numpy releases cannot inspect."""


def default_text(value: Any) -> str:
    """A default as a literal; `...` stands for one that has no literal."""
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, (tuple, list)) and all(default_text(item) != "..." for item in value):
        return repr(value)
    return "..."


def signature_text(function: Callable[..., Any], layer: bool = False, closed: bool = False) -> str:
    """The signature without `self` and annotations; `closed` drops a `**kwargs` that only feeds error messages."""
    parameters = list(inspect.signature(function).parameters.values())
    if inspect.isclass(function) and parameters and parameters[0].kind is inspect.Parameter.VAR_POSITIONAL:
        parameters = list(inspect.signature(function.__init__).parameters.values())  # `__new__` shows nothing
    if parameters and parameters[0].name in ("self", "cls"):
        parameters = parameters[1:]
    pieces: list[str] = []
    starred = False
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            pieces.append(f"*{parameter.name}")
            starred = True
        elif parameter.kind is parameter.VAR_KEYWORD:
            if layer or not closed:
                pieces.append("**layer" if layer else f"**{parameter.name}")
        else:
            if parameter.kind is parameter.KEYWORD_ONLY and not starred:
                pieces.append("*")
                starred = True
            required = parameter.default is parameter.empty
            pieces.append(parameter.name if required else f"{parameter.name}={default_text(parameter.default)}")
    return f"({', '.join(pieces)})"


def try_signature(name: str, function: Any, **options: bool) -> str | None:
    """`name(signature)`, or None when the object cannot be inspected."""
    if name in HAND_WRITTEN:
        return name + HAND_WRITTEN[name]
    if name in NUMPY_BY_HAND:
        return name + NUMPY_BY_HAND[name]
    try:
        text = signature_text(function, **options)
        return name + text.replace(
            "**layer", f"{HIDDEN_KEYWORDS[name]}, **layer" if name in HIDDEN_KEYWORDS else "**layer"
        )
    except (TypeError, ValueError):
        return None


def public_objects(module: types.ModuleType, name: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Public classes and functions of a package tree, as (dotted name, object)."""
    for member in sorted(vars(module)):
        if member.startswith("_") or member == "src":
            continue
        value = getattr(module, member)
        if isinstance(value, types.ModuleType):
            if value.__name__.startswith("keras") and id(value) not in seen:
                seen.add(id(value))
                yield from public_objects(value, f"{name}.{member}", seen)
        elif callable(value):
            yield f"{name}.{member}", value


def rank(name: str, value: Any) -> tuple[int, bool, bool, int, str]:
    """Sort key of the public names of one object: the first is canonical."""
    short = name.rpartition(".")[2]
    matches = [name.startswith(prefix) if prefix.endswith(".") else name == prefix for prefix in PREFERRED]
    preference = matches.index(True) if True in matches else len(matches)
    own = short == getattr(value, "__name__", "")
    shared_root = name.count(".") == 1  # keras.Layer is keras.layers.Layer
    return (preference, not own, shared_root, name.count("."), name)


def front_objects() -> tuple[dict[str, Any], dict[str, Any]]:
    """What `keras` and `tensorflow.keras` each export, by the name below `keras`.

    TensorFlow falls back to `keras` for packages that its own tree lacks, such as `keras.saving`.
    """
    fronts = []
    for front in ("keras", "keras._tf_keras.keras"):
        objects = public_objects(importlib.import_module(front), "keras", set())
        fronts.append({name: value for name, value in objects if not name.startswith(SKIPPED)})
    own, legacy = fronts
    packages = {name.split(".")[1] for name in legacy}
    legacy.update({name: value for name, value in own.items() if name.split(".")[1] not in packages})
    return own, legacy


def keras_names() -> tuple[dict[str, Any], dict[str, str]]:
    """Canonical name -> object, and alias -> canonical name, of the installed Keras with its tf.keras additions."""
    own, legacy = front_objects()
    objects = {**legacy, **own}
    groups: dict[tuple[int, str], list[str]] = {}
    for name, value in objects.items():
        functions = name.split(".")[1] in ("losses", "metrics", "activations", "backend") and not inspect.isclass(value)
        groups.setdefault((id(value), name.split(".")[1] if functions else ""), []).append(name)
    chosen: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for names in groups.values():
        first, *others = sorted(names, key=lambda name: rank(name, objects[name]))
        chosen[first] = objects[first]
        aliases.update(dict.fromkeys(others, first))
    return chosen, aliases


def private_aliases(objects: dict[str, Any], aliases: dict[str, str]) -> list[str]:
    """Alias lines for classes whose private package or class name is not the public one."""
    found = {}
    for name, value in objects.items():
        parts = value.__module__.split(".") if inspect.isclass(value) else []
        if parts[:2] == ["keras", "src"] and len(parts) > 2 and "legacy" not in parts:
            private = f"keras.{parts[2]}.{value.__name__}"
            if private not in objects and private not in aliases and f"keras.{parts[2]}.schedules" not in name:
                found[private] = name
    return [f"{private} {name}" for private, name in sorted(found.items())]


def keras_lines(objects: dict[str, Any]) -> list[str]:
    """Signature lines of Keras."""
    keras = importlib.import_module("keras")
    lines = []
    for name, value in sorted(objects.items()):
        is_class = inspect.isclass(value)
        layer = issubclass(value, keras.layers.Layer) if is_class else name.startswith("keras.layers.")
        lines.append(try_signature(name, value, layer=layer and name not in OPEN, closed=name not in OPEN))
    for owner, methods in METHODS.items():
        value = objects[owner]
        name = "keras.Model" if owner == "keras.Sequential" else owner
        for method in methods.split():
            spelled = f"{name}.{method}"
            lines.append(try_signature(spelled, getattr(value, method), closed=spelled not in OPEN))
    image = importlib.import_module("keras.src.legacy.preprocessing.image").ImageDataGenerator
    text = importlib.import_module("keras.src.legacy.preprocessing.text").Tokenizer
    for owner, value in (("image.ImageDataGenerator", image), ("text.Tokenizer", text)):
        for method in sorted(vars(value)):
            if not method.startswith("_") and callable(getattr(value, method)):
                spelled = f"keras.preprocessing.{owner}.{method}"
                lines.append(try_signature(spelled, getattr(value, method), closed=True))
    return sorted({line for line in lines if line})


def needs_alias(alias: str, name: str) -> bool:
    """False for `keras.ops.numpy.add`: a longer module path to the same member is found without a table."""
    package = alias.split(".")[1]
    return not (name.rpartition(".")[2] == alias.rpartition(".")[2] and name.split(".")[1:-1] == [package])


def identifier_lines(package: str) -> list[str]:
    """Lines `canonical spelling spelling ...` for the strings that `keras.<package>.get` takes."""
    module = importlib.import_module(f"keras.src.{package}")
    snake_case = importlib.import_module("keras.src.utils.naming").to_snake_case
    spellings: dict[str, list[str]] = {}
    for spelling, value in module.ALL_OBJECTS_DICT.items():
        name = value.__name__
        if name in ABSTRACT:
            continue
        first = snake_case(name) if package in ("losses", "metrics") else name
        spellings.setdefault(first, []).append(spelling)
    return sorted(" ".join(dict.fromkeys((first, *others))) for first, others in spellings.items())


def sklearn_lines() -> list[str]:
    """Signature lines of the parts of scikit-learn that prepare data."""
    lines = []
    for module_name in SKLEARN_MODULES:
        module = importlib.import_module(f"sklearn.{module_name}")
        for member in sorted(SKLEARN_UTILS if module_name == "utils" else module.__all__):
            value = vars(module).get(member)  # getattr would raise for experimental members
            if callable(value):
                lines.append(try_signature(f"sklearn.{module_name}.{member}", value))
    return [line for line in lines if line]


def tensorflow_lines() -> list[str]:
    """Signature lines of tf.data and of the operations used on tensors."""
    tensorflow = importlib.import_module("tensorflow")
    lines = [try_signature(f"tensorflow.{name}", getattr(tensorflow, name)) for name in TENSORFLOW_FUNCTIONS.split()]
    for path in TENSORFLOW_MEMBERS.split():
        package, _, member = path.partition(".")
        lines.append(try_signature(f"tensorflow.{path}", getattr(getattr(tensorflow, package), member)))
    for module_name in TENSORFLOW_MODULES:
        module = getattr(tensorflow, module_name)
        for member in sorted(dir(module)):
            value = getattr(module, member)
            if not member.startswith("_") and callable(value) and not isinstance(value, types.ModuleType):
                lines.append(try_signature(f"tensorflow.{module_name}.{member}", value))
    dataset = tensorflow.data.Dataset
    for method in sorted(dir(dataset)):
        if not method.startswith("_") and callable(getattr(dataset, method)):
            lines.append(try_signature(f"tensorflow.data.Dataset.{method}", getattr(dataset, method)))
    for name in ("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset"):
        lines.append(try_signature(f"tensorflow.data.{name}", getattr(tensorflow.data, name)))
    for name in ("CsvDataset", "make_csv_dataset"):
        lines.append(try_signature(f"tensorflow.data.experimental.{name}", getattr(tensorflow.data.experimental, name)))
    return sorted({line for line in lines if line})


def numpy_lines() -> list[str]:
    """Signature lines of the numpy functions used on training data."""
    numpy = importlib.import_module("numpy")
    lines: list[str | None] = []
    for name in NUMPY_FUNCTIONS.split():
        value = getattr(numpy, name, None)
        if isinstance(value, numpy.ufunc):
            inputs = ("x",) if value.nin == 1 else ("x1", "x2")
            lines.append(f"numpy.{name}({', '.join(inputs)}, out=None, *, where=True, dtype=None, **kwargs)")
        elif value is not None:
            lines.append(try_signature(f"numpy.{name}", value))
    lines += [try_signature(f"numpy.random.{name}", getattr(numpy.random, name, None)) for name in NUMPY_RANDOM.split()]
    for name in NUMPY_RANDOM.split():
        if name not in ("default_rng", "RandomState"):
            lines.append(f"numpy.random.RandomState.{name}{NUMPY_BY_HAND[f'numpy.random.{name}']}")
    for name in NUMPY_GENERATOR.split():
        lines.append(try_signature(f"numpy.random.Generator.{name}", getattr(numpy.random.Generator, name)))
    return [line for line in lines if line]


def block(key: str, lines: list[str]) -> str:
    """A multi-line literal string: one key holds them all, because a parsed key for each would be slow to load."""
    return f"{key} = '''\n" + "\n".join(lines) + "\n'''\n"


def versions() -> str:
    """The releases that the signatures are those of."""
    names = ("keras", "tensorflow", "sklearn", "numpy")
    return ", ".join(f"{name} {importlib.import_module(name).__version__}" for name in names)


def generated() -> str:
    """The generated part of the catalog."""
    objects, aliases = keras_names()
    short = [f"{alias} {name}" for alias, name in sorted(aliases.items()) if needs_alias(alias, name)]
    own, legacy = front_objects()
    return (
        f"# {versions()}\n\n[generated]\n"
        + block("keras", keras_lines(objects))
        + block("keras_aliases", short)
        + block("private_aliases", private_aliases(objects, aliases))
        + block("tensorflow", tensorflow_lines())
        + block("sklearn", sklearn_lines())
        + block("numpy", numpy_lines())
        + "\n[fronts]\n# Names that only one of `keras` and `tensorflow.keras` exports.\n"
        + block("keras", sorted(set(own) - set(legacy)))
        + block("tensorflow", sorted(set(legacy) - set(own)))
        + "\n[identifiers]\n"
        + "".join(block(package, identifier_lines(package)) for package in IDENTIFIERS)
    )


def main() -> None:
    """Rewrite the generated part in place, or check that it is current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when the file differs from what would be written")
    arguments = parser.parse_args()
    text = CATALOG.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    updated = f"{before}{BEGIN}\n{generated()}{END}{after}"
    if arguments.check:
        raise SystemExit(updated != text)
    CATALOG.write_text(updated, encoding="utf-8")


if __name__ == "__main__":
    main()
