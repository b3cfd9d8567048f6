import numpy as np
import keras
from keras import layers


class WindowSequence(keras.utils.PyDataset):
    def __init__(self, series, lookback, horizon, batch, shuffle, **kw):
        super().__init__(**kw)
        self.s, self.lb, self.h, self.b, self.shuffle = series, lookback, horizon, batch, shuffle
        self.idx = np.arange(len(series) - lookback - horizon)
        self.on_epoch_end()

    def __len__(self):
        return int(np.ceil(len(self.idx) / self.b))

    def __getitem__(self, k):
        rows = self.idx[k * self.b:(k + 1) * self.b]
        x = np.stack([self.s[r:r + self.lb] for r in rows])
        y = np.stack([self.s[r + self.lb:r + self.lb + self.h, 0] for r in rows])
        return x, y

    def on_epoch_end(self):
        if self.shuffle:
            np.random.shuffle(self.idx)


raw = np.load("load_curve.npy").astype("float32")
a, b = int(0.7 * len(raw)), int(0.85 * len(raw))
mean, std = raw[:a].mean(axis=0), raw[:a].std(axis=0)
raw = (raw - mean) / std
LOOK, HOR = 168, 24
train = WindowSequence(raw[:a], LOOK, HOR, 64, True)
val = WindowSequence(raw[a:b], LOOK, HOR, 64, False)
test = WindowSequence(raw[b:], LOOK, HOR, 64, False)
model = keras.Sequential([
    layers.Input((LOOK, raw.shape[1])),
    layers.Conv1D(32, 5, padding="causal", activation="relu"),
    layers.GRU(64, return_sequences=True),
    layers.GRU(32),
    layers.Dense(HOR),
])
model.compile("adam", keras.losses.Huber(), metrics=["mae"])
model.fit(train, validation_data=val, epochs=25,
          callbacks=[keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)])
print(model.evaluate(test))
