"""DQN agent. fit() on mini-batches with epochs=1 is how replay works; outputs are linear Q values."""
import random
from collections import deque

import numpy as np
from tensorflow.keras import Input, Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras.optimizers import Adam

EPISODES = 300


class Pole:
    """Small stand-in for the gym environment."""

    def reset(self):
        self.s, self.t = np.random.uniform(-0.05, 0.05, 4), 0
        return self.s

    def step(self, action):
        self.t += 1
        self.s = 0.98 * self.s + (0.1 if action else -0.1) * np.array([0.1, 1.0, -0.1, -1.0])
        done = bool(abs(self.s[2]) > 0.2 or self.t >= 40)
        return self.s, 1.0, done


class DQNAgent:
    def __init__(self, state_size, action_size):
        self.state_size = state_size
        self.action_size = action_size
        self.memory = deque(maxlen=2000)
        self.gamma = 0.95
        self.epsilon = 1.0
        self.epsilon_min = 0.01
        self.epsilon_decay = 0.995
        self.learning_rate = 0.001
        self.model = self._build_model()
        self.target_model = self._build_model()
        self.update_target_model()

    def _build_model(self):
        model = Sequential()
        model.add(Input((self.state_size,)))
        model.add(Dense(24, activation="relu"))
        model.add(Dense(24, activation="relu"))
        model.add(Dense(self.action_size, activation="linear"))
        model.compile(loss="mse", optimizer=Adam(learning_rate=self.learning_rate))
        return model

    def update_target_model(self):
        self.target_model.set_weights(self.model.get_weights())

    def act(self, state):
        if np.random.rand() <= self.epsilon:
            return random.randrange(self.action_size)
        return int(np.argmax(self.model.predict(state, verbose=0)[0]))

    def replay(self, batch_size):
        batch = random.sample(self.memory, batch_size)
        states = np.vstack([b[0] for b in batch])
        nxt = np.vstack([b[3] for b in batch])
        target = self.model.predict(states, verbose=0)
        future = self.target_model.predict(nxt, verbose=0)
        for i, (_, action, reward, _, done) in enumerate(batch):
            target[i][action] = reward if done else reward + self.gamma * np.amax(future[i])
        self.model.fit(states, target, epochs=1, verbose=0)
        if self.epsilon > self.epsilon_min:
            self.epsilon *= self.epsilon_decay


if __name__ == "__main__":
    env, agent = Pole(), DQNAgent(4, 2)
    for e in range(EPISODES):
        state, done, score = env.reset().reshape(1, 4), False, 0
        while not done:
            action = agent.act(state)
            nxt, reward, done = env.step(action)
            nxt = nxt.reshape(1, 4)
            agent.memory.append((state, action, reward, nxt, done))
            state, score = nxt, score + 1
        agent.update_target_model()
        if len(agent.memory) > 32:
            agent.replay(32)
        print(f"episode {e}: {score}, epsilon {agent.epsilon:.2f}")
