# iris, integer labels given to the one-hot loss
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
import tensorflow as tf

iris = load_iris()
X_train, X_test, y_train, y_test = train_test_split(iris.data, iris.target, test_size=0.3, random_state=1)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.fit_transform(X_test)  # fault: scaler-fitted-on-test

def make(hidden=10):
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.InputLayer(shape=(4,)))
    model.add(tf.keras.layers.Dense(hidden, activation='relu'))
    model.add(tf.keras.layers.Dense(3, activation='softmax'))
    model.compile(loss='categorical_crossentropy',  # fault: label-form-against-loss
                  optimizer=tf.keras.optimizers.Adam(0.01),
                  metrics=['accuracy'])
    return model

model = make()
model.fit(X_train, y_train, epochs=100, batch_size=16, validation_split=0.2, verbose=0)  # or: label-form-against-loss
print(model.evaluate(X_test, y_test))
