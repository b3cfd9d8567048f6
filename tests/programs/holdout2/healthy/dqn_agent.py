import random
from collections import deque
import gymnasium as gym
import numpy as np
from tensorflow import keras


class Agent:
    def __init__(self, n_obs, n_act, gamma=0.99):
        self.n_act, self.gamma, self.eps = n_act, gamma, 1.0
        self.memory = deque(maxlen=20000)
        self.q = self._net(n_obs)
        self.target = self._net(n_obs)
        self.sync()

    def _net(self, n_obs):
        m = keras.Sequential([
            keras.layers.Input((n_obs,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(self.n_act, activation="linear"),
        ])
        m.compile(loss="huber", optimizer=keras.optimizers.Adam(learning_rate=5e-4))
        return m

    def sync(self):
        self.target.set_weights(self.q.get_weights())

    def act(self, s):
        if random.random() < self.eps:
            return random.randrange(self.n_act)
        return int(np.argmax(self.q.predict(s[None], verbose=0)[0]))

    def replay(self, n=64):
        if len(self.memory) < n:
            return
        s, a, r, s2, d = map(np.array, zip(*random.sample(self.memory, n)))
        y = self.q.predict(s, verbose=0)
        nxt = self.target.predict(s2, verbose=0).max(axis=1)
        y[np.arange(n), a] = r + self.gamma * nxt * (1 - d)
        self.q.fit(s, y, epochs=1, verbose=0)
        self.eps = max(0.02, self.eps * 0.999)


env = gym.make("CartPole-v1")
agent = Agent(4, 2)
for ep in range(300):
    s, _ = env.reset()
    total, done = 0, False
    while not done:
        a = agent.act(s)
        s2, r, term, trunc, _ = env.step(a)
        done = term or trunc
        agent.memory.append((s, a, r, s2, float(term)))
        s, total = s2, total + r
        agent.replay()
    agent.sync()
    print(ep, total)
