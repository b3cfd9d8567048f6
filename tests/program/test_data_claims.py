"""What is claimed about data holds when the same snippet runs for real."""

# ruff: noqa: E501
from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from tests.program.data_oracle import disagreements

MNIST = "(x, y), (xt, yt) = mnist.load_data()\nx, y = x[:600], y[:600]\n"
NUMPY = """
a = np.zeros((3, 4))
a = np.ones(5)
a = np.full((2, 3), 7)
a = np.full((2, 3), 7.5)
a = np.zeros((3, 4), dtype="uint8")
a = np.ones((2, 2), dtype=np.float32)
a = np.zeros_like(np.ones((4, 2), dtype="float32"))
a = np.ones_like(np.arange(5))
a = np.arange(10)
a = np.arange(2, 20, 3)
a = np.arange(10, 0, -2)
a = np.arange(0.0, 1.0, 0.1)
a = np.arange(5, dtype="float32")
a = np.linspace(0, 1, 50)
a = np.linspace(-1, 1, num=200).reshape(-1, 1)
a = np.eye(4)
a = np.eye(3)[np.array([0, 2, 1, 1])]
a = np.eye(10)[np.random.randint(0, 10, 100)]
a = np.identity(3)
a = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
a = np.array([[0], [1], [1], [0]], dtype="float32")
a = np.array([1.0, 2.5, 3])
a = np.array([True, False, True])
a = np.array([[1, 0, 0], [0, 0, 1]])
a = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0], dtype=float)
a = np.array(range(10))
a = np.array([np.zeros(3), np.ones(3)])
a = np.array(3)
a = np.asarray([[1, 2], [3, 4]], dtype=np.int32)
a = np.array([1, 2, 3], ndmin=2)
a = np.random.rand(10, 3)
a = np.random.randn(10, 3)
a = np.random.random((10, 3))
a = np.random.random(10)
a = np.random.random_sample((4, 4))
a = np.random.uniform(-2, 2, (10, 2))
a = np.random.uniform(low=5, high=6, size=7)
a = np.random.uniform(size=(3, 2))
a = np.random.normal(0, 1, (5, 2))
a = np.random.normal(size=8)
a = np.random.randint(0, 10, 100)
a = np.random.randint(2, size=(50, 1))
a = np.random.randint(0, 256, (4, 8, 8, 3), dtype="uint8")
a = np.random.randint(5, 9, size=20)
a = np.random.randint(10, size=(20,)).astype("float32")
a = np.random.choice(5, 10)
a = np.random.choice([0, 1], size=30)
a = np.random.choice(10, 4, replace=False)
a = np.random.choice(["a", "b"], 5)
a = np.random.binomial(1, 0.5, 20)
a = np.random.binomial(n=4, p=0.5, size=(20, 2))
a = np.random.poisson(3, 10)
a = np.random.permutation(10)
a = np.random.permutation(np.arange(20))
rng = np.random.default_rng(0); a = rng.random((5, 2)); b = rng.integers(0, 4, 10); c = rng.normal(size=(2, 2))
rng = np.random.default_rng(0); a = rng.random((5, 2), dtype=np.float32); b = rng.permutation(6)
rng = np.random.RandomState(1); a = rng.rand(5, 2); b = rng.randint(0, 3, 9); c = rng.permutation(4); d = rng.randn(3)
rng = np.random.default_rng(3); a = rng.integers(0, 4, 10, endpoint=True); b = rng.uniform(-1, 1, (3,))
a = np.random.rand(10, 3); b = (a > 0.5).astype(int); c = a.sum(axis=1); d = (c > 1).astype("float32")
a = np.random.rand(10, 3); b = a.mean(axis=1, keepdims=True); c = a.max(axis=-1); d = a.reshape(3, 10)
a = np.random.rand(10, 3); b = np.where(a > 0.5, 1, 0); c = np.where(a[:, 0] > 0.5)[0]
a = np.random.rand(10, 3); b = np.expand_dims(a, -1); c = np.expand_dims(a, axis=0); d = b.squeeze()
a = np.random.rand(10, 3); b = a[:, 0]; c = a[:, 1:]; d = a[2]; e = a[2:5, None]; f = a[..., np.newaxis]; g = a[None]
a = np.random.rand(10, 3); b = a[a[:, 0] > 0.5]; c = a[[1, 2, 3]]; d = a[np.arange(4)]; e = a[::2]; f = a[-3:]
a = np.random.rand(10, 3); b = a.T; c = a.transpose(1, 0); d = np.transpose(a); e = a.flatten(); f = a.ravel()
a = np.random.rand(10, 3); b = a * 255; c = b.astype("uint8"); d = c / 255; e = c / 255.0; f = c.astype("float32") / 255
a = np.random.rand(10, 3); b = a * 2 - 1; c = 1 - a; d = -a; e = a ** 2; f = a / 3; g = 2 * a + 1; h = a * 10 // 3
a = np.random.rand(10, 3); b = a + a; c = a * a; d = a - a; e = a / (a + 1); f = a[:, :1] + a; g = a @ a.T
a = np.random.randint(0, 256, (5, 4), dtype="uint8"); b = a * 2; c = a + 1; d = a - 1; e = a // 2; f = a % 3; g = 255 - a
a = np.random.randint(0, 10, 50); b = a % 2; c = a + 1; d = a * 2; e = a // 5; f = a == 3; g = (a == 3).astype(int)
a = np.random.randint(0, 10, 50); b = (a > 3) & (a < 6); c = ~b; d = b | f if False else b
a = np.random.randint(0, 10, 50); b = a.reshape(-1, 1); c = a.reshape(50, 1); d = a.reshape((5, 10)); e = b.flatten()
a = np.arange(24).reshape(2, 3, 4); b = a.reshape(6, -1); c = a.reshape(a.shape[0], -1); d = np.reshape(a, (4, 6))
a = np.arange(24).reshape(2, 3, 4); b = a.max(); c = a.min(); d = a.size; e = a.ndim; f = len(a); g = a.shape
a = np.arange(24); b = a[:10]; c = b.max(); d = a[5:]; e = np.max(a) + 1; f = a[[0, 1]]; g = np.unique(a)
a = np.concatenate([np.zeros((3, 2)), np.ones((5, 2))]); b = np.concatenate((np.zeros(3), np.ones(4)))
a = np.concatenate([np.zeros((3, 2)), np.ones((3, 4))], axis=1); b = np.concatenate([a, a], axis=-1)
a = np.vstack([np.zeros((3, 2)), np.ones((5, 2))]); b = np.hstack([np.zeros((3, 2)), np.ones((3, 1))])
a = np.vstack([np.zeros(3), np.ones(3)]); b = np.hstack([np.zeros(3), np.ones(4)])
a = np.stack([np.zeros(3), np.ones(3)]); b = np.stack([np.zeros(3), np.ones(3)], axis=1); c = np.append(np.zeros(3), np.ones(2))
a = np.repeat(np.arange(6).reshape(3, 2), 3, axis=1); b = np.repeat(np.arange(3), 2); c = np.repeat(np.ones((2, 3)), 4, axis=0)
a = np.clip(np.random.randn(20), -1, 1); b = np.random.randn(5).clip(0, 1); c = np.clip(np.arange(5), 0, 10)
a = np.round(np.random.rand(10)); b = np.sin(np.linspace(0, 6, 20)); c = np.exp(np.random.rand(4)); d = np.abs(np.arange(-3, 3))
a = np.random.randn(100, 3) * 5 + 20; b = (a - a.mean()) / a.std(); c = (a - a.mean(axis=0)) / a.std(axis=0); d = a / a.max()
a = np.random.randn(100, 3) * 50; b = (a - a.min()) / (a.max() - a.min()); c = a / np.max(a); d = a / (a.std() + 1e-7)
a = np.random.rand(20, 3).astype("float32"); b = (a - np.mean(a, axis=0)) / np.std(a, axis=0); c = a / np.linalg.norm(a)
a = np.argmax(np.eye(4)[np.array([0, 3, 1])], axis=1); b = np.eye(5).argmax(axis=-1); c = np.argmax(np.random.rand(7, 3), axis=1)
a = np.ones((4, 3), dtype="float16"); b = a / 3; c = a + np.ones((4, 3), dtype="float32"); d = a + 1.5
a = np.array([1, 2, 3], dtype="int32"); b = a + 1; c = a / 2; d = a * 1.5; e = a + np.array([1, 2, 3]); f = a.astype(float)
a = np.array([True, False]); b = a * 1; c = a.astype(int); d = a + 0.5; e = a.astype("float32")
a = np.array([250, 3], dtype="uint8"); b = a + 3; c = a * 3; d = a.astype("int8"); e = a.astype(bool); f = a.astype("int16") - 255
a = np.random.rand(6, 4, 4, 1); b = np.squeeze(a); c = np.squeeze(a, axis=-1); d = a[:, ::2, ::2, :]; e = a[..., 0]
a = np.random.rand(6, 4); b = a.copy(); c = np.copy(a); b[0] = 5; d = a * 1; e = np.array(a)
a = np.random.rand(6, 4); a -= 0.5; a /= 2
a = np.random.rand(6, 4); a *= 300; b = a / 255
a = np.random.rand(8, 2); np.random.shuffle(a); b = a[:4]
a = np.delete(np.arange(5), 2); b = np.sort(np.random.rand(5)); c = np.flip(np.arange(4)); d = np.roll(np.arange(4), 1)
a = np.greater(np.random.rand(4), 0.5); b = np.equal(np.arange(3), 1); c = np.divide(np.arange(4), 4); d = np.multiply(np.ones(3), 2)
a = np.random.rand(4, 3); n, m = a.shape; b = np.zeros((n, m, 2)); c = np.arange(len(a))
a = np.median(np.random.rand(4, 3), axis=1); b = np.random.rand(4, 3).var(axis=1); c = np.sum(np.ones((4, 3)), axis=1)
x = np.random.rand(50, 2); y = 3 * x[:, 0] + 2 * x[:, 1] + 0.1 * np.random.randn(50)
x = np.linspace(0, 10, 50); y = np.sin(x) + np.random.normal(0, 0.1, 50); z = x ** 2; w = 2 * x - 1
x = np.arange(20).reshape(-1, 1); y = 2 * x + 1; z = x.astype("float32") / 20
a = np.random.beta(2, 2, 10); b = np.random.exponential(1.0, 5); c = np.random.standard_normal((2, 2)); d = np.random.gamma(1, 2, 3)
"""
KERAS = """
a = to_categorical([0, 1, 2])
a = to_categorical([0, 1, 2], 5)
a = to_categorical(np.array([[0], [2], [1]]), num_classes=3)
a = to_categorical(np.random.randint(0, 4, 60), 4)
a = to_categorical(np.random.randint(0, 4, 60))
a = to_categorical(np.array([3.0, 1.0]), 4)
a = to_categorical(np.array([[0, 1], [2, 1]]), 3)
a = keras.utils.to_categorical(y=np.array([0, 1])) if False else to_categorical(np.array([0, 1]))
(x, y), (xt, yt) = mnist.load_data()
(x, y), (xt, yt) = cifar10.load_data(); z = y.flatten(); w = np.squeeze(y); v = y[:, 0]; k = to_categorical(y, 10)
(x, y), (xt, yt) = cifar10.load_data(); k = to_categorical(y); n = len(np.unique(y)); m = y.max() + 1
(x, y), (xt, yt) = imdb.load_data(num_words=2000); a = keras.utils.pad_sequences(x, maxlen=50); b = len(x)
(x, y), (xt, yt) = imdb.load_data(num_words=500); a = keras.preprocessing.sequence.pad_sequences(x, 20, padding="post")
a = keras.utils.pad_sequences([[1, 2], [3]], maxlen=4)
a = keras.utils.normalize(np.random.rand(5, 3) * 100); b = keras.utils.normalize(np.random.rand(5, 3), axis=1)
a = keras.utils.pad_sequences([[1, 2], [3]], maxlen=4, dtype="float32")
@a = x.astype("float32") / 255
@a = x / 255
@a = x / 255.0; b = a[..., None]; c = (x - 127.5) / 127.5
@a = x.reshape(600, 784); b = a / 255; c = a.astype("float32"); d = c / 255.0 * 2 - 1
@a = x.reshape((x.shape[0], 28, 28, 1)); b = a.astype("float32") * (1 / 255)
@a = x.reshape(-1, 28 * 28); b = x.reshape(len(x), -1); c = np.expand_dims(x, -1)
@a = to_categorical(y); b = to_categorical(y, 10); c = a.argmax(axis=1); d = np.argmax(b, axis=-1); e = b[:10]
@a = y[y < 5]; b = x[y < 5]; c = y == 5; d = (y == 5).astype("float32"); e = y % 2; f = y >= 5
@m = (y == 3) | (y == 8); a, b = x[m], y[m]; c = (b == 8).astype(int)
@a = x[:100]; b = y[100:200]; c = x[0]; d = y[0]; e = x[-50:]; f = x[::2]
@a = x.mean(); b = x.std(); c = (x - a) / b; d = x - a; e = x / x.max(); f = x.astype("float32"); f -= f.mean()
@a = x.astype("float32"); a /= 255; b = a.max(); c = np.round(a)
@a = np.concatenate([x, x]); b = np.concatenate((y, y)); c = np.vstack([x, x])
@x, y = shuffle(x, y); a = shuffle(y, random_state=3)
@a, b, c, d = train_test_split(x, y, test_size=0.2)
@a, b, c, d = train_test_split(x, y, test_size=50, random_state=1, stratify=y); e, f = train_test_split(x)
@a, b = train_test_split(y, train_size=0.33, shuffle=False); c, d = train_test_split(x, test_size=0.37)
@a, b = train_test_split(x, train_size=100, test_size=100); c, d = train_test_split(y, test_size=1 / 3)
@i = np.random.permutation(len(x)); a = x[i]; b = y[i]; c = x[i[:100]]; d = y[i[100:]]
@i = np.arange(x.shape[0]); np.random.shuffle(i); a = x[i]; b = y[i]
@a = LabelEncoder().fit_transform(y); e = LabelBinarizer(); b = e.fit_transform(y)
@e = OneHotEncoder(sparse_output=False); a = e.fit_transform(y.reshape(-1, 1))
@e = OneHotEncoder(); a = e.fit_transform(y.reshape(-1, 1)); b = a.toarray()
@s = StandardScaler(); a = s.fit_transform(x.reshape(600, 784)); b = s.transform(x[:5].reshape(5, 784)); c = s.mean_
@s = MinMaxScaler(); s.fit(x.reshape(600, -1)); a = s.transform(x.reshape(600, -1))
@s = MinMaxScaler(feature_range=(-1, 1)); a = s.fit_transform(x.reshape(600, -1).astype("float32"))
(x, y), (xt, yt) = mnist.load_data(); a = to_categorical(y); b = len(np.unique(y)); c = y.max() + 1; d = np.max(x)
(x, y), (xt, yt) = mnist.load_data(); e = LabelBinarizer(); a = e.fit_transform(y); f = LabelEncoder(); b = f.fit_transform(y)
(x, y), (xt, yt) = mnist.load_data(); a = x[5000:]; b = x[:5000]; c = y[-10000:]; d = xt[:100]; n = x.shape[1]
d = load_iris(); x = d.data; y = d.target; z = d["data"]; k = to_categorical(y); n = len(np.unique(y))
x, y = load_iris(return_X_y=True); a, b, c, d = train_test_split(x, y, test_size=0.3, random_state=0)
d = load_digits(); x = d.data / 16.0; y = d.target; i = d.images
x, y = load_breast_cancer(return_X_y=True); s = StandardScaler(); a = s.fit_transform(x); k = to_categorical(y)
d = load_wine(); x, y = d.data, d.target; a = RobustScaler().fit_transform(x); b = MaxAbsScaler().fit_transform(x)
d = load_diabetes(); x, y = d.data, d.target
x, y = make_classification(n_samples=200, n_features=10, n_classes=3, n_informative=5)
x, y = make_classification(1000, 20)
x, y = make_regression(n_samples=50, n_features=4, noise=0.1); s = StandardScaler(); b = s.fit_transform(y.reshape(-1, 1))
x, y = make_regression(n_samples=50, n_features=4, n_targets=2)
x, y = make_blobs(n_samples=90, centers=4, n_features=3); k = to_categorical(y)
x, y = make_blobs(n_samples=90)
x, y = make_moons(200, noise=0.1); z = y.reshape(-1, 1)
x, y = make_circles(n_samples=100, factor=0.5)
x, y = make_moons(n_samples=100); a, b, c, d = train_test_split(x, y); n = Normalizer().fit_transform(x)
"""
TENSORFLOW = """
a = tf.constant([[1.0, 2.0]]); b = tf.constant([1, 2, 3]); c = tf.zeros((2, 3)); d = tf.ones([4])
a = tf.random.normal((3, 2)); b = tf.random.uniform((3, 2)); c = tf.random.uniform([5], maxval=4, dtype=tf.int32)
a = tf.cast(np.arange(5), tf.float32); b = a / 5; c = tf.convert_to_tensor(np.ones((2, 2))); d = tf.cast(a, "int32")
a = tf.one_hot(np.array([0, 2]), 3); b = tf.one_hot([0, 1], depth=2); c = tf.argmax(a, axis=1); d = tf.one_hot([[0], [1]], 2)
a = tf.reshape(tf.range(6), (2, 3)); b = tf.expand_dims(tf.zeros((2, 3)), -1); c = tf.squeeze(b); d = tf.transpose(b)
a = tf.image.convert_image_dtype(np.zeros((2, 2, 3), dtype="uint8"), tf.float32); b = tf.image.flip_left_right(a)
a = tf.image.resize(np.random.randint(0, 256, (9, 8, 3)).astype("uint8"), (4, 5)); b = tf.image.per_image_standardization(a)
a = tf.concat([tf.zeros((2, 3)), tf.ones((1, 3))], axis=0); b = tf.stack([tf.zeros(3), tf.ones(3)]); c = tf.clip_by_value(a, 0, 1)
a = tf.constant([1, 2], dtype=tf.float64); b = tf.constant(np.arange(3)); c = tf.reduce_max(tf.zeros((2, 3)), axis=1)
a = tf.constant(np.zeros((2, 2), dtype="uint8")) / 255; b = tf.constant([3, 4]) * 2; c = tf.constant([1.5]) > 1
ds = tf.data.Dataset.from_tensor_slices(np.arange(10)); a = ds.batch(3); b = ds.batch(3, drop_remainder=True); c = a.unbatch()
ds = tf.data.Dataset.from_tensor_slices((np.zeros((10, 3)), np.arange(10))); a = ds.shuffle(10).batch(4).prefetch(1)
ds = tf.data.Dataset.range(10); a = ds.take(3); b = ds.skip(3); c = ds.repeat(2); d = ds.repeat(); e = d.take(5); f = ds.skip(20)
ds = tf.data.Dataset.range(10); a = ds.map(lambda v: v * 2); b = ds.filter(lambda v: v > 3); c = ds.concatenate(ds)
ds = tf.data.Dataset.from_tensors(np.zeros((10, 3))); a = ds.repeat(3); b = ds.batch(2)
ds = tf.data.Dataset.from_tensor_slices({"a": np.zeros((10, 3)), "b": np.arange(10)}); a = ds.batch(2); b = ds.enumerate()
ds = tf.data.Dataset.from_tensor_slices(([[1.0, 2.0], [3.0, 4.0]], [0, 1])); a = ds.batch(2)
ds = tf.data.Dataset.zip((tf.data.Dataset.range(4), tf.data.Dataset.range(5))); a = ds.batch(2); b = ds.cache().repeat(2)
ds = tf.data.Dataset.zip(tf.data.Dataset.range(4), tf.data.Dataset.range(3).repeat())
ds = tf.data.Dataset.from_tensor_slices(np.arange(12)).batch(2).batch(3); a = ds.unbatch(); b = ds.padded_batch(2)
ds = tf.data.Dataset.range(10).window(3, drop_remainder=True); a = ds.flat_map(lambda w: w.batch(3))
ds = tf.data.Dataset.from_generator(lambda: iter([1, 2]), output_signature=tf.TensorSpec((), tf.int32)); a = ds.batch(2)
ds = tf.data.Dataset.range(100).shard(4, 1); a = len(tf.data.Dataset.range(7)); b = tf.data.Dataset.range(9).cardinality().numpy()
@ds = tf.data.Dataset.from_tensor_slices((x, y)); a = ds.map(lambda p, q: (tf.cast(p, tf.float32) / 255.0, q)).batch(32)
@ds = tf.data.Dataset.from_tensor_slices((x / 255, to_categorical(y, 10))).shuffle(100).batch(16, drop_remainder=True)
@ds = tf.data.Dataset.from_tensor_slices((x, y)).map(lambda p, q: (tf.expand_dims(p, -1), tf.one_hot(q, 10))).batch(8)
@ds = tf.data.Dataset.from_tensor_slices((x[..., None], y)).map(lambda p, q: (tf.image.resize(p, (32, 32)), q)).batch(8)
@ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(8); p, q = next(iter(ds)); a = p / 255
@ds = tf.data.Dataset.from_tensor_slices((x[..., None], y)).batch(8); s = keras.layers.Rescaling(1 / 255); a = ds.map(lambda p, q: (s(p), q))
@s = keras.layers.Rescaling(1.0 / 127.5, offset=-1); a = s(x); b = keras.layers.Resizing(14, 14)(x[..., None])
@def prepare(p, q):
    p = tf.image.convert_image_dtype(p, tf.float32)
    return p, tf.cast(q, tf.int64)
ds = tf.data.Dataset.from_tensor_slices((x, y)).map(prepare, num_parallel_calls=tf.data.AUTOTUNE).batch(10)
@ds = tf.data.Dataset.from_tensor_slices((x, y)); a = ds.take(100).batch(10); b = ds.skip(100).batch(10); n = len(a)
@a, b = keras.utils.split_dataset(tf.data.Dataset.from_tensor_slices((x, y)), left_size=0.8)
@a, b = keras.utils.split_dataset((x, y), left_size=0.5); c = a.batch(5)
@a = keras.ops.cast(keras.ops.convert_to_tensor(x), "float32"); b = keras.ops.expand_dims(a, -1); c = keras.ops.one_hot(y, 10)
@a = keras.ops.reshape(x, (600, 784)); b = keras.ops.stack([x, x]); c = keras.ops.concatenate([x, x], axis=0)
@a = keras.applications.mobilenet_v2.preprocess_input(x.astype("float32")); b = keras.applications.efficientnet.preprocess_input(x)
"""


def _snippets(table: str) -> list[str]:
    found: list[str] = []
    for line in table.strip().splitlines():
        if line.startswith((" ", "ds = ")) and found and found[-1].startswith("@def"):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return [MNIST + text[1:] if text.startswith("@") else text for text in found]


SNIPPETS = [snippet for table in (NUMPY, KERAS, TENSORFLOW) for snippet in _snippets(table)]


def test_the_table_is_large() -> None:
    assert len(SNIPPETS) >= 150


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.replace(MNIST, "").strip()[:60])
def test_every_claim_holds(snippet: str) -> None:
    assert disagreements(snippet) == []
