"""The copy of a working folder that fixes are tried in: what is the same there, and what stays outside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from default_lint.trial import launch, scratch
from default_lint.trial.keeper import remove
from default_lint.trial.launch import Budget, Request
from default_lint.trial.scratch import Scratch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """home/project/scripts with data beside it and above."""
    found = tmp_path / "home" / "project" / "scripts"
    (found / "data" / "deep").mkdir(parents=True)
    (found / "data" / "deep" / "x.csv").write_text("1,2\n")
    (found / "train.py").write_text("print(1)\n")
    (found / ".git").mkdir()
    (found / ".git" / "HEAD").write_text("ref\n")
    (found.parent / "data").mkdir()
    (found.parent / "data" / "y.csv").write_text("3\n")
    (found.parent.parent / "shared.txt").write_text("shared\n")
    return found


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> Scratch:
    (tmp_path / "base").mkdir()
    return Scratch(str(folder), str(tmp_path / "base"))


def test_a_run_finds_everything_and_leaves_nothing(folder: Path, made: Scratch) -> None:
    place = Path(made.fresh())
    assert (place / "data" / "deep" / "x.csv").read_text() == "1,2\n"
    assert (place / ".." / "data" / "y.csv").read_text() == "3\n"
    assert (place / ".." / ".." / "shared.txt").read_text() == "shared\n"
    assert (place / ".git" / "HEAD").read_text() == "ref\n"
    (place / "data" / "deep" / "x.csv").write_text("changed\n")
    (place / "model.keras").write_text("weights\n")
    os.unlink(place / "train.py")
    again = Path(made.fresh())
    assert not place.exists()
    assert (again / "data" / "deep" / "x.csv").read_text() == "1,2\n"
    assert sorted(os.listdir(again)) == [".git", "data", "train.py"]
    remove(made.base)
    assert (folder / "data" / "deep" / "x.csv").read_text() == "1,2\n"
    assert (folder / ".git" / "HEAD").exists()
    assert (folder.parent / "data" / "y.csv").exists()
    assert sorted(os.listdir(folder)) == [".git", "data", "train.py"]


def test_a_copy_is_of_the_folder_as_it_was(folder: Path, made: Scratch) -> None:
    (folder / "model.keras").write_text("of the first run\n")
    (folder / "train.py").write_text("changed\n")
    place = Path(made.fresh())
    assert not (place / "model.keras").exists()
    assert (place / "train.py").read_text() == "print(1)\n"


def test_what_is_large_or_many_is_a_link(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "FILE", 100)
    monkeypatch.setattr(scratch, "TOTAL", 150)
    monkeypatch.setattr(scratch, "ENTRIES", 20)
    for name, size in (("a", 90), ("b", 90), ("c", 200)):
        (folder / name).write_bytes(bytes(size))
    (folder / "images").mkdir()
    for number in range(30):
        (folder / "images" / str(number)).touch()
    (folder / "link").symlink_to("a")
    (folder / "broken").symlink_to("nowhere")
    (tmp_path / "base").mkdir()
    place = Path(Scratch(str(folder), str(tmp_path / "base")).fresh())
    linked = {name for name in os.listdir(place) if os.path.islink(place / name)}
    assert linked == {"b", "c", "images", "link", "broken", ".git"}
    assert len(os.listdir(place / "images")) == 30
    assert (place / "c").stat().st_size == 200
    assert (place / "link").read_bytes() == bytes(90)


def test_a_folder_that_is_too_much_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MOST", 2)
    (tmp_path / "base").mkdir()
    with pytest.raises(OSError, match="it has 3 entries"):
        Scratch(str(folder), str(tmp_path / "base"))


# texts in place of modules: the true probe, without Keras

MAIN = "import helper\nfrom pkg import part\nprint(helper.VALUE, part.VALUE, helper.__file__, helper.source())\n"
HELPER = """\
import inspect

VALUE = {!r}


def source():
    # {}
    return inspect.getsource(source).splitlines()[1].strip()
"""


def test_imports_read_the_texts_of_the_request(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").touch()
    (tmp_path / "pkg" / "part.py").write_text("VALUE = 'old part'\n")
    helper, script = tmp_path / "helper.py", tmp_path / "train.py"
    helper.write_text(HELPER.format("old", "first"))
    script.write_text(MAIN)
    plain = Request(script=str(script), python=sys.executable, keras=False, budget=Budget(120.0))
    replaced = {
        str(helper): HELPER.format("größer", "second"),
        str(tmp_path / "pkg" / "part.py"): "VALUE = 'new part'\n",
    }

    def said(request: Request) -> str:
        result = launch.run(request)
        assert result.trace.ended.kind == "finished", result.stderr
        return result.stdout.strip()

    assert said(plain) == f"old old part {helper} # first"
    for _ in range(2):
        assert said(Request(**{**vars(plain), "replaced": replaced})) == f"größer new part {helper} # second"
    assert said(plain) == f"old old part {helper} # first", "nothing compiled is left behind"
