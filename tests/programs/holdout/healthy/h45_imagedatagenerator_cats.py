from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras import layers, models, optimizers, callbacks

train_dir, val_dir, test_dir = "cats_dogs/train", "cats_dogs/validation", "cats_dogs/test"

train_datagen = ImageDataGenerator(rescale=1. / 255, rotation_range=40, width_shift_range=0.2,
                                   height_shift_range=0.2, shear_range=0.2, zoom_range=0.2, horizontal_flip=True)
test_datagen = ImageDataGenerator(rescale=1. / 255)

train_generator = train_datagen.flow_from_directory(train_dir, target_size=(150, 150), batch_size=32, class_mode='binary')
validation_generator = test_datagen.flow_from_directory(val_dir, target_size=(150, 150), batch_size=32, class_mode='binary')
test_generator = test_datagen.flow_from_directory(test_dir, target_size=(150, 150), batch_size=32, class_mode='binary',
                                                  shuffle=False)

model = models.Sequential()
model.add(layers.Input((150, 150, 3)))
for filters in (32, 64, 128, 128):
    model.add(layers.Conv2D(filters, (3, 3), activation='relu'))
    model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dropout(0.5))
model.add(layers.Dense(512, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))

model.compile(loss='binary_crossentropy', optimizer=optimizers.RMSprop(learning_rate=1e-4), metrics=['acc'])
history = model.fit(train_generator, epochs=100, validation_data=validation_generator,
                    callbacks=[callbacks.ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=5)])
model.save('cats_and_dogs_small_2.keras')

prob = model.predict(test_generator).ravel()
pred = (prob > 0.5).astype(int)
print('test accuracy', (pred == test_generator.classes).mean())
