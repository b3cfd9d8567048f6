"""The names under which suspicions speak, on one screen, with their pages; what they say is in `suspicion`."""

from __future__ import annotations

from typing import ClassVar

from default_lint.findings import Confidence, Severity
from default_lint.rules.base import Described


class Suspicion(Described):
    """Base of all suspicions.

    The docstring is the page, as for a rule: first line the fact in one sentence, then *Why it matters*, *How it was
    learned*, *What to do*, *Known limits*, *References*. `kind` names the classifier that speaks (`site.<kind>`),
    `families` are those of the faults that it was shown at such places.
    """

    kind: ClassVar[str]
    families: ClassVar[frozenset[str]]
    severity = Severity.INFO
    confidence = Confidence.LOW


class UnusualLayer(Suspicion):
    """A layer is unlike the layers of working programs.

    ## Why it matters
    A layer of an odd size or kind, with an odd activation, initializer or dropout rate for its place is where a planted
    fault was found in programs that look alike. It may well be meant.

    ## How it was learned
    From dozens of small Keras programs that work, and thousands of copies with a fault planted in a layer: its units,
    kernel, stride, padding, activation, initializer, bias, penalty or dropout. A copy counts as faulty only when it
    trains worse than the original, run several times. A forest of decision trees learned to tell the layer with the
    fault from the others by its settings, its neighbors, the output and the loss. The number in brackets is its
    probability that a layer like this one holds the fault, after calibration on programs that it had not seen.

    ## What to do
    Read the reasons: each is a number of this layer, with the range of working programs and how far it moved the
    probability. When it is meant, ignore it: `# default-lint: ignore[unusual-layer]`. A short run tells more:
    `default-lint diagnose`.

    ## Known limits
    It knows what is common, not what is right: a new design is unlike working programs, too. It saw small dense,
    convolutional and recurrent networks that train within seconds, none of the size of ResNet or a transformer. It is
    silent about layers of which too little can be read, and speaks to the `curious` audience only, or when selected.

    ## References
    - Jahan, Shah, Mahbub and Rahman, Improved Detection and Diagnosis of Faults in Deep Neural Networks Using
      Hierarchical and Explainable Classification, ICSE 2025
    - Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017
    """

    name = "unusual-layer"
    code = "LAY901"
    family = "layer"
    kind = "layer"
    families = frozenset({"layer", "activation", "weights", "regularization"})


class UnusualOptimizer(Suspicion):
    """The optimizer, or one of its arguments, is unlike that of working programs.

    ## Why it matters
    Too high or too low a learning rate for the optimizer, the batches and the epochs is the commonest reason why
    nothing is learned; odd momentum, clipping, weight decay and schedules come next.

    ## How it was learned
    From dozens of small Keras programs that work, and thousands of copies with a fault planted in the optimizer. A copy
    counts as faulty only when it trains worse than the original, run several times. A forest of decision trees learned
    to tell the argument with the fault from the others by its number, the other arguments, the length of the training,
    the model and the loss. The number in brackets is its probability that a place like this one holds the fault, after
    calibration on programs that it had not seen.

    ## What to do
    Read the reasons: each is a number with the range of working programs and how far it moved the probability. Try a
    value within that range first. When it is meant, ignore it: `# default-lint: ignore[unusual-optimizer]`.
    `default-lint diagnose` tries several learning rates on a copy of the model.

    ## Known limits
    It knows what is common, not what is right. What is unusual for a network that trains within seconds may be usual
    for a large one. Schedules and optimizers of your own cannot be read. It speaks to the `curious` audience only, or
    when selected.

    ## References
    - Jahan, Shah, Mahbub and Rahman, Improved Detection and Diagnosis of Faults in Deep Neural Networks Using
      Hierarchical and Explainable Classification, ICSE 2025
    - Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017
    """

    name = "unusual-optimizer"
    code = "OPT902"
    family = "optimization"
    kind = "optimizer"
    families = frozenset({"optimization", "hyperparameter", "regularization"})


class UnusualLoss(Suspicion):
    """The loss is unlike that of working programs with such an output and such labels.

    ## Why it matters
    A loss that does not fit the task trains towards something else, often without an error: the accuracy stays low and
    nothing says why. Rules tell the combinations that cannot work; this tells those that seldom do.

    ## How it was learned
    From dozens of small Keras programs that work, and thousands of copies with another loss or another `from_logits`. A
    copy counts as faulty only when it trains worse than the original, run several times. A forest of decision trees
    learned to tell them apart by the loss, the output layer, the labels and the model. The number in brackets is its
    probability that a loss like this one is the fault, after calibration on programs that it had not seen.

    ## What to do
    Read the reasons, and compare the loss with the output's activation and with how the labels are made. When it is
    meant, ignore it: `# default-lint: ignore[unusual-loss]`.

    ## Known limits
    It knows what is common, not what is right. It knows nothing of losses of your own, and little of several outputs.
    It speaks to the `curious` audience only, or when selected.

    ## References
    - Jahan, Shah, Mahbub and Rahman, Improved Detection and Diagnosis of Faults in Deep Neural Networks Using
      Hierarchical and Explainable Classification, ICSE 2025
    - Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017
    """

    name = "unusual-loss"
    code = "LOS903"
    family = "loss"
    kind = "loss"
    families = frozenset({"loss"})


class UnusualTraining(Suspicion):
    """An argument of `fit` is unlike that of working programs, or is missing where they have it.

    ## Why it matters
    Too few epochs, batches as large as the data, rows that are not shuffled or an early stop that comes too early end a
    training before it has learned, and none of them raises an error.

    ## How it was learned
    From dozens of small Keras programs that work, and thousands of copies with a fault planted in `fit`: epochs, batch
    size, shuffling, validation or callbacks. A copy counts as faulty only when it trains worse than the original, run
    several times. A forest of decision trees learned to tell the argument with the fault from the others by its number,
    the optimizer and the size of the data. The number in brackets is its probability that a place like this one holds
    the fault, after calibration on programs that it had not seen.

    ## What to do
    Read the reasons: each is a number with the range of working programs and how far it moved the probability. When it
    is meant (a quick look, a demonstration), ignore it: `# default-lint: ignore[unusual-training]`.

    ## Known limits
    It knows what is common, not what is right. The programs that it saw train within seconds, so that few epochs on
    much data look odd to it. How many rows there are is often not told by the source. It speaks to the `curious`
    audience only, or when selected.

    ## References
    - Jahan, Shah, Mahbub and Rahman, Improved Detection and Diagnosis of Faults in Deep Neural Networks Using
      Hierarchical and Explainable Classification, ICSE 2025
    - Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017
    """

    name = "unusual-training"
    code = "HYP904"
    family = "hyperparameter"
    kind = "fit"
    families = frozenset({"hyperparameter", "regularization", "data"})


class UnusualData(Suspicion):
    """The preparation of inputs or labels is unlike that of working programs.

    ## Why it matters
    Inputs that are not scaled, labels that were moved or shuffled apart from their inputs, and noise in either keep a
    sound model from learning.

    ## How it was learned
    From dozens of small Keras programs that work, and thousands of copies with a fault planted in their data. A copy
    counts as faulty only when it trains worse than the original, run several times. A forest of decision trees learned
    to tell the place with the fault by the steps between the source of the data and `fit`, and by what the model
    expects. The number in brackets is its probability that a place like this one holds the fault, after calibration on
    programs that it had not seen.

    ## What to do
    Read the reasons, and look at a few rows of what goes into `fit`. When it is meant, ignore it: `# default-lint:
    ignore[unusual-data]`. `default-lint diagnose` looks at the numbers themselves.

    ## Known limits
    It reads the program, not the data: files, databases and generators hide what they give. It knows what is common,
    not what is right. It speaks to the `curious` audience only, or when selected.

    ## References
    - Jahan, Shah, Mahbub and Rahman, Improved Detection and Diagnosis of Faults in Deep Neural Networks Using
      Hierarchical and Explainable Classification, ICSE 2025
    - Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017
    """

    name = "unusual-data"
    code = "DAT905"
    family = "data"
    kind = "data"
    families = frozenset({"data"})


SUSPICIONS: tuple[type[Suspicion], ...] = (UnusualLayer, UnusualOptimizer, UnusualLoss, UnusualTraining, UnusualData)
