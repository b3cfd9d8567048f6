import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

# Configuration parameters for the whole setup
seed = 42
gamma = 0.99
max_steps = 60
EPISODES = 400
rng = np.random.default_rng(seed)


def environment_step(state, action):
    """Keep a random walk near zero."""
    new = state * 0.95 + (0.2 if action == 1 else -0.2) + rng.normal(0, 0.05, state.shape)
    return new.astype("float32"), float(-np.abs(new).sum()), bool(np.abs(new).max() > 3)


observation = layers.Input(shape=(4,))
common = layers.Dense(128, activation="relu")(observation)
action = layers.Dense(2, activation="softmax")(common)
critic = layers.Dense(1)(common)
model = keras.Model(inputs=observation, outputs=[action, critic])

optimizer = keras.optimizers.Adam(learning_rate=0.01)
huber_loss = keras.losses.Huber()
running_reward = 0.0

for episode in range(EPISODES):
    state = rng.normal(0, 0.1, 4).astype("float32")
    log_probs, values, rewards = [], [], []
    with tf.GradientTape() as tape:
        for _ in range(max_steps):
            probs, value = model(state[None])
            p = np.squeeze(probs).astype("float64")
            a = rng.choice(2, p=p / p.sum())
            log_probs.append(tf.math.log(probs[0, a]))
            values.append(value[0, 0])
            state, reward, done = environment_step(state, a)
            rewards.append(reward)
            if done:
                break
        returns, total = [], 0.0
        for r in rewards[::-1]:
            total = r + gamma * total
            returns.insert(0, total)
        returns = np.array(returns, dtype="float32")
        returns = (returns - returns.mean()) / (returns.std() + 1e-7)
        actor_losses = [-lp * (ret - v) for lp, v, ret in zip(log_probs, tf.stop_gradient(values), returns)]
        critic_losses = [huber_loss([v], [ret]) for v, ret in zip(values, returns)]
        loss_value = sum(actor_losses) + sum(critic_losses)
    grads = tape.gradient(loss_value, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    running_reward = 0.05 * sum(rewards) + 0.95 * running_reward
    if episode % 10 == 0:
        print("episode", episode, "running reward %.2f" % running_reward)
