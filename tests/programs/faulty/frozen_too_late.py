"""Fine-tuning with the freeze after compile, as seen in many notebooks."""
import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.applications import ResNet50
from tensorflow.keras.applications.resnet50 import preprocess_input
from tensorflow.keras.layers import Dense, Dropout, GlobalAveragePooling2D
from tensorflow.keras.preprocessing.image import ImageDataGenerator

train_gen = ImageDataGenerator(preprocessing_function=preprocess_input, horizontal_flip=True)
val_gen = ImageDataGenerator(preprocessing_function=preprocess_input)
train = train_gen.flow_from_directory("xray/train", target_size=(224, 224), batch_size=16, class_mode="categorical")
val = val_gen.flow_from_directory("xray/val", target_size=(224, 224), batch_size=16, class_mode="categorical")

base_model = ResNet50(weights="imagenet", include_top=False)
base_model.trainable = False
x = base_model.output
x = GlobalAveragePooling2D()(x)
x = Dense(1024, activation="relu")(x)
predictions = Dense(3, activation="softmax")(x)
predictions = Dropout(0.3)(predictions)  # fault: dropout-after-output
model = Model(inputs=base_model.input, outputs=predictions)

model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=5, validation_data=val)

for layer in base_model.layers[-20:]:
    layer.trainable = True  # fault: trainable-set-after-compile

model.fit(
    train,
    epochs=10,
    validation_data=val,
    callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_acc", mode="max", patience=3, restore_best_weights=True)],  # fault: monitor-not-logged
)
