import argparse
import os

import tensorflow as tf

AUTOTUNE = tf.data.AUTOTUNE
IMG = 160
NUM_CLASSES = 24

FEATURES = {
    "image/encoded": tf.io.FixedLenFeature([], tf.string),
    "image/class/label": tf.io.FixedLenFeature([], tf.int64),
}


def _parse(serialized):
    ex = tf.io.parse_single_example(serialized, FEATURES)
    image = tf.io.decode_jpeg(ex["image/encoded"], channels=3)
    image = tf.image.resize(image, (IMG, IMG))
    image = tf.cast(image, tf.float32) / 255.0
    return image, tf.cast(ex["image/class/label"], tf.int32)


def _augment(image, label):
    image = tf.image.random_flip_left_right(image)
    image = tf.image.random_brightness(image, 0.1)
    image = tf.image.random_contrast(image, 0.9, 1.1)
    image = tf.clip_by_value(image, 0.0, 1.0)
    return image, label


def load_split(pattern, batch_size, training):
    files = tf.data.Dataset.list_files(pattern, shuffle=training)
    ds = files.interleave(tf.data.TFRecordDataset, cycle_length=8, num_parallel_calls=AUTOTUNE,
                          deterministic=not training)
    ds = ds.map(_parse, num_parallel_calls=AUTOTUNE)
    if training:
        ds = ds.shuffle(4096)
        ds = ds.map(_augment, num_parallel_calls=AUTOTUNE)
    ds = ds.batch(batch_size, drop_remainder=training)
    return ds.prefetch(AUTOTUNE)


def conv_bn(x, filters, kernel, stride=1, activate=True):
    x = tf.keras.layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False,
                               kernel_initializer="he_normal")(x)
    x = tf.keras.layers.BatchNormalization()(x)
    if activate:
        x = tf.keras.layers.ReLU()(x)
    return x


def residual_block(x, filters, stride=1):
    shortcut = x
    y = conv_bn(x, filters, 3, stride)
    y = conv_bn(y, filters, 3, activate=False)
    if stride != 1 or shortcut.shape[-1] != filters:
        shortcut = conv_bn(shortcut, filters, 1, stride, activate=False)
    return tf.keras.layers.ReLU()(tf.keras.layers.Add()([y, shortcut]))


def resnet(depths=(2, 2, 2, 2), widths=(64, 128, 256, 512)):
    inputs = tf.keras.Input((IMG, IMG, 3))
    x = conv_bn(inputs, 64, 7, stride=2)
    x = tf.keras.layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for stage, (depth, width) in enumerate(zip(depths, widths)):
        for block in range(depth):
            stride = 2 if stage > 0 and block == 0 else 1
            x = residual_block(x, width, stride)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    logits = tf.keras.layers.Dense(NUM_CLASSES)(x)
    return tf.keras.Model(inputs, logits)


class WarmUpCosine(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, base_lr, total_steps, warmup_steps):
        super().__init__()
        self.base_lr = base_lr
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = tf.cast(step, tf.float32)
        warm = self.base_lr * step / self.warmup_steps
        progress = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        cos = 0.5 * self.base_lr * (1.0 + tf.cos(3.14159265 * tf.clip_by_value(progress, 0.0, 1.0)))
        return tf.where(step < self.warmup_steps, warm, cos)

    def get_config(self):
        return {"base_lr": self.base_lr, "total_steps": self.total_steps, "warmup_steps": self.warmup_steps}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--model-dir", default="runs/resnet")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=90)
    parser.add_argument("--train-images", type=int, default=48000)
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()

    train = load_split(os.path.join(args.data_dir, "train-*"), args.batch_size, True)
    val = load_split(os.path.join(args.data_dir, "validation-*"), args.batch_size, False)

    steps = args.train_images // args.batch_size
    schedule = WarmUpCosine(args.lr, args.epochs * steps, 5 * steps)
    model = resnet()
    model.compile(
        optimizer=tf.keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True, weight_decay=1e-4),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy", tf.keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5")],
    )
    model.fit(
        train,
        validation_data=val,
        epochs=args.epochs,
        callbacks=[
            tf.keras.callbacks.BackupAndRestore(os.path.join(args.model_dir, "backup")),
            tf.keras.callbacks.ModelCheckpoint(os.path.join(args.model_dir, "best.keras"),
                                               monitor="val_accuracy", mode="max", save_best_only=True),
            tf.keras.callbacks.TensorBoard(args.model_dir),
        ],
    )


if __name__ == "__main__":
    main()
