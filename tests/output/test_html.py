"""The page of a diagnosis: its text, and what a browser makes of it."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from default_lint.findings import Diagnosis, Edit, Finding, Fix, Note, Observed, Report, Rule, Safety, Verdict
from default_lint.output import charts, html
from default_lint.text import Document, Span
from default_lint.trial.trace import Trace
from tests.output import tracing
from tests.output.making import finding, notebook, span
from tests.output.tracing import SCRIPT, TESTS

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
browsing = pytest.mark.skipif(BROWSER is None, reason="no headless browser is installed")


def softmax() -> Finding:
    place = span(SCRIPT, '"softmax"')
    one = finding(
        place,
        notes=[Note("the loss reads it as a probability", span(SCRIPT, '"binary_crossentropy"'))],
        fixes=[Fix("replace softmax by `sigmoid`", (Edit(place, '"sigmoid"'),), Safety.UNSAFE)],
    )
    return replace(one, evidence=(Rule(), Observed("prediction_std", (4,), 0.0, "site", "constant-predictions")))


def diagnosed(*found: Finding, document: Document | None = None, **more: Any) -> Diagnosis:
    document = document or Document("train.py", SCRIPT)
    verdict = Verdict(
        more.get("faulty", True), more.get("sentence", "`sequential` learns nothing"), more.get("first", "")
    )
    return Diagnosis(verdict, (Report(document, found),), tuple((document, one) for one in found))


class Tree(HTMLParser):
    """Elements of a page with their attributes and text; fails when tags do not match."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def of(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        return [
            row for name, row in self.elements if name == tag and kind in ["", *(row.get("class") or "").split(" ")]
        ]


def tree(result: Diagnosis, trace: Trace) -> Tree:
    return Tree(html.page(result, trace))


# what the page says


def test_the_page_tells_everything():
    shown = tree(diagnosed(softmax(), first="line 8: use `sigmoid`"), tracing.trace(tests=TESTS, kind="budget"))
    for words in (
        "diagnosis of train.py",
        "Faulty sequential learns nothing",
        "Try first line 8: use sigmoid",
        "1 softmax over 1 unit always outputs 1.0",
        "Seen standard deviation of the predictions 0.0000 in epoch 5",
        "Note the loss reads it as a probability train.py:11:48",
        "Change replace softmax by sigmoid [unsafe fix]",
        '- layers.Dense(1, activation="softmax"),',
        '+ layers.Dense(1, activation="sigmoid"),',
        "The run 5 of 20 epochs",
        "learning-rate sweep0.0001 to 0.01 learns, 0.1 diverges; the script uses 5",
        "zeroed inputnot made: no time was left",
        "Versionspython 3.11.2, keras 3.15.1, backend tensorflow",
        "Timetraining 1.2 s, own tests 5.5 s, all 9.5 s",
    ):
        assert words in shown.text, words


def test_findings_and_lines_lead_to_each_other():
    shown = tree(diagnosed(softmax()), tracing.trace())
    anchors = {row["id"] for _, row in shown.elements if "id" in row}
    targets = {row["href"] for row in shown.of("a") if (row["href"] or "").startswith("#")}
    assert targets == {"#f1", "#s0-8", "#s0-11"}
    assert {target[1:] for target in targets if target} <= anchors
    (line,) = [row for row in shown.of("div", "line") if row["id"] == "s0-8"]
    assert "told" in str(line["class"])


def test_the_place_is_underlined_to_the_column():
    row = SCRIPT.splitlines()[7]
    styles = [(row["class"], row["style"]) for row in tree(diagnosed(softmax()), tracing.trace()).of("i")]
    start = row.index('"softmax"')
    assert styles[0] == ("error", f"left:{start}ch;width:9ch")
    assert styles[1][0] == "related"


def test_curves_have_a_dot_with_its_number_for_each_epoch():
    drawn = html.training(tracing.trace(6).models[0])
    loss, accuracy, gradient = drawn.charts
    assert [chart.title for chart in (loss, accuracy, gradient)] == ["loss", "accuracy", "gradient norm"]
    assert [(curve.name, len(curve.dots)) for curve in loss.curves] == [("training", 6), ("validation", 6)]
    assert loss.curves[0].dots[0][2] == "training 2.7000 at epoch 1"
    assert gradient.logarithmic
    assert not loss.logarithmic


def test_the_heat_maps_say_every_number():
    drawn = html.training(tracing.trace(3).models[0])
    gradient, output, dead = drawn.heats
    assert [row.name for row in gradient.rows] == ["dense_0", "dense_1", "dense_2"]
    assert [row.name for row in dead.rows] == ["dense_0", "dense_1"]
    assert [cell.said for cell in gradient.rows[0].cells] == [
        "dense_0: 1.0000 in epoch 1",
        "dense_0: 0.1000 in epoch 2",
        "dense_0: 0.0100 in epoch 3",
    ]
    assert (dead.low, dead.high) == ("0 %", "100 %")
    assert (output.low, output.high) == ("0.0050", "0.5000")
    assert len({cell.color for row in output.rows for cell in row.cells}) == 1
    assert output.columns == 3


def test_a_run_that_breaks_is_marked():
    shown = html.training(tracing.broken().models[0])
    assert [said for _, said in shown.charts[0].curves[0].broken] == ["training NaN at epoch 3"]
    assert "training NaN at epoch 3" in tree(diagnosed(), tracing.broken()).text


def test_the_sweep_shows_what_learns_and_the_rate_of_the_script():
    (result,) = [event["result"] for event in TESTS if event["name"] == "rate_sweep"]
    drawn = html.sweep(result)
    assert drawn is not None
    assert drawn.band is not None and drawn.line is not None
    assert drawn.left < drawn.band[0] < drawn.band[1] < drawn.line.at
    assert len(drawn.curves[0].broken) == 2
    assert html.sweep({"skipped": "no time"}) is None
    assert html.sweep({"rates": [0.1], "start": ["NaN"], "end": ["NaN"], "learns": None, "current": None}) is not None


def test_a_long_source_is_shown_around_its_findings():
    text = "import keras\n" * 300 + "x = 1\n" + "import keras\n" * 300
    one = finding(span(text, "1"))
    result = diagnosed(one, document=Document("long.py", text))
    shown = html.source(Document("long.py", text), 0, result)
    assert [line.number for line in shown.lines if not line.gap] == list(range(293, 310))
    assert (
        sum(line.gap for line in shown.lines) == 602 - 17 - 0 - 0 or sum(line.gap for line in shown.lines) == 601 - 16
    )


def test_cells_of_a_notebook_are_named():
    document = notebook("import keras\n", "model = keras.Sequential()\nmodel.fit(x)\n")
    one = finding(span(document.text, "fit"))
    shown = tree(diagnosed(one, document=document), tracing.trace())
    assert "cell 3" in shown.text
    assert "book.ipynb:cell 3:2:7" in shown.text


def test_a_run_without_training_has_a_page():
    assert "No training was seen." in tree(diagnosed(faulty=None), Trace("train.py")).text


def test_the_fragment_for_notebooks_has_no_source_and_no_anchors():
    text = html.fragment(diagnosed(softmax()), tracing.trace())
    assert text.startswith('<div class="dlint">')
    assert "softmax over 1 unit" in text
    assert not re.search(r"<(html|body|script|link)|href=\"#|id=\"f1\"", text)
    assert Tree(text).text.count("train.py:8:32") == 1


# nothing in it is trusted

HOSTILE = """</style></code><script>alert(1)</script><img src=x onerror=alert(1)> "'&{{ 7*7 }}{% raw %}"""


def test_everything_is_escaped():
    text = f"x = {HOSTILE!r}  # {HOSTILE}\nimport keras\n"
    document = Document(f"{HOSTILE}.py", text)
    place = span(text, "import")
    one = finding(place, HOSTILE, rule="r", notes=[Note(HOSTILE, place), Note(HOSTILE)], fixes=[Fix(HOSTILE)])
    result = diagnosed(one, document=document, sentence=HOSTILE, first=HOSTILE)
    hostile = tracing.layer(0, HOSTILE, 1, 4, HOSTILE)
    trace = Trace.read(
        [
            {"event": "trace", "script": HOSTILE, "sources": {}},
            {"event": "start", "versions": {HOSTILE: HOSTILE}},
            tracing.model(name=HOSTILE, kind=HOSTILE, layers=[hostile], losses=[HOSTILE]),
            tracing.epoch(0, logs={HOSTILE: 1.0, "loss": 1.0}),
            {"event": "test", "model": 0, "name": HOSTILE, "result": {"skipped": HOSTILE}},
            {"event": "note", "text": HOSTILE},
            {"event": "ended", "kind": "error", "message": HOSTILE},
        ]
    )
    for text in (html.page(result, trace), html.fragment(result, trace)):
        shown = Tree(text)
        assert {tag for tag, _ in shown.elements}.isdisjoint({"script", "img", "link", "iframe"})
        assert not any(name.startswith("on") for _, row in shown.elements for name in row)
        assert "49" not in shown.text.replace("{{ 7*7 }}", "")
        assert len(shown.of("style")) == 1


@given(st.text(st.sampled_from("ab <&\"'`(=\t#é日😀\u0301\x1b\x00\u202e\r\n\u2028\x0c"), max_size=60), st.data())
def test_any_source_is_shown_line_by_line(text: str, data: st.DataObject):
    document = Document("x.py", text)
    places = st.integers(0, len(text))
    place = Span(*sorted((data.draw(places), data.draw(places))))
    result = diagnosed(finding(place), document=document)
    rows = html.source(document, 0, result).lines
    assert [row.number for row in rows] == list(range(1, len(document.line_starts) + 1))
    assert sum(len(row.said) for row in rows) == 1
    assert any(row.underlines for row in rows)
    Tree(html.page(result, Trace("x.py")))


# charts


@given(st.lists(st.tuples(st.integers(0, 30), st.none() | st.floats()), max_size=20))
def test_charts_take_every_number(points: list[tuple[int, float | None]]):
    drawn = charts.chart(
        "loss", [charts.Series("a", "training", tuple((float(x), y) for x, y in sorted(points, key=lambda p: p[0])))]
    )
    assert (drawn is None) == all(value is None for _, value in points)
    if drawn is not None:
        for curve in drawn.curves:
            assert all(drawn.left <= x <= drawn.right and drawn.top <= y <= drawn.bottom for x, y, _ in curve.dots)
            assert "nan" not in curve.path and "inf" not in curve.path


@given(st.lists(st.lists(st.none() | st.floats(), min_size=4, max_size=4), max_size=5))
def test_heat_maps_take_every_number(rows: list[list[float | None]]):
    drawn = charts.heat("g", "", [(str(at), "", row) for at, row in enumerate(rows)], [0, 1, 2, 3])
    if drawn is not None:
        assert all(cell.broken or re.fullmatch("#[0-9a-f]{6}", cell.color) for row in drawn.rows for cell in row.cells)


def test_ticks_are_round():
    assert charts.nice(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert charts.nice(0.31, 2.7) == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert charts.nice(1, 1) == [1]
    assert charts.Axis(1e-4, 1.0, 0, 1, True).ticks() == [1e-4, 1e-3, 1e-2, 1e-1, 1.0]


def test_colors_run_from_dark_to_light():
    lightness = [sum(int(charts.color(share / 10)[at : at + 2], 16) for at in (1, 3, 5)) for share in range(11)]
    assert lightness == sorted(lightness)
    assert charts.color(-1) == charts.color(0.0) == "#00224e"
    assert charts.color(2) == charts.color(1.0) == "#fee838"
    assert math.isclose(len(set(lightness)), 11)


def test_long_curves_are_thinned_but_keep_what_is_not_finite():
    points = [(float(at), math.nan if at == 777 else 1.0) for at in range(5000)]
    kept = charts.thin(points)
    assert len(kept) <= 2 * charts.POINTS
    assert points[777] in kept and points[-1] in kept


# in a browser


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    thread.join()
    running.server_close()


def browse(path: Path, *options: str) -> str:
    """The page as the browser understood it."""
    assert BROWSER is not None
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]
    command += [f"--user-data-dir={path.parent / 'profile'}", "--virtual-time-budget=2000", *options, path.as_uri()]
    return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()


@browsing
@pytest.mark.slow
def test_a_browser_shows_the_page_and_asks_nobody(tmp_path: Path, server: tuple[str, list[str]]):
    address, asked = server
    bait = (
        f'"><img src="{address}/bait"><script src="{address}/script"></script><style>@import "{address}/style"</style>'
    )
    text = SCRIPT + f"# {bait}\n"
    one = replace(softmax(), message=bait)
    result = diagnosed(one, document=Document("train.py", text), sentence=bait)
    page = tmp_path / "page.html"
    page.write_text(html.page(result, tracing.trace(5, tests=TESTS)), encoding="utf-8")
    seen = Tree(browse(page, "--dump-dom"))
    assert asked == []
    assert bait in "".join(seen.words)
    assert len(seen.of("svg")) >= 8
    assert len(seen.of("rect")) >= 3 * 5 * 2
    assert len(seen.of("circle")) >= 4 * 5
    assert len(seen.of("div", "line")) == text.count("\n") + 1
    # the same bait without a page of ours around it does ask: so the above means something
    page.write_text(f"<p>{bait}", encoding="utf-8")
    browse(page, "--dump-dom")
    assert "/bait" in asked


@browsing
@pytest.mark.slow
@pytest.mark.parametrize("columns", [390, 1100])
def test_nothing_is_wider_than_the_window(tmp_path: Path, columns: int):
    """The page in a frame of that width; a script of the test, not of the page, measures it from outside."""
    page = html.page(diagnosed(softmax()), tracing.trace(40, tests=TESTS))
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    measuring = "<script>document.title = 'wide ' + document.documentElement.scrollWidth + ' of ' + innerWidth</script>"
    (tmp_path / "inner.html").write_text(page.replace("</body>", f"{measuring}</body>"), encoding="utf-8")
    outer = tmp_path / "outer.html"
    outer.write_text(
        f"<iframe src='inner.html' style='width:{columns}px;height:900px;border:0' "
        'onload="document.body.append(this.contentDocument.title)"></iframe>',
        encoding="utf-8",
    )
    dom = browse(outer, "--allow-file-access-from-files", "--window-size=1400,900", "--dump-dom")
    match = re.search(r"wide (\d+) of (\d+)", dom)
    assert match is not None
    assert int(match[2]) == columns
    assert int(match[1]) <= columns
