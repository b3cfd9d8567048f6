"""LCT: swap the type of a recurrent layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import RECURRENT
from default_lint.text import Span

OWN = frozenset(("reset_after", "unit_forget_bias", "use_cudnn", "recurrent_activation", "return_state"))
"""Arguments that not all of them have, or that mean something else."""


class SwapLayerType(Operator):
    """Make a recurrent layer one of another type.

    LSTM to GRU or back, as in DEFault's table, also inside `Bidirectional`; and either to SimpleRNN, which forgets.
    """

    code = "LCT"
    family = "layer"
    cause = "layer-type"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each recurrent layer."""
        for _, call in subject.layer_calls(*RECURRENT):
            after = draw.choice([name for name in RECURRENT if name != call.short])
            if call.spread or any(call.given(name) for name in OWN):
                continue
            spelled, imports = subject.spell(f"keras.layers.{after}")
            home, dot, _ = call.spelled.rpartition(".")
            start = call.callee.start
            if dot and not imports and spelled.rpartition(".")[0] == home:
                edit = Edit(call.callee, after)
            else:
                edit = Edit(Span(start - len(home + dot), call.callee.end), spelled)
            yield Change((*imports, edit), call.span, {"before": call.short, "after": after, "layer": call.short})
        raise NotApplicable("no layer is recurrent")
