import keras
import numpy as np
from keras import layers

SRC, TGT, DIM, LEN = 8000, 8000, 256, 40
pairs = np.load("pairs.npz")
enc, dec_in, dec_out = pairs["enc"], pairs["dec_in"], pairs["dec_out"]

e_in = keras.Input((LEN,), dtype="int32")
e = layers.Embedding(SRC, DIM, mask_zero=True)(e_in)
e_seq, h, c = layers.LSTM(DIM, return_sequences=True, return_state=True)(e)
d_in = keras.Input((LEN,), dtype="int32")
d = layers.Embedding(TGT, DIM, mask_zero=True)(d_in)
d = layers.LSTM(DIM, return_sequences=True)(d, initial_state=[h, c])
ctx = layers.Attention()([d, e_seq])
d = layers.Concatenate()([d, ctx])
d = layers.Dense(DIM, activation="tanh")(d)
out = layers.Dense(TGT)(d)  # or: logits-without-from-logits
model = keras.Model([e_in, d_in], out)

optimizer = keras.optimizers.Adam(
    learning_rate=5e-4,
    clipnorm=1.0,
    clipvalue=0.5,  # fault: several-clip-arguments
)
model.compile(
    optimizer,
    loss="sparse_categorical_crossentropy",  # fault: logits-without-from-logits
)
model.fit([enc, dec_in], dec_out, batch_size=64, epochs=20)  # fault: validation-missing
