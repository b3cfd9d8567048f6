from tensorflow.keras.applications.vgg16 import VGG16, preprocess_input
from tensorflow.keras.layers import Dense, Dropout, Flatten
from tensorflow.keras.models import Model
from tensorflow.keras.preprocessing.image import ImageDataGenerator

train_dir, val_dir = "chest/train", "chest/val"
tr_gen = ImageDataGenerator(preprocessing_function=preprocess_input, zoom_range=0.2, horizontal_flip=True)
va_gen = ImageDataGenerator(preprocessing_function=preprocess_input)
tr = tr_gen.flow_from_directory(train_dir, target_size=(224, 224), batch_size=16, class_mode="categorical")
va = va_gen.flow_from_directory(val_dir, target_size=(224, 224), batch_size=16, class_mode="categorical", shuffle=False)

vgg = VGG16(input_shape=(224, 224, 3), weights="imagenet", include_top=False)
for layer in vgg.layers:
    layer.trainable = False

x = Flatten()(vgg.output)
x = Dense(128, activation="relu")(x)
x = Dropout(0.5)(x)
prediction = Dense(2, activation="softmax")(x)
model = Model(inputs=vgg.input, outputs=prediction)
model.summary()
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
r = model.fit(tr, validation_data=va, epochs=12)
model.save("chest_vgg.h5")
print(max(r.history["val_accuracy"]))
