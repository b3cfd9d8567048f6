import tensorflow as tf


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.d1 = tf.keras.layers.Dense(128, activation="relu")
        self.drop = tf.keras.layers.Dropout(0.4)
        self.d2 = tf.keras.layers.Dense(10)  # or: logits-without-from-logits

    def call(self, x, training=False):
        return self.d2(self.drop(self.d1(x), training=training))


(x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()
x = x.reshape(-1, 784).astype("float32") / 255.0
xt = xt.reshape(-1, 784).astype("float32") / 255.0
ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(10000).batch(64)

net = Net()
opt = tf.keras.optimizers.Adam(1e-3)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy()  # fault: logits-without-from-logits


@tf.function
def step(bx, by):
    with tf.GradientTape() as tape:
        out = net(bx)  # fault: training-argument-missing
        loss = loss_fn(by, out)
    grads = tape.gradient(loss, net.trainable_variables)
    opt.apply_gradients(zip(grads, net.trainable_variables))
    return loss


for epoch in range(10):
    for bx, by in ds:
        loss = step(bx, by)
    acc = tf.reduce_mean(tf.cast(tf.argmax(net(xt, training=False), 1) == yt, tf.float32))
    print(epoch, float(loss), float(acc))
