"""A custom training loop with two output heads: digit class and whether the digit is even."""
import keras
import tensorflow as tf

BATCH_SIZE = 128
EPOCHS = 6


class TwoHeads(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.conv1 = tf.keras.layers.Conv2D(32, 3, activation="relu")
        self.pool = tf.keras.layers.MaxPooling2D()
        self.conv2 = tf.keras.layers.Conv2D(64, 3, activation="relu")
        self.flatten = tf.keras.layers.Flatten()
        self.dropout = tf.keras.layers.Dropout(0.3)
        self.digit = tf.keras.layers.Dense(10)
        self.even = tf.keras.layers.Dense(1)

    def call(self, images, training=False):
        x = self.pool(self.conv1(images))
        x = self.pool(self.conv2(x))
        x = self.dropout(self.flatten(x), training=training)
        return self.digit(x), self.even(x)


def pipeline(images, labels, training):
    images = images[..., tf.newaxis].astype("float32") / 255.0
    labels = labels.astype("int32")
    even = (labels % 2 == 0).astype("float32").reshape(-1, 1)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels, even))
    if training:
        dataset = dataset.shuffle(10_000)
    return dataset.batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)


(train_x, train_y), (test_x, test_y) = tf.keras.datasets.mnist.load_data()
train_ds = pipeline(train_x, train_y, training=True)
test_ds = pipeline(test_x, test_y, training=False)

model = TwoHeads()
optimizer = tf.keras.optimizers.Adam(1e-3)
digit_loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
even_loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
train_loss = tf.keras.metrics.Mean()
test_accuracy = tf.keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(images, digits, even):
    with tf.GradientTape() as tape:
        digit_logits, even_logits = model(images, training=True)
        loss = digit_loss(digits, digit_logits) + 0.3 * even_loss(even, even_logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    train_loss.update_state(loss)


@tf.function
def test_step(images, digits):
    digit_logits, _ = model(images, training=False)
    test_accuracy.update_state(digits, digit_logits)


for epoch in range(EPOCHS):
    train_loss.reset_state()
    test_accuracy.reset_state()
    for images, digits, even in train_ds:
        train_step(images, digits, even)
    for images, digits, even in test_ds:
        test_step(images, digits)
    print(f"epoch {epoch + 1}: loss {train_loss.result():.4f}, test accuracy {test_accuracy.result():.4f}")

model.save_weights("two_heads.weights.h5")
print("saved with Keras", keras.__version__)
