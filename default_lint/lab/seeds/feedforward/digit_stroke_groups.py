import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense, Dropout, Rescaling

tf.keras.utils.set_random_seed(11)

# closed loops / straight strokes / open curves
GROUP_OF_DIGIT = tf.constant([0, 1, 2, 2, 1, 2, 0, 1, 0, 0])

images, digits = load_digits(return_X_y=True)
images = images.astype("float32")
groups = tf.gather(GROUP_OF_DIGIT, digits).numpy()

train_images, test_images, train_groups, test_groups = train_test_split(
    images, groups, test_size=450, stratify=digits, random_state=3
)

train_ds = (
    tf.data.Dataset.from_tensor_slices((train_images, train_groups))
    .cache()
    .shuffle(len(train_images))
    .batch(48)
    .prefetch(tf.data.AUTOTUNE)
)
test_ds = tf.data.Dataset.from_tensor_slices((test_images, test_groups)).batch(150)

pixels = Input((64,), name="pixels")
h = Rescaling(1 / 16)(pixels)
h = Dense(48, "relu")(h)
h = Dropout(0.15)(h)
h = Dense(32, "relu")(h)
scores = Dense(3, name="scores")(h)

net = Model(pixels, scores)
net.compile(
    "adam",
    tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
net.fit(train_ds, epochs=18, verbose=0)

print("test accuracy", round(net.evaluate(test_ds, verbose=0)[1], 4))
