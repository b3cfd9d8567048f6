"""Names of documents, on systems of both kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lsp.uris import name_of, to_path, to_uri

UNIX = [
    ("file:///home/a/train.py", "/home/a/train.py"),
    ("file:///home/a%20b/%E6%BC%A2%20%C3%A9.py", "/home/a b/漢 é.py"),
    ("file:///home/a b/漢.py", "/home/a b/漢.py"),
    ("file:///tmp/100%25/a%23b%3Fc.py", "/tmp/100%/a#b?c.py"),
    ("file:///tmp/a#b.py", "/tmp/a#b.py"),
    ("file:///tmp/a?b.py", "/tmp/a?b.py"),
    ("file://localhost/tmp/a.py", "/tmp/a.py"),
    ("file:///", "/"),
    ("file:///tmp/%F0%9F%98%80.py", "/tmp/\U0001f600.py"),
]
WINDOWS = [
    ("file:///c%3A/Users/a%20b/train.py", "c:\\Users\\a b\\train.py"),
    ("file:///C:/Users/train.py", "c:\\Users\\train.py"),
    ("file:///C%3A/", "c:\\"),
    ("file:///c:", "c:\\"),
    ("file://server/share/train.py", "\\\\server\\share\\train.py"),
    ("file:///c:/%E6%BC%A2/a%23b.py", "c:\\漢\\a#b.py"),
]


@pytest.mark.parametrize(("uri", "path"), UNIX)
def test_paths_of_unix(uri: str, path: str) -> None:
    assert to_path(uri, windows=False) == path


@pytest.mark.parametrize(("uri", "path"), WINDOWS)
def test_paths_of_windows(uri: str, path: str) -> None:
    assert to_path(uri, windows=True) == path


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "vscode-notebook-cell:/a.ipynb#W0", "git:/a.py", "", "nonsense", "http://[bad"]
)
def test_what_is_no_file_has_no_path(uri: str) -> None:
    assert to_path(uri, windows=False) is None
    assert to_path(uri, windows=True) is None


def test_uris_are_written_as_editors_write_them() -> None:
    assert to_uri("/tmp/a b#c?d%.py", windows=False) == "file:///tmp/a%20b%23c%3Fd%25.py"
    assert to_uri("C:\\Users\\a b\\t.py", windows=True) == "file:///c%3A/Users/a%20b/t.py"
    assert to_uri("\\\\server\\share\\t.py", windows=True) == "file://server/share/t.py"


@given(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00/"), min_size=1))
def test_every_path_comes_back(name: str) -> None:
    path = f"/a/{name}"
    assert to_path(to_uri(path, windows=False), windows=False) == path


@given(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters='\x00/\\:"<>|?*'), min_size=1))
def test_every_path_of_windows_comes_back(name: str) -> None:
    for path in (f"d:\\{name}\\x.py", f"\\\\host\\share\\{name}"):
        assert to_path(to_uri(path, windows=True), windows=True) == path


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("untitled:Untitled-1", "Untitled-1"),
        ("untitled:/tmp/My%20script.py", "My script.py"),
        ("vscode-userdata:/x/y.py", "y.py"),
        ("untitled:", "untitled"),
        ("", "untitled"),
    ],
)
def test_what_has_no_file_has_a_name(uri: str, name: str) -> None:
    assert name_of(uri) == name
