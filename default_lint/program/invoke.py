"""Calls: the user's functions and classes followed with their arguments, Python's built-ins, the rest handed on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import libcst as cst

from default_lint.program import data, names
from default_lint.program.build import Builder
from default_lint.program.calls import Given, bind
from default_lint.program.objects import (
    Arguments,
    Bound,
    Function,
    Instance,
    Iterated,
    LayerList,
    LayerObject,
    ModelObject,
    Partial,
    Prediction,
    Scope,
    Super,
    Tape,
    Tensor,
    UserClass,
)
from default_lint.program.types import Call
from default_lint.program.values import (
    UNKNOWN,
    Reference,
    Rest,
    Unknown,
    Value,
    fully_known,
    is_integer,
    is_known,
    is_plain,
)
from default_lint.text import Span

if TYPE_CHECKING:
    from default_lint.program.interpret import Interpreter

MAX_DEPTH = 24
MAX_RECURSION = 3
_LIST_CHANGES = frozenset(("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"))
_DICT_CHANGES = frozenset(("update", "setdefault", "pop", "clear", "popitem"))
_GLANCED = ("keras.optimizers.", "keras.callbacks.", "keras.regularizers.")
_KNOWN_ROOTS = ("keras.", "tensorflow.", "numpy.", "sklearn.", "pandas.", "keras_tuner.", "keras_hub.", "scikeras.")


class Site:
    """Where a call stands: what `bind` needs to know about its text."""

    __slots__ = ("callee", "insertion", "node", "separator", "span", "spelled", "spread")

    def __init__(self, span: Span, callee: Span, spelled: str, spread: bool, insertion: int, separator: str) -> None:
        self.span = span
        self.callee = callee
        self.spelled = spelled
        self.spread = spread
        self.insertion = insertion
        self.separator = separator


class Invoker:
    """Evaluates calls for an `Interpreter`; also the context that `data` works in."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.tree = interpreter.tree
        self.trace = interpreter.trace
        self.facts: list[Any] = interpreter.trace.facts
        self.state: dict[int, Any] = {}
        self.made: dict[int, Call] = {}
        self.keras = Builder(self)

    # -- a call expression --------------------------------------------------------------------------------------

    def call(self, node: cst.Call) -> Value:
        """The value of a call expression."""
        function = self._callee(node)
        given, spread = self._arguments(node)
        site = self._site(node, spread)
        value = self.dispatch(function, given, site)
        if isinstance(value, Call):
            self.made[id(node)] = value
        elif self.trace.calls and self.trace.calls[-1].span == site.span:
            self.made[id(node)] = self.trace.calls[-1]
        return value

    def _site(self, node: cst.Call, spread: bool) -> Site:
        place = self.tree.place(node)
        return Site(place.span, place.callee, place.spelled, spread, place.insertion, place.separator)

    def glance(self, node: cst.Call) -> None:
        """Note a call that is not reached, of an optimizer, callback or the like: literal arguments, nothing else."""
        root: cst.CSTNode = node.func
        while isinstance(root, cst.Attribute):
            root = root.value
        if not isinstance(root, cst.Name):
            return
        function = self.interpreter.evaluate(node.func)
        if not isinstance(function, Reference) or not function.name.startswith(_GLANCED):
            return
        given = [
            Given(item.keyword, self.tree.literal(item.value), item.span, item.keyword_span, item.removal)
            if isinstance(item.value, (cst.Integer, cst.Float, cst.SimpleString))
            else Given(item.keyword, UNKNOWN, item.span, item.keyword_span, item.removal)
            for item in self.tree.arguments(node)
            if not item.star
        ]
        spread = any(item.star for item in self.tree.arguments(node))
        self.bound_call(function.name, given, self._site(node, spread))

    def _callee(self, node: cst.Call) -> Value:
        function = node.func
        if isinstance(function, cst.Attribute):
            receiver = self.interpreter.evaluate(function.value)
            if isinstance(receiver, (Reference, UserClass)):
                return self.attribute(receiver, function.attr.value, self.tree.span(function))
            return self.method_of(
                receiver, function.attr.value, self.tree.span(function), self.tree.code(function.value)
            )
        return self.interpreter.evaluate(function)

    def _arguments(self, node: cst.Call) -> tuple[list[Given], bool]:
        given: list[Given] = []
        spread = False
        for item in self.tree.arguments(node):
            value = self.interpreter.evaluate(item.value)
            if isinstance(value, LayerObject):
                self.keras.place(value, item.span, None)
            if item.star == "*":
                elements = self.elements(value)
                if elements is None:
                    spread = True
                else:
                    given.extend(Given(None, element, item.span) for element in elements)
            elif item.star == "**":
                if isinstance(value, dict) and all(isinstance(key, str) for key in value):
                    place = self.interpreter.item_span
                    given.extend(Given(key, part, place(value, key, item.span)) for key, part in value.items())
                else:
                    spread = True
            else:
                given.append(Given(item.keyword, value, item.span, item.keyword_span, item.removal))
        return given, spread

    def dispatch(self, function: Value, given: list[Given], site: Site) -> Value:
        """Call any value with evaluated arguments."""
        self.interpreter.tick()
        if isinstance(function, Reference):
            return self._reference(function.name, given, site)
        if isinstance(function, Function):
            return self.run_function(function, given, site.span, spread=site.spread)
        if isinstance(function, Bound):
            return self._bound(function, given, site)
        if isinstance(function, UserClass):
            return self.instantiate(function, given, site.span, site)
        if isinstance(function, (LayerObject, ModelObject)):
            return self.keras.apply(function, given, site)
        if isinstance(function, Instance):
            return self._call_instance(function, given, site)
        if isinstance(function, Partial):
            named = {item.keyword for item in given if item.keyword is not None}
            kept = [item for item in function.given if item.keyword not in named]
            return self.dispatch(function.function, [*kept, *given], site)
        if isinstance(function, Call) and function.name.startswith("keras."):
            return self.keras.conduct.call_object(function, given, site)
        return self.opaque("", given, site)

    def opaque(self, name: str, given: Sequence[Given], site: Site) -> Value:
        """A call of something unknown: tensors stay connected, models are noted as handed out."""
        tensors = [tensor for item in given for tensor in self.keras.tensors_in(item.value)]
        for item in given:
            for model in self.keras.models_in(item.value):
                self.keras.conduct.note(model, "other", site, None)
        if tensors:
            return self.keras.opaque(name or f"custom.{site.spelled}", tensors, site)
        return Unknown(f"`{site.spelled}(...)` is not known")

    # -- functions and classes of the user ----------------------------------------------------------------------

    def run_function(
        self, function: Function, given: Sequence[Given], span: Span, receiver: Value = None, spread: bool = False
    ) -> Value:
        """Follow a call into a function of the user's; Unknown when the bounds are reached."""
        interpreter = self.interpreter
        stack = interpreter.stack
        if len(stack) >= MAX_DEPTH or sum(item is function for item in stack) >= MAX_RECURSION:
            return Unknown("calls too deep to follow")
        interpreter.entered.add(id(function.node))
        scope = Scope(function.scope)
        self._bind_parameters(function, given, scope, receiver, spread)
        if function.generator:
            return Iterated(span)
        outer, interpreter.scope = interpreter.scope, scope
        statement = interpreter._statement
        stack.append(function)
        try:
            node = function.node
            if isinstance(node, cst.Lambda):
                return interpreter.evaluate(node.body)
            signal = interpreter.suite(node.body)
            return signal[1] if signal is not None and signal[0] == "return" else None
        finally:
            stack.pop()
            interpreter.scope = outer
            interpreter._statement = statement

    def _bind_parameters(
        self, function: Function, given: Sequence[Given], scope: Scope, receiver: Value, spread: bool
    ) -> None:
        parameters = function.node.params
        positional = [item.name.value for item in (*parameters.posonly_params, *parameters.params)]
        keyword_only = [item.name.value for item in parameters.kwonly_params]
        values: dict[str, Value] = {}
        if function.owner is not None and function.kind != "static" and positional:
            values[positional[0]] = receiver if receiver is not None else UNKNOWN
            scope.names["__class__"] = function.owner
            scope.names["__self__"] = values[positional[0]]
            positional = positional[1:]
        rest = [item.value for item in given if item.keyword is None]
        for name, value in zip(positional, rest, strict=False):
            values[name] = value
        named = {item.keyword: item.value for item in given if item.keyword is not None}
        for name in (*positional, *keyword_only):
            if name in named:
                values[name] = named.pop(name)
            elif name not in values:
                if spread:
                    values[name] = UNKNOWN
                else:
                    values[name] = function.defaults.get(name, Unknown(f"parameter `{name}`"))
        if isinstance(parameters.star_arg, cst.Param):
            extra: list[Value] = rest[len(positional) :]
            values[parameters.star_arg.name.value] = tuple([*extra, Rest("more")] if spread else extra)
        if parameters.star_kwarg is not None:
            keywords: dict[Value, Value] = dict(named)
            if spread:
                keywords[Rest("more")] = UNKNOWN
            values[parameters.star_kwarg.name.value] = keywords
        scope.names.update(values)

    def instantiate(self, user_class: UserClass, given: Sequence[Given], span: Span, site: Site | None = None) -> Value:
        """An instance of a class of the user's, its `__init__` followed."""
        instance = Instance(user_class, span)
        user_class.instances.append(instance)
        if user_class.base:
            self.keras.attach(instance, user_class, given, span, site)
        constructor = self._find(user_class, "__init__")
        if isinstance(constructor, Function):
            self.run_function(constructor, given, span, instance, site is not None and site.spread)
        elif user_class.is_record:
            self._fill_record(instance, user_class, given)
        elif not user_class.base and any(not isinstance(base, UserClass) for base in user_class.bases):
            instance.open = True
        elif user_class.base:
            self.keras.base_init(instance, given, span, site)
        return instance

    def _fill_record(self, instance: Instance, user_class: UserClass, given: Sequence[Given]) -> None:
        fields: list[str] = []
        for base in user_class.bases:
            if isinstance(base, UserClass):
                fields.extend(base.fields)
        fields.extend(name for name in user_class.fields if name not in fields)
        positional = [item.value for item in given if item.keyword is None]
        named = {item.keyword: item.value for item in given if item.keyword is not None}
        for position, name in enumerate(fields):
            if position < len(positional):
                instance.attributes[name] = positional[position]
            elif name in named:
                instance.attributes[name] = named[name]
            else:
                default = self._find(user_class, name)
                if isinstance(default, Call) and default.short == "field":
                    default = UNKNOWN
                instance.attributes[name] = default

    def _find(self, user_class: UserClass, name: str) -> Value:
        try:
            return user_class.find(name)
        except KeyError:
            return UNKNOWN

    def _call_instance(self, instance: Instance, given: list[Given], site: Site) -> Value:
        if instance.keras is not None:
            return self.keras.apply(instance, given, site)
        method = self._find(instance.cls, "__call__") if instance.cls is not None else UNKNOWN
        if isinstance(method, Function):
            return self.run_function(method, given, site.span, instance, site.spread)
        return self.opaque("", given, site)

    def apply(self, function: Value, arguments: Sequence[Value]) -> Value:
        """Call a value with plain positional arguments (`Dataset.map` and the like)."""
        given = [Given(None, value, Span(0, 0), None, None) for value in arguments]
        if isinstance(function, Function):
            return self.run_function(function, given, function.span)
        if isinstance(function, (LayerObject, ModelObject, Instance, Reference, Partial, Bound)):
            return self.dispatch(function, given, Site(Span(0, 0), Span(0, 0), "", False, 0, ""))
        return UNKNOWN

    # -- attributes and subscripts ------------------------------------------------------------------------------

    def attribute(self, receiver: Value, name: str, span: Span) -> Value:
        """`receiver.name` as a value."""
        if isinstance(receiver, Reference):
            return Reference(names.canonical(f"{receiver.name}.{name}"))
        if isinstance(receiver, UserClass):
            found = self._find(receiver, name)
            if isinstance(found, Function) and found.kind == "class":
                return Bound(receiver, name, span, found)
            return found
        if isinstance(receiver, Instance):
            return self._instance_attribute(receiver, name, span)
        if isinstance(receiver, (LayerObject, ModelObject, Tensor)):
            value = self.keras.conduct.attribute(receiver, name)
            return value if value is not NotImplemented else UNKNOWN
        if data.is_data(receiver):
            value = data.attribute(self, receiver, name)
            return value if value is not NotImplemented else UNKNOWN
        if isinstance(receiver, Call):
            return receiver[name]
        return UNKNOWN

    def _instance_attribute(self, receiver: Instance, name: str, span: Span) -> Value:
        if name in receiver.attributes:
            return receiver.attributes[name]
        found = self._find(receiver.cls, name) if receiver.cls is not None else UNKNOWN
        if isinstance(found, Function):
            if found.kind == "property":
                return self.run_function(found, [], span, receiver)
            return Bound(receiver.cls if found.kind == "class" else receiver, name, span, found)
        if is_known(found):
            return found
        if receiver.keras is not None:
            value = self.keras.conduct.attribute(receiver.keras, name)
            return value if value is not NotImplemented else UNKNOWN
        return UNKNOWN

    def set_attribute(self, receiver: Value, name: str, value: Value, span: Span) -> None:
        """`receiver.name = value`."""
        if isinstance(receiver, Instance):
            receiver.attributes[name] = value
            if receiver.keras is not None:
                self.keras.conduct.set_attribute(receiver.keras, name, value, span)
        elif isinstance(receiver, (LayerObject, ModelObject)):
            self.keras.conduct.set_attribute(receiver, name, value, span)
        elif isinstance(receiver, UserClass):
            receiver.scope.names[name] = value

    def subscript(self, container: Value, index: Value, span: Span) -> Value:
        """`container[index]` as a value."""
        if isinstance(container, Tensor):
            return self.keras.operator("getitem", [container], span, index)
        if data.is_data(container):
            value = data.subscript(self, container, index, span)
            return value if value is not NotImplemented else UNKNOWN
        if isinstance(container, dict):
            if not fully_known(index):
                return UNKNOWN
            try:
                return container.get(index, UNKNOWN)
            except TypeError:
                return UNKNOWN
        if isinstance(container, LayerList):
            some = LayerList(container.owner, partial=True)
            return some if isinstance(index, slice) else some[0]
        if isinstance(container, (list, tuple, str, range)):
            return _element_at(container, index)
        return UNKNOWN

    def delete_element(self, container: Value, index: Value) -> None:
        """`del container[index]` of a list or dict."""
        if not isinstance(container, (list, dict)):
            return
        whole = not any(isinstance(item, Rest) for item in container)
        try:
            if whole and fully_known(index) and not isinstance(index, slice):
                del container[index]
                return
            if whole and isinstance(container, list) and isinstance(index, slice):
                del container[index]
                return
        except (IndexError, KeyError, TypeError):
            pass
        container.clear()
        if isinstance(container, dict):
            container[Rest("keys left")] = UNKNOWN
        else:
            container.append(Rest("elements left"))

    def method_of(self, receiver: Value, name: str, span: Span, text: str) -> Value:
        """`receiver.name` about to be called."""
        if isinstance(receiver, Instance):
            value = self._instance_attribute(receiver, name, span)
            if is_known(value):
                return value
            return Bound(receiver.keras if receiver.keras is not None else receiver, name, span, None, text)
        if isinstance(receiver, (LayerObject, ModelObject)):
            value = receiver.attributes.get(name, UNKNOWN)
            if is_known(value):
                return value
        return Bound(receiver, name, span, None, text)

    # -- what a value holds -------------------------------------------------------------------------------------

    def elements(self, value: Value) -> list[Value] | None:
        """All elements of a known iterable, or None."""
        if isinstance(value, (list, tuple)):
            return None if any(isinstance(item, Rest) for item in value) else list(value)
        if isinstance(value, range):
            return list(value) if len(value) <= 10_000 else None
        if isinstance(value, str):
            return list(value) if len(value) <= 64 else None
        if isinstance(value, dict):
            return None if any(isinstance(item, Rest) for item in value) else list(value)
        return None

    def part(self, value: Value) -> Value:
        """What one element of an iterable of unknown length is known to be."""
        if isinstance(value, Tensor):
            return self.keras.opaque_like(value)
        return self.element(value, Span(0, 0))

    def element(self, value: Value, span: Span) -> Value:
        """The element that `for` meets in a value that cannot be unrolled."""
        if isinstance(value, Iterated):
            return value.element
        if data.is_data(value):
            found = data.iterate(self, value, span)
            return UNKNOWN if found is NotImplemented else found
        if isinstance(value, (list, tuple)):
            known = [item for item in value if not isinstance(item, Rest)]
            return known[0] if len(known) == 1 and not is_plain(known[0]) else UNKNOWN
        return UNKNOWN

    # -- methods ------------------------------------------------------------------------------------------------

    def _bound(self, method: Bound, given: list[Given], site: Site) -> Value:
        receiver, name = method.receiver, method.name
        if method.function is not None:
            return self.run_function(method.function, given, site.span, receiver, site.spread)
        if isinstance(receiver, (list, dict, str, tuple, set)):
            return self._python_method(receiver, name, given)
        if isinstance(receiver, Super):
            return self._super_method(receiver, name, given, site)
        if isinstance(receiver, (ModelObject, LayerObject, Tensor)):
            return self.keras.conduct.method(receiver, name, given, site)
        if isinstance(receiver, Arguments):
            return self._parser_method(receiver, name, given)
        if isinstance(receiver, Tape):
            return [UNKNOWN, Rest("gradients")]
        if isinstance(receiver, Prediction) and name == "argmax":
            owner = Given(None, receiver, Span(site.span.start, site.callee.start - 1))
            self.bound_call("numpy.argmax", [owner, *given], site)
            return UNKNOWN
        if data.is_data(receiver) or isinstance(receiver, Call):
            call = self._method_call(receiver, name, given, site)
            value = data.method(self, receiver, name, call)
            if value is not NotImplemented:
                return value
            if isinstance(receiver, Call):
                return self.keras.conduct.object_method(receiver, name, call, site)
            return self.opaque("", given, site)
        if isinstance(receiver, (Unknown, Instance)):
            return self.keras.conduct.unknown_method(receiver, name, given, site, method.text)
        return self.opaque("", given, site)

    def _method_call(self, receiver: Value, name: str, given: list[Given], site: Site) -> Call:
        if isinstance(receiver, Call):
            prefix = receiver.name
        else:
            prefix = data.method_prefix(receiver) if hasattr(data, "method_prefix") else "array"
        return self.bound_call(f"{prefix}.{name}", given, site)

    def bound_call(self, name: str, given: Sequence[Given], site: Site) -> Call:
        """Bind the arguments to the catalog's signature and note the call."""
        call = bind(
            name,
            given,
            span=site.span,
            callee=site.callee,
            spelled=site.spelled,
            spread=site.spread,
            insertion=site.insertion,
            separator=site.separator,
        )
        self.trace.calls.append(call)
        return call

    def _super_method(self, receiver: Super, name: str, given: list[Given], site: Site) -> Value:
        for base in receiver.cls.bases:
            if isinstance(base, UserClass):
                found = self._find(base, name)
                if isinstance(found, Function):
                    return self.run_function(found, given, site.span, receiver.instance, site.spread)
        instance = receiver.instance
        if isinstance(instance, Instance) and instance.keras is not None:
            if name == "__init__":
                self.keras.base_init(instance, given, site.span, site)
                return None
            return self.keras.conduct.method(instance.keras, name, given, site, through_super=True)
        return UNKNOWN

    def _python_method(self, receiver: Any, name: str, given: list[Given]) -> Value:
        arguments = [item.value for item in given]
        if isinstance(receiver, list) and name in _LIST_CHANGES:
            return self._change_list(receiver, name, arguments)
        if isinstance(receiver, dict):
            return self._dict_method(receiver, name, given)
        keywords = {item.keyword: item.value for item in given if item.keyword is not None}
        positional = [item.value for item in given if item.keyword is None]
        function = getattr(receiver, name, None)
        if function is None or not fully_known(receiver) or not all(fully_known(item) for item in arguments):
            return UNKNOWN
        if not all(is_plain(item) for item in arguments) or name in ("format_map", "zfill", "ljust", "rjust", "center"):
            return UNKNOWN
        try:
            return function(*positional, **keywords)
        except Exception:  # whatever Python raises, the value is not known
            return UNKNOWN

    def _change_list(self, receiver: list[Value], name: str, arguments: list[Value]) -> Value:
        if name == "append" and len(arguments) == 1:
            receiver.append(arguments[0])
            return None
        if name == "extend" and len(arguments) == 1:
            items = self.elements(arguments[0])
            receiver.extend(items if items is not None else [Rest("more elements")])
            return None
        if name == "insert" and len(arguments) == 2 and is_integer(arguments[0]):
            receiver.insert(arguments[0], arguments[1])
            return None
        if name == "pop" and all(is_integer(item) for item in arguments) and receiver:
            try:
                return receiver.pop(*arguments)
            except IndexError:
                return UNKNOWN
        if name == "clear":
            receiver.clear()
        elif name == "reverse":
            receiver.reverse()
        else:
            receiver[:] = [Rest("changed elements")]
        return None

    def _dict_method(self, receiver: dict[Value, Value], name: str, given: list[Given]) -> Value:
        arguments = [item.value for item in given if item.keyword is None]
        is_open = any(isinstance(key, Rest) for key in receiver)
        if name == "get" and arguments:
            key = arguments[0]
            if not fully_known(key) or not isinstance(key, (str, int, float, tuple)):
                return UNKNOWN
            default = arguments[1] if len(arguments) > 1 else None
            return receiver.get(key, UNKNOWN if is_open else default)
        if name in ("items", "keys", "values"):
            parts = {"items": list(receiver.items()), "keys": list(receiver), "values": list(receiver.values())}[name]
            return [Rest("more elements")] if is_open else parts
        if name == "copy":
            return dict(receiver)
        if name == "update":
            for argument in arguments:
                if isinstance(argument, dict):
                    receiver.update(argument)
                else:
                    receiver[Rest("more keys")] = UNKNOWN
            receiver.update({item.keyword: item.value for item in given if item.keyword is not None})
            return None
        if name in ("pop", "setdefault") and arguments and isinstance(arguments[0], str) and not is_open:
            default = arguments[1] if len(arguments) > 1 else UNKNOWN
            return receiver.pop(arguments[0], default) if name == "pop" else receiver.setdefault(arguments[0], default)
        if name in _DICT_CHANGES:
            receiver[Rest("changed")] = UNKNOWN
        return UNKNOWN

    def _parser_method(self, parser: Arguments, name: str, given: list[Given]) -> Value:
        named = {item.keyword: item.value for item in given if item.keyword is not None}
        if name == "add_argument":
            flags = [item.value for item in given if item.keyword is None and isinstance(item.value, str)]
            longest = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
            target = named.get("dest", longest.lstrip("-").replace("-", "_"))
            action = named.get("action")
            default = UNKNOWN if action in ("store_true", "store_false") else named.get("default", UNKNOWN)
            if isinstance(target, str) and target:
                parser.defaults[target] = default if default is not None else UNKNOWN
            return UNKNOWN
        if name == "set_defaults":
            parser.defaults.update({key: value for key, value in named.items() if key is not None})
            return UNKNOWN
        if name in ("add_argument_group", "add_mutually_exclusive_group"):
            return parser
        if name in ("parse_args", "parse_known_args"):
            values = Instance(None, Span(0, 0), dict(parser.defaults), open=True)
            return values if name == "parse_args" else (values, UNKNOWN)
        return UNKNOWN

    # -- references ---------------------------------------------------------------------------------------------

    def _reference(self, name: str, given: list[Given], site: Site) -> Value:
        root, _, short = name.partition(".")
        if root == "builtins":
            return self._builtin(short, given, site)
        handler = _FUNCTIONS.get(name)
        if handler is not None:
            return handler(self, given, site)
        arithmetic = _ARITHMETIC.get(name)
        if arithmetic is not None and all(item.keyword is None and fully_known(item.value) for item in given):
            try:
                return arithmetic(*(item.value for item in given))
            except Exception:  # whatever Python raises, the rest decides
                pass
        if self.keras.knows(name):
            return self.keras.construct(name, given, site)
        tensors = [tensor for item in given for tensor in self.keras.tensors_in(item.value)]
        if tensors:
            return self.keras.function(name, given, tensors, site)
        if not name.startswith(_KNOWN_ROOTS):
            call = bind(name, given, span=site.span, callee=site.callee, spelled=site.spelled, spread=site.spread)
            value = data.call(self, call)
            return value if value is not NotImplemented else self.opaque(name, given, site)
        call = self.bound_call(name, given, site)
        value = data.call(self, call)
        if value is not NotImplemented:
            return value
        return self.keras.conduct.plain_object(call, given, site)

    def _builtin(self, name: str, given: list[Given], site: Site) -> Value:
        values = [item.value for item in given]
        if name == "super":
            return self._super(values)
        handler = _BUILTINS.get(name)
        if handler is not None:
            return handler(self, values, given, site)
        if name in _PURE and all(fully_known(value) and is_plain(value) for value in values) and not site.spread:
            positional = [item.value for item in given if item.keyword is None]
            keywords = {item.keyword: item.value for item in given if item.keyword is not None}
            try:
                return _PURE[name](*positional, **keywords)
            except Exception:  # whatever Python raises, the value is not known
                return UNKNOWN
        if name in ("list", "tuple") and len(values) == 1:
            items = self.elements(values[0])
            if items is not None:
                return tuple(items) if name == "tuple" else items
            if isinstance(values[0], (list, tuple)):
                return list(values[0])
            return [Rest("elements")]
        return self.opaque(f"builtins.{name}", given, site)

    def _super(self, values: list[Value]) -> Value:
        scope = self.interpreter.scope
        try:
            owner, instance = scope.lookup("__class__"), scope.lookup("__self__")
        except KeyError:
            return UNKNOWN
        if values and isinstance(values[0], UserClass):
            owner = values[0]
        return Super(instance, owner) if isinstance(owner, UserClass) else UNKNOWN


def _element_at(container: Any, index: Value) -> Value:
    if isinstance(index, slice):
        parts = (index.start, index.stop, index.step)
        whole = isinstance(container, str) or not any(isinstance(item, Rest) for item in container)
        if whole and all(part is None or is_integer(part) for part in parts):
            return container[index]
        return UNKNOWN
    if not is_integer(index) or (isinstance(container, (list, tuple)) and any(isinstance(i, Rest) for i in container)):
        return UNKNOWN
    try:
        return container[index]
    except IndexError:
        return UNKNOWN


_PURE: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "bool": bool,
    "chr": chr,
    "dict": dict,
    "divmod": divmod,
    "float": float,
    "int": int,
    "list": list,
    "max": max,
    "min": min,
    "ord": ord,
    "pow": lambda a, b: a**b if abs(b) < 64 else UNKNOWN,
    "range": range,
    "reversed": lambda items: list(reversed(items)),
    "round": round,
    "set": lambda *items: UNKNOWN,
    "sorted": sorted,
    "str": str,
    "sum": sum,
    "tuple": tuple,
    "any": any,
    "all": all,
}


def _length(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    if len(values) != 1:
        return UNKNOWN
    value = values[0]
    if data.is_data(value):
        return data.length(invoker, value)
    if isinstance(value, (str, range)):
        return len(value)
    items = invoker.elements(value)
    return len(items) if items is not None else UNKNOWN


def _enumerate(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    items = invoker.elements(values[0]) if values else None
    start = values[1] if len(values) > 1 else 0
    if items is None or not is_integer(start):
        return Iterated(site.span, (UNKNOWN, invoker.part(values[0]) if values else UNKNOWN))
    return [(start + position, item) for position, item in enumerate(items)]


def _zip(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    lists = [invoker.elements(value) for value in values]
    if any(items is None for items in lists):
        return Iterated(site.span, tuple(invoker.part(value) for value in values))
    return [tuple(row) for row in zip(*(items or [] for items in lists), strict=False)]


def _reversed(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    items = invoker.elements(values[0]) if values else None
    return list(reversed(items)) if items is not None else UNKNOWN


def _iter(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    return Iterated(site.span, invoker.part(values[0]), values[0]) if values else UNKNOWN


def _next(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    return invoker.part(values[0]) if values else UNKNOWN


def _map(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    items = invoker.elements(values[1]) if len(values) == 2 else None
    if items is None or len(items) > 64:
        return UNKNOWN
    return [invoker.dispatch(values[0], [Given(None, item, site.span, None, None)], site) for item in items]


def _isinstance(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    if len(values) != 2:
        return UNKNOWN
    value, kinds = values[0], values[1] if isinstance(values[1], tuple) else (values[1],)
    if isinstance(value, LayerObject):
        outcomes = [isinstance(kind, Reference) and invoker.keras.is_a(value, kind.name) for kind in kinds]
        if any(outcome is True for outcome in outcomes):
            return True
        return False if all(isinstance(kind, Reference) for kind in kinds) and value.instance is None else UNKNOWN
    if is_plain(value) and all(isinstance(kind, Reference) and kind.name in _TYPES for kind in kinds):
        return isinstance(value, tuple(_TYPES[kind.name] for kind in kinds))
    return UNKNOWN


_TYPES: dict[str, type] = {
    "builtins.int": int,
    "builtins.float": float,
    "builtins.str": str,
    "builtins.list": list,
    "builtins.tuple": tuple,
    "builtins.dict": dict,
    "builtins.bool": bool,
}


def _callable(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    if len(values) == 1 and isinstance(values[0], (Function, UserClass, Bound, LayerObject, ModelObject)):
        return True
    return False if len(values) == 1 and is_plain(values[0]) else UNKNOWN


def _getattr(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    if len(values) >= 2 and isinstance(values[1], str):
        return invoker.attribute(values[0], values[1], site.span)
    return UNKNOWN


def _setattr(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    if len(values) == 3 and isinstance(values[1], str):
        invoker.set_attribute(values[0], values[1], values[2], site.span)
    return None


def _min_max(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    if values and all(fully_known(value) and is_plain(value) for value in values) and not site.spread:
        try:
            return {"min": min, "max": max}[site.spelled](*values)
        except Exception:  # whatever Python raises, the value is not known
            return UNKNOWN
    return UNKNOWN


def _dict(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    result: dict[Value, Value] = {}
    for item in given:
        if item.keyword is not None:
            result[item.keyword] = item.value
            invoker.interpreter.note_item(result, item.keyword, item.span)
        elif isinstance(item.value, dict):
            result.update(item.value)
        elif isinstance(item.value, (list, tuple)) and fully_known(
            [pair[:1] for pair in item.value if isinstance(pair, tuple)]
        ):
            for pair in item.value:
                if isinstance(pair, tuple) and len(pair) == 2:
                    result[pair[0]] = pair[1]
        else:
            result[Rest("more keys")] = UNKNOWN
    if site.spread:
        result[Rest("more keys")] = UNKNOWN
    return result


def _print(invoker: Invoker, values: list[Value], given: list[Given], site: Site) -> Value:
    return None


_BUILTINS: dict[str, Callable[[Invoker, list[Value], list[Given], Site], Value]] = {
    "len": _length,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _reversed,
    "iter": _iter,
    "next": _next,
    "map": _map,
    "isinstance": _isinstance,
    "callable": _callable,
    "getattr": _getattr,
    "setattr": _setattr,
    "min": _min_max,
    "max": _min_max,
    "dict": _dict,
    "print": _print,
}


def _partial(invoker: Invoker, given: list[Given], site: Site) -> Value:
    if not given or given[0].keyword is not None or site.spread:
        return UNKNOWN
    return Partial(given[0].value, tuple(given[1:]))


def _parser(invoker: Invoker, given: list[Given], site: Site) -> Value:
    return Arguments()


def _namespace(invoker: Invoker, given: list[Given], site: Site) -> Value:
    values = {item.keyword: item.value for item in given if item.keyword is not None}
    return Instance(None, site.span, values, open=site.spread)


def _tape(invoker: Invoker, given: list[Given], site: Site) -> Value:
    tape = Tape(site.span)
    invoker.trace.tapes.append(tape)
    return tape


def _transparent(invoker: Invoker, given: list[Given], site: Site) -> Value:
    """`tf.function(f)` and the like: the same callable."""
    return given[0].value if given else UNKNOWN


def _data_format(invoker: Invoker, given: list[Given], site: Site) -> Value:
    return "channels_last"


def _shape(invoker: Invoker, given: list[Given], site: Site) -> Value:
    """`ops.shape(x)`: the free axes are tensors whose value is not known."""
    value = given[0].value if given else UNKNOWN
    shape = value.shape if isinstance(value, Tensor) else invoker.attribute(value, "shape", site.span)
    if not isinstance(shape, tuple):
        return UNKNOWN
    return tuple(UNKNOWN if axis is None else axis for axis in shape)


def _positions(invoker: Invoker, given: list[Given], site: Site) -> Value:
    """`ops.arange(...)`: positions 0..n-1, a constant tensor."""
    named = {item.keyword or str(number): item.value for number, item in enumerate(given)}
    first, second = named.get("0", named.get("start", 0)), named.get("1", named.get("stop", named.get("limit")))
    step = named.get("2", named.get("step", named.get("delta", 1)))
    start, stop = (0, first) if second is None else (first, second)
    if all(is_integer(bound) for bound in (start, stop, step)) and step:
        return invoker.keras.constant((len(range(start, stop, step)),))
    return invoker.keras.constant((UNKNOWN,))


def _reduce(invoker: Invoker, given: list[Given], site: Site) -> Value:
    """`functools.reduce(f, items, start)` over a known list."""
    items = invoker.elements(given[1].value) if len(given) in (2, 3) and not site.spread else None
    if items is None or len(items) > 64 or (len(given) == 2 and not items):
        return invoker.opaque("functools.reduce", given, site)
    queue = [*([given[2].value] if len(given) == 3 else []), *items]
    result = queue[0]
    for item in queue[1:]:
        parts = [Given(None, part, site.span, None, None) for part in (result, item)]
        result = invoker.dispatch(given[0].value, parts, site)
    return result


def _json(invoker: Invoker, given: list[Given], site: Site) -> Value:
    """`json.loads` of a string in the source."""
    text = given[0].value if len(given) == 1 else UNKNOWN
    if not isinstance(text, str) or len(text) > 20_000:
        return UNKNOWN
    try:
        return cast("Value", json.loads(text))
    except (ValueError, RecursionError):
        return UNKNOWN


_ARITHMETIC: dict[str, Callable[..., Value]] = {
    "math.ceil": math.ceil,
    "math.floor": math.floor,
    "math.sqrt": math.sqrt,
    "math.log": math.log,
    "math.log2": math.log2,
    "math.log10": math.log10,
    "math.prod": math.prod,
    "math.gcd": math.gcd,
    "numpy.prod": lambda items: math.prod(items if isinstance(items, (list, tuple)) else (items,)),
    "numpy.ceil": lambda number: float(math.ceil(number)),
    "numpy.floor": lambda number: float(math.floor(number)),
    "numpy.sqrt": math.sqrt,
    "numpy.log2": math.log2,
}
"""Functions of plain numbers, computed as they stand."""


_FUNCTIONS: dict[str, Callable[[Invoker, list[Given], Site], Value]] = {
    "keras.ops.arange": _positions,
    "tensorflow.range": _positions,
    "keras.backend.image_data_format": _data_format,
    "keras.config.image_data_format": _data_format,
    "keras.ops.shape": _shape,
    "tensorflow.shape": _shape,
    "keras.backend.shape": _shape,
    "keras.backend.int_shape": _shape,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "json.loads": _json,
    "argparse.ArgumentParser": _parser,
    "argparse.Namespace": _namespace,
    "types.SimpleNamespace": _namespace,
    "tensorflow.GradientTape": _tape,
    "tensorflow.function": _transparent,
    "copy.deepcopy": _transparent,
    "copy.copy": _transparent,
}
