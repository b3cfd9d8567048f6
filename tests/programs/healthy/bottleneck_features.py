# Bottleneck features: predict with the pretrained net once, then train a small model on the saved arrays.
from tensorflow.keras.applications.inception_v3 import InceptionV3, preprocess_input
from tensorflow.keras.layers import Dense, Dropout, Flatten, Input
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.utils import to_categorical
import numpy as np

img_width, img_height = 96, 96
epochs = 50
batch_size = 16
top_model_path = 'bottleneck_top.h5'


def save_bottleneck_features():
    datagen = ImageDataGenerator(preprocessing_function=preprocess_input)
    net = InceptionV3(include_top=False, weights='imagenet', input_shape=(img_height, img_width, 3))
    for part in ('train', 'validation'):
        generator = datagen.flow_from_directory(
            'dogs/' + part,
            target_size=(img_width, img_height),
            batch_size=batch_size,
            class_mode=None,
            shuffle=False)  # keep the order of the files, so that it matches generator.classes
        np.savez('features_%s.npz' % part, x=net.predict(generator), y=generator.classes)


def train_top_model():
    train, val = np.load('features_train.npz'), np.load('features_validation.npz')
    n = len(np.unique(train['y']))
    y_train, y_val = to_categorical(train['y'], n), to_categorical(val['y'], n)

    model = Sequential()
    model.add(Input(shape=train['x'].shape[1:]))
    model.add(Flatten())
    model.add(Dense(256, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(n, activation='softmax'))
    model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
    model.fit(train['x'], y_train, epochs=epochs, batch_size=batch_size, validation_data=(val['x'], y_val))
    model.save(top_model_path)


save_bottleneck_features()
train_top_model()
top = load_model(top_model_path)
print(top.predict(np.load('features_validation.npz')['x'])[:3])
