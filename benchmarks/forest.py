"""What classifiers cost: loading them and explaining with some, beside `import numpy` in the same round.

    python benchmarks/forest.py [--rounds N] [--models N] [--asked N] [--folder MODELS]

Without a folder of models, forests of the largest size are grown at random: 100 trees of depth 10 with about 300 leaves
each, over 400 features. Each round is a process of its own, after one that does not count; `import numpy`, loading, the
first explanations and those after them are measured inside. On a machine with other work only the ratios and the
processor times mean something.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BAR = 120  # ms of loading and one full explanation

ROUND = """\
import json, sys, time
from pathlib import Path

def timed(function):
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)

def numpy():
    import numpy

taken = {"import numpy": timed(numpy)}
from default_lint.diagnosis.forest import Forest
paths = [Path(path) for path in sys.argv[2:]]
forests, asked = [], int(sys.argv[1])
rows = {path: json.loads(path.with_suffix(".json").read_text()) for path in paths[:asked]}
taken["loading"] = timed(lambda: forests.extend(map(Forest.load, paths)))
pairs = list(zip(forests, rows.values()))
taken["predictions by all"] = timed(lambda: [forest.predict([0.5] * len(forest.features)) for forest in forests])
taken["first explanations"] = timed(lambda: [forest.explain(row, 1) for forest, row in pairs])
taken["next explanations"] = timed(lambda: [forest.explain(row, 1) for forest, row in pairs])
print(json.dumps(taken))
"""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as directory:
        paths = _shipped(options, Path(directory)) if options.folder else _grown(options.models, Path(directory))
        asked = min(options.asked, len(paths))
        command = [sys.executable, "-c", ROUND, str(asked), *map(str, paths)]
        rounds = [_round(command) for _ in range(options.rounds + 1)][1:]
        sizes = [path.stat().st_size for path in paths]
    _print(rounds, len(paths), asked)
    print(f"\nfiles: {statistics.mean(sizes):,.0f} bytes on average, {max(sizes):,} at most, {sum(sizes):,} together")
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--models", type=int, default=9, help="number of forests that are grown")
    parser.add_argument("--asked", type=int, default=3, help="number of them that explain a row")
    parser.add_argument("--folder", type=Path, help="a folder of models, instead of forests that are grown")
    return parser.parse_args()


def _shipped(options: argparse.Namespace, directory: Path) -> list[Path]:
    """Copies of the models of a folder, the largest first, each with a row."""
    from default_lint.diagnosis.forest import Forest

    paths = []
    found = sorted(options.folder.glob("*.npz"), key=lambda path: (-path.stat().st_size, path.name))
    for path in found[: options.models]:
        forest = Forest.load(path)
        paths.append(directory / path.name)
        paths[-1].write_bytes(path.read_bytes())
        paths[-1].with_suffix(".json").write_text(json.dumps([0.5] * len(forest.features)))
    return paths


def _grown(count: int, directory: Path) -> list[Path]:
    """Forests at random, each with a row."""
    import numpy as np

    from default_lint.diagnosis.forest import DEEPEST, Forest

    paths = []
    for number in range(count):
        chance = np.random.default_rng(number)
        levels = [np.full(100, True)]
        for depth in range(1, DEEPEST + 1):
            share = 0.96 - 0.004 * depth**2 if depth < DEEPEST else 0.0
            levels.append(chance.random(2 * int(levels[-1].sum())) < share)
        splits = np.concatenate(levels)
        inner, leaves = int(splits.sum()), int((~splits).sum())
        features = 400
        weights = 1 / np.arange(1, features + 1) ** 0.5  # some features matter more
        values = np.ldexp(chance.integers(512, 1024, inner) / 512, chance.integers(-6, 6, inner))
        forest = Forest(
            classes=("no", "yes"),
            features=tuple(f"some_feature_{at}.median.last" for at in range(features)),
            trees=100,
            splits=splits,
            feature=chance.choice(features, inner, p=weights / weights.sum()),
            threshold=values.astype(np.float32),
            counts=1 + np.rint(chance.gamma(0.7, 12, (2, leaves))).astype(np.uint16),
            units=np.array([[0.7], [1.6]]),
        )
        paths.append(directory / f"model_{number}.npz")
        forest.save(paths[-1])
        paths[-1].with_suffix(".json").write_text(json.dumps(chance.normal(size=features).tolist()))
    return paths


def _round(command: list[str]) -> dict[str, tuple[float, float]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {name: (wall, cpu) for name, (wall, cpu) in json.loads(done.stdout).items()}


def _print(rounds: list[dict[str, tuple[float, float]]], models: int, asked: int) -> None:
    """The table: medians, the quickest round, and ratios to `import numpy` of the same round."""
    for taken in rounds:
        both = [taken[name] for name in ("loading", "first explanations")]
        taken["loading and first explanations"] = (sum(wall for wall, _ in both), sum(cpu for _, cpu in both))
    print(f"{models} models, {asked} of them explain a row; the bar is {BAR} ms for loading and first explanations\n")
    print("| what | median ms | quickest ms | processor ms | over import numpy |")
    print("| --- | --- | --- | --- | --- |")
    for name in rounds[0]:
        walls, cpus = zip(*(taken[name] for taken in rounds), strict=True)
        ratio = statistics.median(taken[name][1] / taken["import numpy"][1] for taken in rounds)
        figures = f"{statistics.median(walls):.1f} | {min(walls):.1f} | {statistics.median(cpus):.1f} | {ratio:.2f}"
        print(f"| {name} | {figures} |")


if __name__ == "__main__":
    raise SystemExit(main())
