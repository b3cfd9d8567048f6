import csv
import keras
import numpy as np
import tensorflow as tf
from keras import layers

SIZE = 224


def read_index(path):
    files, boxes, labels = [], [], []
    with open(path) as f:
        for row in csv.DictReader(f):
            w, h = float(row["width"]), float(row["height"])
            files.append(row["file"])
            boxes.append([float(row["xmin"]) / w, float(row["ymin"]) / h, float(row["xmax"]) / w, float(row["ymax"]) / h])
            labels.append(int(row["class"]))
    return files, np.array(boxes, "float32"), np.array(labels, "int32")


def load(file, box, label):
    img = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
    img = tf.image.resize(img, (SIZE, SIZE))
    return img, {"box": box, "label": label}


def pipeline(path, training):
    ds = tf.data.Dataset.from_tensor_slices(read_index(path))
    if training:
        ds = ds.shuffle(5000)
    return ds.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(32).prefetch(2)


def iou(y_true, y_pred):
    x1 = tf.maximum(y_true[:, 0], y_pred[:, 0])
    y1 = tf.maximum(y_true[:, 1], y_pred[:, 1])
    x2 = tf.minimum(y_true[:, 2], y_pred[:, 2])
    y2 = tf.minimum(y_true[:, 3], y_pred[:, 3])
    inter = tf.maximum(x2 - x1, 0.0) * tf.maximum(y2 - y1, 0.0)
    area_t = (y_true[:, 2] - y_true[:, 0]) * (y_true[:, 3] - y_true[:, 1])
    area_p = tf.maximum(y_pred[:, 2] - y_pred[:, 0], 0.0) * tf.maximum(y_pred[:, 3] - y_pred[:, 1], 0.0)
    return inter / (area_t + area_p - inter + 1e-7)


# EfficientNet has its own rescaling inside
backbone = keras.applications.EfficientNetB0(include_top=False, input_shape=(SIZE, SIZE, 3), pooling="avg")
backbone.trainable = False
inputs = keras.Input((SIZE, SIZE, 3))
features = backbone(inputs, training=False)
h = layers.Dense(256, activation="relu")(features)
# corners are fractions of the image, so a sigmoid keeps them in range
box = layers.Dense(4, activation="sigmoid", name="box")(h)
label = layers.Dense(5, activation="softmax", name="label")(layers.Dropout(0.3)(h))

model = keras.Model(inputs, {"box": box, "label": label})
model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss={"box": "mse", "label": "sparse_categorical_crossentropy"},
    loss_weights={"box": 5.0, "label": 1.0},
    metrics={"box": iou, "label": "accuracy"},
)
model.fit(pipeline("train.csv", True), validation_data=pipeline("val.csv", False), epochs=20)
