# Breast cancer: malignant or benign
import sys
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Dropout, Input
from keras.utils import set_random_seed
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
set_random_seed(seed)

data = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.25, random_state=seed)

sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

classifier = Sequential()
classifier.add(Input(shape=(30,)))
classifier.add(Dense(16, activation='relu'))
classifier.add(Dropout(0.1))
classifier.add(Dense(16, activation='relu'))
classifier.add(Dense(1, activation='softmax'))  # fault: softmax-on-one-unit

classifier.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
classifier.fit(X_train, y_train, batch_size=10, epochs=15, validation_data=(X_test, y_test), verbose=2)

y_pred = (classifier.predict(X_test, verbose=0) > 0.5).astype(int).ravel()
print('Accuracy:', np.mean(y_pred == y_test))
