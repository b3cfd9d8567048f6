import keras
from keras import layers

inp = keras.Input((16, 16, 1))
x = layers.Conv2D(16, 3, activation="relu")(inp)
x = layers.MaxPooling2D(2)(x)
x = layers.Conv2D(32, 3, activation="relu")(x)
x = layers.Conv2D(32, 7, activation="relu")(x)  # fault: kernel-larger-than-input
x = layers.Flatten()(x)
out = layers.Dense(2)(x)
model = keras.Model(inp, out)
model.compile(
    optimizer=keras.optimizers.Adam(1e-3, clipnorm=1.0, clipvalue=0.5),  # fault: several-clip-arguments
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.AUC()],  # fault: probability-metric-on-logits
)
