from keras import Sequential
from keras import optimizers
from keras.layers import Activation, BatchNormalization, Dense, Dropout, Input
from keras.utils import to_categorical
from sklearn import datasets
from sklearn.model_selection import train_test_split

EPOCHS = 16
BATCH_SIZE = 64

digits = datasets.load_digits()
X = digits.data / 16.0
Y = to_categorical(digits.target, 10)
X_tr, X_te, Y_tr, Y_te = train_test_split(X, Y, test_size=0.25, random_state=0, stratify=digits.target)

steps = EPOCHS * (len(X_tr) // BATCH_SIZE)
schedule = optimizers.schedules.CosineDecay(0.1, decay_steps=steps, alpha=0.05)

mlp = Sequential()
mlp.add(Input((64,)))
mlp.add(Dense(64, use_bias=False, kernel_initializer="he_uniform"))
mlp.add(BatchNormalization())
mlp.add(Activation("relu"))
mlp.add(Dropout(0.25))
mlp.add(Dense(32, use_bias=False, kernel_initializer="he_uniform"))
mlp.add(BatchNormalization())
mlp.add(Activation("relu"))
mlp.add(Dense(10, "softmax"))

mlp.compile(optimizers.SGD(schedule, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
mlp.fit(X_tr, Y_tr, BATCH_SIZE, EPOCHS, verbose=0)

print("accuracy on unseen digits: %.3f" % mlp.evaluate(X_te, Y_te, verbose=0)[1])
