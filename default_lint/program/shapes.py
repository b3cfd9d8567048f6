"""Output shape and number of weights of Keras layers, functions and applications, without running Keras.

Unknown is always a possible answer; a wrong one is not. The rules live in the `shape_rules_*` modules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from default_lint.program import (
    shape_rules_attention,
    shape_rules_conv,
    shape_rules_core,
    shape_rules_functions,
    shape_rules_merge,
    shape_rules_preprocessing,
    shape_rules_recurrent,
    shape_rules_reshape,
)
from default_lint.program.shape_rules import (
    NOTHING,
    RULES,
    Case,
    Count,
    Inference,
    Refused,
    Rule,
    Untold,
    elements,
    takes_several,
    total,
)
from default_lint.program.shape_rules_applications import PREFIX, application, application_input
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Shape, Unknown, Value, is_integer

__all__ = ["Inference", "covered", "declared_input", "infer", "parameter_split"]

_REGISTERED = (
    shape_rules_attention,
    shape_rules_conv,
    shape_rules_core,
    shape_rules_functions,
    shape_rules_merge,
    shape_rules_preprocessing,
    shape_rules_recurrent,
    shape_rules_reshape,
)


def covered(name: str) -> bool:
    """True when there is a rule for a canonical name."""
    return _rule(name) is not None


def infer(
    name: str,
    arguments: Mapping[str, Value],
    inputs: Sequence[Shape],
    apply: Callable[[Value, Sequence[Shape]], Inference] | None = None,
) -> Inference:
    """What a layer makes of its inputs.

    `arguments` maps each parameter of the Keras 3 signature to its value; a missing one is Unknown. `inputs` are the
    shapes of the tensors passed, in order, batch axis first. `apply` infers a wrapped layer given as a value.
    """
    found = _rule(name)
    if found is None or (len(inputs) > 1 and not takes_several(name) and found is not application):
        return NOTHING
    case = Case(name, arguments, tuple(inputs), apply or _apply)
    try:
        case.check_format()
        answer = found(case)
    except Untold:
        return NOTHING
    except Refused as refused:
        return Inference(UNKNOWN, UNKNOWN, problem=refused.problem, fixed=UNKNOWN)
    return _with_dtype(answer, arguments.get("dtype"))


def parameter_split(name: str, arguments: Mapping[str, Value], inputs: Sequence[Shape]) -> tuple[Count, Count]:
    """Numbers of weights that training changes and that it does not."""
    answer = infer(name, arguments, inputs)
    if isinstance(answer.parameters, Unknown) or isinstance(answer.fixed, Unknown):
        return UNKNOWN, UNKNOWN
    return answer.parameters - answer.fixed, answer.fixed


def declared_input(name: str, arguments: Mapping[str, Value]) -> Shape | None:
    """Shape that a call declares for the model's input, None when it declares nothing.

    Understands `keras.Input`, `InputLayer`, `keras.applications` and the arguments `input_shape`, `batch_input_shape`,
    `batch_shape`, `input_dim` and `input_length` on a layer.
    """
    short = name.rpartition(".")[2]
    if short in ("Input", "InputLayer"):
        return shape_rules_core.declared(Case(name, arguments, (), _apply))
    if _rule(name) is application:
        return application_input(Case(name, arguments, (), _apply))
    if arguments.get("batch_input_shape") is not None or arguments.get("batch_shape") is not None:
        return shape_rules_core.declared(Case(name, arguments, (), _apply))
    if arguments.get("input_shape") is not None:
        return shape_rules_core.declared(Case(name, {"input_shape": arguments["input_shape"]}, (), _apply))
    length = arguments.get("input_length")
    sizes = (length,) if length is not None else ()
    if short not in ("Embedding", "ReversibleEmbedding"):
        if arguments.get("input_dim") is None:
            return None
        sizes = (*sizes, arguments["input_dim"])
    elif length is None:
        return None
    elif elements(length) is not None:
        sizes = elements(length) or ()
    return (None, *(size if size is None or is_integer(size) else UNKNOWN for size in sizes))


def _rule(name: str) -> Rule | None:
    if name.startswith(PREFIX) and name.rpartition(".")[2][:1].isupper():
        return application
    return RULES.get(name)


def _apply(value: Value, shapes: Sequence[Shape]) -> Inference:
    """Infer a layer given as a call."""
    if not isinstance(value, Call):
        return NOTHING
    return infer(value.name, {name: argument.value for name, argument in value.arguments.items()}, shapes)


def _with_dtype(answer: Inference, dtype: Value) -> Inference:
    """A quantized layer has other weights."""
    name = dtype.name if isinstance(dtype, Call) else dtype
    quantized = isinstance(name, str) and ("_from_" in name or "Quantized" in name)
    if not quantized or total(answer.parameters, 0) == 0:
        return answer
    return Inference(answer.output, UNKNOWN, answer.outputs, answer.problem, UNKNOWN)
