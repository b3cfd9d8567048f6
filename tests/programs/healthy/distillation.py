"""Teacher to student with a temperature; the student is scored with the Brier score afterwards."""
import keras
import numpy as np
from keras import layers, ops


class Distiller(keras.Model):
    def __init__(self, student, teacher, temperature=4.0, alpha=0.1):
        super().__init__()
        self.student, self.teacher = student, teacher
        self.temperature, self.alpha = temperature, alpha
        self.teacher.trainable = False
        self.kl = keras.losses.KLDivergence()

    def call(self, x, training=None):
        return self.student(x, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **kwargs):
        hard = super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
        t = self.temperature
        soft = self.kl(ops.softmax(self.teacher(x, training=False) / t), ops.softmax(y_pred / t)) * t**2
        return self.alpha * hard + (1 - self.alpha) * soft


def mlp(*widths):
    m = keras.Sequential([keras.Input((28, 28)), layers.Rescaling(1 / 255.0), layers.Flatten()])
    for w in widths:
        m.add(layers.Dense(w, activation="relu"))
    m.add(layers.Dense(10))
    return m


(x, y), (xt, yt) = keras.datasets.mnist.load_data()
ce = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

teacher = mlp(512, 512, 256)
teacher.compile("adam", ce, metrics=["sparse_categorical_accuracy"])
teacher.fit(x, y, epochs=5, batch_size=128, validation_split=0.1)

student = Distiller(mlp(32), teacher)
student.compile(keras.optimizers.Adam(1e-3), loss=ce, metrics=[keras.metrics.SparseCategoricalAccuracy()])
student.fit(x, y, epochs=5, batch_size=128, validation_split=0.1)

# A second student learns the probabilities directly with mse (a Brier score against soft labels).
soft_labels = ops.convert_to_numpy(ops.softmax(teacher.predict(x, verbose=0)))
mimic = keras.Sequential([mlp(32), layers.Softmax()])
mimic.compile("adam", loss="mse", metrics=["mae"])
mimic.fit(x, soft_labels, epochs=5, batch_size=128, validation_split=0.1)
print(np.mean(mimic.predict(xt, verbose=0).argmax(1) == yt))
