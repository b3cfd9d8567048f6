import sys
import numpy as np
import tensorflow as tf

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)

# reviews are described by 12 numeric features, the rating has 1..5 stars
NUM_STARS = 5
n = 2000
X = np.random.randn(n, 12).astype(np.float32)
latent = X[:, 0] + 0.7 * X[:, 1] - 0.5 * X[:, 2] + 0.05 * np.random.randn(n)
edges = np.quantile(latent, [0.2, 0.4, 0.6, 0.8])
stars = np.digitize(latent, edges) + 1

Y = tf.one_hot(stars, NUM_STARS).numpy()  # fault: label-offset

train_x, val_x = X[:1600], X[1600:]
train_y, val_y = Y[:1600], Y[1600:]

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Input(shape=(12,)))
model.add(tf.keras.layers.Dense(64, activation='relu'))
model.add(tf.keras.layers.Dense(32, activation='relu'))
model.add(tf.keras.layers.Dense(NUM_STARS, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
h = model.fit(train_x, train_y, validation_data=(val_x, val_y), epochs=25, batch_size=32, verbose=2)
print('validation accuracy:', h.history['val_accuracy'][-1])
