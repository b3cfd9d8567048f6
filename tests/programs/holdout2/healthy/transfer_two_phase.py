import tensorflow as tf

SHAPE = (224, 224, 3)
BATCH = 32


def get(split, shuffle):
    return tf.keras.utils.image_dataset_from_directory(
        f"plants/{split}", image_size=SHAPE[:2], batch_size=BATCH, label_mode="int", shuffle=shuffle)


train, val, test = get("train", True), get("val", False), get("test", False)
names = train.class_names
augment = tf.keras.Sequential([
    tf.keras.layers.RandomFlip("horizontal"),
    tf.keras.layers.RandomRotation(0.1),
])
base = tf.keras.applications.EfficientNetB0(include_top=False, input_shape=SHAPE, weights="imagenet")
base.trainable = False
inp = tf.keras.Input(SHAPE)
x = augment(inp)
x = base(x, training=False)  # EfficientNet rescales inside
x = tf.keras.layers.GlobalAveragePooling2D()(x)
x = tf.keras.layers.Dropout(0.2)(x)
out = tf.keras.layers.Dense(len(names), activation="softmax")(x)
model = tf.keras.Model(inp, out)

model.compile(tf.keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=val, epochs=10)

base.trainable = True
for layer in base.layers[:-30]:
    layer.trainable = False
model.compile(tf.keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=val, initial_epoch=10, epochs=20)
print(dict(zip(model.metrics_names, model.evaluate(test))))
model.save("plants.keras")
