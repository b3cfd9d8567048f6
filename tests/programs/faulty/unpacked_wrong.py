from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from keras import Input
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import Adam

d = load_diabetes()
target = (d.target - d.target.mean()) / d.target.std()

# train / test
x_train, y_train, x_test, y_test = train_test_split(d.data, target, test_size=0.2, random_state=0)  # fault: split-order

def regressor(layers=(32, 16), lr=1e-9):  # fault: learning-rate-out-of-range
    m = Sequential([Input((10,))])
    for n in layers:
        m.add(Dense(n, activation='relu'))
    m.add(Dense(1))
    m.compile(loss='mse', optimizer=Adam(learning_rate=lr))  # or: learning-rate-out-of-range
    return m

m = regressor()
h = m.fit(x_train, y_train, epochs=200, batch_size=32, validation_data=(x_test, y_test), verbose=0)
print(h.history['val_loss'][-1])
