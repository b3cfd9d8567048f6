import tensorflow as tf


class Classifier(tf.keras.Model):
    def __init__(self, classes, rate=0.3):
        super(Classifier, self).__init__()
        self.conv1 = tf.keras.layers.Conv2D(32, 3, activation="relu")
        self.pool = tf.keras.layers.MaxPool2D()
        self.conv2 = tf.keras.layers.Conv2D(64, 3, activation="relu")
        self.flat = tf.keras.layers.Flatten()
        self.drop = tf.keras.layers.Dropout(rate)
        self.fc = tf.keras.layers.Dense(classes)

    def call(self, x, training=False):
        x = self.pool(self.conv1(x))
        x = self.pool(self.conv2(x))
        return self.fc(self.drop(self.flat(x), training=training))


class Trainer:
    def __init__(self, model, lr=1e-3):
        self.model = model
        self.loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.opt = tf.keras.optimizers.Adam(lr)
        self.mean = tf.keras.metrics.Mean()
        self.acc = tf.keras.metrics.SparseCategoricalAccuracy()

    @tf.function
    def step(self, x, y):
        with tf.GradientTape() as tape:
            logits = self.model(x, training=True)
            loss = self.loss(y, logits)
        v = self.model.trainable_variables
        self.opt.apply_gradients(zip(tape.gradient(loss, v), v))
        self.mean.update_state(loss)

    def run(self, train, test, epochs):
        for e in range(epochs):
            self.mean.reset_state()
            self.acc.reset_state()
            for x, y in train:
                self.step(x, y)
            for x, y in test:
                self.acc.update_state(y, self.model(x, training=False))
            print(f"{e}: loss {self.mean.result():.4f} acc {self.acc.result():.4f}")


def prep(x, y):
    return tf.cast(x[..., tf.newaxis], tf.float32) / 255.0, y


tr, te = tf.keras.datasets.mnist.load_data()
train = tf.data.Dataset.from_tensor_slices(tr).map(prep).shuffle(10000).batch(64)
test = tf.data.Dataset.from_tensor_slices(te).map(prep).batch(256)
Trainer(Classifier(10)).run(train, test, 8)
