"""Where keras.io describes a layer, an optimizer, a loss or a method."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

SITE = "https://keras.io/api"

# Classes by the folder that has their pages. A page has the name of its class in snake case, with the exceptions below.
_FOLDERS: Mapping[str, str] = {
    "layers/core_layers": "Input Dense EinsumDense Activation Embedding Masking Lambda Identity",
    "layers/convolution_layers": """Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D DepthwiseConv1D
        DepthwiseConv2D Conv1DTranspose Conv2DTranspose Conv3DTranspose""",
    "layers/pooling_layers": """MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D
        AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D
        GlobalAveragePooling2D GlobalAveragePooling3D""",
    "layers/recurrent_layers": """LSTM LSTMCell GRU GRUCell SimpleRNN SimpleRNNCell TimeDistributed Bidirectional
        ConvLSTM1D ConvLSTM2D ConvLSTM3D RNN""",
    "layers/preprocessing_layers/text": "TextVectorization",
    "layers/preprocessing_layers/numerical": "Normalization SpectralNormalization Discretization",
    "layers/preprocessing_layers/categorical": "CategoryEncoding Hashing HashedCrossing StringLookup IntegerLookup",
    "layers/preprocessing_layers/image_preprocessing": "Resizing Rescaling CenterCrop",
    "layers/preprocessing_layers/image_augmentation": """RandomBrightness RandomContrast RandomCrop RandomFlip
        RandomRotation RandomTranslation RandomZoom""",
    "layers/normalization_layers": "BatchNormalization LayerNormalization UnitNormalization GroupNormalization",
    "layers/regularization_layers": """Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout
        GaussianNoise AlphaDropout ActivityRegularization""",
    "layers/attention_layers": "MultiHeadAttention Attention AdditiveAttention",
    "layers/reshaping_layers": """Reshape Flatten RepeatVector Permute Cropping1D Cropping2D Cropping3D UpSampling1D
        UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D""",
    "layers/merging_layers": "Concatenate Average Maximum Minimum Add Subtract Multiply Dot",
    "layers/activation_layers": "ReLU Softmax LeakyReLU PReLU ELU",
    "optimizers": "SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion",
    "callbacks": """ModelCheckpoint BackupAndRestore TensorBoard EarlyStopping LearningRateScheduler ReduceLROnPlateau
        LambdaCallback TerminateOnNaN CSVLogger""",
}
_ODD: Mapping[str, str] = {
    "PReLU": "prelu",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "RMSprop": "rmsprop",
    "AdamW": "adamw",
    "SimpleRNN": "simple_rnn",
    "SimpleRNNCell": "simple_rnn_cell",
    "ConvLSTM1D": "conv_lstm1d",
    "ConvLSTM2D": "conv_lstm2d",
    "ConvLSTM3D": "conv_lstm3d",
    "TensorBoard": "tensorboard",
    "TerminateOnNaN": "terminate_on_nan",
    "ReduceLROnPlateau": "reduce_lr_on_plateau",
    "CSVLogger": "csv_logger",
    "LSTMCell": "lstm_cell",
    "GRUCell": "gru_cell",
}
_LOSSES: Mapping[str, str] = {
    "probabilistic_losses": """BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy Poisson
        KLDivergence""",
    "regression_losses": """MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError CosineSimilarity
        Huber LogCosh""",
    "hinge_losses": "Hinge SquaredHinge CategoricalHinge",
}
_METHODS = frozenset(("compile", "fit", "evaluate", "predict", "train_on_batch"))
_PREFIXES = {"keras.layers.": "layers/", "keras.optimizers.": "optimizers", "keras.callbacks.": "callbacks"}


def page_of(name: str) -> str:
    """Address of the page of a canonical name; "" when there is none that we know of."""
    if name == "keras.Input":
        name = "keras.layers.Input"
    head, _, last = name.rpartition(".")
    if head == "keras.Model" and last in _METHODS:
        return f"{SITE}/models/model_training_apis/#{last}-method"
    if name in ("keras.Model", "keras.Sequential"):
        return f"{SITE}/models/{last.lower()}/"
    if head == "keras.losses":
        group = _groups().get(last, "")
        return f"{SITE}/losses/{group}/#{last.lower()}-class" if group else ""
    folder = _folders().get(last, "")
    prefix = _PREFIXES.get(head + ".")
    if not folder or prefix is None or not folder.startswith(prefix):
        return ""
    return f"{SITE}/{folder}/{_snake(last)}/"


@cache
def _folders() -> Mapping[str, str]:
    return {name: folder for folder, names in _FOLDERS.items() for name in names.split()}


@cache
def _groups() -> Mapping[str, str]:
    return {name: group for group, names in _LOSSES.items() for name in names.split()}


def _snake(name: str) -> str:
    odd = _ODD.get(name)
    if odd is not None:
        return odd
    name = re.sub(r"Conv(\dD)", r"Convolution\1", name)
    name = re.sub(r"(\d)D", r"\1d", name)
    return re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", name).lower()
