"""Style transfer of an old paper: module paths of Keras 2.2, a constant Embedding length, probabilities wanted."""
import numpy as np
import keras
from keras.layers.advanced_activations import PReLU  # fault: removed-import
from keras.layers import Dense, Embedding, GlobalAveragePooling1D, Input
from keras.models import Model

MAXLEN, NUM_WORDS = 80, 5000

(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=NUM_WORDS)
x_train = keras.utils.pad_sequences(x_train, maxlen=MAXLEN)
x_test = keras.utils.pad_sequences(x_test, maxlen=MAXLEN)

review = Input((MAXLEN,), dtype="int32")
h = Embedding(NUM_WORDS, 32, input_length=MAXLEN)(review)  # fault: renamed-argument
h = GlobalAveragePooling1D()(h)
h = Dense(32)(h)
h = PReLU()(h)
p = Dense(1, activation="sigmoid")(h)

model = Model(inputs=review, outputs=p)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=64, validation_split=0.2)
proba = model.predict_proba(x_test)  # fault: removed-method
print(np.mean((proba.ravel() > 0.5) == y_test))
