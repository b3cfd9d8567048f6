"""Advantage actor-critic for the warehouse robot simulator (vectorised environments)."""
from __future__ import annotations

import argparse
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import layers


@dataclass
class HParams:
    n_envs: int = 16
    n_steps: int = 8
    updates: int = 20_000
    gamma: float = 0.99
    lam: float = 0.95
    entropy_coef: float = 0.01
    value_coef: float = 0.5
    lr: float = 7e-4
    max_grad_norm: float = 0.5
    seed: int = 0


class GridWarehouse:
    """n robots on independent 8x8 grids; reach the pallet, then the dock."""

    SIZE, ACTIONS = 8, 4
    MOVES = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]])

    def __init__(self, n: int, seed: int):
        self.n = n
        self.rng = np.random.default_rng(seed)
        self.pos = np.zeros((n, 2), int)
        self.goal = np.zeros((n, 2), int)
        self.t = np.zeros(n, int)
        self.reset(np.arange(n))

    def reset(self, idx):
        self.pos[idx] = self.rng.integers(0, self.SIZE, (len(idx), 2))
        self.goal[idx] = self.rng.integers(0, self.SIZE, (len(idx), 2))
        self.t[idx] = 0

    def observe(self):
        obs = np.zeros((self.n, self.SIZE, self.SIZE, 2), "float32")
        i = np.arange(self.n)
        obs[i, self.pos[:, 0], self.pos[:, 1], 0] = 1.0
        obs[i, self.goal[:, 0], self.goal[:, 1], 1] = 1.0
        return obs

    def step(self, actions):
        self.pos = np.clip(self.pos + self.MOVES[actions], 0, self.SIZE - 1)
        self.t += 1
        hit = (self.pos == self.goal).all(1)
        done = hit | (self.t >= 50)
        reward = np.where(hit, 1.0, -0.01).astype("float32")
        if done.any():
            self.reset(np.flatnonzero(done))
        return self.observe(), reward, done.astype("float32")


def build_policy(shape, n_actions):
    obs = keras.Input(shape)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(obs)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu", kernel_initializer=keras.initializers.Orthogonal(2 ** 0.5))(x)
    logits = layers.Dense(n_actions, kernel_initializer=keras.initializers.Orthogonal(0.01), name="logits")(x)
    value = layers.Dense(1, kernel_initializer=keras.initializers.Orthogonal(1.0), name="value")(x)
    return keras.Model(obs, [logits, value])


class A2C:
    def __init__(self, hp: HParams):
        self.hp = hp
        self.env = GridWarehouse(hp.n_envs, hp.seed)
        self.model = build_policy((8, 8, 2), GridWarehouse.ACTIONS)
        self.opt = keras.optimizers.RMSprop(hp.lr, rho=0.99, epsilon=1e-5, global_clipnorm=hp.max_grad_norm)
        self.obs = self.env.observe()

    @tf.function
    def act(self, obs):
        logits, value = self.model(obs, training=False)
        return tf.squeeze(tf.random.categorical(logits, 1), 1), tf.squeeze(value, 1)

    def rollout(self):
        hp = self.hp
        store = {k: [] for k in ("obs", "act", "rew", "done", "val")}
        for _ in range(hp.n_steps):
            a, v = self.act(self.obs)
            nxt, r, d = self.env.step(a.numpy())
            for key, item in zip(store, (self.obs, a.numpy(), r, d, v.numpy())):
                store[key].append(item)
            self.obs = nxt
        _, last = self.act(self.obs)
        adv = np.zeros((hp.n_steps, hp.n_envs), "float32")
        running, next_value = np.zeros(hp.n_envs, "float32"), last.numpy()
        for t in reversed(range(hp.n_steps)):
            alive = 1.0 - store["done"][t]
            delta = store["rew"][t] + hp.gamma * next_value * alive - store["val"][t]
            running = delta + hp.gamma * hp.lam * alive * running
            adv[t], next_value = running, store["val"][t]
        returns = adv + np.stack(store["val"])
        flat = lambda a: np.concatenate(list(a), 0)
        return flat(store["obs"]), flat(store["act"]), flat(adv), flat(returns), float(np.mean(store["rew"]))

    @tf.function
    def update(self, obs, act, adv, ret):
        hp = self.hp
        with tf.GradientTape() as tape:
            logits, value = self.model(obs, training=True)
            nll = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=act, logits=logits)
            policy = tf.reduce_mean(nll * adv)
            critic = tf.reduce_mean(tf.square(ret - tf.squeeze(value, 1)))
            p = tf.nn.softmax(logits)
            entropy = -tf.reduce_mean(tf.reduce_sum(p * tf.nn.log_softmax(logits), 1))
            loss = policy + hp.value_coef * critic - hp.entropy_coef * entropy
        grads = tape.gradient(loss, self.model.trainable_variables)
        self.opt.apply_gradients(zip(grads, self.model.trainable_variables))
        return policy, critic, entropy

    def train(self, save_to: str):
        smooth = 0.0
        for i in range(self.hp.updates):
            obs, act, adv, ret, r = self.rollout()
            adv = (adv - adv.mean()) / (adv.std() + 1e-8)
            stats = self.update(tf.constant(obs), tf.constant(act), tf.constant(adv), tf.constant(ret))
            smooth = 0.99 * smooth + 0.01 * r
            if i % 500 == 0:
                print(i, f"reward/step {smooth:.4f}", *(f"{float(s):.3f}" for s in stats))
        self.model.save(save_to)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--updates", type=int, default=HParams.updates)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--save", default="warehouse_a2c.keras")
    ns = ap.parse_args()
    keras.utils.set_random_seed(ns.seed)
    A2C(HParams(updates=ns.updates, seed=ns.seed)).train(ns.save)
