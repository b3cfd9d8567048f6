"""Bad input: one clear message for each file, and the others are still checked."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from default_lint.run import check_files
from default_lint.settings import Resolver

GOOD = "import keras\nm = keras.Sequential([keras.layers.Dense(1, activation='softmax')])\n"
NESTED = "import keras\nx = {}\n"

FINDINGS = {
    "bom.py": b"\xef\xbb\xbf" + GOOD.encode(),
    "crlf.py": GOOD.replace("\n", "\r\n").encode(),
    "cr.py": GOOD.replace("\n", "\r").encode(),
    "form_feed.py": GOOD.replace("\nm", "\n\x0c\nm").encode(),
    "form_feed_first.py": b"\x0c" + GOOD.encode(),
    "form_feed_in_line.py": GOOD.replace("\nm", "\n\x0cm").encode(),
    "form_feed_indented.py": b"if 1:\n    pass\n\x0c    x = 1\n" + GOOD.encode(),
    "form_feed_crlf.py": GOOD.replace("\nm", "\r\n\x0cm").encode(),
    "latin.py": b"# coding: latin-1\n# caf\xe9\n" + GOOD.encode(),
    "tabs.py": b"if 1:\n\t" + GOOD.replace("\n", "\n\t").encode(),
}
SYNTAX = {
    "python_2.py": b'import keras\nprint "x"\n',
    "mixed_tabs.py": b"import keras\nif 1:\n\tx = 1\n        y = 1\n",
    "parentheses.py": NESTED.format("(" * 3000 + "1" + ")" * 3000).encode(),
    "signs.py": NESTED.format("-" * 20_000 + "1").encode(),
    "sum.py": NESTED.format("+".join("1" * 5000)).encode(),
    "attributes.py": NESTED.format("a" + ".b" * 3000).encode(),
    "elif.py": b"import keras\nif a: pass\n" + b"elif a: pass\n" * 3000,
}
SILENT = {
    "empty.py": b"",
    "lists.py": NESTED.format("[" * 150 + "]" * 150).encode(),
    "calls.py": NESTED.format("a" + "()" * 900).encode(),
}
TROUBLE = {
    "latin_without_cookie.py": b"# caf\xe9\n" + GOOD.encode(),
    "unknown_encoding.py": b"# coding: nonsense\n" + GOOD.encode(),
    "binary.py": b"\x7fELF\0\0keras",
    "large.py": GOOD.encode() + b"x = 1\n" * 900_000,
    "notebook.ipynb": b'{"keras": ',
}


def outcome(path: Path) -> tuple[list[str], list[str]]:
    """Names of the rules that spoke, and the trouble."""
    reports = list(check_files([str(path)], Resolver(isolated=True), cache=False))
    found = [finding.rule for report in reports for finding in report.findings]
    return found, [message for report in reports for message in report.trouble]


@pytest.mark.parametrize("name", [*FINDINGS, *SYNTAX, *SILENT, *TROUBLE])
def test_each_gets_at_most_one_message(tmp_path: Path, name: str) -> None:
    kinds = {**FINDINGS, **SYNTAX, **SILENT, **TROUBLE}
    (tmp_path / name).write_bytes(kinds[name])
    found, trouble = outcome(tmp_path / name)
    if name in FINDINGS:
        assert (found, trouble) == (["softmax-on-one-unit"], [])
    elif name in SYNTAX:
        assert (found, trouble) == (["syntax-error"], [])
    elif name in TROUBLE:
        assert found == []
        assert len(trouble) == 1
        assert "\n" not in trouble[0]
        assert "internal error" not in trouble[0]
    else:
        assert (found, trouble) == ([], [])


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def broken(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.skipif(os.name == "nt", reason="pipes and links are different there")
@pytest.mark.parametrize("make", [pipe, loop, broken])
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "x.py")
    (tmp_path / "y.py").write_text(GOOD, encoding="utf-8")
    found, trouble = outcome(tmp_path / "x.py")
    assert found == []
    assert len(trouble) == 1
    assert outcome(tmp_path)[0] == ["softmax-on-one-unit"]


def test_together_they_hide_nothing(tmp_path: Path) -> None:
    for name, data in {**FINDINGS, **SYNTAX, **SILENT, **TROUBLE}.items():
        (tmp_path / name).write_bytes(data)
    found, trouble = outcome(tmp_path)
    assert sorted(found) == ["softmax-on-one-unit"] * len(FINDINGS) + ["syntax-error"] * len(SYNTAX)
    assert len(trouble) == len(TROUBLE) - 1  # a binary file that nobody named is passed over
