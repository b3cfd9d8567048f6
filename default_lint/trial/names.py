"""Name, code and family of every observation; written by `python tools/make_docs.py`."""

from __future__ import annotations

NAMES: tuple[tuple[str, str, str], ...] = (
    ("dying-relu", "ACT114", "activation"),
    ("saturated-activation", "ACT115", "activation"),
    ("update-ratio-off", "OPT152", "optimization"),
    ("loss-not-finite", "TRN263", "training"),
    ("loss-diverging", "TRN266", "training"),
    ("loss-oscillating", "TRN265", "training"),
    ("loss-not-decreasing", "TRN264", "training"),
    ("accuracy-at-chance", "TRN268", "training"),
    ("constant-predictions", "TRN267", "training"),
    ("input-ignored", "DAT262", "data"),
    ("cannot-overfit-batch", "TRN261", "training"),
    ("learning-rate-off", "OPT238", "optimization"),
    ("schedule-too-fast", "OPT247", "optimization"),
    ("batch-covers-dataset", "HYP258", "hyperparameter"),
    ("still-improving", "HYP271", "hyperparameter"),
    ("overfitting", "REG224", "regularization"),
)
