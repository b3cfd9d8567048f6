# coding: utf-8
"""ツイートの感情分析（TextVectorization をモデルの中に入れる）"""
import keras
import tensorflow as tf
from keras import layers

最大語彙数 = 1000
系列長 = 16

肯定 = ["とても 楽しい 一日", "最高 の 映画", "ありがとう 本当に 嬉しい", "料理 が 美味しい"] * 40
否定 = ["とても つまらない", "最低 の 映画", "もう 二度と 行かない", "料理 が まずい"] * 40
文 = tf.constant(肯定 + 否定)
ラベル = tf.constant([1.0] * len(肯定) + [0.0] * len(否定))

# シャッフルしてから分割する
全体 = tf.data.Dataset.from_tensor_slices((文, ラベル)).shuffle(320, seed=1, reshuffle_each_iteration=False)
検証 = 全体.take(64).batch(16)
訓練 = 全体.skip(64).shuffle(256).batch(16)

ベクトル化 = layers.TextVectorization(max_tokens=最大語彙数, output_sequence_length=系列長)
ベクトル化.adapt(訓練.map(lambda t, l: t))

入力 = keras.Input(shape=(1,), dtype="string")
x = ベクトル化(入力)
x = layers.Embedding(最大語彙数, 16)(x)
x = layers.Conv1D(32, 3, activation="relu")(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dropout(0.3)(x)
出力 = layers.Dense(1, activation="sigmoid")(x)

モデル = keras.Model(入力, 出力)
モデル.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
モデル.fit(
    訓練.map(lambda t, l: (t[:, tf.newaxis], l)),
    validation_data=検証.map(lambda t, l: (t[:, tf.newaxis], l)),
    epochs=10,
)
