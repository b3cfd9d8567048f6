"""Benign / malignant screening on the Wisconsin cell measurements."""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import tensorflow as tf
from tensorflow.keras import layers, regularizers

tf.keras.utils.set_random_seed(7)

L2 = 1e-3
BATCH = 32

cells, labels = load_breast_cancer(return_X_y=True)
# log of the skewed areas and concavities
cells = np.log1p(cells)

cells_rest, cells_test, labels_rest, labels_test = train_test_split(
    cells, labels, test_size=0.3, stratify=labels, random_state=3
)
cells_train, cells_val, labels_train, labels_val = train_test_split(
    cells_rest, labels_rest, test_size=0.15, stratify=labels_rest, random_state=3
)

scaler = StandardScaler().fit(cells_train)
cells_train = scaler.transform(cells_train)
cells_val = scaler.transform(cells_val)
cells_test = scaler.transform(cells_test)

model = tf.keras.Sequential(
    [
        layers.Input(shape=(cells_train.shape[1],)),
        layers.Dense(24, activation="relu", kernel_regularizer=regularizers.l2(L2)),
        layers.Dropout(0.2),
        layers.Dense(12, activation="relu", kernel_regularizer=regularizers.l2(L2)),
        layers.Dense(1),  # logits
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=0.004),
    loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.0, name="acc")],
)

# the malignant class (0) is rarer
malignant = np.mean(labels_train == 0)
model.fit(
    cells_train,
    labels_train,
    validation_data=(cells_val, labels_val),
    epochs=25,
    batch_size=BATCH,
    verbose=0,
    class_weight={0: 0.5 / malignant, 1: 0.5 / (1 - malignant)},
    callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)],
)

loss, acc = model.evaluate(cells_test, labels_test, verbose=0)
print(f"held out: loss {loss:.3f}, accuracy {acc:.3f}")
