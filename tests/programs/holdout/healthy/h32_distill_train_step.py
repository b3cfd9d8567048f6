import keras
import tensorflow as tf
from keras import layers


class Distiller(keras.Model):
    def __init__(self, student, teacher, alpha=0.1, temperature=3.0):
        super().__init__()
        self.teacher = teacher
        self.student = student
        self.alpha = alpha
        self.temperature = temperature

    def compile(self, optimizer, metrics, student_loss_fn, distillation_loss_fn):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn = student_loss_fn
        self.distillation_loss_fn = distillation_loss_fn

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        teacher_pred = self.teacher(x, training=False)
        student_loss = self.student_loss_fn(y, y_pred)
        soft = self.distillation_loss_fn(
            tf.nn.softmax(teacher_pred / self.temperature, axis=1),
            tf.nn.softmax(y_pred / self.temperature, axis=1),
        ) * self.temperature ** 2
        return self.alpha * student_loss + (1 - self.alpha) * soft

    def call(self, x, training=None):
        return self.student(x, training=training)


def cnn(widths, name):
    model = keras.Sequential([keras.Input((28, 28, 1))], name=name)
    for w in widths:
        model.add(layers.Conv2D(w, 3, strides=2, padding="same"))
        model.add(layers.LeakyReLU(negative_slope=0.2))
        model.add(layers.MaxPooling2D(2, strides=1, padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 28, 28, 1).astype("float32") / 255
x_test = x_test.reshape(-1, 28, 28, 1).astype("float32") / 255

scce = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
teacher = cnn((256, 512), "teacher")
teacher.compile(keras.optimizers.Adam(), scce, metrics=[keras.metrics.SparseCategoricalAccuracy()])
teacher.fit(x_train, y_train, epochs=5, validation_split=0.1)
teacher.trainable = False

student = cnn((16, 32), "student")
scratch = keras.models.clone_model(student)
distiller = Distiller(student, teacher)
distiller.compile(keras.optimizers.Adam(), [keras.metrics.SparseCategoricalAccuracy()], scce, keras.losses.KLDivergence())
distiller.fit(x_train, y_train, epochs=5, validation_split=0.1)
distiller.evaluate(x_test, y_test)

scratch.compile(keras.optimizers.Adam(), scce, metrics=[keras.metrics.SparseCategoricalAccuracy()])
scratch.fit(x_train, y_train, epochs=5, validation_split=0.1)
scratch.evaluate(x_test, y_test)
