"""The client's section, and what holds for a path: folders, configuration files, and their changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from default_lsp.configuration import ClientSettings, Configuration, DiagnoseSettings, merged, parse

EVERYTHING = {
    "enable": False,
    "configuration": "x.toml",
    "select": ["loss"],
    "ignore": ["ACT101"],
    "extendSelect": [],
    "extendIgnore": ["data"],
    "exclude": ["a"],
    "extendExclude": ["b"],
    "audience": "curious",
    "inlayHints": False,
    "codeLens": False,
    "showSyntaxErrors": False,
    "diagnosticMode": "workspace",
    "unsafeFixes": True,
    "diagnose": {"seconds": 5, "epochs": 2, "arguments": ["-x"], "interpreter": "/py", "directory": "d"},
    "interpreter": ["/usr/bin/python3"],
    "path": 1,
    "importStrategy": "fromEnvironment",
    "trace": {"server": "off"},
    "trace.server": "verbose",
}


def heard(raw: Any) -> tuple[ClientSettings, list[str]]:
    told: list[str] = []
    return parse(raw, told.append), told


def test_every_key_is_read_and_those_of_the_client_are_passed_over() -> None:
    settings, told = heard(EVERYTHING)
    assert told == []
    assert settings == ClientSettings(
        enable=False,
        configuration="x.toml",
        inlay_hints=False,
        code_lens=False,
        show_syntax_errors=False,
        diagnostic_mode="workspace",
        unsafe_fixes=True,
        diagnose=DiagnoseSettings(5, 2, ("-x",), "/py", "d"),
        overrides=(
            ("select", ("loss",)),
            ("ignore", ("ACT101",)),
            ("extend_select", ()),
            ("extend_ignore", ("data",)),
            ("exclude", ("a",)),
            ("extend_exclude", ("b",)),
            ("audience", "curious"),
        ),
    )


@pytest.mark.parametrize(
    "raw", [None, {}, dict.fromkeys(EVERYTHING), {"diagnose": dict.fromkeys(["seconds", "epochs"])}]
)
def test_what_is_not_set_has_its_default(raw: Any) -> None:
    assert heard(raw) == (ClientSettings(), [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, "yes") for key in ("enable", "inlayHints", "codeLens", "showSyntaxErrors", "unsafeFixes")),
        ("enable", 1),
        ("select", "loss"),
        ("ignore", [1]),
        ("audience", "everyone"),
        ("diagnosticMode", "all"),
        ("configuration", ["a"]),
        ("diagnose", []),
    ],
)
def test_a_bad_value_is_told_and_costs_only_itself(key: str, value: Any) -> None:
    settings, told = heard({key: value, "extendIgnore": ["loss"]})
    assert settings == ClientSettings(overrides=(("extend_ignore", ("loss",)),))
    assert len(told) == 1
    assert f"default-lint.{key}" in told[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seconds", 0),
        ("seconds", True),
        ("seconds", float("nan")),
        ("seconds", 1e9),
        ("epochs", 0),
        ("epochs", 1.5),
        ("arguments", "-x"),
        ("interpreter", 3),
    ],
)
def test_a_bad_value_of_the_run_too(key: str, value: Any) -> None:
    settings, told = heard({"diagnose": {key: value, "directory": "d"}})
    assert settings.diagnose == DiagnoseSettings(directory="d")
    assert len(told) == 1
    assert f"default-lint.diagnose.{key}" in told[0]


def test_an_unknown_key_is_told_with_the_one_that_was_meant() -> None:
    settings, told = heard({"inlayHint": False, "diagnose": {"second": 3}})
    assert settings == ClientSettings()
    assert len(told) == 2
    assert "inlayHints" in told[0]
    assert "seconds" in told[1]


@pytest.mark.parametrize("raw", [[], "x", 3, True])
def test_a_section_that_is_no_object_is_told(raw: Any) -> None:
    settings, told = heard(raw)
    assert settings == ClientSettings()
    assert len(told) == 1


def test_a_folder_without_its_own_settings_has_the_general_ones() -> None:
    general = ClientSettings(enable=False)
    assert merged(general, None, lambda message: None) is general
    assert merged(general, {}, lambda message: None) == ClientSettings()


# Paths


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def configuration(told: list[str]) -> Configuration:
    return Configuration(told.append)


def test_the_innermost_folder_holds(configuration: Configuration, tmp_path: Path) -> None:
    outer, inner = ClientSettings(inlay_hints=False), ClientSettings(code_lens=False)
    configuration.folders = {str(tmp_path): outer, str(tmp_path / "in"): inner}
    assert configuration.client(str(tmp_path / "a.py")) is outer
    assert configuration.client(str(tmp_path / "in" / "a.py")) is inner
    assert configuration.client(str(tmp_path / "inside.py")) is outer
    assert configuration.client("/elsewhere/a.py") is configuration.general
    assert configuration.folder("/elsewhere/a.py") is None


def test_the_closest_file_holds_and_the_client_comes_on_top(configuration: Configuration, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "default-lint.toml").write_text('audience = "curious"\n')
    (tmp_path / "sub" / "default-lint.toml").write_text('ignore = ["loss"]\n')
    configuration.folders = {str(tmp_path): ClientSettings(overrides=(("ignore", ("data",)),))}
    above, below = str(tmp_path / "a.py"), str(tmp_path / "sub" / "a.py")
    assert configuration.settings(above).audience == "curious"
    assert configuration.settings(below).audience == "regular"
    assert configuration.settings(below).ignore == ("data",)
    assert configuration.origin(below) == str(tmp_path / "sub" / "default-lint.toml")


def test_a_configuration_file_of_the_client_is_used_in_place_of_the_closest(
    configuration: Configuration, tmp_path: Path
) -> None:
    (tmp_path / "default-lint.toml").write_text('audience = "curious"\n')
    (tmp_path / "mine.toml").write_text('ignore = ["loss"]\n')
    configuration.folders = {str(tmp_path): ClientSettings(configuration="mine.toml")}
    found = configuration.settings(str(tmp_path / "a.py"))
    assert (found.audience, found.ignore) == ("regular", ("loss",))


def test_a_broken_file_is_told_once_and_the_last_good_settings_stay(
    configuration: Configuration, told: list[str], tmp_path: Path
) -> None:
    file, path = tmp_path / "default-lint.toml", str(tmp_path / "a.py")
    file.write_text('audience = "curious"\n')
    assert configuration.settings(path).audience == "curious"
    file.write_text("audience = \n")
    assert configuration.settings(path).audience == "curious"
    assert configuration.settings(path).audience == "curious"
    assert len(told) == 1
    assert "default-lint.toml" in told[0]
    assert configuration.origin(path) is None
    file.write_text('audience = "regular"\n')
    assert configuration.settings(path).audience == "regular"
    assert len(told) == 1


def test_a_file_that_was_always_broken_leaves_the_defaults(
    configuration: Configuration, told: list[str], tmp_path: Path
) -> None:
    (tmp_path / "default-lint.toml").write_text("nonsense = 1\n")
    assert configuration.settings(str(tmp_path / "a.py")).audience == "regular"
    assert len(told) == 1


def test_files_are_read_again_unless_the_client_watches_them(configuration: Configuration, tmp_path: Path) -> None:
    file, path = tmp_path / "default-lint.toml", str(tmp_path / "a.py")
    file.write_text('audience = "curious"\n')
    assert configuration.settings(path).audience == "curious"
    file.unlink()
    assert configuration.settings(path).audience == "regular"
    configuration.watched = True
    assert configuration.settings(path).audience == "regular"
    file.write_text('audience = "curious"\n')
    assert configuration.settings(path).audience == "regular"
    configuration.forget()
    assert configuration.settings(path).audience == "curious"


@pytest.mark.parametrize("key", ["select", "ignore", "extendSelect", "extendIgnore"])
def test_an_unknown_rule_is_told_in_the_words_of_the_editor_and_costs_only_itself(key: str) -> None:
    settings, told = heard({key: ["softmax-on-one-unt", "loss", "ACT101", "ALL"]})
    assert [value for _, value in settings.overrides] == [("loss", "ACT101", "ALL")]
    assert len(told) == 1
    assert "`softmax-on-one-unt`" in told[0]
    assert f"`default-lint.{key}`" in told[0]
    assert "softmax-on-one-unit" in told[0]


def test_a_list_of_nothing_but_unknown_rules_is_passed_over_and_an_empty_one_holds() -> None:
    assert heard({"select": ["no-such-rule"]})[0] == ClientSettings()
    assert heard({"select": []})[0] == ClientSettings(overrides=(("select", ()),))
