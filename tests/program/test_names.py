"""Canonical names: every spelling of one thing is one name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint.program.names import (
    activation_name,
    canonical,
    children,
    constraint_name,
    initializer_name,
    loss_name,
    metric_name,
    optimizer_name,
    regularizer_name,
)

FRONTS = [
    "keras",
    "tensorflow.keras",
    "tensorflow.python.keras",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.contrib.keras",
    "tensorflow.contrib.keras.api.keras",
    "tensorflow.contrib.keras.python.keras",
    "keras.api",
    "keras.api._v1.keras",
    "keras.api._v2.keras",
    "keras.api._tf_keras.keras",
    "keras._tf_keras.keras",
    "keras.src",
    "tf_keras",
    "tf_keras.src",
    "keras_core",
]


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("layers.Dense", "keras.layers.Dense"),
        ("models.Sequential", "keras.Sequential"),
        ("Model", "keras.Model"),
        ("layers.Input", "keras.Input"),
        ("utils.to_categorical", "keras.utils.to_categorical"),
        ("optimizers.schedules.CosineDecay", "keras.optimizers.schedules.CosineDecay"),
        ("datasets.mnist.load_data", "keras.datasets.mnist.load_data"),
        ("layers", "keras.layers"),
    ],
)
def test_fronts(front: str, path: str, meaning: str) -> None:
    assert canonical(f"{front}.{path}") == meaning


@pytest.mark.parametrize(
    ("spelled", "meaning"),
    [
        # modules of Keras 1 and 2
        ("keras.layers.core.Dense", "keras.layers.Dense"),
        ("keras.layers.core.Activation", "keras.layers.Activation"),
        ("keras.layers.core.dense.Dense", "keras.layers.Dense"),
        ("keras.layers.convolutional.Convolution2D", "keras.layers.Conv2D"),
        ("keras.layers.convolutional.MaxPooling2D", "keras.layers.MaxPooling2D"),
        ("keras.layers.convolutional.ZeroPadding2D", "keras.layers.ZeroPadding2D"),
        ("keras.layers.pooling.MaxPool2D", "keras.layers.MaxPooling2D"),
        ("keras.layers.advanced_activations.LeakyReLU", "keras.layers.LeakyReLU"),
        ("keras.layers.normalization.BatchNormalization", "keras.layers.BatchNormalization"),
        ("keras.layers.normalization.batch_normalization.BatchNormalization", "keras.layers.BatchNormalization"),
        ("keras.layers.embeddings.Embedding", "keras.layers.Embedding"),
        ("keras.layers.recurrent.LSTM", "keras.layers.LSTM"),
        ("keras.layers.wrappers.TimeDistributed", "keras.layers.TimeDistributed"),
        ("keras.layers.merge.Add", "keras.layers.Add"),
        ("keras.layers.merge.add", "keras.layers.add"),
        ("keras.layers.merge.concatenate", "keras.layers.concatenate"),
        ("keras.layers.merge", "keras.layers.merge"),
        ("keras.layers.experimental.preprocessing.Rescaling", "keras.layers.Rescaling"),
        ("keras.layers.preprocessing.image_preprocessing.Rescaling", "keras.layers.Rescaling"),
        ("keras.utils.np_utils.to_categorical", "keras.utils.to_categorical"),
        ("keras.utils.vis_utils.plot_model", "keras.utils.plot_model"),
        ("keras.utils.data_utils.Sequence", "keras.utils.PyDataset"),
        ("keras.engine.topology.Input", "keras.Input"),
        ("keras.engine.topology.Layer", "keras.layers.Layer"),
        ("keras.engine.base_layer.Layer", "keras.layers.Layer"),
        ("keras.engine.training.Model", "keras.Model"),
        ("keras.engine.sequential.Sequential", "keras.Sequential"),
        ("keras.engine.Input", "keras.Input"),
        ("keras.models.Functional", "keras.Model"),
        ("keras.callbacks.callbacks.EarlyStopping", "keras.callbacks.EarlyStopping"),
        ("keras.objectives.mse", "keras.losses.mean_squared_error"),
        ("keras.wrappers.scikit_learn.KerasClassifier", "keras.wrappers.scikit_learn.KerasClassifier"),
        ("keras_preprocessing.image.ImageDataGenerator", "keras.preprocessing.image.ImageDataGenerator"),
        ("keras_preprocessing.sequence.pad_sequences", "keras.utils.pad_sequences"),
        ("keras_applications.vgg16.VGG16", "keras.applications.VGG16"),
        # optimizers
        ("keras.optimizers.adam_v2.Adam", "keras.optimizers.Adam"),
        ("keras.optimizers.legacy.Adam", "keras.optimizers.Adam"),
        ("keras.optimizers.experimental.Adam", "keras.optimizers.Adam"),
        ("keras.optimizer_v2.adam.Adam", "keras.optimizers.Adam"),
        ("keras.optimizers.optimizer_v2.gradient_descent.SGD", "keras.optimizers.SGD"),
        ("keras.optimizers.adam", "keras.optimizers.Adam"),
        ("keras.optimizers.adam.Adam", "keras.optimizers.Adam"),
        ("keras.optimizers.Adam.Adam", "keras.optimizers.Adam"),
        ("keras.optimizers.learning_rate_schedule.ExponentialDecay", "keras.optimizers.schedules.ExponentialDecay"),
        ("tensorflow.optimizers.Adam", "keras.optimizers.Adam"),
        # private modules of Keras 3
        ("keras.src.layers.core.dense.Dense", "keras.layers.Dense"),
        ("keras.src.layers.merging.concatenate.Concatenate", "keras.layers.Concatenate"),
        ("keras.src.layers.merging.concatenate.concatenate", "keras.layers.concatenate"),
        ("keras.src.models.sequential.Sequential", "keras.Sequential"),
        ("keras.src.models.model.Model", "keras.Model"),
        ("keras.src.models.functional.Functional", "keras.Model"),
        (
            "keras.src.optimizers.schedules.learning_rate_schedule.CosineDecay",
            "keras.optimizers.schedules.CosineDecay",
        ),
        ("keras.src.legacy.preprocessing.image.ImageDataGenerator", "keras.preprocessing.image.ImageDataGenerator"),
        ("keras.src.losses.losses.mean_squared_error", "keras.losses.mean_squared_error"),
        ("keras.src.utils.numerical_utils.to_categorical", "keras.utils.to_categorical"),
        ("keras.src.applications.resnet.ResNet50", "keras.applications.ResNet50"),
        ("keras.ops.numpy.reshape", "keras.ops.reshape"),
        ("keras.src.ops.nn.relu", "keras.ops.relu"),
        # aliases within Keras 3
        ("keras.layers.AvgPool1D", "keras.layers.AveragePooling1D"),
        ("keras.layers.GlobalAvgPool2D", "keras.layers.GlobalAveragePooling2D"),
        ("keras.models.Model", "keras.Model"),
        ("keras.Layer", "keras.layers.Layer"),
        ("keras.Metric", "keras.metrics.Metric"),
        ("keras.saving.load_model", "keras.models.load_model"),
        ("keras.initializers.he_normal", "keras.initializers.HeNormal"),
        ("keras.regularizers.l2", "keras.regularizers.L2"),
        ("keras.regularizers.l1_l2", "keras.regularizers.L1L2"),
        ("keras.constraints.max_norm", "keras.constraints.MaxNorm"),
        ("keras.constraints.maxnorm", "keras.constraints.MaxNorm"),
        ("keras.activations.swish", "keras.activations.silu"),
        ("keras.preprocessing.image_dataset_from_directory", "keras.utils.image_dataset_from_directory"),
        ("keras.preprocessing.sequence.pad_sequences", "keras.utils.pad_sequences"),
        ("keras.preprocessing.image.load_img", "keras.utils.load_img"),
        ("keras.applications.resnet50.ResNet50", "keras.applications.ResNet50"),
        ("keras.applications.resnet50.preprocess_input", "keras.applications.resnet.preprocess_input"),
        ("keras.applications.vgg16.preprocess_input", "keras.applications.vgg16.preprocess_input"),
        # losses and metrics: class and function are two things
        ("keras.losses.MSE", "keras.losses.mean_squared_error"),
        ("keras.losses.MeanSquaredError", "keras.losses.MeanSquaredError"),
        ("keras.metrics.mse", "keras.metrics.mean_squared_error"),
        ("keras.metrics.binary_crossentropy", "keras.metrics.binary_crossentropy"),
        ("tensorflow.losses.BinaryCrossentropy", "keras.losses.BinaryCrossentropy"),
        ("tensorflow.metrics.AUC", "keras.metrics.AUC"),
        ("tensorflow.initializers.HeNormal", "keras.initializers.HeNormal"),
        # methods are found at the class that defines them
        ("keras.Sequential.fit", "keras.Model.fit"),
        ("keras.models.Model.fit", "keras.Model.fit"),
        ("tensorflow.keras.models.Sequential.compile", "keras.Model.compile"),
        ("keras.layers.core.Dense.get_weights", "keras.layers.Layer.get_weights"),
        ("keras.optimizers.Adam.apply_gradients", "keras.optimizers.Optimizer.apply_gradients"),
        ("keras.metrics.Mean.update_state", "keras.metrics.Metric.update_state"),
        ("keras.layers.experimental.preprocessing.Normalization.adapt", "keras.layers.Normalization.adapt"),
        # other libraries
        ("sklearn.cross_validation.train_test_split", "sklearn.model_selection.train_test_split"),
        ("sklearn.grid_search.GridSearchCV", "sklearn.model_selection.GridSearchCV"),
        ("sklearn.preprocessing._data.StandardScaler", "sklearn.preprocessing.StandardScaler"),
        ("sklearn.preprocessing.data.MinMaxScaler", "sklearn.preprocessing.MinMaxScaler"),
        ("sklearn.preprocessing.label.LabelEncoder", "sklearn.preprocessing.LabelEncoder"),
        ("sklearn.datasets.samples_generator.make_blobs", "sklearn.datasets.make_blobs"),
        ("sklearn.externals.joblib.dump", "joblib.dump"),
        ("tensorflow.data.experimental.AUTOTUNE", "tensorflow.data.AUTOTUNE"),
        ("tensorflow.compat.v1.data.Dataset.batch", "tensorflow.data.Dataset.batch"),
        ("tensorflow.compat.v2.nn.softmax", "tensorflow.nn.softmax"),
    ],
)
def test_spellings(spelled: str, meaning: str) -> None:
    assert canonical(spelled) == meaning


@pytest.mark.parametrize(
    "name",
    [
        "numpy.zeros",
        "numpy",
        "scipy.io.loadmat",
        "mypackage.layers.Dense",
        "keras",
        "tensorflow",
        "keras.layers",
        "keras.layers.NoSuchLayer",
        "keras.layers.core.NoSuchLayer",
        "kerastuner.layers.Dense",
        "tensorflow_addons.layers.GroupNormalization",
        "tensorflow.compat.v1.losses.softmax_cross_entropy",
        "tensorflow.nn.relu",
        "tensorflow.kerasx.layers.Dense",
        "sklearn.svm.SVC",
        "keras.",
        "",
        ".",
    ],
)
def test_what_has_no_other_name_stays(name: str) -> None:
    assert canonical(name) == name


PARTS = (
    "tensorflow keras tf_keras compat v1 v2 python api src legacy engine layers core merge experimental preprocessing "
    "models optimizers schedules losses metrics utils np_utils Dense Model Sequential fit Adam add l2 Input sklearn "
    "datasets data image load_data _x numpy random"
)


@given(st.lists(st.sampled_from(PARTS.split()), max_size=6).map(".".join) | st.text(max_size=20))
def test_any_text_has_a_canonical_name_that_is_final(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


def test_children_are_what_a_star_import_binds() -> None:
    layers = children("keras.layers")
    assert {"Dense", "Conv2D", "Convolution2D", "MaxPool2D", "Input", "concatenate"} <= layers
    assert layers == children("tensorflow.keras.layers") == children("keras.layers.core")
    assert "Normalization.adapt" not in layers
    assert "Sequential" in children("keras.models")
    assert {"Model", "Sequential", "Input", "layers", "models"} <= children("tensorflow.keras")
    assert children("keras.datasets.mnist") == {"load_data"}
    assert {"Adam", "SGD", "schedules"} <= children("keras.optimizers")
    assert {"ExponentialDecay"} <= children("keras.optimizers.schedules")
    assert "Adam" not in children("keras.optimizers.schedules")
    assert {"train_test_split", "KFold"} <= children("sklearn.model_selection")
    assert {"zeros", "random", "pi", "float32"} <= children("numpy")
    assert children("nowhere") == frozenset()
    assert all("." not in name for name in children("keras"))


@pytest.mark.parametrize("spelling", ["mse", "MSE", "mean_squared_error", "MeanSquaredError"])
def test_loss_spellings(spelling: str) -> None:
    assert loss_name(spelling) == "mean_squared_error"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (loss_name("bce"), "binary_crossentropy"),
        (loss_name("kld"), "kl_divergence"),
        (loss_name("kullback_leibler_divergence"), "kl_divergence"),
        (loss_name("logcosh"), "log_cosh"),
        (loss_name("Mse"), ""),
        (loss_name("accuracy"), ""),
        (metric_name("acc"), "accuracy"),
        (metric_name("Accuracy"), "accuracy"),
        (metric_name("AUC"), "auc"),
        (metric_name("auc"), "auc"),
        (metric_name("Precision"), "precision"),
        (metric_name("mae"), "mean_absolute_error"),
        (metric_name("sparse_categorical_accuracy"), "sparse_categorical_accuracy"),
        (metric_name("crossentropy"), ""),
        (optimizer_name("adam"), "Adam"),
        (optimizer_name("Adam"), "Adam"),
        (optimizer_name("RMSPROP"), "RMSprop"),
        (optimizer_name("adamw"), "AdamW"),
        (optimizer_name("momentum"), ""),
        (activation_name("relu"), "relu"),
        (activation_name("swish"), "silu"),
        (activation_name("ReLU"), ""),
        (initializer_name("he_normal"), "HeNormal"),
        (initializer_name("HeNormal"), "HeNormal"),
        (initializer_name("glorot_uniform"), "GlorotUniform"),
        (initializer_name("normal"), "RandomNormal"),
        (initializer_name("zero"), "Zeros"),
        (regularizer_name("l2"), "L2"),
        (regularizer_name("l1_l2"), ""),
        (regularizer_name("L1L2"), "L1L2"),
        (constraint_name("non_neg"), "NonNeg"),
        (constraint_name("max_norm"), "MaxNorm"),
    ],
)
def test_identifiers(found: str, expected: str) -> None:
    assert found == expected
