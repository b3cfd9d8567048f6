"""Features in words: what people call them, and their numbers as people write them.

A phrase names a number ("learning rate"); a clause is true or false ("the rows are shuffled").
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from default_lint.features.base import FLAG, SHARE, Feature
from default_lint.features.table_static import CHOICES, NONE, UNCLIPPED, StaticFeature

UNKNOWN = 0.5  # of a flag of the source

# Features of a run: phrases, and clauses for flags. A ratio that the row holds as a logarithm is told as the ratio.
WORDS: Mapping[str, str] = {
    "accuracy": "accuracy",
    "accuracy_change": "change of the accuracy",
    "accuracy_fell": "the accuracy fell",
    "accuracy_gap": "training accuracy above validation",
    "accuracy_skill": "accuracy beyond the commonest label",
    "activation_constant": "share of units with one output for all samples",
    "activation_dead": "share of dead units",
    "activation_gain": "spread of the outputs over that of the inputs",
    "activation_offset": "mean output over its spread",
    "activation_saturated": "share of saturated outputs",
    "activation_slope": "factor of the outputs' spread from layer to layer",
    "activation_zero": "share of outputs at zero",
    "batch_amplitude": "scatter of the batch losses over their mean",
    "batch_spike": "largest batch loss over the median one",
    "batch_trend": "change of the loss within an epoch",
    "batch_turns": "share of batches at which the loss turns back",
    "ever_broken": "the loss became NaN or infinite",
    "gradient_bias": "mean gradient over its spread",
    "gradient_ends": "gradient of the first layer over that of the last",
    "gradient_growth": "gradient norm over that of earlier epochs",
    "gradient_missing": "the gradient was missing",
    "gradient_noise": "gradient noise scale in rows",
    "gradient_noise_to_batch": "gradient noise scale over the batch size",
    "gradient_peak": "largest gradient entry over the typical one",
    "gradient_sensitivity": "gradient norm times weight norm over the loss",
    "gradient_slope": "factor of the gradient norm from layer to layer",
    "gradient_to_last": "gradient over that of the last layer",
    "gradient_zero": "share of gradients at zero",
    "held_accuracy": "accuracy on the held batch",
    "held_accuracy_skill": "accuracy on the held batch beyond the commonest label",
    "held_loss_to_constant": "loss on the held batch over that of the best constant prediction",
    "held_loss_to_start": "loss on the held batch over that before training",
    "initial_loss": "loss before training over that of the best constant prediction",
    "input_column_spread": "widest over narrowest column",
    "input_constant": "share of constant columns",
    "input_duplicate": "share of repeated columns",
    "input_integer": "the inputs are integers",
    "input_offset": "mean input over its spread",
    "input_scale": "largest input",
    "input_spread": "standard deviation of the inputs",
    "input_unusable": "share of inputs that are not finite",
    "input_zero": "share of inputs at zero",
    "label_entropy": "evenness of the labels",
    "label_majority": "share of the commonest label",
    "labels_outside": "labels lie outside of what the loss takes",
    "labels_sorted": "how far the labels are sorted",
    "labels_used": "different labels over output units",
    "large_weights": "share of large weights in the model",
    "layer_broken": "weights or outputs were not finite",
    "lengths_differ": "inputs and labels differ in length",
    "loss_accuracy_correlation": "correlation of loss and accuracy",
    "loss_amplitude": "change of the loss from epoch to epoch over its mean",
    "loss_best_epoch": "place of the lowest loss between first and last epoch",
    "loss_broken": "the loss was NaN or infinite",
    "loss_change": "change of the loss against the epoch before",
    "loss_drop": "change of the loss over the training",
    "loss_rose": "the loss rose",
    "loss_to_best": "loss over the lowest so far",
    "loss_to_constant": "loss over that of the best constant prediction",
    "loss_to_start": "loss over that of the first batch",
    "loss_turn": "size of the turns of the loss",
    "loss_turns": "share of epochs at which the loss turns back",
    "model_gradient_growth": "gradient norm of all layers over that of earlier epochs",
    "model_sensitivity": "gradient norm times weight norm of all layers over the loss",
    "model_weight_growth": "norm of all weights over that before training",
    "nonfinite": "NaN or infinity appeared",
    "nonfinite_gradients": "share of gradient entries that are not finite",
    "nonfinite_weights": "share of weights that are not finite",
    "overlap": "validation rows that are trained on",
    "prediction_classes": "classes ever predicted over labels",
    "prediction_excess": "share of the commonest prediction beyond that label's",
    "prediction_offset": "distance of the mean prediction from the mean target",
    "prediction_reach": "range of the predictions over that of the targets",
    "prediction_spread": "spread of the predictions over that of the targets",
    "prediction_top": "share of the commonest prediction",
    "regularization_share": "share of the penalties in the loss",
    "target_binary": "the labels are binary",
    "target_constant": "the target is the same in all rows",
    "target_integer": "the labels are integers",
    "target_multi_hot": "the labels are multi-hot",
    "target_one_hot": "the labels are one-hot",
    "target_probabilities": "the labels are probabilities",
    "target_real": "the targets are real numbers",
    "target_scale": "largest target",
    "target_signs": "the labels are signs",
    "target_unusable": "share of targets that are not finite",
    "unreached": "share of layers that no gradient reaches",
    "update_ratio": "one update over the weights",
    "val_accuracy": "validation accuracy",
    "val_accuracy_skill": "validation accuracy beyond the commonest label",
    "val_loss_best_epoch": "place of the lowest validation loss between first and last epoch",
    "val_loss_change": "change of the validation loss against the epoch before",
    "val_loss_ratio": "validation loss over training loss",
    "val_loss_rose": "the validation loss rose",
    "val_loss_to_best": "validation loss over the lowest so far",
    "val_loss_to_constant": "validation loss over that of the best constant prediction",
    "weight_change": "change of the weights in an epoch over their norm",
    "weight_growth": "weight norm over that before training",
    "weight_slope": "factor of the weight norm from layer to layer",
    "weight_still": "the weights stood still",
    "weights_large": "share of large weights",
    "weights_per_row": "weights over training rows",
    "weights_small": "share of tiny weights",
}
# Groups of measurements, of which a row tells whether there were any.
MEASURED: Mapping[str, str] = {
    "accuracy": "accuracy",
    "activation": "outputs of the layers",
    "constant": "loss of a constant prediction",
    "gradient": "gradients",
    "held": "held batch",
    "input": "inputs",
    "loss": "loss",
    "prediction": "predictions",
    "target": "targets",
    "update": "updates",
    "val_accuracy": "validation accuracy",
    "validation": "validation loss",
    "weight": "weights",
}
# Clauses and phrases that are denied in another way than by "not".
DENIED: Mapping[str, str] = {
    "LSTM or GRU": "neither LSTM nor GRU",
    "activation and loss belong together": "activation and loss do not belong together",
    "activation on top of another": "no activation on top of another",
    "dropout behind the output": "no dropout behind the output",
    "has a bias": "no bias",
    "hidden layer without activation": "not a hidden layer without activation",
    "inputs and labels differ in length": "inputs and labels have one length",
    "labels and loss belong together": "labels and loss do not belong together",
    "labels lie outside of what the loss takes": "labels lie within what the loss takes",
    "masks padding": "no masking of padding",
    "mode and monitor of early stopping fit": "mode and monitor of early stopping do not fit",
    "normalization follows": "no normalization follows",
    "one unit for each class": "not one unit for each class",
    "returns sequences": "returns no sequences",
    "strongest weight penalty": "no weight penalty",
    "the layer behind needs a sequence": "the layer behind needs no sequence",
    "the learning rate has a schedule": "the learning rate has no schedule",
    "the loss became NaN or infinite": "the loss stayed finite",
    "the loss takes logits": "the loss takes no logits",
    "the metrics fit the task": "the metrics do not fit the task",
    "the output can reach the labels": "the output cannot reach the labels",
    "there is validation data": "no validation data",
    "training may stop early": "no early stopping",
    "validation rows are not trained on": "validation rows are trained on",
}


# Choices of which it is not known what was taken, where "... is not known" would not be English.
UNTOLD: Mapping[str, str] = {
    "data.scaling": "not known: whether the inputs are scaled",
    "head.labels": "the form of the labels is not known",
    "head.loss": "the kind of the loss is not known",
}


def denied(words: str) -> str:
    """The opposite of a clause: "the activation is not tanh"."""
    if words in DENIED:
        return DENIED[words]
    for verb in (" is ", " are "):
        if verb in words:
            return words.replace(verb, f"{verb}not ", 1)
    return f"not {words}"


def clause(words: str, value: float) -> str:
    """A clause as it holds for a flag: 1, 0, or 0.5 where it is not known."""
    if value == UNKNOWN:
        return f"not known: {words}"
    words = words.replace("of the kind other", "of another kind")
    if words.endswith(" other"):
        words = f"{words.removesuffix(' other')} another one"
    return words if value > UNKNOWN else denied(words)


def short(value: float) -> str:
    """A number with two digits that count, three from 1 on: 0.001, 3e-5, 0.5, 32, 1.24e6."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"
    size = abs(value)
    if size >= 1e6 or 0 < size < 9.95e-4:
        mantissa, _, exponent = f"{value:.{2 if size >= 1 else 1}e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if size >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}" if size >= 1 else f"{value:.2g}"
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """A share in percent, 0 and 100 only where it is exactly that."""
    if not math.isfinite(share):
        return short(share)
    if abs(share) >= 100:
        return f"{short(100 * share)} %"
    whole = f"{100 * share:.0f}"
    if whole in ("0", "-0", "100") and share not in (0, 1):
        return f"{short(100 * share) if abs(share) < 0.5 else '99.9' if share < 1 else '100.1'} %"
    return f"{'0' if whole == '-0' else whole} %"


def power(base: float, exponent: float) -> float:
    """`base ** exponent`, infinity where that is beyond all numbers."""
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def number(unit: str, value: float) -> str:
    """A number as its feature's unit has it: 0.001 of a unit "log10" and the value -3."""
    if unit in ("share", "points of share"):
        return percent(value)
    if unit == "log2" or unit == "octaves":
        return short(power(2, value))
    return short(power(10, value)) if unit.startswith(("log10", "decades")) else short(value)


def of_source(feature: StaticFeature, value: float) -> str:
    """A feature of the source with its number: "learning rate 0.5", "no validation data", "the activation is tanh"."""
    if feature.name.endswith(".unknown") and value == 1:
        return not_known(feature)
    if feature.unit in ("flag", "choice"):
        return clause(feature.words, value)
    told = source_number(feature, value)
    if told == "none" or (feature.unit == "count" and value == 0):
        return DENIED.get(feature.words, f"no {feature.words}")
    return f"{feature.words} {told}"


def not_known(feature: StaticFeature) -> str:
    """A feature that the source does not tell: "learning rate not known", "the optimizer is not known"."""
    if feature.unit == "flag":
        return clause(feature.words, UNKNOWN)
    if feature.unit != "choice":
        return f"{feature.words} not known"
    group = feature.name.rpartition(".")[0]
    return UNTOLD.get(group) or CHOICES[group][0].format("not known")


def source_number(feature: StaticFeature, value: float) -> str:
    """Its number alone; "none" where a strength or a bound is not there."""
    absent = feature.unit == "log10" and value == feature.neutral and value in (NONE, UNCLIPPED)
    return "none" if absent else number(feature.unit, value)


def of_run(feature: Feature, column: str, value: float, mean: float | None = None) -> str:
    """A column of the row of a run: "share of dead units 62 % in the last epoch, largest of the layers".

    `mean` is the number of the column with the mean over the epochs, by which flags are told, if it is known.
    """
    words = WORDS.get(feature.name, feature.formula)
    parts = column.split(".")[1:]
    layers = f", {_LAYERS[parts[0]]}" if feature.level == "layer" else ""
    epochs = parts[-1] if feature.level != "run" else ""
    if feature.scale == FLAG:
        if not epochs:
            return clause(words, value)
        return f"{words} {_when(value if mean is None else mean, parts[0] if layers else '')}"
    unit = run_unit(feature)
    told = number(unit, value)
    if epochs == "std":
        return f"{words} varying by {_factor(unit)}{told} over the epochs{layers}"
    if epochs == "slope":
        sign = "+" if value > 0 and not _factor(unit) else ""
        return f"{words} changing by {_factor(unit)}{sign}{told} per epoch{layers}"
    return f"{words} {told}{_EPOCHS.get(epochs, '')}{layers}"


def run_unit(feature: Feature) -> str:
    """The unit of a feature of a run, for `number`."""
    return "share" if feature.scale == SHARE else feature.scale.unit


def _factor(unit: str) -> str:
    return "a factor of " if unit.startswith("decades") else ""


def _when(share: float, layers: str) -> str:
    """In how many epochs something was so, in some layer ("max") or as a share of the layers ("mean"), too."""
    if layers == "mean":
        never, always, some = "in no layer", "in every layer and epoch", f"in {percent(share)} of layers and epochs"
    else:
        never, always, some = "in no epoch", "in every epoch", f"in {percent(share)} of the epochs"
    text = never if share == 0 else always if share == 1 else some
    return f"{text} in some layer" if layers == "max" and share else text


def measured(group: str, there: bool) -> str:
    """Whether there was any measurement of a group of features of a run."""
    return f"{MEASURED.get(group, group)}{'' if there else ' not'} measured"


_EPOCHS = {
    "last": " in the last epoch",
    "mean": " on average over the epochs",
    "min": ", smallest over the epochs",
    "max": ", largest over the epochs",
}
_LAYERS = {
    "min": "smallest of the layers",
    "median": "median of the layers",
    "max": "largest of the layers",
    "mean": "mean of the layers",
    "first": "first layer",
    "last": "last layer",
}

__all__ = [
    "DENIED",
    "MEASURED",
    "WORDS",
    "clause",
    "denied",
    "measured",
    "not_known",
    "number",
    "of_run",
    "of_source",
    "percent",
    "run_unit",
    "short",
    "source_number",
]
