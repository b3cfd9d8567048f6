"""Configurations of editors that our tests do not run are at least well formed, and the page about editors is true."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest

from default_lsp.configuration import DIAGNOSE_KEYS, KEYS, ClientSettings
from tests.editors.tools import ROOT

EDITORS = ROOT / "editors"
PAGE = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
COMMAND = ["default-lsp"]


def settings_of_page() -> dict[str, str]:
    """The keys in the table of settings, with the default as JSON."""
    table = PAGE.split("## Settings")[1].split("##")[0]
    found = {}
    for row in re.findall(r"^\| (`.*)$", table, re.MULTILINE):
        keys, default = row.split("|")[:2]
        for key in re.findall(r"`([^`]+)`", keys):
            found[key] = default.strip(" `")
    return found


def test_the_table_of_settings_is_complete_and_true() -> None:
    found = settings_of_page()
    assert set(found) == {*KEYS, *(f"diagnose.{key}" for key in DIAGNOSE_KEYS)}
    client = ClientSettings()
    for key, default in found.items():
        name = re.sub("([A-Z])", lambda match: "_" + match[1].lower(), key.removeprefix("diagnose."))
        holder = client.diagnose if key.startswith("diagnose.") else client
        # What overrides the configuration file has no default of its own.
        value = getattr(holder, name, None)
        assert json.loads(default) == (list(value) if isinstance(value, tuple) else value), key


def test_the_settings_of_vs_code() -> None:
    package = json.loads((EDITORS / "vscode" / "package.json").read_text(encoding="utf-8"))
    settings = {key.removeprefix("default-lint.") for key in package["contributes"]["configuration"]["properties"]}
    own = re.findall("`([^`]+)`", PAGE.split("VS Code has three more of its own:")[1].split(".\n")[0])
    assert settings - set(settings_of_page()) == set(own)
    assert not set(settings_of_page()) - settings


def test_links_of_the_pages() -> None:
    for page in [ROOT / "docs" / "editors.md", *EDITORS.glob("*.md"), *EDITORS.glob("[!v]*/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("https:"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_helix() -> None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    content = tomllib.loads((EDITORS / "helix" / "languages.toml").read_text(encoding="utf-8"))
    assert content["language-server"]["default-lint"]["command"] == COMMAND[0]
    assert "default-lint" in content["language"][0]["language-servers"]


def test_kate() -> None:
    content = json.loads((EDITORS / "kate" / "settings.json").read_text(encoding="utf-8"))
    assert content["servers"]["python"]["command"] == COMMAND


def test_sublime_text() -> None:
    text = (EDITORS / "sublime" / "LSP.sublime-settings").read_text(encoding="utf-8")
    content = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert content["clients"]["default-lint"]["command"] == COMMAND


def test_jupyterlab() -> None:
    content = json.loads((EDITORS / "jupyterlab" / "default-lint.json").read_text(encoding="utf-8"))
    assert content["LanguageServerManager"]["language_servers"]["default-lint"]["argv"] == COMMAND


def test_zed() -> None:
    text = (EDITORS / "zed" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert json.loads(example)["lsp"]["pylsp"]["binary"]["path"].endswith(COMMAND[0])


def test_the_installer_is_a_sound_script() -> None:
    script = ROOT / "tools" / "install_editors.sh"
    if not (bash := shutil.which("bash")):
        pytest.skip("bash is not installed")
    done = subprocess.run([bash, "-n", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
