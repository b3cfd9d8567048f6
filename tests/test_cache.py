"""The cache: hits, misses, damage, parallel use, and what it leaves on the disk."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from default_lint import __version__
from default_lint import cache as module
from default_lint.cache import Cache, clean
from default_lint.files import load
from default_lint.findings import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Learned,
    Note,
    Observed,
    Report,
    Rule,
    Safety,
    Severity,
    Suppression,
)
from default_lint.settings import Settings
from default_lint.text import Document, Span

TEXT = "import keras\nx = 1\n"
FULL = Finding(
    "softmax-on-one-unit",
    "ACT101",
    Span(13, 14),
    "a fact",
    Severity.ERROR,
    Confidence.MEDIUM,
    "activation",
    (Rule(), Observed("loss", (1, 2), 0.5), Learned("forest", 0.9, 0.1, {"depth": 0.25}, (("depth 3", 0.25),))),
    (Note("the other half", Span(0, 6)), Note("prose")),
    (Fix("Do it", (Edit(Span(13, 14), "y"), Edit(Span(17, 18), "")), Safety.SAFE), Fix("See", (), Safety.SHOWN)),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "a.py"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(root=str(tmp_path))


def report(file: Path, *found: Finding) -> Report:
    document = load(str(file))
    assert isinstance(document, Document)
    return Report(document, found)


def keep(file: Path, settings: Settings, *reports: Report) -> None:
    cache = Cache()
    for entry in reports:
        cache.put(str(file), settings, entry, cache.content(file.read_bytes()))
    cache.save()


def store(file: Path, settings: Settings, *found: Finding) -> None:
    keep(file, settings, report(file, *found))


def look_up(file: Path, settings: Settings) -> Report | None:
    cache, data = Cache(), file.read_bytes()
    return cache.get(str(file), settings, data, cache.content(data))


def shards(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / ".default_lint_cache").glob("*.json"))


def test_a_report_comes_back_as_it_was(file: Path, settings: Settings) -> None:
    document = load(str(file))
    assert isinstance(document, Document)
    held = Suppression(Span(0, 3), Span(0, 12), ("ACT101",), "why")
    full = Report(document, (FULL,), (FULL, FULL), (held,), abstained=2)
    assert look_up(file, settings) is None
    keep(file, settings, full)
    assert look_up(file, settings) == full


def test_a_silent_report_needs_no_text(file: Path, settings: Settings) -> None:
    store(file, settings)
    assert look_up(file, settings) == Report(Document(str(file), ""))


def test_a_changed_file_is_not_known(file: Path, settings: Settings) -> None:
    store(file, settings)
    file.write_text(TEXT.replace("1", "2"), encoding="utf-8")
    assert look_up(file, settings) is None


def test_a_file_that_changed_while_it_was_checked_is_not_kept(file: Path, settings: Settings) -> None:
    cache = Cache()
    seen = cache.content(file.read_bytes())
    file.write_text(TEXT + "y = 2\n", encoding="utf-8")
    cache.put(str(file), settings, report(file), seen)
    cache.save()
    assert look_up(file, settings) is None


def test_other_settings_or_another_version_is_a_miss(
    file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(file, settings)
    assert look_up(file, settings._replace(audience="curious")) is None
    assert look_up(file, settings._replace(output_format="json")) is not None
    monkeypatch.setattr(module, "tool_stamp", lambda: "another")
    assert look_up(file, settings) is None


def test_trouble_is_not_kept(file: Path, settings: Settings) -> None:
    keep(file, settings, Report(report(file).document, trouble=("no",)))
    assert look_up(file, settings) is None


@pytest.mark.parametrize("damage", [b"", b"\x00\xff", b"[1]", b'{"a.py": 3}', b'{"a.py": {}}', b"[" * 100_000])
def test_damage_is_a_miss(file: Path, settings: Settings, tmp_path: Path, damage: bytes) -> None:
    store(file, settings, FULL)
    shards(tmp_path)[0].write_bytes(damage)
    assert look_up(file, settings) is None
    store(file, settings, FULL)
    assert look_up(file, settings) is not None


@pytest.mark.parametrize("damage", [None, 3, [], [[1], [], []], [[["a"] * 10], [], []], [[], [], [[1]]]])
def test_a_damaged_entry_is_a_miss(file: Path, settings: Settings, tmp_path: Path, damage: object) -> None:
    store(file, settings, FULL)
    (shard,) = shards(tmp_path)
    rows = json.loads(shard.read_text(encoding="utf-8"))
    rows["a.py"]["report"] = damage
    shard.write_text(json.dumps(rows), encoding="utf-8")
    found = look_up(file, settings)
    assert found is None or found.findings == ()


def test_other_entries_of_the_directory_stay_and_removed_files_go(
    file: Path, settings: Settings, tmp_path: Path
) -> None:
    other, gone = tmp_path / "b.py", tmp_path / "c.py"
    for path in (other, gone):
        path.write_text(TEXT, encoding="utf-8")
        store(path, settings, FULL)
    gone.unlink()
    store(file, settings)
    assert look_up(other, settings) is not None
    (shard,) = shards(tmp_path)
    assert set(json.loads(shard.read_text(encoding="utf-8"))) == {"a.py", "b.py"}


def test_many_writers_leave_a_whole_file(file: Path, settings: Settings, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store(file, settings, FULL), range(24)))
    assert look_up(file, settings) is not None
    assert [path.name for path in (tmp_path / ".default_lint_cache").glob(".new-*")] == []


def test_a_directory_that_cannot_be_made_is_no_error(file: Path, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".default_lint_cache").write_text("a file", encoding="utf-8")
    store(file, settings, FULL)
    assert look_up(file, settings) is None


def test_the_directory_is_marked_and_cleaned(file: Path, settings: Settings, tmp_path: Path) -> None:
    directory = tmp_path / ".default_lint_cache"
    assert not clean(str(directory))
    store(file, settings)
    assert (directory / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (
        (directory / "CACHEDIR.TAG")
        .read_text(encoding="utf-8")
        .startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )
    assert clean(str(directory))
    assert not directory.exists()


def test_only_our_own_directories_are_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    assert not clean(str(tmp_path / "precious"))
    assert (tmp_path / "precious").exists()


def test_the_stamp_follows_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "default_lint"
    package.mkdir()
    source = package / "cache.py"
    source.write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(module, "__file__", str(source))

    def stamp() -> str:
        module.tool_stamp.cache_clear()
        return module.tool_stamp()

    try:
        checkout = stamp()
        source.write_text("x = 10\n", encoding="utf-8")
        assert stamp() != checkout
        record = tmp_path / f"default_lint-{__version__}.dist-info" / "RECORD"
        record.parent.mkdir()
        record.write_text("default_lint/cache.py,sha256=abc,7\n../bin/default-lint,sha256=x,1\n", encoding="utf-8")
        installed = stamp()
        source.touch()
        record.write_text("default_lint/cache.py,sha256=abc,7\n../bin/default-lint,sha256=y,1\n", encoding="utf-8")
        assert stamp() == installed
        record.write_text("default_lint/cache.py,sha256=abd,7\n", encoding="utf-8")
        assert stamp() != installed
    finally:
        module.tool_stamp.cache_clear()


def test_other_classifiers_make_another_key(tmp_path: Path) -> None:
    folder = tmp_path / "diagnosis" / "models"
    assert module._manifest(str(tmp_path)) == ""
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"format": 1}')
    first = module._manifest(str(tmp_path))
    (folder / "manifest.json").write_text('{"format": 2}')
    assert "" != first != module._manifest(str(tmp_path))
    assert module.tool_stamp().endswith(module._manifest(str(Path(module.__file__).parent)))
