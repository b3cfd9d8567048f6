import tensorflow as tf
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MultiLabelBinarizer

df = pd.read_csv("questions.csv")
mlb = MultiLabelBinarizer()
Y = mlb.fit_transform(df.tags.str.split("|")).astype("float32")
xa, xb, ya, yb = train_test_split(df.text.values, Y, test_size=0.2, random_state=9)

vec = tf.keras.layers.TextVectorization(max_tokens=20000, output_sequence_length=256)
vec.adapt(xa)


def ds(x, y, training=False):
    d = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        d = d.shuffle(len(x), seed=1)
    return d.batch(64).map(lambda t, l: (vec(t), l)).prefetch(2)


model = tf.keras.Sequential([
    tf.keras.layers.Embedding(20000, 96),
    tf.keras.layers.Conv1D(128, 5, activation="relu"),
    tf.keras.layers.GlobalMaxPooling1D(),
    tf.keras.layers.Dropout(0.4),
    tf.keras.layers.Dense(len(mlb.classes_), activation="sigmoid"),
])
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=1e-3),
    loss=tf.keras.losses.BinaryCrossentropy(),
    metrics=[tf.keras.metrics.BinaryAccuracy(), tf.keras.metrics.AUC(multi_label=True, name="auc")],
)
model.fit(ds(xa, ya, True), validation_data=ds(xb, yb), epochs=12,
          callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_auc", mode="max", patience=3, restore_best_weights=True)])
