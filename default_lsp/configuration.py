"""Settings of an editor: what the client says in its section `default-lint`, on top of the closest configuration file.

A bad value costs only itself: it is told once, and the value that would hold without it is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from default_lint.settings import (
    FAMILIES,
    SYNTAX_ERROR,
    Resolved,
    Resolver,
    Settings,
    SettingsError,
    did_you_mean,
    rule_names,
)

if TYPE_CHECKING:
    from default_lint.findings import Finding

SECTION = "default-lint"
# What the client keeps to itself; the server passes over it.
CLIENT_SIDE = frozenset({"interpreter", "path", "importStrategy", "trace"})
_RULES = ("select", "ignore", "extendSelect", "extendIgnore")
_LISTS = (*_RULES, "exclude", "extendExclude")


@dataclass(frozen=True)
class DiagnoseSettings:
    """How `default-lint.diagnose` runs a script; None: as the command line does."""

    seconds: float = 60.0
    epochs: int | None = None
    arguments: tuple[str, ...] = ()
    interpreter: str | None = None
    directory: str | None = None
    network: bool = False


@dataclass(frozen=True)
class ClientSettings:
    """The client's section for one folder. `overrides` hold what it says in place of the configuration file."""

    enable: bool = True
    configuration: str | None = None
    inlay_hints: bool = True
    code_lens: bool = True
    show_syntax_errors: bool = True
    diagnostic_mode: str = "openFiles"
    unsafe_fixes: bool = False
    diagnose: DiagnoseSettings = DiagnoseSettings()
    overrides: tuple[tuple[str, Any], ...] = ()

    def shown(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Those findings that the client wants to see."""
        if self.show_syntax_errors:
            return findings
        return tuple(finding for finding in findings if finding.rule != SYNTAX_ERROR.name)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e6


# Each key with the test of its value and what is expected of it.
KEYS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "enable": (_flag, "true or false"),
    "configuration": (_text, "a path"),
    **dict.fromkeys(_LISTS, (_texts, "a list of strings")),
    "audience": (lambda value: value in ("regular", "curious"), '"regular" or "curious"'),
    "inlayHints": (_flag, "true or false"),
    "codeLens": (_flag, "true or false"),
    "showSyntaxErrors": (_flag, "true or false"),
    "diagnosticMode": (lambda value: value in ("openFiles", "workspace"), '"openFiles" or "workspace"'),
    "unsafeFixes": (_flag, "true or false"),
}
DIAGNOSE_KEYS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "seconds": (_amount, "a number of seconds"),
    "epochs": (_count, "a whole number from 1"),
    "arguments": (_texts, "a list of strings"),
    "interpreter": (_text, "a path"),
    "directory": (_text, "a path"),
    "network": (_flag, "true or false"),
}


def parse(raw: Any, tell: Callable[[str], None]) -> ClientSettings:
    """The client's section; what is wrong in it is told in one line each and passed over. None means not set."""
    values = dict(_sound(raw, {**KEYS, "diagnose": (_mapping, "an object")}, SECTION, tell, CLIENT_SIDE))
    own = dict(_sound(values.pop("diagnose", None), DIAGNOSE_KEYS, f"{SECTION}.diagnose", tell))
    if "arguments" in own:
        own["arguments"] = tuple(own["arguments"])
    overrides = {key: values.pop(key) for key in (*_LISTS, "audience") if key in values}
    for key in _RULES:
        if overrides.get(key):
            overrides[key] = _known(key, overrides[key], tell)
            if not overrides[key]:
                del overrides[key]
    return ClientSettings(
        **{_snake(key): value for key, value in values.items()},
        diagnose=DiagnoseSettings(**own),
        overrides=tuple((_snake(key), tuple(v) if isinstance(v, list) else v) for key, v in overrides.items()),
    )


def _known(key: str, names: list[str], tell: Callable[[str], None]) -> list[str]:
    """Those names that mean rules."""
    words = [word for rule in rule_names() for word in (rule.name, rule.code)] + [*FAMILIES, "ALL"]
    for name in names:
        if name not in words:
            tell(f"unknown rule `{name}` in `{SECTION}.{key}`{did_you_mean(name, words)}")
    return [name for name in names if name in words]


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _sound(
    raw: Any,
    keys: Mapping[str, tuple[Callable[[Any], bool], str]],
    section: str,
    tell: Callable[[str], None],
    others: frozenset[str] = frozenset(),
) -> list[tuple[str, Any]]:
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        tell(f"the settings `{section}` are no object; they are passed over")
        return []
    found = []
    for key, value in raw.items():
        if value is None or key.partition(".")[0] in others:
            continue
        if key not in keys:
            tell(f"unknown setting `{section}.{key}`{did_you_mean(key, keys)}")
        elif not keys[key][0](value):
            tell(f"`{section}.{key}` is `{value}`, expected {keys[key][1]}; it is passed over")
        else:
            found.append((key, value))
    return found


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


@dataclass
class Configuration:
    """The settings of every path: those of the client by folder, and those of the closest configuration files.

    `watched` says that the client reports changes of configuration files, so that they need not be looked at again.
    """

    tell: Callable[[str], None]
    general: ClientSettings = ClientSettings()
    folders: dict[str, ClientSettings] = field(default_factory=dict)
    watched: bool = False
    _resolvers: dict[tuple[str, tuple[tuple[str, Any], ...], str | None], Resolver] = field(default_factory=dict)
    _last: dict[str, Settings] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def folder(self, path: str) -> str | None:
        """The innermost workspace folder that holds a path."""
        inside = [folder for folder in tuple(self.folders) if _within(path, folder)]
        return max(inside, key=len, default=None)

    def client(self, path: str) -> ClientSettings:
        """The client's settings for a path."""
        folder = self.folder(path)
        return self.general if folder is None else self.folders.get(folder, self.general)

    def settings(self, path: str) -> Settings:
        """What holds for a file: as on the command line, with the client's section in place of its options."""
        return self._resolved(path).settings

    def origin(self, path: str) -> str | None:
        """The configuration file that holds for a path."""
        return self._resolved(path).file

    def _resolved(self, path: str) -> Resolved:
        folder = self.folder(path) or ""
        return self._resolver(self.client(path), folder).directory(os.path.dirname(path) or folder or os.getcwd())

    def resolver(self, folder: str) -> Resolver:
        """What `check_files` needs to check a folder."""
        return self._resolver(self.client(folder), folder)

    def forget(self) -> None:
        """Read all configuration files anew."""
        self._resolvers.clear()
        self._told.clear()

    def _resolver(self, client: ClientSettings, folder: str) -> Resolver:
        key = (folder, client.overrides, client.configuration)
        found = self._resolvers.get(key)
        if found is None or not self.watched:
            config = client.configuration
            if config is not None:
                config = os.path.normpath(os.path.join(folder, os.path.expanduser(config)))
            found = self._resolvers[key] = _Forgiving(self, folder, dict(client.overrides), config)
        return found

    def read(self, directory: str, folder: str, resolve: Callable[[str], Resolved]) -> Resolved:
        """What `resolve` gives for a directory.

        A configuration that cannot be read is told once; then the last one holds that could, else the defaults.
        """
        try:
            found = resolve(directory)
        except (SettingsError, ValueError) as error:  # ValueError: a path that cannot be one
            self._complain(str(error))
            return Resolved(self._last.get(directory) or Settings(root=folder or directory), {})
        self._last[directory] = found.settings
        return found

    def _complain(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self.tell(message)


class _Forgiving(Resolver):
    """A resolver that does not fail."""

    def __init__(
        self, configuration: Configuration, folder: str, overrides: dict[str, Any], config: str | None
    ) -> None:
        super().__init__(overrides, config=config)
        self._configuration = configuration
        self._folder = folder

    def directory(self, directory: str) -> Resolved:
        """Settings for the files of a directory, given as an absolute path."""
        return self._configuration.read(directory, self._folder, super().directory)


def merged(general: ClientSettings, raw: Any, tell: Callable[[str], None]) -> ClientSettings:
    """The settings of a folder: what `raw` says, and the general ones where it says nothing (a null answer)."""
    return general if raw is None else parse(raw, tell)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/\\") + os.sep)
