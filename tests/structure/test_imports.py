"""The direction of imports (design, section 3), and what a bare `check` must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.diagnosis.bundles import RATE, write

ROOT = Path(__file__).parents[2]

# Who may import whom: each part of the package, and the parts it may know. Every part may import itself.
MEANING = frozenset({"text", "findings", "program"})
ALLOWED: dict[str, frozenset[str]] = {
    "frozen": frozenset(),
    "text": frozenset({"frozen"}),
    "lexis": frozenset(),
    "findings": frozenset({"frozen", "text"}),
    "program": frozenset({"frozen", "text", "findings"}),
    "features": MEANING | {"frozen", "trial"},
    "trial": frozenset({"frozen", "text", "findings"}),
    "trial.child": frozenset(),  # runs in the user's interpreter, without us
    "trial.probe": frozenset(),
    "trial.observations": MEANING | {"frozen", "features", "rules", "trial"},
    "rules": MEANING | {"features"},
    "diagnosis": MEANING | {"frozen", "features", "rules", "trial"},
    "settings": frozenset({"rules", "trial", "diagnosis"}),
    "suppression": frozenset({"text", "findings", "settings", "lexis"}),
    "files": frozenset({"text", "findings", "settings", "notebooks"}),
    "notebooks": frozenset({"text", "findings", "settings", "files", "lexis"}),
    "cache": frozenset({"text", "findings", "settings", "files", ""}),
    "engine": MEANING | {"features", "rules", "diagnosis", "suppression", "settings", "trial"},
    "run": frozenset({"text", "findings", "settings", "files", "cache", "engine"}),
    "fixing": frozenset({"text", "findings", "files", "settings"}),
    "verifying": frozenset({"text", "findings", "files", "fixing", "settings", "diagnosis", "trial"}),
    "output": frozenset({"text", "findings"}),
    "lab": MEANING | {"frozen", "features", "diagnosis", "trial"},
    "": frozenset({"text", "findings", "settings", "engine"}),
}
# The command line puts everything together; it alone reaches the lab, and by name only.
FACES = frozenset({"cli", "arguments", "options", "diagnose", "keras", "__main__"})
# Modules with one more reason: what they show is a program, or the catalogue of rules.
MORE: dict[str, frozenset[str]] = {
    "features.__main__": frozenset({"output"}),
    "output.program": frozenset({"program"}),
    "output.sarif": frozenset({"rules", "trial", "diagnosis", ""}),
    "output.run": frozenset({"trial"}),
    "output.html": frozenset({"trial"}),
    "output.diagnosis": frozenset({"trial"}),
    "output.learned": frozenset({"diagnosis"}),
    "lab.localize": frozenset({"engine", "settings"}),  # it judges what the engine says
}
# Who may touch the terminal or end the process.
SPEAKERS = frozenset({"cli", "diagnose", "keras", "__main__", "features.__main__", "output.progress"})
# Never loaded by `check`.
HEAVY = ("tensorflow", "keras", "sklearn", "scipy", "pandas", "shap", "pygls", "lsprotocol")


def sources(package: str) -> Iterator[tuple[str, ast.Module]]:
    """Dotted names inside a package, with the trees of the modules."""
    for file in sorted((ROOT / package).rglob("*.py")):
        parts = file.relative_to(ROOT / package).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield name, ast.parse(file.read_text(encoding="utf-8"))


SHARED = ("nest", "randomness")  # modules of `trial.child` that its package `trials` takes with two dots


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted module of each import, wherever it stands; `from package import module` names the module.

    Relative imports stay inside the package `trial.child`, which is loaded under a name of its own.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 1 or (node.level == 2 and node.module in SHARED):
                yield node.lineno, "." + (node.module or "")
                continue
            assert node.level == 0, f"line {node.lineno}: a relative import"
            assert node.module is not None
            if node.module == "default_lint":
                yield from ((node.lineno, own_name(alias.name)) for alias in node.names)
            else:
                yield node.lineno, node.module


def own_name(member: str) -> str:
    """What `from default_lint import member` imports: a module, or a public name of the package."""
    base = ROOT / "default_lint" / member
    return f"default_lint.{member}" if base.is_dir() or base.with_suffix(".py").is_file() else "default_lint"


def part(module: str) -> str:
    """The part of default_lint that a dotted name belongs to; "" is the package itself."""
    return module.removeprefix("default_lint").lstrip(".").partition(".")[0]


def row(name: str) -> str:
    """The row of ALLOWED that holds for a module: the longest that its name begins with."""
    own = next((key for key in ALLOWED if "." in key and f"{name}.".startswith(f"{key}.")), name.partition(".")[0])
    assert own in ALLOWED, f"{name}: a new part of the package needs a row in ALLOWED"
    return own


def test_relative_imports_stand_only_where_a_package_has_two_names() -> None:
    wrong = [
        f"{name}:{line}"
        for package in ("default_lint", "default_lsp")
        for name, tree in sources(package)
        if not f"{name}.".startswith("trial.child.")
        for line, module in imports(tree)
        if module.startswith(".")
    ]
    assert wrong == []


def test_the_direction_of_imports() -> None:
    wrong = []
    for name, tree in sources("default_lint"):
        if name.partition(".")[0] in FACES:
            continue
        own = row(name)
        allowed = ALLOWED[own] | MORE.get(name, frozenset()) | ({own} - {"trial.child", "trial.probe"})
        wrong += [
            f"{name}:{line} imports {module}"
            for line, module in imports(tree)
            if module.partition(".")[0] == "default_lint" and part(module) not in allowed
        ]
    assert wrong == []


def test_nothing_imports_the_lab() -> None:
    wrong = [
        f"{package}.{name}:{line}"
        for package in ("default_lint", "default_lsp")
        for name, tree in sources(package)
        if not name.startswith("lab")
        for line, module in imports(tree)
        if module.startswith("default_lint.lab")
    ]
    assert wrong == []


# What the language server may know: what the command line knows, without the terminal.
SERVED = MEANING | {
    "", "engine", "settings", "files", "notebooks", "suppression", "fixing", "run", "output", "rules", "diagnosis",
    "diagnose", "trial", "verifying", "frozen", "lexis",
}  # fmt: skip
# Its modules that speak the protocol; all others know offsets and plain data only.
PROTOCOL = frozenset(
    {"server", "protocol", "session", "result", "source", "translate", "diagnosing", "workspace", "debug", "__main__"}
)


def test_the_language_server_stands_on_the_engine() -> None:
    wrong = [
        f"{name}:{line} imports {module}"
        for name, tree in sources("default_lsp")
        for line, module in imports(tree)
        if module.partition(".")[0] == "default_lint" and part(module) not in SERVED
    ]
    assert wrong == []


def test_only_the_border_of_the_language_server_speaks_the_protocol() -> None:
    wrong = [
        f"{name}:{line} imports {module}"
        for name, tree in sources("default_lsp")
        if name not in PROTOCOL
        for line, module in imports(tree)
        if module.partition(".")[0] in ("pygls", "lsprotocol")
        or (module.startswith("default_lsp.") and module.partition(".")[2] in PROTOCOL)
    ]
    assert wrong == []


def test_the_engine_does_not_know_the_language_server() -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in sources("default_lint")
        if name != "cli"  # by the command `server`
        for line, module in imports(tree)
        if module.partition(".")[0] == "default_lsp"
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ["rules", "output", "features", "diagnosis", "engine", "settings", "run"])
def test_only_the_program_knows_the_tree(package: str) -> None:
    wrong = [
        f"{name}:{line}"
        for name, tree in sources("default_lint")
        if name.partition(".")[0] == package
        for line, module in imports(tree)
        if module.partition(".")[0] == "libcst"
    ]
    assert wrong == []


def test_heavy_packages_are_imported_nowhere_but_in_the_lab_and_the_trial() -> None:
    wrong = [
        f"{name}:{line} imports {module}"
        for name, tree in sources("default_lint")
        if name.partition(".")[0] not in ("lab", "trial", "keras")  # keras.py is for people who have it
        for line, module in imports(tree)
        if module.partition(".")[0] in HEAVY
    ]
    assert wrong == []


def test_only_the_command_line_prints_and_exits() -> None:
    wrong = []
    for name, tree in sources("default_lint"):
        if name in SPEAKERS or name.partition(".")[0] in ("lab", "trial"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "print",
                "exit",
                "quit",
                "sys.exit",
                "os._exit",
                "sys.stdout.write",
                "sys.stderr.write",
            ):
                wrong.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
            if isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc):
                wrong.append(f"{name}:{node.lineno} raises SystemExit")
    assert wrong == []


def test_the_check_is_able_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse("def f():\n    from default_lint.lab import corpus\n")
    assert list(imports(tree)) == [(2, "default_lint.lab")]
    assert part("default_lint.program.read") == "program"
    monkeypatch.setitem(ALLOWED, "findings", frozenset())
    with pytest.raises(AssertionError):
        test_the_direction_of_imports()


MODEL = """\
import keras
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile(optimizer="adam", loss="binary_crossentropy")
"""


def loaded_by_check(tmp_path: Path, text: str, *arguments: str, before: str = "") -> set[str]:
    """Top-level modules, and ours in full, after a `check` of one file; `before` is run first."""
    (tmp_path / "train.py").write_text(text, encoding="utf-8")
    show = "print(*sys.modules, sep='\\n', file=sys.stderr)"
    words = ["train.py", *arguments]
    command = [sys.executable, "-c", f"import sys\n{before}\nfrom default_lint.cli import main\nmain({words})\n{show}"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "SYSTEMROOT": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    names = set(done.stderr.split())
    return {name.partition(".")[0] for name in names} | {name for name in names if name.startswith("default_lint.")}


def test_a_check_loads_no_heavy_package(tmp_path: Path) -> None:
    loaded = loaded_by_check(tmp_path, MODEL)
    assert "libcst" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_a_file_without_keras_loads_almost_nothing(tmp_path: Path) -> None:
    loaded = loaded_by_check(tmp_path, "import torch\n")
    assert loaded.isdisjoint({*HEAVY, "libcst", "numpy", "rich", "pathspec", "dataclasses", "multiprocessing"})
    assert loaded.isdisjoint({"default_lint.rules", "default_lint.program", "default_lint.engine"})


CURIOUS = ("--config", 'audience="curious"')


@pytest.mark.parametrize(
    ("arguments", "speaks", "wanted"),
    [
        ((), True, False),
        (("--select", "loss"), True, False),
        (CURIOUS, True, True),
        (("--extend-select", "unusual-optimizer"), True, True),
        (CURIOUS, False, False),
    ],
)
def test_classifiers_are_loaded_only_for_those_who_want_to_hear_them(
    tmp_path: Path, arguments: tuple[str, ...], speaks: bool, wanted: bool
) -> None:
    folder = write(tmp_path / "models", {"site.optimizer": RATE._replace(speaks=speaks)})
    before = (
        "from pathlib import Path\nfrom default_lint.diagnosis import bundle\n"
        f"bundle.load.__defaults__ = (Path({str(folder)!r}),)"
    )
    text = MODEL + "model.fit(x, y, epochs=3)\n"
    loaded = loaded_by_check(tmp_path, text, *arguments, before=before)
    assert {"numpy", "default_lint.diagnosis.suspicion"} <= loaded if wanted else "numpy" not in loaded
    assert wanted == ("default_lint.features" in loaded)
    assert loaded.isdisjoint(HEAVY)
