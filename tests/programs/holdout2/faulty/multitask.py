import keras
from keras import layers


def heads(feat):
    age = layers.Dense(1, name="age")(feat)
    sex = layers.Dense(1, activation="sigmoid", name="sex")(feat)
    race = layers.Dense(5, activation="sigmoid", name="race")(feat)  # fault: sigmoid-with-categorical-loss
    return [age, sex, race]


img = keras.Input((96, 96, 3))
x = layers.Rescaling(1.0 / 255)(img)
for f in (32, 64, 128):
    x = layers.Conv2D(f, 3, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D()(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(img, heads(x))
model.compile(
    optimizer=keras.optimizers.Adam(5e-4),
    loss={"age": "mae", "sex": "binary_crossentropy", "race": "sparse_categorical_crossentropy"},
    metrics={"age": ["accuracy"], "sex": ["accuracy"], "race": ["accuracy"]},  # fault: accuracy-for-regression
)
