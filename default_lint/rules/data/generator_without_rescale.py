"""The rule generator-without-rescale."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Fix, Note, Safety
from default_lint.program.data_values import Generator
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.data._common import features
from default_lint.rules.data._pixels import Meeting, raw_meeting


class GeneratorWithoutRescale(Rule):
    """An `ImageDataGenerator` hands on pixels 0..255, and the model does not scale them.

    ## Why it matters
    The generator only does what it is told: without `rescale` or a `preprocessing_function` the batches hold 0..255.
    Initial weights and learning rates are made for inputs around -1..1; training is slow or stuck.

    ## Example
    ```python
    import keras
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pixels = ImageDataGenerator(horizontal_flip=True)
    train = pixels.flow_from_directory("train", target_size=(64, 64), class_mode="binary")
    model = keras.Sequential([keras.Input((64, 64, 3)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Use instead
    ```python
    import keras
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pixels = ImageDataGenerator(horizontal_flip=True, rescale=1 / 255)
    train = pixels.flow_from_directory("train", target_size=(64, 64), class_mode="binary")
    model = keras.Sequential([keras.Input((64, 64, 3)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(train, epochs=20)
    ```

    ## Known limits
    Silent when anything in front of the first weights may scale, and when a normalization follows them directly.
    `flow` is judged only when the range of its array is known.

    ## Fix safety
    Unsafe: it changes what is trained. For a pretrained network its own `preprocess_input` is only shown.

    ## References
    - [ImageDataGenerator](https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator)
    """

    name = "generator-without-rescale"
    code = "DAT227"
    family = "data"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the generators that models are trained and judged on."""
        for model in program.models:
            if not model.fits:
                continue
            seen: set[int] = set()
            for use in model.uses:
                sources = [features(use.x)]
                if not isinstance(use.validation, tuple):
                    sources.append(features(use.validation))
                for source in sources:
                    if not isinstance(source, Generator) or source.scaling != "raw" or id(source.maker) in seen:
                        continue
                    seen.add(id(source.maker))
                    meeting = raw_meeting(model)
                    if meeting is not None:
                        yield self._report(source, meeting)

    def _report(self, source: Generator, meeting: Meeting) -> Finding:
        if meeting.pretrained:
            message = f"`{meeting.layer.short}` was trained on scaled pixels, these are 0..255"
            fix = Fix("Pass the network's own `preprocess_input` as `preprocessing_function`", (), Safety.SHOWN)
        else:
            message = f"no `rescale`: pixels 0..255 reach `{meeting.layer.short}`"
            fix = Fix("Pass `rescale=1 / 255`", (source.maker.add_argument("rescale=1 / 255"),), Safety.UNSAFE)
        return self.finding(
            source.maker.callee,
            message,
            notes=[Note("the first weights they meet", meeting.layer.call.callee)],
            fixes=[fix],
            confidence=Confidence.MEDIUM if meeting.pretrained else Confidence.HIGH,
        )
