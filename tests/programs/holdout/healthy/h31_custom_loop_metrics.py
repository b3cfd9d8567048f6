import keras
import numpy as np
import tensorflow as tf

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data(label_mode="coarse")
x_train = x_train.astype(np.float32) / 255.0
x_test = x_test.astype(np.float32) / 255.0
y_train, y_test = y_train.squeeze(), y_test.squeeze()
x_val, y_val = x_train[-5000:], y_train[-5000:]
x_train, y_train = x_train[:-5000], y_train[:-5000]

train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(45000).batch(128)
val_ds = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(256)


class SmallNet(keras.Model):
    def __init__(self, n_classes):
        super().__init__()
        self.blocks = []
        for f in (32, 64, 128):
            self.blocks.append(keras.layers.Conv2D(f, 3, padding="same", use_bias=False))
            self.blocks.append(keras.layers.BatchNormalization())
            self.blocks.append(keras.layers.ReLU())
            self.blocks.append(keras.layers.MaxPooling2D())
        self.pool = keras.layers.GlobalAveragePooling2D()
        self.drop = keras.layers.Dropout(0.4)
        self.out = keras.layers.Dense(n_classes)

    def call(self, x, training=False):
        for b in self.blocks:
            x = b(x, training=training) if isinstance(b, keras.layers.BatchNormalization) else b(x)
        return self.out(self.drop(self.pool(x), training=training))


model = SmallNet(20)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
train_acc = keras.metrics.SparseCategoricalAccuracy()
val_acc = keras.metrics.SparseCategoricalAccuracy()
train_loss = keras.metrics.Mean()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_fn(y, logits)
    grads = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_acc.update_state(y, logits)
    train_loss.update_state(loss)


@tf.function
def test_step(x, y):
    val_acc.update_state(y, model(x, training=False))


best, wait = 0.0, 0
for epoch in range(60):
    for x, y in train_ds:
        train_step(x, y)
    for x, y in val_ds:
        test_step(x, y)
    va = float(val_acc.result())
    print(f"{epoch:3d} loss {float(train_loss.result()):.4f} acc {float(train_acc.result()):.4f} val {va:.4f}")
    train_acc.reset_state()
    val_acc.reset_state()
    train_loss.reset_state()
    if va > best:
        best, wait = va, 0
        model.save_weights("best.weights.h5")
    else:
        wait += 1
        if wait >= 8:
            break
model.load_weights("best.weights.h5")
