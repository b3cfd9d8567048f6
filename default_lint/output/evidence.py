"""What a run showed, in words: numbers, measures, epochs, and the tests that were made on the model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from default_lint.findings import Evidence, Learned, Observed

# What people call a measure. Others only say that something holds, which the message of the finding tells already.
WORDS: Mapping[str, str] = {
    "accuracy": "accuracy",
    "accuracy_gap": "training accuracy above validation",
    "activation_constant": "share of units with one output for all samples",
    "activation_dead": "share of dead units",
    "activation_max": "largest output",
    "activation_mean": "mean output",
    "activation_saturated": "share of saturated outputs",
    "activation_std": "standard deviation of the outputs",
    "activation_zero": "share of outputs at zero",
    "batch_sum": "loss of twice the rows over that of once",
    "column_spread": "widest over narrowest column",
    "gradient_ends": "log10 of the first layer's gradient over the last's",
    "gradient_noise": "gradient noise scale",
    "gradient_norm": "gradient norm",
    "gradient_zero": "share of gradients at zero",
    "held_accuracy": "accuracy on the held batch",
    "held_loss": "loss on the held batch",
    "initial_loss": "loss before training over the expected",
    "input_max": "largest input",
    "leak_correlation": "correlation of a column with the labels",
    "learning_rate": "learning rate",
    "mode_gap": "loss of one mode over the other's",
    "nonfinite_activations": "outputs that are not finite",
    "nonfinite_gradients": "gradient entries that are not finite",
    "nonfinite_values": "inputs that are not finite",
    "nonfinite_weights": "weights that are not finite",
    "overfit_batch": "loss after training on one batch",
    "overlap": "validation rows that are trained on",
    "prediction_classes": "classes ever predicted",
    "prediction_std": "standard deviation of the predictions",
    "prediction_top": "share of the commonest prediction",
    "regularization_share": "share of the penalties in the loss",
    "update_norm": "norm of one update",
    "update_ratio": "log10 of one update over the weights",
    "val_accuracy": "validation accuracy",
    "weight_norm": "norm of the weights",
    "weights_large": "share of weights beyond 10",
    "weights_small": "share of weights below 1e-5",
}
COUNTS = frozenset({"nonfinite_activations", "nonfinite_gradients", "nonfinite_values", "nonfinite_weights"})
TOLD = 4  # pieces of evidence that a line holds
SHARES = frozenset(
    {
        "activation_constant",
        "activation_dead",
        "activation_saturated",
        "activation_zero",
        "gradient_zero",
        "overlap",
        "prediction_top",
        "regularization_share",
        "weights_large",
        "weights_small",
    }
)
# The tests of our own, in the order in which they are told.
TESTS: Mapping[str, str] = {
    "overfit_batch": "overfit one batch",
    "rate_sweep": "learning-rate sweep",
    "initial_loss": "loss before training",
    "zero_input": "zeroed input",
    "permuted_labels": "permuted labels",
    "mode_gap": "training against inference mode",
    "batch_sum": "loss against batch size",
    "broadcast": "shapes inside the loss",
    "replay": "first value that is not finite",
}


def number(value: float | None) -> str:
    """A number with four digits that mean something; "-" for none."""
    if value is None:
        return "-"
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    size = abs(value)
    if size >= 1e6 or 0 < size < 1e-3:
        return f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    if value == int(value) and size >= 100:
        return f"{int(value):,}"
    if size >= 1000:
        return f"{value:,.0f}"
    digits = 4 if size < 10 else 2 if size < 100 else 1
    return f"{value:.{digits}f}"


def short(value: float | None) -> str:
    """A number as people write it down: 0.001, 3e-5, 0.5, 32."""
    if value is None or not math.isfinite(value):
        return number(value)
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def signed(value: float) -> str:
    """A contribution to a probability with its sign: +0.22, -0.05; one that rounds to nothing has none."""
    return f"{value:+.2f}" if abs(value) >= 0.005 else "0.00"


def bar(value: float, size: int = 8) -> str:
    """The size of a contribution as blocks, filled up with blanks to `size` cells; 0.4 and more fills them."""
    eighths = min(round(abs(value) / 0.4 * size * 8), size * 8)
    blocks = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
    return blocks + " " * (size - len(blocks))


def percent(value: float) -> str:
    """A share as a percentage that is 0 or 100 only when it is exactly that."""
    if not math.isfinite(value):
        return number(value)
    hundred = 100 * value
    if 0 < hundred < 1 or 99 < hundred < 100:
        return f"{hundred:.1f} %"
    return f"{hundred:.0f} %"


def count(value: float) -> str:
    """A whole number."""
    return f"{value:,.0f}" if math.isfinite(value) else number(value)


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def epochs_told(epochs: Sequence[int]) -> str:
    """Epochs as Keras counts them for people, from 1: "in epoch 3", "in epochs 2 to 5"; -1 is before training."""
    if not epochs:
        return ""
    if len(epochs) == 1:
        return "before training" if epochs[0] < 0 else f"in epoch {epochs[0] + 1}"
    first, last = min(epochs), max(epochs)
    if last - first + 1 == len(set(epochs)):
        return f"{'before training' if first < 0 else f'in epochs {first + 1}'} to {last + 1}"
    named = ["start" if epoch < 0 else str(epoch + 1) for epoch in epochs]
    if len(named) > 6:
        named = [*named[:3], "...", *named[-2:]]
    return f"in epochs {', '.join(named)}"


def told(evidence: Evidence) -> str | None:
    """A piece of evidence in one line; None for what the message or a note of the finding tells: all but measures."""
    if isinstance(evidence, Observed):
        name = evidence.measure
        if name not in WORDS:
            return None
        show = percent if name in SHARES else count if name in COUNTS else number
        return " ".join(filter(None, (WORDS[name], show(evidence.value), epochs_told(evidence.epochs))))
    return None


def lines(evidence: Iterable[Evidence]) -> list[str]:
    """The pieces of evidence that have something to tell, each once."""
    return list(dict.fromkeys(filter(None, map(told, evidence))))


def seen(evidence: Iterable[Evidence]) -> str:
    """The pieces of evidence that have something to tell, the first of them in one line; "" without any."""
    found = lines(evidence)
    more = f"; {len(found) - TOLD} more" if len(found) > TOLD else ""
    return "; ".join(found[:TOLD]) + more


def data(evidence: Evidence) -> dict[str, Any]:
    """A piece of evidence for strict JSON; epochs count from 1, and 0 is before training."""
    if isinstance(evidence, Observed):
        return {
            "kind": "observed",
            "name": evidence.name,
            "measure": evidence.measure,
            "epochs": [epoch + 1 for epoch in evidence.epochs],
            "value": plain(float(evidence.value)),
            "placed": evidence.placed,
        }
    if isinstance(evidence, Learned):
        return {
            "kind": "learned",
            "model": evidence.model,
            "probability": plain(evidence.probability),
            "base": plain(evidence.base),
            "contributions": plain(evidence.contributions),
            "reasons": [{"message": text, "contribution": plain(value)} for text, value in evidence.reasons],
        }
    return {"kind": "rule"}


def plain(value: Any) -> Any:
    """A value for strict JSON: numbers that JSON does not know become strings, as in a trace."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def test_told(name: str, result: Mapping[str, Any]) -> str:
    """What a test of our own showed, in one clause."""
    if result.get("skipped"):
        return f"not made: {result['skipped']}"
    teller = _TELLERS.get(name)
    if teller is not None:
        try:
            return teller(result)
        except (KeyError, TypeError, ValueError):
            pass
    facts = [f"{key.replace('_', ' ')} {_fact(value)}" for key, value in result.items() if _is_fact(key, value)]
    return ", ".join(facts) or "made"


def notable(name: str, result: Mapping[str, Any]) -> bool:
    """Whether a test is worth a line on the terminal: it found something, or its number is of interest anyhow."""
    if result.get("skipped"):
        return name != "replay"  # it is only made when something broke
    found = {"batch_sum": "grows", "broadcast": "broadcast"}.get(name)
    if found is not None:
        return bool(result.get(found, True))
    return name != "replay" or not result.get("finite", False)


def _is_fact(key: str, value: Any) -> bool:
    return key != "seconds" and (isinstance(value, (bool, int, float, str)) and value != "")


def _fact(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else number(real(value))


def real(value: Any) -> float:
    """A number of a test's result, where those that JSON does not know are strings."""
    return math.nan if value is None else float(value)


def _overfit(row: Mapping[str, Any]) -> str:
    verb = "fits" if row["fits"] else "does not fit"
    accuracy = f", accuracy {percent(real(row['accuracy']))}" if row.get("accuracy") is not None else ""
    return (
        f"{verb} {row['samples']} samples in {row['steps']} steps: "
        f"loss {number(real(row['start']))} to {number(real(row['end']))}{accuracy}"
    )


def _sweep(row: Mapping[str, Any]) -> str:
    learns = row.get("learns")
    what = f"{short(real(learns[0]))} to {short(real(learns[1]))} learns" if learns else "no rate learns"
    worse = [real(rate) for rate, bad in zip(row["rates"], row["diverged"]) if bad]
    diverged = f", {short(min(worse))} diverges" if worse else ""
    current = f"; the script uses {short(real(row['current']))}" if row.get("current") is not None else ""
    return what + diverged + current


def _initial(row: Mapping[str, Any]) -> str:
    return f"{number(real(row['observed']))}, expected about {number(real(row['expected']))}"


def _zero(row: Mapping[str, Any]) -> str:
    ignored = "the input is ignored" if row["ignored"] else "the input is used"
    return f"loss {number(real(row['loss']))}, without input {number(real(row['zeroed']))}: {ignored}"


def _permuted(row: Mapping[str, Any]) -> str:
    same = "the labels make no difference" if row["same"] else "the labels matter"
    losses = [number(real(row[f"{name}_held"])) for name in ("true", "permuted")]
    return f"loss on unseen rows {losses[0]}, after training on permuted labels {losses[1]}: {same}"


def _sum(row: Mapping[str, Any]) -> str:
    grows = "grows with the number of rows" if row["grows"] else "does not depend on the number of rows"
    return f"the loss {grows} ({number(real(row['single']))}, of twice as many {number(real(row['double']))})"


def _broadcast(row: Mapping[str, Any]) -> str:
    if row["broadcast"]:
        aligned = f"loss {number(real(row['loss']))}, with aligned shapes {number(real(row['aligned']))}"
        return f"labels and predictions are broadcast: {aligned}"
    return "labels and predictions fit each other"


def _replay(row: Mapping[str, Any]) -> str:
    if row["finite"]:
        return f"everything stayed finite in {row['steps']} steps"
    where = f" of `{row['name']}`" if row.get("name") else ""
    kind = {"output": "an output", "gradient": "the gradient", "weights": "the weights", "loss": "the loss"}
    return f"{kind.get(str(row['what']), str(row['what']))}{where}, in batch {int(row['batch']) + 1}"


def _mode(row: Mapping[str, Any]) -> str:
    return f"loss {number(real(row['train']))} against {number(real(row['eval']))}"


_TELLERS = {
    "overfit_batch": _overfit,
    "rate_sweep": _sweep,
    "initial_loss": _initial,
    "zero_input": _zero,
    "permuted_labels": _permuted,
    "mode_gap": _mode,
    "batch_sum": _sum,
    "broadcast": _broadcast,
    "replay": _replay,
}
