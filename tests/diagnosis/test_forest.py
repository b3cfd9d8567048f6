"""Forests in numpy: they predict, explain themselves exactly, and refuse files that hold none."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint.diagnosis.forest import DEEPEST, LARGEST, Forest, ModelError

from .trees import Walker, array, grown, members, packed, rows, unpacked

ROOT = Path(__file__).parents[2]
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"trees": 1, "depth": 0},  # a constant
    {"trees": 4, "depth": 1, "features": 1},
    {"trees": 2, "depth": 6, "features": 2, "splitting": 0.9},  # features again and again on a path
    {"trees": 3, "depth": 5, "features": 4, "classes": 4},
    {"whole": False},
    {"apart": True, "classes": 3},
    {"splitting": 0.3, "trees": 7},  # constant trees among others
    {"boosted": True},
    {"boosted": True, "splitting": 0.3, "trees": 7},
)


def same(one: Forest, other: Forest) -> bool:
    arrays = ("splits", "feature", "threshold", "counts", "units", "margins")
    plain = ("classes", "features", "trees", "start")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_shap_values_are_those_of_the_definition(shape: dict[str, Any], seed: int) -> None:
    forest = grown(seed, **shape)
    walker = Walker(forest)
    everything = frozenset(range(len(forest.features)))
    for row in rows(seed, forest, 3):
        shares = forest.predict(row)
        for output in range(len(forest.classes)):
            base, contributions = forest.explain(row, output)
            assert base == pytest.approx(walker.mean(row, frozenset(), output), abs=1e-13)
            assert shares[output] == pytest.approx(forest.share(walker.mean(row, everything, output)), abs=1e-13)
            assert contributions == pytest.approx(walker.shapley(row, output), abs=1e-13)


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(0, DEEPEST), st.integers(1, 9), st.integers(2, 6))
def test_base_and_contributions_sum_to_the_prediction(
    seed: int, trees: int, depth: int, features: int, classes: int
) -> None:
    forest = grown(seed, trees, depth, features, classes, splitting=0.85)
    for row in rows(seed, forest, 2):
        shares = forest.predict(row)
        assert shares.sum() == pytest.approx(1)
        for output in range(classes):
            base, contributions = forest.explain(row, output)
            assert contributions.shape == (features,)
            assert base + contributions.sum() == pytest.approx(shares[output], abs=1e-12)
            unused = sorted(set(range(features)) - set(forest.feature.tolist()))
            assert not contributions[unused].any()


def test_boosted_trees_add_up_to_a_logit() -> None:
    forest = Forest(
        ("no", "yes"), ("x", "y"), 2, np.array([True, True] + [False] * 4), np.array([0, 1]),
        np.array([0.0, 0.0], np.float32), np.array([[3, 1, 2, 2]]), np.ones((1, 1)),
        np.array([-1.0, 2.0, -0.5, 0.5]), 0.25,
    )  # fmt: skip
    logit = 0.25 + 2.0 - 0.5
    assert forest.predict([1.0, -1.0]) == pytest.approx([1 - 1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(-logit))])
    base, contributions = forest.explain([1.0, -1.0], 1)
    assert base == pytest.approx(0.25 + (3 * -1 + 1 * 2) / 4)
    assert contributions == pytest.approx([2.0 - (-0.25), -0.5])
    assert forest.share(base + contributions.sum()) == pytest.approx(forest.predict([1.0, -1.0])[1])
    assert forest.explain([1.0, -1.0], 0)[1] == pytest.approx(-contributions)
    sure = replace(forest, start=5000.0)
    assert sure.predict([0.0, 0.0]).tolist() == [0.0, 1.0]


def test_many_rows_are_predicted_as_each_of_them() -> None:
    forest = grown(3, trees=40, depth=7, features=5, classes=3)
    table = rows(3, forest, 2000)  # more than are walked at once
    assert np.array_equal(forest.predict(table), np.stack([forest.predict(row) for row in table]))
    assert forest.predict(table.reshape(4, 500, 5)).shape == (4, 500, 3)
    assert forest.predict(table[:0]).shape == (0, 3)


def test_numbers_are_compared_as_float32() -> None:
    forest = Forest(
        ("no", "yes"), ("x",), 1, np.array([True, False, False]), np.array([0]), np.array([0.1], np.float32),
        np.array([[9, 2], [1, 8]]), np.ones((2, 1)),
    )  # fmt: skip
    single = float(np.float32(0.1))
    for value, share in ((0.1, 0.1), (single, 0.1), (np.nextafter(single, 1), 0.1), (single + 1e-8, 0.8)):
        assert forest.predict([value])[1] == pytest.approx(share), value
    assert forest.predict([1e300])[1] == forest.predict([float("inf")])[1] == 0.8
    assert forest.predict([-1e300])[1] == forest.predict([-float("inf")])[1] == 0.1


@pytest.mark.parametrize("row", [[1.0], [1.0] * 5, 1.0, [1.0, 2.0, float("nan"), 4.0]])
def test_rows_that_are_none(row: Any) -> None:
    forest = grown(0)
    with pytest.raises(ValueError, match="row"):
        forest.predict(row)
    with pytest.raises(ValueError, match="row"):
        forest.explain(row, 1)


# -- the file


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_a_file_holds_all_of_it(shape: dict[str, Any], seed: int, tmp_path: Path) -> None:
    forest = grown(seed, **shape)
    path = tmp_path / "model.npz"
    assert forest.save(path) == path.stat().st_size
    for read in (Forest.load(path), Forest.load(str(path)), Forest.load(path.read_bytes())):
        assert same(read, forest)
        assert read.to_bytes() == path.read_bytes()


def test_numbers_of_all_sizes_come_back() -> None:
    forest = grown(1, trees=60, depth=3, features=300)
    chance = np.random.default_rng(0)
    bits = chance.integers(0, 1 << 32, len(forest.threshold), dtype=np.uint32).view(np.float32)
    bits = np.where(np.isfinite(bits), bits, np.float32(0))
    bits[:4] = [-0.0, 0.0, np.finfo(np.float32).max, -np.finfo(np.float32).tiny / 4]
    for most in (1, 255, 256, 70_000, 1 << 33):
        counts = chance.integers(0, most + 1, forest.counts.shape).astype(np.uint64) + 1
        forest = replace(forest, threshold=bits, counts=counts)
        read = Forest.load(forest.to_bytes())
        assert same(read, forest)
        assert np.array_equal(np.signbit(read.threshold), np.signbit(bits))


def test_the_bytes_depend_on_nothing_else(tmp_path: Path) -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.diagnosis.trees import grown\n"
        "print(hashlib.sha256(grown(5, trees=9, depth=5).to_bytes()).hexdigest())"
    )
    found = set()
    for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2")):
        command = [sys.executable, "-c", script, str(ROOT)]
        environment = {"TZ": zone, "PYTHONHASHSEED": seed, "PATH": ""}
        found.add(subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=True).stdout)
    assert len(found) == 1


def test_numpy_reads_the_file_without_pickle(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    grown(2).save(path)
    with np.load(path, allow_pickle=False) as found:
        assert all(found[name].dtype == np.uint8 for name in found)


GOOD = grown(7, trees=6, depth=4, features=3, classes=3)
CONTENT = GOOD.to_bytes()
BOOSTED = grown(7, trees=6, depth=4, features=3, boosted=True)


def attempt(content: bytes) -> Forest | str:
    """The forest, or why there is none."""
    try:
        return Forest.load(content, "some.npz")
    except ModelError as error:
        text = str(error)
    assert text.startswith("some.npz: ")
    assert "\n" not in text and len(text) < 160
    return text


def refusal(content: bytes) -> str:
    found = attempt(content)
    assert isinstance(found, str)
    return found


def changed(**arrays: Any) -> bytes:
    """The good file with other arrays."""
    files = members(CONTENT)
    for name, values in arrays.items():
        assert f"{name}.npy" in files
        files[f"{name}.npy"] = values if isinstance(values, bytes) else array(np.asarray(values, np.uint8))
    return packed(files)


def about(**values: Any) -> bytes:
    """The good file with another description."""
    found = json.loads(unpacked(members(CONTENT)["about.npy"]).tobytes())
    return changed(about=list(json.dumps({**found, **values}).encode()))


def planes(name: str) -> Any:
    return unpacked(members(CONTENT)[f"{name}.npy"])


def test_repacking_alone_changes_nothing() -> None:
    assert same(Forest.load(changed()), GOOD)
    assert same(Forest.load(about()), GOOD)


def test_every_truncated_file_is_refused() -> None:
    for size in range(len(CONTENT)):
        refusal(CONTENT[:size])


def test_no_changed_byte_raises_anything_else() -> None:
    chance = np.random.default_rng(0)
    refused = 0
    for place in range(len(CONTENT)):
        for bit in chance.choice(8, 2, replace=False):
            content = bytearray(CONTENT)
            content[place] ^= 1 << int(bit)
            found = attempt(bytes(content))
            refused += isinstance(found, str)
            assert isinstance(found, str) or same(found, GOOD)  # some bytes mean nothing
    assert refused > len(CONTENT)


@given(st.binary(max_size=400), st.integers(0, len(CONTENT)))
def test_no_other_bytes_raise_anything_else(noise: bytes, place: int) -> None:
    refusal(noise)
    found = attempt(CONTENT[:place] + noise + CONTENT[place + len(noise) + 1 :])
    assert isinstance(found, str) or same(found, GOOD)


@given(st.sampled_from(["splits", "feature", "edge", "edges", "edges_of", "counts", "units", "about"]), st.data())
def test_no_other_arrays_raise_anything_else(name: str, data: st.DataObject) -> None:
    values = planes(name).copy()
    flat = values.reshape(-1)
    for _ in range(data.draw(st.integers(1, 4))):
        flat[data.draw(st.integers(0, flat.size - 1))] = data.draw(st.integers(0, 255))
    found = attempt(changed(**{name: values}))
    if isinstance(found, Forest):
        row = np.zeros(len(found.features))
        base, contributions = found.explain(row, 0)
        assert base + contributions.sum() == pytest.approx(found.predict(row)[0], abs=1e-6)


def test_foreign_files(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    for content in (
        b"",
        b"hello",
        pickle.dumps({"a": 1}),
        packed({}),
        packed({"a.txt": b"a"}),
        (tmp_path / "other.npz").read_bytes(),
        packed({**members(CONTENT), "more.npy": array(np.zeros(1, np.uint8))}),
        packed({name: part for name, part in members(CONTENT).items() if name != "units.npy"}),
        about(kind="a forest of somebody else"),
        changed(about=list(b"[1]")),
        changed(about=list(b"{")),
        changed(about=list(b"[" * 100_000)),
        changed(about=[255, 254]),
    ):
        assert "no model of default-lint" in refusal(content)


def test_other_formats() -> None:
    assert refusal(about(format=2)).endswith("made by a newer default-lint: this one reads format 1")
    for older in (0, None, "1"):
        assert "made by an older default-lint" in refusal(about(format=older))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^gone\.npz: cannot be read: No such file or directory$"):
        Forest.load(tmp_path / "gone.npz")
    with pytest.raises(ModelError, match="cannot be read"):
        Forest.load(tmp_path)


def test_arrays_that_could_run_code_are_not_read() -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return pytest.fail, ("it ran",)

    objects = np.empty(1, object)
    objects[0] = Trap()
    assert "another type" in refusal(changed(counts=array(objects, pickled=True)))
    assert "another type" in refusal(changed(counts=array(np.ones((3, 2)))))
    assert "another type" in refusal(changed(counts=array(np.asfortranarray(np.ones((3, 2), np.uint8)))))


def test_archives_that_unfold_to_much_are_not_unfolded(tmp_path: Path) -> None:
    bomb = array(np.zeros(LARGEST + 1, np.uint8))
    assert "larger than 32 MiB when unpacked" in refusal(changed(counts=bomb))
    with open(tmp_path / "huge.npz", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ModelError, match="larger than 32 MiB"):
        Forest.load(tmp_path / "huge.npz")
    claimed = b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (999999999,), }"
    assert "wrong length" in refusal(changed(counts=claimed.ljust(127) + b"\n" + bytes(8)))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"trees": 0}, "no number of trees"),
        ({"trees": 1.0}, "no number of trees"),
        ({"nodes": True}, "no number of nodes"),
        ({"nodes": 10**9}, "no number of nodes"),
        ({"nodes": len(GOOD.splits) + 1}, "wrong number"),
        ({"trees": GOOD.trees + 1}, "tree"),
        ({"trees": GOOD.trees - 1}, "tree"),
        ({"classes": []}, "no names of classes"),
        ({"classes": ["a", "b"]}, "wrong number"),
        ({"classes": ["a", "b", "a"]}, "two classes have one name"),
        ({"features": "abc"}, "no names of features"),
        ({"features": ["a", "b"]}, "wrong number"),
        ({"features": ["a", "b", ""]}, "no names of features"),
    ],
)
def test_descriptions_that_do_not_fit(values: dict[str, Any], reason: str) -> None:
    assert reason in refusal(about(**values))


def test_splits_that_are_no_trees() -> None:
    bits = np.unpackbits(planes("splits"))
    for flipped in range(len(GOOD.splits)):
        other = bits.copy()
        other[flipped] ^= 1
        assert "damaged" in refusal(changed(splits=np.packbits(other)))
    swapped = GOOD.splits.copy()
    last = np.flatnonzero(swapped)[0]
    swapped[last], swapped[-1] = False, True  # the same number of splits, the last of them without children
    assert "damaged" in refusal(changed(splits=np.packbits(swapped)))


def chain(depth: int) -> Forest:
    """One tree that splits and splits its first child again."""
    splits = np.concatenate([[True], np.tile([True, False], depth - 1), [False, False]])
    return Forest(
        ("no", "yes"), ("x", "y"), 1, splits, np.arange(depth) % 2, np.arange(depth, dtype=np.float32),
        np.arange(1, 2 * depth + 3, dtype=np.uint8).reshape(2, depth + 1), np.ones((2, 1)),
    )  # fmt: skip


def test_trees_that_are_too_deep() -> None:
    row = np.array([2.5, 4.5])
    for depth in range(1, DEEPEST + 1):
        forest = Forest.load(chain(depth).to_bytes())
        assert forest.explain(row, 1)[1] == pytest.approx(Walker(forest).shapley(row, 1), abs=1e-13)
    assert f"deeper than {DEEPEST}" in refusal(chain(DEEPEST + 1).to_bytes())


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("feature", [[255] * int(GOOD.splits.sum())], "asks about nothing"),
        ("edge", [[255] * int(GOOD.splits.sum())], "asks about nothing"),
        ("feature", [[0]], "wrong number"),
        ("edge", [[0]], "wrong number"),
        ("feature", [0] * int(GOOD.splits.sum()), "wrong shape"),
        ("edges_of", [[1, 1]], "wrong number"),
        ("edges_of", [[0, 0, 0]], "wrong number"),
        ("edges_of", [[255] * 3] * 8, "wrong number"),
        ("edges", planes("edges")[:, :-1], "wrong number"),
        ("edges", np.concatenate([planes("edges"), planes("edges")[:1] + 1]), "no number"),
        ("counts", np.zeros_like(planes("counts")), "holds no rows"),
        ("counts", planes("counts")[:, 1:], "wrong number"),
        ("units", np.zeros_like(planes("units")), "holds no rows"),
        ("units", planes("units")[:, 1:], "wrong number"),
        ("units", planes("units")[1:], "wrong shape"),
        ("splits", np.append(planes("splits"), 0), "wrong length"),
    ],
)
def test_arrays_that_do_not_fit(name: str, values: Any, reason: str) -> None:
    assert reason in refusal(changed(**{name: values}))


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -float("inf")])
def test_thresholds_that_are_no_numbers(threshold: float) -> None:
    thresholds = GOOD.threshold.copy()
    thresholds[-1] = threshold
    assert "a threshold is no number" in refusal(replace(GOOD, threshold=thresholds).to_bytes())


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), -1.0])
def test_weights_that_are_none(weight: float) -> None:
    counts = GOOD.counts.astype(np.float64)
    counts[1, 2] = weight
    assert "holds no rows" in refusal(replace(GOOD, counts=counts).to_bytes())
    assert "holds no rows" in refusal(replace(GOOD, units=np.array([[1.0], [1.0], [weight]])).to_bytes())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"margins": np.full_like(BOOSTED.margins, np.nan)}, "adds no number"),
        ({"margins": np.full_like(BOOSTED.margins, -np.inf)}, "adds no number"),
        ({"start": float("nan")}, "adds no number"),
        ({"start": float("inf")}, "adds no number"),
        ({"start": "0"}, "adds no number"),
        ({"start": None}, "adds no number"),
        ({"margins": BOOSTED.margins[1:]}, "wrong number"),
        ({"classes": ("a", "b", "c")}, "wrong number"),
        ({"counts": np.repeat(BOOSTED.counts, 2, axis=0)}, "wrong number"),
        ({"counts": np.zeros_like(BOOSTED.counts)}, "holds no rows"),
    ],
)
def test_boosted_trees_that_do_not_fit(changes: dict[str, Any], reason: str) -> None:
    assert same(Forest.load(BOOSTED.to_bytes()), BOOSTED)
    assert reason in refusal(replace(BOOSTED, **changes).to_bytes())


def test_no_changed_byte_of_boosted_trees_raises_anything_else() -> None:
    content = BOOSTED.to_bytes()
    for place in range(0, len(content), 3):
        other = bytearray(content)
        other[place] ^= 1 << place % 8
        found = attempt(bytes(other))
        assert isinstance(found, str) or same(found, BOOSTED)
