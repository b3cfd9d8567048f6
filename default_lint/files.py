"""What to check, and how a file becomes a document: discovery, decoding, notebooks, and the way back to bytes.

A file that mentions neither keras nor tensorflow costs one read and two searches; nothing else is imported for it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from default_lint.settings import Resolver, Settings, globs

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from default_lint.findings import Edit
    from default_lint.text import Document

SUFFIXES = (".py", ".ipynb")
WORDS = (b"keras", b"tensorflow")
NOTEBOOK_FACTOR = 50  # outputs make a notebook larger than its code; the code itself has the limit of a script
_CHUNK = 1 << 20


class Target(NamedTuple):
    """A file to check; `explicit` when the user named it."""

    path: str
    explicit: bool = False


class Trouble(NamedTuple):
    """What could not be read, and why."""

    path: str
    message: str


def discover(paths: Iterable[str], resolver: Resolver) -> Iterator[Target | Trouble]:
    """The files below `paths` in a stable order, each once; what cannot be read is a Trouble in its place."""
    seen: set[str] = set()
    for path in paths:
        for found in _below(path, resolver):
            key = os.path.abspath(found.path)
            if isinstance(found, Trouble) or key not in seen:
                seen.add(key)
                yield found


def _below(path: str, resolver: Resolver) -> Iterator[Target | Trouble]:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        yield Trouble(path, _reason(error))
        return
    settings = resolver(path).settings
    if settings.force_exclude and settings.excluded(path):
        return
    if not stat.S_ISDIR(mode):
        yield Target(path, True)
        return
    ignores = _ignores_above(os.path.abspath(path)) if settings.respect_gitignore else ()
    yield from _walk(path, os.path.abspath(path), resolver, ignores)


def _reason(error: OSError | ValueError) -> str:
    """An error of the file system in our words."""
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


class _Ignore(NamedTuple):
    """The patterns of one .gitignore, and the directory they are relative to."""

    base: str
    spec: GitIgnoreSpec


def _walk(shown: str, directory: str, resolver: Resolver, ignores: tuple[_Ignore, ...]) -> Iterator[Target | Trouble]:
    """Files below one directory; `shown` is the way the user wrote it, `directory` the same as an absolute path.

    Links to directories are not followed, so a walk ends.
    """
    settings = resolver.directory(directory).settings
    if settings.respect_gitignore:
        ignores = (*ignores, *_ignore_file(os.path.join(directory, ".gitignore"), directory))
    try:
        with os.scandir(directory) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        yield Trouble(shown, _reason(error))
        return
    for entry in entries:
        name = entry.name
        path = name if shown == "." else os.path.join(shown, name)
        try:
            is_directory = entry.is_dir(follow_symlinks=False)
            is_file = not is_directory and name.endswith(SUFFIXES) and entry.is_file()
        except OSError as error:
            if name.endswith(SUFFIXES):
                yield Trouble(path, _reason(error))
            continue
        if not (is_directory or is_file) or _left_out(entry.path, name, is_directory, settings, ignores):
            continue
        if is_directory:
            yield from _walk(path, entry.path, resolver, ignores)
        else:
            yield Target(path)


def _left_out(path: str, name: str, is_directory: bool, settings: Settings, ignores: tuple[_Ignore, ...]) -> bool:
    if globs(settings.exclude + settings.extend_exclude).entry(name, settings.relative(path)):
        return True
    return bool(ignores) and _ignored(path, is_directory, ignores)


def _ignored(path: str, is_directory: bool, ignores: tuple[_Ignore, ...]) -> bool:
    """What the .gitignore files say; the deepest one that mentions the path decides."""
    for base, spec in reversed(ignores):
        relative = path[len(base) :].lstrip(os.sep).replace(os.sep, "/")
        verdict = spec.check_file(relative + "/" if is_directory else relative).include
        if verdict is not None:
            return verdict
    return False


def _ignore_file(file: str, base: str) -> tuple[_Ignore, ...]:
    """The patterns of one ignore file, if there is one that can be read."""
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except OSError:
        return ()
    from pathspec import GitIgnoreSpec

    try:
        return (_Ignore(base, GitIgnoreSpec.from_lines(lines)),)
    except ValueError:  # git passes over a pattern it cannot read; so do we
        return (_Ignore(base, GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))),)


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _ignores_above(directory: str) -> tuple[_Ignore, ...]:
    """The ignore files between the top of the git repository and `directory`, the top first.

    Files that would leave out the directory itself are passed over: it was named, so it is wanted.
    """
    above: list[str] = []
    current = directory
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        current = parent
        above.append(current)
    found = list(_ignore_file(os.path.join(current, ".git", "info", "exclude"), current))
    for base in reversed(above):
        found.extend(_ignore_file(os.path.join(base, ".gitignore"), base))
    return tuple(ignore for ignore in found if not _covers(ignore, directory))


def _covers(ignore: _Ignore, directory: str) -> bool:
    """Whether an ignore file leaves out `directory` or one above it."""
    while len(directory) > len(ignore.base):
        if _ignored(directory, True, (ignore,)):
            return True
        directory = os.path.dirname(directory)
    return False


def load(path: str, max_size: int = Settings().max_file_size, explicit: bool = False) -> Document | Trouble | None:
    """The document at `path`; None when it mentions neither keras nor tensorflow, Trouble when it cannot be read."""
    data = peek(path, max_size, explicit)
    return from_bytes(path, data, max_size, explicit) if isinstance(data, bytes) else data


def peek(path: str, max_size: int, explicit: bool) -> bytes | Trouble | None:
    """The content of a file that may be about Keras; else None, or Trouble as `load` gives it."""
    try:
        data = _read(path, max_size)
    except (OSError, ValueError) as error:
        return Trouble(path, _reason(error))
    return _screen(path, data, explicit) if isinstance(data, bytes) else data


def _screen(path: str, data: bytes, explicit: bool) -> bytes | Trouble | None:
    """`data` when it is text that may be about Keras."""
    if b"\0" in data[:_CHUNK]:
        return Trouble(path, "a binary file, not Python source") if explicit else None
    return data if mentions_keras(data) else None


def _read(path: str, max_size: int) -> bytes | Trouble | None:
    """The content of a regular file; of one beyond the limit at most the news that it mentions Keras."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        return Trouble(path, "is a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file")
    limit = max_size * NOTEBOOK_FACTOR if path.endswith(".ipynb") else max_size
    with open(path, "rb", buffering=0) as stream:
        if status.st_size <= limit:
            return stream.read()
        tail = b""
        while chunk := stream.read(_CHUNK):
            if mentions_keras(tail + chunk):
                return _too_large(path, status.st_size, limit)
            tail = chunk[-16:]
    return None


def _too_large(path: str, size: int, limit: int) -> Trouble:
    return Trouble(path, f"{_megabytes(size)} of source, more than `max-file-size` allows ({_megabytes(limit)})")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size:,} bytes"


def mentions_keras(data: bytes) -> bool:
    """Whether a source can be about Keras at all."""
    return any(word in data for word in WORDS)


def from_bytes(
    path: str, data: bytes, max_size: int = Settings().max_file_size, explicit: bool = True
) -> Document | Trouble | None:
    """`load` for content that is at hand: standard input, an editor's buffer."""
    screened = _screen(path, data, explicit)
    if not isinstance(screened, bytes):
        return screened
    notebook = path.endswith(".ipynb")
    if not notebook and len(data) > max_size:
        return _too_large(path, len(data), max_size)
    text = _decode(path, data)
    if isinstance(text, Trouble):
        return text
    if notebook:
        from default_lint import notebooks

        return notebooks.read(path, text, max_size)
    return from_text(path, text)


def from_text(path: str, text: str) -> Document:
    """The document of a script's text; a byte order mark is kept beside it in `original`."""
    from default_lint.text import Document

    if text.startswith("\ufeff"):
        return Document(path, text[1:], original=text)
    return Document(path, text)


def _decode(path: str, data: bytes) -> str | Trouble:
    encoding = "utf-8"
    if not path.endswith(".ipynb"):
        declared = _declared(data)
        if declared is None:
            return Trouble(path, "the encoding declared on its first lines is unknown")
        encoding = declared
    try:
        text = data.decode(encoding)
        # ASCII words that are gone: the codec reads pairs of bytes, so it is not the one that the file is written in
        return text if "keras" in text or "tensorflow" in text else Trouble(path, f"is not written in {encoding}")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Trouble(path, f"line {line} is not valid {encoding}")
    except (LookupError, UnicodeError, ValueError) as error:  # a codec that is none for text, such as rot13 or hex
        return Trouble(path, f"cannot be decoded as {encoding}: {error}")


def _declared(data: bytes) -> str | None:
    """The encoding that a source declares (PEP 263), utf-8 without a declaration, None when unknown."""
    head = data[:4096].splitlines(keepends=True)[:2]
    if not any(b"coding" in line for line in head):
        return "utf-8"
    import tokenize

    try:
        encoding = tokenize.detect_encoding(iter([*head, b""]).__next__)[0]
    except SyntaxError:
        return None
    return "utf-8" if encoding == "utf-8-sig" else encoding  # the mark itself stays in the text


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with edits applied; they may touch but not overlap."""
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < position:
            raise ValueError("edits overlap")
        parts += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    return "".join((*parts, text[position:]))


def rebuild(document: Document, edits: Sequence[Edit]) -> str:
    """The file's text after edits to `document.text`: of a script the script, of a notebook its JSON."""
    if document.cells:
        from default_lint import notebooks

        return notebooks.rebuild(document, edits)
    mark = "\ufeff" if document.original is not None and document.original.startswith("\ufeff") else ""
    return mark + apply_edits(document.text, edits)


def reread(document: Document, text: str) -> Document | Trouble | None:
    """The document of a file's new text, as `rebuild` gives it."""
    if document.cells:
        from default_lint import notebooks

        return notebooks.read(document.path, text, len(text))
    return from_text(document.path, text)


def encode(document: Document, text: str) -> bytes:
    """The bytes of the file for `text` as `rebuild` gives it, in the encoding that the file declares."""
    if document.cells:
        return text.encode("utf-8", "surrogatepass")
    head = "".join(document.text[:4096].splitlines(keepends=True)[:2]).encode("ascii", "replace")
    encoding = _declared(head) or "utf-8"
    return text.encode(encoding)
