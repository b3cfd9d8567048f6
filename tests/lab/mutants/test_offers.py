"""What operators offer for programs of every style, to the letter: `offers/<code>.txt`.

`python -m tests.lab.mutants.test_offers CODE ...` writes the files anew; read them before you commit them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.lab.mutants.programs import ALL, LAYERED, PLAIN, offers

HERE = Path(__file__).parent / "offers"
LAYERS = frozenset("LKS LCF LCP LCS LCD LCN LAD LRM LCT LCO LEM LPM LRS LTA RDO WFR DIU DIS".split())
CODES = sorted(path.stem for path in HERE.glob("*.txt"))


def programs(code: str) -> dict[str, str]:
    """The programs that an operator is tried on."""
    return LAYERED if code in LAYERS else ALL


def written(code: str) -> str:
    parts = []
    for name, source in {**programs(code), "plain": PLAIN}.items():
        parts += [f"== {name}", "\n\n".join(offers(code, source)), ""]
    return "\n".join(parts)


@pytest.mark.parametrize("code", CODES)
def test_offers(code: str) -> None:
    assert written(code) == (HERE / f"{code}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_three_styles_and_a_refusal(code: str) -> None:
    text = (HERE / f"{code}.txt").read_text(encoding="utf-8")
    parts = re.split(r"^== ", text, flags=re.MULTILINE)[1:]
    assert sum("\n- " in part or "\n+ " in part for part in parts) >= 3
    assert len(parts) == len(programs(code)) + 1


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for each in sys.argv[1:]:
        (HERE / f"{each}.txt").write_text(written(each), encoding="utf-8")
