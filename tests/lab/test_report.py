"""The datasheet: the counts are those of the corpus, and the same corpus gives the same page and images."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from pathlib import Path

import pandas as pd
import pytest

from default_lint.lab import report
from default_lint.lab.deep4ge import COLUMNS, import_deep4ge
from default_lint.lab.report import write
from default_lint.lab.store import CorpusError, Workspace, export, read

from .made import fill, outcome, program


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("base")
    workspace = Workspace(base / "work")
    fill(workspace)
    workspace.put(program("xor", absent={"LKS": "there is no convolution", "RCP": "nothing stops early"}))
    for number, verdict in enumerate(["faulty", "benign", "benign"]):
        name = f"xor.HLR.{number}"
        record = program(name, "HLR", verdict, families=["hyperparameter"], effect=0.1 + number)
        workspace.put(record)
        workspace.add(outcome(name, 0, 4, 0.3))
    several = {"operators": ["HLR", "LCN"], "families": ["hyperparameter", "layer"]}
    workspace.put(program("xor.HLR+LCN.5", "HLR", "faulty", effect=None, **several))
    workspace.put(program("xor.LRM.6", "LRM", "crash", p=None, effect=None))
    for seed, size in enumerate((32, 64)):
        error = f"ValueError: Shapes ({size}, 1) and ({size}, {seed + 3}) of `dense_{seed}` | 'a' vs 'bcd'"
        crash = outcome("xor.LRM.6", seed, score=None, status="crash", error=error, line=3, trace=None)
        workspace.add(crash)
    export(workspace, base / "corpus", jobs=1)
    return base / "corpus"


@pytest.fixture(scope="module")
def written(corpus: Path) -> list[Path]:
    base = corpus.parent
    return write(corpus, base / "docs" / "corpus.md", base / "docs" / "images" / "corpus")


@pytest.fixture(scope="module")
def page(written: list[Path]) -> str:
    return written[0].read_text(encoding="utf-8")


def line(page: str, first: str) -> list[str]:
    """The cells of the row of a table that begins with a cell."""
    (found,) = re.findall(rf"^\| {re.escape(first)} \|.*$", page, re.MULTILINE)
    return [cell.strip() for cell in found.strip("|").split(" | ")]


def test_where_an_operator_could_not_be_seeded(page: str) -> None:
    assert "of 1 originals" in page
    assert line(page, "LKS") == ["LKS", "1", "there is no convolution"]


def test_counts(page: str) -> None:
    assert "7 mutants of 1 healthy Keras programs" in page
    assert "Verdicts on the mutants: 3 faulty, 2 benign, 2 crash." in page
    assert "| family | mutants | faulty | benign | crash |" in page
    assert "| hyperparameter | 3 | 1 | 2 | 0 |" in page
    assert "| layer | 3 | 1 | 0 | 2 |" in page
    assert "| *several* | 1 | 1 | 0 | 0 |" in page
    assert "| all | 7 | 3 | 2 | 2 |" in page
    assert "| HLR | hyperparameter | 3 | 1 | 2 | 0 | 1.10 |" in page
    assert "| feedforward | 7 | 3 | 2 | 2 |" in page
    assert "| `xor` | feedforward | regression | benign | 0.850 | 0.800 | 7 | 3 |" in page
    assert "Of 1 the effect size is left open" in page


def test_what_is_missing_is_named(page: str) -> None:
    (absent,) = re.findall(r"these are absent: (.*)\.", page)
    assert "HBS" in absent.split(", ") and "HLR" not in absent.split(", ")


def test_reasons_of_crashes(page: str) -> None:
    assert line(page, "`ValueError: shapes`")[1:] == ["1", "1"]
    (row,) = re.findall(r"^\| `ValueError: Shapes.*$", page, re.MULTILINE)
    assert row == r"| `ValueError: Shapes (…) and (…) of 'N' \| '…' vs '…'` | 2 | 1 |"


def test_hash_and_versions(page: str, corpus: Path) -> None:
    assert read(corpus).hash in page
    assert "| keras 3.15, python 3.11 |" in page


def test_images(written: list[Path], page: str) -> None:
    names = [path.name for path in written[1:]]
    assert names == ["operators.svg", "effects.svg", "curves.svg"]
    for path in written[1:]:
        assert f"](images/corpus/{path.name})" in page
        assert path.stat().st_size < 150_000
        assert xml.parse(path).getroot().tag.endswith("svg")
        assert "hyperparameter" in path.read_text(encoding="utf-8")


def test_the_same_again(written: list[Path], corpus: Path, tmp_path: Path) -> None:
    again = write(corpus, tmp_path / "docs" / "corpus.md", tmp_path / "docs" / "images" / "corpus")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_tables_are_whole(page: str) -> None:
    widths = [len(re.findall(r"(?<!\\)\|", row)) for row in page.splitlines() if row.startswith("|")]
    blocks = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    assert sum(block.count("\n") for block in blocks) == len(widths)
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1, block


def test_nothing_yet(tmp_path: Path) -> None:
    export(Workspace(tmp_path / "work"), tmp_path / "corpus")
    (page,) = write(tmp_path / "corpus", tmp_path / "corpus.md", tmp_path / "images")
    assert "0 mutants of 0 healthy Keras programs" in page.read_text(encoding="utf-8")


def test_an_image_that_is_no_longer_true_goes(tmp_path: Path) -> None:
    export(Workspace(tmp_path / "work"), tmp_path / "corpus")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "effects.svg").write_text("old")
    write(tmp_path / "corpus", tmp_path / "corpus.md", tmp_path / "images")
    assert list((tmp_path / "images").iterdir()) == []


def test_of_deep4ge(tmp_path: Path) -> None:
    """A corpus without verdicts, operators or seeds."""
    rows = pd.DataFrame([{**dict.fromkeys(COLUMNS, 0.1 * number), "label": "Loss"} for number in range(3)])
    rows.to_csv(tmp_path / "loss_data.csv", index=False)
    import_deep4ge(tmp_path, tmp_path / "corpus")
    (page,) = write(tmp_path / "corpus", tmp_path / "corpus.md", tmp_path / "images")
    text = page.read_text(encoding="utf-8")
    assert "Sources: deep4ge 3." in text
    assert "| loss | 3 |" in text


def test_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        write(tmp_path, tmp_path / "corpus.md", tmp_path / "images")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("ValueError: Input 0 of 'dense_3' has -12.5", "ValueError: Input N of '…' has N"),
        ("InvalidArgumentError: [32,10] but (None, 3) in conv2d_1", "InvalidArgumentError: (…) but (…) in N"),
        ("TypeError: `x` is not\ncallable", "TypeError: 'x' is not callable"),
    ],
)
def test_reasons(said: str, kept: str) -> None:
    assert report._reason(said) == kept


def test_long_reasons_are_cut() -> None:
    assert len(report._reason("ValueError: " + "word " * 50)) <= report.SAID
