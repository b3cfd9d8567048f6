# Nested shells of a 3-d Gaussian, told apart by a deep but narrow stack with batch normalisation.
import numpy as np
from keras import Sequential
from keras.initializers import HeNormal
from keras.layers import Activation, BatchNormalization, Dense, Input
from keras.losses import CategoricalCrossentropy
from keras.optimizers import SGD
from keras.optimizers.schedules import CosineDecay
from keras.utils import set_random_seed, to_categorical
from sklearn.datasets import make_gaussian_quantiles

set_random_seed(404)

DIM = 3
SHELLS = 3
DEPTH = 4
WIDTH = 20
EPOCHS = 14
BATCH_SIZE = 64

points, shell = make_gaussian_quantiles(n_samples=2700, n_features=DIM, n_classes=SHELLS, random_state=8)
order = np.random.default_rng(8).permutation(len(points))
points, shell = points[order], shell[order]
P_train, P_test = points[:2100], points[2100:]
S_train, S_test = to_categorical(shell[:2100], SHELLS), to_categorical(shell[2100:], SHELLS)


def deep_stack():
    net = Sequential(name="deep_and_narrow")
    net.add(Input((DIM,)))
    for _ in range(DEPTH):
        net.add(Dense(WIDTH, use_bias=False, kernel_initializer=HeNormal()))
        net.add(BatchNormalization())
        net.add(Activation("relu"))
    net.add(Dense(SHELLS, activation="softmax"))
    return net


clf = deep_stack()
steps = EPOCHS * -(-len(P_train) // BATCH_SIZE)
clf.compile(
    optimizer=SGD(CosineDecay(0.08, decay_steps=steps), momentum=0.9),
    loss=CategoricalCrossentropy(),
    metrics=["categorical_accuracy"],
)
history = clf.fit(P_train, S_train, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
print("last training accuracy:", history.history["categorical_accuracy"][-1])
print("accuracy on the held-out points:", clf.evaluate(P_test, S_test, verbose=0)[1])
