"""The rule input-rank."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import describe_shape
from default_lint.program.types import Layer, Model, Problem, Program
from default_lint.program.values import Shape, Unknown
from default_lint.rules.base import Rule
from default_lint.rules.layer._common import declaration, first_failures, place
from default_lint.rules.layer._sizes import features_of, wrong_sizes
from default_lint.rules.layer.channels_order import channels_first
from default_lint.rules.layer.return_sequences_missing import culprit
from default_lint.text import Span


class InputRank(Rule):
    """A layer gets more or fewer axes than it takes, or a model data of another size.

    ## Why it matters
    Every layer takes a fixed number of axes, the batch axis included: `Conv2D` 4 (height, width, channels), `LSTM`
    and `Conv1D` 3 (steps, features). With another number Keras raises as soon as the layer is built. Gray images
    lack the channel axis, tables lack the step axis.

    ## Example
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(28, 28))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    ```

    ## Known limits
    Data with one axis more or less than the declared input is reported only when Keras does not adapt it by itself:
    it adds or drops a last axis of size 1. Data of other sizes is reported where no layer can take it: always in a
    functional model, in a sequential one when the first layer or the `Dense` behind `Flatten` has no weights for it.
    Silent where a shape is not known.

    ## Fix safety
    Unsafe: the data may need the new axis too.

    ## References
    - [Conv2D layer](https://keras.io/api/layers/convolution_layers/convolution2d/)
    - [LSTM layer](https://keras.io/api/layers/recurrent_layers/lstm/)
    """

    name = "input-rank"
    code = "LAY184"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the first layer that cannot take its input, then at the data against the declared input."""
        failing: set[int] = set()
        for model, layer, problem in first_failures(program, "rank"):
            failing.add(id(model))
            if culprit(model, layer) is None and isinstance(problem.expected, int):
                yield self._layer(program, model, layer, problem)
        for model in program.models:
            if id(model) not in failing:
                yield from self._data(program, model)

    def _layer(self, program: Program, model: Model, layer: Layer, problem: Problem) -> Finding:
        shape = declaration(program, model, layer)
        notes: tuple[Note, ...] = ()
        fixes: tuple[Fix, ...] = ()
        if shape is not None:
            notes = (Note("the input is declared here", shape.span),)
            fixes = _channel(program.document[shape.span], shape.span, layer, problem)
        return self.finding(place(layer), _message(layer, problem), notes=notes, fixes=fixes)

    def _data(self, program: Program, model: Model) -> Iterator[Finding]:
        if model.kind not in ("sequential", "functional") or len(model.inputs) != 1:
            return
        declared = model.inputs[0]
        for fit in model.uses:
            argument = fit.call.given("x") if fit.call is not None else None
            array = features_of(fit.x)
            if argument is None or array is None:
                continue
            wanted, given = describe_shape(declared), describe_shape(array.shape)
            message = f"data of shape {given} for an input of shape {wanted}"
            if _unfit(array.shape, declared):
                yield self.finding(argument.span, message, notes=(Note("the model is built here", model.span),))
                return
            if wrong_sizes(model, array.shape) and not any(channels_first(program, model)):
                place = _declared(program, model)
                notes = (Note("the data comes in here", argument.span),) if place is not None else ()
                yield self.finding(place or argument.span, message, notes=notes)
                return


def _declared(program: Program, model: Model) -> Span | None:
    """Where the size of the input is declared."""
    layer = next((layer for layer in model.layers if layer.kind != "keras.Input"), None)
    if layer is None:
        return None
    found = declaration(program, model, layer) or layer.call.given("input_dim") or layer.call.extra_named("input_dim")
    return found.span if found is not None else None


def _message(layer: Layer, problem: Problem) -> str:
    least = "at least " if "at least" in problem.message else ""
    return f"`{layer.short}` takes {least}{problem.expected} axes, the input has {problem.actual}"


def _channel(source: str, span: Span, layer: Layer, problem: Problem) -> tuple[Fix, ...]:
    """Add a channel axis to a plain `(height, width)`; the span may leave out the parentheses."""
    inside = source.strip("()")
    plain = inside.count(",") == 1 and not inside.rstrip().endswith(",") and "[" not in inside
    if not plain or "2D" not in layer.short or (problem.expected, problem.actual) != (4, 3):
        return ()
    end = span.start + source.index(inside) + len(inside)
    return (Fix("Add a channel axis of size 1", (Edit(Span(end, end), ", 1"),), Safety.UNSAFE),)


def _unfit(given: Shape, declared: Shape) -> bool:
    """True when Keras refuses the data: it adds or drops nothing but a last axis of size 1."""
    if isinstance(given, Unknown) or isinstance(declared, Unknown) or len(given) < 2:
        return False
    if len(given) == len(declared):
        return False
    longer = declared if len(declared) > len(given) else given
    return abs(len(given) - len(declared)) > 1 or (isinstance(longer[-1], int) and longer[-1] != 1)
