import random
from collections import deque

import gymnasium as gym
import keras
import numpy as np
from keras import layers


class Agent:
    def __init__(self, n_state, n_action):
        self.n_action = n_action
        self.memory = deque(maxlen=20_000)
        self.gamma = 0.99
        self.epsilon = 1.0
        self.q = self._net(n_state)
        self.target = self._net(n_state)
        self.sync()

    def _net(self, n_state):
        model = keras.Sequential([
            layers.Input(shape=(n_state,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(self.n_action, activation="linear"),
        ])
        model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=1e-3))
        return model

    def sync(self):
        self.target.set_weights(self.q.get_weights())

    def act(self, s):
        if random.random() < self.epsilon:
            return random.randrange(self.n_action)
        return int(np.argmax(self.q.predict(s[None], verbose=0)[0]))

    def replay(self, batch_size=64):
        if len(self.memory) < 1000:
            return
        batch = random.sample(self.memory, batch_size)
        s, a, r, s2, done = map(np.array, zip(*batch))
        target = self.q.predict(s, verbose=0)
        nxt = self.target.predict(s2, verbose=0).max(axis=1)
        target[np.arange(batch_size), a] = r + self.gamma * nxt * (1 - done)
        self.q.fit(s, target, epochs=1, verbose=0)
        self.epsilon = max(0.01, self.epsilon * 0.999)


env = gym.make("CartPole-v1")
agent = Agent(env.observation_space.shape[0], env.action_space.n)
for episode in range(400):
    s, _ = env.reset(seed=episode)
    total, over = 0.0, False
    while not over:
        a = agent.act(s)
        s2, r, term, trunc, _ = env.step(a)
        over = term or trunc
        agent.memory.append((s, a, r, s2, float(term)))
        agent.replay()
        s, total = s2, total + r
    if episode % 5 == 0:
        agent.sync()
    print(episode, total, round(agent.epsilon, 3))
agent.q.save("dqn.keras")
