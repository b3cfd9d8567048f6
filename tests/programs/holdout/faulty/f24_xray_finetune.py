from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications import DenseNet121
from tensorflow.keras.applications.densenet import preprocess_input
from tensorflow.keras.preprocessing.image import ImageDataGenerator

gen = ImageDataGenerator(preprocessing_function=preprocess_input, horizontal_flip=True)
plain = ImageDataGenerator(preprocessing_function=preprocess_input)
train = gen.flow_from_directory("xray/train", target_size=(224, 224), batch_size=16)  # or: label-mode-against-loss
val = plain.flow_from_directory("xray/val", target_size=(224, 224), batch_size=16, shuffle=False)


def create(n_classes=3):
    base = DenseNet121(include_top=False, weights="imagenet", input_shape=(224, 224, 3))
    x = layers.GlobalAveragePooling2D()(base.output)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    return base, keras.Model(base.input, layers.Dense(n_classes, activation="softmax")(x))


base, model = create()
model.compile(optimizer=keras.optimizers.Adam(1e-4),
              loss="sparse_categorical_crossentropy",  # fault: label-mode-against-loss
              metrics=["accuracy"])
for layer in base.layers:
    layer.trainable = False  # fault: trainable-set-after-compile
model.fit(train, validation_data=val, epochs=10)
