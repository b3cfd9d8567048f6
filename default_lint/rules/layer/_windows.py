"""Windows that do not fit: the map has vanished, or the kernel is too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from default_lint.findings import Edit, Fix, Note, Safety
from default_lint.program.types import Argument, Layer, Model, Program
from default_lint.program.values import Unknown, is_integer
from default_lint.rules.layer._common import ancestors, first_failures, place
from default_lint.rules.layer.channels_order import channels_first
from default_lint.text import Span

_USUAL = 5  # kernels up to this size are not to blame when earlier layers have shrunk the map


@dataclass(frozen=True)
class Window:
    """A window of `size` that does not fit into an axis of `room` cells."""

    model: Model
    layer: Layer
    size: int
    room: int
    shrunk: tuple[Layer, ...]

    @property
    def too_large(self) -> bool:
        """True when the window is to blame, and not what came before."""
        pooled = "Pool" in self.layer.short or "Cropping" in self.layer.short
        return not self.shrunk or (self.size > _USUAL and not pooled)

    @property
    def argument(self) -> Argument | None:
        """Where the size of the window stands."""
        call = self.layer.call
        return next((found for name in ("kernel_size", "pool_size", "cropping") if (found := call.given(name))), None)

    @property
    def span(self) -> Span:
        """The window's size where the layer is applied with it, else the layer."""
        found = self.argument
        if found is not None and self.layer.site.contains(found.span):
            return found.span
        return place(self.layer)

    def notes(self) -> tuple[Note, ...]:
        """Where the axis became so small."""
        if not self.shrunk:
            return ()
        shapes = [layer.shape for layer in self.shrunk]
        sizes = ["x".join(str(size) for size in shape[1:-1]) for shape in shapes if not isinstance(shape, Unknown)]
        spent = f"{len(self.shrunk)} layers before this one shrink it: {' -> '.join(sizes[-5:])}"
        return (Note(spent, place(self.shrunk[-1])),)

    def fixes(self) -> tuple[Fix, ...]:
        """`padding="same"` where the layer has a padding."""
        call = self.layer.call
        given, title = call.given("padding"), 'Use `padding="same"`'
        if "padding" not in call.arguments or "Cropping" in call.short:
            return ()
        if (given is not None and not self.layer.site.contains(given.span)) or call.spread:
            return (Fix(title, (), Safety.SHOWN),)
        edit = call.add_argument('padding="same"') if given is None else Edit(given.span, '"same"')
        return (Fix(title, (edit,), Safety.UNSAFE),)


def windows(program: Program) -> Iterator[Window]:
    """Every window that is the first of its chain not to fit."""
    for model, layer, problem in first_failures(program, "vanishes", "kernel"):
        if not is_integer(problem.expected) or not is_integer(problem.actual):
            continue
        if any(channels_first(program, model)):
            continue  # the business of channels-order
        before = [source for source in reversed(ancestors(model, layer)) if _shrinks(source)]
        yield Window(model, layer, problem.expected, problem.actual, tuple(before))


def _shrinks(layer: Layer) -> bool:
    given = layer.inputs[0] if len(layer.inputs) == 1 else ()
    shape = layer.shape
    if isinstance(given, Unknown) or isinstance(shape, Unknown) or len(given) != len(shape) or len(given) < 3:
        return False
    pairs = zip(given[1:-1], shape[1:-1], strict=True)
    return any(is_integer(old) and is_integer(new) and new < old for old, new in pairs)
