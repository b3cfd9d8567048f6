"""The arrays that a model is trained on: where they are given, their names, and how lines get in front of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Subject
from default_lint.program.data_values import Array, Dataset, Generator, current
from default_lint.program.types import Fit, Loss, Model
from default_lint.program.values import Unknown, Value, is_integer
from default_lint.text import Span

_TEXTS = ("TextVectorization", "StringLookup")


@dataclass
class Training:
    """What one `fit` trains on, and the lines and edits that change it.

    place    the call that is given the arrays: `fit`, or `Dataset.from_tensor_slices`
    inputs   the expressions of the inputs (several for a model with several);  targets: that of the labels
    labels   "classes" (one number for each example), "binary" (one 0 or 1 for each), "one-hot", "sequence" (class
             numbers, more than one for each), "many" (several 0 or 1) or "numbers"
    classes  how many there are, None when that is not known
    """

    subject: Subject
    model: Model
    fit: Fit
    place: Span
    inputs: tuple[Span, ...]
    targets: Span
    labels: str
    classes: int | None
    flat: bool
    lines: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    given: dict[Span, str] = field(default_factory=dict)

    @property
    def paired(self) -> bool:
        """Whether inputs and targets are different arrays (they are one in an autoencoder)."""
        return self.subject.code(self.targets) not in [self.subject.code(span) for span in self.inputs]

    @property
    def weighted(self) -> bool:
        """Whether classes are weighted by their number."""
        return self.fit.call is not None and self.fit.call.given("class_weight") is not None

    def names(self) -> list[str]:
        """The names of inputs and targets, each once."""
        return list(dict.fromkeys(self.name(span) for span in (*self.inputs, self.targets)))

    def name(self, span: Span) -> str:
        """The variable of an array. An expression is bound to one first, as is a name that is used for more."""
        text = self.subject.code(span)
        if span not in self.given:
            if text.isidentifier() and not self._used_besides(text):
                self.given[span] = text
            else:
                twin = next((name for other, name in self.given.items() if self.subject.code(other) == text), None)
                self.given[span] = twin or self._bound(text)
                self.edits.append(Edit(span, self.given[span]))
        return self.given[span]

    def _bound(self, text: str) -> str:
        if "\n" in text:
            raise NotApplicable("the training data are made where they are given")
        found = re.search(r"[^\W\d]\w*", text)
        base = found[0] if found else "data"
        new = self.fresh(*((f"{base}_fit",) if "train" in base else (f"{base}_train", f"train_{base}")), f"{base}_used")
        self.lines.append(f"{new} = {text}")
        return new

    def _used_besides(self, name: str) -> bool:
        """Whether `fit` validates on a part of it as well, or a loop would change it again and again."""
        if self.fit.loop:
            return True
        validation = self.fit.call.given("validation_data") if self.fit.call is not None else None
        return validation is not None and bool(re.search(rf"(?<![\w.]){name}\b", self.subject.code(validation.span)))

    def fresh(self, *names: str) -> str:
        """The first of some names that the program does not use yet."""
        for name in (*names, *(f"{names[-1]}{number}" for number in range(2, 100))):
            if not re.search(rf"\b{name}\b", self.subject.text):
                return name
        raise NotApplicable("every name is taken")

    def change(self, lines: Sequence[str], values: dict[str, object], imports: tuple[Edit, ...] = ()) -> Change:
        """The change that puts lines in front of the training, behind those that bind the names they use."""
        edits = (*imports, self.subject.before(self.place, *self.lines, *lines), *self.edits)
        return Change(tuple(sorted(edits, key=lambda edit: edit.span)), self.place, values)

    def of_class(self, targets: str, number: int) -> str:
        """The condition that tells which examples are of a class."""
        if self.labels == "one-hot":
            return f"{targets}[:, {number}] == 1"
        return f"{targets} == {number}" if self.flat else f"{targets}.ravel() == {number}"

    def alone(self) -> None:
        """Raise NotApplicable when something else goes with each example, so that rows cannot come or go."""
        call = self.fit.call
        if call is not None and any(call.given(name) for name in ("sample_weight", "steps_per_epoch")):
            raise NotApplicable("`fit` is given weights or a number of steps, which belong to the examples")
        if any(layer.call["stateful"] is True for layer in self.model.layers):
            raise NotApplicable("a layer is stateful, so that batches must be full")


def trainings(subject: Subject) -> list[Training]:
    """What every `fit` trains on, each once. Raises NotApplicable when that is not arrays that are found."""
    found: dict[Span, Training] = {}
    reason = NotApplicable("it is not known what it is trained on")
    for model in subject.models:
        for fit in model.fits:
            try:
                found.setdefault(fit.span, _training(subject, model, fit))
            except NotApplicable as stop:
                reason = stop
    if not found:
        raise reason
    return list(found.values())


def _training(subject: Subject, model: Model, fit: Fit) -> Training:
    if any(layer.short in _TEXTS for layer in model.layers):
        raise NotApplicable("it is trained on texts")
    if isinstance(fit.x, Generator):
        raise NotApplicable("it is trained on a generator that makes its own batches")
    if isinstance(fit.x, Dataset):
        place, inputs, targets = _sliced(subject, fit, fit.x)
        array: Value = fit.x.targets
    else:
        x, y = (fit.call.given("x"), fit.call.given("y")) if fit.call is not None else (None, None)
        if x is None or y is None:
            raise NotApplicable("it is not known what it is trained on")
        place, inputs, targets = fit.span, x.span, y.span
        array = fit.y
    _check_kind(subject, targets, fit.y)
    _check_kind(subject, inputs, fit.x)
    losses = model.compiles[-1].losses or ()
    labels, classes = _labels(model, losses[0], array) if len(losses) == 1 else ("numbers", None)
    one = current(array) if isinstance(array, Array) else None
    flat = one is not None and not isinstance(one.shape, Unknown) and len(one.shape) == 1 and place == fit.span
    return Training(subject, model, fit, place, _each(subject, inputs), targets, labels, classes, flat)


def _check_kind(subject: Subject, span: Span, value: Value) -> None:
    if isinstance(value, Array) and value.library != "numpy":
        raise NotApplicable(f"`{subject.code(span)[:40]}` is not a numpy array")


def _sliced(subject: Subject, fit: Fit, dataset: Dataset) -> tuple[Span, Span, Span]:
    """The call of `from_tensor_slices` with the expressions of inputs and targets."""
    maker = dataset.maker
    node = subject.node(maker.span, cst.Call) if maker is not None else None
    if maker is None or maker.short != "from_tensor_slices" or not isinstance(node, cst.Call) or not node.args:
        raise NotApplicable("the arrays that the dataset is made of are not found")
    validation = fit.validation
    if isinstance(validation, Dataset) and validation.maker is not None and validation.maker.span == maker.span:
        raise NotApplicable("the dataset holds validation data as well")
    pair = node.args[0].value
    if not isinstance(pair, cst.Tuple) or len(pair.elements) != 2:
        raise NotApplicable("the arrays that the dataset is made of are not found")
    _check_once(subject, maker.span)
    x, y = (subject.tree.span(element.value) for element in pair.elements)
    return maker.span, x, y


def _check_once(subject: Subject, place: Span) -> None:
    """Raise NotApplicable when a call stands in a function that is called more than once."""
    for span, nodes in subject._nodes.items():
        for node in nodes:
            if isinstance(node, cst.FunctionDef) and span.contains(place):
                uses = len(re.findall(rf"\b{node.name.value}\(", subject.text))
                if uses > 2:
                    raise NotApplicable("the dataset is made by a function that makes others as well")


def _each(subject: Subject, inputs: Span) -> tuple[Span, ...]:
    """The expressions of several inputs."""
    node = subject.node(inputs, cst.List) or subject.node(inputs, cst.Tuple)
    if isinstance(node, cst.List | cst.Tuple):
        if any(isinstance(element, cst.StarredElement) for element in node.elements):
            raise NotApplicable("the inputs are spread from a list")
        return tuple(subject.tree.span(element.value) for element in node.elements)
    if subject.node(inputs, cst.Dict) is not None:
        raise NotApplicable("the inputs are a dictionary")
    return (inputs,)


def _labels(model: Model, loss: Loss, targets: Value) -> tuple[str, int | None]:
    outputs = model.output_layers()
    shape = outputs[0].shape if len(outputs) == 1 else None
    units = outputs[0].units if len(outputs) == 1 else None
    classes = units if is_integer(units) else None
    array = current(targets) if isinstance(targets, Array) else None
    rank = len(shape) if isinstance(shape, tuple) else None
    if rank is None and array is not None and isinstance(array.shape, tuple):
        rank = len(array.shape) + (loss.name == "sparse_categorical_crossentropy")
    if loss.name == "sparse_categorical_crossentropy":
        return ("classes" if rank == 2 else "sequence"), classes
    if loss.name == "categorical_crossentropy":
        return ("one-hot" if rank == 2 else "numbers"), classes
    if loss.name == "binary_crossentropy":
        single = (classes == 1 and rank == 2) or (array is not None and isinstance(array.shape, tuple) and rank == 1)
        return ("binary", 2) if single else ("many", None)
    return "numbers", None


def generator(subject: Subject, number: int) -> tuple[str, tuple[Edit, ...]]:
    """A random generator of its own, so that the program's other random numbers stay as they are."""
    numpy, imports = subject.numpy()
    return f"{numpy}.random.default_rng({number})", imports


__all__ = ["Training", "generator", "trainings"]
