"""Reports of unchanged files, kept between runs as JSON: one small file for each directory of sources.

An entry answers to the hash of a file's content, the settings, the version of the tool and its classifiers. Files are
replaced whole, so processes that run at the same time cannot harm each other.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from default_lint.settings import Settings

if TYPE_CHECKING:
    from default_lint.findings import Evidence, Finding, Fix, Note, Report
    from default_lint.text import Document, Span

_TAG = "CACHEDIR.TAG"
_TAG_TEXT = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of default-lint; it can be deleted at any time.\n"

Row = dict[str, Any]


class Cache:
    """The stored reports; `put` collects, `save` writes."""

    def __init__(self) -> None:
        self._shards: dict[str, dict[str, Row]] = {}
        self._new: dict[str, dict[str, Row]] = {}
        self._folders: dict[str, str] = {}
        self._digests: dict[tuple[Settings, tuple[str, ...]], str] = {}

    @staticmethod
    def content(data: bytes) -> str:
        """The hash of a file's content."""
        return hashlib.sha256(data).hexdigest()

    def get(self, path: str, settings: Settings, data: bytes, content: str) -> Report | None:
        """The report of a file with this content, or None."""
        absolute = os.path.abspath(path)
        row = self._shard(absolute, settings).get(os.path.basename(absolute))
        if row is None or row.get("content") != content or row.get("key") != self._key(path, settings):
            return None
        try:
            return _revive(path, data, row["report"], settings)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            return None

    def put(self, path: str, settings: Settings, report: Report, content: str) -> None:
        """Remember a report, unless it has trouble, or its file has changed since it was hashed."""
        absolute = os.path.abspath(path)
        try:
            with open(absolute, "rb") as stream:
                unchanged = self.content(stream.read()) == content
        except OSError:
            return
        if report.trouble or not unchanged:
            return
        row = {"key": self._key(path, settings), "content": content, "report": _pack_report(report)}
        shard = self._place(absolute, settings)
        self._new.setdefault(shard, {})[os.path.basename(absolute)] = row
        self._folders[shard] = os.path.dirname(absolute)

    def save(self) -> None:
        """Write what is new; a cache that cannot be written is no cache, and nothing else."""
        for shard, rows in self._new.items():
            folder = self._folders[shard]
            try:
                _prepare(os.path.dirname(shard))
                present = set(os.listdir(folder))
                kept = {name: row for name, row in _read(shard).items() if name in present}
                _write(shard, {**kept, **rows})
            except OSError:
                continue
        self._new.clear()

    def _key(self, path: str, settings: Settings) -> str:
        """Settings and version; hashed once for all files with the same of them."""
        ignored = settings.ignored_in(path)
        known = (settings, ignored)
        if known not in self._digests:
            self._digests[known] = hashlib.sha256(f"{tool_stamp()}\n{settings.digest(path)}".encode()).hexdigest()
        return self._digests[known]

    def _place(self, absolute: str, settings: Settings) -> str:
        folder = os.path.dirname(absolute)
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:24] + ".json"
        return os.path.join(settings.cache_directory(), name)

    def _shard(self, absolute: str, settings: Settings) -> dict[str, Row]:
        shard = self._place(absolute, settings)
        if shard not in self._shards:
            self._shards[shard] = _read(shard)
        return self._shards[shard]


def clean(directory: str) -> bool:
    """Delete a cache directory; False when there is none, or it is not one of ours."""
    import shutil

    try:
        with open(os.path.join(directory, _TAG), encoding="utf-8") as stream:
            ours = stream.read() == _TAG_TEXT
    except (OSError, UnicodeDecodeError):
        return False
    if ours:
        shutil.rmtree(directory, ignore_errors=True)
    return ours


@lru_cache(maxsize=1)
def tool_stamp() -> str:
    """The version of the tool, a hash of its code (as the installer recorded it, else by the state of the files), and
    one of the manifest of its classifiers.
    """
    from default_lint import __version__

    package = os.path.dirname(os.path.abspath(__file__))
    lines = _recorded(package, __version__) or _state(package)
    return f"{__version__} {hashlib.sha256(b''.join(lines)).hexdigest()} {_manifest(package)}"


def _manifest(package: str) -> str:
    """The hash of the manifest of the classifiers, which names those of their files; "" without one."""
    try:
        with open(os.path.join(package, "diagnosis", "models", "manifest.json"), "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    except OSError:
        return ""


def _recorded(package: str, version: str) -> list[bytes]:
    """The lines about our files in the installer's record, which are the same on every machine; none in a checkout."""
    record = os.path.join(os.path.dirname(package), f"default_lint-{version}.dist-info", "RECORD")
    try:
        with open(record, "rb") as stream:
            return [line for line in stream if line.startswith(b"default_lint/") and b",sha256=" in line]
    except OSError:
        return []


def _state(package: str) -> list[bytes]:
    """Path, time and size of each source file."""
    lines = []
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "lab", "output"))
        for name in sorted(names):
            status = os.stat(os.path.join(folder, name))
            lines.append(os.fsencode(f"{folder}/{name} {status.st_mtime_ns} {status.st_size}\n"))
    return lines


def _prepare(directory: str) -> None:
    """Make the cache directory, marked for backup tools and ignored by git."""
    if os.path.exists(os.path.join(directory, _TAG)):
        return
    os.makedirs(directory, exist_ok=True)
    for name, text in ((".gitignore", "*\n"), (_TAG, _TAG_TEXT)):
        _replace(os.path.join(directory, name), text)


def _read(shard: str) -> dict[str, Row]:
    """The rows of a stored file; none when it is missing or damaged."""
    try:
        with open(shard, "rb") as stream:
            rows = json.loads(stream.read())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(rows, dict):
        return {}
    return {name: row for name, row in rows.items() if isinstance(row, dict)}


def _write(shard: str, rows: Mapping[str, Row]) -> None:
    _replace(shard, json.dumps(rows, separators=(",", ":")))


def _replace(path: str, text: str) -> None:
    """Write a file in one step."""
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _revive(path: str, data: bytes, packed: list[Any], settings: Settings) -> Report | None:
    from default_lint.findings import Report
    from default_lint.text import Document

    if not any(packed):  # nothing will look at the text
        return Report(Document(path, ""))
    from default_lint.files import from_bytes

    document = from_bytes(path, data, settings.max_file_size)
    return _unpack_report(document, packed) if isinstance(document, Document) else None


def _pack_report(report: Report) -> list[Any]:
    return [
        [_pack_finding(finding) for finding in report.findings],
        [_pack_finding(finding) for finding in report.suppressed],
        [[entry.span, entry.covers, entry.names, entry.reason] for entry in report.unused],
        report.unread,
        report.abstained,
    ]


def _unpack_report(document: Document, packed: list[Any]) -> Report:
    from default_lint.findings import Report, Suppression

    found, suppressed, unused, unread, abstained = packed
    entries = (Suppression(_span(span), _span(covers), tuple(names), reason) for span, covers, names, reason in unused)
    return Report(
        document,
        tuple(_unpack_finding(row) for row in found),
        tuple(_unpack_finding(row) for row in suppressed),
        tuple(entries),
        unread=unread,
        abstained=abstained,
    )


def _span(pair: list[int]) -> Span:
    from default_lint.text import Span

    return Span(int(pair[0]), int(pair[1]))


def _pack_finding(finding: Finding) -> list[Any]:
    return [
        finding.rule,
        finding.code,
        finding.span,
        finding.message,
        int(finding.severity),
        int(finding.confidence),
        finding.family,
        [_pack_evidence(evidence) for evidence in finding.evidence],
        [[note.text, note.span] for note in finding.notes],
        [[fix.title, [[edit.span, edit.text] for edit in fix.edits], fix.safety.value] for fix in finding.fixes],
    ]


def _unpack_finding(row: list[Any]) -> Finding:
    from default_lint.findings import Confidence, Finding, Severity

    rule, code, span, message, severity, confidence, family, evidence, notes, fixes = row
    return Finding(
        rule,
        code,
        _span(span),
        message,
        Severity(severity),
        Confidence(confidence),
        family,
        tuple(_unpack_evidence(kind) for kind in evidence),
        tuple(_unpack_note(note) for note in notes),
        tuple(_unpack_fix(fix) for fix in fixes),
    )


def _unpack_note(row: list[Any]) -> Note:
    from default_lint.findings import Note

    return Note(row[0], _span(row[1]) if row[1] else None)


def _unpack_fix(row: list[Any]) -> Fix:
    from default_lint.findings import Edit, Fix, Safety

    title, edits, safety = row
    return Fix(title, tuple(Edit(_span(span), text) for span, text in edits), Safety(safety))


def _pack_evidence(evidence: Evidence) -> list[Any]:
    from default_lint.findings import Learned, Observed

    if isinstance(evidence, Observed):
        return ["observed", evidence.measure, evidence.epochs, evidence.value]
    if isinstance(evidence, Learned):
        contributions = dict(evidence.contributions)
        return ["learned", evidence.model, evidence.probability, evidence.base, contributions, evidence.reasons]
    return ["rule"]


def _unpack_evidence(row: list[Any]) -> Evidence:
    from default_lint.findings import Learned, Observed, Rule

    kind, *rest = row
    if kind == "observed":
        return Observed(rest[0], tuple(rest[1]), rest[2])
    if kind == "learned":
        model, probability, base, contributions, reasons = rest
        return Learned(model, probability, base, contributions, tuple((text, value) for text, value in reasons))
    return Rule()
