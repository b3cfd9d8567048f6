"""Keyword spotting trainer used by the speech team."""
import logging
from dataclasses import dataclass, field
from pathlib import Path
import tensorflow as tf

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainConfig:
    root: Path = Path("speech_commands")
    words: tuple = ("yes", "no", "up", "down", "go", "stop")
    filters: tuple = field(default=(32, 64))
    learning_rate: float = 5e-4
    batch: int = 64
    epochs: int = 25


def spectrogram(wave, label):
    wave = tf.squeeze(wave, axis=-1)
    s = tf.abs(tf.signal.stft(wave, frame_length=255, frame_step=128))
    return s[..., tf.newaxis], label


def datasets(cfg):
    train, val = tf.keras.utils.audio_dataset_from_directory(
        cfg.root, class_names=cfg.words, batch_size=cfg.batch, validation_split=0.2, seed=0,
        output_sequence_length=16000, subset="both")
    f = lambda d: d.map(spectrogram, tf.data.AUTOTUNE).cache()
    return f(train).shuffle(100).prefetch(2), f(val).prefetch(2)


def build(cfg, shape, norm):
    x = inp = tf.keras.Input(shape)
    x = tf.keras.layers.Resizing(32, 32)(x)
    x = norm(x)
    for f in cfg.filters:
        x = tf.keras.layers.Conv2D(f, 3, activation="relu")(x)
    x = tf.keras.layers.MaxPooling2D()(x)
    x = tf.keras.layers.Dropout(0.25)(x)
    x = tf.keras.layers.Flatten()(x)
    x = tf.keras.layers.Dense(128, activation="relu")(x)
    x = tf.keras.layers.Dropout(0.5)(x)
    return tf.keras.Model(inp, tf.keras.layers.Dense(len(cfg.words))(x))


def main(cfg=TrainConfig()):
    train, val = datasets(cfg)
    norm = tf.keras.layers.Normalization()
    norm.adapt(train.map(lambda s, _: s))
    model = build(cfg, train.element_spec[0].shape[1:], norm)
    model.compile(tf.keras.optimizers.Adam(cfg.learning_rate),
                  tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    h = model.fit(train, validation_data=val, epochs=cfg.epochs,
                  callbacks=[tf.keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)])
    log.info("best %.3f", max(h.history["val_accuracy"]))


if __name__ == "__main__":
    main()
