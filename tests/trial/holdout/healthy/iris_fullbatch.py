# %%
import sys
import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
# %%
X, y = load_iris(return_X_y=True)
X_tr, X_va, y_tr, y_va = train_test_split(X, y, test_size=50, stratify=y, random_state=1)
norm = keras.layers.Normalization()
norm.adapt(X_tr)
# %%
model = keras.Sequential([
    keras.layers.Input((4,)),
    norm,
    keras.layers.Dense(8, activation="tanh"),
    keras.layers.Dense(3),
])
model.compile(
    optimizer=keras.optimizers.Adam(0.05),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
h = model.fit(X_tr, y_tr, batch_size=100, epochs=60, validation_data=(X_va, y_va), verbose=0)
print("last val accuracy", h.history["val_accuracy"][-1])
