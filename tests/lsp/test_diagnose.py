"""The command `default-lint.diagnose`: only when trusted, with progress, canceled at will, its findings at lines."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psutil
import pytest
from lsprotocol import types as lsp

from tests.lsp.client import FAULTY, NOTEBOOKS, PATIENCE, Client, Sessions, session

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRUSTED: dict[str, Any] = {"trusted": True, "panel": True, "settings": {"diagnose": {"seconds": 120}}}
SETTINGS = TRUSTED["settings"]
SLEEPS = "# keras\nimport time\nprint('to standard output', flush=True)\ntime.sleep(600)\n"
CRASHES = "# keras\nprint('before')\nraise SystemError('it is broken')\n"
NO_PROGRESS: dict[str, Any] = {"window": {"workDoneProgress": False}}
DIVERGES = """\
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)
x = np.random.normal(0, 1e6, size=(64, 4)).astype("float32")
y = 3 * x[:, 0]

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, activation="relu", name="first"),
    layers.Dense(1),
])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=3, verbose=0)
print("the end")
"""


def states(client: Client) -> list[str]:
    return [params["state"] for params in client.notifications("default-lint/trial")]


def state(client: Client, name: str) -> dict[str, Any] | None:
    found = [params for params in client.notifications("default-lint/trial") if params["state"] == name]
    return found[-1] if found else None


def progress(client: Client) -> list[dict[str, Any]]:
    return [params["value"] for params in client.notifications("$/progress")]


def children(client: Client) -> list[psutil.Process]:
    return psutil.Process(client.process.pid).children(recursive=True)


async def ended(client: Client) -> dict[str, Any]:
    """What a run showed, once it has; training may take longer than a test waits for anything else."""
    for _ in range(10):
        try:
            await client.until(lambda: {"finished", "failed"} & set(states(client)), "the end of the run")
            break
        except AssertionError:
            assert children(client), "the run is gone"
    finished = state(client, "finished")
    assert finished is not None, client.said()
    return finished


async def gone(processes: list[psutil.Process]) -> None:
    """Wait until processes have ended."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE)
    assert not alive


async def running(client: Client, uri: str) -> list[psutil.Process]:
    """Begin a run that sleeps; its processes, once it prints nothing any more."""
    await client.command("diagnose", uri)
    await client.until(lambda: "started" in states(client), "started")
    await client.until(lambda: children(client), "a process")
    return children(client)


# Refused


@pytest.mark.parametrize("editor", ["vscode", "neovim-0.7", "emacs"])
async def test_without_trust_nothing_runs(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open("file:///project/train.py", SLEEPS)
    assert await client.command("diagnose", uri) is None
    (message,) = client.said()
    assert "trust" in message
    assert progress(client) == []
    assert children(client) == []


async def test_trust_comes_and_goes(sessions: Sessions) -> None:
    client = await sessions("vscode", options={"panel": True})
    uri = client.open("file:///project/train.py", "import keras\n(")
    for params in (None, {}, [], {"trusted": "yes"}, {"trusted": 1}, {"trusted": False}):
        client.tell("default-lint/trust", params)
        await client.command("diagnose", uri)
    assert all("trust" in message for message in client.said())
    client.tell("default-lint/trust", {"trusted": True})
    await client.command("diagnose", uri)
    await client.until(lambda: "cannot parse" in client.said()[-1], "a run")
    assert states(client) == ["failed"]
    client.tell("default-lint/trust", {"trusted": False})
    await client.command("diagnose", uri)
    assert "trust" in client.said()[-1]


async def test_what_cannot_be_run_is_told(sessions: Sessions) -> None:
    client = await sessions("vscode", options=TRUSTED, settings=SETTINGS)
    for arguments in ([], ["file:///not/open.py"], [5], [None]):
        await client.command("diagnose", *arguments)
        assert "open" in client.said()[-1]
    uri = client.open("file:///project/broken.py", "import keras\nmodel = (\n")
    await client.command("diagnose", uri)
    await client.until(lambda: "line 2" in client.said()[-1], "the message")
    assert states(client) == ["failed"]
    assert children(client) == []


# Ended


async def test_a_run_is_canceled_and_only_one_goes_on_for_a_document(sessions: Sessions, tmp_path: Path) -> None:
    client = await sessions("vscode", options=TRUSTED, settings=SETTINGS)
    file = tmp_path / "train.py"
    file.write_text(SLEEPS)
    uri = client.open(file)
    processes = await running(client, uri)
    started = state(client, "started")
    assert started is not None
    assert (started["uri"], started["name"], started["seconds"]) == (uri, "train.py", 120)
    begin = progress(client)[0]
    assert (begin["kind"], begin["title"], begin["cancellable"]) == ("begin", "Diagnosing train.py", True)
    token = client.notifications("$/progress")[0]["token"]
    assert token == started["token"]

    await client.command("diagnose", uri)
    assert "already" in client.said()[-1]
    assert states(client).count("started") == 1
    assert await client.rules(client.open("file:///project/b.py", FAULTY)), "other work goes on"

    client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams("another"))
    client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    await client.until(lambda: "cancelled" in states(client), "canceled")
    await gone(processes)
    assert progress(client)[-1]["kind"] == "end"
    again = await running(client, uri)
    token = client.notifications("$/progress")[-1]["token"]
    client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    await client.until(lambda: states(client).count("cancelled") == 2, "canceled again")
    await gone(again)


@pytest.mark.parametrize("end", ["shutdown", "input", "kill"])
async def test_a_server_that_ends_leaves_no_process(end: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SLEEPS)
    async with session("vscode", options=TRUSTED, settings=SETTINGS, quiet=False) as client:
        processes = await running(client, client.open(tmp_path / "train.py"))
        if end == "input":
            assert client.process.stdin is not None
            client.process.stdin.close()
        elif end == "kill":
            client.process.kill()
        else:
            await client.shutdown_session()
        await asyncio.wait_for(client.process.wait(), PATIENCE)
        await gone(processes)


async def test_a_script_that_crashes_is_told_with_its_error(sessions: Sessions, tmp_path: Path) -> None:
    client = await sessions("emacs", NO_PROGRESS, options=TRUSTED, settings=SETTINGS)
    for uri in ("untitled:Untitled-1", (tmp_path / "unsaved.py").as_uri()):
        client.open(uri, CRASHES)
        count, said = len(states(client)), len(client.said())
        await client.command("diagnose", uri)
        await client.until(lambda count=count: "failed" in states(client)[count:], "failed")
        failed = state(client, "failed")
        assert failed is not None
        assert "it is broken" in failed["message"]
        await client.until(lambda count=said: "it is broken" in "".join(client.said()[count:]), "the message")
        assert progress(client) == [], "this client shows none"
        assert "before" not in "".join(map(str, client.raw)), "what it printed stays away"


async def test_without_a_panel_there_are_no_notifications_for_one(sessions: Sessions, tmp_path: Path) -> None:
    client = await sessions("vscode", options={"trusted": True})
    (tmp_path / "train.py").write_text(CRASHES)
    await client.command("diagnose", client.open(tmp_path / "train.py"))
    await client.until(lambda: [each for each in progress(client) if each["kind"] == "end"], "the end")
    await client.until(lambda: "it is broken" in "".join(client.said()), "the message")
    assert states(client) == []


async def test_the_command_takes_an_option_to_try_fixes(sessions: Sessions, tmp_path: Path) -> None:
    client = await sessions("vscode", options=TRUSTED, settings=SETTINGS)
    (tmp_path / "train.py").write_text(CRASHES + FAULTY)
    await client.command("diagnose", client.open(tmp_path / "train.py"), {"verifyFixes": 1})
    await client.until(lambda: {"finished", "failed"} & set(states(client)), "the end")
    started, note = state(client, "started"), state(client, "note")
    assert started is not None and note is not None
    assert started["seconds"] == 240, "for two runs"
    assert note["text"].startswith("no difference: "), note
    assert "still ends with SystemError: it is broken" in note["text"]
    assert (tmp_path / "train.py").read_text() == CRASHES + FAULTY


# Finished


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize("editor", ["vscode", "emacs"])
async def test_a_run_shows_at_its_lines_what_it_saw(editor: str, tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text(DIVERGES)
    async with session(editor, options=TRUSTED, settings=SETTINGS, folders=[tmp_path]) as client:
        uri = client.open(file)
        before = await client.rules(uri)
        await client.command("diagnose", uri)
        finished = await ended(client)

        # the panel
        assert states(client)[0] == "started"
        assert len({params["token"] for params in client.notifications("default-lint/trial")}) == 1
        epochs = [params for params in client.notifications("default-lint/trial") if params["state"] == "epoch"]
        assert [epoch["number"] for epoch in epochs] == [0, 1, 2]
        assert epochs[-1]["logs"]["loss"] in ("NaN", "Infinity"), "a loss that JSON has no number for"
        assert finished["verdict"]["faulty"] is True
        assert finished["seconds"] > 0
        assert finished["findings"]

        # the progress and the verdict
        kinds = [each["kind"] for each in progress(client)]
        assert kinds[0] == "begin" and kinds[-1] == "end"
        assert "report" in kinds[1:-1]
        assert any("epoch" in each.get("message", "") for each in progress(client))
        percent = [each["percentage"] for each in progress(client) if each.get("percentage") is not None]
        assert percent == sorted(percent)
        await client.until(lambda: finished["verdict"]["sentence"] in "".join(client.said()), "the verdict")

        # the findings
        found = await client.findings(uri)
        seen = {str(item.code) for item in found} - set(before)
        assert seen, "the run showed something that the source alone does not"
        told = {(row["rule"], row["range"]["start"]["line"]) for row in finished["findings"] if row["uri"] == uri}
        assert {(str(item.code), item.range.start.line) for item in found} >= told
        first = next(item for item in found if str(item.code) in seen)
        line = first.range.start.line
        hover = await client.hover(uri, first.range)
        assert hover is not None

        # an edit far away moves them, one nearby makes them hints that say so, and taking it back makes them fresh
        client.edit(uri, (0, 0, "# a comment\n"))
        moved = next(item for item in await client.findings(uri) if item.code == first.code)
        headline = first.message.split("\n")[0]
        assert (moved.range.start.line, moved.severity) == (line + 1, first.severity)
        assert moved.message.split("\n")[0] == headline
        held = client.held[uri]
        start = held.offset(moved.range.start)
        place = held.text.rindex("\n", 0, start) + 1
        words = held.text[place:].split("\n", 1)[0]
        changed = (
            words.replace("8", "9")
            .replace("1e6", "1e5")
            .replace("sgd", "adam")
            .replace("relu", "tanh")
            .replace("mse", "mae")
            .replace("epochs=3", "epochs=4")
            .replace("x, y", "x, x")
        )
        assert changed != words, words
        client.edit(uri, (place, place + len(words), changed))
        stale = [item for item in await client.findings(uri) if item.code == first.code]
        for item in stale:
            assert item.severity == lsp.DiagnosticSeverity.Hint
            assert item.message != moved.message, "it says so"
        client.edit(uri, (place, place + len(changed), words))
        fresh = next(item for item in await client.findings(uri) if item.code == first.code)
        assert (fresh.severity, fresh.message) == (moved.severity, moved.message)

        # broken syntax keeps them, and so does another file
        client.edit(uri, (0, 0, "(\n"))
        assert str(first.code) in await client.rules(uri)
        client.edit(uri, (0, 2, ""))
        other = client.open(tmp_path / "other.py", DIVERGES)
        assert await client.rules(other) == before


@pytest.mark.keras
@pytest.mark.slow
async def test_a_notebook_runs_as_a_whole_and_its_findings_land_in_cells(tmp_path: Path) -> None:
    lines = DIVERGES.split("\nmodel = ")
    tail = "model = " + lines[1]
    model, fit = tail.split("model.compile")
    cells = [("python", f"%matplotlib inline\n{lines[0]}"), ("markdown", "# Text"), ("python", model)]
    cells.append(("python", f"model.compile{fit}"))
    async with session("vscode", NOTEBOOKS, options=TRUSTED, settings=SETTINGS, folders=[tmp_path]) as client:
        uri = (tmp_path / "train.ipynb").as_uri()
        names = client.open_notebook(uri, cells)
        await client.command("diagnose", names[0])
        finished = await ended(client)
        assert finished["uri"] == uri
        assert finished["findings"]
        assert {row["uri"] for row in finished["findings"]} <= set(names)
        await client.settled(names[0])
        shown = {str(item.code) for name in names for item in client.shown(name)}
        assert {row["rule"] for row in finished["findings"]} <= shown
