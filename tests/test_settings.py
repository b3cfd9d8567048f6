"""Settings: which file counts, what is refused and how, and which rules speak where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from default_lint import output, settings
from default_lint.settings import Globs, Resolver, RuleName, Settings, SettingsError, resolve

RULE = RuleName("softmax-on-one-unit", "ACT101", "activation")
OTHER = RuleName("sigmoid-with-categorical-loss", "ACT102", "activation")
LOSS = RuleName("accuracy-for-regression", "LOS127", "loss")


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small catalogue, so that these tests do not hang on the rules."""
    monkeypatch.setattr(settings, "rule_names", lambda: (RULE, OTHER, LOSS))


def write(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    file.write_text(text, encoding="utf-8")
    return file


class TestSelection:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({}, (True, True, True)),
            ({"select": ("loss",)}, (False, False, True)),
            ({"select": ("ACT101",)}, (True, False, False)),
            ({"ignore": ("activation",)}, (False, False, True)),
            ({"ignore": ("activation",), "extend_select": ("softmax-on-one-unit",)}, (True, False, True)),
            ({"select": ("loss",), "extend_select": ("ACT102",)}, (False, True, True)),
            ({"select": ("ACT101",), "ignore": ("ACT101",)}, (False, False, False)),
            ({"ignore": ("ALL",), "select": ("activation",), "extend_ignore": ("ACT102",)}, (True, False, False)),
            ({"select": ()}, (False, False, False)),
        ],
    )
    def test_the_more_specific_name_wins(
        self, values: dict[str, tuple[str, ...]], expected: tuple[bool, bool, bool]
    ) -> None:
        chosen = Settings(**values)  # type: ignore[arg-type]
        assert tuple(chosen.selected(rule) for rule in (RULE, OTHER, LOSS)) == expected

    def test_per_file_ignores_count_from_the_root(self, tmp_path: Path) -> None:
        chosen = Settings(per_file_ignores=(("old/*.py", ("ACT101",)), ("tests", ("loss",))), root=str(tmp_path))
        assert not chosen.selected(RULE, str(tmp_path / "old" / "a.py"))
        assert chosen.selected(RULE, str(tmp_path / "new" / "old" / "a.py"))
        assert not chosen.selected(LOSS, str(tmp_path / "pkg" / "tests" / "deep" / "a.py"))
        assert chosen.selected(LOSS, str(tmp_path / "old" / "a.py"))

    def test_the_root_itself_is_not_excluded_by_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "build").mkdir()
        chosen = Settings(root=str(tmp_path / "build"))
        assert not chosen.excluded(str(tmp_path / "build"))
        assert chosen.excluded(str(tmp_path / "build" / "dist" / "a.py"))

    def test_fixable(self) -> None:
        chosen = Settings(fixable=("activation",), unfixable=("ACT102",))
        assert [chosen.may_fix(*rule) for rule in (RULE, OTHER, LOSS)] == [True, False, False]

    def test_the_digest_knows_what_changes_findings_and_nothing_else(self, tmp_path: Path) -> None:
        plain = Settings(root=str(tmp_path))
        assert plain.digest() == plain._replace(output_format="json", jobs=3, exclude=()).digest()
        assert plain.digest() != plain._replace(audience="curious").digest()
        assert plain.digest() != plain._replace(ignore=("loss",)).digest()
        partial = plain._replace(per_file_ignores=(("a.py", ("ACT101",)),))
        assert partial.digest(str(tmp_path / "a.py")) != partial.digest(str(tmp_path / "b.py"))
        assert hash(partial) == hash(plain._replace(per_file_ignores=(("a.py", ("ACT101",)),)))


class TestFiles:
    def test_the_closest_file_counts_alone(self, tmp_path: Path) -> None:
        write(tmp_path, "default-lint.toml", 'ignore = ["loss"]\naudience = "curious"\n')
        inner = write(tmp_path / "a", ".default-lint.toml", 'select = ["activation"]\n')
        resolved = resolve(str(tmp_path / "a" / "b" / "x.py"))
        assert resolved.file == str(inner)
        assert resolved.settings.select == ("activation",)
        assert resolved.settings.ignore == ()
        assert resolved.settings.audience == "regular"
        assert resolved.settings.root == str(tmp_path / "a")
        assert resolved.origins["select"] == str(inner)
        assert resolved.origins["audience"] == "default"

    def test_a_pyproject_without_our_section_is_none(self, tmp_path: Path) -> None:
        outer = write(tmp_path, "pyproject.toml", '[tool.default-lint]\naudience = "curious"\n')
        write(tmp_path / "a", "pyproject.toml", '[project]\nname = "uses default-lint"\n')
        assert resolve(str(tmp_path / "a" / "x.py")).file == str(outer)

    def test_extend_starts_from_the_other_file(self, tmp_path: Path) -> None:
        base = write(tmp_path, "base.toml", 'ignore = ["loss"]\nextend-exclude = ["old"]\njobs = 3\n')
        inner = write(
            tmp_path / "a", "default-lint.toml", 'extend = "../base.toml"\njobs = 1\nextend-exclude = ["gen"]\n'
        )
        resolved = resolve(str(tmp_path / "a" / "x.py"))
        assert resolved.settings.ignore == ("loss",)
        assert resolved.settings.extend_exclude == ("old", "gen")
        assert resolved.settings.jobs == 1
        assert resolved.origins["ignore"] == str(base)
        assert resolved.origins["jobs"] == str(inner)

    def test_extend_in_a_circle(self, tmp_path: Path) -> None:
        write(tmp_path, "default-lint.toml", 'extend = "b.toml"\n')
        write(tmp_path, "b.toml", 'extend = "default-lint.toml"\n')
        with pytest.raises(SettingsError, match="extend each other"):
            resolve(str(tmp_path / "x.py"))

    def test_the_command_line_comes_last(self, tmp_path: Path) -> None:
        write(tmp_path, "default-lint.toml", 'ignore = ["ACT101", "loss"]\nextend-select = ["ACT102"]\n')
        path = str(tmp_path / "x.py")
        resolved = resolve(path, {"select": ["ACT101"], "ignore": None})
        assert resolved.settings.select == ("ACT101",)
        assert resolved.settings.ignore == ()
        assert resolved.settings.extend_select == ()
        assert resolved.origins["select"] == "command line"
        assert resolve(path, {"extend_select": ["ACT101"]}).settings.ignore == ("loss",)

    def test_isolated_and_config(self, tmp_path: Path) -> None:
        write(tmp_path, "default-lint.toml", "jobs = 4\n")
        other = write(tmp_path, "other.toml", "jobs = 5\n")
        path = str(tmp_path / "x.py")
        assert resolve(path, isolated=True).settings.jobs == 0
        assert resolve(path, config=str(other)).settings.jobs == 5
        with pytest.raises(SettingsError, match="no configuration file"):
            resolve(path, config=str(tmp_path / "none.toml"))

    def test_the_root_without_a_file_is_the_repository(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / "a" / "b").mkdir(parents=True)
        assert resolve(str(tmp_path / "a" / "b")).settings.root == str(tmp_path)

    def test_each_directory_is_read_once(self, tmp_path: Path) -> None:
        file = write(tmp_path, "default-lint.toml", "jobs = 4\n")
        resolver = Resolver()
        assert resolver(str(tmp_path / "x.py")).settings.jobs == 4
        file.write_text("jobs = 5\n", encoding="utf-8")
        assert resolver(str(tmp_path / "y.py")).settings.jobs == 4


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('jobs = 1\nselct = ["loss"]\n', "unknown key `selct` in FILE:2, did you mean `select`?"),
            ('extend_select = ["loss"]\n', "unknown key `extend_select` in FILE:1, did you mean `extend-select`?"),
            ("banana = 1\n", "unknown key `banana` in FILE:1"),
            ('select = "loss"\n', "`select` in FILE:1 is `loss`, expected a list of rule names"),
            ("select = [1]\n", "`select` in FILE:1 is a list with other things than strings, expected a list of rule"),
            ("cache = 1\n", "`cache` in FILE:1 is `1`, expected true or false"),
            ("jobs = true\n", "`jobs` in FILE:1 is true, expected a whole number from 0"),
            ("jobs = -1\n", "`jobs` in FILE:1 is `-1`, expected a whole number from 0"),
            ('audience = "curius"\n', "`audience` in FILE:1 is `curius`, did you mean `curious`?"),
            ('output-format = "xml"\n', "`output-format` in FILE:1 is `xml`, expected one of full, concise, json"),
            ('per-file-ignores = ["a"]\n', "`per-file-ignores` in FILE:1 is a list, expected a table of globs"),
            (
                'ignore = ["softmax-on-one-units"]\n',
                "unknown rule `softmax-on-one-units` in FILE:1, did you mean `softmax-on-one-unit`?",
            ),
            ('[per-file-ignores]\n"a.py" = ["ACT999"]\n', "unknown rule `ACT999` in FILE"),
            ("extend = 3\n", "`extend` in FILE:1 is `3`, expected a path"),
            ('extend = "none.toml"\n', "no configuration file "),
            ("jobs = \n", "FILE is not valid TOML: "),
        ],
    )
    def test_is_told_in_one_line(self, tmp_path: Path, text: str, message: str) -> None:
        file = write(tmp_path, "default-lint.toml", text)
        with pytest.raises(SettingsError) as error:
            resolve(str(tmp_path / "x.py"))
        told = str(error.value).replace(str(file), "FILE")
        assert told.startswith(message)
        assert "\n" not in told

    def test_on_the_command_line(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="unknown rule `ACT11` in --select, did you mean `ACT101`"):
            resolve(str(tmp_path), {"select": ["ACT11"]})

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "default-lint.toml").write_bytes(b"\xff\xfe = 1")
        with pytest.raises(SettingsError, match="cannot read"):
            resolve(str(tmp_path))


TOML = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(settings.OPTIONS)), TOML, max_size=3))
def test_any_value_is_taken_or_refused(values: dict[str, object]) -> None:
    try:
        resolved = resolve(".", values, isolated=True)
    except SettingsError:
        return
    assert isinstance(hash(resolved.settings), int)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("build", "a/build/x.py", True),
        ("build/", "build/x.py", True),
        ("build", "rebuild/x.py", False),
        ("*_pb2.py", "a/b/x_pb2.py", True),
        ("src/*.py", "src/x.py", True),
        ("src/*.py", "src/a/x.py", False),
        ("src/*.py", "other/src/x.py", False),
        ("src/**/x.py", "src/x.py", True),
        ("src/**/x.py", "src/a/b/x.py", True),
        ("**/gen/*.py", "a/gen/x.py", True),
        ("src/gen", "src/gen/a/x.py", True),
        ("./src/gen", "src/gen/a/x.py", True),
        ("x[12].py", "a/x2.py", True),
        ("x[!12].py", "a/x2.py", False),
        ("x?.py", "x1.py", True),
        ("a[b", "a[b", True),
        ("a+b.py", "a+b.py", True),
        ("a+b.py", "aab.py", False),
    ],
)
def test_globs(pattern: str, path: str, expected: bool) -> None:
    assert Globs([pattern]).file(path) is expected


class TestSchema:
    def test_the_shipped_schema_is_current(self) -> None:
        shipped = Path(settings.__file__).with_name("schema.json").read_text(encoding="utf-8")
        assert shipped == json.dumps(settings.schema(), indent=2) + "\n"

    def test_it_covers_every_setting(self) -> None:
        assert {*settings.OPTIONS, "root"} == set(Settings._fields)

    def test_it_is_a_schema_and_agrees_with_the_reader(self, tmp_path: Path) -> None:
        jsonschema = pytest.importorskip("jsonschema")
        validator = jsonschema.Draft202012Validator(settings.schema())
        validator.check_schema(settings.schema())
        assert validator.is_valid({"select": ["loss"], "per-file-ignores": {"a": ["loss"]}, "jobs": 2})
        for wrong in ({"selct": []}, {"select": "loss"}, {"jobs": -1}, {"cache": 1}, {"audience": "x"}):
            assert not validator.is_valid(wrong)

    def test_the_formats_are_those_of_the_output(self) -> None:
        assert settings.FORMATS == output.FORMATS
