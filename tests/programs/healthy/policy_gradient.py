"""REINFORCE: a softmax policy trained with GradientTape. No labels, no compile."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

EPISODES = 200
GAMMA = 0.97
N_STATES, N_ACTIONS = 9, 3

policy = tf.keras.Sequential(
    [
        tf.keras.Input(shape=(N_STATES,)),
        layers.Dense(32, activation="tanh"),
        layers.Dense(N_ACTIONS, activation="softmax"),
    ]
)
baseline = tf.keras.Sequential([tf.keras.Input(shape=(N_STATES,)), layers.Dense(32, "tanh"), layers.Dense(1)])
opt_p = tf.keras.optimizers.Adam(0.01)
opt_b = tf.keras.optimizers.Adam(0.01)


def rollout():
    position, states, actions, rewards = 4, [], [], []
    for _ in range(20):
        s = np.eye(N_STATES, dtype="float32")[position]
        p = policy(s[None])[0].numpy().astype("float64")
        a = np.random.choice(N_ACTIONS, p=p / p.sum())
        position = int(np.clip(position + a - 1, 0, N_STATES - 1))
        states.append(s)
        actions.append(a)
        rewards.append(1.0 if position == N_STATES - 1 else -0.05)
    return np.array(states), np.array(actions), np.array(rewards, dtype="float32")


def discounted(rewards):
    out, running = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + GAMMA * running
        out[t] = running
    return out


for episode in range(EPISODES):
    states, actions, rewards = rollout()
    returns = discounted(rewards)
    with tf.GradientTape(persistent=True) as tape:
        value = tf.squeeze(baseline(states), 1)
        advantage = tf.stop_gradient(returns - value)
        probs = policy(states)
        chosen = tf.gather(probs, actions, axis=1, batch_dims=1)
        policy_loss = -tf.reduce_mean(tf.math.log(chosen + 1e-8) * advantage)
        value_loss = tf.reduce_mean(tf.square(returns - value))
    opt_p.apply_gradients(zip(tape.gradient(policy_loss, policy.trainable_variables), policy.trainable_variables))
    opt_b.apply_gradients(zip(tape.gradient(value_loss, baseline.trainable_variables), baseline.trainable_variables))
    del tape
    if episode % 20 == 0:
        print(episode, rewards.sum())
