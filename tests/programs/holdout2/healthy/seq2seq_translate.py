import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Embedding, Input
from tensorflow.keras.models import Model

class Settings:
    SRC_VOCAB = 8000
    TGT_VOCAB = 9000
    DIM = 128
    UNITS = 256
    EPOCHS = 20


def create(cfg):
    enc_in = Input(shape=(None,), name="encoder_inputs")
    e = Embedding(cfg.SRC_VOCAB, cfg.DIM, mask_zero=True)(enc_in)
    _, h, c = LSTM(cfg.UNITS, return_state=True)(e)
    dec_in = Input(shape=(None,), name="decoder_inputs")
    d = Embedding(cfg.TGT_VOCAB, cfg.DIM, mask_zero=True)(dec_in)
    d, _, _ = LSTM(cfg.UNITS, return_sequences=True, return_state=True)(d, initial_state=[h, c])
    out = Dense(cfg.TGT_VOCAB, activation="softmax")(d)
    return Model([enc_in, dec_in], out)


def load():
    z = np.load("de_en.npz")
    src, tgt = z["src"], z["tgt"]
    return src, tgt[:, :-1], tgt[:, 1:]


if __name__ == "__main__":
    src, dec_in, dec_out = load()
    model = create(Settings)
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit([src, dec_in], dec_out, batch_size=64, epochs=Settings.EPOCHS, validation_split=0.1)
    model.save("nmt.keras")
