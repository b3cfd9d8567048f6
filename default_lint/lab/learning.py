"""The corpus as matrices to learn from: rows with features, labels, weights, and the seed program that each is of.

Nothing here knows the hardware, the clock, or what was planted where: a row holds what `features.static` reads from the
source (of the program, or of one place in it) and what `features.dynamic` computes from a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from default_lint.diagnosis.locating import Spot
from default_lint.features.dynamic import FIRST
from default_lint.features.table_static import KINDS, names
from default_lint.lab.tables import Corpus, feature_names
from default_lint.text import Span

if TYPE_CHECKING:
    import pandas as pd

FAMILIES = ("hyperparameter", "layer", "loss", "optimization", "activation", "weights", "regularization", "data")
LEVELS = ("static", "dynamic", "both")
PLACES = tuple(kind for kind in KINDS if kind != "program")
EPOCHS: tuple[int | None, ...] = (*FIRST, None)
"""How many first epochs a row tells of; None: all."""
KNOWN = 0.5
"""A program of which less is known is not learned from."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Place:
    """A place in a program: what it is, its span and call, its row, and the faults (by number) planted there."""

    kind: str
    name: str
    span: tuple[int, int]
    whole: tuple[int, int]
    line: int
    known: float
    row: Array
    faults: tuple[int, ...] = ()

    def spot(self, suspicion: float = 0.0) -> Spot:
        """The same as the classifier of places has it, with the probability that it is unlike working programs."""
        return Spot(self.kind, self.name, Span(*self.span), Span(*self.whole), suspicion)


HARMS = {"under 0.05": -2.0, "0.05 to 0.2": 0.05, "0.2 to 0.5": 0.2, "0.5 and more": 0.5}
"""Kinds of harm by the least `Learning.lost`."""


@dataclass(frozen=True)
class Source:
    """What is read from a program's text: its row (None: no model in it is trained) and its places."""

    row: Array | None
    known: float = 0.0
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Rows to learn from.

    x        float32, (rows, features)
    program  int, (rows,): which program, as a position in `Learning.programs`
    weight   float, (rows,): 1 for each program in all
    """

    x: Array
    program: Array
    weight: Array
    names: tuple[str, ...]


@dataclass
class Learning:
    """A corpus with what is learned from it.

    programs   the frame of the programs that have a verdict ("faulty" or "benign"), in the order of the corpus
    runs       the frame of their runs that were scored, trained at least one epoch and have features
    """

    programs: pd.DataFrame
    runs: pd.DataFrame
    sources: list[Source]
    hash: str = ""
    _kept: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def seeds(self) -> Array:
        """The seed of each program."""
        return np.asarray(self.programs["seed"], dtype=str)

    @cached_property
    def faulty(self) -> Array:
        """Whether each program is faulty."""
        return np.asarray(self.programs["verdict"] == "faulty", dtype=bool)

    @cached_property
    def healthy(self) -> Array:
        """Whether each program is an original."""
        return np.asarray(self.programs["original"], dtype=bool)

    @cached_property
    def families(self) -> Array:
        """bool, (programs, FAMILIES): the families of the faults that were planted."""
        return np.array([[family in had for family in FAMILIES] for had in self.programs["families"]], dtype=bool)

    @cached_property
    def single(self) -> Array:
        """Whether one fault was planted."""
        return np.array([len(operators) == 1 for operators in self.programs["operators"]], dtype=bool)

    @cached_property
    def causes(self) -> Array:
        """The first cause of each program, "" for an original."""
        return np.array([causes[0] if len(causes) else "" for causes in self.programs["causes"]], dtype=str)

    @cached_property
    def lost(self) -> Array:
        """How much of the way from the constant to the best prediction a fault costs: medians, cut to 0..2."""
        progress = [np.clip(np.nan_to_num(np.asarray(p, float), nan=-1.0), -1, 1) for p in self.programs["progress"]]
        middle = np.array([np.median(p) if len(p) else np.nan for p in progress])
        own = {seed: value for seed, value, first in zip(self.seeds, middle, self.healthy, strict=True) if first}
        return np.array([own.get(seed, np.nan) - value for seed, value in zip(self.seeds, middle, strict=True)])

    @cached_property
    def harm(self) -> Array:
        """Of each faulty program which of HARMS it costs, "" for others."""
        of = np.array(list(HARMS))[np.digitize(np.nan_to_num(self.lost), list(HARMS.values())[1:])]
        return np.where(self.faulty, of, "")

    def planted(self, program: int) -> list[dict[str, Any]]:
        """The records of the faults that were planted in a program."""
        told = self.programs["faults"][program]
        return list(json.loads(told)) if told else []

    def rows(self, level: str, first: int | None = None, where: Array | None = None) -> Rows:
        """The rows of a level: one for each program ("static"), or for each run; `where` chooses programs.

        `first` is the number of first epochs that the features of a run tell of; runs of fewer epochs tell of all.
        """
        chosen = np.ones(len(self.programs), bool) if where is None else where
        readable = np.array([source.row is not None and source.known >= KNOWN for source in self.sources])
        if level == "static":
            program = np.flatnonzero(chosen & readable)
            return Rows(self._static[program], program, np.ones(len(program)), names("program"))
        of_run = self._run_programs
        there = chosen[of_run] & (readable[of_run] if level == "both" else True)
        position = np.flatnonzero(there)
        program = of_run[position]
        counts = np.bincount(program, minlength=len(self.programs))
        weight = 1 / counts[program]
        x = self._dynamic(first)[position]
        if level == "dynamic":
            return Rows(x, program, weight, feature_names())
        both = np.concatenate([self._static[program], x], axis=1)
        return Rows(both, program, weight, (*names("program"), *feature_names()))

    @cached_property
    def _static(self) -> Array:
        empty = np.zeros(len(names("program")), np.float32)
        return np.stack([empty if source.row is None else source.row for source in self.sources])

    @cached_property
    def _run_programs(self) -> Array:
        at = {name: place for place, name in enumerate(self.programs["id"])}
        return np.array([at[name] for name in self.runs["program"]], dtype=int)

    def _dynamic(self, first: int | None) -> Array:
        if ("dynamic", first) not in self._kept:
            head = "dall" if first is None else f"d{first}"
            columns = [f"{head}.{name}" for name in feature_names()]
            values = self.runs[columns].to_numpy(np.float32)
            if first is not None:  # a run of fewer epochs is told as a whole
                whole = self._dynamic(None)
                values = np.where(np.isnan(values), whole, values)
            self._kept["dynamic", first] = values
        kept: Array = self._kept["dynamic", first]
        return kept

    def places(self, kind: str, where: Array | None = None) -> tuple[Rows, Array]:
        """The rows of all places of a kind in faulty and benign programs, and whether a fault is planted there.

        The place of a fault that does no harm is none. Places of the other faults in a faulty program count.
        """
        x, program, planted = [], [], []
        for number, source in enumerate(self.sources):
            if where is not None and not where[number]:
                continue
            for place in source.places:
                if place.kind == kind:
                    x.append(place.row)
                    program.append(number)
                    planted.append(bool(place.faults) and bool(self.faulty[number]))
        matrix = np.stack(x) if x else np.empty((0, len(names(kind))), np.float32)
        at = np.array(program, dtype=int)
        return Rows(matrix, at, np.ones(len(at)), names(kind)), np.array(planted, dtype=bool)


def load(corpus: Corpus, cache_folder: str | os.PathLike[str] | None = None, workers: int | None = None) -> Learning:
    """Read a corpus; what is read from the programs' texts is kept in a folder, if one is given."""
    programs = corpus.programs
    programs = programs[programs["verdict"].isin(["faulty", "benign"])].reset_index(drop=True)
    runs = corpus.runs
    runs = runs[(runs["status"] == "ok") & (runs["epochs"] > 0) & runs["program"].isin(set(programs["id"]))]
    columns = [f"dall.{name}" for name in feature_names()]
    runs = runs[~runs[columns].isna().any(axis=1)].reset_index(drop=True)
    texts = list(zip(programs["code"], programs["faults"], strict=True))
    return Learning(programs, runs, list(sources(texts, cache_folder, workers)), corpus.hash)


def sources(
    texts: Sequence[tuple[str, str | None]],
    cache_folder: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> Iterator[Source]:
    """What is read from each of some texts with their faults (JSON), in processes of their own."""
    kept = [_kept(cache_folder, text) for text in texts]
    missing = [text for text, source in zip(texts, kept, strict=True) if source is None]
    workers = min(workers or os.cpu_count() or 1, len(missing))
    with ExitStack() as stack:
        made: Iterator[Source] = map(_read, missing)
        if workers > 1:
            pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=get_context("spawn")))
            made = pool.map(_read, missing, chunksize=16)
        for text, source in zip(texts, kept, strict=True):
            if source is None:
                source = next(made)
                _keep(cache_folder, text, source)
            yield source


def _read(task: tuple[str, str | None]) -> Source:
    """What is read from one text."""
    from default_lint.features.static import of, sites
    from default_lint.program.read import SyntaxTrouble, read
    from default_lint.text import Document

    text, told = task
    document = Document("program.py", text)
    try:
        program = read(document)
    except SyntaxTrouble:
        return Source(None)
    row = of(program)
    if row is None:
        return Source(None)
    found = sites(program)
    faults = json.loads(told) if told else []
    planted = struck(
        [(s.kind, s.name, (s.span.start, s.span.end), (s.whole.start, s.whole.end)) for s in found], faults
    )
    places = tuple(
        Place(
            site.kind,
            site.name,
            (site.span.start, site.span.end),
            (site.whole.start, site.whole.end),
            document.locate(site.span.start).line,
            site.known,
            np.array(list(site.values.values()), np.float32),
            tuple(number for number, at in enumerate(planted) if index in at),
        )
        for index, site in enumerate(found)
    )
    return Source(np.array(list(row.values.values()), np.float32), row.known, places)


ARGUMENTS = {
    "learning_rate": ("learning_rate", "initial_learning_rate"),
    "schedule": ("decay_steps", "decay_rate", "alpha", "schedule"),
    "clipping": ("clipnorm", "clipvalue", "global_clipnorm"),
    "momentum": ("momentum", "nesterov", "beta_1", "beta_2", "rho", "epsilon"),
    "weight_decay": ("weight_decay",),
    "optimizer": ("optimizer",),
    "epochs": ("epochs",),
    "batch_size": ("batch_size",),
    "shuffle": ("shuffle",),
    "validation": ("validation_data", "validation_split"),
    "callbacks": ("patience", "mode", "monitor"),
    "loss": ("loss", "from_logits"),
}
"""Names of arguments, as operators record them, for each name of a place."""

SitePlace = tuple[str, str, tuple[int, int], tuple[int, int]]


def struck(sites: Sequence[SitePlace], faults: Sequence[Mapping[str, Any]]) -> list[set[int]]:
    """For each fault, which of a program's places (kind, name, span, whole) it was planted at.

    The places whose token was edited; else those of the argument that the operator names, in the call that it gives as
    the site (a value may stand in a constant elsewhere); else the layers whose call was edited or is the site; else the
    data, where the operator works on data; else the nearest layer before the place where one was taken out.
    """
    return [_struck(sites, fault) for fault in faults]


def _struck(sites: Sequence[SitePlace], fault: Mapping[str, Any]) -> set[int]:
    after = [(place["start"], place["end"]) for place in fault["after"]]
    home = (fault["site"]["start"], fault["site"]["end"])
    argument = fault.get("values", {}).get("argument")
    data = fault["family"] == "data"
    arguments = [
        at
        for at, (kind, name, _, whole) in enumerate(sites)
        if kind in ("optimizer", "fit", "loss") and argument in ARGUMENTS.get(name, ()) and _meet(whole, home)
    ]
    if arguments:
        return set(arguments)
    if data:
        touched = {
            at for at, (kind, _, span, _) in enumerate(sites) if kind == "data" and any(_meet(span, e) for e in after)
        }
        if touched:
            return touched
    layers = [at for at, (kind, *_) in enumerate(sites) if kind == "layer"]
    inside = {at for at in layers if any(_within(edit, sites[at][3]) for edit in after)}
    if inside:  # the innermost: an edit in a layer of a nested call is in the outer one, too
        shortest = min(sites[at][3][1] - sites[at][3][0] for at in inside)
        return {at for at in inside if sites[at][3][1] - sites[at][3][0] == shortest}
    tokens = {
        at for at, (_, _, span, _) in enumerate(sites) if any(_meet(span, edit) for edit in after if edit[0] < edit[1])
    }
    if tokens:
        return tokens
    covered = {at for at in layers if any(_within(sites[at][3], edit) for edit in after)}
    covered |= {at for at in layers if _meet(sites[at][3], home) and home[1] - home[0] < 400}
    if covered and not data:
        return covered
    if data:
        return {at for at, (kind, *_) in enumerate(sites) if kind == "data"}
    before = [at for at in layers if sites[at][3][0] <= after[0][0]] if after else []
    return {max(before, key=lambda at: sites[at][3][0])} if before else set()


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])


def _within(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


# What is kept of texts


@cache
def _code() -> bytes:
    """A digest of all that decides what is read from a text."""
    package = Path(__file__).parents[1]
    paths = [
        Path(__file__),
        *sorted((package / "program").glob("*.*")),
        *sorted((package / "features").glob("*static*")),
    ]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.digest()


def _path(folder: str | os.PathLike[str], text: tuple[str, str | None]) -> Path:
    name = hashlib.sha256(_code() + repr(text).encode("utf-8", "surrogatepass")).hexdigest()
    return Path(folder) / name[:2] / name[2:40]


def _kept(folder: str | os.PathLike[str] | None, text: tuple[str, str | None]) -> Source | None:
    if folder is None:
        return None
    try:
        return _decode(zlib.decompress(_path(folder, text).read_bytes()))
    except (OSError, zlib.error, ValueError, KeyError):
        return None


def _keep(folder: str | os.PathLike[str] | None, text: tuple[str, str | None], source: Source) -> None:
    if folder is None:
        return
    path = _path(folder, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(zlib.compress(_encode(source), 6))
    os.replace(new, path)


def _encode(source: Source) -> bytes:
    plain = ("kind", "name", "span", "whole", "line", "known", "faults")
    places = [
        {**{name: getattr(place, name) for name in plain}, "row": place.row.astype(float).tolist()}
        for place in source.places
    ]
    row = None if source.row is None else source.row.astype(float).tolist()
    return json.dumps({"row": row, "known": source.known, "places": places}).encode()


def _decode(content: bytes) -> Source:
    told = json.loads(content)
    places = tuple(
        Place(
            place["kind"],
            place["name"],
            tuple(place["span"]),
            tuple(place["whole"]),
            place["line"],
            place["known"],
            np.array(place["row"], np.float32),
            tuple(place["faults"]),
        )
        for place in told["places"]
    )
    return Source(None if told["row"] is None else np.array(told["row"], np.float32), told["known"], places)
