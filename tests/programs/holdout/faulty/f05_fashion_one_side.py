import tensorflow as tf

(train_x, train_y), (test_x, test_y) = tf.keras.datasets.fashion_mnist.load_data()  # or: one-side-scaled
train_x = train_x / 255.0  # fault: one-side-scaled

model = tf.keras.models.Sequential([
    tf.keras.Input((28, 28)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(256, activation="relu"),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(10),
])
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",  # fault: logits-without-from-logits
    metrics=["accuracy"],
)
model.summary()
model.fit(train_x, train_y, epochs=15, batch_size=64, validation_split=0.1)
loss, acc = model.evaluate(test_x, test_y)  # or: one-side-scaled
print(f"accuracy {acc:.3f}")
model.save("fashion.keras")
