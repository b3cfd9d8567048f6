"""What operators choose from: names of activations, losses, optimizers, initializers, regularizers."""

from __future__ import annotations

ACTIVATIONS = (
    *(
        "elu",
        "softmax",
        "selu",
        "softplus",
        "softsign",
        "relu",
        "tanh",
        "sigmoid",
        "hard_sigmoid",
        "exponential",
        "linear",
    ),
)
"""The functions of DeepCrime."""

NON_LINEAR = tuple(name for name in ACTIVATIONS if name != "linear")

IN_TENSORFLOW = frozenset(("elu", "softmax", "selu", "softplus", "softsign", "relu", "tanh", "sigmoid"))
"""Those that `tf.nn` has as well."""

LOSSES = {
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "squared_hinge": "SquaredHinge",
    "hinge": "Hinge",
    "categorical_hinge": "CategoricalHinge",
    "log_cosh": "LogCosh",
    "huber": "Huber",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "kl_divergence": "KLDivergence",
    "poisson": "Poisson",
}
"""DeepCrime's losses and their classes, as Keras 3 names them."""

ELEMENTWISE = tuple(name for name in LOSSES if name not in ("categorical_crossentropy", "binary_crossentropy"))
"""Those that broadcast, so that they run where class numbers in a column meet a probability for each class."""

OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adam", "Adamax", "Nadam")
"""DeepCrime's optimizers."""

ADAPTIVE = frozenset(("RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Nadam", "Ftrl", "Lion", "Lamb"))
"""Those whose steps hardly depend on the size of the gradient."""

INITIALIZERS = (
    *("zeros", "ones", "random_normal", "random_uniform", "truncated_normal", "orthogonal"),
    *("lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform"),
)
"""DeepCrime's initializers, less `constant`, which is `zeros` unless a value is given."""

REGULARIZERS = ("l1", "l2", "l1_l2")

WITH_KERNEL = (
    *("Dense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "EinsumDense"),
    *("LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D"),
)
"""Layers with `kernel_initializer`, `kernel_regularizer` and `use_bias` (EinsumDense has no `use_bias`)."""

RECURRENT = ("LSTM", "GRU", "SimpleRNN")

DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")

CLASSES_OF_LOSSES = {**LOSSES, "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy"}
