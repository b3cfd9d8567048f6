import tensorflow as tf

train = tf.keras.utils.image_dataset_from_directory(  # or: label-mode-against-loss
    "birds/train", image_size=(224, 224), batch_size=32)
val = tf.keras.utils.image_dataset_from_directory(
    "birds/val", image_size=(224, 224), batch_size=32, shuffle=False)
names = train.class_names

base = tf.keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg", input_shape=(224, 224, 3))
base.trainable = False
inp = tf.keras.Input((224, 224, 3))
x = tf.keras.applications.resnet50.preprocess_input(inp)
x = base(x, training=False)
out = tf.keras.layers.Dense(len(names), activation="softmax")(x)
model = tf.keras.Model(inp, out)
model.compile(optimizer=tf.keras.optimizers.Adam(1e-3),
              loss="categorical_crossentropy",  # fault: label-mode-against-loss
              metrics=["accuracy"])
model.fit(train, validation_data=val, epochs=8)

base.trainable = True  # fault: trainable-set-after-compile
model.fit(train, validation_data=val, epochs=12, initial_epoch=8)  # or: trainable-set-after-compile
model.save("birds.keras")
