"""Models: what is recovered from each style of building them."""
# ruff: noqa: E501

from __future__ import annotations

import pytest

from default_lint.program.objects import Prediction
from default_lint.program.types import Model
from default_lint.program.values import TrainingFlag, Unknown
from tests.program.reading import model, program

THREE = [("Dense", (None, 8), "relu"), ("Dropout", (None, 8), "linear"), ("Dense", (None, 3), "softmax")]


def rows(found: Model) -> list[tuple[str, object, object]]:
    """(class, shape, activation) of the layers behind the input."""
    return [(layer.short, layer.shape, layer.activation) for layer in found.layers if layer.short != "Input"]


SAME_MODEL = {
    "list": """
        m = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.1), layers.Dense(3, activation="softmax")])
    """,
    "keyword": """
        m = keras.Sequential(layers=[layers.Input(shape=(4,)), layers.Dense(8, "relu"), layers.Dropout(0.1), layers.Dense(3, "softmax")])
    """,
    "add": """
        m = keras.models.Sequential()
        m.add(layers.Dense(8, activation="relu", input_dim=4))
        m.add(layers.Dropout(0.1))
        m.add(layers.Dense(3, activation="softmax"))
    """,
    "add with input_shape": """
        m = keras.models.Sequential(name="net")
        m.add(layers.Dense(8, activation=keras.activations.relu, input_shape=(4,)))
        m.add(layers.Dropout(0.1))
        m.add(layers.Dense(3, activation=keras.ops.softmax))
    """,
    "add after pop": """
        m = keras.Sequential([keras.layers.InputLayer(shape=(4,)), layers.Dense(8, "relu"), layers.Dropout(0.1), layers.Dense(9)])
        m.pop()
        m.add(layers.Dense(3, activation="softmax"))
    """,
    "functional": """
        i = keras.Input((4,))
        x = layers.Dense(8, activation="relu")(i)
        x = layers.Dropout(0.1)(x)
        m = keras.Model(i, layers.Dense(3, activation="softmax")(x))
    """,
    "functional by keyword": """
        i = keras.Input(shape=[4])
        x = layers.Dropout(0.1)(layers.Dense(8, activation="relu")(i))
        out = layers.Dense(3, activation="softmax")(x)
        m = keras.models.Model(inputs=[i], outputs=[out])
    """,
    "function": """
        def build(width, classes=3):
            m = keras.Sequential()
            m.add(keras.Input((4,)))
            m.add(layers.Dense(width, activation="relu"))
            m.add(layers.Dropout(0.1))
            m.add(layers.Dense(classes, activation="softmax"))
            return m
        m = build(8)
    """,
    "function never called": """
        def build(width=8, classes=3):
            i = keras.Input((4,))
            x = layers.Dense(width, activation="relu")(i)
            x = layers.Dropout(0.1)(x)
            return keras.Model(i, layers.Dense(classes, activation="softmax")(x))
    """,
    "helper that adds a block": """
        def block(x, width, act):
            x = layers.Dense(width, activation=act)(x)
            return layers.Dropout(0.1)(x)
        i = keras.Input((4,))
        m = keras.Model(i, layers.Dense(3, "softmax")(block(i, 8, "relu")))
    """,
    "loop": """
        m = keras.Sequential([keras.Input((4,))])
        for width in [8]:
            m.add(layers.Dense(width, activation="relu"))
            m.add(layers.Dropout(0.1))
        m.add(layers.Dense(3, activation="softmax"))
    """,
    "if on a known value": """
        REGULARIZE = True
        m = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu")])
        if REGULARIZE:
            m.add(layers.Dropout(0.1))
        else:
            m.add(layers.BatchNormalization())
        m.add(layers.Dense(3, "softmax"))
    """,
    "subclass": """
        class Net(keras.Model):
            def __init__(self, classes):
                super().__init__()
                self.hidden = layers.Dense(8, activation="relu")
                self.drop = layers.Dropout(0.1)
                self.out = layers.Dense(classes, activation="softmax")
            def call(self, inputs, training=None):
                x = self.drop(self.hidden(inputs), training=training)
                return self.out(x)
        m = Net(3)
        m.compile("adam", "sparse_categorical_crossentropy")
        m.fit(np.zeros((50, 4)), np.zeros(50), epochs=3)
    """,
    "attribute of a class": """
        class Trainer:
            def __init__(self):
                self.model = self.build()
            def build(self):
                return keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.1), layers.Dense(3, "softmax")])
        Trainer()
    """,
    "activation layers apart": """
        i = keras.Input((4,))
        x = layers.Dense(8, "relu")(i)
        x = layers.Dropout(0.1)(x)
        m = keras.Model(i, layers.Dense(3, keras.activations.softmax)(x))
    """,
}


@pytest.mark.parametrize("source", SAME_MODEL.values(), ids=SAME_MODEL.keys())
def test_the_same_model_in_every_style(source: str) -> None:
    found = model(source)
    assert rows(found) == THREE
    assert found.complete
    assert found.parameters == 4 * 8 + 8 + 8 * 3 + 3


IMPORTS = [
    ("import keras", "keras.layers.Dense(2)"),
    ("import keras as K", "K.layers.Dense(2)"),
    ("from keras import layers as L", "L.Dense(2)"),
    ("from keras.layers import Dense", "Dense(2)"),
    ("from keras.layers import Dense as D", "D(2)"),
    ("from keras.layers import *", "Dense(2)"),
    ("import keras.layers", "keras.layers.Dense(2)"),
    ("import keras.layers as kl", "kl.Dense(2)"),
    ("import tensorflow as tf", "tf.keras.layers.Dense(2)"),
    ("import tensorflow", "tensorflow.keras.layers.Dense(2)"),
    ("from tensorflow import keras", "keras.layers.Dense(2)"),
    ("from tensorflow.keras import layers", "layers.Dense(2)"),
    ("from tensorflow.keras.layers import Dense", "Dense(2)"),
    ("import tensorflow.keras as tk", "tk.layers.Dense(2)"),
    ("from tensorflow.python.keras.layers import Dense", "Dense(2)"),
    ("from tensorflow.python.keras.layers.core import Dense", "Dense(2)"),
    ("from keras.layers.core import Dense", "Dense(2)"),
    ("from keras.src.layers.core.dense import Dense", "Dense(2)"),
    ("import tf_keras as keras", "keras.layers.Dense(2)"),
    ("import tensorflow.compat.v1 as tf", "tf.keras.layers.Dense(2)"),
    ("import tensorflow as tf\nl = tf.keras.layers", "l.Dense(2)"),
    ("import keras\nMyDense = keras.layers.Dense", "MyDense(2)"),
    ("import keras\ndef fc(n):\n    return keras.layers.Dense(n)", "fc(2)"),
    ("try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras", "keras.layers.Dense(2)"),
    ("import keras\nfrom functools import partial\nD = partial(keras.layers.Dense, 2)", "D()"),
    ("import keras\nREGISTRY = {'d': keras.layers.Dense}", "REGISTRY['d'](2)"),
    ("import keras", "getattr(keras.layers, 'Dense')(2)"),
]


@pytest.mark.parametrize(
    ("imports", "call"), IMPORTS, ids=[item[0].replace("\n", "; ")[:50] + "|" + item[1] for item in IMPORTS]
)
def test_every_import_style_names_the_same_layer(imports: str, call: str) -> None:
    found = list(program(f"layer = {call}\nmodel.compile()\n", prefix=f"{imports}\n").calls_of("keras.layers.Dense"))
    assert [item["units"] for item in found] == [2]


def test_operators_and_functions_join_tensors() -> None:
    found = model(
        """
        a, b = keras.Input((4,)), keras.Input((4,))
        x = layers.concatenate([a + b, keras.ops.relu(a) * 2.0])
        m = keras.Model([a, b], x)
        """
    )
    assert found.inputs == ((None, 4), (None, 4))
    assert [layer.kind for layer in found.layers[2:]] == [
        "operator.add",
        "keras.ops.relu",
        "operator.mul",
        "keras.layers.concatenate",
    ]
    assert found.layers[-1].shape == (None, 8)


def test_many_inputs_and_outputs_with_dict_losses() -> None:
    found = model(
        """
        a, b = keras.Input((4,), name="a"), keras.Input((2,), name="b")
        x = layers.Concatenate()([a, b])
        y = layers.Dense(1, activation="sigmoid", name="y")(x)
        z = layers.Dense(5, name="z")(x)
        m = keras.Model({"a": a, "b": b}, {"y": y, "z": z})
        m.compile("adam", loss={"y": "binary_crossentropy", "z": keras.losses.SparseCategoricalCrossentropy(from_logits=True)})
        """
    )
    assert [layer.units for layer in found.output_layers()] == [1, 5]
    assert [(loss.name, loss.from_logits) for loss in found.compiles[0].losses or ()] == [
        ("binary_crossentropy", False),
        ("sparse_categorical_crossentropy", True),
    ]


def test_a_layer_called_twice_is_shared_and_counted_once() -> None:
    found = model(
        """
        a, b = keras.Input((4,)), keras.Input((4,))
        tower = layers.Dense(8)
        m = keras.Model([a, b], layers.Subtract()([tower(a), tower(b)]))
        """
    )
    assert [layer.shared for layer in found.layers if layer.short == "Dense"] == [2, 2]
    assert found.parameters == 40


def test_nested_models_have_their_shapes_and_counts() -> None:
    program_ = program(
        """
        encoder = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(2)])
        i = keras.Input((4,))
        m = keras.Model(i, layers.Dense(4)(encoder(i)))
        """
    )
    outer = program_.models[1]
    inner = next(layer for layer in outer.layers if layer.nested is not None)
    assert inner.shape == (None, 2)
    assert inner.parameters == 4 * 8 + 8 + 8 * 2 + 2
    assert [layer.shape for layer in inner.nested.layers] == [(None, 8), (None, 2)]
    assert outer.parameters == inner.parameters + 2 * 4 + 4


def test_custom_layer_made_of_keras_layers_is_followed() -> None:
    found = model(
        """
        class Block(layers.Layer):
            def __init__(self, width):
                super().__init__()
                self.conv = layers.Conv2D(width, 3, padding="same")
                self.norm = layers.BatchNormalization()
            def call(self, x, training=None):
                return keras.ops.relu(self.norm(self.conv(x), training=training)) + x
        i = keras.Input((8, 8, 16))
        m = keras.Model(i, layers.GlobalAveragePooling2D()(Block(16)(i)))
        """
    )
    block = found.layers[1]
    assert (block.kind, block.shape, block.parameters) == ("custom.Block", (None, 8, 8, 16), 16 * 16 * 9 + 16 + 64)
    assert [layer.short for layer in block.nested.layers] == ["Conv2D", "BatchNormalization", "relu", "add"]
    assert isinstance(block.nested.layers[1].training, TrainingFlag)


def test_custom_layer_with_its_own_weights_is_opaque() -> None:
    found = model(
        """
        class Scale(layers.Layer):
            def build(self, shape):
                self.w = self.add_weight(shape=(shape[-1],))
            def call(self, x):
                return x * self.w
        i = keras.Input((8,))
        m = keras.Model(i, layers.Dense(2)(Scale()(i)))
        """
    )
    assert isinstance(found.layers[1].parameters, Unknown)
    assert isinstance(found.parameters, Unknown)


def test_events_are_bound_to_their_model_through_functions_and_attributes() -> None:
    found = program(
        """
        def train(net, x, y, epochs):
            net.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
            return net.fit(x, y, epochs=epochs, validation_split=0.2, callbacks=[keras.callbacks.EarlyStopping()])
        class Holder:
            pass
        holder = Holder()
        holder.net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        train(holder.net, np.zeros((10, 4)), np.zeros(10), epochs=7)
        prediction = holder.net.predict(np.zeros((2, 4)))
        """
    )
    net = found.models[0]
    assert [event.kind for event in net.events] == ["compile", "fit", "predict"]
    compiled, fit = net.compiles[0], net.fits[0]
    assert (compiled.optimizer.name, compiled.optimizer.learning_rate) == ("Adam", 1e-3)
    assert [loss.name for loss in compiled.losses] == ["mean_squared_error"]
    assert [metric.name for metric in compiled.metrics] == ["mean_absolute_error"]
    assert fit.call["epochs"] == 7 and fit.x.shape == (10, 4)
    assert [callback.short for callback in fit.callbacks] == ["EarlyStopping"]


def test_prediction_knows_its_model() -> None:
    found = program(
        """
        net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        best = np.argmax(net.predict(np.zeros((2, 4))), axis=1)
        """
    )
    call = next(found.calls_of("numpy.argmax"))
    assert isinstance(call["a"], Prediction)
    assert call["a"].model is found.models[0]


def test_trainable_assignments_reach_the_models_that_hold_the_layer() -> None:
    found = program(
        """
        base = keras.applications.ResNet50(include_top=False, input_shape=(64, 64, 3), pooling="avg")
        base.trainable = False
        net = keras.Sequential([base, layers.Dense(2, activation="softmax")])
        net.compile("adam", "sparse_categorical_crossentropy")
        base.trainable = True
        """
    )
    net = next(item for item in found.models if item.name == "net")
    assert [event.kind for event in net.events] == ["compile", "trainable"]
    assert net.compiles[0].value is True
    assert net.layers[0].shape == (None, 2048)
    assert net.parameters == 23587712 + 2048 * 2 + 2


def test_frozen_model_trains_nothing() -> None:
    found = model(
        """
        net = keras.Sequential([keras.Input((4,)), layers.Dense(3, trainable=False), layers.Dense(1)])
        net.layers[-1].trainable = False
        net.compile("adam", "mse")
        """
    )
    assert found.compiles[0].value is False


def test_layers_made_in_a_loop_of_unknown_length_are_uncertain() -> None:
    found = model(
        """
        import sys
        net = keras.Sequential([keras.Input((4,))])
        for _ in range(int(sys.argv[1])):
            net.add(layers.Dense(8, activation="relu"))
        net.add(layers.Dense(2))
        """
    )
    assert not found.complete
    assert [layer.uncertain for layer in found.layers] == [True, False]


def test_problem_is_reported_once_and_shapes_behind_it_are_unknown() -> None:
    found = model(
        "m = keras.Sequential([keras.Input((10,)), layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(2)])\n"
    )
    assert [layer.problem.kind if layer.problem else None for layer in found.layers] == ["rank", None, None]
    assert isinstance(found.layers[0].shape, Unknown)


def test_custom_training_loop_is_recognized() -> None:
    found = program(
        """
        import tensorflow as tf
        net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        loss_fn = keras.losses.MeanSquaredError()
        opt = keras.optimizers.SGD(0.1)
        @tf.function
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = loss_fn(y, net(x, training=True))
            opt.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
        for epoch in range(3):
            for x, y in dataset:
                step(x, y)
        """
    )
    (loop,) = found.loops
    assert (loop.kind, loop.model) == ("tape", found.models[0])
    assert loop.loss.short == "MeanSquaredError"
    assert loop.optimizer["learning_rate"] == 0.1
    assert loop.forward["training"] is True


def test_dangling_layer_is_noticed() -> None:
    found = program(
        """
        i = keras.Input((4,))
        x = layers.Dense(8)(i)
        y = layers.Dense(8)(x)
        m = keras.Model(i, layers.Dense(1)(x))
        """
    )
    assert [layer.variable for layer in found.dangling] == ["y"]


def test_fit_of_something_else_is_not_a_model() -> None:
    found = program("from sklearn.svm import SVC\nc = SVC()\nc.fit(a, b)\nhelper.fit(a, b)\n")
    assert found.models == ()


def test_model_from_elsewhere_is_known_by_its_compile() -> None:
    found = program(
        "from mine import build\nm = build()\nm.compile(loss='mse', optimizer='adam')\nm.fit(a, b, epochs=3)\n"
    )
    (only,) = found.models
    assert (only.kind, only.complete, [event.kind for event in only.events]) == ("unknown", False, ["compile", "fit"])
