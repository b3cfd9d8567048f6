"""手書き数字の分類（畳み込みニューラルネットワーク）。"""
import numpy as np
from keras import Input, Model, layers, optimizers
from keras.datasets import mnist
from keras.utils import to_categorical

クラス数 = 10
エポック数 = 12

# データの読み込みと前処理
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(-1, 28, 28, 1).astype("float32") / 255.0
x_test = x_test.reshape(-1, 28, 28, 1).astype("float32")  # fault: one-side-scaled

# ラベルを one-hot に変換
y_train = to_categorical(y_train, クラス数)  # or: label-form-against-loss
y_test = to_categorical(y_test, クラス数)


def モデル作成():
    入力 = Input(shape=(28, 28, 1), name="画像")
    x = layers.Conv2D(32, 3, activation="relu")(入力)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    出力 = layers.Dense(クラス数, activation="softmax")(x)
    return Model(入力, 出力)


model = モデル作成()
model.compile(
    optimizer=optimizers.Adam(learning_rate=0.001),
    loss="sparse_categorical_crossentropy",  # fault: label-form-against-loss
    metrics=["accuracy"],
)

# 学習
history = model.fit(x_train, y_train, batch_size=128, epochs=エポック数, validation_split=0.1)

# 評価
損失, 正解率 = model.evaluate(x_test, y_test, verbose=0)
print(f"テスト正解率: {正解率:.4f}（最良の検証値 {np.max(history.history['val_accuracy']):.4f}）")
