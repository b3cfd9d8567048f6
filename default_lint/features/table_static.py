"""The table of features of the source: names, words for people, formulas, units and neutral values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from default_lint.frozen import dataclass

NONE = -8.0  # log10 of a strength that is not there: a hundred millionth
UNCLIPPED = 4.0  # log10 of a bound that is not there: no gradient is as long


class Assumed(float):
    """A number of a row that was not read, and stands for one; as a number it is like any other.

    applies  False where nothing was asked: a kernel size of a dense layer, the patience of a training that never stops
             early
    """

    __slots__ = ("applies",)
    applies: bool

    def __new__(cls, value: float, applies: bool = True) -> Assumed:
        """The number that stands there."""
        made = super().__new__(cls, value)
        made.applies = applies
        return made


@dataclass(frozen=True)
class StaticFeature:
    """A number that is read from the source.

    words    as people call it; for a choice a clause that holds when the number is 1 ("the activation is tanh")
    unit     "flag", "choice", "count", "log2", "log10", "decades", "octaves", "share" or "" (a plain number)
    neutral  what stands for a number that is not known or does not apply
    group    "model", "head", "loss", "optimizer", "training", "data", "layers", "layer" or "site"
    source   where the idea comes from: "DEFault" (a column of the published table), "row N" of our catalogue, "ours"
    """

    name: str
    words: str
    formula: str
    unit: str
    neutral: float = 0.0
    source: str = "ours"

    @property
    def group(self) -> str:
        """The part of the program that it is about."""
        return self.name.partition(".")[0]


CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "head.loss": (
        "the loss is of the kind {}",
        (*("classes", "binary", "distance", "percentage", "hinge", "divergence", "poisson", "other"),),
    ),
    "head.activation": (
        "the output's activation is {}",
        ("softmax", "sigmoid", "linear", "relu", "tanh", "other"),
    ),
    "head.labels": ("the labels are {}", ("integer", "one-hot", "binary", "continuous", "unknown")),
    "loss.name": (
        "the loss is {}",
        (
            "mean_squared_error",
            "mean_absolute_error",
            "mean_absolute_percentage_error",
            "mean_squared_logarithmic_error",
            "squared_hinge",
            "hinge",
            "categorical_hinge",
            "log_cosh",
            "huber",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "binary_crossentropy",
            "kl_divergence",
            "poisson",
            "other",
        ),
    ),
    "optimizer.name": ("the optimizer is {}", ("sgd", "adam", "rmsprop", "adagrad", "other")),
    "data.scaling": ("the inputs are {}", ("raw", "scaled", "unknown")),
    "layer.kind": (
        "the layer is {}",
        (
            "dense",
            "convolution",
            "recurrent",
            "embedding",
            "normalization",
            "dropout",
            "pooling",
            "flatten",
            "activation",
            "attention",
            "merge",
            "other",
        ),
    ),
    "layer.activation": (
        "the activation is {}",
        ("relu", "smooth", "tanh", "sigmoid", "softmax", "exponential", "linear", "none", "other"),
    ),
    "site.is": (
        "the place is {}",
        (
            *("optimizer", "learning_rate", "momentum", "clipping", "weight_decay", "schedule"),
            *("epochs", "batch_size", "shuffle", "validation", "callbacks"),
            *("x", "y"),
        ),
    ),
}
"""Features of which one is 1 and the others 0: words with a place for the option, and the options."""

_PLAIN: tuple[tuple[str, str, str, str, float, str], ...] = (
    # The model
    ("model.depth", "layers with weights", "number of layers that hold weights", "count", 0, "DEFault"),
    ("model.layers", "layers", "number of layers", "count", 0, "DEFault"),
    ("model.parameters", "weights", "log10 of the number of weights", "log10", 3.5, "DEFault"),
    ("model.dense", "dense layers", "number of them", "count", 0, "DEFault"),
    ("model.convolutions", "convolutions", "number of them", "count", 0, "DEFault"),
    ("model.recurrent", "recurrent layers", "number of them", "count", 0, "DEFault"),
    ("model.embeddings", "embeddings", "number of them", "count", 0, "DEFault"),
    ("model.normalizations", "normalization layers", "number of them", "count", 0, "DEFault"),
    ("model.dropouts", "dropout layers", "number of them", "count", 0, "DEFault"),
    ("model.poolings", "pooling layers", "number of them", "count", 0, "DEFault"),
    ("model.rows", "training rows", "log10 of the number of training rows", "log10", 3, "ours"),
    ("model.rows_per_weight", "training rows per weight", "log10 of rows / weights", "decades", 0, "ours"),
    # What it puts out, and what it is compared with
    ("head.units", "output units", "log2 of the size of the output's last axis", "log2", 0, "DEFault"),
    ("head.logits", "the loss takes logits", "1 with `from_logits=True`", "flag", 0, "row 18"),
    ("head.agrees", "activation and loss belong together", "1, 0, or 0.5 where not known", "flag", 0.5, "rows 1 to 7"),
    ("head.labels_agree", "labels and loss belong together", "1, 0, or 0.5 where not known", "flag", 0.5, "row 20"),
    ("head.units_agree", "one unit for each class", "1, 0, or 0.5 where not known", "flag", 0.5, "row 22"),
    ("head.reaches", "the output can reach the labels", "1, 0, or 0.5 where not known", "flag", 0.5, "row 6"),
    ("head.metric_agrees", "the metrics fit the task", "1, 0, or 0.5 where not known", "flag", 0.5, "row 27"),
    # The optimizer
    ("optimizer.rate", "learning rate", "log10 of the rate that it starts with", "log10", -3, "row 38"),
    (
        "optimizer.rate_default",
        "learning rate over the optimizer's own",
        "log10 of the rate over the optimizer's default",
        "decades",
        0,
        "ours",
    ),
    ("optimizer.path", "learning rate times updates", "log10 of rate times number of updates", "log10", 0, "ours"),
    ("optimizer.momentum", "momentum", "of SGD or RMSprop", "", 0, "row 41"),
    ("optimizer.beta", "beta_1", "of Adam and its kin", "", 0.9, "ours"),
    ("optimizer.clip_norm", "bound of the gradients' norm", "log10 of clipnorm", "log10", UNCLIPPED, "row 43"),
    ("optimizer.clip_value", "bound of the gradients", "log10 of clipvalue", "log10", UNCLIPPED, "ours"),
    ("optimizer.weight_decay", "weight decay", "log10 of it", "log10", NONE, "ours"),
    ("optimizer.schedule", "the learning rate has a schedule", "1 with a schedule object", "flag", 0, "ours"),
    (
        "optimizer.decay",
        "decay of the learning rate over the training",
        "log10 of the last rate over the first",
        "decades",
        0,
        "row 48",
    ),
    ("optimizer.named", "the optimizer is given by name", "1 without arguments of its own", "flag", 0, "ours"),
    # fit
    ("training.epochs", "epochs", "log2 of them", "log2", 4, "row 56"),
    ("training.batch", "batch size", "log2 of it", "log2", 5, "row 57"),
    ("training.batch_share", "batch size over rows", "log10 of it", "decades", -1.5, "row 58"),
    ("training.steps", "steps per epoch", "log10 of rows / batch size", "log10", 1.5, "ours"),
    ("training.updates", "updates in all", "log10 of steps times epochs", "log10", 3, "ours"),
    ("training.shuffled", "the rows are shuffled", "0 with `shuffle=False`", "flag", 1, "row 67"),
    ("training.validation", "there is validation data", "1 when there is", "flag", 0.5, "row 62"),
    ("training.validation_apart", "validation rows are not trained on", "1, 0, or 0.5", "flag", 0.5, "row 63"),
    ("training.stopping", "training may stop early", "1 with EarlyStopping", "flag", 0, "ours"),
    ("training.patience", "patience of early stopping", "log2 of it; 6 without", "log2", 6, "ours"),
    ("training.patience_share", "patience over epochs", "log2 of the ratio; 0 without", "octaves", 0, "row 74"),
    ("training.stopping_agrees", "mode and monitor of early stopping fit", "1, 0, or 0.5", "flag", 0.5, "row 75"),
    ("training.weighted", "classes or samples are weighted", "1 when they are", "flag", 0, "ours"),
    # Data
    ("data.width", "range of the inputs", "log10 of highest - lowest", "log10", 0.3, "row 126"),
    ("data.offset", "inputs far from zero", "|middle of the range| / half of it", "", 0, "row 128"),
    ("data.steps", "steps of preparation of the inputs", "number of them", "count", 0, "ours"),
    ("data.same_steps", "validation inputs are prepared alike", "1, 0, or 0.5", "flag", 0.5, "row 129"),
    ("data.aligned", "inputs and labels are in the same order", "1, 0, or 0.5", "flag", 0.5, "row 134"),
    ("data.label_steps", "steps of preparation of the labels", "number of them", "count", 0, "ours"),
    ("data.random_steps", "random numbers in the data", "number of steps that draw some", "count", 0, "ours"),
    ("data.selections", "selections of rows", "number of steps that take some rows", "count", 0, "ours"),
    ("data.arithmetic", "arithmetic on the inputs", "number of such steps", "count", 0, "ours"),
    ("data.label_arithmetic", "arithmetic on the labels", "number of such steps", "count", 0, "ours"),
    ("data.integer", "the inputs are whole numbers", "1, 0, or 0.5", "flag", 0.5, "row 144"),
    # All layers
    ("layers.widest", "widest hidden layer", "log2 of its units", "log2", 5, "DEFault"),
    ("layers.narrowest", "narrowest hidden layer", "log2 of its units", "log2", 4, "DEFault"),
    ("layers.bottleneck", "narrowest hidden layer over the output", "log2 of the ratio", "octaves", 1, "row 95"),
    ("layers.jump", "largest change of width between layers", "log2 of it", "octaves", 1, "ours"),
    ("layers.linear", "hidden layers without activation", "share of them", "share", 0, "row 8"),
    ("layers.relu", "hidden layers with relu", "share of them", "share", 0, "DEFault"),
    ("layers.tanh", "hidden layers with tanh", "share of them", "share", 0, "DEFault"),
    ("layers.sigmoid", "hidden layers with sigmoid", "share of them", "share", 0, "DEFault"),
    ("layers.softmax", "hidden layers with softmax", "number of them", "count", 0, "DEFault"),
    ("layers.exponential", "hidden layers with exponential", "number of them", "count", 0, "DEFault"),
    ("layers.mixed", "hidden layers with another activation than most", "number of them", "count", 0, "ours"),
    ("layers.double", "activations on top of activations", "number of them", "count", 0, "row 9"),
    ("layers.pairs", "layers stacked without activation between", "number of them", "count", 0, "row 8"),
    ("layers.constant", "kernels that start constant", "number of them", "count", 0, "row 106"),
    ("layers.gain_high", "widest initial weights", "log10 of std times root of inputs", "decades", 0, "row 107"),
    ("layers.gain_low", "narrowest initial weights", "log10 of std times root of inputs", "decades", 0, "row 107"),
    ("layers.unbiased", "layers without bias and normalization", "number of them", "count", 0, "row 111"),
    ("layers.frozen", "frozen layers with weights", "share of them", "share", 0, "row 45"),
    ("layers.dropout", "highest dropout rate", "over dropout layers and recurrent layers", "", 0, "DEFault, row 116"),
    ("layers.dropout_sum", "dropout rates together", "-sum of log2(1 - rate)", "octaves", 0, "ours"),
    ("layers.dropout_last", "dropout behind the output", "1 when there is", "flag", 0, "row 117"),
    ("layers.penalty", "strongest weight penalty", "log10 of l1 or l2", "log10", NONE, "row 120"),
    ("layers.penalized", "layers with weight penalty", "number of them", "count", 0, "ours"),
    ("layers.shrinking", "shrinking of the maps", "log2 of first over last spatial size", "octaves", 0, "ours"),
    ("layers.smallest_map", "smallest feature map", "log2 of its side", "log2", 3, "row 85"),
    ("layers.kernel", "largest kernel over its map", "share of the side", "share", 0, "row 86"),
    ("layers.stride", "largest stride", "log2 of it", "log2", 0, "ours"),
    ("layers.odd", "layers unlike their kin", "number of settings in which a layer differs", "count", 0, "ours"),
    # One layer
    ("layer.place", "place in the model", "0 the first, 1 the last layer", "share", 0, "ours"),
    ("layer.first", "the first layer with weights", "1 or 0", "flag", 0, "ours"),
    ("layer.output", "the output layer", "1 or 0", "flag", 0, "ours"),
    ("layer.behind_output", "behind the output layer", "1 or 0", "flag", 0, "row 117"),
    ("layer.before_output", "right before the output layer", "1 or 0", "flag", 0, "ours"),
    ("layer.twin", "the same as its neighbor", "1 or 0", "flag", 0, "ours"),
    ("layer.inert", "hidden layer without activation", "1 or 0", "flag", 0, "row 8"),
    ("layer.double", "activation on top of another", "1 or 0", "flag", 0, "row 9"),
    ("layer.activation_kin", "other hidden layers with this activation", "share of them", "share", 1, "ours"),
    ("layer.units", "units", "log2 of units or filters", "log2", 4, "DEFault"),
    ("layer.units_before", "units over those of the layer before", "log2 of the ratio", "octaves", 0, "ours"),
    ("layer.units_after", "units over those of the layer behind", "log2 of the ratio", "octaves", 0, "ours"),
    ("layer.units_kin", "units over the median of such layers", "log2 of the ratio", "octaves", 0, "ours"),
    ("layer.units_output", "units over output units", "log2 of the ratio", "octaves", 0, "row 95"),
    ("layer.share", "share of the model's weights", "weights / all weights", "share", 0, "ours"),
    ("layer.kernel", "kernel size", "log2 of the longest side", "log2", 0, "ours"),
    ("layer.kernel_share", "kernel over its map", "longest side / side of the input", "share", 0, "row 86"),
    ("layer.kernel_kin", "kernel over the median of such layers", "log2 of the ratio", "octaves", 0, "ours"),
    ("layer.stride", "stride", "log2 of the largest", "log2", 0, "ours"),
    ("layer.stride_kernel", "stride over kernel", "log2 of the ratio", "octaves", 0, "ours"),
    ("layer.same", "padding is `same`", "1, 0, or 0.5", "flag", 0.5, "ours"),
    ("layer.same_kin", "other such layers with this padding", "share of them", "share", 1, "ours"),
    ("layer.pool", "pool size", "log2 of the largest", "log2", 0, "ours"),
    ("layer.map", "side of the feature map", "log2 of it, behind the layer", "log2", 3, "ours"),
    ("layer.shrinking", "shrinking of the map", "log2 of the side before over behind", "octaves", 0, "ours"),
    ("layer.gain", "width of the initial weights", "log10 of std times root of inputs", "decades", 0, "row 107"),
    ("layer.shift", "mean of the initial weights over their spread", "|mean| / std, at most 10", "", 0, "row 107"),
    ("layer.constant", "all weights start alike", "1 or 0", "flag", 0, "row 106"),
    ("layer.start_kin", "other layers with this initializer", "share of them", "share", 1, "ours"),
    ("layer.bias", "has a bias", "1, 0, or 0.5", "flag", 0.5, "row 111"),
    ("layer.bias_kin", "other layers with bias as here", "share of them", "share", 1, "ours"),
    ("layer.normalized", "normalization follows", "1 or 0", "flag", 0, "ours"),
    ("layer.penalty", "weight penalty", "log10 of l1 or l2", "log10", NONE, "row 120"),
    ("layer.penalty_l1", "the penalty is l1", "1 or 0", "flag", 0, "ours"),
    ("layer.penalty_kin", "other layers penalized as here", "share of them", "share", 1, "ours"),
    ("layer.dropout", "dropout rate", "of a dropout or recurrent layer", "", 0, "DEFault, row 116"),
    ("layer.dropout_kin", "rate over the median of the others", "difference of rates", "", 0, "ours"),
    ("layer.sequences", "returns sequences", "1 or 0", "flag", 0, "row 89"),
    ("layer.reads_sequence", "the layer behind needs a sequence", "1 or 0", "flag", 0, "row 88"),
    ("layer.rank", "axes that come out", "number of axes, batch included", "count", 2, "ours"),
    ("layer.mask", "masks padding", "1 or 0", "flag", 0, "row 93"),
    ("layer.frozen", "frozen", "1 or 0", "flag", 0, "row 45"),
    ("layer.vocabulary", "vocabulary", "log2 of input_dim", "log2", 0, "row 91"),
    ("layer.kin_before", "the layer before is of the same kind", "1 or 0", "flag", 0, "ours"),
    ("layer.kin_behind", "the layer behind is of the same kind", "1 or 0", "flag", 0, "ours"),
    ("layer.kin", "layers of this kind", "number of them", "count", 0, "ours"),
    ("layer.gated", "LSTM or GRU", "1 or 0", "flag", 0, "ours"),
    ("layer.given", "arguments given", "number of them", "count", 0, "ours"),
)


def _features() -> Iterator[StaticFeature]:
    for name, words, formula, unit, neutral, source in _PLAIN:
        yield StaticFeature(name, words, formula, unit, float(neutral), source)
    for group, (words, options) in CHOICES.items():
        for option in options:
            yield StaticFeature(f"{group}.{option}", words.format(option.replace("_", " ")), "1 or 0", "choice")


FEATURES: Mapping[str, StaticFeature] = {feature.name: feature for feature in _features()}

KINDS: Mapping[str, tuple[str, ...]] = {
    "program": ("model", "head", "optimizer", "training", "data", "layers"),
    "layer": ("layer", "model", "head"),
    "optimizer": ("site", "optimizer", "training", "model", "head"),
    "loss": ("loss", "head", "model"),
    "fit": ("site", "training", "optimizer", "model"),
    "data": ("site", "data", "training", "head", "model"),
}
"""Groups of features of the row of a program, and of each kind of place."""


def names(kind: str) -> tuple[str, ...]:
    """The features of a kind of place, or of a program, in order. Raises KeyError."""
    return tuple(name for name, feature in FEATURES.items() if feature.group in KINDS[kind])
