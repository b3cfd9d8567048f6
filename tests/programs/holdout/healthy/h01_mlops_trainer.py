"""Train the churn model. Invoked by the nightly pipeline.

    python -m churn.train --data s3_mirror/churn.parquet --out runs/2024-05-01
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import logging
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

log = logging.getLogger("churn.train")

NUMERIC = ["tenure_months", "monthly_fee", "support_calls", "data_gb", "late_payments"]
CATEGORICAL = ["plan", "region", "payment_method", "contract"]
TARGET = "churned"


@dataclasses.dataclass
class TrainConfig:
    hidden: tuple[int, ...] = (128, 64)
    dropout: float = 0.3
    l2: float = 1e-5
    learning_rate: float = 1e-3
    batch_size: int = 256
    epochs: int = 60
    patience: int = 6
    seed: int = 13

    @classmethod
    def from_json(cls, path: Path | None) -> "TrainConfig":
        if path is None:
            return cls()
        raw = json.loads(path.read_text())
        raw["hidden"] = tuple(raw.get("hidden", cls.hidden))
        return cls(**raw)


def build_preprocessor() -> ColumnTransformer:
    numeric = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    categorical = Pipeline(
        [
            ("impute", SimpleImputer(strategy="most_frequent")),
            ("onehot", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        ]
    )
    return ColumnTransformer([("num", numeric, NUMERIC), ("cat", categorical, CATEGORICAL)])


def build_model(n_features: int, cfg: TrainConfig, positive_rate: float) -> keras.Model:
    inputs = keras.Input(shape=(n_features,), name="features")
    x = inputs
    for i, units in enumerate(cfg.hidden):
        x = keras.layers.Dense(
            units,
            activation="relu",
            kernel_regularizer=keras.regularizers.l2(cfg.l2),
            name=f"hidden_{i}",
        )(x)
        x = keras.layers.Dropout(cfg.dropout)(x)
    prior = float(np.log(positive_rate / (1.0 - positive_rate)))
    outputs = keras.layers.Dense(
        1,
        activation="sigmoid",
        bias_initializer=keras.initializers.Constant(prior),
        name="p_churn",
    )(x)
    model = keras.Model(inputs, outputs, name="churn")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=cfg.learning_rate),
        loss="binary_crossentropy",
        metrics=[keras.metrics.AUC(name="auc"), keras.metrics.AUC(curve="PR", name="pr_auc")],
    )
    return model


def make_callbacks(out: Path, cfg: TrainConfig) -> list[keras.callbacks.Callback]:
    return [
        keras.callbacks.EarlyStopping(
            monitor="val_pr_auc", mode="max", patience=cfg.patience, restore_best_weights=True
        ),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3),
        keras.callbacks.CSVLogger(str(out / "history.csv")),
    ]


def parse_args() -> argparse.Namespace:
    p = argparse.ArgumentParser()
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--config", type=Path)
    return p.parse_args()


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    args = parse_args()
    cfg = TrainConfig.from_json(args.config)
    keras.utils.set_random_seed(cfg.seed)
    args.out.mkdir(parents=True, exist_ok=True)

    df = pd.read_parquet(args.data)
    train_df, test_df = train_test_split(df, test_size=0.2, stratify=df[TARGET], random_state=cfg.seed)
    train_df, val_df = train_test_split(
        train_df, test_size=0.15, stratify=train_df[TARGET], random_state=cfg.seed
    )

    pre = build_preprocessor()
    x_train = pre.fit_transform(train_df).astype("float32")
    x_val = pre.transform(val_df).astype("float32")
    x_test = pre.transform(test_df).astype("float32")
    y_train = train_df[TARGET].to_numpy("float32")
    y_val = val_df[TARGET].to_numpy("float32")
    y_test = test_df[TARGET].to_numpy("float32")

    model = build_model(x_train.shape[1], cfg, positive_rate=float(y_train.mean()))
    model.fit(
        x_train,
        y_train,
        validation_data=(x_val, y_val),
        epochs=cfg.epochs,
        batch_size=cfg.batch_size,
        callbacks=make_callbacks(args.out, cfg),
        verbose=2,
    )

    p_test = model.predict(x_test, batch_size=4096).ravel()
    report = {
        "roc_auc": float(roc_auc_score(y_test, p_test)),
        "ap": float(average_precision_score(y_test, p_test)),
        "n_test": int(len(y_test)),
    }
    log.info("test: %s", report)
    (args.out / "metrics.json").write_text(json.dumps(report, indent=2))
    (args.out / "config.json").write_text(json.dumps(dataclasses.asdict(cfg), indent=2))
    model.save(args.out / "model.keras")


if __name__ == "__main__":
    main()
