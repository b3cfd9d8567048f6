"""Document-page classifier: the trainer used by the intake team.

Configured by YAML; see configs/pages.yaml. Runs on one GPU or on CPU for smoke tests.
"""
from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import yaml
from tensorflow import keras

logger = logging.getLogger(__name__)


@dataclass
class DataConfig:
    root: str = "pages"
    image_height: int = 320
    image_width: int = 240
    batch_size: int = 24
    classes: list[str] = field(default_factory=lambda: ["invoice", "letter", "form", "id_card", "other"])
    cache: bool = False


@dataclass
class ModelConfig:
    backbone: str = "EfficientNetV2B0"
    dropout: float = 0.25
    label_smoothing: float = 0.05


@dataclass
class StageConfig:
    epochs: int
    learning_rate: float
    unfreeze_from: str | None = None


@dataclass
class Config:
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    stages: list[StageConfig] = field(
        default_factory=lambda: [
            StageConfig(epochs=5, learning_rate=1e-3),
            StageConfig(epochs=15, learning_rate=2e-5, unfreeze_from="block5a_expand_conv"),
        ]
    )
    seed: int = 17

    @classmethod
    def load(cls, path: Path) -> "Config":
        raw: dict[str, Any] = yaml.safe_load(path.read_text()) or {}
        return cls(
            data=DataConfig(**raw.get("data", {})),
            model=ModelConfig(**raw.get("model", {})),
            stages=[StageConfig(**s) for s in raw["stages"]] if "stages" in raw else cls().stages,
            seed=raw.get("seed", 17),
        )


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)


class Pages:
    """Three splits, laid out as root/{train,val,test}/<class>/*.png."""

    def __init__(self, cfg: DataConfig):
        self.cfg = cfg

    def _load(self, split: str, shuffle: bool) -> tf.data.Dataset:
        ds = keras.utils.image_dataset_from_directory(
            Path(self.cfg.root) / split,
            labels="inferred",
            label_mode="categorical",
            class_names=self.cfg.classes,
            color_mode="rgb",
            image_size=(self.cfg.image_height, self.cfg.image_width),
            batch_size=self.cfg.batch_size,
            shuffle=shuffle,
        )
        if self.cfg.cache:
            ds = ds.cache()
        return ds.prefetch(tf.data.AUTOTUNE)

    @property
    def train(self) -> tf.data.Dataset:
        return self._load("train", True)

    @property
    def val(self) -> tf.data.Dataset:
        return self._load("val", False)

    @property
    def test(self) -> tf.data.Dataset:
        return self._load("test", False)


def build_model(cfg: Config) -> tuple[keras.Model, keras.Model]:
    shape = (cfg.data.image_height, cfg.data.image_width, 3)
    backbone_cls = getattr(keras.applications, cfg.model.backbone)
    backbone = backbone_cls(include_top=False, weights="imagenet", input_shape=shape, pooling="avg")
    inputs = keras.Input(shape, name="page")
    x = keras.layers.RandomRotation(0.01, fill_mode="nearest")(inputs)
    x = keras.layers.RandomContrast(0.1)(x)
    x = backbone(x, training=False)
    x = keras.layers.Dropout(cfg.model.dropout)(x)
    outputs = keras.layers.Dense(len(cfg.data.classes), activation="softmax", name="probs")(x)
    return keras.Model(inputs, outputs, name="pages"), backbone


def freeze(backbone: keras.Model, unfreeze_from: str | None) -> int:
    if unfreeze_from is None:
        backbone.trainable = False
        return 0
    backbone.trainable = True
    on = False
    for layer in backbone.layers:
        on = on or layer.name == unfreeze_from
        layer.trainable = on and not isinstance(layer, keras.layers.BatchNormalization)
    return sum(layer.trainable for layer in backbone.layers)


class EpochTimer(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.t0 = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        logger.info("epoch %d took %.1fs", epoch, time.perf_counter() - self.t0)


class Trainer:
    def __init__(self, cfg: Config, out: Path):
        self.cfg, self.out = cfg, out
        self.data = Pages(cfg.data)
        self.model, self.backbone = build_model(cfg)
        self.best = out / "best.keras"

    def callbacks(self) -> list[keras.callbacks.Callback]:
        return [
            EpochTimer(),
            keras.callbacks.CSVLogger(self.out / "log.csv", append=True),
            keras.callbacks.ModelCheckpoint(self.best, monitor="val_accuracy", mode="max", save_best_only=True),
            keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=4, restore_best_weights=True),
        ]

    def run(self) -> dict[str, float]:
        done = 0
        train, val = self.data.train, self.data.val
        for i, stage in enumerate(self.cfg.stages):
            n = freeze(self.backbone, stage.unfreeze_from)
            logger.info("stage %d: %d backbone layers train, lr %g", i, n, stage.learning_rate)
            self.model.compile(
                optimizer=keras.optimizers.Adam(stage.learning_rate),
                loss=keras.losses.CategoricalCrossentropy(label_smoothing=self.cfg.model.label_smoothing),
                metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(2, name="top2")],
            )
            self.model.fit(train, validation_data=val, initial_epoch=done, epochs=done + stage.epochs,
                           callbacks=self.callbacks(), verbose=2)
            done += stage.epochs
        return self.model.evaluate(self.data.test, return_dict=True, verbose=0)

    def confusion(self) -> np.ndarray:
        n = len(self.cfg.data.classes)
        out = np.zeros((n, n), dtype=int)
        for x, y in self.data.test:
            p = self.model.predict_on_batch(x)
            np.add.at(out, (np.argmax(y, 1), np.argmax(p, 1)), 1)
        return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/latest"))
    parser.add_argument("--overwrite", action="store_true")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if args.out.exists():
        if not args.overwrite:
            logger.error("%s exists", args.out)
            return 2
        shutil.rmtree(args.out)
    args.out.mkdir(parents=True)
    cfg = Config.load(args.config)
    seed_everything(cfg.seed)
    (args.out / "config.json").write_text(json.dumps(asdict(cfg), indent=2))
    trainer = Trainer(cfg, args.out)
    scores = trainer.run()
    logger.info("test %s", scores)
    (args.out / "test.json").write_text(json.dumps(scores))
    np.savetxt(args.out / "confusion.csv", trainer.confusion(), fmt="%d", delimiter=",")
    return 0


if __name__ == "__main__":
    sys.exit(main())
