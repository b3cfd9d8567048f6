"""OLS: a learning-rate schedule that is too fast."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.optimizers import give
from default_lint.program.types import Call
from default_lint.program.values import is_number

STEPS = (1, 2, 5, 10)
SCHEDULES = ("ExponentialDecay", "CosineDecay", "InverseTimeDecay", "PolynomialDecay")
SETTERS = ("ReduceLROnPlateau", "LearningRateScheduler", ".learning_rate =", "learning_rate.assign", "set_value")


class FastSchedule(Operator):
    """Let the learning rate fall so fast that training stops.

    A schedule counts its steps in batches, people count in epochs: `decay_steps` of an existing schedule becomes 1 to
    10. `ReduceLROnPlateau` gets a factor of 0.01 and next to no patience. Elsewhere a number becomes an
    `ExponentialDecay`, unless a callback sets the rate.
    """

    code = "OLS"
    family = "optimization"
    cause = "learning-rate-schedule"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each schedule, or else for each `compile`."""
        schedules = {
            call.span: call
            for call in subject.program.calls_of("keras.optimizers.schedules.", "keras.callbacks.ReduceLROnPlateau")
        }
        found = False
        for call in schedules.values():
            if call.short in SCHEDULES or call.short == "ReduceLROnPlateau":
                found = True
                yield self._faster(subject, call, draw)
        if found:
            return
        if any(setter in subject.text for setter in SETTERS):
            raise NotApplicable("something else sets the learning rate")
        for compile_, optimizer in subject.optimizers():
            rate = subject.learning_rate(optimizer)
            steps, factor = draw.choice(STEPS), draw.choice((0.5, 0.8, 0.9))
            spelled, imports = subject.spell("keras.optimizers.schedules.ExponentialDecay")
            values = {"argument": "learning_rate", "before": rate, "after": f"times {factor} in {steps} steps"}
            argument = optimizer.call.given("learning_rate") if optimizer.call is not None else None
            start = f"{rate:g}" if argument is None else subject.code(argument.span)
            schedule = f"{spelled}({start}, decay_steps={steps}, decay_rate={factor})"
            if argument is not None and optimizer.call is not None:
                yield Change((*imports, Edit(argument.span, schedule)), optimizer.call.span, values)
            else:
                edits, site = give(subject, compile_, learning_rate=schedule)
                yield Change((*(edit for edit in imports if edit not in edits), *edits), site, values)

    def _faster(self, subject: Subject, call: Call, draw: random.Random) -> Change:
        steps = draw.choice(STEPS)
        if call.short != "ReduceLROnPlateau":
            before = call["decay_steps"] if is_number(call["decay_steps"]) else None
            edit = subject.set(call, "decay_steps", str(steps))
            return Change((edit,), call.span, {"argument": "decay_steps", "before": before, "after": steps})
        patience = draw.choice((0, 0, 1))
        texts = {"factor": "0.01", "patience": str(patience)}
        edits = [subject.set(call, name, text) for name, text in texts.items() if call.given(name) is not None]
        added = [f"{name}={text}" for name, text in texts.items() if call.given(name) is None]
        if added:
            edits.append(call.add_argument(", ".join(added)))
        before = call["factor"] if is_number(call["factor"]) else None
        values = {"argument": "factor", "before": before, "after": 0.01, "patience": patience}
        return Change(tuple(edits), call.span, values)
