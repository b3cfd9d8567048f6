import keras
import tensorflow as tf
from keras import layers

ds_train = keras.utils.image_dataset_from_directory("cells/train", image_size=(96, 96), label_mode="binary")
ds_val = keras.utils.image_dataset_from_directory("cells/val", image_size=(96, 96), label_mode="binary")


class CellNet(keras.Model):
    def __init__(self, widths=(16, 32, 64)):
        super().__init__()
        self.scale = layers.Rescaling(1.0 / 255)
        self.convs = [layers.Conv2D(w, 3, strides=2, padding="same", activation="relu") for w in widths]
        self.pool = layers.GlobalAveragePooling2D()
        self.dropout = layers.Dropout(0.5)
        self.out = layers.Dense(1, activation="softmax")  # fault: softmax-on-one-unit

    def call(self, inputs):  # fault: training-argument-missing
        x = self.scale(inputs)
        for conv in self.convs:
            x = conv(x)
        return self.out(self.dropout(self.pool(x)))


model = CellNet()
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(ds_train.prefetch(tf.data.AUTOTUNE), validation_data=ds_val, epochs=20)
model.save_weights("cells.h5")  # fault: checkpoint-suffix
