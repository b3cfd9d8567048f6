import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Dropout, Input, LSTM
from keras.layers.advanced_activations import LeakyReLU  # fault: removed-import
from keras.utils import np_utils  # fault: removed-import
from sklearn.preprocessing import LabelEncoder

raw = np.load("moves.npz")
X, names = raw["x"].astype("float32"), raw["name"]
enc = LabelEncoder()
Y = np_utils.to_categorical(enc.fit_transform(names))
perm = np.random.RandomState(2).permutation(len(X))
X, Y = X[perm], Y[perm]

model = Sequential()
model.add(LSTM(64, input_shape=X.shape[1:]))  # fault: input-shape-on-layer
model.add(Dense(64))
model.add(LeakyReLU(alpha=0.1))  # fault: renamed-argument
model.add(Dropout(0.3))
model.add(Dense(Y.shape[1], activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X, Y, epochs=50, batch_size=32, validation_split=0.2)
