"""Files: what is found, how it is decoded, how notebooks are read, and the way back to bytes."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint import files, notebooks
from default_lint.files import Target, Trouble, discover, encode, from_bytes, load, rebuild, reread
from default_lint.findings import Edit
from default_lint.settings import Resolver
from default_lint.text import Document, Span

KERAS = "import keras\n"


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(KERAS, encoding="utf-8")


def found(root: Path, *paths: str, **overrides: object) -> list[str]:
    """What `discover` yields, relative to `root`; trouble in angle brackets."""
    resolver = Resolver(overrides, isolated=True)
    rows = []
    for entry in discover([str(root / path) for path in paths or (".",)], resolver):
        name = os.path.relpath(entry.path, root).replace(os.sep, "/")
        rows.append(f"<{name}: {entry.message}>" if isinstance(entry, Trouble) else name)
    return rows


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


class TestDiscover:
    def test_python_and_notebooks_in_a_stable_order(self, root: Path) -> None:
        make(root, "b.py", "a/z.ipynb", "a/b/c.py", "a.py", "c.txt", "d.pyi", "venv/x.py", "node_modules/y.py")
        assert found(root) == ["a/b/c.py", "a/z.ipynb", "a.py", "b.py"]

    def test_each_file_once(self, root: Path) -> None:
        make(root, "a.py", "b.py")
        assert found(root, "b.py", ".", "a.py") == ["b.py", "a.py"]

    def test_a_named_file_is_always_checked(self, root: Path) -> None:
        make(root, "build/a.py", "script")
        assert found(root, "build/a.py", "script") == ["build/a.py", "script"]
        assert found(root, "build/a.py", "script", force_exclude=True) == ["script"]

    def test_a_named_directory_is_walked_even_below_an_excluded_one(self, root: Path) -> None:
        make(root, "venv/lib/site-packages/keras/a.py", "venv/lib/site-packages/keras/build/b.py")
        assert found(root, "venv/lib/site-packages/keras") == ["venv/lib/site-packages/keras/a.py"]

    def test_exclude_by_name_and_by_path(self, root: Path) -> None:
        make(root, "old/a.py", "new/old/a.py", "new/gen.py", "gen.py", "venv/a.py")
        assert found(root, extend_exclude=["old"]) == ["gen.py", "new/gen.py"]
        assert found(root, extend_exclude=["new/gen.py", "old/*"]) == ["gen.py", "new/old/a.py"]
        assert found(root, exclude=["gen.py"]) == ["new/old/a.py", "old/a.py", "venv/a.py"]

    def test_nested_gitignore(self, root: Path) -> None:
        make(root, "a.py", "out/a.py", "keep/out/b.py", "keep/c.py", "keep/gen_1.py", "keep/gen_2.py", "sub/gen_1.py")
        (root / ".gitignore").write_text("out/\ngen_*.py\n!\n", encoding="utf-8")
        (root / "keep" / ".gitignore").write_text("!gen_2.py\n/c.py\n", encoding="utf-8")
        assert found(root) == ["a.py", "keep/gen_2.py"]
        assert len(found(root, respect_gitignore=False)) == 7

    def test_gitignore_above_the_named_directory(self, root: Path) -> None:
        make(root, "pkg/a.py", "pkg/gen.py", "out/a.py", "out/gen.py")
        (root / ".gitignore").write_text("gen.py\n", encoding="utf-8")
        assert found(root, "pkg") == ["pkg/a.py"]
        (root / ".gitignore").write_text("gen.py\nout\n", encoding="utf-8")
        assert found(root, "out") == ["out/a.py", "out/gen.py"]  # it was named, so it is wanted

    def test_what_git_excludes_locally(self, root: Path) -> None:
        make(root, "a.py", "mine.py")
        (root / ".git" / "info").mkdir()
        (root / ".git" / "info" / "exclude").write_text("mine.py\n", encoding="utf-8")
        assert found(root) == ["a.py"]

    def test_settings_of_a_nested_directory(self, root: Path) -> None:
        make(root, "a/x.py", "a/y.py", "y.py")
        (root / "a" / "default-lint.toml").write_text('extend-exclude = ["y.py"]\n', encoding="utf-8")
        rows = [Path(entry.path).name for entry in discover([str(root)], Resolver())]
        assert rows == ["x.py", "y.py"]

    def test_a_missing_path_is_told_and_the_others_are_found(self, root: Path) -> None:
        make(root, "a.py")
        assert found(root, "none.py", "a.py") == ["<none.py: no such file or directory>", "a.py"]

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_links(self, root: Path) -> None:
        make(root, "a/x.py")
        (root / "a" / "loop").symlink_to(root)
        (root / "a" / "self.py").symlink_to(root / "a" / "self.py")
        (root / "a" / ".#lock.py").symlink_to("nobody@nowhere")
        (root / "a" / "y.py").symlink_to(root / "a" / "x.py")
        assert found(root) == ["<a/self.py: too many levels of symbolic links>", "a/x.py", "a/y.py"]
        assert found(root, "a/self.py") == ["<a/self.py: too many levels of symbolic links>"]
        assert found(root, "a/loop/a/x.py") == ["a/loop/a/x.py"]

    def test_a_directory_that_cannot_be_read(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make(root, "a/x.py", "b/y.py")
        scan = os.scandir

        def refuse(path: str) -> Any:
            if path.endswith("a"):
                raise PermissionError(13, "Permission denied")
            return scan(path)

        monkeypatch.setattr(os, "scandir", refuse)
        assert found(root) == ["<a: permission denied>", "b/y.py"]


def read(data: bytes, name: str = "x.py", **options: Any) -> Document | Trouble | None:
    return from_bytes(name, data, **options)


def document(data: bytes, name: str = "x.py") -> Document:
    result = read(data, name)
    assert isinstance(result, Document), result
    return result


def trouble(result: Document | Trouble | None) -> str:
    assert isinstance(result, Trouble), result
    assert "\n" not in result.message
    return result.message


class TestDecode:
    def test_a_file_without_keras_is_none(self) -> None:
        assert read(b"") is None
        assert read(b"import Keras, torch\n") is None
        assert read(b"import tf_keras\n") is not None
        assert read(b"import tensorflow as tf\n") is not None

    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"import keras\r\nx = 1\r\n", "import keras\r\nx = 1\r\n"),
            (b"import keras\rx = 1\r", "import keras\rx = 1\r"),
            (b"import keras\n\x0c\n\tx\n", "import keras\n\x0c\n\tx\n"),
            (b"\xef\xbb\xbfimport keras\n", "import keras\n"),
            (b"# coding: latin-1\nimport keras  # \xe9\n", "# coding: latin-1\nimport keras  # é\n"),
            (b"#!/x\n# -*- coding: cp1252 -*-\nkeras = '\x80'\n", "#!/x\n# -*- coding: cp1252 -*-\nkeras = '€'\n"),
            (b"\xef\xbb\xbf# coding: utf-8\nimport keras\n", "# coding: utf-8\nimport keras\n"),
            ("import keras  # ☃ 𝄞\n".encode(), "import keras  # ☃ 𝄞\n"),
        ],
    )
    def test_text_and_the_way_back(self, data: bytes, text: str) -> None:
        result = document(data)
        assert result.text == text
        assert encode(result, rebuild(result, ())) == data

    def test_bad_bytes(self) -> None:
        assert trouble(read(b"import keras\nx = '\xe9'\n")) == "line 2 is not valid utf-8"
        assert trouble(read(b"# coding: nonsense\nimport keras\n")).startswith("the encoding declared")
        assert trouble(read(b"# coding: rot13\nimport keras\n"))
        assert trouble(read(b"# coding: utf-16\nimport keras\n"))

    def test_binary(self) -> None:
        assert trouble(read(b"\0\1keras", explicit=True)) == "a binary file, not Python source"
        assert read(b"\0\1keras", explicit=False) is None

    def test_an_edit_keeps_the_encoding(self) -> None:
        result = document(b"# coding: latin-1\r\nkeras = '\xe9'\r\n")
        text = rebuild(result, [Edit(Span(27, 30), '"é"')])
        assert encode(result, text) == b'# coding: latin-1\r\nkeras = "\xe9"\r\n'

    def test_overlapping_edits_are_refused(self) -> None:
        with pytest.raises(ValueError, match="overlap"):
            rebuild(document(b"import keras\n"), [Edit(Span(0, 5), ""), Edit(Span(3, 6), "")])


class TestLoad:
    def test_size(self, tmp_path: Path) -> None:
        file = tmp_path / "big.py"
        file.write_bytes(b"x = 1\n" * 900_000)
        assert load(str(file)) is None
        file.write_bytes(b"x = 1\n" * 900_000 + b"import keras\n")
        assert trouble(load(str(file))) == "5.4 MB of source, more than `max-file-size` allows (2.0 MB)"

    def test_a_word_on_the_border_of_two_chunks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "_CHUNK", 8)
        file = tmp_path / "big.py"
        file.write_bytes(b"x = 12tensorflow")
        assert isinstance(load(str(file), 10), Trouble)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
    def test_what_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.py")
        assert trouble(load(str(tmp_path / "pipe.py"))) == "not a regular file"
        assert trouble(load(str(tmp_path))) == "is a directory"
        assert trouble(load(str(tmp_path / "none.py"))) == "no such file or directory"
        assert trouble(load("a\0b"))


def notebook(*sources: str | list[str], language: str = "python", indent: int | None = 1, **extra: Any) -> str:
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "keras"]}]
    for source in sources:
        lines = source.splitlines(keepends=True) if isinstance(source, str) else source
        code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}
        cells.append({**code, **extra})
    kernel = {"kernelspec": {"language": language, "name": "k"}}
    content = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=indent, ensure_ascii=False) + "\n"


def opened(text: str) -> Document:
    return document(text.encode(), "n.ipynb")


class TestNotebook:
    def test_cells_are_one_program(self) -> None:
        result = opened(notebook("import keras\nx = 1", "y = 2\n", ["z =", " 3"]))
        assert result.text == "import keras\nx = 1\ny = 2\n\nz = 3"
        assert [result.text[cell.start : cell.end] for cell in result.cells] == [
            "import keras\nx = 1",
            "y = 2\n",
            "z = 3",
        ]
        assert [cell.number for cell in result.cells] == [2, 3, 4]
        assert result.locate(result.text.index("z")) == (4, 1, 1)

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("%pip install x\nkeras", "pass          \nkeras"),
            ("!ls\nkeras", "0  \nkeras"),
            ("if keras:\n    !pip install x \\\n        y\n", "if keras:\n    pass            \n         \n"),
            ("keras?\nkeras.Model??\n", "pass  \npass         \n"),
            ("?keras\n", "pass  \n"),
            ("names = !ls *.keras\n", "names = _          \n"),
            ("a, b = %magic keras\n", "a, b = _           \n"),
            ("%time h = keras.fit(\n  x)\ny\n", "0    ;h = keras.fit(\n  x)\ny\n"),
            ("%%time\nkeras.fit()\n", "      \nkeras.fit()\n"),
            ("\n%%capture out\n!ls keras\n", "\n             \npass     \n"),
            ("x = (keras\n  % y)\n", "x = (keras\n  % y)\n"),
            ('s = """\n%matplotlib keras\n!ls\n"""\n', 's = """\n%matplotlib keras\n!ls\n"""\n'),
            ("x = keras % 3  # why? (\n%cd y\n", "x = keras % 3  # why? (\npass \n"),
            ("x = keras \\\n  % 3\n", "x = keras \\\n  % 3\n"),
            ("!echo don't\nkeras\n", "pass       \nkeras\n"),
            ("%cd a\r\nkeras\r\n", "pass \r\nkeras\r\n"),
        ],
    )
    def test_magics_are_blanked(self, source: str, expected: str) -> None:
        result = notebooks.blank_magics(source)
        assert result == expected
        assert len(result) == len(source)
        ast.parse(result)

    @given(st.text(alphabet="%!?#'\"()\\\n\r kx=;"))
    def test_blanking_keeps_lengths_and_lines(self, source: str) -> None:
        result = notebooks.blank_magics(source)
        assert len(result) == len(source)
        assert [index for index, character in enumerate(result) if character in "\r\n"] == [
            index for index, character in enumerate(source) if character in "\r\n"
        ]

    def test_other_languages(self) -> None:
        assert read(notebook("library(keras)", language="R").encode(), "n.ipynb") is None
        assert read(notebook("%%bash\npip install keras\n").encode(), "n.ipynb") is None
        marked = notebook("import keras", metadata={"vscode": {"languageId": "sql"}})
        assert read(marked.encode(), "n.ipynb") is None

    def test_only_prose_about_keras_is_none(self) -> None:
        assert read(notebook("x = 1").encode(), "n.ipynb") is None

    def test_version_3(self) -> None:
        cells = [{"cell_type": "code", "language": "python", "input": ["import keras\n", "x"]}]
        text = json.dumps({"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3})
        result = opened(text)
        assert result.text == "import keras\nx"
        after = json.loads(rebuild(result, [Edit(Span(13, 14), "y")]))
        assert after["worksheets"][0]["cells"][0]["input"] == ["import keras\n", "y"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('{"keras": ', "not valid JSON at line 1 column 11: Expecting value"),
            ('["keras"]', "not a notebook: it has no `cells`"),
            ('{"keras": 1}', "not a notebook: it has no `cells`"),
            ('{"keras":' + "[" * 100_000, "not a notebook: its JSON is nested too deeply"),
        ],
    )
    def test_bad_json(self, text: str, message: str) -> None:
        assert trouble(read(text.encode(), "n.ipynb")) == message

    @pytest.mark.parametrize(
        "text",
        [
            '{"cells": 3, "a": "keras"}',
            '{"cells": [3, {"cell_type": "code"}, {"cell_type": "code", "source": 3, "x": "keras"}]}',
            '{"worksheets": 3, "x": "keras"}',
            '{"cells": [{"cell_type": "code", "source": [3, "keras"], "metadata": 3}], "metadata": 3}',
        ],
    )
    def test_strange_json_is_no_crash(self, text: str) -> None:
        result = read(text.encode(), "n.ipynb")
        assert result is None or isinstance(result, Document)

    def test_lone_surrogates_can_be_encoded(self) -> None:
        result = opened('{"cells": [{"cell_type": "code", "source": "keras = \'\\ud800\'"}]}')
        result.text.encode()

    def test_code_has_the_limit_of_a_script(self) -> None:
        text = notebook("import keras\n" + "x = 1\n" * 100)
        assert "characters of code" in trouble(read(text.encode(), "n.ipynb", max_size=100))

    @pytest.mark.parametrize("indent", [None, 1, 4])
    def test_an_edit_changes_only_its_cell(self, indent: int | None) -> None:
        text = notebook("%cd x\nimport keras\n", "units = 1\nx = 'é'", "!ls\ny = 2", indent=indent)
        result = opened(text)
        assert rebuild(result, ()) == text
        start = result.text.index("units = 1") + 8
        after = rebuild(result, [Edit(Span(start, start + 1), "10\nmore = '☃'")])
        expected, changed = json.loads(text), json.loads(after)
        expected["cells"][2]["source"] = ["units = 10\n", "more = '☃'\n", "x = 'é'"]
        assert changed == expected
        assert after == json.dumps(expected, indent=indent, ensure_ascii=False) + "\n"
        again = reread(result, after)
        assert isinstance(again, Document)
        assert "more = '☃'" in again.text
        assert encode(result, after).decode() == after

    def test_a_source_that_is_one_string(self) -> None:
        text = '{"cells": [{"cell_type":"code","source" : "import keras\\n\\u0078 = 1"}], "nbformat":4}'
        result = opened(text)
        after = rebuild(result, [Edit(Span(13, 14), "y")])
        assert after == text.replace("\\u0078", "y")

    def test_a_line_removed_at_the_end_of_a_cell(self) -> None:
        result = opened(notebook("import keras\nx = 1", "y = 2"))
        start = result.text.index("x = 1")
        after = json.loads(rebuild(result, [Edit(Span(start, start + 6), "")]))
        assert after["cells"][1]["source"] == ["import keras\n"]
        with pytest.raises(ValueError, match="beyond its cell"):
            rebuild(result, [Edit(Span(start, start + 9), "")])

    def test_crlf_and_byte_order_mark_of_the_file_stay(self) -> None:
        data = b"\xef\xbb\xbf" + notebook("import keras\nx = 1").replace("\n", "\r\n").encode()
        result = document(data, "n.ipynb")
        after = encode(result, rebuild(result, [Edit(Span(13, 14), "y")]))
        assert after == data.replace(b"x = 1", b"y = 1")


class TestOpenNotebook:
    """A notebook that is open in an editor: its cells' texts, not its file."""

    CELLS: ClassVar[list[str | None]] = ["%cd x\nimport keras\r\nx = 'é𝄞'", None, "", "%%bash\nls", "y = 1\n"]

    def test_it_is_what_its_file_would_be(self) -> None:
        result = notebooks.joined("n.ipynb", self.CELLS)
        assert isinstance(result, Document)
        assert [cell.number for cell in result.cells] == [1, 3, 4, 5]
        assert result.text == "pass \nimport keras\r\nx = 'é𝄞'\n\n      \n  \ny = 1\n"
        assert result.original is not None
        again = opened(result.original)
        assert (again.text, again.cells) == (result.text, result.cells)
        assert reread(result, rebuild(result, ())) == result

    def test_a_fix_gives_the_new_texts_with_their_magics(self) -> None:
        result = notebooks.joined("n.ipynb", self.CELLS)
        assert isinstance(result, Document)
        start = result.text.index("y = 1")
        text = rebuild(result, [Edit(Span(start, start + 1), "z"), Edit(Span(5, 5), "")])
        assert notebooks.sources(text) == [*self.CELLS[:4], "z = 1\n"]
        after = reread(result, text)
        assert isinstance(after, Document)
        assert after.text == result.text.replace("y", "z")

    def test_what_is_not_read(self) -> None:
        assert notebooks.joined("n.ipynb", []) is None
        assert notebooks.joined("n.ipynb", [None, "x = 1"]) is None
        assert notebooks.joined("n.ipynb", ["%%bash\necho keras"]) is None
        assert isinstance(notebooks.joined("n.ipynb", ["import keras\n" * 9], 100), Trouble)

    def test_half_of_a_character(self) -> None:
        result = notebooks.joined("n.ipynb", ["keras = '\ud83d'"])
        assert isinstance(result, Document)
        result.text.encode()

    @given(st.lists(st.none() | st.text(alphabet="%!?#'\"()\\\n\r kx=;é𝄞"), max_size=5))
    def test_any_cells(self, cells: list[str | None]) -> None:
        cells = [*cells, "keras"]
        result = notebooks.joined("n.ipynb", cells)
        assert isinstance(result, Document)
        assert notebooks.sources(result.original or "") == cells
        again = reread(result, result.original or "")
        assert again == result


@given(st.binary(), st.sampled_from(["x.py", "x.ipynb"]))
def test_no_bytes_are_a_crash(data: bytes, name: str) -> None:
    for content in (data, b"import keras\n" + data, b"# coding: " + data + b"\nkeras"):
        result = read(content, name)
        if isinstance(result, Document):
            assert encode(result, rebuild(result, ())) == content


SCALARS = st.one_of(st.none(), st.integers(), st.text(alphabet='k%!\n"\\é𝄞', max_size=8))
SOURCES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
CELLS = st.fixed_dictionaries(
    {}, optional={"cell_type": st.just("code"), "source": SOURCES, "input": SOURCES, "metadata": SCALARS}
)
SHEETS = st.fixed_dictionaries({}, optional={"cells": st.one_of(SCALARS, st.lists(st.one_of(SCALARS, CELLS)))})


@given(
    st.fixed_dictionaries(
        {"x": st.just("keras")},
        optional={
            "cells": st.one_of(SCALARS, st.lists(st.one_of(SCALARS, CELLS))),
            "worksheets": st.one_of(SCALARS, st.lists(st.one_of(SCALARS, SHEETS))),
            "metadata": SCALARS,
        },
    ),
    st.sampled_from([None, 0, 2]),
)
def test_every_cell_can_be_edited(content: dict[str, Any], indent: int | None) -> None:
    cells = content.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and isinstance(cell.get("source"), str):
            cell["source"] += "\nkeras"
    text = json.dumps(content, indent=indent)
    result = read(text.encode(), "n.ipynb")
    if isinstance(result, Document):
        edits = [Edit(Span(cell.end, cell.end), "#é") for cell in result.cells]
        again = reread(result, rebuild(result, edits))
        assert isinstance(again, Document)
        assert len(again.text) == len(result.text) + 2 * len(edits)
        assert [cell.number for cell in again.cells] == [cell.number for cell in result.cells]


def test_targets_say_whether_they_were_named(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    resolver = Resolver(isolated=True)
    assert list(discover([str(tmp_path)], resolver)) == [Target(str(tmp_path / "a.py"), False)]
    assert list(discover([str(tmp_path / "a.py")], resolver)) == [Target(str(tmp_path / "a.py"), True)]
