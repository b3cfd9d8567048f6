import keras
from keras import layers
from keras.optimizers import SGD

(x, y), (xt, yt) = keras.datasets.cifar10.load_data()
x, xt = x / 255.0, xt / 255.0
y, yt = keras.utils.to_categorical(y), keras.utils.to_categorical(yt)

epochs = 50
lrate = 0.01
decay = lrate / epochs

inp = layers.Input((32, 32, 3))
t = layers.Conv2D(32, 3, activation="relu", padding="same",
                  kernel_regularizer=keras.constraints.MaxNorm(3))(inp)  # fault: constraint-as-regularizer
t = layers.Dropout(0.2)(t)
t = layers.Conv2D(32, 3, activation="relu", padding="same")(t)
t = layers.MaxPooling2D()(t)
t = layers.Flatten()(t)
t = layers.Dense(512, activation="relu", kernel_constraint=keras.constraints.MaxNorm(3))(t)
t = layers.Dropout(0.5)(t)
model = keras.Model(inp, layers.Dense(10, activation="softmax")(t))
sgd = SGD(
    learning_rate=lrate,
    momentum=0.9,
    decay=decay,  # fault: legacy-decay-argument
    nesterov=False,
)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
model.fit(x, y, validation_data=(xt, yt), epochs=epochs, batch_size=32)
