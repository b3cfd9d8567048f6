"""pre-commit: a faulty model blocks the commit, a healthy one and an excluded one pass; the samples are valid."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
pytest.importorskip("pre_commit")

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "hooks").glob("pre-commit-config*.yaml"))

FAULTY = """\
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy")
"""
HEALTHY = FAULTY.replace("softmax", "sigmoid")
RULE = "softmax-on-one-unit"


def pre_commit(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_valid(sample: Path) -> None:
    done = pre_commit("validate-config", str(sample), cwd=ROOT)
    assert done.returncode == 0, done.stdout
    manifest = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    hooks = {
        hook["id"] for repo in yaml.safe_load(sample.read_text(encoding="utf-8"))["repos"] for hook in repo["hooks"]
    }
    assert hooks <= manifest


def test_the_manifest_is_valid() -> None:
    done = pre_commit("validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["default-lint", "default-lint-fix"]
    for hook in hooks:
        assert hook["language"] == "python"
        assert hook["types_or"] == ["python", "jupyter"]
        assert hook["require_serial"] is True
        assert "--force-exclude" in hook["entry"]
        assert "additional_dependencies" not in hook


def test_the_action_passes_its_inputs_by_environment() -> None:
    action = yaml.safe_load((ROOT / "hooks" / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), "an input pasted into a script is run as part of it"
    used = json.dumps(action["runs"])
    assert all(f"inputs.{name}" in used for name in action["inputs"])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Git and pre-commit without the settings of the person who runs the tests."""
    person = {"NAME": "A Person", "EMAIL": "person@example.org"}
    own = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    return {
        **inherited,
        **own,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def git(*arguments: str, cwd: Path, env: dict[str, str], check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["git", *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stderr
    return done


def copy_of_this_repository(target: Path, env: dict[str, str]) -> str:
    """A repository with this one's files as they are now; its commit."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT, env=env).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    git("init", "--quiet", cwd=target, env=env)
    git("add", "--all", cwd=target, env=env)
    git("commit", "--quiet", "--message", "As it is", cwd=target, env=env)
    return git("rev-parse", "HEAD", cwd=target, env=env).stdout.strip()


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def has_package_index(cwd: Path) -> bool:
    """Whether pip can reach an index, which pre-commit needs in order to install the hook."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--timeout", "10", "--retries", "0"]
    done = subprocess.run([*command, "--dest", str(cwd / "index"), "pathspec"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.slow
@pytest.mark.network
def test_commits(tmp_path: Path, environment: dict[str, str]) -> None:
    if not has_package_index(tmp_path):
        pytest.skip("no package index within reach")
    tool, project = tmp_path / "tool", tmp_path / "project"
    tool.mkdir()
    project.mkdir()
    commit = copy_of_this_repository(tool, environment)
    hooks = [{"id": "default-lint"}, {"id": "default-lint-fix", "stages": ["manual"]}]
    config = {"repos": [{"repo": str(tool), "rev": commit, "hooks": hooks}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (project / "default-lint.toml").write_text('extend-exclude = ["old"]\n', encoding="utf-8")
    git("init", "--quiet", cwd=project, env=environment)
    git("add", "--all", cwd=project, env=environment)
    git("commit", "--quiet", "--message", "Begin", cwd=project, env=environment)
    installed = pre_commit("install", "--install-hooks", cwd=project, env=environment)
    assert installed.returncode == 0, installed.stdout + installed.stderr

    def attempt(name: str, text: str) -> tuple[bool, str]:
        """Try to commit a file: whether it went through, and what was said."""
        file = project / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        git("add", "--", name, cwd=project, env=environment)
        done = git("commit", "--message", name, cwd=project, env=environment, check=False)
        if done.returncode:
            git("rm", "--quiet", "--cached", "--", name, cwd=project, env=environment)
        return done.returncode == 0, done.stdout + done.stderr

    passed, said = attempt("healthy.py", HEALTHY)
    assert passed, said
    passed, said = attempt("other.py", "import torch\n")
    assert passed, said
    passed, said = attempt("old/faulty.py", FAULTY)
    assert passed, said
    passed, said = attempt("healthy.ipynb", notebook(HEALTHY))
    assert passed, said
    passed, said = attempt("faulty.py", FAULTY)
    assert not passed, said
    assert RULE in said
    assert "faulty.py:8" in said
    passed, said = attempt("faulty.ipynb", notebook(FAULTY))
    assert not passed, said
    assert RULE in said

    fixable = project / "fixable.py"
    fixable.write_text(f"{HEALTHY}  # default-lint: ignore[{RULE}]\n".replace("\n  #", "  #"), encoding="utf-8")
    git("add", "--", "fixable.py", cwd=project, env=environment)
    arguments = ("run", "default-lint-fix", "--hook-stage", "manual", "--files", "fixable.py")
    fixed = pre_commit(*arguments, cwd=project, env=environment)
    assert fixed.returncode == 1, fixed.stdout
    assert "files were modified by this hook" in fixed.stdout
    assert fixable.read_text(encoding="utf-8") == HEALTHY
