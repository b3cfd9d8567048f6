"""`read(document) -> Program`: from text to meaning, in the order that is cheap and safe.

Bytes that name neither Keras nor TensorFlow are never parsed. `ast.parse` comes first: it gives true error positions
and refuses the nesting on which libcst's parser overflows the stack. Only a file that builds, trains or imports
something of interest is then parsed by libcst, once.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from default_lint.program.types import Program, Unread
from default_lint.text import Document, Span

MAX_NODES = 60_000  # of the syntax tree, some 8,000 lines; libcst takes 3 kB for each
MAX_DEPTH = 90  # nesting of expressions and blocks; libcst's own recursion fails near 150
_MENTIONS = re.compile(r"keras|tensorflow")
_CALLED = frozenset(
    "Sequential Model Input compile fit fit_generator predict_classes predict_proba predict_generator evaluate "
    "load_data train_test_split ImageDataGenerator image_dataset_from_directory load_model train_on_batch GradientTape "
    "from_tensor_slices Dense Conv1D Conv2D Conv3D Convolution1D Convolution2D SeparableConv2D DepthwiseConv2D LSTM "
    "GRU SimpleRNN RNN Bidirectional Embedding Dropout BatchNormalization Flatten Activation LeakyReLU Adam SGD "
    "RMSprop Adagrad Adadelta Nadam AdamW EarlyStopping ModelCheckpoint ReduceLROnPlateau StandardScaler MinMaxScaler "
    "MultiHeadAttention KerasClassifier KerasRegressor".split()
)
_COMMON = frozenset(("Model", "evaluate"))  # other libraries have them too: one of them alone is no sign
_NEWER = re.compile(
    r"^[ \t]*(?:type[ \t]+\w+.*=|(?:async[ \t]+)?(?:def|class)[ \t]+\w+\[|except[ \t]+[\w.]+[ \t]*,.*:)",
    re.MULTILINE,
)
_LONGEST_TRIED = 200_000
_BRACKETS_TRIED = 5_000
_INTEREST = re.compile(rf"\b(?:{'|'.join(_CALLED)})\s*\(")
_OLD_IMPORT = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+"
    r"(?:tensorflow\.python\.keras|tensorflow\.contrib|(?:tensorflow\.)?keras\.(?!src\b|api\b)\w+)"
    r"|\b(?:np_utils|vis_utils|scikit_learn|multi_gpu_model|CuDNN\w+)\b",
    re.MULTILINE,
)


class SyntaxTrouble(Exception):
    """The text is not Python: `span` tells where, `args[0]` what the parser said."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


def read(document: Document) -> Program:
    """What the document means; raises SyntaxTrouble when it is not Python.

    Unknown spreads: whatever could not be understood is listed in `unread`, never guessed. Never raises anything else.
    """
    if not _MENTIONS.search(document.text):
        return Program(document)
    try:
        tree = parse(document)
    except SyntaxTrouble as trouble:
        if not _is_newer_syntax(document.text, trouble.args[0]):
            raise
        return skipped(document, f"syntax newer than Python {sys.version_info[0]}.{sys.version_info[1]}")
    if not _INTEREST.search(document.text) and not _OLD_IMPORT.search(document.text):
        return Program(document)
    nodes, depth, calls = _survey(tree)
    if not calls and not _OLD_IMPORT.search(document.text):
        return Program(document)
    if nodes > MAX_NODES:
        return skipped(document, f"{nodes:,} nodes of syntax, more than the {MAX_NODES:,} that are read")
    if depth > MAX_DEPTH:
        return skipped(document, f"nested {depth} levels deep, too deep to read")
    with _recursion_limit(12_000):
        try:
            return _readings(document)
        except RecursionError:
            return skipped(document, "nested too deeply to read")


def parse(document: Document) -> ast.Module:
    """The document's syntax tree; raises SyntaxTrouble with the true place of the error."""
    text = document.text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        start = _error_offset(document, error)
        message = error.msg or "invalid syntax"
    except ValueError as error:  # null bytes
        start, message = max(text.find("\0"), 0), str(error)
    except (RecursionError, MemoryError):
        start, message = 0, "too deeply nested to parse"
    line = document.line_span(min(start, len(text)))
    raise SyntaxTrouble(message, Span(start, min(start + 1, max(line.end, start))))


def _is_newer_syntax(text: str, message: str) -> bool:
    """True for what a later Python accepts than the one that runs this: no fault of the program."""
    if (
        not (message.startswith("f-string") or _NEWER.search(text))
        or len(text) > _LONGEST_TRIED
        or max(map(text.count, "([{")) > _BRACKETS_TRIED
    ):
        return False
    import libcst as cst

    try:
        cst.parse_module(text)
    except cst.ParserSyntaxError:
        return False
    return True


def _error_offset(document: Document, error: SyntaxError) -> int:
    line = error.lineno or 1
    if line > len(document.line_starts):
        return len(document.text)
    start = document.line_starts[line - 1]
    return min(start + max((error.offset or 1) - 1, 0), len(document.text))


def _survey(tree: ast.AST) -> tuple[int, int, bool]:
    """Size and deepest nesting of the syntax tree, without recursion, and whether it calls anything of interest."""
    nodes, deepest = 0, 0
    called: set[str] = set()
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        deepest = max(deepest, depth)
        if isinstance(node, ast.Call):
            called.add(_called_name(node.func))
        for value in node.__dict__.values():  # quicker than `ast.iter_child_nodes`
            if isinstance(value, list):
                waiting.extend([(child, depth + 1) for child in value if isinstance(child, ast.AST)])
            elif isinstance(value, ast.AST):
                waiting.append((value, depth + 1))
    called &= _CALLED
    return nodes, deepest, len(called) > 1 or not called <= _COMMON


def _called_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return "" if isinstance(function.value, ast.Name) and function.value.id == "re" else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def skipped(document: Document, reason: str) -> Program:
    """The program of a document that is not read."""
    return Program(document, unread=(Unread(Span(0, 0), reason),), skipped=reason)


def _readings(document: Document) -> Program:
    # libcst takes a third of a second to load: only a file that gets this far pays for it.
    from default_lint.program.follow import readings

    return readings(document)


@contextmanager
def _recursion_limit(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
