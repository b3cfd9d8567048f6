"""Binary problem on tabular data, logits all the way, AUC told about it."""
import tensorflow as tf
from sklearn.datasets import make_classification

tfk = tf.keras
tfkl = tfk.layers

features, target = make_classification(1500, 12, n_informative=6, random_state=4)
features = features.astype("float32")
cut = 1200

ds = tf.data.Dataset.from_tensor_slices((features[:cut], target[:cut])).shuffle(cut).batch(32)
ds_val = tf.data.Dataset.from_tensor_slices((features[cut:], target[cut:])).batch(128)

norm = tfkl.Normalization()
norm.adapt(ds.map(lambda x, y: x))

net = tfk.Sequential(
    [
        tfk.Input((12,)),
        norm,
        tfkl.Dense(32, activation="swish"),
        tfkl.Dense(32, activation="swish"),
        tfkl.Dense(1),
    ]
)
net.compile(
    optimizer=tfk.optimizers.Nadam(2e-3),
    loss=tfk.losses.BinaryCrossentropy(from_logits=True),
    metrics=[tfk.metrics.AUC(from_logits=True, name="auc"), tfk.metrics.BinaryAccuracy(threshold=0.0)],
)
net.fit(
    ds,
    epochs=25,
    validation_data=ds_val,
    callbacks=[tfk.callbacks.ModelCheckpoint("best.keras", monitor="val_auc", mode="max", save_best_only=True)],
)
probabilities = tf.sigmoid(net.predict(features[cut:]))
print(probabilities[:5].numpy())
