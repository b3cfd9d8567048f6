"""`default-lint lab train | evaluate | export`: learn from a corpus, judge what was learned, and ship it."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from default_lint.lab.learning import Learning

MODELS = Path(__file__).parents[1] / "diagnosis" / "models"


def add(commands: Any) -> None:
    """Add the three commands to those of the lab."""
    train = commands.add_parser("train", help="search for the best settings on seeds that were not seen, and tell them")
    evaluate = commands.add_parser("evaluate", help="judge the learned diagnosis on seeds that were not seen")
    export = commands.add_parser("export", help="train on the whole corpus and write what the product reads")
    for command in (train, evaluate, export):
        command.add_argument("corpus", metavar="CORPUS", help="folder of the tables")
        command.add_argument(
            "--cache", metavar="DIR", help="what is read from programs is kept here (default: CORPUS/.cache)"
        )
        command.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    train.add_argument("--out", metavar="FILE", help="write the settings (JSON), for the two other commands")
    train.add_argument("--trees", type=int, default=100, metavar="N", help="trees of a forest (default: 100)")
    train.set_defaults(run=_train)
    for command in (evaluate, export):
        command.add_argument("--recipes", metavar="FILE", help="settings that `lab train --out` wrote")
    evaluate.add_argument("--quick", action="store_true", help="leave out ablations and the learning curve")
    evaluate.add_argument("--json", metavar="FILE", help="all numbers")
    evaluate.add_argument("--results", metavar="FILE", help="what --json wrote: only the report is made anew")
    evaluate.add_argument("--out", metavar="FILE", default="docs/evaluation.md", help="default: docs/evaluation.md")
    evaluate.add_argument("--html", metavar="FILE", help="the report as one HTML file")
    evaluate.add_argument("--images", metavar="DIR", default="docs/images/evaluation", help="folder of the figures")
    evaluate.set_defaults(run=_evaluate)
    export.add_argument("--out", metavar="DIR", default=str(MODELS), help="default: those that are shipped")
    export.set_defaults(run=_export)


def _train(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from default_lint.lab.learning import FAMILIES, LEVELS
    from default_lint.lab.train import GRID, categorization, cause, detection, learnable, search

    with _quiet():
        learning = _learning(options)
        found: dict[str, Any] = {}
        for level in LEVELS:
            asked = {
                "detection": [detection(learning, level)],
                "categorization": [categorization(learning, family, level) for family in FAMILIES],
                "cause": [task for family in FAMILIES if (task := cause(learning, family, level)) is not None],
            }
            for stage, tasks in asked.items():
                there = [task for task in tasks if learnable(task)]
                if not there:
                    continue
                total: dict[Any, list[float]] = {}
                for task in there[:3]:  # those that come first stand for the others of their kind
                    for recipe, score in search(task, GRID, options.workers)[1]:
                        total.setdefault(recipe, []).append(score)
                ranked = sorted(total, key=lambda recipe: -sum(total[recipe]))
                best = ranked[0]
                found[f"{stage}.{level}"] = asdict(replace(best, trees=options.trees))
                for recipe in (ranked[0], ranked[-1]):
                    mean = sum(total[recipe]) / len(total[recipe])
                    told = f"{recipe.kind}, depth {recipe.depth}, leaf {recipe.leaf}, features {recipe.share}"
                    sys.stdout.write(
                        f"{stage}.{level:8} {'best ' if recipe is best else 'worst'} {told:40} AUROC {mean:.3f}\n"
                    )
    if options.out:
        Path(options.out).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from functools import partial

    from default_lint.lab.beeswarm import draw as beeswarms
    from default_lint.lab.evaluate import RECIPES, Study, evaluate
    from default_lint.lab.evaluation_report import load, save, write
    from default_lint.lab.placing import locate

    if options.results:
        results = load(options.results)
    else:
        with _quiet():
            learning = _learning(options)
            cache = _cache(options) / "localize.jsonl"
            place = partial(locate, corpus=options.corpus, cache=cache, workers=options.workers)
            study = Study(learning, RECIPES, options.workers, _say, _recipes(options), _cache(options) / "told")
            results = evaluate(study, quick=options.quick, locate=place)
            if options.images:
                results["shap"] = beeswarms(study, Path(options.images))
    if options.json:
        save(results, options.json)
    write(results, options.out, options.html, options.images)
    return 0


def _export(options: argparse.Namespace) -> int:
    from default_lint.lab.evaluate import RECIPES, Study
    from default_lint.lab.export import export
    from default_lint.lab.placing import heard, placed

    with _quiet():
        study = Study(_learning(options), RECIPES, options.workers, _say, _recipes(options), _cache(options) / "told")
        results = heard(study, options.corpus, _cache(options) / "localize.jsonl", options.workers)
        manifest = export(study, options.out, placed(study, results), _say)
    speaking = sum(model["speaks"] for model in manifest["models"].values())
    sys.stdout.write(f"{len(manifest['models'])} classifiers in {options.out}, of which {speaking} speak\n")
    return 0


def _learning(options: argparse.Namespace) -> Learning:
    from default_lint.lab.learning import load
    from default_lint.lab.store import CorpusError, read

    try:
        return load(read(options.corpus), _cache(options), options.workers)
    except CorpusError as error:
        raise OSError(str(error)) from None


def _cache(options: argparse.Namespace) -> Path:
    return Path(options.cache) if options.cache else Path(options.corpus) / ".cache"


def _recipes(options: argparse.Namespace) -> dict[str, Any]:
    """Settings by stage and level; empty for the usual ones."""
    from default_lint.lab.train import Recipe

    if not options.recipes:
        return {}
    try:
        told = json.loads(Path(options.recipes).read_text(encoding="utf-8"))
        return {str(name): Recipe(**settings) for name, settings in told.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise OSError(f"{options.recipes} holds no settings: {error}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without scikit-learn's warnings about features that are constant in a fold."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="sklearn")
        yield


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


__all__ = ["add"]
