"""Settings: the closest configuration file and the command line become one frozen `Settings`.

Every run imports this module, also one that meets no Keras at all; so it stays free of dataclasses, tomllib and the
rules until they are needed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

CONFIG_NAMES = ("default-lint.toml", ".default-lint.toml", "pyproject.toml")
FAMILIES = (
    "activation",
    "loss",
    "optimization",
    "hyperparameter",
    "training",
    "layer",
    "weights",
    "regularization",
    "data",
    "api",
)
FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github")
DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)


class SettingsError(Exception):
    """A mistake in the configuration, told in one line."""


class RuleName(NamedTuple):
    """The identity of a rule: its name, its code and its family."""

    name: str
    code: str
    family: str


class Named(Protocol):
    """Anything with a rule's identity: a rule itself or a `RuleName`."""

    @property
    def name(self) -> str:
        """The identity: `softmax-on-one-unit`."""

    @property
    def code(self) -> str:
        """The alias: `ACT101`."""

    @property
    def family(self) -> str:
        """The family: `activation`."""


# Findings that the engine makes itself, without a rule behind them.
SYNTAX_ERROR = RuleName("syntax-error", "SYN001", "api")
UNUSED_SUPPRESSION = RuleName("unused-suppression", "SUP001", "api")
UNKNOWN_SUPPRESSION = RuleName("unknown-suppression", "SUP002", "api")


class Settings(NamedTuple):
    """What to check and how; immutable and hashable. Change a copy with `settings._replace(...)`."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    audience: str = "regular"
    max_file_size: int = 2_000_000
    cache: bool = True
    cache_dir: str = ""
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    output_format: str = "full"
    jobs: int = 0
    root: str = ""  # not an option: the directory that relative globs and the cache refer to

    def enabled(self, name: str, code: str, family: str, path: str = "") -> bool:
        """Whether a rule speaks in the file at `path`; the more specific of select and ignore wins, ignore on a tie."""
        chosen = _specificity(self.select + self.extend_select, name, code, family)
        dropped = _specificity(self.ignore + self.extend_ignore, name, code, family)
        if chosen <= dropped:
            return False
        return not (self.per_file_ignores and _specificity(self.ignored_in(path), name, code, family))

    def selected(self, rule: Named, path: str = "") -> bool:
        """`enabled` for a rule object."""
        return self.enabled(rule.name, rule.code, rule.family, path)

    def may_fix(self, name: str, code: str, family: str) -> bool:
        """Whether the fixes of a rule may be applied (`fixable`, `unfixable`)."""
        allowed = _specificity(self.fixable, name, code, family)
        return allowed > _specificity(self.unfixable, name, code, family)

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """The names that `per-file-ignores` lists for the file at `path`."""
        if not self.per_file_ignores or not path:
            return ()
        relative = self.relative(path)
        return tuple(name for glob, names in self.per_file_ignores if globs((glob,)).file(relative) for name in names)

    def excluded(self, path: str) -> bool:
        """Whether `path`, or a directory above it and below the root, matches `exclude` or `extend-exclude`."""
        return globs(self.exclude + self.extend_exclude).file(self.relative(path))

    def relative(self, path: str) -> str:
        """`path` seen from the root, with slashes; "" for the root, only the file name when it lies outside."""
        absolute = os.path.abspath(path)
        root = self.root or os.getcwd()
        if absolute == root:
            return ""
        prefix = root if root.endswith(os.sep) else root + os.sep
        if not absolute.startswith(prefix):
            return os.path.basename(absolute)
        return absolute[len(prefix) :].replace(os.sep, "/")

    def cache_directory(self) -> str:
        """Where reports of this project are kept."""
        root = self.root or os.getcwd()
        return os.path.join(root, self.cache_dir or ".default_lint_cache")

    def digest(self, path: str = "") -> str:
        """A hash of everything here that can change the findings in the file at `path`."""
        import hashlib

        parts = (
            self.select,
            self.ignore,
            self.extend_select,
            self.extend_ignore,
            self.ignored_in(path),
            self.audience,
            self.max_file_size,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def _specificity(names: tuple[str, ...], name: str, code: str, family: str) -> int:
    """How closely `names` means this rule: 3 by name or code, 2 by family, 1 by ALL, 0 not at all."""
    if name in names or code in names:
        return 3
    if family in names:
        return 2
    return 1 if "ALL" in names else 0


class Option(NamedTuple):
    """One key of a configuration file."""

    kind: str  # rules, globs, table, flag, number, choice or path
    help: str
    choices: tuple[str, ...] = ()


OPTIONS: dict[str, Option] = {
    "select": Option("rules", "Rules to use: names, codes, families or ALL."),
    "ignore": Option("rules", "Rules not to use; a name or code wins over a family, a family over ALL."),
    "extend_select": Option("rules", "Rules to use besides `select`."),
    "extend_ignore": Option("rules", "Rules not to use besides `ignore`."),
    "per_file_ignores": Option("table", "For each glob, the rules not to use in the files that match it."),
    "exclude": Option("globs", "Files and directories to leave out; replaces the built-in list."),
    "extend_exclude": Option("globs", "Files and directories to leave out besides `exclude`."),
    "force_exclude": Option("flag", "Leave out excluded files even when they are named on the command line."),
    "respect_gitignore": Option("flag", "Leave out what .gitignore files leave out."),
    "audience": Option("choice", "How much to hear: likely faults, or everything.", ("regular", "curious")),
    "max_file_size": Option("number", "Largest source to read, in bytes."),
    "cache": Option("flag", "Keep reports of unchanged files."),
    "cache_dir": Option("path", "Directory of the cache, relative to the project root."),
    "fixable": Option("rules", "Rules whose fixes may be applied."),
    "unfixable": Option("rules", "Rules whose fixes are only shown."),
    "unsafe_fixes": Option("flag", "Also apply fixes that change what is trained."),
    "output_format": Option("choice", "How findings are printed.", FORMATS),
    "jobs": Option("number", "Number of processes; 0 means one per processor."),
}


class Globs:
    """A set of globs.

    Without a slash a glob means a file or directory of that name anywhere, with one it is anchored at the root; `*`
    stays within a name, `**` crosses directories.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._literals: set[str] = set()
        names: list[str] = []
        paths: list[str] = []
        for pattern in patterns:
            plain = pattern.replace("\\", "/").removeprefix("./").rstrip("/")
            if "/" in plain:
                paths.append(_expression(plain.lstrip("/")) + "(?:/.*)?")
            elif any(character in plain for character in "*?["):
                names.append(_expression(plain))
            else:
                self._literals.add(plain)
        self._names = re.compile("|".join(names), re.DOTALL) if names else None
        self._paths = re.compile("|".join(paths), re.DOTALL) if paths else None

    def entry(self, name: str, relative: str) -> bool:
        """Whether a directory entry matches by its own name or by its path from the root."""
        if name in self._literals or (self._names is not None and self._names.fullmatch(name) is not None):
            return True
        return self._paths is not None and self._paths.fullmatch(relative) is not None

    def file(self, relative: str) -> bool:
        """Whether a path from the root matches, by itself or by a directory on the way."""
        return any(self.entry(name, relative) for name in relative.split("/"))


@lru_cache(maxsize=256)
def globs(patterns: tuple[str, ...]) -> Globs:
    """The compiled globs."""
    return Globs(patterns)


_GLOB_TOKEN = r"(\*\*/)|(\*\*)|(\*)|(\?)|\[(!?)([^\]/]+)\]|(.)"


def _expression(pattern: str) -> str:
    parts = []
    for match in re.finditer(_GLOB_TOKEN, pattern, re.DOTALL):
        folders, anything, star, question, negation, characters, other = match.groups()
        if folders:
            parts.append("(?:.*/)?")
        elif anything:
            parts.append(".*")
        elif star:
            parts.append("[^/]*")
        elif question:
            parts.append("[^/]")
        elif characters:
            escaped = re.sub(r"([\\\[&~|^])", r"\\\1", characters)
            found = f"[{'^' if negation else ''}{escaped}]"
            try:
                re.compile(found)
            except re.error:  # `[z-a]` is no range
                found = re.escape(match[0])
            parts.append(found)
        else:
            parts.append(re.escape(other))
    return "".join(parts)


class Resolved(NamedTuple):
    """Settings for one path, and where each value came from (a file, "command line" or "default")."""

    settings: Settings
    origins: dict[str, str]
    file: str | None = None


class Resolver:
    """Finds the settings of a path; remembers them by directory."""

    def __init__(
        self, overrides: Mapping[str, Any] | None = None, *, isolated: bool = False, config: str | None = None
    ) -> None:
        self._overrides = {key: value for key, value in (overrides or {}).items() if value is not None}
        self._isolated = isolated
        self._config = config
        self._files: dict[str, str | None] = {}
        self._resolved: dict[tuple[str | None, str], Resolved] = {}

    def __call__(self, path: str) -> Resolved:
        """Settings for a file or directory."""
        absolute = os.path.abspath(path)
        return self.directory(absolute if os.path.isdir(absolute) else os.path.dirname(absolute))

    def directory(self, directory: str) -> Resolved:
        """Settings for the files of a directory, given as an absolute path."""
        if self._isolated:
            file = None
        elif self._config is not None:
            file = os.path.abspath(self._config)
        else:
            file = self._closest(directory)
        root = os.path.dirname(file) if file and self._config is None else _project_root(directory)
        key = (file, root)
        if key not in self._resolved:
            self._resolved[key] = _resolve(file, root, self._overrides)
        return self._resolved[key]

    def _closest(self, directory: str) -> str | None:
        if directory not in self._files:
            found = next((file for name in CONFIG_NAMES if (file := _config_file(directory, name))), None)
            parent = os.path.dirname(directory)
            if found is None and parent != directory:
                found = self._closest(parent)
            self._files[directory] = found
        return self._files[directory]


def resolve(
    path: str, overrides: Mapping[str, Any] | None = None, isolated: bool = False, config: str | None = None
) -> Resolved:
    """Settings for one path: defaults, then the closest configuration file, then `overrides`."""
    return Resolver(overrides, isolated=isolated, config=config)(path)


def _config_file(directory: str, name: str) -> str | None:
    """The path of a configuration file when it exists; a pyproject.toml counts only with our section."""
    file = os.path.join(directory, name)
    if not os.path.isfile(file):
        return None
    if name != "pyproject.toml":
        return file
    try:
        with open(file, "rb") as stream:
            mentioned = b"default-lint" in stream.read()
    except OSError:
        return None
    return file if mentioned and _section(file) is not None else None


@lru_cache(maxsize=1024)
def _project_root(directory: str) -> str:
    """The git repository around a directory, else the working directory."""
    current = directory
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return os.getcwd()
        current = parent
    return current


def _section(file: str) -> dict[str, Any] | None:
    """Our table in a TOML file: the whole file, or [tool.default-lint] of a pyproject.toml (None without it)."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        with open(file, "rb") as stream:
            content: dict[str, Any] = tomllib.load(stream)
    except FileNotFoundError:
        raise SettingsError(f"no configuration file {file}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {file}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from None
    if os.path.basename(file) != "pyproject.toml":
        return content
    tool = content.get("tool")
    section = tool.get("default-lint") if isinstance(tool, dict) else None
    if section is not None and not isinstance(section, dict):
        raise SettingsError(f"`tool.default-lint` in {file} is not a table")
    return section


def _resolve(file: str | None, root: str, overrides: Mapping[str, Any]) -> Resolved:
    values: dict[str, Any] = {}
    origins = dict.fromkeys(OPTIONS, "default")
    if file is not None:
        _read(file, values, origins, ())
    given = {key: _convert(key, value, f"--{_kebab(key)}") for key, value in overrides.items()}
    if "select" in given:  # a new selection on the command line starts afresh
        for key in ("ignore", "extend_select", "extend_ignore"):
            values.pop(key, None)
            origins[key] = "default"
    for key in ("ignore", "extend_ignore"):
        wanted = given.get("extend_select", ())
        if key in values and wanted:
            values[key] = tuple(name for name in values[key] if name not in wanted)
    for key, value in given.items():
        values[key] = (*values.get(key, ()), *value) if key.startswith("extend_") else value
        origins[key] = "command line"
    _know_rules(values, origins)
    return Resolved(Settings(**values, root=root), origins, file)


def _read(file: str, values: dict[str, Any], origins: dict[str, str], chain: tuple[str, ...]) -> None:
    """Put what `file` says, after the file it extends, into `values` and `origins`."""
    if file in chain:
        raise SettingsError(f"configuration files extend each other: {' -> '.join((*chain, file))}")
    section = _section(file)
    if section is None:
        raise SettingsError(f"{file} has no [tool.default-lint] section")
    base = section.get("extend")
    if base is not None:
        if not isinstance(base, str):
            raise SettingsError(f"`extend` in {_place(file, 'extend')} is {_kind(base)}, expected a path")
        path = os.path.normpath(os.path.join(os.path.dirname(file), os.path.expanduser(base)))
        _read(path, values, origins, (*chain, file))
    for key, raw in section.items():
        if key == "extend":
            continue
        name = key.replace("-", "_")
        if name not in OPTIONS or "_" in key:
            known = [_kebab(option) for option in OPTIONS] + ["extend"]
            hint = did_you_mean(key, known)
            raise SettingsError(f"unknown key `{key}` in {_place(file, key)}{hint}")
        value = _convert(name, raw, _place(file, key))
        values[name] = (*values.get(name, ()), *value) if name.startswith("extend_") else value
        origins[name] = file


def _place(file: str, key: str) -> str:
    """`file:line` of a key, or only the file when the line is not plain to see."""
    try:
        with open(file, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
                    return f"{file}:{number}"
    except (OSError, UnicodeDecodeError):
        pass
    return file


def _kebab(key: str) -> str:
    return key.replace("_", "-")


def _convert(name: str, value: Any, place: str) -> Any:
    """A raw value as the field of `Settings` holds it; SettingsError when it has the wrong type."""
    option = OPTIONS[name]
    reader, expected = _READERS[option.kind]
    converted = reader(value)
    if converted is None:
        raise SettingsError(f"`{_kebab(name)}` in {place} is {_kind(value)}, expected {expected}")
    if option.choices and converted not in option.choices:
        hint = did_you_mean(converted, option.choices) or f", expected one of {', '.join(option.choices)}"
        raise SettingsError(f"`{_kebab(name)}` in {place} is `{converted}`{hint}")
    return converted


def _strings(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _table(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if not isinstance(value, (dict, list, tuple)):
        return None
    rows = []
    for row in value.items() if isinstance(value, dict) else value:
        names = _strings(row[1]) if isinstance(row, (list, tuple)) and len(row) == 2 else None
        if names is None or not isinstance(row[0], str):
            return None
        rows.append((row[0], names))
    return tuple(rows)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "rules": (_strings, "a list of rule names"),
    "globs": (_strings, "a list of globs"),
    "table": (_table, "a table of globs with lists of rule names"),
    "flag": (lambda value: value if isinstance(value, bool) else None, "true or false"),
    "number": (_number, "a whole number from 0"),
    "choice": (lambda value: value if isinstance(value, str) else None, "a string"),
    "path": (lambda value: value if isinstance(value, str) else None, "a path"),
}


def _kind(value: Any) -> str:
    """What a TOML value is, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, str)):
        return f"`{value}`"
    if isinstance(value, (list, tuple)):
        return "a list" if all(isinstance(item, str) for item in value) else "a list with other things than strings"
    return "a table" if isinstance(value, dict) else f"a {type(value).__name__}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`, did you mean ...?` with the closest known word, or an empty string."""
    import difflib

    spellings = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(word.lower().replace("_", "-"), spellings, 1, 0.6)
    return f", did you mean `{spellings[close[0]]}`?" if close else ""


def rule_names() -> tuple[RuleName, ...]:
    """Every rule, observation and suspicion and the findings of the engine itself, in the order of the catalogue."""
    from default_lint.rules import RULES

    own = (SYNTAX_ERROR, UNUSED_SUPPRESSION, UNKNOWN_SUPPRESSION)
    rules = (RuleName(rule.name, rule.code, rule.family) for rule in RULES)
    return (*rules, *observation_names(), *suspicion_names(), *own)


def observation_names() -> tuple[RuleName, ...]:
    """Every observation, without loading it."""
    from default_lint.trial.names import NAMES

    return tuple(RuleName(*row) for row in NAMES)


def suspicion_names() -> tuple[RuleName, ...]:
    """Every suspicion."""
    from default_lint.diagnosis.catalogue import SUSPICIONS

    return tuple(RuleName(item.name, item.code, item.family) for item in SUSPICIONS)


def _know_rules(values: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Refuse names that mean no rule; the rules are imported only when a rule is named."""
    for key, option in OPTIONS.items():
        if key not in values or option.kind not in ("rules", "table"):
            continue
        lists = [values[key]] if option.kind == "rules" else [names for _, names in values[key]]
        for name in (name for names in lists for name in names):
            if name == "ALL" or name in FAMILIES:
                continue
            known = [word for rule in rule_names() for word in (rule.name, rule.code)]
            if name not in known:
                place = f"--{_kebab(key)}" if origins[key] == "command line" else _place(origins[key], _kebab(key))
                raise SettingsError(f"unknown rule `{name}` in {place}{did_you_mean(name, [*known, *FAMILIES, 'ALL'])}")


def schema() -> dict[str, Any]:
    """JSON schema of a configuration file, made from `OPTIONS` and the defaults of `Settings`."""
    strings = {"type": "array", "items": {"type": "string"}}
    shapes: dict[str, dict[str, Any]] = {
        "rules": strings,
        "globs": strings,
        "table": {"type": "object", "additionalProperties": strings},
        "flag": {"type": "boolean"},
        "number": {"type": "integer", "minimum": 0},
        "choice": {"type": "string"},
        "path": {"type": "string"},
    }
    properties: dict[str, Any] = {
        "extend": {"type": "string", "description": "A configuration file to start from, relative to this one."}
    }
    for name, option in OPTIONS.items():
        default = Settings._field_defaults[name]
        entry = {"description": option.help, **shapes[option.kind]}
        if option.choices:
            entry["enum"] = list(option.choices)
        if option.kind == "table":
            entry["default"] = {}
        else:
            entry["default"] = list(default) if isinstance(default, tuple) else default
        properties[_kebab(name)] = entry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "default-lint",
        "description": "Settings of default-lint: default-lint.toml, or [tool.default-lint] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
