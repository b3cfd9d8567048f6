import numpy as np
import keras
from keras.layers import Dense, Dropout, Input

features = np.load("voice_features.npy").astype("float32")
genders = np.load("voice_gender.npy").astype("float32")
np.random.seed(1)
np.random.shuffle(features)  # fault: pairs-shuffled-apart
np.random.shuffle(genders)  # or: pairs-shuffled-apart

cut = int(0.8 * len(features))
mu, sd = features[:cut].mean(axis=0), features[:cut].std(axis=0)
features = (features - mu) / sd
x_train, x_test = features[:cut], features[cut:]
y_train, y_test = genders[:cut], genders[cut:]

model = keras.Sequential([
    Input((features.shape[1],)),
    Dense(128, activation="relu"),
    Dropout(0.3),
    Dense(64, activation="relu"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=25, batch_size=64, validation_split=0.1)
pred = model.predict(x_test).argmax(axis=-1)  # fault: argmax-of-one-unit
print("correct", np.sum(pred == y_test))
