"""Abstract interpretation of a module: statements and expressions over values that may be Unknown.

Nothing is imported or run. One pass follows one reading of the program (see `decisions`): calls of the user's own
functions are followed with their arguments, loops over known ranges are unrolled, both bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import libcst as cst

from default_lint.program import data, names
from default_lint.program.calls import Given
from default_lint.program.decisions import Decisions
from default_lint.program.invoke import Invoker
from default_lint.program.objects import (
    Function,
    Instance,
    LayerObject,
    ModelObject,
    Scope,
    Tape,
    Tensor,
    Trace,
    UserClass,
)
from default_lint.program.tree import Tree
from default_lint.program.types import Import, Unread
from default_lint.program.values import (
    LOOPED,
    UNKNOWN,
    Reference,
    Rest,
    Unknown,
    Value,
    binary,
    is_known,
    is_plain,
    truthiness,
    unary,
)
from default_lint.text import Span

MAX_STEPS = 60_000
MAX_UNROLL = 64
_TRAINING_LOOP = re.compile(r"train_on_batch|GradientTape|apply_gradients|train_step|\.fit\(|\.predict\(")

Signal = tuple[str, Value] | None
"""How a block ended: None (ran through), ("return", value), ("break", None), ("continue", None), ("raise", None)."""


class OutOfSteps(Exception):
    """The bound on interpretation was reached."""


_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.MatrixMultiply: "@",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.AddAssign: "+",
    cst.SubtractAssign: "-",
    cst.MultiplyAssign: "*",
    cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//",
    cst.ModuloAssign: "%",
    cst.PowerAssign: "**",
    cst.MatrixMultiplyAssign: "@",
    cst.BitAndAssign: "&",
    cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
    cst.LeftShiftAssign: "<<",
    cst.RightShiftAssign: ">>",
    cst.Minus: "-",
    cst.Plus: "+",
    cst.BitInvert: "~",
    cst.Not: "not",
}
_NEGATED = {"!=": "==", "not in": "in", "is not": "is", ">=": "<", ">": "<="}


class Interpreter:
    """Follows one reading of a module and collects what it means in `trace`."""

    def __init__(self, tree: Tree, decisions: Decisions, path: str = "") -> None:
        self.tree = tree
        self.path = path
        self.decisions = decisions
        self.trace = Trace()
        self.invoke = Invoker(self)
        self.keras = self.invoke.keras
        self.scope = Scope()
        self.steps = 0
        self.loops = 0
        self.uncertain = 0
        self.guarded = 0
        self.order = 0
        self.stack: list[Function] = []
        self.entered: set[int] = set()
        self.glanced: set[int] = set()
        self.tapes: list[Tape] = []
        self.part_spans: dict[Span, list[Span]] = {}
        self.item_spans: dict[int, tuple[dict[Value, Value], dict[str, Span]]] = {}
        self._statement: cst.CSTNode | None = None
        self._last_in_block: cst.CSTNode | None = None
        self._execute: dict[type, Callable[[Any], Signal]] = {
            cst.SimpleStatementLine: self._line,
            cst.If: self._if,
            cst.For: self._for,
            cst.While: self._while,
            cst.FunctionDef: self._function_def,
            cst.ClassDef: self._class_def,
            cst.With: self._with,
            cst.Try: self._try,
            cst.TryStar: self._try,
            cst.Match: self._match,
            cst.Expr: self._expression_statement,
            cst.Assign: self._assign,
            cst.AnnAssign: self._annotated,
            cst.AugAssign: self._augmented,
            cst.Return: lambda node: ("return", self.evaluate(node.value) if node.value is not None else None),
            cst.Break: lambda node: ("break", None),
            cst.Continue: lambda node: ("continue", None),
            cst.Raise: lambda node: ("raise", None),
            cst.Import: self._import,
            cst.ImportFrom: self._import_from,
            cst.Global: self._global,
            cst.Nonlocal: self._nonlocal,
            cst.Del: self._delete,
        }
        self._evaluate: dict[type, Callable[[Any], Value]] = {
            cst.Name: self._name,
            cst.Attribute: self._attribute,
            cst.Call: self.invoke.call,
            cst.Integer: tree.literal,
            cst.Float: tree.literal,
            cst.Imaginary: tree.literal,
            cst.SimpleString: tree.literal,
            cst.ConcatenatedString: self._concatenated,
            cst.FormattedString: self._formatted,
            cst.Tuple: lambda node: tuple(self._listed(node)),
            cst.List: self._listed,
            cst.Set: lambda node: UNKNOWN,
            cst.Dict: self._dict,
            cst.BinaryOperation: self._binary,
            cst.UnaryOperation: self._unary,
            cst.BooleanOperation: self._boolean,
            cst.Comparison: self._comparison,
            cst.IfExp: lambda node: self.evaluate(node.body if self.test(node.test) else node.orelse),
            cst.Subscript: self._subscript,
            cst.Lambda: self._lambda,
            cst.NamedExpr: self._walrus,
            cst.ListComp: self._comprehension,
            cst.GeneratorExp: self._comprehension,
            cst.SetComp: lambda node: UNKNOWN,
            cst.DictComp: self._dict_comprehension,
            cst.Await: lambda node: self.evaluate(node.expression),
            cst.Ellipsis: lambda node: ...,
        }

    # -- the whole module ---------------------------------------------------------------------------------------

    def run(self) -> Trace:
        """Interpret the module, then whatever it defines but never calls, and give what was found."""
        try:
            self.block(self.tree.module.body)
            self._run_uncalled()
            self.keras.finish()
        except OutOfSteps:
            self.unread(Span(0, 0), "the program is too long to follow to its end")
            for model in self.trace.models:
                model.complete = False
        return self.trace

    def _run_uncalled(self) -> None:
        """Functions and classes nobody calls are read with their defaults, other parameters Unknown."""
        position = 0
        while position < len(self.trace.functions):
            function = self.trace.functions[position]
            position += 1
            if id(function.node) not in self.entered and function.owner is None:
                self.invoke.run_function(function, [], function.span)
            if position == len(self.trace.functions):
                self._run_uncalled_methods()

    def _run_uncalled_methods(self) -> None:
        for user_class in list(self.trace.classes):
            methods = [value for value in user_class.scope.names.values() if isinstance(value, Function)]
            if all(id(method.node) in self.entered for method in methods):
                continue
            if not user_class.instances:
                self.invoke.instantiate(user_class, [], user_class.span)
            receiver = user_class.instances[0] if user_class.instances else UNKNOWN
            for method in methods:
                if id(method.node) in self.entered or (user_class.base and method.name in ("call", "build")):
                    continue
                if user_class.base and method.name in ("get_config", "from_config", "compute_output_shape"):
                    continue
                self.invoke.run_function(method, [], method.span, receiver)

    def tick(self) -> None:
        """Count one step towards the bound."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfSteps

    def next_order(self) -> int:
        """A number that grows with every event."""
        self.order += 1
        return self.order

    def unread(self, span: Span, reason: str) -> None:
        """Note a place that was not understood."""
        if len(self.trace.unread) < 200:
            self.trace.unread.append(Unread(span, reason))

    # -- statements ---------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[cst.CSTNode]) -> Signal:
        """Interpret statements in order until one leaves the block."""
        for position, statement in enumerate(statements):
            signal = self.execute(statement)
            if signal is not None:
                for rest in statements[position + 1 :]:
                    self._glance(rest)
                return signal
        return None

    def execute(self, node: cst.CSTNode) -> Signal:
        """Interpret one statement."""
        self.tick()
        handler = self._execute.get(type(node))
        return handler(node) if handler is not None else None

    def suite(self, body: cst.BaseSuite) -> Signal:
        """Interpret an indented block or a one-line suite."""
        return self.block(body.body)

    def _line(self, node: cst.SimpleStatementLine) -> Signal:
        self._statement = node
        return self.block(node.body)

    @property
    def line_removal(self) -> Span | None:
        """What to delete to drop the current statement, when it is alone on its line."""
        node = self._statement
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
            return self.tree.line_removal(node)
        return None

    def _expression_statement(self, node: cst.Expr) -> Signal:
        value = self.evaluate(node.value)
        if isinstance(value, Reference) and value.name in ("builtins.exit-now",):
            return ("raise", None)
        return None

    def _if(self, node: cst.If) -> Signal:
        if not self.guarded and "version" in self.tree.code(node.test).lower():
            self.guarded += 1
            try:
                return self._if(node)
            finally:
                self.guarded -= 1
        orelse = node.orelse
        leaves_then, leaves_else = _leaves(node.body), orelse is not None and _leaves(orelse.body)
        truth = self._quick_truth(node.test)
        if not isinstance(truth, bool):
            if leaves_then != leaves_else:
                truth = leaves_else  # the way that raises is not the one to judge
                if isinstance(orelse, cst.If) and leaves_then:
                    return self._if(orelse)
            elif _is_main_guard(node.test):
                truth = True
            else:
                truth = self.test(node.test)
        if truth:
            if orelse is not None:
                self._glance(orelse)
            return self.suite(node.body)
        self._glance(node.body)
        if isinstance(orelse, cst.If):
            return self._if(orelse)
        return self.suite(orelse.body) if orelse is not None else None

    def _glance(self, node: cst.CSTNode) -> None:
        """Note the calls of objects in code that is not reached: their own arguments are judged all the same."""
        if id(node) in self.glanced:
            return
        self.glanced.add(id(node))
        for call in self.tree.calls_in(node):
            self.invoke.glance(call)

    def _quick_truth(self, node: cst.BaseExpression) -> bool | None:
        """Truth of a test without taking a decision: None when it is not known."""
        if isinstance(node, cst.BooleanOperation):
            left, right = self._quick_truth(node.left), self._quick_truth(node.right)
            stops = isinstance(node.operator, cst.Or)
            if left is stops or right is stops:
                return stops
            return left if left == right else None
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            inner = self._quick_truth(node.expression)
            return None if inner is None else not inner
        truth = truthiness(self.evaluate(node))
        return truth if isinstance(truth, bool) else None

    def test(self, node: cst.BaseExpression) -> bool:
        """Outcome of a test in this reading; `and`, `or`, `not` are taken apart."""
        if isinstance(node, cst.BooleanOperation):
            if isinstance(node.operator, cst.And):
                return self.test(node.left) and self.test(node.right)
            return self.test(node.left) or self.test(node.right)
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return not self.test(node.expression)
        truth = truthiness(self.evaluate(node))
        if isinstance(truth, bool):
            return truth
        text, positive = self._test_text(node)
        return self.decisions.decide(text, self.tree.span(node)) is positive

    def _test_text(self, node: cst.BaseExpression) -> tuple[str, bool]:
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
            target = node.comparisons[0]
            symbol = _OPERATORS.get(type(target.operator), "?")
            positive = symbol not in _NEGATED
            pieces = (self.tree.code(node.left), _NEGATED.get(symbol, symbol), self.tree.code(target.comparator))
            return " ".join(" ".join(pieces).split()), positive
        return " ".join(self.tree.code(node).split()), True

    def _for(self, node: cst.For) -> Signal:
        iterable = self.evaluate(node.iter)
        elements = self.invoke.elements(iterable)
        training = self._trains(node.body)
        self.loops += 1
        try:
            few = 16 if elements and not is_plain(elements[0]) else 3
            if elements is not None and len(elements) <= (few if training else MAX_UNROLL):
                for element in elements:
                    self.bind(node.target, element)
                    signal = self.suite(node.body)
                    if signal is not None and signal[0] == "break":
                        return None
                    if signal is not None and signal[0] in ("return", "raise"):
                        return signal
            else:
                element = self.invoke.element(iterable, self.tree.span(node.iter))
                signal = self._body_once(node.body, lambda: self.bind(node.target, element), counted=training)
                if signal is not None and signal[0] in ("return", "raise"):
                    return signal
                return self._perhaps(node.orelse)
        finally:
            self.loops -= 1
        return self.suite(node.orelse.body) if node.orelse is not None else None

    def _perhaps(self, otherwise: cst.Else | None) -> Signal:
        """The `else` of a loop that may have been left by `break`."""
        if otherwise is None:
            return None
        signal = self._body_once(otherwise.body, lambda: None, counted=False)
        return signal if signal is not None and signal[0] in ("return", "raise") else None

    def _while(self, node: cst.While) -> Signal:
        if truthiness(self.evaluate(node.test)) is False:
            return self.suite(node.orelse.body) if node.orelse is not None else None
        training = self._trains(node.body)
        self.loops += 1
        try:
            signal = self._body_once(node.body, lambda: None, counted=training)
        finally:
            self.loops -= 1
        if signal is not None and signal[0] in ("return", "raise"):
            return signal
        return self._perhaps(node.orelse)

    def _trains(self, body: cst.BaseSuite) -> bool:
        """Whether the body of a loop trains a model."""
        span = self.tree.span(body)
        return _TRAINING_LOOP.search(self.tree.text, span.start, span.end) is not None

    def _body_once(self, body: cst.BaseSuite, prepare: Callable[[], None], counted: bool) -> Signal:
        """A loop whose length is not known (`counted`: a training loop, whose body builds nothing): read once."""
        assigned = self.tree.once(_assigned_names, body)
        before: dict[str, Value] = {}
        for name in assigned:
            try:
                before[name] = self.scope.lookup(name)
            except KeyError:
                continue
            if is_plain(before[name]) and not isinstance(before[name], (list, dict)):
                self.scope.assign(name, UNKNOWN)
        prepare()
        if not counted:
            self.uncertain += 1
        lists = [value for value in self._reachable_lists() if isinstance(value, list)]
        sizes = [len(value) for value in lists]
        try:
            signal = self.suite(body)
        finally:
            if not counted:
                self.uncertain -= 1
        for value, size in zip(lists, sizes, strict=True):
            if len(value) != size:
                value.append(Rest(LOOPED))
        for name, old in before.items():
            new = self.scope.names.get(name, old)
            if new is old:
                continue
            if isinstance(old, Tensor) and isinstance(new, Tensor):
                self.scope.assign(name, Tensor(_joined_shape(old.shape, new.shape), new.node, new.index))
            elif is_plain(old) and is_plain(new) and not isinstance(new, (list, dict)):
                self.scope.assign(name, UNKNOWN)
        return signal

    def _reachable_lists(self) -> Iterable[Value]:
        scope: Scope | None = self.scope
        while scope is not None:
            for value in scope.names.values():
                if isinstance(value, list):
                    yield value
                elif isinstance(value, Instance):
                    yield from (item for item in value.attributes.values() if isinstance(item, list))
            scope = scope.parent

    def _with(self, node: cst.With) -> Signal:
        tape: Tape | None = None
        for item in node.items:
            value = self.evaluate(item.item)
            if isinstance(value, Tape):
                tape = value
                self.tapes.append(value)
            if item.asname is not None:
                self.bind(item.asname.name, value if isinstance(value, Tape) or not _is_opaque(value) else UNKNOWN)
        signal = self.suite(node.body)
        if tape is not None and tape in self.tapes:
            self.tapes.remove(tape)
        return signal

    def _try(self, node: cst.Try) -> Signal:
        self.guarded += 1
        try:
            signal = self.suite(node.body)
        finally:
            self.guarded -= 1
        if signal is not None and signal[0] == "raise":
            signal = self.suite(node.handlers[0].body) if node.handlers else None
        elif signal is None:
            for handler in node.handlers:
                self._bind_missing_imports(handler.body)
            if node.orelse is not None:
                signal = self.suite(node.orelse.body)
        if node.finalbody is not None:
            signal = self.suite(node.finalbody.body) or signal
        return signal

    def _bind_missing_imports(self, body: cst.BaseSuite) -> None:
        """Names that only an except branch imports are bound too; names that both import keep the first meaning."""
        for line in body.body:
            for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                if not isinstance(statement, (cst.Import, cst.ImportFrom)):
                    continue
                kept = dict(self.scope.names)
                self.guarded += 1
                self.execute(statement)
                self.guarded -= 1
                self.scope.names.update(kept)

    def _match(self, node: cst.Match) -> Signal:
        subject = self.evaluate(node.subject)
        text = " ".join(self.tree.code(node.subject).split())
        for case in node.cases:
            pattern = case.pattern
            if isinstance(pattern, cst.MatchValue) and case.guard is None:
                truth = truthiness(binary("==", subject, self.evaluate(pattern.value)))
                if not isinstance(truth, bool):
                    truth = self.decisions.decide(f"{text} == {self.tree.code(pattern.value)}", self.tree.span(pattern))
            else:
                truth = isinstance(pattern, cst.MatchAs) and pattern.pattern is None and case.guard is None
                if not truth:
                    truth = self.decisions.decide(f"{text} matches {self.tree.code(pattern)}", self.tree.span(pattern))
                elif isinstance(pattern, cst.MatchAs) and pattern.name is not None:
                    self.scope.assign(pattern.name.value, subject)
            if truth:
                return self.suite(case.body)
        return None

    def _assign(self, node: cst.Assign) -> Signal:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.bind(target.target, value, node.value)
        return None

    def _annotated(self, node: cst.AnnAssign) -> Signal:
        if self.scope.is_class and isinstance(node.target, cst.Name):
            self.scope.names.setdefault("__annotated__", []).append(node.target.value)
        if node.value is not None:
            self.bind(node.target, self.evaluate(node.value), node.value)
        return None

    def _augmented(self, node: cst.AugAssign) -> Signal:
        left, right = self.evaluate(node.target), self.evaluate(node.value)
        symbol = _OPERATORS.get(type(node.operator), "?")
        if isinstance(left, list) and symbol == "+":
            items = self.invoke.elements(right)
            left.extend(items if items is not None else [Rest("more elements")])
            return None
        if data.is_data(left):
            symbol += "="  # in place: every name of the array sees it
        self.bind(node.target, self.combine(symbol, left, right, self.tree.span(node)), node.value)
        return None

    def bind(self, target: cst.CSTNode, value: Value, origin: cst.CSTNode | None = None) -> None:
        """Assign `value` to a target: name, attribute, subscript or a tuple of them."""
        if isinstance(target, cst.Name):
            self._name_object(target.value, value)
            self.scope.assign(target.value, value)
        elif isinstance(target, cst.Attribute):
            receiver = self.evaluate(target.value)
            self._name_object(target.attr.value, value)
            self.invoke.set_attribute(receiver, target.attr.value, value, self.tree.span(target))
        elif isinstance(target, cst.Subscript):
            self._store(target, value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            self._unpack(target, value, origin)
        elif isinstance(target, cst.StarredElement):
            self.bind(target.value, value)

    def _name_object(self, name: str, value: Value) -> None:
        if isinstance(value, Instance) and value.keras is not None:
            value = value.keras
        if isinstance(value, ModelObject):
            value.name = value.name or name
        elif isinstance(value, LayerObject):
            value.variable = value.variable or name
        elif isinstance(value, Tensor) and not value.node.layer.variable:
            value.node.layer.variable = name

    def _store(self, target: cst.Subscript, value: Value) -> None:
        container = self.evaluate(target.value)
        index = self._index(target)
        if isinstance(container, dict):
            if is_known(index) and isinstance(index, (str, int, float, bool, tuple)):
                container[index] = value
                self.item_spans.pop(id(container), None)
            else:
                container[Rest("a key")] = value
        elif isinstance(container, list):
            if isinstance(index, int) and -len(container) <= index < len(container):
                container[index] = value
            else:
                container[:] = [Rest("changed elements")]
        elif data.is_data(container):
            data.assign(self.invoke, container, index, value, self.tree.span(target))

    def _unpack(self, target: cst.Tuple | cst.List, value: Value, origin: cst.CSTNode | None) -> None:
        targets = [element.value for element in target.elements]
        if origin is not None and isinstance(origin, cst.Call):
            made = self.invoke.made.get(id(origin))
            if made is not None:
                listed = [(item.value, self.tree.span(item)) for item in targets if isinstance(item, cst.Name)]
                if len(listed) == len(targets):
                    data.unpack(self.invoke, made, listed)
        items = self.invoke.elements(value)
        starred = next((i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)), None)
        if items is not None and starred is not None and len(items) >= len(targets) - 1:
            after = len(targets) - starred - 1
            stop = len(items) - after
            items = [*items[:starred], list(items[starred:stop]), *items[stop:]]
        if items is None or len(items) != len(targets):
            element = self.invoke.part(value)
            items = [element] * len(targets)
        for item, part in zip(targets, items, strict=True):
            self.bind(item, part)

    def _delete(self, node: cst.Del) -> Signal:
        if isinstance(node.target, cst.Name):
            self.scope.names.pop(node.target.value, None)
        elif isinstance(node.target, cst.Subscript):
            self.invoke.delete_element(self.evaluate(node.target.value), self._index(node.target))
        return None

    def _global(self, node: cst.Global) -> Signal:
        for item in node.names:
            self.scope.outer_names[item.name.value] = self.scope.module
        return None

    def _nonlocal(self, node: cst.Nonlocal) -> Signal:
        for item in node.names:
            scope = self.scope.parent
            while scope is not None and item.name.value not in scope.names:
                scope = scope.parent
            if scope is not None:
                self.scope.outer_names[item.name.value] = scope
        return None

    # -- imports ------------------------------------------------------------------------------------------------

    def _import(self, node: cst.Import) -> Signal:
        for item in node.names:
            dotted = _dotted(item.name)
            alias = item.asname.name.value if item.asname is not None and isinstance(item.asname.name, cst.Name) else ""
            local = alias or dotted.partition(".")[0]
            meaning = dotted if alias else local
            self.scope.assign(local, Reference(names.canonical(meaning)))
            self._note_import(dotted, "", item.name, None, node, names.canonical(dotted), local)
        return None

    def _import_from(self, node: cst.ImportFrom) -> Signal:
        if node.relative:
            module = "." * len(node.relative) + (_dotted(node.module) if node.module is not None else "")
        else:
            module = _dotted(node.module) if node.module is not None else ""
        where: cst.CSTNode = node.module if node.module is not None else node
        if isinstance(node.names, cst.ImportStar):
            for name in names.children(module):
                self.scope.assign(name, Reference(names.canonical(f"{module}.{name}")))
            self._note_import(module, "*", where, node.names, node, names.canonical(module), "*")
            return None
        for item in node.names:
            member = item.name.value if isinstance(item.name, cst.Name) else ""
            asname = item.asname.name if item.asname is not None else None
            local = asname.value if isinstance(asname, cst.Name) else member
            canonical = names.canonical(f"{module}.{member}")
            self.scope.assign(local, Reference(canonical))
            self._note_import(module, member, where, item.name, node, canonical, local)
        return None

    def _note_import(
        self,
        module: str,
        member: str,
        where: cst.CSTNode,
        member_node: cst.CSTNode | None,
        statement: cst.CSTNode,
        canonical: str,
        alias: str,
    ) -> None:
        self.trace.imports.append(
            Import(
                module=module,
                name=member,
                span=self.tree.span(where),
                name_span=self.tree.span(member_node) if member_node is not None else None,
                statement=self.tree.span(statement),
                canonical=canonical,
                alias=alias,
                guarded=self.guarded > 0,
            )
        )

    # -- definitions --------------------------------------------------------------------------------------------

    def _function_def(self, node: cst.FunctionDef) -> Signal:
        decorators = [self.tree.code(item.decorator) for item in node.decorators]
        kind = "plain"
        for decorator in decorators:
            kind = {"staticmethod": "static", "classmethod": "class", "property": "property"}.get(decorator, kind)
        if any(decorator.endswith(".setter") for decorator in decorators):
            return None
        closure = self.scope
        while closure.is_class and closure.parent is not None:
            closure = closure.parent
        function = Function(node.name.value, node, closure, self.tree.span(node.name), kind=kind)
        function.defaults = self._defaults(node.params)
        function.generator = "yield" in self.tree.code(node.body) and self.tree.once(_has_yield, node.body)
        self.trace.functions.append(function)
        self.scope.assign(function.name, self._decorated(node, function))
        return None

    def _decorated(self, node: cst.FunctionDef, function: Function) -> Value:
        """What the user's own decorators make of a function; any other decorator is taken to leave it as it is."""
        result: Value = function
        for item in reversed(node.decorators):
            decorator = self.evaluate(item.decorator)
            if isinstance(decorator, Function):
                changed = self.invoke.run_function(decorator, [Given(None, result, function.span)], function.span)
                result = changed if isinstance(changed, Function) else result
        return result

    def _defaults(self, parameters: cst.Parameters) -> dict[str, Value]:
        every = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
        return {item.name.value: self.evaluate(item.default) for item in every if item.default is not None}

    def _lambda(self, node: cst.Lambda) -> Value:
        closure = self.scope
        while closure.is_class and closure.parent is not None:
            closure = closure.parent
        function = Function("<lambda>", node, closure, self.tree.span(node))
        function.defaults = self._defaults(node.params)
        return function

    def _class_def(self, node: cst.ClassDef) -> Signal:
        bases = tuple(self.evaluate(item.value) for item in node.bases)
        outer = self.scope
        scope = Scope(outer, is_class=True)
        decorators = [self.tree.code(item.decorator) for item in node.decorators]
        user_class = UserClass(node.name.value, node, bases, scope, self.tree.span(node.name))
        user_class.enclosing = outer
        user_class.base = _keras_base(bases)
        user_class.is_record = any("dataclass" in decorator for decorator in decorators) or any(
            isinstance(base, Reference) and base.name.endswith(("NamedTuple", "BaseModel", "BaseSettings"))
            for base in bases
        )
        first = len(self.trace.functions)
        self.scope = scope
        try:
            self.suite(node.body)
        finally:
            self.scope = outer
        user_class.fields = tuple(scope.names.pop("__annotated__", ()))
        for function in self.trace.functions[first:]:
            if scope.names.get(function.name) is function:
                function.owner = user_class
        self.scope.assign(user_class.name, user_class)
        self.trace.classes.append(user_class)
        return None

    # -- expressions --------------------------------------------------------------------------------------------

    def evaluate(self, node: cst.CSTNode) -> Value:
        """The value of an expression."""
        self.tick()
        handler = self._evaluate.get(type(node))
        return handler(node) if handler is not None else UNKNOWN

    def _name(self, node: cst.Name) -> Value:
        name = node.value
        try:
            value = self.scope.lookup(name)
        except KeyError:
            pass
        else:
            return data.current(value) if data.is_data(value) else value
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "__name__":
            return "__main__"
        return Reference(f"builtins.{name}") if name in _BUILTINS else Unknown(f"`{name}` is not defined in this file")

    def _attribute(self, node: cst.Attribute) -> Value:
        return self.invoke.attribute(self.evaluate(node.value), node.attr.value, self.tree.span(node))

    def _concatenated(self, node: cst.ConcatenatedString) -> Value:
        return binary("+", self.evaluate(node.left), self.evaluate(node.right))

    def _formatted(self, node: cst.FormattedString) -> Value:
        pieces: list[str] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                pieces.append(part.value)
                continue
            if not isinstance(part, cst.FormattedStringExpression):
                return UNKNOWN
            value = self.evaluate(part.expression)
            if part.conversion is not None or not isinstance(value, (str, int, float)):
                return UNKNOWN
            spec = "".join(getattr(item, "value", "{") for item in part.format_spec or ())
            try:
                pieces.append(format(value, spec))
            except (ValueError, TypeError):
                return UNKNOWN
        return "".join(pieces)

    def _listed(self, node: cst.Tuple | cst.List) -> list[Value]:
        self.part_spans[self.tree.span(node)] = [self.tree.span(element.value) for element in node.elements]
        return self._elements(node.elements)

    def _elements(self, elements: Sequence[cst.BaseElement]) -> list[Value]:
        items: list[Value] = []
        for position, element in enumerate(elements):
            value = self.evaluate(element.value)
            if isinstance(element, cst.StarredElement):
                more = self.invoke.elements(value)
                items.extend(more if more is not None else [Rest("more elements")])
                continue
            if isinstance(value, (LayerObject, Instance)):
                self.invoke.keras.place(value, self.tree.span(element.value), self.tree.removal(elements, position))
            items.append(value)
        return items

    def _dict(self, node: cst.Dict) -> Value:
        result: dict[Value, Value] = {}
        self.part_spans[self.tree.span(node)] = [self.tree.span(element.value) for element in node.elements]
        for element in node.elements:
            value = self.evaluate(element.value)
            if isinstance(element, cst.StarredDictElement):
                if isinstance(value, dict):
                    result.update(value)
                else:
                    result[Rest("more keys")] = UNKNOWN
                continue
            if not isinstance(element, cst.DictElement):
                continue
            key = self.evaluate(element.key)
            try:
                result[key] = value
            except TypeError:
                result[Rest("a key")] = value
                continue
            if isinstance(key, str):
                self.note_item(result, key, self.tree.span(element.value))
        return result

    def note_item(self, owner: dict[Value, Value], key: str, span: Span) -> None:
        """Remember where an item of a dict is written, for calls that take the dict as keywords."""
        self.item_spans.setdefault(id(owner), (owner, {}))[1][key] = span

    def item_span(self, owner: dict[Value, Value], key: str, otherwise: Span) -> Span:
        """Where an item of a dict is written; `otherwise` when it was not written out."""
        known = self.item_spans.get(id(owner))
        return otherwise if known is None else known[1].get(key, otherwise)

    def _binary(self, node: cst.BinaryOperation) -> Value:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.combine(_OPERATORS.get(type(node.operator), "?"), left, right, self.tree.span(node))

    def combine(self, symbol: str, left: Value, right: Value, span: Span) -> Value:
        """A binary operator on values of any kind."""
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            return self.keras.operator(symbol, [left, right], span)
        if data.is_data(left) or data.is_data(right):
            value = data.binary(self.invoke, symbol, left, right, span)
            return UNKNOWN if value is NotImplemented else value
        return binary(symbol, left, right)

    def _unary(self, node: cst.UnaryOperation) -> Value:
        symbol = _OPERATORS.get(type(node.operator), "?")
        value = self.evaluate(node.expression)
        if isinstance(value, Tensor):
            return self.keras.operator("neg", [value], self.tree.span(node))
        if data.is_data(value):
            result = data.unary(symbol, value, self.tree.span(node))
            return UNKNOWN if result is NotImplemented else result
        return unary(symbol, value)

    def _boolean(self, node: cst.BooleanOperation) -> Value:
        left = self.evaluate(node.left)
        truth = truthiness(left)
        if not isinstance(truth, bool):
            self.evaluate(node.right)
            return UNKNOWN
        if isinstance(node.operator, cst.And):
            return self.evaluate(node.right) if truth else left
        return left if truth else self.evaluate(node.right)

    def _comparison(self, node: cst.Comparison) -> Value:
        left = self.evaluate(node.left)
        outcome: Value = True
        for target in node.comparisons:
            right = self.evaluate(target.comparator)
            step = self.combine(_OPERATORS.get(type(target.operator), "?"), left, right, self.tree.span(node))
            if len(node.comparisons) == 1:
                return step
            truth = truthiness(step)
            if truth is False:
                return False
            outcome = outcome if truth is True else UNKNOWN
            left = right
        return outcome

    def _index(self, node: cst.Subscript) -> Value:
        parts = [self._index_part(element.slice) for element in node.slice]
        return parts[0] if len(parts) == 1 and node.slice[0].comma is cst.MaybeSentinel.DEFAULT else tuple(parts)

    def _index_part(self, part: cst.BaseSlice) -> Value:
        if isinstance(part, cst.Index):
            return self.evaluate(part.value)
        if isinstance(part, cst.Slice):
            bounds = [
                self.evaluate(bound) if bound is not None else None for bound in (part.lower, part.upper, part.step)
            ]
            return slice(*bounds)
        return UNKNOWN

    def _subscript(self, node: cst.Subscript) -> Value:
        container = self.evaluate(node.value)
        return self.invoke.subscript(container, self._index(node), self.tree.span(node))

    def _walrus(self, node: cst.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.bind(node.target, value)
        return value

    def _comprehension(self, node: cst.ListComp | cst.GeneratorExp) -> Value:
        return self._comprehend(node.for_in, lambda: self.evaluate(node.elt))

    def _dict_comprehension(self, node: cst.DictComp) -> Value:
        pairs = self._comprehend(node.for_in, lambda: (self.evaluate(node.key), self.evaluate(node.value)))
        result: dict[Value, Value] = {}
        for pair in pairs:
            if isinstance(pair, Unknown):
                result[Rest("more keys")] = UNKNOWN
                continue
            try:
                result[pair[0]] = pair[1]
            except TypeError:
                result[Rest("a key")] = pair[1]
        return result

    def _comprehend(self, clause: cst.CompFor, make: Callable[[], Value]) -> list[Value]:
        """The list that a comprehension builds; one element and a Rest when its length is not known."""
        outer = self.scope
        self.scope = Scope(outer)
        result: list[Value] = []
        self.loops += 1
        try:
            iterable = self.evaluate(clause.iter)
            elements = self.invoke.elements(iterable)
            known = elements is not None and len(elements) <= MAX_UNROLL
            if not known:
                self.uncertain += 1
            for element in elements if known and elements is not None else [self.invoke.part(iterable)]:
                self.bind(clause.target, element)
                if known and any(truthiness(self.evaluate(item.test)) is False for item in clause.ifs):
                    continue
                if clause.ifs and not known:
                    for item in clause.ifs:
                        self.evaluate(item.test)
                if clause.inner_for_in is not None:
                    result.extend(self._comprehend(clause.inner_for_in, make))
                else:
                    result.append(make())
            if not known:
                self.uncertain -= 1
                result.append(Rest("more elements"))
        finally:
            self.scope = outer
            self.loops -= 1
        return result


def _joined_shape(old: Any, new: Any) -> Any:
    """What holds for both of two shapes."""
    if isinstance(old, Unknown) or isinstance(new, Unknown) or len(old) != len(new):
        return UNKNOWN
    return tuple(
        a if a is b or (is_known(a) and is_known(b) and a == b) else UNKNOWN for a, b in zip(old, new, strict=True)
    )


def _is_opaque(value: Value) -> bool:
    return isinstance(value, Reference)


def _dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return ""


def _leaves(body: cst.BaseSuite) -> bool:
    """True when a block certainly ends the program with an error or exit."""
    if not body.body:
        return False
    last = body.body[-1]
    while isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if isinstance(last, cst.Raise):
        return True
    if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
        return _dotted(last.value.func) in ("sys.exit", "exit", "quit", "os._exit", "parser.error")
    return False


def _is_main_guard(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Comparison) and isinstance(node.left, cst.Name) and node.left.value == "__name__"


def _assigned_names(body: cst.BaseSuite) -> frozenset[str]:
    """Names that the statements of a block assign, those of nested blocks included."""
    found: set[str] = set()
    waiting: list[cst.CSTNode] = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            continue
        if isinstance(node, cst.Assign):
            for item in node.targets:
                found.update(_target_names(item.target))
        elif isinstance(node, (cst.AugAssign, cst.For)):
            found.update(_target_names(node.target))
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, part, None)
            if isinstance(inner, cst.CSTNode):
                waiting.append(inner)
            elif inner is not None:
                waiting.extend(inner)
    return frozenset(found)


def _target_names(target: cst.CSTNode) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _target_names(element.value)


class _YieldFinder(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found = False

    def visit_Yield(self, node: cst.Yield) -> None:
        self.found = True

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return False


def _has_yield(body: cst.BaseSuite) -> bool:
    finder = _YieldFinder()
    body.visit(finder)
    return finder.found


def _keras_base(bases: Sequence[Value]) -> str:
    for base in bases:
        if isinstance(base, UserClass) and base.base:
            return base.base
        if isinstance(base, Reference):
            if base.name in ("keras.Model", "keras.Sequential"):
                return base.name
            if base.name.startswith("keras.layers."):
                return "keras.layers.Layer"
            if base.name.startswith("keras."):
                return base.name
    return ""


_CONSTANTS: dict[str, Value] = {"True": True, "False": False, "None": None, "Ellipsis": ...}
_BUILTINS = frozenset(
    "abs all any bool bytes callable chr dict dir divmod enumerate eval exec exit filter float format frozenset "
    "getattr globals hasattr hash id input int isinstance issubclass iter len list locals map max min next object "
    "open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum "
    "super tuple type vars zip".split()
)
