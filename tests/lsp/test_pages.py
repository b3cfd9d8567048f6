"""Markdown pages: models and rules; where keras.io has a page."""

from __future__ import annotations

import pytest

from default_lint.program import catalog
from default_lint.settings import rule_names
from default_lsp import pages, reference
from default_lsp.markdown import code, plain, prose, table
from tests.lsp.views import notebook, script


def test_the_page_of_a_model() -> None:
    analysis = script(
        """
        import keras
        from keras import layers

        model = keras.Sequential([
            keras.Input((8,)),
            layers.Dense(4, activation="relu", name="hidden", trainable=False),
            layers.Dense(1),
        ])
        model.compile("adam", "mse", metrics=["mae"])
        model.fit(x, y, epochs=20, batch_size=8)
        """,
        "work/train.py",
    )
    page = pages.model(analysis, 0)
    assert page is not None
    assert (page.title, page.name) == ("model · train.py", "model")
    assert page.summary == "model, 2 layers, 41 parameters"
    assert page.markdown == "\n".join(
        [
            "# Sequential model `model`",
            "",
            "Line 4",
            "",
            "Input `(None, 8)`",
            "",
            "|  | Layer | Kind | Activation | Output shape | Parameters |  |",
            "| ---: | --- | --- | --- | --- | ---: | --- |",
            "| 1 | `hidden` | `Dense` | `relu` | `(None,\u00a04)` | 36 | frozen |",
            "| 2 |  | `Dense` | `linear` | `(None,\u00a01)` | 5 |  |",
            "",
            "Parameters: 41, of which 36 frozen",
            "",
            "## compile, line 9",
            "",
            "- optimizer: Adam, default learning rate",
            "- loss: mean\\_squared\\_error",
            "- metrics: mean\\_absolute\\_error",
            "",
            "## fit, line 10",
            "",
            "- x: ?",
            "- y: ?",
            "- epochs: 20",
            "- batch size: 8",
            "",
        ]
    )


def test_a_model_that_depends_on_a_condition_is_told_in_both_ways() -> None:
    analysis = script(
        """
        import sys
        import keras

        model = keras.Sequential([keras.Input((4,))])
        if len(sys.argv) > 1:
            model.add(keras.layers.Dense(4))
        else:
            model.add(keras.layers.Dense(8))
        """
    )
    page = pages.model(analysis, 0)
    assert page is not None
    assert page.markdown.count("\n\nWhen `len(sys.argv) ") == 2
    assert "`(None,\u00a04)` | 20" in page.markdown and "`(None,\u00a08)` | 40" in page.markdown


def test_a_model_of_a_notebook_is_told_by_cell() -> None:
    analysis = notebook("import keras\nm = keras.Sequential([keras.layers.Dense(1)])", "m.compile('sgd', 'mse')")
    page = pages.model(analysis, 0)
    assert page is not None
    assert "Cell 1, line 2" in page.markdown and "## compile, cell 2, line 1" in page.markdown
    assert "Parameters: not known" in page.markdown


@pytest.mark.parametrize("index", [-1, 1, 99])
def test_a_model_that_does_not_exist(index: int) -> None:
    assert pages.model(script("import keras\nm = keras.Sequential([keras.layers.Dense(1)])"), index) is None


def test_every_rule_has_a_page_and_a_short_one() -> None:
    for known in rule_names():
        page = pages.rule(known.name)
        assert page is not None
        assert page == pages.rule(known.code)
        assert page.markdown.startswith(f"# {known.name}\n")
        assert (page.title, page.name) == (known.name, known.name)
        assert known.name in page.summary and "https://" in page.summary
        short = pages.in_short(known.name)
        assert len(short) < len(page.markdown)
        assert "**Why it matters.** " in short
        assert short.endswith(f"[More](https://default-lint.readthedocs.io/rules/{known.name})")


def test_a_rule_that_does_not_exist() -> None:
    assert pages.rule("no-such-rule") is None
    assert pages.in_short("no-such-rule") == ""


def test_lines_of_a_paragraph_are_joined_and_lists_are_kept() -> None:
    page = "Fact.\n\n## Why it matters\nOne\ntwo.\n\n- a\n- b\n1. c\n2. d\n```python\ncode\n```\n\n## Other\nNo."
    assert pages.section(page, "Why it matters") == "One two.\n\n- a\n- b\n1. c\n2. d"
    assert pages.section(page, "Missing") == ""


def test_keras_pages_exist_for_names_of_the_catalog_only() -> None:
    for prefix in ("keras.layers.", "keras.optimizers.", "keras.callbacks.", "keras.losses."):
        named = [name for name in catalog.signatures() if name.startswith(prefix) and reference.page_of(name)]
        assert named, prefix
    for folder, names in reference._FOLDERS.items():
        top = folder.partition("/")[0]
        for name in names.split():
            assert catalog.known(f"keras.{top}.{name}") or name in ("Input", "RNN"), name
    assert reference.page_of("keras.layers.Conv2DTranspose").endswith("/convolution2d_transpose/")
    assert reference.page_of("keras.layers.GlobalAveragePooling1D").endswith("/global_average_pooling1d/")
    assert reference.page_of("keras.optimizers.Dense") == ""
    assert reference.page_of("custom.Dense") == ""
    assert reference.page_of("keras.Model.save") == ""


def test_markup() -> None:
    assert code("a") == "`a`"
    assert code("a`b") == "``a`b``"
    assert code("`a`") == "`` `a` ``"
    assert code(" ") == code("") == ""
    assert code("é\u202e\n") == "`é\ufffd `"
    assert len(code("x" * 1000)) < 130
    assert plain("a*b_c[d]<e>`f`") == "a\\*b\\_c\\[d\\]\\<e\\>\\`f\\`"
    assert prose("`a*b` and c*d") == "`a*b` and c\\*d"
    assert prose("one ` only") == "one \\` only"
    assert table(("A", "B"), [("x|y", "1")], right=(1,)) == "| A | B |\n| --- | ---: |\n| x\\|y | 1 |"
