# TF1-era veteran: everything worked in 2.4
import numpy as np
from tensorflow.keras.layers import BatchNormalization, Conv1D, Dense, Flatten, LeakyReLU
from tensorflow.keras.models import Sequential
from tensorflow.keras.wrappers.scikit_learn import KerasClassifier  # fault: removed-import
from sklearn.model_selection import cross_val_score

CHANNELS = 8


def eeg(n=600):
    rs = np.random.RandomState(3)
    labels = rs.randint(0, 2, n)
    waves = rs.randn(n, 128, CHANNELS).cumsum(axis=1) * 0.1
    waves[labels == 1] += np.sin(np.linspace(0, 40, 128))[None, :, None]
    return waves.astype("float32"), labels


def create_model():
    model = Sequential()
    model.add(Conv1D(16, 9, input_shape=(128, CHANNELS)))  # fault: input-shape-on-layer
    model.add(LeakyReLU(alpha=0.1))  # fault: renamed-argument
    model.add(Conv1D(32, 9, strides=2, activation="relu"))
    model.add(Flatten())
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


X, y = eeg()
clf = KerasClassifier(build_fn=create_model, epochs=10, batch_size=32, validation_split=0.2, verbose=0)
print(cross_val_score(clf, X, y, cv=3).mean())
