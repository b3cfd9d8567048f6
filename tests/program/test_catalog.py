"""The catalog: how it reads, and that it tells the truth about the installed Keras, TensorFlow and scikit-learn."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from default_lint.program import catalog, names
from default_lint.program.calls import exported, removed_import
from default_lint.program.values import Unknown

ROOT = Path(__file__).parents[2]


def test_a_signature_tells_order_defaults_and_kinds() -> None:
    signature = catalog.parse("f", "(a, b=1.5, *rest, c='x', d, **others)")
    assert [item.name for item in signature.parameters] == ["a", "b", "c", "d"]
    assert [item.name for item in signature.positional] == ["a", "b"]
    assert [item.required for item in signature.parameters] == [True, False, False, True]
    assert (signature.varargs, signature.open) == ("rest", True)
    assert signature.parameter("b") == catalog.Parameter("b", 1.5)
    assert signature.parameter("z") is None


def test_a_default_without_literal_is_unknown() -> None:
    parameter = catalog.parse("f", "(a=..., b=None)").parameter("a")
    assert parameter is not None
    assert isinstance(parameter.default, Unknown)
    assert not parameter.required


def test_layer_stands_for_the_base_keywords() -> None:
    signature = catalog.parse("f", "(rate, trainable=False, **layer)")
    taken = [item.name for item in signature.parameters]
    assert taken == ["rate", "trainable", "activity_regularizer", "dtype", "autocast", "name"]
    assert [item.name for item in signature.positional] == ["rate", "trainable"]
    assert signature.open is False
    assert catalog.parse("f", "(**layer)").parameters[0].name == "activity_regularizer"


def test_every_signature_parses_and_every_name_is_its_own_canonical_name() -> None:
    for name in catalog.signatures():
        signature = catalog.signature(name)
        assert signature is not None
        parameters = [item.name for item in signature.parameters]
        assert len(parameters) == len(set(parameters)), name
        assert names.canonical(name) == name


def test_every_alias_leads_to_a_signature() -> None:
    assert [name for name in catalog.aliases().values() if not catalog.known(name)] == []
    assert [name for name in catalog.aliases() if catalog.known(name)] == []


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("keras.layers.Dense", ["units", "activation", "use_bias", "kernel_initializer"]),
        ("keras.layers.Conv2D", ["filters", "kernel_size", "strides", "padding"]),
        ("keras.layers.Dropout", ["rate", "noise_shape", "seed", "activity_regularizer"]),
        ("keras.Model.compile", ["optimizer", "loss", "loss_weights", "metrics"]),
        ("keras.Model.fit", ["x", "y", "batch_size", "epochs"]),
        ("keras.Model.fit_generator", ["generator", "steps_per_epoch", "epochs", "verbose"]),
        ("keras.Model.add", ["layer", "rebuild"]),
        ("keras.Input", ["shape", "batch_size", "dtype", "sparse"]),
        ("keras.Sequential", ["layers", "trainable", "name"]),
        ("keras.applications.VGG16", ["include_top", "weights", "input_tensor", "input_shape"]),
        ("keras.datasets.imdb.load_data", ["path", "num_words", "skip_top", "maxlen"]),
        ("keras.preprocessing.image.ImageDataGenerator.flow", ["x", "y", "batch_size", "shuffle"]),
        ("keras.preprocessing.text.Tokenizer.fit_on_texts", ["texts"]),
        ("keras.optimizers.schedules.ExponentialDecay", ["initial_learning_rate", "decay_steps", "decay_rate"]),
        ("keras.callbacks.EarlyStopping", ["monitor", "min_delta", "patience", "verbose"]),
        ("keras.layers.Normalization.adapt", ["data"]),
        ("sklearn.model_selection.train_test_split", ["test_size", "train_size", "random_state", "shuffle"]),
        ("sklearn.Transformer.fit_transform", ["X", "y"]),
        ("tensorflow.data.Dataset.batch", ["batch_size", "drop_remainder"]),
        ("tensorflow.nn.softmax", ["logits", "axis", "name"]),
        ("numpy.random.randint", ["low", "high", "size", "dtype"]),
        ("numpy.mean", ["a", "axis", "dtype", "out"]),
        ("pandas.get_dummies", ["data", "prefix"]),
        ("tensorflow_datasets.load", ["name", "split"]),
    ],
)
def test_the_first_parameters_of_what_programs_call(name: str, parameters: list[str]) -> None:
    signature = catalog.signature(name)
    assert signature is not None
    assert [item.name for item in signature.parameters][: len(parameters)] == parameters


def test_a_shared_rename_needs_the_new_parameter() -> None:
    assert catalog.renamed("keras.layers.Dense", "W_regularizer") == catalog.Renaming("keras1", "kernel_regularizer")
    assert catalog.renamed("keras.layers.Dropout", "W_regularizer") is None
    assert catalog.renamed("keras.layers.Embedding", "output_dim") is None
    assert catalog.renamed("keras.layers.Embedding", "input_length") == catalog.Renaming("keras2", "", False)
    assert catalog.renamed("keras.layers.Conv2D", "nb_row") == catalog.Renaming("keras1", "kernel_size", False)
    assert catalog.renamed("numpy.mean", "nb_epoch") is None


def test_the_catalog_is_read_without_the_libraries_it_describes() -> None:
    code = (
        "import sys; from default_lint.program import calls, catalog, names;"
        "catalog.signatures(); names.canonical('a.b');"
        "print(sorted({'tensorflow', 'keras', 'sklearn', 'pandas', 'numpy', 'libcst'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


# ---- against the installed libraries ----


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    pytest.importorskip("tensorflow")
    return pytest.importorskip("keras", minversion="3")


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_catalog", ROOT / "tools" / "make_catalog.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find(dotted: str) -> Any:
    """The object of an absolute dotted name: the longest importable module, then attributes."""
    parts = dotted.split(".")
    for size in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:size]))
        except ImportError:
            continue
        for part in parts[size:]:
            value = getattr(value, part)
        return value
    raise ImportError(dotted)


def there(dotted: str) -> bool:
    try:
        find(dotted)
    except (ImportError, AttributeError):
        return False
    return True


def importable(module: str, member: str = "") -> bool:
    """Whether the import statement works."""
    scope: dict[str, Any] = {}
    try:
        exec(f"from {module} import {member}" if member else f"import {module}", scope)
    except ImportError:
        return False
    return True


def test_the_generated_part_is_current(keras: ModuleType, maker: ModuleType) -> None:
    text = maker.CATALOG.read_text(encoding="utf-8")
    block = text.partition(maker.BEGIN)[2].partition(maker.END)[0]
    if maker.versions() not in block:
        pytest.skip("the catalog was made from other releases")
    assert block.strip() == maker.generated().strip()


def test_public_names_are_canonical_names_of_the_same_object(keras: ModuleType, maker: ModuleType) -> None:
    for front, objects in zip(("keras", "tensorflow.keras"), maker.front_objects(), strict=True):
        for name, value in objects.items():
            spelled = front + name.removeprefix("keras")
            meaning = names.canonical(spelled)
            assert catalog.known(meaning), spelled
            assert exported(name, front) or name.count(".") > 2, spelled
            home = meaning if there(meaning) else meaning.replace("keras.", "tensorflow.keras.", 1)
            assert find(home) is value or meaning == "keras.layers.AlphaDropout", spelled


def test_private_paths_lead_to_the_public_name(keras: ModuleType, maker: ModuleType) -> None:
    packages = ("layers", "losses", "metrics", "optimizers", "callbacks", "initializers", "regularizers", "models")
    unresolved = set()
    for value in maker.front_objects()[0].values():
        if inspect.isclass(value) and value.__module__.startswith(tuple(f"keras.src.{name}." for name in packages)):
            meaning = names.canonical(f"{value.__module__}.{value.__name__}")
            if not there(meaning) or find(meaning) is not value:
                unresolved.add(f"{value.__module__}.{value.__name__}")
    assert unresolved == set()


def test_layer_signatures_accept_the_base_keywords(keras: ModuleType) -> None:
    keywords: dict[str, Any] = {"name": "a", "trainable": False, "dtype": "float32", "autocast": True}
    for layer in (keras.layers.Dense(1, **keywords), keras.layers.Flatten(**keywords), keras.layers.Add(**keywords)):
        assert (layer.name, layer.trainable) == ("a", False)


IDENTIFIERS = [
    ("losses", names.loss_name),
    ("metrics", names.metric_name),
    ("optimizers", names.optimizer_name),
    ("activations", names.activation_name),
    ("initializers", names.initializer_name),
    ("regularizers", names.regularizer_name),
    ("constraints", names.constraint_name),
]


@pytest.mark.parametrize(("package", "function"), IDENTIFIERS)
def test_identifiers_mean_what_keras_makes_of_them(
    keras: ModuleType, maker: ModuleType, package: str, function: Any
) -> None:
    registered = importlib.import_module(f"keras.src.{package}").ALL_OBJECTS_DICT
    snake_case = importlib.import_module("keras.src.utils.naming").to_snake_case
    for spelling, value in registered.items():
        if value.__name__ in maker.ABSTRACT:
            assert function(spelling) == ""
        elif package in ("losses", "metrics"):
            assert function(spelling) == snake_case(value.__name__)
            if all(item.default is not item.empty for item in inspect.signature(value).parameters.values()):
                assert getattr(keras, package).get(spelling) is not None
        else:
            assert function(spelling) == value.__name__
            assert getattr(getattr(keras, package), value.__name__) is value
    spelled = {spelling for line in catalog.lines("identifiers", package) for spelling in line.split()}
    if package in ("losses", "metrics", "activations"):
        assert spelled <= set(registered)
    assert function("no_such_thing") == ""


def test_loss_classes_and_functions_of_one_name_are_one_loss(keras: ModuleType) -> None:
    for line in catalog.lines("identifiers", "losses"):
        function = keras.losses.get(line.split()[0])
        for spelling in line.split()[1:]:
            found = keras.losses.get(spelling)
            assert found is function or getattr(found, "fn", function) is function, spelling


def removed_entries() -> Iterator[tuple[str, str, str]]:
    """(front, module, member) of every line of the table, member "" for modules."""
    for key in ("modules", "keras_modules", "members"):
        for line in catalog.lines("removed_imports", key):
            path = line.partition(" -> ")[0]
            for front in ("keras",) if key == "keras_modules" else ("keras", "tensorflow.keras"):
                if key == "members":
                    module, _, member = f"{front}.{path}".rpartition(".")
                    yield front, module, member
                else:
                    yield front, f"{front}.{path}", ""
    for key in ("fronts", "absolute"):
        for line in catalog.lines("removed_imports", key):
            yield "", line.partition(" -> ")[0], ""


def test_removed_imports_fail_and_their_replacements_exist(keras: ModuleType) -> None:
    entries = list(removed_entries())
    assert len(entries) > 200
    for _, module, member in entries:
        entry = removed_import(module, member)
        assert entry is not None, (module, member)
        assert not importable(module, member) or module == "tensorflow.python.keras", (module, member)
        assert not entry.replacement or there(entry.replacement), entry


def test_members_of_one_front_only(keras: ModuleType) -> None:
    for key, front in (("keras", "tensorflow.keras"), ("tensorflow", "keras")):
        for name in catalog.lines("fronts", key):
            module, _, member = (front + name.removeprefix("keras")).rpartition(".")
            entry = removed_import(module, member)
            assert entry is not None, (module, member)
            assert entry.replacement, (module, member)
            assert not importable(module, member), (module, member)
            assert there(entry.replacement), entry


def test_what_is_there_is_not_called_removed(keras: ModuleType, maker: ModuleType) -> None:
    for front, objects in zip(("keras", "tensorflow.keras"), maker.front_objects(), strict=True):
        for name in objects:
            module, _, member = (front + name.removeprefix("keras")).rpartition(".")
            assert removed_import(module, member) is None, (module, member)
            assert removed_import(module) is None, module


def test_unusable_members_import_and_raise_when_made(keras: ModuleType) -> None:
    legacy = importlib.import_module("keras.optimizers.legacy")
    with pytest.raises(ImportError, match="not supported in Keras 3"):
        legacy.Adam()
    entry = removed_import("keras.optimizers.legacy", "Adam")
    assert entry is not None
    assert entry.replacement == "keras.optimizers.Adam"


def test_the_private_keras_of_tensorflow_cannot_fit(keras: ModuleType) -> None:
    numpy = pytest.importorskip("numpy")
    private = importlib.import_module("tensorflow.python.keras")
    layers = importlib.import_module("tensorflow.python.keras.layers")
    model = private.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(AttributeError):
        model.fit(numpy.zeros((4, 2)), numpy.zeros((4, 1)), verbose=0)


def renamed_entries() -> Iterator[tuple[str, str]]:
    for era in ("keras1", "keras2"):
        for line in catalog.lines("renamed_arguments", era):
            targets, _, changes = line.partition(":")
            for change in changes.split(","):
                for target in targets.split():
                    yield target, change.strip().partition("->")[0]


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "Dense": (1,),
    "LSTM": (1,),
    "GRU": (1,),
    "SimpleRNN": (1,),
    "Embedding": (2, 2),
    "Dropout": (0.5,),
    "SpatialDropout1D": (0.5,),
    "SpatialDropout2D": (0.5,),
    "SpatialDropout3D": (0.5,),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (0.5,),
    "Conv1D": (1, 1),
    "Conv2D": (1, 1),
    "Conv3D": (1, 1),
    "Conv2DTranspose": (1, 1),
    "SeparableConv2D": (1, 1),
    "CategoryEncoding": (2,),
    "ModelCheckpoint": ("a.keras",),
}


def test_renamed_arguments_are_not_taken_any_more(keras: ModuleType) -> None:
    checked = 0
    for target, old in renamed_entries():
        if target.endswith(".*"):
            continue
        renaming = catalog.renamed(target, old)
        signature = catalog.signature(target)
        assert renaming is not None, (target, old)
        assert signature is not None, target
        assert not renaming.replacement or signature.parameter(renaming.replacement) is not None
        value = find(target) if there(target) else None
        if inspect.isclass(value) and target.startswith(("keras.layers.", "keras.optimizers.", "keras.callbacks.")):
            positional = ARGUMENTS.get(value.__name__, ())
            if renaming.same and positional and renaming.replacement == signature.parameters[0].name:
                positional = ()
            checked += 1
            if target == "keras.callbacks.ReduceLROnPlateau":  # swallowed by its **kwargs
                assert value(epsilon=0.5).min_delta == value().min_delta
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with pytest.raises((TypeError, ValueError, UserWarning, DeprecationWarning)):
                    value(*positional, **{old: 1})
    assert checked > 60


@pytest.mark.parametrize(
    "old", ["init", "W_regularizer", "border_mode", "subsample", "nb_filter", "bias", "dim_ordering"]
)
def test_shared_keras1_arguments_raise(keras: ModuleType, old: str) -> None:
    assert catalog.renamed("keras.layers.Conv2D", old) is not None
    with pytest.raises((TypeError, ValueError)):
        keras.layers.Conv2D(1, 1, **{old: "valid"})


def test_optimizers_refuse_lr_and_ignore_decay(keras: ModuleType) -> None:
    for name in ("Adam", "SGD", "RMSprop", "Nadam", "AdamW"):
        assert catalog.renamed(f"keras.optimizers.{name}", "lr") == catalog.Renaming("keras2", "learning_rate")
        with pytest.raises(ValueError, match="not recognized"):
            getattr(keras.optimizers, name)(lr=0.1)
        with pytest.warns(UserWarning, match="decay"):
            getattr(keras.optimizers, name)(decay=0.1)


def test_scikit_learn_private_modules_lead_to_public_names() -> None:
    pytest.importorskip("sklearn")
    for name in catalog.signatures():
        if name.startswith("sklearn.") and name.split(".")[1] in ("preprocessing", "datasets", "model_selection"):
            value = find(name)
            assert names.canonical(f"{value.__module__}.{value.__name__}") == name
