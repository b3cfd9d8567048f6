'''
Keras-2-era script on tf.keras. Everything here still exists.
'''
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import ModelCheckpoint, ReduceLROnPlateau, TensorBoard
from tensorflow.keras.datasets import cifar10
from tensorflow.keras.layers import (Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input,
                                     MaxPooling2D)
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.regularizers import l2
from tensorflow.keras.utils import to_categorical
from sklearn.model_selection import train_test_split

BATCH_SIZE = 64
NUM_CLASSES = 10
EPOCHS = 100

img_rows, img_cols = 32, 32
if K.image_data_format() == 'channels_first':
    input_shape = (3, img_rows, img_cols)
else:
    input_shape = (img_rows, img_cols, 3)

(x, y), (x_test, y_test) = cifar10.load_data()
x = x.astype('float32')
x_test = x_test.astype('float32')
x /= 255
x_test /= 255
y = to_categorical(y, NUM_CLASSES)
y_test = to_categorical(y_test, NUM_CLASSES)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.1, random_state=1)

model = Sequential()
model.add(Input(shape=input_shape))
for n, drop in ((32, 0.2), (64, 0.3), (128, 0.4)):
    model.add(Conv2D(n, (3, 3), padding='same', kernel_regularizer=l2(1e-4)))
    model.add(Activation('elu'))
    model.add(BatchNormalization())
    model.add(Conv2D(n, (3, 3), padding='same', kernel_regularizer=l2(1e-4)))
    model.add(Activation('elu'))
    model.add(BatchNormalization())
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(drop))
model.add(Flatten())
model.add(Dense(NUM_CLASSES, activation='softmax'))

model.compile(loss='categorical_crossentropy',
              optimizer=SGD(learning_rate=0.01, momentum=0.9),
              metrics=['accuracy'])
datagen = ImageDataGenerator(rotation_range=15, width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True)
datagen.fit(x_train)

model.fit(datagen.flow(x_train, y_train, batch_size=BATCH_SIZE),
          epochs=EPOCHS,
          validation_data=(x_val, y_val),
          callbacks=[ModelCheckpoint('cifar.h5', monitor='val_accuracy', save_best_only=True),
                     ReduceLROnPlateau(monitor='val_loss', factor=0.3, patience=5),
                     TensorBoard('logs')])

model = load_model('cifar.h5')
score = model.evaluate(x_test, y_test, verbose=0)
print('Test accuracy:', score[1])
