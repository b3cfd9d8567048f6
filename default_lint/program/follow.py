"""All readings of one document: as many as it takes to tell what a finding hangs on."""

from __future__ import annotations

from dataclasses import replace

from libcst import ParserSyntaxError

from default_lint.program.assemble import Assembler
from default_lint.program.decisions import Coverage, Decisions, readings_for
from default_lint.program.interpret import Interpreter
from default_lint.program.read import skipped
from default_lint.program.tree import Tree
from default_lint.program.types import Program
from default_lint.text import Document

MAX_STEPS = 30_000  # in all readings together, beyond the second
MAX_FORCED = 12  # readings beyond the covering array


def readings(document: Document) -> Program:
    """The first reading of a document, with the others as its alternatives."""
    try:
        tree = Tree(document.text)
    except (ParserSyntaxError, ValueError) as error:
        return skipped(document, f"libcst cannot read this file: {type(error).__name__}")
    reader = _Reader(tree, document)
    while len(reader.programs) < readings_for(len(reader.order)) and reader.may_go_on():
        reader.follow()
    programs = reader.programs
    uncertain = set(reader.order) if len(programs) < readings_for(len(reader.order)) else reader.complete_pairs()
    if uncertain:
        # Too few readings to tell whether a finding hangs on one of these tests alone: they explain nothing.
        programs = [
            replace(program, conditions=tuple(item for item in program.conditions if item.text not in uncertain))
            for program in programs
        ]
    first, *others = programs
    return replace(first, alternatives=tuple(others)) if others else first


class _Reader:
    """Follows the readings of one tree, within a bound on all of them together."""

    def __init__(self, tree: Tree, document: Document) -> None:
        self.tree = tree
        self.document = document
        self.order: dict[str, int] = {}
        self.coverage = Coverage()
        self.programs: list[Program] = []
        self.steps = 0

    def may_go_on(self) -> bool:
        """Whether another reading is within the bound; two always are."""
        return len(self.programs) < 2 or self.steps < MAX_STEPS

    def follow(self, forced: dict[str, bool] | None = None) -> None:
        """One more reading."""
        decisions = Decisions(len(self.programs), self.order, forced)
        interpreter = Interpreter(self.tree, decisions, self.document.path)
        interpreter.run()
        self.steps += interpreter.steps
        self.coverage.add(decisions.taken.values())
        self.programs.append(Assembler(interpreter, self.document).program())

    def complete_pairs(self) -> set[str]:
        """Try the pairs of outcomes that the readings so far missed; the tests of pairs that are left over."""
        for _ in range(MAX_FORCED):
            missing = next(self.coverage.missing(), None)
            if missing is None or not self.may_go_on():
                break
            first, second, outcomes = missing
            self.coverage.attempt(first, second, outcomes)
            self.follow(outcomes)
        return {text for first, second, _ in self.coverage.missing() for text in (first, second)}
