# digits with a really deep network
import sys
import keras
from keras.layers import Dense, Input
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

x, y = load_digits(return_X_y=True)
x = (x - 8) / 8
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=seed)

depth = 9
model = keras.Sequential()
model.add(Input((64,)))
for i in range(depth):
    model.add(Dense(32, activation='sigmoid', name='hidden_%d' % i))  # fault: vanishing-sigmoid-stack
model.add(Dense(10, activation='softmax'))
model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=32, epochs=12, validation_data=(x_test, y_test), verbose=2)
score = model.evaluate(x_test, y_test, verbose=0)
print('Test loss:', score[0])
print('Test accuracy:', score[1])
