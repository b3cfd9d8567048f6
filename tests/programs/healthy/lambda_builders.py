from tensorflow.keras import Model, Sequential
from tensorflow.keras.layers import Dense, Flatten, Input, Lambda, Rescaling
from tensorflow.keras.datasets import mnist
import tensorflow as tf

# short lambdas as builders
dense = lambda n, a="relu": Dense(n, activation=a)
stack = lambda *sizes: [dense(s) for s in sizes]
classifier = lambda n: dense(n, "softmax")

(X, Y), (Xt, Yt) = mnist.load_data()

m1 = Sequential([Input((28, 28)), Rescaling(1 / 255), Flatten()] + stack(64, 32) + [classifier(10)])
m1.compile('adam', 'sparse_categorical_crossentropy', metrics=['acc'])
m1.fit(X, Y, epochs=5, batch_size=200, validation_data=(Xt, Yt))

# functional: scale in a Lambda layer
i = Input((28, 28))
x = Lambda(lambda t: tf.cast(t, 'float32') / 255.)(i)
x = Flatten()(x)
for layer in stack(128, 64):
    x = layer(x)
m2 = Model(i, classifier(10)(x))
m2.compile('adam', 'sparse_categorical_crossentropy', metrics=['acc'])
m2.fit(X, Y, epochs=5, batch_size=200, validation_data=(Xt, Yt))

best = max([m1, m2], key=lambda m: m.evaluate(Xt, Yt, verbose=0)[1])
best.save('best.keras')
