import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Model
from keras.utils import to_categorical

EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]

data = np.load("fer.npz")
X_train, X_test = data["x_train"] / 255.0, data["x_test"] / 255.0
y_train, y_test = to_categorical(data["y_train"], 7), to_categorical(data["y_test"], 7)
X_train, X_test = X_train.reshape(-1, 48, 48, 1), X_test.reshape(-1, 48, 48, 1)


def emotion_net(n_out=len(EMOTIONS)):
    img = Input((48, 48, 1))
    x = Conv2D(32, 3, activation="relu")(img)
    x = MaxPooling2D()(x)
    x = Conv2D(64, 3, activation="relu")(x)
    x = MaxPooling2D()(x)
    x = Flatten()(x)
    x = Dense(128, activation="relu")(x)
    x = Dropout(0.4)(x)
    return Model(img, Dense(n_out, activation="softmax")(x))  # or: softmax-with-binary-loss


net = emotion_net()
net.compile(optimizer="adam",
            loss="binary_crossentropy",  # fault: softmax-with-binary-loss
            metrics=["accuracy"])
net.fit(X_train, y_train, epochs=25, batch_size=64,
        shuffle=False,  # fault: shuffle-off
        validation_data=(X_test, y_test))
net.save("emotion.keras")
