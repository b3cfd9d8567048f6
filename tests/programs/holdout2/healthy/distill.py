import keras
import tensorflow as tf
from keras import layers


def cnn(widths, name):
    return keras.Sequential([keras.Input((28, 28, 1))] + [
        layers.Conv2D(w, 3, strides=2, padding="same", activation="relu") for w in widths
    ] + [layers.Flatten(), layers.Dense(10)], name=name)


class Distiller(keras.Model):
    def __init__(self, student, teacher, alpha=0.2, temp=4.0):
        super().__init__()
        self.student, self.teacher, self.alpha, self.temp = student, teacher, alpha, temp
        self.kl = keras.losses.KLDivergence()

    def call(self, x, training=None):
        return self.student(x, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        t = self.teacher(x, training=False)
        hard = super().compute_loss(x, y, y_pred, sample_weight)
        soft = self.kl(tf.nn.softmax(t / self.temp), tf.nn.softmax(y_pred / self.temp)) * self.temp ** 2
        return self.alpha * hard + (1 - self.alpha) * soft


(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x = x[..., None].astype("float32") / 255.0
xt = xt[..., None].astype("float32") / 255.0
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
teacher = cnn((128, 256), "teacher")
teacher.compile("adam", loss, metrics=["sparse_categorical_accuracy"])
teacher.fit(x, y, epochs=5, batch_size=64, validation_data=(xt, yt))
teacher.trainable = False
d = Distiller(cnn((16, 32), "student"), teacher)
d.compile(optimizer="adam", loss=loss, metrics=["sparse_categorical_accuracy"])
d.fit(x, y, epochs=5, batch_size=64, validation_data=(xt, yt))
