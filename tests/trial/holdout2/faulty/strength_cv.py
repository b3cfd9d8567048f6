import sys
import numpy as np
from tensorflow import keras
from sklearn.datasets import make_friedman1
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)
X, y = make_friedman1(n_samples=900, n_features=10, noise=1.0, random_state=SEED)

def build():
    reg = keras.regularizers.l2(0.3)  # fault: weight-penalty-too-strong
    model = keras.Sequential()
    model.add(keras.layers.Input((10,)))
    model.add(keras.layers.Dense(32, activation='relu', kernel_regularizer=reg))
    model.add(keras.layers.Dense(32, activation='relu', kernel_regularizer=reg))
    model.add(keras.layers.Dense(1, kernel_regularizer=reg))
    model.compile(optimizer=keras.optimizers.Adam(0.004), loss='mse', metrics=['mae'])
    return model

scores = []
for k, (tr, va) in enumerate(KFold(3, shuffle=True, random_state=1).split(X)):
    sx, sy = StandardScaler().fit(X[tr]), StandardScaler().fit(y[tr, None])
    model = build()
    model.fit(sx.transform(X[tr]), sy.transform(y[tr, None]), epochs=12, batch_size=32, verbose=2,
              validation_data=(sx.transform(X[va]), sy.transform(y[va, None])))
    p = sy.inverse_transform(model.predict(sx.transform(X[va]), verbose=0))
    scores.append(r2_score(y[va], p[:, 0]))
    print('fold', k, 'R2', scores[-1])
print('mean R2', np.mean(scores))
