import math
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import callbacks, layers, models


class BestPrinter(callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.best = math.inf

    def on_epoch_end(self, epoch, logs=None):
        v = (logs or {}).get("val_loss", math.inf)
        if v < self.best:
            self.best = v
            print(f"\nnew best {v:.4f} at {epoch}")


def step_decay(epoch, lr):
    return lr * 0.5 if epoch and epoch % 10 == 0 else lr


(x, y), (xt, yt) = tf.keras.datasets.cifar10.load_data()
mean, std = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))
x = (x - mean) / std
xt = (xt - mean) / std
y, yt = tf.keras.utils.to_categorical(y, 10), tf.keras.utils.to_categorical(yt, 10)

model = models.Sequential([layers.Input((32, 32, 3))])
for f, d in [(32, 0.2), (64, 0.3), (128, 0.4)]:
    for _ in range(2):
        model.add(layers.Conv2D(f, (3, 3), padding="same", activation="elu"))
        model.add(layers.BatchNormalization())
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Dropout(d))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile(loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
              optimizer=tf.keras.optimizers.Adam(learning_rate=1e-3), metrics=["accuracy"])
model.fit(x, y, batch_size=64, epochs=50, validation_data=(xt, yt),
          callbacks=[BestPrinter(), callbacks.LearningRateScheduler(step_decay), callbacks.TensorBoard("logs")])
K.clear_session()
