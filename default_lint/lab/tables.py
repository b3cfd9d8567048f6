"""The corpus as tables: one row per program, per run, per epoch, per layer and epoch, and per trace, in parquet files.

`store.export` makes them from a workspace and `store.read` gives them back as pandas frames. To stay small, measures
are rounded to 4 significant digits, those in traces to 3 (scores and what Keras logged keep all), layers keep the
epochs that matter, of mutants only the first RUNS runs that trained have features and layers, the trace is there of a
program's first run that trained, and what else runs.parquet need not say is left out and restored by `Corpus.runs`:

- `d<k>.<feature>` is the feature over the first k epochs, `dall.` over all; null where the run has no more epochs than
  k, as it then equals `dall.`
- `.min`, `.max` and `.mean` are null where they equal `.last`; over 2 epochs they and `.std` follow from `.last` and
  `.slope`
- a column that equals another one everywhere, or that holds one value, stands in the metadata of the file
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from default_lint.features.dynamic import FIRST, of
from default_lint.lab.packing import aggregated, pack, rounded, short, unpack
from default_lint.trial.trace import Epoch, ModelTrace, Trace, TraceError, main_model

if TYPE_CHECKING:
    import pandas as pd

    from default_lint.lab.runs import Outcome
    from default_lint.lab.store import Workspace

LAYER_EPOCHS = (-1, 0, 1, 2, 4, 9)
"""Epochs for which layers are kept, beside the last one; -1 is before training."""
LEVEL = 22
PAGE = 1 << 30
"""Bytes, all of a column: traces of one seed are far apart and alike."""
RUNS = 2
"""Runs of a mutant that have features and layers, and are learned from; more tell nothing new. Of originals all have
them."""
BASE = "base"
"""Folder of a workspace with the tables that it was begun with."""
CHUNK = 8  # programs that a process takes at once
NAMES = ("programs", "runs", "epochs", "layers", "traces")

Array = np.ndarray[Any, Any]
Record = dict[str, Any]
Columns = dict[str, list[Any]]
Tell = Callable[[str], None]

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
PROGRAM: Mapping[str, pa.DataType] = {
    "id": TEXT,
    "source": TEXT,
    "seed": TEXT,
    "original": pa.bool_(),
    "architecture": TEXT,
    "task": TEXT,
    "style": TEXT,
    "author": TEXT,
    "operators": TEXTS,
    "families": TEXTS,
    "causes": TEXTS,
    "faults": TEXT,
    "spans": pa.list_(pa.list_(pa.int64())),
    "lines": pa.list_(pa.int64()),
    "code": TEXT,
    "scoring": TEXT,
    "constant": pa.float64(),
    "best": pa.float64(),
    "verdict": TEXT,
    "p": pa.float64(),
    "effect": pa.float64(),
    "screened": pa.bool_(),
    "progress": pa.list_(pa.float64()),
    "scores": pa.list_(pa.float64()),
    "runs": pa.int64(),
    "versions": TEXT,
    "more": TEXT,
}
"""Columns of a program. `faults`, `scoring`, `versions` and `more` (all else that its record holds) are JSON; `spans`
are those of `faults` in this program, as start and end of code points, `lines` those to look at."""
AS_JSON = ("faults", "scoring", "versions")
RUN: Mapping[str, pa.DataType] = {
    "run": TEXT,
    "program": TEXT,
    "source": TEXT,
    "seed": pa.int64(),
    "status": TEXT,
    "error": TEXT,
    "line": pa.int64(),
    "score": pa.float64(),
    "seconds": pa.float32(),
    "ended": TEXT,
    "versions": TEXT,
    "models": pa.int64(),
    "model": pa.int64(),
    "epochs": pa.int64(),
}
"""Columns of a run before its features. `model` is the one that the features tell of: that with the most epochs."""
EPOCH: Mapping[str, pa.DataType] = {
    "run": TEXT,
    "model": pa.int64(),
    "epoch": pa.int64(),
    "fit": pa.int64(),
    "steps": pa.int64(),
    "complete": pa.bool_(),
    "broken": pa.int64(),
    "seconds": pa.float32(),
    "learning_rate": pa.float32(),
}
"""Columns of an epoch before `log.<name>` (what Keras logged) and `measure.<name>`. Epoch -1 is before training."""
LAYER: Mapping[str, pa.DataType] = {
    "run": TEXT,
    "model": pa.int64(),
    "layer": pa.int64(),
    "epoch": pa.int64(),
    "name": TEXT,
    "kind": TEXT,
    "activation": TEXT,
    "line": pa.int64(),
    "parameters": pa.int64(),
    "trainable": pa.int64(),
}
"""Columns of a layer in an epoch before `measure.<name>`. `line` is 0 where the layer was not made in the script."""

TRACE: Mapping[str, pa.DataType] = {"run": TEXT, "program": TEXT, "trace": TEXT}
"""Columns of a trace, which is the text of a trace file with its numbers rounded and without its clock."""


def export(
    workspace: Workspace,
    folder: str | os.PathLike[str],
    jobs: int | None = None,
    on_problem: Tell = lambda text: None,
    only: Collection[str] | None = None,
) -> dict[str, int]:
    """Write the tables of a workspace; gives the number of rows of each.

    `only` are the programs to write, all when None. Runs of a program that has no record are left out. `jobs`
    processes read the traces, as many as there are processors when None. What could not be read is told to
    `on_problem` and left empty.
    """
    programs = sorted(workspace.programs(), key=_order)
    programs = [program for program in programs if only is None or program["id"] in only]
    names = [str(program["id"]) for program in programs]
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    tasks = [(str(workspace.path), chunk) for chunk in chunks]
    jobs = min(jobs or os.cpu_count() or 1, max(len(tasks), 1))
    if jobs == 1:
        parts = list(map(_extract, tasks))
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(_extract, tasks))
    scores: dict[str, list[float]] = {name: [] for name in names}
    for part in parts:
        for text in part.problems:
            on_problem(text)
        scores.update(part.scores)
    tables = {
        "programs": program_table([{"scores": scores[str(program["id"])], **program} for program in programs]),
        "runs": run_table(_join([part.runs for part in parts], RUN), [part.features for part in parts]),
        "epochs": _join([part.epochs for part in parts], EPOCH),
        "layers": _join([part.layers for part in parts], LAYER),
        "traces": _join([part.traces for part in parts], TRACE),
    }
    if (workspace.path / BASE).is_dir():
        tables = _with_base(tables, read(workspace.path / BASE), {run for part in parts for run in part.untraced})
    write(tables, folder)
    return {name: table.num_rows for name, table in tables.items()}


def write(tables: Mapping[str, pa.Table], folder: str | os.PathLike[str]) -> None:
    """Write the tables, each whole or not at all; one that is left out is empty."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        table = tables.get(name, pa.table({column: pa.array([], kind) for column, kind in TRACE.items()}))
        metadata: dict[str, str] = {}
        if name == "runs":
            table, metadata = pack(table)
        floating = [field.name for field in table.schema if pa.types.is_floating(field.type)]
        scattered = [column for column in floating if _many(table[column])]
        plain = set(table.column_names) - set(scattered) - {"code", "scores", "progress", "trace"}
        new = place / f".{name}.{os.getpid()}"
        with pq.ParquetWriter(
            new,
            table.schema,
            compression="zstd",
            compression_level=LEVEL,
            use_dictionary=sorted(plain),
            use_byte_stream_split=scattered,
            data_page_size=PAGE,
            write_statistics=False,
            store_schema=False,
        ) as writer:
            writer.write_table(table, row_group_size=1 << 24)
            writer.add_key_value_metadata(metadata)
        os.replace(new, place / f"{name}.parquet")


class CorpusError(Exception):
    """A folder that holds no corpus, told in one line."""


@dataclass(frozen=True)
class Corpus:
    """The tables of a corpus as pandas frames, each read when it is first asked for."""

    folder: Path

    @cached_property
    def programs(self) -> pd.DataFrame:
        """One row per program; see `PROGRAM`."""
        return self._frame("programs")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run; see `RUN`."""
        return unpack(self._table("runs"))

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """One row per run, model and epoch; see `EPOCH`."""
        return self._frame("epochs")

    @cached_property
    def layers(self) -> pd.DataFrame:
        """One row per run, model, layer and epoch; see `LAYER`."""
        return self._frame("layers")

    @cached_property
    def traces(self) -> Mapping[str, tuple[str, str]]:
        """Of a program the key of its first run that trained, and the lines of that run's trace."""
        table = self._table("traces")
        rows = zip(*(table[name].to_pylist() for name in TRACE), strict=True)
        return {program: (run, trace) for run, program, trace in rows}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the SHA-256 of each file."""
        digest = hashlib.sha256()
        for name in NAMES:
            digest.update(hashlib.sha256(self._path(name).read_bytes()).digest())
        return digest.hexdigest()

    @cached_property
    def bytes(self) -> dict[str, int]:
        """The size of each file."""
        return {name: self._path(name).stat().st_size for name in NAMES}

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise CorpusError(f"{self.folder} is not a corpus: {path.name} is missing")
        return path

    def _table(self, name: str) -> pa.Table:
        try:
            return pq.read_table(self._path(name))
        except (pa.ArrowInvalid, OSError) as error:
            raise CorpusError(f"{self._path(name)} is damaged ({str(error).partition(chr(10))[0]})") from None

    def _frame(self, name: str) -> pd.DataFrame:
        return _pandas(self._table(name))


def read(folder: str | os.PathLike[str]) -> Corpus:
    """The corpus in a folder. Raises CorpusError when a file is missing."""
    corpus = Corpus(Path(folder))
    for name in NAMES:
        corpus._path(name)
    return corpus


def program_table(programs: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The table of programs from their records; a record may hold what it likes."""
    columns: Columns = {name: [] for name in PROGRAM}
    for program in programs:
        row = dict(program)
        faults = row.get("faults") or ()
        row.setdefault("source", "lab")
        row.setdefault("spans", [[place["start"], place["end"]] for fault in faults for place in fault["after"]])
        row.setdefault("lines", [fault["site"]["line"] for fault in faults])
        row.update({name: _json(row[name]) for name in AS_JSON if row.get(name) is not None})
        more = {name: row.pop(name) for name in sorted(row) if name not in PROGRAM}
        row["more"] = _json(more) if more else None
        for name, values in columns.items():
            values.append(row.get(name))
    return pa.table({name: pa.array(columns[name], kind) for name, kind in PROGRAM.items()})


@dataclass
class _Part:
    """What some programs give."""

    runs: pa.Table
    features: Array
    epochs: pa.Table
    layers: pa.Table
    traces: pa.Table
    scores: dict[str, list[float]]
    problems: list[str]
    untraced: list[str]


def _extract(task: tuple[str, Sequence[str]]) -> _Part:
    """The rows of some programs of a workspace; runs in a process of its own."""
    from default_lint.lab.store import Workspace

    path, names = task
    problems: list[str] = []
    workspace = Workspace(path, problems.append)
    runs, epochs, layers, traces = _Rows(RUN), _Rows(EPOCH), _Rows(LAYER), _Rows(TRACE)
    scores: dict[str, list[float]] = {}
    features: list[Array] = []
    untraced: list[str] = []
    for name in names:
        outcomes = workspace.outcomes(name)
        record = workspace.program(name)
        left = len(outcomes) if record is None or record["original"] else RUNS
        traced = False
        scores[name] = [out.score for out in outcomes if out.status == "ok" and out.score is not None]
        for outcome in outcomes:
            try:
                trace = _trace(outcome)
            except TraceError as error:
                problems.append(f"the trace of {outcome.key} cannot be read: {error}")
                trace = None
            if outcome.trace is None:
                untraced.append(outcome.key)
            runs.add(_run_row(name, outcome, trace))
            features.append(_kept_features(workspace, outcome, trace if left else None, problems))
            if trace is not None:
                _add_epochs(outcome.key, trace, epochs, layers if left else None)
                if trace.models and not traced:
                    traces.add({"run": outcome.key, "program": name, "trace": short(_text(outcome))})
                    traced = True
            left -= left > 0 and outcome.status == "ok" and not np.isnan(features[-1][-1]).any()
    matrix = np.stack(features) if features else np.empty((0, len(FIRST) + 1, len(feature_names())), np.float32)
    return _Part(
        runs.table(), matrix, epochs.table(exact=("log.",)), layers.table(), traces.table(), scores, problems, untraced
    )


def _with_base(tables: Mapping[str, pa.Table], base: Corpus, untraced: Collection[str]) -> dict[str, pa.Table]:
    """The tables, with the rows of runs without a trace as they were in the tables that the workspace began with."""
    keys = tables["runs"]["run"].to_pylist()
    order = {run: place for place, run in enumerate(keys)}
    frame = base.runs
    restored = set(frame["run"]) & set(untraced) & set(keys)
    result = dict(tables)
    for name in NAMES[1:]:
        old = base._table(name) if name != "runs" else _run_rows(frame, tables[name])
        there = restored
        if name == "layers":
            seen = frame[[column for column in frame if aggregated(column)]].notna().any(axis=1)
            there = restored & set(frame["run"][seen])
        elif name == "traces":
            there = restored - _first_runs(tables[name], old)
        ours = pa.array([run not in there for run in tables[name]["run"].to_pylist()], pa.bool_())
        theirs = pa.array([run in there for run in old["run"].to_pylist()], pa.bool_())
        joined = pa.concat_tables([tables[name].filter(ours), old.filter(theirs)], promote_options="default")
        places = np.array([order[run] for run in joined["run"].to_pylist()], dtype=np.int64)
        known = tables[name].column_names
        added = sorted(set(joined.column_names) - set(known))
        result[name] = joined.select([*known, *added]).take(pa.array(np.argsort(places, kind="stable")))
    return result


def _first_runs(made: pa.Table, old: pa.Table) -> set[str]:
    """The runs of old traces of programs that have a new one."""
    programs = set(made["program"].to_pylist())
    pairs = zip(old["run"].to_pylist(), old["program"].to_pylist(), strict=True)
    return {run for run, program in pairs if program in programs}


def _run_rows(frame: pd.DataFrame, like: pa.Table) -> pa.Table:
    """Runs as `run_table` had made them, with the features that it makes now; null what they do not have."""
    epochs = frame["epochs"].to_numpy(dtype=np.float64, na_value=math.nan)
    arrays: dict[str, pa.Array] = {}
    for field in like.schema:
        if not aggregated(field.name):
            arrays[field.name] = pa.Array.from_pandas(frame[field.name], type=field.type)
        elif field.name in frame:
            values = frame[field.name].to_numpy(dtype=np.float32)
            first = field.name.partition(".")[0]
            gone = np.isnan(values) if first == "dall" else np.isnan(values) | ~(epochs > int(first[1:]))
            arrays[field.name] = pa.array(values, pa.float32(), mask=gone)
    return pa.table(arrays)


def records(corpus: Corpus) -> Iterator[Record]:
    """The records of the programs of tables, as `program_table` took them."""
    for row in corpus._table("programs").to_pylist():
        record = {name: value for name, value in row.items() if name not in ("more", "scores", "spans", "lines")}
        record.update({name: json.loads(row[name]) for name in AS_JSON if row[name] is not None})
        yield {**record, **json.loads(row["more"] or "{}")}


def outcomes(corpus: Corpus) -> Iterator[Outcome]:
    """The runs of tables, without traces."""
    from default_lint.lab.runs import Outcome

    columns = ["run", "seed", "status", "error", "line", "score", "seconds"]
    for row in corpus._table("runs").select(columns).to_pylist():
        key, seconds = row.pop("run"), round(row.pop("seconds"), 3)
        yield Outcome(key, row["seed"], row["status"], row["error"] or "", row["line"] or 0, row["score"], seconds)


def _trace(outcome: Outcome) -> Trace | None:
    return None if outcome.trace is None else Trace.load(_text(outcome))


def _text(outcome: Outcome) -> str:
    try:
        return gzip.decompress(outcome.trace or b"").decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise TraceError(str(error)) from None


def _run_row(program: str, outcome: Outcome, trace: Trace | None) -> Record:
    model = None if trace is None else main_model(trace)
    return {
        "run": outcome.key,
        "program": program,
        "source": "lab",
        "seed": outcome.seed,
        "status": outcome.status,
        "error": outcome.error or None,
        "line": outcome.line or None,
        "score": outcome.score,
        "seconds": outcome.seconds,
        "ended": trace.ended.kind if trace else None,
        "versions": _json(dict(trace.versions)) if trace else None,
        "models": len(trace.models) if trace else None,
        "model": model.number if model else None,
        "epochs": len(model.complete) if model else None,
    }


@cache
def feature_names() -> tuple[str, ...]:
    """The names of the features of a run."""
    return tuple(of(ModelTrace(0, "", "")).row())


def feature_rows(model: ModelTrace) -> Array:
    """The features of a run over its first epochs, a row for each of FIRST, and over all in the last row.

    NaN in rows of more epochs than there are.
    """
    features = of(model)
    result = np.full((len(FIRST) + 1, len(feature_names())), math.nan, np.float64)
    result[-1] = list(features.row().values())
    for place, first in enumerate(FIRST):
        if first < len(features.run.epochs):
            result[place] = list(features.row(first).values())
    return rounded(result)


def run_table(runs: pa.Table, features: Sequence[Array]) -> pa.Table:
    """The table of runs with their features, `features` as of `feature_rows` for runs in the same order."""
    if not features:
        return runs
    matrix = np.concatenate(features)
    for place, head in enumerate([*(f"d{first}" for first in FIRST), "dall"]):
        for number, name in enumerate(feature_names()):
            column = np.ascontiguousarray(matrix[:, place, number])
            runs = runs.append_column(f"{head}.{name}", pa.array(column, pa.float32(), mask=np.isnan(column)))
    return runs


def _kept_features(workspace: Workspace, outcome: Outcome, trace: Trace | None, problems: list[str]) -> Array:
    """The features of a run, as they were made the last time if neither its trace nor our code has changed."""
    shape = (len(FIRST) + 1, len(feature_names()))
    empty = np.full(shape, math.nan, np.float32)
    model = None if trace is None else main_model(trace)
    if model is None or outcome.trace is None:
        return empty
    stamp = hashlib.sha256(_code() + outcome.trace).digest()
    kept = workspace.derived(outcome.key)
    if kept is not None and kept[: len(stamp)] == stamp:
        return np.frombuffer(zlib.decompress(kept[len(stamp) :]), np.float32).reshape(shape)
    try:
        made = feature_rows(model)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        problems.append(f"{outcome.key} has no features: {type(error).__name__}: {error}")
        return empty
    workspace.derive(outcome.key, stamp + zlib.compress(made.tobytes(), 6))
    return made


@cache
def _code() -> bytes:
    """A digest of what makes the features."""
    here = Path(__file__)
    features = here.parents[1] / "features"
    of_runs = [features / "base.py", *features.glob("dynamic*.py"), *features.glob("table_[!s]*.py")]
    digest = hashlib.sha256()
    for path in [here, here.parents[1] / "trial" / "trace.py", *sorted(of_runs)]:
        digest.update(path.read_bytes())
    return digest.digest()


def _add_epochs(key: str, trace: Trace, epochs: _Rows, layers: _Rows | None) -> None:
    for model in trace.models:
        records: list[Epoch] = [*([model.start] if model.start else []), *model.epochs]
        for record in records:
            epochs.add(
                {
                    "run": key,
                    "model": model.number,
                    "epoch": record.number,
                    "fit": record.fit,
                    "steps": record.steps,
                    "complete": record.complete,
                    "broken": record.broken,
                    "seconds": record.seconds,
                    "learning_rate": record.learning_rate,
                    **{f"log.{name}": value for name, value in record.logs.items()},
                    **{f"measure.{name}": value for name, value in record.measures.items()},
                }
            )
        kept = [record for record in records if record.number in LAYER_EPOCHS or record is records[-1]]
        for layer in model.layers if layers is not None else ():
            for record in kept:
                if layers is not None and layer.index in record.layers:
                    layers.add(
                        {
                            "run": key,
                            "model": model.number,
                            "layer": layer.index,
                            "epoch": record.number,
                            "name": layer.name,
                            "kind": layer.kind,
                            "activation": layer.activation,
                            "line": layer.site.line if layer.site and layer.site.file == trace.script else 0,
                            "parameters": layer.parameters,
                            "trainable": layer.trainable,
                            **{f"measure.{name}": value for name, value in record.layers[layer.index].items()},
                        }
                    )


class _Rows:
    """Rows with some columns that are known and some numbers that come as they come."""

    def __init__(self, known: Mapping[str, pa.DataType]) -> None:
        self.known = known
        self.columns: Columns = {name: [] for name in known}
        self.count = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row; what it does not have is null."""
        for name, value in row.items():
            values = self.columns.setdefault(name, [])
            if len(values) < self.count:
                values += [None] * (self.count - len(values))
            values.append(value)
        self.count += 1

    def table(self, exact: tuple[str, ...] = ()) -> pa.Table:
        """The rows, with the numbers rounded but for columns that begin with one of `exact`."""
        arrays = {}
        for name in [*self.known, *sorted(set(self.columns) - set(self.known))]:
            values = self.columns[name]
            values += [None] * (self.count - len(values))
            if name in self.known and not name.startswith("seconds"):
                arrays[name] = pa.array(values, self.known[name])
            else:
                arrays[name] = _numbers(values, exact=bool(exact) and name.startswith(exact))
        return pa.table(arrays)


def _numbers(values: Sequence[float | None], exact: bool = False) -> pa.Array:
    gone = np.array([value is None for value in values], dtype=bool)
    numbers = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    with np.errstate(over="ignore"):
        plain = numbers.astype(np.float32) if exact else rounded(numbers)
    return pa.array(plain, pa.float32(), mask=gone)


def _join(tables: Sequence[pa.Table], known: Mapping[str, pa.DataType]) -> pa.Table:
    if not tables:
        return pa.table({name: pa.array([], kind) for name, kind in known.items()})
    joined = pa.concat_tables(tables, promote_options="default").combine_chunks()
    return joined.select([*known, *sorted(set(joined.column_names) - set(known))])


def _order(program: Mapping[str, Any]) -> tuple[Any, ...]:
    """Programs by architecture and seed, the original first, then by operator: neighbours look alike."""
    return (
        str(program.get("architecture")),
        str(program.get("seed")),
        not program.get("original", False),
        list(program.get("operators") or ()),
        str(program["id"]),
    )


def _many(column: pa.ChunkedArray) -> bool:
    """Whether a column has so many different values that a dictionary would not pay."""
    return len(column) > 0 and len(column.unique()) > len(column) / 4


def _pandas(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=False)
    return frame


def _json(value: object) -> str:
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    )
