from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from default_lint.diagnosis.catalogue import SUSPICIONS
from default_lint.trial.observations import OBSERVATIONS
from tests.cli.conftest import CLEAN, FAULTY, Outcome

Lint = Callable[..., Outcome]

PROGRAM = """\
import keras
from keras import layers

inputs = keras.Input((8,))
a = layers.Dense(4, activation="relu")(inputs)
b = layers.Dense(4)(inputs)
outputs = layers.Add()([a, b])
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="mse", metrics=["mae"])
model.fit(x, y, epochs=3, batch_size=16)
"""


def test_help_is_shown_for_everything(lint: Lint):
    for arguments in (("--help",), ("-h",), ("help",)):
        code, out, err = lint(*arguments)
        assert (code, err) == (0, "")
        assert out.startswith("Find faults in Keras")
    for command in ("check", "program", "rules", "explain", "settings", "files", "clean"):
        shown = lint("help", command)
        assert shown == lint(command, "--help")
        assert shown[0] == 0
        assert shown[1].startswith("Usage: default-lint ")
        assert command in lint("--help")[1]


def test_the_version_is_shown(lint: Lint):
    from default_lint import __version__

    for word in ("--version", "-V", "version"):
        assert lint(word) == (0, f"default-lint {__version__}\n", "")


def test_rules_are_listed(lint: Lint):
    code, out, _ = lint("rules")
    assert code == 0
    assert out.splitlines()[2].split() == (
        "ACT101 softmax-on-one-unit error high unsafe Softmax over one unit always outputs 1.0".split()
    )
    assert any(line.split()[1:2] == ["dying-relu"] for line in out.splitlines())
    rows = json.loads(lint("rules", "--json")[1])
    assert rows[1] == {
        "name": "legacy-lr-argument",
        "code": "OPT139",
        "category": "optimization",
        "severity": "error",
        "confidence": "high",
        "fix": "safe",
        "summary": "Keras 3 refuses `lr`",
        "url": "https://default-lint.readthedocs.io/rules/legacy-lr-argument",
    }


def test_the_links_are_those_of_the_rules():
    from default_lint.output import links
    from default_lint.rules.base import DOCS

    assert links.page_of("x") == f"{DOCS}x"


def test_a_rule_is_explained_in_markdown_when_piped(lint: Lint):
    code, out, _ = lint("explain", "ACT101")
    assert code == 0
    assert out == lint("explain", "softmax-on-one-unit")[1]
    assert out.startswith("# softmax-on-one-unit\n\n`ACT101` · activation · error · high confidence · fix: unsafe\n\n")
    assert "## Why it matters\nThe model learns **nothing**.\n" in out
    assert lint("explain", "--all")[1].count("\n# ") == 6 + len(OBSERVATIONS) + len(SUSPICIONS)
    assert lint("explain", "SYN001")[1].startswith("# syntax-error\n")


def test_settings_tell_where_they_come_from(lint: Lint, project: Path):
    (project / "default-lint.toml").write_text('ignore = ["ACT101"]\n')
    code, out, _ = lint("settings", "--config", "audience=curious", ".")
    assert code == 0
    rows = {line.split()[0]: line.split() for line in out.splitlines()[4:]}
    assert rows["ignore"] == ["ignore", '["ACT101"]', str(project / "default-lint.toml")]
    assert rows["audience"] == ["audience", '"curious"', "command", "line"]
    assert rows["select"] == ["select", '["ALL"]', "default"]
    data = json.loads(lint("settings", "--json")[1])
    assert data["ignore"] == {"value": ["ACT101"], "from": str(project / "default-lint.toml")}


def test_files_are_listed(lint: Lint, project: Path):
    for name in ("b.py", "a.ipynb", "c.txt"):
        (project / name).write_text("")
    assert lint("files") == (0, "a.ipynb\nb.py\n", "")
    assert lint("files", "--exclude", "b.py") == (0, "a.ipynb\n", "")
    assert lint("files", "nowhere") == (2, "", "error: nowhere: no such file or directory\n")


def test_a_program_is_shown_as_it_was_understood(lint: Lint, project: Path):
    (project / "p.py").write_text(PROGRAM)
    code, out, err = lint("program", "p.py")
    assert (code, err) == (0, "")
    assert (
        out
        == """\
Functional model `model` (line 8)
  Input: (None, 8)

      Line  Layer    Kind   Activation  Output shape  Parameters  Connected to
  ──  ────  ───────  ─────  ──────────  ────────────  ──────────  ────────────
  #1     4  inputs   Input              (None, 8)              0
  #2     5  a        Dense  relu        (None, 4)             36
  #3     6  b        Dense  linear      (None, 4)             36  #1 inputs
  #4     7  outputs  Add                (None, 4)              0  #2 a, #3 b

  Parameters: 72
  compile (line 9)
    optimizer  SGD, learning rate 0.01
    loss       mean_squared_error
    metrics    mean_absolute_error
  fit (line 10)
    x           ?
    y           ?
    epochs      3
    batch size  16
"""
    )


def test_a_program_as_json_tells_everything(lint: Lint, project: Path):
    (project / "p.py").write_text(PROGRAM)
    data = json.loads(lint("program", "--json", "p.py")[1])
    (model,) = data["models"]
    assert model["inputs"] == [[None, 8]]
    assert [layer["connected_to"] for layer in model["layers"]] == [[], [0], [0], [1, 2]]
    assert model["layers"][1]["arguments"] == {"units": 4, "activation": "relu"}
    compiled, fitted = (event for event in model["events"] if event["kind"] in ("compile", "fit"))
    assert compiled["optimizer"] == {"name": "SGD", "learning_rate": 0.01}
    assert fitted["arguments"]["epochs"] == 3
    assert fitted["data"]["x"] == "?"


def test_a_program_with_an_unknown_test_has_two_readings(lint: Lint, project: Path):
    (project / "p.py").write_text(
        "import keras\nmodel = keras.Sequential([keras.Input((4,))])\n"
        "if flag():\n    model.add(keras.layers.Dense(2))\nmodel.add(keras.layers.Dense(1))\n"
    )
    code, out, _ = lint("program", "p.py")
    assert code == 0
    assert "When `flag()` (line 3) is True:" in out
    assert "When `flag()` (line 3) is False:" in out
    assert out.count("Sequential model `model` (line 2)") == 2


@pytest.mark.parametrize(
    ("text", "code", "out", "err"),
    [
        ("print(1)\n", 0, "p.py does not mention Keras or TensorFlow.\n", ""),
        ("import keras\n", 0, "No model was found.\n", ""),
        ("import keras\nf(\n", 2, "", "error: p.py:2:2: Python cannot parse this: '(' was never closed\n"),
    ],
)
def test_a_program_without_a_model(lint: Lint, project: Path, text: str, code: int, out: str, err: str):
    (project / "p.py").write_text(text)
    assert lint("program", "p.py") == (code, out, err)


def test_a_program_that_cannot_be_read(lint: Lint):
    assert lint("program", "p.py") == (2, "", "error: p.py: no such file or directory\n")


@pytest.mark.parametrize("text", [FAULTY, CLEAN])
def test_json_of_a_program_is_valid(lint: Lint, project: Path, text: str):
    (project / "p.py").write_text(text)
    assert json.loads(lint("program", "--json", "p.py")[1])["file"] == "p.py"


def test_json_of_a_layer_given_tensors(lint: Lint, project: Path):
    (project / "two.py").write_text(
        "import keras\nfrom keras import layers\n"
        "a = keras.Input((2,))\nb = keras.Input((3,))\n"
        "m = keras.Model([a, b], layers.Dense(1)(layers.concatenate([a, b])))\n",
        encoding="utf-8",
    )
    code, out, err = lint("program", "--json", "two.py")
    assert (code, err) == (0, "")
    joined = json.loads(out)["models"][0]["layers"][2]
    assert joined["kind"].endswith("concatenate")
    assert joined["arguments"]["inputs"] == ["tensor", "tensor"]
