import numpy as np
from keras.layers import Dense, Dropout, Input
from keras.models import Sequential
from keras.utils import to_categorical
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

bc = load_breast_cancer()
x = bc["data"]
y = bc["target"]

x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, shuffle=True, stratify=y)
scaler = MinMaxScaler()
scaler.fit(x_train)
x_train = scaler.transform(x_train)
x_test = scaler.transform(x_test)

y_train_cat = to_categorical(y_train)   # benign / malignant -> [0 1] / [1 0]
y_test_cat = to_categorical(y_test)

net = Sequential([
    Input(shape=(30,)),
    Dense(20, activation='relu'),
    Dropout(.2),
    Dense(10, activation='relu'),
    Dense(2, activation='softmax'),
])
net.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['categorical_accuracy'])
net.fit(x_train, y_train_cat, epochs=50, batch_size=16, validation_data=(x_test, y_test_cat), verbose=0)

pred = np.argmax(net.predict(x_test), axis=1)
print(classification_report(y_test, pred, target_names=bc['target_names']))
