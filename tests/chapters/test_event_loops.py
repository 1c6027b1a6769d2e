"""Chapter 10: what the transcripts do not reach, and the checker's virtual clock."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from courseware.checker.judge import judge
from courseware.drivers import Wrong
from courseware.drivers.virtual_time import run as run_virtually
from courseware.exercises import find
from tests.chapters.programs import load, run

WAITS = "event-loops/twenty_waits.py"

IN_ANOTHER_STYLE = """
import asyncio


async def first_completed(*coros, limit):
    if not coros:
        raise ValueError("no coroutines")
    ends = asyncio.Queue()

    async def take_part(coro):
        try:
            ends.put_nowait((await coro, None))
        except Exception as error:
            ends.put_nowait((None, error))

    result = error = None
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(take_part(coro)) for coro in coros]
        try:
            async with asyncio.timeout(limit):
                result, error = await ends.get()
        except TimeoutError as late:
            error = late
        for task in tasks:
            task.cancel()
    if error is not None:
        raise error
    return result
"""


def test_a_solution_in_another_style_passes(tmp_path: Path) -> None:
    file = tmp_path / "first_completed.py"
    file.write_text(IN_ANOTHER_STYLE, encoding="utf-8")
    exercise = find("first-completed")
    assert exercise is not None
    verdicts = judge(exercise, [sys.executable, str(file)], seed=3)
    assert verdicts[-1].failure is None
    assert len(verdicts) == len(exercise.stages)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def first_completed(*coros, limit):\n    [coro.close() for coro in coros]", "async def"),
        ("import asyncio\nfirst = None", "has no `first_completed`"),
        (
            "import asyncio\n"
            "async def first_completed(*coros, limit):\n"
            "    [coro.close() for coro in coros]\n"
            "    await asyncio.Event().wait()\n",
            "for something that never comes",
        ),
    ],
)
def test_what_is_no_solution_at_all(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "first_completed.py"
    file.write_text(text, encoding="utf-8")
    exercise = find("first-completed")
    assert exercise is not None
    (verdict,) = judge(exercise, [sys.executable, str(file)], seed=3)
    assert verdict.failure is not None
    assert words in verdict.failure.what


def test_hours_of_virtual_time_pass_at_once() -> None:
    async def nap() -> float:
        await asyncio.gather(asyncio.sleep(7_200), asyncio.sleep(3_600))
        return asyncio.get_running_loop().time()

    assert run_virtually(nap()) == (7_200, [])


def test_a_thread_wakes_the_virtual_loop() -> None:
    async def ask() -> str:
        return await asyncio.to_thread(lambda: "from a thread")

    assert run_virtually(ask())[0] == "from a thread"


def test_asking_again_and_again_is_told_from_waiting() -> None:
    async def poll() -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Wrong, match="asking again and again"):
        run_virtually(poll())


@pytest.mark.parametrize("kind", ["threads", "tasks"])
def test_what_was_measured_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    kept = tmp_path / "kept.json"
    run(monkeypatch, WAITS, kind, "--write", str(kept))
    record = json.loads(kept.read_text(encoding="utf-8"))
    assert sorted(round(wait[0] * 1000) for wait in record["waits"]) == list(range(1, 21))
    assert all(end - began >= asked * 0.9 for asked, began, end in record["waits"])
    assert record["seconds"] > 0


def test_timers_of_the_same_moment_go_on_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(monkeypatch, "event-loops/loop_from_scratch.py")
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    went_on: list[str] = []

    def nap(name: str) -> Iterator[tuple[str, float]]:
        yield "sleep", 0
        went_on.append(name)

    def starter() -> Iterator[tuple[str, float]]:
        loop.start(nap("third"))
        yield "sleep", 0
        went_on.append("starter")

    loop = program["Loop"]()
    for task in (nap("first"), nap("second"), starter()):
        loop.start(task)
    loop.run()
    assert went_on == ["first", "second", "starter", "third"]


def test_the_lines_that_the_wrong_programs_never_reach(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(load(monkeypatch, "event-loops/wrong_forgotten.py")["greet"]())
    assert capsys.readouterr().out == "hello\n"

    heart = load(monkeypatch, "event-loops/wrong_blocking_bug.py")["heart"]
    beats: list[float] = []

    async def listen() -> None:
        async with asyncio.timeout(0.175):
            await heart(beats)

    with pytest.raises(TimeoutError):
        run_virtually(listen())
    assert len(beats) == 3
