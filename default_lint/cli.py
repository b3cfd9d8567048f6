"""The command line: arguments in, text and exit code out. Nothing else prints or exits.

A file that does not mention Keras costs little more than starting Python, so whatever it does not need is imported
where it is used.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from default_lint.arguments import UsageError, check_options, resolver_of
from default_lint.output import View
from default_lint.output.terminal import view_of, wants_color
from default_lint.settings import OPTIONS, Resolver, Settings, SettingsError, did_you_mean

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from default_lint.arguments import Options
    from default_lint.diagnose import Recorded
    from default_lint.findings import Report
    from default_lint.fixing import Fixed
    from default_lint.output.progress import Progress
    from default_lint.output.summary import Tally
    from default_lint.text import Document

CLEAN, FOUND, FAILED = 0, 1, 2
INTERRUPTED = 130
TEXT_FORMATS = ("full", "concise")
BUG = "  This is a bug in default-lint. Report it with what --verbose shows and the file that causes it.\n"

ABOUT = """\
Find faults in Keras and TensorFlow programs at the line that causes them.

Usage: default-lint [COMMAND] [OPTIONS] [PATHS]

Commands:
  check      Check files and directories; the command when none is named
  diagnose   Run a training script for a minute and say at which line it goes wrong
  program    Show what was understood of a file: models, shapes, compile, fit, data
  rules      List all rules
  explain    Explain a rule: what it means, why it matters, what to write instead
  settings   Show each setting of a path and where it comes from
  files      List the files that `check` would look at
  server     Start the language server, for editors; needs the extra `lsp`
  lab        Plant faults in programs and build the training corpus; needs the extra `lab`
  clean      Remove the cache
  help       Show the help of a command

Options:
  -h, --help     Show this help; `default-lint help check` shows the options of a command
  -V, --version  Show the version

Examples:
  default-lint                          check the working directory
  default-lint train.py --diff          show what --fix would change
  default-lint check --select loss src  only the rules about losses
  default-lint explain softmax-on-one-unit
  default-lint diagnose train.py        why does it not learn?

Exit codes: 0 nothing found, 1 something found, 2 wrong usage or something could not be checked.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except (UsageError, SettingsError) as error:
        _complain(str(error))
        return FAILED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    except SystemExit as error:  # --help
        return error.code if isinstance(error.code, int) else CLEAN
    except Exception as error:
        return _bug(error, verbose="-v" in arguments or "--verbose" in arguments)
    return code


def _dispatch(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help") or arguments == ["help"]:
        sys.stdout.write(ABOUT)
        return CLEAN
    if first == "diagnose":  # what follows `--` is the script's
        return _diagnose(arguments[1:])
    if first == "version" or "--version" in arguments or "-V" in arguments:
        from default_lint import __version__

        sys.stdout.write(f"default-lint {__version__}\n")
        return CLEAN
    if first == "server":
        from default_lsp.__main__ import main as serve

        return serve(arguments[1:])
    if first == "help":
        return _dispatch([arguments[1], "--help"])
    if first in COMMANDS:
        return COMMANDS[first](arguments[1:])
    if first and not first.startswith("-") and not os.path.lexists(first) and first.isidentifier():
        raise UsageError(f"no command or file `{first}`{did_you_mean(first, [*COMMANDS, 'diagnose', 'server'])}")
    return _check(arguments)


def _check(arguments: Sequence[str]) -> int:
    gc.set_threshold(200_000)  # syntax trees are many objects without cycles
    options = check_options(arguments)
    paths = options.paths or ["."]
    resolver = resolver_of(options)
    here = resolver(paths[0] if paths != ["-"] else options.stdin_filename or ".").settings
    run = Run(options, resolver, here)
    if "-" in paths:
        if len(paths) > 1:
            raise UsageError('"-" stands alone: standard input cannot be checked together with files')
        return run.standard_input()
    return run.files(paths)


class Run:
    """One run of `check`: its options, the stream it writes to, and what was counted."""

    def __init__(self, options: Options, resolver: Resolver, here: Settings) -> None:
        self.options = options
        self.resolver = resolver
        self.format: str = here.output_format
        self.unsafe: bool = here.unsafe_fixes
        self.jobs: int = here.jobs
        self.view = View(unsafe=self.unsafe)
        self.tally: Tally | None = None
        self.bar: Progress | None = None
        self.failed = False
        self.changed = 0
        self.fixes: list[tuple[str, Fixed]] = []
        self.told: set[str] = set()  # trouble that is not about one file
        self.abstained = 0
        self.recorded = _recorded(options.trace)
        self.started = monotonic()

    def files(self, paths: Sequence[str]) -> int:
        """Check files and directories."""
        from default_lint.run import check_files

        self.bar = self._progress()
        reports = check_files(paths, self.resolver, jobs=self.jobs, cache=not self.options.no_cache, progress=self.bar)
        return self._finish(self._prepared(reports))

    def standard_input(self) -> int:
        """Check what comes from standard input; with --fix the fixed text goes to standard output."""
        from default_lint.files import Trouble, from_bytes
        from default_lint.run import trouble_report

        name = self.options.stdin_filename or "-"
        settings = self.resolver(name).settings
        data = sys.stdin.buffer.read()
        document = None
        if not (settings.force_exclude and settings.excluded(name)):
            document = from_bytes(name, data, settings.max_file_size)
        reports: list[Report] = []
        if isinstance(document, Trouble):
            reports.append(trouble_report(document))
        elif document is not None:
            reports.append(self._again(document))
        if self.options.fix and not self.options.diff and (document is None or isinstance(document, Trouble)):
            sys.stdout.buffer.write(data)
        return self._finish(self._prepared(iter(reports)))

    def _again(self, document: Document) -> Report:
        """Check one document in this process."""
        from default_lint.engine import check

        return self._restricted(check(document, self.resolver(document.path).settings))

    def _prepared(self, reports: Iterator[Report]) -> Iterator[Report]:
        """Reports as they shall be shown: trouble told, fixes applied, all counted."""
        try:
            for report in reports:
                yield self._counted(self._restricted(self._observed(report)))
            if self.recorded and not self.recorded.used:
                script = self.recorded.trace.script
                _complain(f"the run in {self.options.trace} is of {script}, which was not checked", kind="note")
        finally:
            if self.bar:
                self.bar.clear()

    def _observed(self, report: Report) -> Report:
        """The report with what a saved run showed, when there is one and the file is still the same."""
        if self.recorded is None or report.unread or not report.document.text:
            return report
        observed, stale = self.recorded.check(report.document, self.resolver(report.document.path).settings)
        if stale:
            if self.bar:
                self.bar.clear()
            _complain(stale, report.document.path, "note")
        return observed or report

    def _counted(self, report: Report) -> Report:
        from default_lint.output.summary import Tally

        if self.bar and (report.findings or report.trouble or report.unread):
            self.bar.clear()
        if report.trouble:
            self._troubled(report)
        if report.unread and not self.options.quiet:
            _complain(f"not read: {report.unread}", report.document.path, "note")
        if self.options.fix or self.options.diff:
            report = self._fixed(report)
        self.tally = self.tally or Tally()
        self.tally.add(report)
        self.abstained += report.abstained
        return report

    def _restricted(self, report: Report) -> Report:
        """Fixes that the settings do not want applied are only shown."""
        from default_lint.fixing import restrict

        return restrict(report, self.resolver(report.document.path).settings)

    def _troubled(self, report: Report) -> None:
        from default_lint.engine import CLASSIFIERS

        self.failed = True
        for trouble in report.trouble:
            if trouble.startswith(CLASSIFIERS):
                if trouble not in self.told:
                    self.told.add(trouble)
                    _complain(trouble)
                continue
            _complain(trouble, report.document.path)
            if trouble.startswith("internal error"):
                if self.options.verbose:
                    self._trace(report.document.path)
                sys.stderr.write(BUG)

    def _trace(self, path: str) -> None:
        """Do it again in this process, where the traceback can be seen."""
        from default_lint.engine import check
        from default_lint.files import load
        from default_lint.text import Document

        try:
            document = load(path, self.resolver(path).settings.max_file_size, True)
            if isinstance(document, Document):
                check(document, self.resolver(path).settings, raising=True)
        except Exception as error:
            _traceback(error)

    def _fixed(self, report: Report) -> Report:
        """Fix a report's file, or show how; what remains."""
        from default_lint import files, fixing

        standard = report.document.path == (self.options.stdin_filename or "-") and "-" in self.options.paths
        before = fixing.source(report.document)
        fixed = fixing.fix(report, self._again, unsafe=self.unsafe)
        if fixed.problem:
            _complain(fixed.problem, report.document.path)
        if fixed.applied:
            self.fixes.append((report.document.path, fixed))
        if self.options.diff:
            text = fixing.diff(report.document.path, before, fixed.text)
            self.changed += bool(text)
            _colored_diff(text, wants_color(self.options.color, sys.stdout))
            return report
        try:
            if standard:
                sys.stdout.buffer.write(files.encode(report.document, fixed.text))
            elif fixed.text != before:
                fixing.write(report.document, fixed.text)
        except (OSError, UnicodeEncodeError) as error:
            self.failed = True
            if fixed.applied:
                self.fixes.pop()
            _complain(f"cannot be written: {getattr(error, 'strerror', None) or error}", report.document.path)
            return report
        return fixed.remaining

    def _finish(self, reports: Iterator[Report]) -> int:
        """Write what was found in the wanted way and give the exit code."""
        options = self.options
        if options.diff:
            for _ in reports:
                pass
            self._close(sys.stderr)
            return FAILED if self.failed else FOUND if self.changed and not options.exit_zero else CLEAN
        with self._stream() as out:
            if options.statistics:
                for _ in reports:
                    pass
                self._statistics(out)
            else:
                self._write(reports, out)
            if self.format in TEXT_FORMATS:
                self._close(out)
        found = self.tally.findings if self.tally else 0
        failing = (found and not options.exit_zero) or (self.fixes and options.exit_non_zero_on_fix)
        return FAILED if self.failed else FOUND if failing else CLEAN

    def _write(self, reports: Iterator[Report], out: TextIO) -> None:
        from default_lint import output

        if self.format in TEXT_FORMATS:  # nothing to say about most programs: no need to know how
            first = next(reports, None)
            if first is None:
                return
            from itertools import chain

            reports = chain((first,), reports)
        output.load(self.format).write(reports, out, self.view)

    def _stream(self) -> AbstractContextManager[TextIO]:
        """Where the findings go; it also decides about color and width."""
        options = self.options
        stream: TextIO = sys.stderr if options.fix and "-" in options.paths else sys.stdout
        if options.output_file:
            stream = _opened(options.output_file)
        self.view = view_of(options.color, stream, self.unsafe)
        return stream if options.output_file else _Kept(stream)

    def _statistics(self, out: TextIO) -> None:
        from default_lint.output.summary import statistics

        rows = statistics(self.tally) if self.tally else []
        if self.format.startswith("json"):
            import json
            from dataclasses import asdict

            out.write(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
        elif rows:
            from default_lint.output.table import table

            cells = [(str(row.count), row.code, row.name, str(row.fixable or "")) for row in rows]
            lines = table(("Count", "Code", "Name", "Fixable"), cells, right=(0, 3), color=self.view.color)
            out.write("\n".join(lines) + "\n\n")

    def _close(self, out: TextIO) -> None:
        """The lines after the findings."""
        if self.options.verbose:
            self._told()
        if self.options.quiet:
            return
        if self.options.show_fixes and self.fixes:
            out.write("\n".join(_applied(self.fixes)) + "\n\n")
        if self.tally and self.tally.findings and not self.options.diff:
            from default_lint.output.summary import closing

            out.write("\n".join(closing(self.tally, self.view)) + "\n")
        if self.fixes:
            from default_lint.output.style import plural

            count = sum(len(fixed.applied) for _, fixed in self.fixes)
            verb = "Would fix" if self.options.diff else "Fixed"
            out.write(f"{verb} {plural(count, 'finding')} in {plural(len(self.fixes), 'file')}.\n")
        elif self.options.diff:
            out.write("Nothing would be fixed.\n")
        elif not self.failed and not (self.tally and self.tally.findings):
            out.write("All checks passed!\n")

    def _told(self) -> None:
        """What was done, for --verbose."""
        seconds = monotonic() - self.started
        count = self.tally.files if self.tally else 0
        sys.stderr.write(f"Settings: {self.resolver('.').file or 'defaults'}\n")
        sys.stderr.write(f"Checked {count:,} files that mention Keras in {seconds:.2f} s.\n")
        if self.abstained:
            sys.stderr.write(f"Of {self.abstained:,} places too little is known to tell whether they are unusual.\n")

    def _progress(self) -> Progress | None:
        if not sys.stderr.isatty() or self.options.quiet:
            return None
        from default_lint.output.progress import Progress

        return Progress(wants_color(self.options.color, sys.stderr)) if Progress.welcome() else None


def _recorded(path: str | None) -> Recorded | None:
    """The saved run that the command line names."""
    if path is None:
        return None
    from default_lint.diagnose import Recorded

    return Recorded(path)


class _Kept:
    """A stream in a `with` statement that does not close it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __enter__(self) -> TextIO:
        return self.stream

    def __exit__(self, *error: object) -> None:
        return None


def _opened(path: str) -> TextIO:
    """A file for the findings."""
    try:
        return open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _applied(fixes: Sequence[tuple[str, Fixed]]) -> list[str]:
    """The fixes of each file, equal ones counted."""
    from collections import Counter

    lines = []
    for path, fixed in fixes:
        lines.append(f"{path}:")
        counts = Counter((finding.rule, fix.title) for finding, fix in fixed.applied)
        lines += [f"  {count} x {rule}: {title}" for (rule, title), count in counts.items()]
    return lines


# the other commands


def _diagnose(arguments: Sequence[str]) -> int:
    from default_lint.diagnose import command

    return command(arguments, _complain)


def _program(arguments: Sequence[str]) -> int:
    from default_lint.options import Parser, config_options, output_options

    parser = Parser(
        prog="default-lint program",
        usage="default-lint program [OPTIONS] FILE",
        description="Show what was understood of a file: models, training, data; and what was not understood.",
    )
    parser.add_argument("file", metavar="FILE", help="A Python file or notebook.")
    parser.add_argument("--json", action="store_true", help="Everything, as JSON.")
    output_options(parser)
    config_options(parser)
    options = parser.read(arguments)
    from default_lint.files import Trouble, load

    settings = resolver_of(options)(options.file).settings
    document = load(options.file, settings.max_file_size, True)
    if isinstance(document, Trouble):
        _complain(document.message, document.path)
        return FAILED
    if document is None:
        sys.stdout.write("{}\n" if options.json else f"{options.file} does not mention Keras or TensorFlow.\n")
        return CLEAN
    from default_lint.output import program as shown
    from default_lint.program.read import SyntaxTrouble, read

    try:
        program = read(document)
    except SyntaxTrouble as error:
        from default_lint.output.links import written

        where = written(document, document.locate(error.span.start))
        _complain(f"Python cannot parse this: {error.args[0]}", where)
        return FAILED
    except Exception as error:
        return _bug(error, document.path, verbose=options.verbose)
    if options.json:
        sys.stdout.write(shown.as_json(program) + "\n")
    else:
        sys.stdout.write("\n".join(shown.as_text(program, view_of(options.color, sys.stdout))) + "\n")
    for trouble in program.trouble:
        _complain(trouble, document.path)
    return FAILED if program.trouble else CLEAN


def _catalogue() -> tuple[Any, ...]:
    """All rules, all observations of a run, and all suspicions."""
    from default_lint.diagnosis.catalogue import SUSPICIONS
    from default_lint.rules import RULES
    from default_lint.trial.observations import OBSERVATIONS

    return (*RULES, *OBSERVATIONS, *SUSPICIONS)


def _rules(arguments: Sequence[str]) -> int:
    from default_lint.options import Parser, output_options

    parser = Parser(prog="default-lint rules", usage="default-lint rules [OPTIONS]", description="List all rules.")
    parser.add_argument("--json", action="store_true", help="The rules as a JSON array.")
    output_options(parser)
    options = parser.read(arguments)
    from default_lint.output import catalogue

    known = _catalogue()
    text = (
        catalogue.as_json(known)
        if options.json
        else "\n".join(catalogue.as_table(known, view_of(options.color, sys.stdout)))
    )
    sys.stdout.write(text + "\n")
    return CLEAN


def _explain(arguments: Sequence[str]) -> int:
    from default_lint.options import Parser, output_options

    parser = Parser(
        prog="default-lint explain",
        usage="default-lint explain [OPTIONS] RULE...",
        description="Explain rules: what they mean, why it matters, and what to write instead. Markdown when piped.",
    )
    parser.add_argument("names", nargs="*", metavar="RULE", help="Name or code of a rule.")
    parser.add_argument("--all", action="store_true", help="Explain all rules.")
    output_options(parser)
    options = parser.read(arguments)
    from default_lint.output import catalogue

    rules = _catalogue()
    chosen: list[Any] = [*rules, *catalogue.OWN] if options.all else []
    if not chosen and not options.names:
        raise UsageError("explain needs the name or code of a rule, or --all")
    for name in options.names:
        rule = catalogue.find(rules, name)
        if rule is None:
            known = catalogue.names(rules)
            raise UsageError(f"no rule `{name}`{did_you_mean(name, known)}")
        chosen.append(rule)
    sys.stdout.write(catalogue.pages(chosen, view_of(options.color, sys.stdout)))
    return CLEAN


def _settings(arguments: Sequence[str]) -> int:
    from default_lint.options import Parser, file_options, output_options, rule_options

    parser = Parser(
        prog="default-lint settings",
        usage="default-lint settings [OPTIONS] [PATH]",
        description="Show each setting that holds for a path and where its value comes from.",
    )
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help='A file or directory; "." if none.')
    parser.add_argument("--json", action="store_true", help="The settings as a JSON object.")
    rule_options(parser)
    file_options(parser)
    output_options(parser)
    options = parser.read(arguments)
    resolved = resolver_of(options)(options.path)
    values = {name: getattr(resolved.settings, name) for name in OPTIONS}
    if options.json:
        import json

        rows = {
            name.replace("_", "-"): {"value": value, "from": resolved.origins[name]} for name, value in values.items()
        }
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return CLEAN
    from default_lint.output.table import table

    cells = [(name.replace("_", "-"), _literal(value), resolved.origins[name]) for name, value in values.items()]
    view = view_of(options.color, sys.stdout)
    sys.stdout.write(f"Settings of {options.path} (file: {resolved.file or 'none'})\n\n")
    sys.stdout.write("\n".join(table(("Setting", "Value", "From"), cells, color=view.color)) + "\n")
    return CLEAN


def _literal(value: Any) -> str:
    """A setting as it is written in TOML, more or less."""
    import json

    if isinstance(value, tuple) and len(value) > 6:
        return f"[{', '.join(json.dumps(item) for item in value[:5])}, … {len(value) - 5} more]"
    return json.dumps(value)


def _files(arguments: Sequence[str]) -> int:
    from default_lint.options import Parser, file_options

    parser = Parser(
        prog="default-lint files",
        usage="default-lint files [OPTIONS] [PATHS]",
        description="List the files that `check` would look at.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATHS", help='Files and directories; "." if none.')
    file_options(parser)
    options = parser.read(arguments)
    from default_lint.files import Trouble, discover

    code = CLEAN
    for found in discover(options.paths or ["."], resolver_of(options)):
        if isinstance(found, Trouble):
            _complain(found.message, found.path)
            code = FAILED
        else:
            sys.stdout.write(f"{found.path}\n")
    return code


def _clean(arguments: Sequence[str]) -> int:
    from default_lint.options import Parser, config_options

    parser = Parser(
        prog="default-lint clean",
        usage="default-lint clean [OPTIONS] [PATHS]",
        description="Remove the cache of a project.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATHS", help='Files or directories of the projects; "." if none.')
    parser.add_argument("--cache-dir", metavar="DIR", help="Where the cache is kept.")
    config_options(parser)
    options = parser.read(arguments)
    from default_lint.cache import clean

    resolver = resolver_of(options)
    directories = dict.fromkeys(resolver(path).settings.cache_directory() for path in options.paths or ["."])
    for directory in directories:
        sys.stdout.write(f"Removed {directory}\n" if clean(directory) else f"No cache at {directory}\n")
    return CLEAN


def _lab(arguments: Sequence[str]) -> int:
    import importlib

    try:
        return int(importlib.import_module("default_lint.lab.command").main(list(arguments)))
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package == "default_lint" and error.name != "default_lint.lab":
            raise
        raise UsageError(
            f"the lab needs packages that are not installed (`{package}`): pip install 'default-lint[lab]'"
        ) from None


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "check": _check,
    "diagnose": _diagnose,
    "program": _program,
    "rules": _rules,
    "explain": _explain,
    "settings": _settings,
    "files": _files,
    "clean": _clean,
    "lab": _lab,
}


# the terminal


def _colored_diff(text: str, color: bool) -> None:
    from default_lint.output.style import paint

    styles = {"---": "bold", "+++": "bold", "@": "gutter", "-": "removed", "+": "added"}
    for line in text.split("\n")[:-1]:
        style = next((style for start, style in styles.items() if line.startswith(start)), "")
        sys.stdout.write((paint(line, style, color) if style else line) + "\n")


def _complain(text: str, path: str = "", kind: str = "error") -> None:
    """One clear message on standard error."""
    from default_lint.output.style import clean, paint

    word = paint(kind, kind, wants_color("auto", sys.stderr))
    where = f"{clean(path)}: " if path else ""
    first, *others = text.split("\n")
    sys.stderr.write("\n".join([f"{word}: {where}{clean(first)}", *map(clean, others)]) + "\n")


def _bug(error: Exception, path: str = "", *, verbose: bool) -> int:
    """What went wrong in our own code, and what to do about it."""
    _complain(f"internal error: {type(error).__name__}: {error}", path)
    if verbose:
        _traceback(error)
    sys.stderr.write(BUG)
    return FAILED


def _traceback(error: BaseException) -> None:
    import traceback

    sys.stderr.write("".join(traceback.format_exception(error)))
