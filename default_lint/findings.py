"""What the linter says: findings with notes and fixes, and the report that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, IntEnum

from default_lint.frozen import dataclass
from default_lint.text import Document, Span


class Severity(IntEnum):
    """How bad it is if it is true."""

    HINT = 0
    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The word shown to people."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure we are."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def label(self) -> str:
        """The word shown to people."""
        return self.name.lower()


class Safety(Enum):
    """Whether a fix may be applied without a look."""

    SAFE = "safe"  # same meaning, or certainly meant
    UNSAFE = "unsafe"  # changes what is trained
    SHOWN = "shown"  # a suggestion only, never applied


@dataclass(frozen=True)
class Edit:
    """Replace `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """A titled set of edits that belong together; SHOWN fixes may have no edits."""

    title: str
    edits: tuple[Edit, ...] = ()
    safety: Safety = Safety.UNSAFE


@dataclass(frozen=True)
class Note:
    """One more fact; with a span, the other half of the contradiction."""

    text: str
    span: Span | None = None


@dataclass(frozen=True)
class Rule:
    """Evidence from the source alone."""


@dataclass(frozen=True)
class Observed:
    """Evidence from a training run: what was measured, in which epochs, and the number.

    `name` is the observation that says so; `placed` tells how the run's place was found in the source: "site" (where it
    was made), "name", "order", "source" (an argument as the source reads) or "fit".
    """

    measure: str
    epochs: tuple[int, ...]
    value: float
    placed: str = ""
    name: str = ""


@dataclass(frozen=True)
class Learned:
    """Evidence from a classifier: its probability, its base rate and the SHAP contributions by feature.

    `reasons` are the strongest in words, with what they add to the probability.
    """

    model: str
    probability: float
    base: float
    contributions: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[tuple[str, float], ...] = ()


PLACE = "place"
"""The classifier that says how likely the fault of a run is at a place; the others say how unusual something is."""

Evidence = Rule | Observed | Learned


@dataclass(frozen=True)
class Finding:
    """One fault at one place. `rule` is the rule's name, `family` its family; `code` is the alias of the name."""

    rule: str
    code: str
    span: Span
    message: str
    severity: Severity
    confidence: Confidence
    family: str
    evidence: tuple[Evidence, ...] = (Rule(),)
    notes: tuple[Note, ...] = ()
    fixes: tuple[Fix, ...] = ()

    def place(self) -> tuple[int, int, str, str]:
        """Sort key: by position, then by rule."""
        return (self.span.start, self.span.end, self.rule, self.message)


@dataclass(frozen=True)
class Suppression:
    """An ignore comment: its own span, the text range it covers, the names it lists, the reason given."""

    span: Span
    covers: Span
    names: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """The result for one document.

    `trouble` is what we ourselves could not do: it is shown, and the exit code is 2. `unread` says why the document was
    left unread as a whole (too large, too deep, newer syntax): it is shown, the exit code stays. `abstained` counts the
    places of which too little is known for a suspicion.
    """

    document: Document
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    unused: tuple[Suppression, ...] = ()
    trouble: tuple[str, ...] = ()
    unread: str = ""
    abstained: int = 0


@dataclass(frozen=True)
class Verdict:
    """What a run shows in one sentence, and what to try first.

    `faulty` is None when too little was seen. `first` is "" when nothing needs to be tried.
    """

    faulty: bool | None
    sentence: str
    first: str = ""


@dataclass(frozen=True)
class Reason:
    """A feature that moved a classifier's probability, in words with its number and the contribution.

    value         the number of the feature, None when it is not known; `usual` the range of working programs (5 to 95 %
                  of them), if there is one
    contribution  of the feature to the probability, above 0 when it speaks for a fault (SHAP)
    spans         what the number was made of, each with its document, the most telling first
    """

    feature: str
    text: str
    value: float | None
    contribution: float
    usual: tuple[float, float] | None = None
    spans: tuple[tuple[Document, Span], ...] = ()


@dataclass(frozen=True)
class Level:
    """What the classifiers say about a run: is it faulty, in which family, by which cause.

    stage      "detection", "categorization" or "cause"
    label      "faulty", the family, or the cause in kebab-case
    threshold  the probability from which on it holds
    reasons    the features that moved the probability most, the largest contribution first
    family     of a cause
    place      where the cause is to be looked at
    """

    stage: str
    label: str
    learned: Learned
    threshold: float
    holds: bool
    reasons: tuple[Reason, ...] = ()
    family: str = ""
    place: tuple[Document, Span] | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The result of a run: a verdict, one report for each document, and the findings by how well they explain the run.

    `ranked` holds the findings of the reports again, the likeliest cause first, each with its document. `levels` is
    what the classifiers say: detection, then families, then causes; empty when none of them can speak.
    """

    verdict: Verdict
    reports: tuple[Report, ...] = ()
    ranked: tuple[tuple[Document, Finding], ...] = ()
    levels: tuple[Level, ...] = ()


# What trying a fix gave.
HELPS, SAME, WORSE = "helps", "no difference", "worse"
CRASHED, UNCLEAR, UNTRIED = "crashed", "unclear", "not tried"


@dataclass(frozen=True)
class Measured:
    """A quantity at the end of two runs; `before` is None when only the later one has it. `epochs` of each run."""

    name: str
    before: float | None
    after: float
    epochs: tuple[int, int]


@dataclass(frozen=True)
class Part:
    """One fix of an attempt, and the finding that it belongs to; `rank` is that of the finding, from 1."""

    document: Document
    finding: Finding
    fix: Fix
    rank: int


@dataclass(frozen=True)
class Attempt:
    """A fix, or several together, tried in a run on a copy.

    `outcome` is one of the words above, `told` says it in one clause. `diff` is what `git apply` takes; "" when the
    edits could not be made, or are those of cells that are not in a file.
    """

    parts: tuple[Part, ...]
    outcome: str
    told: str
    measured: Measured | None = None
    diff: str = ""

    @property
    def title(self) -> str:
        """The titles of the fixes."""
        return " + ".join(part.fix.title for part in self.parts)


@dataclass(frozen=True)
class Verification:
    """What came of trying fixes, in the order in which they were tried.

    best      the attempt that helps most; None when none helps
    seed      what random generators began with in all runs, unless the script seeds them itself
    left      number of fixes beyond those that were asked for
    applied   paths of the files that the best one was written to; `refused` says why it was not, when that was wanted
    cancelled the runs were ended with Ctrl-C
    """

    attempts: tuple[Attempt, ...] = ()
    best: Attempt | None = None
    seed: int = 0
    left: int = 0
    notes: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()
    refused: str = ""
    cancelled: bool = False
