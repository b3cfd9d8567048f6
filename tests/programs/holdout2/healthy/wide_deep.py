import keras
from keras import layers


@keras.saving.register_keras_serializable()
class WideDeep(keras.Model):
    def __init__(self, units=(100, 50), activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = activation
        self.hidden = [layers.Dense(u, activation=activation) for u in units]
        self.main = layers.Dense(1)
        self.aux = layers.Dense(1)

    def call(self, inputs):
        wide, x = inputs
        for d in self.hidden:
            x = d(x)
        return self.main(layers.concatenate([wide, x])), self.aux(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "activation": self.activation}


def experiment(Xw, Xd, y, Xw_val, Xd_val, y_val):
    keras.backend.clear_session()
    model = WideDeep()
    model.compile(loss=["mse", "mse"], loss_weights=[0.9, 0.1], optimizer=keras.optimizers.Nadam(1e-3),
                  metrics=[["mae"], ["mae"]])
    return model.fit((Xw, Xd), (y, y), epochs=20, validation_data=((Xw_val, Xd_val), (y_val, y_val)))
