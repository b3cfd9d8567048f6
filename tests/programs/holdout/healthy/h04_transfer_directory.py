import tensorflow as tf

DATA = "data/plants"
SIZE = (224, 224)
BATCH = 32
SEED = 1337

train_ds = tf.keras.utils.image_dataset_from_directory(
    DATA, validation_split=0.2, subset="training", seed=SEED, image_size=SIZE, batch_size=BATCH,
    label_mode="categorical")
val_ds = tf.keras.utils.image_dataset_from_directory(
    DATA, validation_split=0.2, subset="validation", seed=SEED, image_size=SIZE, batch_size=BATCH,
    label_mode="categorical")
class_names = train_ds.class_names

train_ds = train_ds.prefetch(tf.data.AUTOTUNE)
val_ds = val_ds.prefetch(tf.data.AUTOTUNE)

augment = tf.keras.Sequential([
    tf.keras.layers.RandomFlip("horizontal"),
    tf.keras.layers.RandomRotation(0.08),
    tf.keras.layers.RandomZoom(0.1),
], name="augment")

base = tf.keras.applications.MobileNetV2(input_shape=SIZE + (3,), include_top=False, weights="imagenet")
base.trainable = False

inputs = tf.keras.Input(shape=SIZE + (3,))
x = augment(inputs)
x = tf.keras.applications.mobilenet_v2.preprocess_input(x)
x = base(x, training=False)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
x = tf.keras.layers.Dropout(0.2)(x)
outputs = tf.keras.layers.Dense(len(class_names), activation="softmax")(x)
model = tf.keras.Model(inputs, outputs)

model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=10)

# second phase: the top of the backbone
base.trainable = True
for layer in base.layers[:100]:
    layer.trainable = False

model.compile(optimizer=tf.keras.optimizers.RMSprop(1e-5), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=20, initial_epoch=10)
model.save("plants.keras")
