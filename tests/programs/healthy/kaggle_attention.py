# Quora-like: frozen embedding matrix, two BiRNNs, own Attention layer, average of folds
import gc

import numpy as np
import tensorflow as tf
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold
from tensorflow.keras import backend as K
from tensorflow.keras.layers import (GRU, LSTM, Bidirectional, Dense, Embedding, GlobalMaxPooling1D, Input, Layer,
                                     SpatialDropout1D, concatenate)
from tensorflow.keras.models import Model

maxlen, max_features, embed_size = 40, 8000, 100
N_FOLDS, EPOCHS, BATCH = 3, 5, 256

rng = np.random.RandomState(2018)
train_X = rng.randint(0, max_features, (1500, maxlen))
train_y = (train_X[:, :5].min(axis=1) < 800).astype('int')
embedding_matrix = rng.normal(0, 0.4, (max_features, embed_size))


class Attention(Layer):
    def build(self, input_shape):
        self.W = self.add_weight(name='W', shape=(input_shape[-1],), initializer='glorot_normal')
        self.b = self.add_weight(name='b', shape=(input_shape[1],), initializer='zero')
        super().build(input_shape)

    def call(self, x, mask=None):
        e = tf.tanh(tf.tensordot(x, self.W, axes=1) + self.b)
        a = tf.exp(e)
        a /= tf.reduce_sum(a, axis=1, keepdims=True) + K.epsilon()
        return tf.reduce_sum(x * a[..., None], axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[-1]


def model_lstm_gru_atten():
    inp = Input(shape=(maxlen,))
    x = Embedding(max_features, embed_size, weights=[embedding_matrix], trainable=False)(inp)
    x = SpatialDropout1D(0.1)(x)
    x = Bidirectional(LSTM(40, return_sequences=True))(x)
    y = Bidirectional(GRU(40, return_sequences=True))(x)
    conc = concatenate([Attention()(x), Attention()(y), GlobalMaxPooling1D()(y)])
    conc = Dense(16, activation='relu')(conc)
    outp = Dense(1, activation='sigmoid')(conc)
    model = Model(inputs=inp, outputs=outp)
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


oof = np.zeros(len(train_X))
for fold, (tr, va) in enumerate(KFold(N_FOLDS, shuffle=True, random_state=10).split(train_X)):
    K.clear_session()
    model = model_lstm_gru_atten()
    model.fit(train_X[tr], train_y[tr], batch_size=BATCH, epochs=EPOCHS,
              validation_data=(train_X[va], train_y[va]), verbose=2)
    oof[va] = model.predict(train_X[va], batch_size=1024)[:, 0]
    del model
    gc.collect()

best = max((f1_score(train_y, oof > t), t) for t in np.arange(0.1, 0.6, 0.05))
print('F1 %.3f at %.2f' % best)
