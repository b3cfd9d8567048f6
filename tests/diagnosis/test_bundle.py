"""The classifiers that come with the product: what is whole is used, what is not is told."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint.diagnosis.bundle import CLIP, FOLDER, MANIFEST, Bundle, Model, load
from default_lint.diagnosis.forest import Forest

from .trees import grown, rows

ROOT = Path(__file__).parents[2]
TWO = grown(1, trees=5, depth=5)
MANY = grown(2, trees=5, depth=4, classes=3)


def entry(forest: Forest, file: str, **more: Any) -> dict[str, Any]:
    return {
        "file": file,
        "sha256": hashlib.sha256(forest.to_bytes()).hexdigest(),
        "classes": list(forest.classes),
        "features": list(forest.features),
        "calibration": [[1.0, 0.0] for _ in forest.classes],
        "threshold": 0.6,
        "speaks": True,
        "usual": {"feature_0": [-1, 1.5]},
        "base": 0.4,
        "scores": {"auroc": 0.9},
        **more,
    }


def manifest(**more: Any) -> dict[str, Any]:
    models = {"detection.both": entry(TWO, "detection.npz"), "cause.layer.both": entry(MANY, "cause.npz")}
    return {
        "format": 1,
        "made_with": {"default-lint": "0.1.0", "numpy": "2.0"},
        "corpus": {"hash": "abc", "seeds": 60, "programs": 10, "runs": 50},
        "models": models,
        **more,
    }


def written(folder: Path, content: Mapping[str, Any] | bytes) -> Bundle:
    folder.mkdir(exist_ok=True)
    (folder / "detection.npz").write_bytes(TWO.to_bytes())
    (folder / "cause.npz").write_bytes(MANY.to_bytes())
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / MANIFEST).write_bytes(raw)
    return load(folder)


def named(row: Any, forest: Forest) -> dict[str, float]:
    return {name: float(value) for name, value in zip(forest.features, row, strict=True)} | {"other": 7.0}


def test_a_whole_bundle(tmp_path: Path) -> None:
    bundle = written(tmp_path, manifest())
    assert bundle.names == ("detection.both", "cause.layer.both")
    assert bundle.made_with["numpy"] == "2.0"
    assert bundle.corpus["seeds"] == 60
    assert bundle.speaks("detection.both") and not bundle.speaks("site.layer")
    assert bundle.digest == hashlib.sha256((tmp_path / MANIFEST).read_bytes()).hexdigest()
    model = bundle.model("detection.both")
    assert model is not None and model is bundle.model("detection.both")
    assert (model.name, model.classes, model.threshold, model.speaks) == ("detection.both", ("no", "yes"), 0.6, True)
    assert model.usual == {"feature_0": (-1.0, 1.5)}
    assert model.scores == {"auroc": 0.9}
    assert bundle.model("site.layer") is None
    assert bundle.trouble == () and not bundle.empty


def test_lists_may_be_shared(tmp_path: Path) -> None:
    content = manifest(features={"all": list(TWO.features)}, usual={"all": {"feature_1": [0, 2]}})
    for model in content["models"].values():
        model.update(features="all", usual="all")
    bundle = written(tmp_path, content)
    models = [bundle.model(name) for name in bundle.names]
    assert [model and model.usual for model in models] == [{"feature_1": (0.0, 2.0)}] * 2
    assert bundle.trouble == ()


@pytest.mark.parametrize("calibration", [(1.0, 0.0), (1.7, -0.4), (0.3, 2.0), (0.0, 0.5), (40.0, 0.0), (-1.0, 0.1)])
@pytest.mark.parametrize("seed", range(4))
def test_contributions_sum_to_the_calibrated_probability(calibration: tuple[float, float], seed: int) -> None:
    for forest in (grown(seed, trees=9, depth=6), grown(seed, depth=3, classes=3), grown(seed, trees=1, depth=0)):
        model = Model("m", forest, tuple(calibration for _ in forest.classes), 0.5, True)
        for row in rows(seed, forest):
            values = named(row, forest)
            for output in range(len(forest.classes)):
                learned = model.judge(values, output)
                total = learned.base + sum(learned.contributions.values())
                assert learned.probability == pytest.approx(total, abs=1e-9)
                assert learned.probability == model.probability(values, output)
                assert 0 <= learned.probability <= 1 and 0 <= learned.base <= 1
                sizes = [abs(part) for part in learned.contributions.values()]
                assert sizes == sorted(sizes, reverse=True)
                assert set(learned.contributions) <= set(forest.features)
            shares = model.probabilities(values)
            assert tuple(shares) == forest.classes
            assert sum(shares.values()) == pytest.approx(1)


def test_without_calibration_they_are_the_shap_values() -> None:
    model = Model("m", TWO, ((1.0, 0.0), (1.0, 0.0)), 0.5, True)
    for row in rows(0, TWO):
        base, parts = TWO.explain(row, 1)
        learned = model.judge(named(row, TWO))
        if CLIP < TWO.predict(row)[1] < 1 - CLIP:
            assert learned.base == pytest.approx(base)
            assert learned.contributions == pytest.approx({n: p for n, p in zip(TWO.features, parts) if p})


def test_the_formula_of_the_calibration() -> None:
    model = Model("m", TWO, ((9.0, 9.0), (1.7, -0.4)), 0.5, True)
    for row in rows(1, TWO):
        share = min(max(float(TWO.predict(row)[1]), CLIP), 1 - CLIP)
        expected = 1 / (1 + math.exp(-(1.7 * math.log(share / (1 - share)) - 0.4)))
        values = named(row, TWO)
        assert model.probability(values) == pytest.approx(expected)
        assert model.probability(values, 0) == pytest.approx(1 - expected)
        assert model.probabilities(values) == pytest.approx({"no": 1 - expected, "yes": expected})


def test_two_causes_are_no_question_of_yes_or_no() -> None:
    forest = replace(TWO, classes=("epochs", "batch-size"))
    model = Model("m", forest, ((1.3, 0.2), (1.7, -0.4)), 0.5, True)
    for row in rows(1, forest):
        values, share = named(row, forest), forest.predict(row)
        found = [
            1 / (1 + math.exp(-(a * math.log(part / (1 - part)) + b)))
            for (a, b), part in zip(model.calibration, np.clip(share, CLIP, 1 - CLIP), strict=True)
        ]
        assert [model.judge(values, at).probability for at in (0, 1)] == pytest.approx(found)
        assert list(model.probabilities(values).values()) == pytest.approx([part / sum(found) for part in found])


def test_shares_at_the_ends_stay_in_order() -> None:
    sure = grown(0, trees=1, depth=1, features=1, splitting=1)
    counts = sure.counts.copy()
    counts[:, 0], counts[:, 1] = (10, 0), (0, 10)
    forest = Forest(sure.classes, sure.features, 1, sure.splits, sure.feature, sure.threshold, counts, sure.units)
    model = Model("m", forest, ((1.0, 0.0), (1.0, 0.0)), 0.5, True)
    low, high = (model.judge({"feature_0": value}) for value in (-1e9, 1e9))
    assert (low.probability, high.probability) == pytest.approx((CLIP, 1 - CLIP))
    assert low.contributions["feature_0"] < 0 < high.contributions["feature_0"]


def test_a_missing_feature_is_our_own_mistake() -> None:
    model = Model("m", TWO, ((1.0, 0.0), (1.0, 0.0)), 0.5, True)
    values = named(rows(0, TWO)[0], TWO)
    del values["feature_2"]
    for ask in (model.judge, model.probabilities, model.probability):
        with pytest.raises(KeyError, match="feature_2"):
            ask(values)


# -- trouble


def test_no_folder_and_no_manifest_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "gone", tmp_path, tmp_path / "file"):
        bundle = load(folder)
        assert bundle.empty and bundle.names == () and bundle.trouble == () and bundle.digest == ""
        assert bundle.model("detection.both") is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe{}", "no JSON"),
        (b"[" * 10**5, "no JSON"),
        (b"[1]", "no table"),
        (b"{}", "no manifest of models"),
        ({"format": "1"}, "no manifest of models"),
        ({"format": True}, "no manifest of models"),
        (manifest(format=2), "made by a newer default-lint: this one reads format 1, not 2"),
        (manifest(format=0), "made by an older default-lint: this one reads format 1, not 0"),
        ({"format": 1}, "no table"),
        (manifest(models=[]), "no table"),
        (manifest(corpus=3), "no table"),
        (manifest(made_with=[]), "no table"),
    ],
)
def test_manifests_that_are_none(content: Any, reason: str, tmp_path: Path) -> None:
    bundle = written(tmp_path, content)
    assert not bundle.empty and bundle.names == ()
    (line,) = bundle.trouble
    assert line.startswith("manifest.json: ") and reason in line and "\n" not in line
    assert bundle.model("detection.both") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"file": None}, "`file`"),
        ({"file": "../cause.npz"}, "`file`"),
        ({"file": "/etc/passwd"}, "`file`"),
        ({"file": "cause.pkl"}, "`file`"),
        ({"sha256": "abc"}, "`sha256`"),
        ({"sha256": 3}, "`sha256`"),
        ({"classes": []}, "`classes`"),
        ({"classes": ["yes"], "calibration": [[1, 0]]}, "`calibration`"),
        ({"classes": ["no", 1]}, "`classes`"),
        ({"features": "missing"}, "`features`"),
        ({"features": None}, "`features`"),
        ({"features": [1]}, "`features`"),
        ({"calibration": [[1, 0]]}, "`calibration`"),
        ({"calibration": [[1, 0], [1]]}, "`calibration`"),
        ({"calibration": [[1, 0], [1, float("nan")]]}, "`calibration`"),
        ({"calibration": [[1, 0], [1, 10**400]]}, "`calibration`"),
        ({"calibration": [[1, 0], [True, 0]]}, "`calibration`"),
        ({"threshold": 1.5}, "`threshold`"),
        ({"threshold": None}, "`threshold`"),
        ({"speaks": "yes"}, "`speaks`"),
        ({"usual": []}, "no table"),
        ({"usual": "missing"}, "no table"),
        ({"usual": {"feature_0": [1]}}, "`usual`"),
        ({"scores": 1}, "no table"),
    ],
)
def test_one_wrong_entry_leaves_the_others(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    content = manifest()
    content["models"]["detection.both"].update(change)
    bundle = written(tmp_path, content)
    assert bundle.names == ("cause.layer.both",)
    (line,) = bundle.trouble
    assert line.startswith("detection.both: ") and reason in line
    assert bundle.model("detection.both") is None and not bundle.speaks("detection.both")
    assert bundle.model("cause.layer.both") is not None


def damaged(folder: Path, content: bytes | None, **change: Any) -> str:
    """The only line of trouble with another content of a file, for which the manifest may be written."""
    listed = manifest()
    if change.pop("listed", False):
        listed["models"]["detection.both"]["sha256"] = hashlib.sha256(content or b"").hexdigest()
    listed["models"]["detection.both"].update(change)
    bundle = written(folder, listed)
    if content is None:
        (folder / "detection.npz").unlink()
    else:
        (folder / "detection.npz").write_bytes(content)
    assert bundle.trouble == ()  # not before it is asked for
    assert bundle.model("detection.both") is None
    assert bundle.model("detection.both") is None
    assert bundle.model("cause.layer.both") is not None
    (line,) = bundle.trouble
    assert line.startswith("detection.both: ") and "\n" not in line
    return line


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    whole = TWO.to_bytes()
    assert "detection.npz cannot be read: No such file" in damaged(tmp_path / "a", None)
    assert "is not the file that the manifest was written for" in damaged(tmp_path / "b", whole[:-1])
    assert "is not the file that the manifest was written for" in damaged(tmp_path / "c", MANY.to_bytes())
    assert "detection.npz: damaged" in damaged(tmp_path / "d", whole[:-1], listed=True)
    assert "no model of default-lint" in damaged(tmp_path / "e", b"", listed=True)
    other = "has other classes or features than the manifest"
    assert other in damaged(tmp_path / "f", whole, features=["a", "b", "c", "d"])
    assert other in damaged(tmp_path / "g", whole, classes=["no", "maybe"])


def test_a_manifest_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).mkdir()
    bundle = load(tmp_path)
    assert bundle.trouble == ("manifest.json: cannot be read: Is a directory",)
    assert not bundle.empty
    with open(tmp_path / "big", "wb") as file:
        file.truncate(1 << 35)
    (tmp_path / MANIFEST).rmdir()
    (tmp_path / "big").rename(tmp_path / MANIFEST)
    assert load(tmp_path).trouble == ("manifest.json: larger than 16 MiB",)


WHOLE = json.dumps(manifest())


@given(st.integers(0, len(WHOLE) - 1), st.text('0123456789{}[]",:-.enltruf \\', max_size=6), st.integers(0, 20))
def test_no_manifest_raises(place: int, text: str, cut: int) -> None:
    raw = (WHOLE[:place] + text + WHOLE[place + cut :]).encode()
    bundle = Bundle(Path("nowhere"), raw)
    for name in bundle.names:
        assert bundle.model(name) is None  # there are no files
    assert all("\n" not in line for line in bundle.trouble)


# -- when things are read


def test_a_bundle_is_read_again_when_the_manifest_changes(tmp_path: Path) -> None:
    first = written(tmp_path, manifest())
    assert load(tmp_path) is first
    content = manifest()
    del content["models"]["cause.layer.both"]
    second = written(tmp_path, content)
    assert second is not first and second.names == ("detection.both",)
    assert load(tmp_path) is second


def test_a_file_that_is_repaired_is_no_trouble_any_more(tmp_path: Path) -> None:
    bundle = written(tmp_path, manifest())
    for name in ("detection", "cause"):
        (tmp_path / f"{name}.npz").write_bytes(b"half of it")
    assert bundle.model("detection.both") is None and bundle.model("cause.layer.both") is None
    assert len(bundle.trouble) == 2
    (tmp_path / "detection.npz").write_bytes(TWO.to_bytes())
    assert load(tmp_path) is bundle
    assert len(bundle.trouble) == 1  # before anybody asks for it again
    assert bundle.model("detection.both") is not None
    (tmp_path / "cause.npz").write_bytes(b"the other half")
    assert bundle.model("cause.layer.both") is None and len(bundle.trouble) == 1
    (tmp_path / "cause.npz").unlink()
    assert bundle.model("cause.layer.both") is None
    assert "No such file" in bundle.trouble[0]
    (tmp_path / "cause.npz").write_bytes(MANY.to_bytes())
    assert bundle.model("cause.layer.both") is not None and bundle.trouble == ()


def test_a_file_that_stays_broken_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = written(tmp_path, manifest())
    (tmp_path / "detection.npz").write_bytes(b"half of it")
    assert bundle.model("detection.both") is None
    monkeypatch.setattr(Forest, "load", None)
    monkeypatch.setattr(hashlib, "sha256", None)
    assert bundle.model("detection.both") is None and len(bundle.trouble) == 1


def test_a_manifest_that_could_not_be_read_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        bundle = written(tmp_path, manifest())
    assert bundle.trouble == ("manifest.json: cannot be read: Permission denied",)
    assert load(tmp_path).trouble == () and load(tmp_path) is load(tmp_path)


def test_numpy_waits_for_the_first_classifier(tmp_path: Path) -> None:
    written(tmp_path, manifest())
    script = (
        "import sys; from pathlib import Path\n"
        "from default_lint.diagnosis.bundle import load\n"
        "bundle = load(Path(sys.argv[1]))\n"
        "assert bundle.speaks('detection.both') and 'numpy' not in sys.modules\n"
        "assert bundle.model('detection.both') and 'numpy' in sys.modules\n"
        "print(*({'sklearn', 'scipy', 'pandas', 'shap', 'libcst'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_what_is_shipped_is_whole() -> None:
    bundle = load(FOLDER)
    assert all(bundle.model(name) is not None for name in bundle.names)
    assert bundle.trouble == ()
