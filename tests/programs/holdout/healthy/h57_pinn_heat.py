import numpy as np
import tensorflow as tf

ALPHA = 0.05
tf.keras.backend.set_floatx("float64")

net = tf.keras.Sequential([tf.keras.Input((2,))])
for _ in range(4):
    net.add(tf.keras.layers.Dense(40, activation="tanh", kernel_initializer="glorot_normal"))
net.add(tf.keras.layers.Dense(1))


def residual(x, t):
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape(persistent=True) as t1:
            t1.watch([x, t])
            u = net(tf.concat([x, t], 1))
        u_x, u_t = t1.gradient(u, x), t1.gradient(u, t)
    u_xx = t2.gradient(u_x, x)
    return u_t - ALPHA * u_xx


def uniform(n, lo, hi):
    return tf.random.uniform((n, 1), lo, hi, dtype=tf.float64)


schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1000, 3000], [1e-2, 1e-3, 5e-4])
opt = tf.keras.optimizers.Adam(schedule)


@tf.function
def step():
    x_c, t_c = uniform(2000, 0.0, 1.0), uniform(2000, 0.0, 1.0)
    x_0, t_b = uniform(200, 0.0, 1.0), uniform(200, 0.0, 1.0)
    with tf.GradientTape() as tape:
        pde = tf.reduce_mean(tf.square(residual(x_c, t_c)))
        u0 = net(tf.concat([x_0, tf.zeros_like(x_0)], 1))
        ic = tf.reduce_mean(tf.square(u0 - tf.sin(np.pi * x_0)))
        left = net(tf.concat([tf.zeros_like(t_b), t_b], 1))
        right = net(tf.concat([tf.ones_like(t_b), t_b], 1))
        bc = tf.reduce_mean(tf.square(left)) + tf.reduce_mean(tf.square(right))
        loss = pde + 10.0 * ic + 10.0 * bc
    opt.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
    return loss


for i in range(5001):
    loss = step()
    if i % 500 == 0:
        print(i, float(loss))
grid = np.stack(np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 51)), -1).reshape(-1, 2)
exact = np.exp(-ALPHA * np.pi ** 2 * grid[:, 1:]) * np.sin(np.pi * grid[:, :1])
print("max error", np.abs(net.predict(grid, verbose=0) - exact).max())
