"""What a dotted name means: every spelling of a Keras, TensorFlow, scikit-learn or numpy name, made canonical."""

from __future__ import annotations

from functools import cache

from default_lint.program.catalog import aliases, known, lines, signatures

_KERAS_FRONTS = (
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.contrib.keras.api.keras",
    "tensorflow.contrib.keras.python.keras",
    "tensorflow.contrib.keras",
    "tensorflow.python.keras",
    "tensorflow.keras",
    "keras.api._v1.keras",
    "keras.api._v2.keras",
    "keras.api._tf_keras.keras",
    "keras._tf_keras.keras",
    "keras.api",
    "keras.src.legacy",
    "keras.src",
    "tf_keras.api._v1.keras",
    "tf_keras.api._v2.keras",
    "tf_keras.src",
    "tf_keras",
    "keras_core",
)
"""Where Keras is found under another name; a longer prefix comes before a shorter one."""

_MOVED = (
    ("keras_preprocessing.", "keras.preprocessing."),
    ("keras_applications.", "keras.applications."),
    ("keras.objectives", "keras.losses"),
    ("keras.optimizer_v1", "keras.optimizers"),
    ("keras.optimizer_v2", "keras.optimizers"),
    ("keras.backend.tensorflow_backend", "keras.backend"),
    ("tensorflow.python.data.", "tensorflow.data."),
    ("sklearn.cross_validation.", "sklearn.model_selection."),
    ("sklearn.grid_search.", "sklearn.model_selection."),
    ("sklearn.learning_curve.", "sklearn.model_selection."),
    ("sklearn.externals.joblib", "joblib"),
    ("tensorflow.data.experimental.AUTOTUNE", "tensorflow.data.AUTOTUNE"),
)
"""Prefixes that changed as a whole."""

_TENSORFLOW_HOMES = ("losses", "metrics", "optimizers", "initializers")
"""Packages of TensorFlow 2 that are Keras's own."""

_ANYWHERE = {
    "Model": "keras.Model",
    "Functional": "keras.Model",
    "Network": "keras.Model",
    "Container": "keras.Model",
    "Sequential": "keras.Sequential",
    "Input": "keras.Input",
    "InputLayer": "keras.layers.InputLayer",
    "InputSpec": "keras.layers.InputSpec",
    "Layer": "keras.layers.Layer",
    "PyDataset": "keras.utils.PyDataset",
}
"""Members of `keras.engine` and of private modules, by their own name."""

_BASES = {
    "keras.Sequential": "keras.Model",
    "keras.layers": "keras.layers.Layer",
    "keras.optimizers": "keras.optimizers.Optimizer",
    "keras.metrics": "keras.metrics.Metric",
    "keras.losses": "keras.losses.Loss",
}
"""The class that defines the methods of a class, or of all classes of a package."""

_ENGINES = ("engine", "models", "trainers", "base_layer", "training", "sequential")


@cache
def canonical(dotted: str) -> str:
    """The one name for whatever `dotted` (absolute, import aliases resolved) spells; unknown names come back as is."""
    name = _front(dotted)
    for old, new in _MOVED:
        if name.startswith(old) and (old.endswith(".") or name[len(old) : len(old) + 1] in ("", ".")):
            name = new + name[len(old) :]
    if name.startswith("keras."):
        return _keras(name)
    if name.startswith("tensorflow."):
        return _tensorflow(name)
    if name.startswith("sklearn."):
        return _sklearn(name)
    return name


def _front(dotted: str) -> str:
    """Put `keras.` in place of the longer ways to reach it."""
    if not dotted.startswith(("tensorflow.", "keras.", "tf_keras", "keras_core")):
        return dotted
    for front in _KERAS_FRONTS:
        if dotted == front or dotted.startswith(front + "."):
            return _front("keras" + dotted[len(front) :])
    return dotted


def _keras(name: str) -> str:
    exact = _public(name)
    if exact:
        return exact
    parts = name.split(".")[1:]
    if parts[0] == "legacy" and len(parts) > 1:
        parts = parts[1:]
    package = parts[0]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if not last and not part[:1].isupper():
            continue  # `keras.layers.merge` is a function, and a module on the way to `keras.layers.merge.Add`
        found = _public(f"keras.{package}.{part}") or _public(f"keras.{package}.schedules.{part}")
        if not found and package in _ENGINES:
            found = _ANYWHERE.get(part, "")
        if found:
            return _method(found, ".".join(parts[index + 1 :]))
    owner, _, method = name.rpartition(".")
    return _method(owner, method) if owner in _BASES else name


def _method(owner: str, method: str) -> str:
    """A method under the class that defines it: `keras.Sequential.fit` is `keras.Model.fit`."""
    full = f"{owner}.{method}" if method else owner
    if not method or known(full):
        return full
    if method == owner.rpartition(".")[2]:
        return owner  # `keras.optimizers.adam`, read as the function of Keras 1, was the module
    base = _BASES.get(owner) or _BASES.get(owner.rpartition(".")[0], "")
    return f"{base}.{method}" if known(f"{base}.{method}") else full


def _public(name: str) -> str:
    """The canonical name of a public one, or ""."""
    target = aliases().get(name)
    if target is not None:
        return target
    return name if known(name) else ""


def _tensorflow(name: str) -> str:
    for version in ("tensorflow.compat.v2.", "tensorflow.compat.v1."):
        if name.startswith(version):
            rest = name[len(version) :]
            if version.endswith("v1.") and rest.partition(".")[0] in _TENSORFLOW_HOMES:
                return name
            name = f"tensorflow.{rest}"
    package, _, rest = name[len("tensorflow.") :].partition(".")
    if package in _TENSORFLOW_HOMES and rest:
        return _keras(f"keras.{package}.{rest}")
    return aliases().get(name, name)


def _sklearn(name: str) -> str:
    if known(name):
        return name
    _, package, *rest = name.split(".")
    for part in rest[-2:]:
        short = f"sklearn.{package}.{part}"
        if known(short):
            return ".".join([short, *rest[rest.index(part) + 1 :]])
    return name


@cache
def children(module: str) -> frozenset[str]:
    """The names that a star import of `module` binds, as far as the catalog knows them."""
    prefix = _module(module) + "."
    found = set()
    public = (line.partition(" ")[0] for table in ("generated", "names") for line in lines(table, "keras_aliases"))
    for name in (*signatures(), *public):
        if name.startswith(prefix):
            found.add(name[len(prefix) :].partition(".")[0])
    found.update(
        name.rpartition(".")[2] for name in lines("names", "members") if name.rpartition(".")[0] + "." == prefix
    )
    return frozenset(found)


def _module(module: str) -> str:
    """The public module that holds what `module`, perhaps of an older Keras, holds."""
    name = canonical(module)
    if not name.startswith("keras.") or name.endswith(_WITH_FUNCTIONS):
        return name
    package = name.split(".")[1]
    if name.startswith("keras.optimizers.schedules") or package in ("datasets", "applications", "preprocessing"):
        return name
    return f"keras.{package}"


_WITH_FUNCTIONS = (".preprocess_input", ".load_data")


def _identifier(table: str, value: str) -> str:
    return _identifiers(table).get(value, "")


@cache
def _identifiers(table: str) -> dict[str, str]:
    """Spelling -> canonical for the strings that Keras accepts in place of objects of one kind."""
    found: dict[str, str] = {}
    for line in (*lines("identifiers", table), *lines("old_identifiers", table)):
        first, *others = line.split()
        found.update(dict.fromkeys((first, *others), first))
    return found


def loss_name(value: str) -> str:
    """Canonical snake_case name of a loss string ("mse" -> "mean_squared_error"); "" when Keras knows no such loss."""
    return _identifier("losses", value)


def metric_name(value: str) -> str:
    """Canonical snake_case name of a metric string ("AUC" -> "auc", "acc" -> "accuracy"), or ""."""
    if value.lower() in ("accuracy", "acc"):
        return "accuracy"
    return _identifier("metrics", value)


def optimizer_name(value: str) -> str:
    """Class name of an optimizer string ("adam" -> "Adam"; case does not count), or ""."""
    return _identifier("optimizers", value.lower())


def activation_name(value: str) -> str:
    """Canonical name of an activation string ("swish" -> "silu"), or ""."""
    return _identifier("activations", value)


def initializer_name(value: str) -> str:
    """Class name of an initializer string ("he_normal" -> "HeNormal"), or ""."""
    return _identifier("initializers", value)


def regularizer_name(value: str) -> str:
    """Class name of a regularizer string ("l2" -> "L2"), or ""."""
    return _identifier("regularizers", value)


def constraint_name(value: str) -> str:
    """Class name of a constraint string ("non_neg" -> "NonNeg"), or ""."""
    return _identifier("constraints", value)
