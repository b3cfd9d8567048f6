import gymnasium as gym
import numpy as np
import tensorflow as tf

env = gym.make("LunarLander-v2")
policy = tf.keras.Sequential([
    tf.keras.layers.Input((8,)),
    tf.keras.layers.Dense(128, activation="tanh"),
    tf.keras.layers.Dense(4, activation="softmax"),
])
opt = tf.keras.optimizers.Adam(1e-3)
GAMMA = 0.99


def rollout():
    s, _ = env.reset()
    S, A, R = [], [], []
    while True:
        p = policy(s[None]).numpy()[0].astype("float64")
        a = np.random.choice(4, p=p / p.sum())
        s2, r, end, cut, _ = env.step(a)
        S.append(s), A.append(a), R.append(r)
        s = s2
        if end or cut:
            return np.array(S, "float32"), np.array(A), R


def returns(rs):
    out, g = [], 0.0
    for r in reversed(rs):
        g = r + GAMMA * g
        out.append(g)
    out = np.array(out[::-1], "float32")
    return (out - out.mean()) / (out.std() + 1e-8)


for episode in range(1000):
    S, A, R = rollout()
    G = returns(R)
    with tf.GradientTape() as tape:
        p = policy(S)
        logp = tf.math.log(tf.gather(p, A, batch_dims=1) + 1e-8)
        loss = -tf.reduce_mean(logp * G)
    grads = tape.gradient(loss, policy.trainable_variables)
    opt.apply_gradients(zip(grads, policy.trainable_variables))
    if episode % 20 == 0:
        print(episode, sum(R))
