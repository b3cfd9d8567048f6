import sys, gc
import numpy as np, keras
from sklearn.datasets import load_wine
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)
X, y = load_wine(return_X_y=True)

def get_model():
    m = keras.models.Sequential()
    m.add(keras.layers.Input((13,)))
    m.add(keras.layers.Dense(24, activation='elu', kernel_initializer='he_normal'))
    m.add(keras.layers.Dense(3, activation='softmax'))
    m.compile(loss='sparse_categorical_crossentropy', optimizer=keras.optimizers.Adam(0.015), metrics=['accuracy'])
    return m

oof = np.zeros((len(X), 3))
for fold, (tr, va) in enumerate(StratifiedKFold(3, shuffle=True, random_state=SEED).split(X, y)):
    keras.backend.clear_session()
    ss = StandardScaler().fit(X[tr])
    m = get_model()
    es = keras.callbacks.EarlyStopping(monitor='val_loss', patience=5, restore_best_weights=True)
    m.fit(ss.transform(X[tr]), y[tr], validation_data=(ss.transform(X[va]), y[va]),
          epochs=14, batch_size=16, callbacks=[es], verbose=0)
    oof[va] = m.predict(ss.transform(X[va]), verbose=0)
    print('fold', fold, 'acc', (oof[va].argmax(1) == y[va]).mean())
    del m; gc.collect()
print('OOF accuracy', (oof.argmax(1) == y).mean())
