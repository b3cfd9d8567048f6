"""default-lint in real Neovim, headless: 0.11 (and its `vim.lsp.start`, which 0.8 to 0.10 use) and 0.7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors import tools
from tests.editors.driving import closing, showing
from tests.editors.examples import (
    ENDLESS,
    FAULTY,
    FIXED,
    FOUND,
    HEALTHY,
    LEGACY,
    SOFTMAX,
    TARGETS,
    TRAINING,
    columns,
)
from tests.editors.neovim.driving import Neovim

Start = Callable[..., Neovim]

FIND = {"new": tools.neovim, "old": tools.old_neovim}
versions = pytest.mark.parametrize("version", list(FIND))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Neovims that end with the test."""
    running: list[Neovim] = []

    def starts(version: str = "new", options: str = "", **more: str) -> Neovim:
        running.append(Neovim(FIND[version](), tmp_path / f"home{len(running)}", options, **more))
        return running[-1]

    with closing(running):
        yield starts


def where(finding: dict) -> tuple[int, int, int]:
    return finding["line"], finding["first"], finding["last"]


@versions
def test_findings_at_their_columns(start: Start, script: Path, version: str) -> None:
    editor = start(version)
    editor.open(script)
    for finding in editor.rules(SOFTMAX, LEGACY):
        # Neovim counts bytes, whatever server and client agreed on.
        assert where(finding) == (FOUND[finding["code"]][1], *columns(finding["code"], "utf-8"))
        assert finding["source"] == "default-lint"
        assert finding["severity"] == 1


@versions
def test_encoding(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    encoding = editor.lua("return require('default_lint').clients(0)[1] and 1 or nil")
    encoding = editor.lua(
        "return require('default_lint').clients(vim.api.nvim_get_current_buf())[1].offset_encoding or 'utf-16'"
    )
    assert encoding == {"new": "utf-8", "old": "utf-16"}[version]


@versions
def test_hover(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    layer = editor.lua("return driver.hover(6, 16)")
    assert "Dense" in layer
    assert "(None, 8)" in layer
    assert "40" in layer
    finding = editor.lua("return driver.hover(...)", 10, columns(LEGACY, "utf-8")[0])
    assert LEGACY in finding


@versions
def test_quick_fix(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.lua("driver.fix(...)", 10, columns(LEGACY, "utf-8")[0], "Rename to `learning_rate`")
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED
    assert script.read_text(encoding="utf-8") == FAULTY


@versions
def test_ignore_here(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.lua("driver.fix(...)", 10, columns(LEGACY, "utf-8")[0], f"Ignore `{LEGACY}`")
    editor.rules(SOFTMAX)
    assert f"ignore[{LEGACY}]" in editor.text().splitlines()[10]


@versions
def test_fix_all(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.lua("vim.cmd('DefaultLintFixAll')")
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED


@versions
def test_an_edit_brings_new_findings(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.type(HEALTHY)
    editor.rules()
    editor.type("# a line above\n" + FIXED)
    (finding,) = editor.rules(SOFTMAX)
    assert where(finding) == (8, *columns(SOFTMAX, "utf-8"))


@versions
def test_names_with_spaces_and_letters_beyond_ascii(start: Start, tmp_path: Path, version: str) -> None:
    path = tmp_path / "Größe 100% 試" / "mein modèle #1.py"
    path.parent.mkdir()
    path.write_text(FAULTY, encoding="utf-8")
    editor = showing(start(version), path)
    editor.lua("vim.cmd('DefaultLintFixAll')")
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED


@versions
def test_explain(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.lua("vim.api.nvim_win_set_cursor(0, { 8, 0 }) vim.cmd('DefaultLintExplain')")
    page = editor.wait("return driver.buffers()[...]", f"default-lint://{SOFTMAX}")
    assert "softmax" in page
    assert "## " in page
    assert editor.lua("return vim.bo.filetype") == "markdown"
    assert editor.lua("return vim.bo.modifiable") is False


@versions
def test_explain_any_rule(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.lua("vim.api.nvim_win_set_cursor(0, { 1, 0 }) vim.cmd('DefaultLintExplain')")
    assert "no finding at this line" in editor.said()[-1]
    editor.lua("vim.cmd('DefaultLintExplain dying-relu')")
    assert "ReLU" in editor.wait("return driver.buffers()['default-lint://dying-relu']")
    completions = editor.lua("vim.cmd('close') return vim.fn.getcompletion('DefaultLintExplain so', 'cmdline')")
    assert completions == [SOFTMAX]


@versions
def test_info(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    editor.lua("vim.cmd('DefaultLintInfo')")
    (page,) = editor.wait("return vim.tbl_values(driver.buffers())")
    assert str(script.parent) in page


@versions
def test_without_a_server(start: Start, script: Path, version: str) -> None:
    editor = start(version, setup="require('default_lint').setup({})", PATH="/usr/bin:/bin")
    editor.open(script)
    (told,) = editor.wait("return driver.said")
    assert 'pip install "default-lint[lsp]"' in told
    editor.open(script.with_name("other.py"))
    editor.lua("vim.cmd('DefaultLintInfo')")
    (page,) = editor.wait("return vim.tbl_values(driver.buffers())")
    assert "No language server runs for this buffer" in page
    assert editor.said() == [told]


@versions
def test_the_server_of_the_project(start: Start, script: Path, version: str) -> None:
    program = script.parent / ".venv" / "bin" / "default-lsp"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexec " + " ".join(f"'{part}'" for part in tools.server()) + "\n")
    program.chmod(0o755)
    showing(start(version, setup="require('default_lint').setup({})", PATH="/usr/bin:/bin"), script)


@versions
def test_restart(start: Start, script: Path, version: str) -> None:
    editor = showing(start(version), script)
    first = editor.lua("return require('default_lint').clients()[1].id")
    editor.lua("vim.cmd('DefaultLintRestart')")
    editor.wait("local c = require('default_lint').clients() return #c == 1 and c[1].id ~= ...", first)
    editor.rules(SOFTMAX, LEGACY)


@versions
def test_settings(start: Start, script: Path, version: str) -> None:
    editor = start(version, f"settings = {{ ignore = {{ '{SOFTMAX}' }} }}")
    editor.open(script)
    editor.rules(LEGACY)


@versions
def test_two_projects_two_servers(start: Start, script: Path, tmp_path: Path, version: str) -> None:
    editor = showing(start(version), script)
    beside = script.with_name("beside.py")
    beside.write_text(FIXED, encoding="utf-8")
    editor.open(beside)
    editor.rules(SOFTMAX)
    assert editor.lua("return #require('default_lint').clients()") == 1
    other = tmp_path / "other" / "train.py"
    other.parent.mkdir()
    (other.parent / "default-lint.toml").write_text(f'ignore = ["{LEGACY}"]\n')
    other.write_text(FAULTY, encoding="utf-8")
    editor.open(other)
    editor.rules(SOFTMAX)
    assert editor.lua("return #require('default_lint').clients()") == 2


@versions
def test_code_lens(start: Start, script: Path, version: str) -> None:
    script.write_text(TRAINING, encoding="utf-8")
    editor = start(version)
    editor.open(script)
    titles = editor.wait(
        "return vim.tbl_map(function(lens) return lens.command.title end, vim.lsp.codelens.get(vim.fn.bufnr()))"
    )
    assert "Diagnose by a short run" in titles
    assert any("161 parameters" in title for title in titles)


def test_inlay_hints(start: Start, script: Path) -> None:
    editor = start()
    editor.open(script)
    labels = editor.wait(
        """
        return vim.tbl_map(function(item)
          local label = item.inlay_hint.label
          if type(label) == 'table' then
            label = table.concat(vim.tbl_map(function(part) return part.value end, label))
          end
          return item.inlay_hint.position.line .. ': ' .. label
        end, vim.lsp.inlay_hint.get({ bufnr = 0 }))
        """
    )
    assert [label for label in labels if label.startswith("6: ") and "(None, 8)" in label]
    assert [label for label in labels if label.startswith("7: ") and "(None, 1)" in label]


def test_diagnostics_are_pulled_and_come_once(start: Start, script: Path) -> None:
    editor = start()
    editor.lua(
        """
        local push = vim.lsp.handlers['textDocument/publishDiagnostics']
        vim.lsp.handlers['textDocument/publishDiagnostics'] = function(...)
          table.insert(driver.methods, 'push')
          return push(...)
        end
        local pull = vim.lsp.handlers['textDocument/diagnostic']
        vim.lsp.handlers['textDocument/diagnostic'] = function(...)
          table.insert(driver.methods, 'pull')
          return pull(...)
        end
        """
    )
    editor.open(script)
    editor.rules(SOFTMAX, LEGACY)
    editor.type(FIXED)
    editor.rules(SOFTMAX)
    assert set(editor.lua("return driver.methods")) == {"pull"}


def test_enabled_without_setup(start: Start, script: Path) -> None:
    program = script.parent / ".venv" / "bin" / "default-lsp"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexec " + " ".join(f"'{part}'" for part in tools.server()) + "\n")
    program.chmod(0o755)
    editor = showing(start(setup="vim.lsp.enable('default_lint')"), script)
    assert editor.lua("return vim.fn.exists(':DefaultLintDiagnose')") == 2


def test_started_as_before_0_11(start: Start, script: Path) -> None:
    command = "{" + ", ".join(f"'{part}'" for part in tools.server()) + "}"
    editor = showing(
        start(setup=f"local d = require('default_lint') d.starts_with = 'start' d.setup({{ cmd = {command} }})"), script
    )
    first = editor.lua("return require('default_lint').clients()[1].id")
    editor.lua("vim.cmd('DefaultLintRestart')")
    editor.wait("local c = require('default_lint').clients() return #c == 1 and c[1].id ~= ...", first)
    editor.rules(SOFTMAX, LEGACY)


@versions
def test_diagnosis_asks_first(start: Start, script: Path, version: str) -> None:
    ran = script.with_name("ran")
    script.write_text(FAULTY + f"open({str(ran)!r}, 'w').close()\n", encoding="utf-8")
    editor = showing(start(version), script)
    editor.lua("vim.cmd('DefaultLintDiagnose')")
    question, answer = editor.said()
    assert str(script.parent) in question
    assert answer == "default-lint: nothing was run"
    # Past the question, the server refuses too.
    editor.lua("driver.said = {}")
    editor.lua(
        "driver.request('workspace/executeCommand', { command = 'default-lint.diagnose', arguments = { ... } })",
        script.as_uri(),
    )
    assert any("trust" in text for text in editor.wait("return driver.said"))
    assert not ran.exists()


@versions
def test_the_question_comes_once_per_project(start: Start, script: Path, tmp_path: Path, version: str) -> None:
    other = tmp_path / "other" / "train.py"
    other.parent.mkdir()
    (other.parent / "default-lint.toml").write_text("")
    editor = start(version)
    asked = "return #vim.tbl_filter(function(t) return t:find('Run train.py', 1, true) end, driver.said)"
    editor.lua("driver.answer = 1")
    for path, questions in ((script, 1), (script, 1), (other, 2)):
        path.write_text("answer = 42\n")
        editor.open(path)
        editor.wait("return #require('default_lint').clients(vim.api.nvim_get_current_buf()) == 1")
        editor.lua("vim.cmd('DefaultLintDiagnose')")
        assert editor.lua(asked) == questions


@versions
def test_a_buffer_without_a_name_waits_for_one(start: Start, tmp_path: Path, version: str) -> None:
    editor = start(version)
    editor.lua("vim.cmd('enew') vim.bo.filetype = 'python'")
    editor.type(FAULTY)
    assert editor.lua("return #require('default_lint').clients()") == 0
    editor.lua("vim.cmd('file ' .. ...)", str(tmp_path / "new.py"))
    editor.rules(SOFTMAX, LEGACY)
    editor.lua("vim.cmd('DefaultLintFixAll')")
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED


VERDICT = "return vim.tbl_filter(function(t) return not t:find('Run train.py', 1, true) end, driver.said)"


@pytest.mark.slow
@pytest.mark.keras
@versions
def test_diagnosis(start: Start, script: Path, version: str) -> None:
    pytest.importorskip("tensorflow")
    script.write_text(TRAINING, encoding="utf-8")
    editor = start(version)
    editor.open(script)
    editor.rules("learning-rate-out-of-range")
    editor.lua("driver.answer = 1 vim.cmd('DefaultLintDiagnose')")
    (verdict,) = editor.wait(VERDICT, seconds=240)
    assert "Try first: line 6" in verdict
    rule, line = TARGETS
    editor.finding(rule, line=line, severity=2)
    told = editor.lua("return driver.shown")
    assert any("Diagnosing train.py: epoch 1 of 6" in text for text in told)
    assert any("own tests" in text for text in told)
    # A line above moves it; another text at its place makes it a hint.
    editor.lua("vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# above' })")
    editor.finding(rule, line=line + 1, severity=2)
    editor.lua("vim.api.nvim_buf_set_text(0, ...)", line + 1, 4, line + 1, 4, ["2 * "])
    editor.finding(rule, line=line + 1, severity=4)


@pytest.mark.slow
@pytest.mark.keras
@versions
def test_a_diagnosis_is_stopped(start: Start, script: Path, version: str) -> None:
    pytest.importorskip("tensorflow")
    script.write_text(ENDLESS, encoding="utf-8")
    editor = start(version, "trusted = true, settings = { diagnose = { seconds = 600 } }")
    editor.open(script)
    editor.wait("return #require('default_lint').clients() == 1")
    # As a person does, from the code lens.
    editor.wait("return #vim.lsp.codelens.get(vim.api.nvim_get_current_buf()) == 2")
    editor.lua(
        """
        vim.ui.select = function(items, options, choose)
          for _, item in ipairs(items) do
            if options.format_item(item):find("Diagnose", 1, true) then
              choose(item)
            end
          end
        end
        vim.api.nvim_win_set_cursor(0, { 7, 0 })
        vim.lsp.codelens.run()
        """
    )
    epoch = "return #vim.tbl_filter(function(t) return t:find('epoch', 1, true) end, driver.shown) > 0"
    editor.wait(epoch, seconds=240)
    editor.lua("vim.cmd('DefaultLintCancel')")
    editor.wait("return #require('default_lint').running() == 0")
    editor.lua("vim.cmd('DefaultLintRestart')")
    editor.wait("return #require('default_lint').clients() == 1")
    assert not [text for text in editor.said() if "Run train.py" in text]
