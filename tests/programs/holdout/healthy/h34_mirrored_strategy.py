import os

import tensorflow as tf

strategy = tf.distribute.MirroredStrategy()
PER_REPLICA = 64
GLOBAL = PER_REPLICA * strategy.num_replicas_in_sync
print("replicas:", strategy.num_replicas_in_sync)


def preprocess(image, label):
    return tf.cast(image, tf.float32) / 255.0, label


(x, y), (xt, yt) = tf.keras.datasets.cifar10.load_data()
opts = tf.data.Options()
opts.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
train = (tf.data.Dataset.from_tensor_slices((x[:45000], y[:45000])).map(preprocess, tf.data.AUTOTUNE).cache()
         .shuffle(45000).batch(GLOBAL, drop_remainder=True).prefetch(tf.data.AUTOTUNE).with_options(opts))
val = (tf.data.Dataset.from_tensor_slices((x[45000:], y[45000:])).map(preprocess).batch(GLOBAL).with_options(opts))
test = tf.data.Dataset.from_tensor_slices((xt, yt)).map(preprocess).batch(GLOBAL).with_options(opts)


def decay(epoch):
    if epoch < 3:
        return 1e-3
    elif epoch < 7:
        return 1e-4
    return 1e-5


class PrintLR(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(f"\nLearning rate for epoch {epoch + 1} is {float(self.model.optimizer.learning_rate.numpy())}")


with strategy.scope():
    model = tf.keras.Sequential([
        tf.keras.layers.Input((32, 32, 3)),
        tf.keras.layers.Conv2D(32, 3, activation="relu"),
        tf.keras.layers.MaxPooling2D(),
        tf.keras.layers.Conv2D(64, 3, activation="relu"),
        tf.keras.layers.MaxPooling2D(),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(10),
    ])
    model.compile(loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  optimizer=tf.keras.optimizers.Adam(), metrics=["accuracy"])

ckpt_dir = "./training_checkpoints"
callbacks = [
    tf.keras.callbacks.TensorBoard(log_dir="./logs"),
    tf.keras.callbacks.ModelCheckpoint(filepath=os.path.join(ckpt_dir, "ckpt_{epoch}.weights.h5"), save_weights_only=True),
    tf.keras.callbacks.LearningRateScheduler(decay),
    PrintLR(),
]
model.fit(train, epochs=12, callbacks=callbacks, validation_data=val)
print(model.evaluate(test))
model.export("exported/1")
