"""The extension for VS Code without an editor: its types, its own tests, its package, its settings and the server's."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.editors import tools
from tests.editors.vscode.harness import package

SOURCE = tools.VSCODE
LARGEST_PICTURE = 150 * 1024


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
    return found


def npm(script: str) -> str:
    """What a script of the extension says; skips when its packages are not installed."""
    if not (SOURCE / "node_modules").is_dir():
        pytest.skip("the packages of editors/vscode are not installed; tools/install_editors.sh installs them")
    command = [str(tools.npm()), "run", "--silent", script]
    done = subprocess.run(
        command, cwd=SOURCE, env=tools.with_node(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"npm run {script} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_types() -> None:
    npm("check")


def test_its_own_tests() -> None:
    said = npm("test")
    passed = re.search(r"\bpass (\d+)$", said, re.MULTILINE)
    assert passed, said
    assert int(passed[1]) >= len(list((SOURCE / "test").glob("*.test.ts"))), said


def test_the_package_holds_what_is_needed_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(package(tmp_path)) as archive:
        names = {name.removeprefix("extension/") for name in archive.namelist()}
        sizes = {name.removeprefix("extension/"): archive.getinfo(name).file_size for name in archive.namelist()}
        readme = archive.read("extension/readme.md").decode()
    steps = manifest()["contributes"]["walkthroughs"][0]["steps"]
    assert names == {step["media"]["image"] for step in steps} | {
        "images/icon.png",
        "[Content_Types].xml",
        "extension.vsixmanifest",
        "package.json",
        "readme.md",
        "changelog.md",
        "LICENSE.txt",
        "dist/extension.js",
        "dist/panel.js",
        "media/panel.css",
        "examples/houses.py",
    }
    assert sizes["dist/extension.js"] < 600_000, "the bundle is minified"
    assert "](images/" not in readme, "the editor would show broken pictures"


def test_pictures_are_those_of_the_docs() -> None:
    named = set(re.findall(r"\(images/([\w.-]+)\)", (SOURCE / "README.md").read_text(encoding="utf-8")))
    walkthrough = manifest()["contributes"]["walkthroughs"][0]["steps"]
    named |= {Path(step["media"]["image"]).name for step in walkthrough}
    assert named
    for name in named:
        own = (SOURCE / "images" / name).read_bytes()
        assert len(own) <= LARGEST_PICTURE
        assert own == (tools.ROOT / "docs" / "images" / name).read_bytes(), f"copy docs/images/{name} once more"


def test_the_settings_are_those_of_the_server() -> None:
    from default_lsp import configuration

    declared = {name.removeprefix("default-lint.") for name in manifest()["contributes"]["configuration"]["properties"]}
    client = {name for name in declared if name.partition(".")[0] in configuration.CLIENT_SIDE}
    server = set(configuration.KEYS) | {f"diagnose.{name}" for name in configuration.DIAGNOSE_KEYS}
    assert declared - client == server


def test_the_defaults_are_those_of_the_server() -> None:
    from default_lsp import configuration

    settings: dict[str, Any] = {}
    for name, setting in manifest()["contributes"]["configuration"]["properties"].items():
        *path, last = name.removeprefix("default-lint.").split(".")
        place = settings
        for part in path:
            place = place.setdefault(part, {})
        place[last] = setting["default"]
    told: list[str] = []
    assert configuration.parse(settings, told.append) == configuration.ClientSettings()
    assert told == []


def test_the_example_of_the_walkthrough_has_what_it_shows() -> None:
    from default_lint import Document, Settings, check
    from default_lint.findings import Safety

    file = SOURCE / "examples" / "houses.py"
    found = check(Document(str(file), file.read_text(encoding="utf-8")), Settings()).findings
    assert [finding.rule for finding in found] == [
        "softmax-on-one-unit",
        "learning-rate-out-of-range",
        "monitor-not-logged",
    ]
    assert [finding.rule for finding in found if any(fix.safety is Safety.SAFE for fix in finding.fixes)] == [
        "monitor-not-logged"
    ]


def test_the_version_and_the_license_are_ours() -> None:
    from default_lint import __version__

    assert manifest()["version"] == __version__
    assert (SOURCE / "LICENSE").read_bytes() == (tools.ROOT / "LICENSE").read_bytes()


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    wanted = manifest()["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values()), "versions are pinned"
    assert lock["packages"][""]["devDependencies"] == wanted
