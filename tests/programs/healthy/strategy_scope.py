"""MirroredStrategy: model and compile in the scope, global batch size from the number of replicas."""
import logging
import os

import tensorflow as tf

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
log = logging.getLogger("train")

PER_REPLICA = int(os.environ.get("PER_REPLICA_BATCH", "64"))
EPOCHS = 12
LOGS = os.environ.get("LOG_DIR", "tb_logs")


def scale(image, label):
    image = tf.cast(image, tf.float32)
    image /= 255
    return image[..., tf.newaxis], label


def make_datasets(global_batch):
    (x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()
    opts = tf.data.Options()
    opts.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    train = tf.data.Dataset.from_tensor_slices((x, y)).map(scale).cache().shuffle(10000).batch(global_batch)
    evaluation = tf.data.Dataset.from_tensor_slices((xt, yt)).map(scale).batch(global_batch)
    return train.with_options(opts), evaluation.with_options(opts)


def decay(epoch):
    if epoch < 3:
        return 1e-3
    if 3 <= epoch < 7:
        return 1e-4
    return 1e-5


class PrintLR(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        log.info("epoch %d: learning rate %g", epoch + 1, tf.keras.backend.get_value(self.model.optimizer.learning_rate))


strategy = tf.distribute.MirroredStrategy()
log.info("devices: %d", strategy.num_replicas_in_sync)
train_dataset, eval_dataset = make_datasets(PER_REPLICA * strategy.num_replicas_in_sync)

with strategy.scope():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            tf.keras.layers.Conv2D(32, 3, activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation="relu"),
            tf.keras.layers.Dense(10),
        ]
    )
    model.compile(
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=tf.keras.optimizers.Adam(),
        metrics=["accuracy"],
    )

callbacks = [
    tf.keras.callbacks.BackupAndRestore(os.path.join(LOGS, "backup")),
    tf.keras.callbacks.LearningRateScheduler(decay),
    PrintLR(),
]
model.fit(train_dataset, epochs=EPOCHS, validation_data=eval_dataset, callbacks=callbacks)
log.info("eval %s", model.evaluate(eval_dataset, return_dict=True))
