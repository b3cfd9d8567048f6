"""Networks and targets of DDPG; the training loop lives in run_ddpg.py."""
import tensorflow as tf
from tensorflow.keras import layers


def get_actor(num_states, upper_bound):
    last_init = tf.keras.initializers.RandomUniform(minval=-0.003, maxval=0.003)
    inputs = layers.Input(shape=(num_states,))
    out = layers.Dense(256, activation="relu")(inputs)
    out = layers.Dense(256, activation="relu")(out)
    out = layers.Dense(1, activation="tanh", kernel_initializer=last_init)(out)
    out = layers.Rescaling(upper_bound)(out)
    return tf.keras.Model(inputs, out)


def get_critic(num_states, num_actions):
    state = layers.Input(shape=(num_states,))
    s = layers.Dense(16, activation="relu")(state)
    s = layers.Dense(32, activation="relu")(s)
    act = layers.Input(shape=(num_actions,))
    a = layers.Dense(32, activation="relu")(act)
    x = layers.Concatenate()([s, a])
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dense(256, activation="relu")(x)
    return tf.keras.Model([state, act], layers.Dense(1)(x))


class DDPG:
    def __init__(self, num_states, num_actions, bound, gamma=0.99, tau=0.005):
        self.actor, self.target_actor = get_actor(num_states, bound), get_actor(num_states, bound)
        self.critic, self.target_critic = get_critic(num_states, num_actions), get_critic(num_states, num_actions)
        self.target_actor.set_weights(self.actor.get_weights())
        self.target_critic.set_weights(self.critic.get_weights())
        self.actor_opt = tf.keras.optimizers.Adam(0.001)
        self.critic_opt = tf.keras.optimizers.Adam(0.002)
        self.gamma, self.tau = gamma, tau

    @tf.function
    def update(self, s, a, r, s2):
        with tf.GradientTape() as tape:
            a2 = self.target_actor(s2, training=True)
            y = r + self.gamma * self.target_critic([s2, a2], training=True)
            q = self.critic([s, a], training=True)
            c_loss = tf.reduce_mean(tf.square(y - q))
        g = tape.gradient(c_loss, self.critic.trainable_variables)
        self.critic_opt.apply_gradients(zip(g, self.critic.trainable_variables))
        with tf.GradientTape() as tape:
            a_loss = -tf.reduce_mean(self.critic([s, self.actor(s, training=True)], training=True))
        g = tape.gradient(a_loss, self.actor.trainable_variables)
        self.actor_opt.apply_gradients(zip(g, self.actor.trainable_variables))

    def soft_update(self):
        for target, source in ((self.target_actor, self.actor), (self.target_critic, self.critic)):
            target.set_weights([self.tau * w + (1 - self.tau) * t
                                for w, t in zip(source.get_weights(), target.get_weights())])
