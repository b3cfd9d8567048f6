"""`default-lint lab ...`: mutants, the corpus, and what is made from it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from default_lint.lab import learn_command, reproduce_command

DONE, TROUBLE = 0, 2
VERDICTS = ("faulty", "benign", "crash", "timeout", "unhealthy")  # of a program that is decided


class Wrong(Exception):
    """What a person asked for cannot be done; the message says why."""


def main(arguments: Sequence[str]) -> int:
    """Run a command of the lab; the exit status: 0 done, 1 cannot be seeded, 2 trouble."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:  # the command line knows: the reader has seen enough
        raise
    except (Wrong, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return TROUBLE
    except KeyboardInterrupt:
        sys.stderr.write("stopped; what was done is kept, the same command goes on from there\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="default-lint lab", description="Plant faults, train, and learn from it.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    mutate = commands.add_parser("mutate", help="plant a fault in a program and print the mutant and its record")
    mutate.add_argument("file", metavar="FILE", nargs="?", help="the program")
    mutate.add_argument("--operator", metavar="CODE", action="append", help="operator; several make a compound mutant")
    mutate.add_argument("--seed", type=int, default=0, metavar="N", help="which of the places and values (default: 0)")
    mutate.add_argument("--list", action="store_true", help="list what can be planted (in FILE, if given)")
    mutate.add_argument("--diff", action="store_true", help="print the difference in place of the whole mutant")
    mutate.set_defaults(run=_mutate)

    seeds = commands.add_parser("seeds", help="list the seed programs, or train them and judge their health")
    seeds.add_argument("names", nargs="*", metavar="NAME", help="seeds; all if none")
    seeds.add_argument("--train", type=int, default=0, metavar="RUNS", help="train each so many times")
    seeds.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    seeds.set_defaults(run=_seeds)

    corpus = commands.add_parser("corpus", help="build the corpus of training runs, or tell about it")
    steps = corpus.add_subparsers(metavar="STEP", required=True)
    build = steps.add_parser("build", help="run what is missing; killed at any moment, it goes on from there")
    status = steps.add_parser("status", help="how far it is")
    for step in (build, status):
        step.add_argument("workspace", metavar="DIR", help="folder of the runs")
        step.add_argument("--seeds", metavar="NAME,...", help="only these seeds")
        step.add_argument("--operators", metavar="CODE,...", help="only these operators")
        step.add_argument(
            "--draws", type=int, default=1, metavar="N", help="mutants of an operator and seed (default: 1)"
        )
        step.add_argument(
            "--compound", type=int, default=3, metavar="N", help="compound mutants of a seed (default: 3)"
        )
    build.add_argument(
        "--from", dest="base", metavar="CORPUS", help="begin with what these tables hold (a workspace that is new)"
    )
    build.add_argument("--traces", action="store_true", help="make first runs again that came from tables")
    build.add_argument(
        "--cluster", metavar="WHERE", help="dask://HOST:PORT or slurm; default: processes of this machine"
    )
    build.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    build.add_argument("--seconds", type=float, metavar="S", help="stop giving out work after so long")
    build.set_defaults(run=_build)
    status.set_defaults(run=_status)
    export = steps.add_parser("export", help="write the tables (parquet)")
    export.add_argument("workspace", metavar="DIR", help="folder of the runs")
    export.add_argument("out", metavar="OUT", help="folder of the tables")
    export.add_argument(
        "--all", action="store_true", help="also what is undecided, or made from older seeds and operators"
    )
    export.set_defaults(run=_export)
    report = steps.add_parser("report", help="write the datasheet and its figures")
    report.add_argument("corpus", metavar="CORPUS", help="folder of the tables")
    report.add_argument("--out", metavar="FILE", default="docs/corpus.md", help="the page (default: docs/corpus.md)")
    report.add_argument("--images", metavar="DIR", default="docs/images/corpus", help="folder of the figures")
    report.set_defaults(run=_report)
    rerun = steps.add_parser("rerun", help="run recorded runs again and compare")
    rerun.add_argument("workspace", metavar="DIR", help="folder of the runs")
    rerun.add_argument("--count", type=int, default=30, metavar="N", help="how many, drawn at random (default: 30)")
    rerun.add_argument("--draw", type=int, default=0, metavar="N", help="which draw (default: 0)")
    rerun.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    rerun.set_defaults(run=_rerun)

    deep4ge = commands.add_parser("import-deep4ge", help="read the published tables or logs into the corpus's schema")
    deep4ge.add_argument("directory", metavar="DIR", help="folder of the published files")
    deep4ge.add_argument("--out", metavar="OUT", required=True, help="folder of the tables")
    deep4ge.set_defaults(run=_deep4ge)

    learn_command.add(commands)
    reproduce_command.add(commands)
    return parser


def _mutate(options: argparse.Namespace) -> int:
    from default_lint.lab.mutants import NotApplicable, Subject, operators
    from default_lint.lab.mutants.compound import compound

    known = operators()
    if options.list and options.file is None:
        for code, operator in known.items():
            sys.stdout.write(f"{code:5}{operator.family:16}{operator.cause:28}{operator.title()}\n")
        return DONE
    if options.file is None:
        raise Wrong("name a FILE, or ask with --list for the operators")
    path = Path(options.file)
    source = _text(path)
    try:
        subject = Subject(source, path.name)
        if options.list:
            return _list(subject, options.seed)
        if not options.operator:
            raise Wrong("name an --operator, or ask with --list for what can be planted")
        wanted = [code.upper() for entry in options.operator for code in entry.split(",")]
        unknown = [code for code in wanted if code not in known]
        if unknown:
            raise Wrong(f"unknown operator `{unknown[0]}`; `default-lint lab mutate --list` names all")
        if len(wanted) == 1:
            mutant = known[wanted[0]].mutate(subject, options.seed)
        else:
            mutant = compound(source, path.name, [known[code] for code in wanted], options.seed)
    except NotApplicable as stop:
        sys.stderr.write(f"{path.name}: cannot be seeded here: {stop}\n")
        return 1
    if options.diff:
        import difflib

        before, after = mutant.original.splitlines(keepends=True), mutant.source.splitlines(keepends=True)
        name = f"{path.name} ({'+'.join(mutant.operators)})"
        sys.stdout.writelines(difflib.unified_diff(before, after, path.name, name))
    else:
        sys.stdout.write(mutant.source)
    sys.stdout.write(("" if mutant.source.endswith("\n") else "\n") + json.dumps(mutant.record(), indent=2) + "\n")
    return DONE


def _list(subject: Any, seed: int) -> int:
    from default_lint.lab.mutants import NotApplicable, operators

    for code, operator in operators().items():
        try:
            found = operator.candidates(subject, seed)
        except NotApplicable as stop:
            sys.stdout.write(f"{code:5}cannot be seeded here: {stop}\n")
            continue
        for change in found:
            line = subject.document.locate(change.site.start).line
            values = ", ".join(f"{name}={value}" for name, value in change.values.items())
            sys.stdout.write(f"{code:5}line {line}: {values or operator.title()}\n")
    return DONE


def _seeds(options: argparse.Namespace) -> int:
    seeds = _chosen(options.names)
    if not options.train:
        for seed in seeds:
            sys.stdout.write(f"{seed.name:32}{seed.architecture:15}{seed.task:16}{seed.style:17}{seed.scoring.score}\n")
        return DONE
    from default_lint.lab.runs import Task
    from default_lint.lab.schedule import run_all
    from default_lint.lab.seeds import HEALTH

    tasks = [
        Task(f"{seed.name}-{number}", seed.source, f"{seed.name}.py", number, seed.scoring)
        for seed in seeds
        for number in range(options.train)
    ]
    progress: dict[str, list[float]] = {seed.name: [] for seed in seeds}
    slowest: dict[str, float] = dict.fromkeys(progress, 0.0)
    by_name = {seed.name: seed for seed in seeds}
    for outcome in run_all(tasks, workers=options.workers):
        name = outcome.key.rpartition("-")[0]
        told = by_name[name].progress(outcome.score) if outcome.score is not None else float("nan")
        progress[name].append(told)
        slowest[name] = max(slowest[name], outcome.seconds)
        if outcome.status != "ok":
            sys.stderr.write(f"{name}: {outcome.status} {outcome.error}\n")
    sick = 0
    for name, values in progress.items():
        healthy = all(value >= HEALTH for value in values)
        sick += not healthy
        sys.stdout.write(
            f"{name:32}{min(values):8.3f}{max(values):8.3f}{slowest[name]:7.1f} s{'' if healthy else '  not healthy'}\n"
        )
    sys.stdout.write(
        f"{len(progress) - sick} of {len(progress)} healthy: at least {HEALTH:.0%} of the way in every run\n"
    )
    return DONE if not sick else 1


def _chosen(names: Sequence[str]) -> list[Any]:
    from default_lint.lab.seeds import SeedError, load

    try:
        seeds = load()
    except SeedError as error:
        raise Wrong(str(error)) from error
    unknown = set(names) - {seed.name for seed in seeds}
    if unknown:
        raise Wrong(f"unknown seed `{min(unknown)}`; `default-lint lab seeds` names all")
    return [seed for seed in seeds if not names or seed.name in names]


def _corpus(options: argparse.Namespace) -> Any:
    from default_lint.lab.corpus import Corpus, plan
    from default_lint.lab.mutants import operators
    from default_lint.lab.store import Workspace

    seeds = _chosen(options.seeds.split(",") if options.seeds else [])
    codes = options.operators.upper().split(",") if options.operators else None
    unknown = [code for code in codes or () if code not in operators()]
    if unknown:
        raise Wrong(f"unknown operator `{unknown[0]}`; `default-lint lab mutate --list` names all")
    planned = plan(seeds, codes, options.draws, options.compound, Path(options.workspace))
    return Corpus(Workspace(options.workspace), planned, seeds, traces=getattr(options, "traces", False))


def _build(options: argparse.Namespace) -> int:
    from default_lint.lab.corpus import Progress, tally
    from default_lint.lab.schedule import Pool
    from default_lint.lab.store import CorpusError, Workspace, read, restore

    if options.base:
        try:
            count = restore(read(options.base), Workspace(options.workspace))
        except CorpusError as error:
            raise Wrong(str(error)) from error
        _say(f"{count} programs taken over from {options.base}")
    corpus = _corpus(options)
    try:
        pool = Pool(cluster=options.cluster, workers=options.workers)
    except ValueError as error:
        raise Wrong(str(error)) from error
    with pool:
        corpus.build(pool, Progress(_say), options.seconds)
    _tell(tally(corpus))
    return DONE


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _status(options: argparse.Namespace) -> int:
    from default_lint.lab.corpus import tally

    corpus = _corpus(options)
    _tell(tally(corpus))
    codes: dict[str, int] = {}
    for _, code, _ in corpus.plan.absent:
        codes[code] = codes.get(code, 0) + 1
    for code, count in sorted(codes.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"{code:5}cannot be seeded in {count} of {len(corpus.seeds)} seeds\n")
    return DONE


def _tell(counted: dict[str, int]) -> None:
    sys.stdout.write("".join(f"{count:7} {name}\n" for name, count in counted.items() if count))


def _export(options: argparse.Namespace) -> int:
    from default_lint.lab.corpus import plan
    from default_lint.lab.store import Workspace, export

    folder = _folder(options.workspace)
    workspace = Workspace(folder)
    only = None
    if not options.all:
        planned = plan(_chosen([]), folder=folder).programs
        decided = (record["id"] for record in workspace.programs() if record.get("verdict") in VERDICTS)
        only = {name for name in decided if name in planned}
    export(workspace, options.out, on_problem=_say, only=only)
    return DONE


def _report(options: argparse.Namespace) -> int:
    from default_lint.lab.report import write
    from default_lint.lab.store import CorpusError

    try:
        write(_folder(options.corpus), options.out, options.images)
    except CorpusError as error:
        raise Wrong(str(error)) from error
    return DONE


def _rerun(options: argparse.Namespace) -> int:
    from default_lint.lab.corpus import rerun
    from default_lint.lab.store import Workspace

    same, told = 0, 0
    for line, equal in rerun(Workspace(_folder(options.workspace)), options.count, options.draw, options.workers):
        same, told = same + equal, told + 1
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{same} of {told} runs gave the same\n")
    return DONE if same == told else 1


def _deep4ge(options: argparse.Namespace) -> int:
    from default_lint.lab.deep4ge import ImportTrouble, import_deep4ge

    try:
        sys.stdout.write(f"{import_deep4ge(_folder(options.directory), options.out)}\n")
    except ImportTrouble as error:
        raise Wrong(str(error)) from error
    return DONE


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise Wrong(f"{folder} is not a folder")
    return folder


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Wrong(f"{path} is not UTF-8 text") from error
