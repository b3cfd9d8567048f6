"""What the command line says: read without argparse when there is nothing to read, and turned into settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from default_lint.settings import OPTIONS, Resolver, did_you_mean

if TYPE_CHECKING:
    import argparse

    Options = argparse.Namespace | SimpleNamespace

# What `check` is asked without any option; argparse itself costs as much as starting Python.
DEFAULTS: dict[str, Any] = {
    "select": None,
    "ignore": None,
    "extend_select": None,
    "extend_ignore": None,
    "per_file_ignores": None,
    "audience": None,
    "exclude": None,
    "extend_exclude": None,
    "force_exclude": None,
    "respect_gitignore": None,
    "config": None,
    "isolated": False,
    "fix": False,
    "unsafe_fixes": None,
    "diff": False,
    "show_fixes": False,
    "exit_non_zero_on_fix": False,
    "output_format": None,
    "output_file": None,
    "statistics": False,
    "exit_zero": False,
    "color": "auto",
    "quiet": False,
    "verbose": False,
    "jobs": None,
    "no_cache": False,
    "cache_dir": None,
    "trace": None,
    "stdin_filename": None,
    "version": False,
}


class UsageError(Exception):
    """A mistake on the command line, told in one line."""


def check_options(arguments: Sequence[str]) -> Options:
    """The options of `check`."""
    if any(word.startswith("-") and word != "-" for word in arguments):
        from default_lint.options import check_parser

        return check_parser().read(arguments)
    return SimpleNamespace(paths=list(arguments), **DEFAULTS)


def resolver_of(options: Options) -> Resolver:
    """The settings that the command line asks for, over the configuration files."""
    overrides: dict[str, Any] = {}
    config: str | None = None
    for word in getattr(options, "config", None) or ():
        key, equals, value = word.partition("=")
        name = key.strip().replace("-", "_")
        if not equals or os.path.exists(word):
            if config is not None:
                raise UsageError("--config names two files; one is enough")
            if not os.path.isfile(word):
                raise UsageError(f"no configuration file {word}")
            config = word
        elif name not in OPTIONS:
            known = [option.replace("_", "-") for option in OPTIONS]
            raise UsageError(f"unknown key `{key.strip()}` in --config{did_you_mean(key.strip(), known)}")
        else:
            overrides[name] = _toml(name, value.strip())
    for name in ("select", "ignore", "extend_select", "extend_ignore", "exclude", "extend_exclude"):
        given = getattr(options, name, None)
        if given is not None:
            overrides[name] = _words(given)
    if getattr(options, "per_file_ignores", None) is not None:
        overrides["per_file_ignores"] = _per_file(options.per_file_ignores)
    for name in (
        "force_exclude",
        "respect_gitignore",
        "audience",
        "cache_dir",
        "jobs",
        "unsafe_fixes",
        "output_format",
    ):
        if getattr(options, name, None) is not None:
            overrides[name] = getattr(options, name)
    return Resolver(overrides, isolated=getattr(options, "isolated", False), config=config)


def _words(given: Sequence[str]) -> list[str]:
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _per_file(given: Sequence[str]) -> list[tuple[str, list[str]]]:
    """`glob:RULE,RULE` or `glob:RULE,glob:RULE`: a word without a colon belongs to the glob before it."""
    rows: list[tuple[str, list[str]]] = []
    for text in given:
        for index, word in enumerate(_words([text])):
            glob, colon, rule = word.rpartition(":")
            if colon:
                rows.append((glob, [rule]))
            elif index:
                rows[-1][1].append(word)
            else:
                raise UsageError(f"--per-file-ignores takes GLOB:RULE, not `{word}`")
    return rows


def _toml(name: str, value: str) -> Any:
    """The value of `--config key=value`: TOML, or a bare word or comma list where the setting takes text."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return _words([value]) if OPTIONS[name].kind in ("rules", "globs") else value
