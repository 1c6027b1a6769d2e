"""Clock, chance, imports, leaks, progress and hints of the checker."""

import asyncio
import socket
import sys
import threading
from functools import partial

import pytest

from courseware.checker import hints, imports, leaks
from courseware.checker.chance import Chance, new_seed
from courseware.checker.clock import VirtualClock
from courseware.checker.leaks import no_leaks, no_task_leaks, use_of
from courseware.checker.progress import FILE, Progress, ProgressError
from courseware.checker.report import Failed
from courseware.checker.watch import watch


def test_the_clock_stands_until_it_ticks():
    clock, order = VirtualClock(), []
    start = clock()
    clock.at(start + 2, lambda: order.append(("late", clock() - start)))
    clock.at(start + 1, lambda: order.append(("early", clock() - start)))
    clock.at(start - 5, lambda: order.append(("past", clock() - start)))
    assert clock() == start
    clock.tick(1.5)
    assert order == [("past", 0), ("early", 1)]
    clock.sleep(0.5)
    assert order[-1] == ("late", 2)
    assert clock.sleeps == [0.5]
    assert clock() == start + 2
    with pytest.raises(ValueError, match="goes forward"):
        clock.tick(-1)


def test_an_action_may_set_another():
    clock, order = VirtualClock(0), []
    clock.at(1, lambda: clock.at(1, lambda: order.append(clock())))
    clock.tick(1)
    assert order == [1]


def test_equal_seeds_give_equal_chance():
    assert Chance("7/1").ascii_text(40) == Chance("7/1").ascii_text(40)
    assert Chance("7/1").ascii_text(40) != Chance("7/2").ascii_text(40)
    assert 0 <= new_seed() < 1_000_000


def test_distinct_values_differ():
    for seed in range(50):
        chance = Chance(seed)
        first, second = chance.distinct(partial(chance.randrange, 2))
        assert first != second
    with pytest.raises(ValueError, match="only 1 different"):
        Chance(1).distinct(lambda: 1)


def test_forbidden_imports_are_found_however_they_are_written():
    source = """
import os, http.server as web
from urllib import request
from . import http
def later():
    import importlib
    return importlib.import_module("http.client"), __import__("httpx")
"""
    assert imports.forbidden(source, ["http", "urllib.request"]) == [
        (2, "http"),
        (3, "urllib.request"),
        (7, "http"),
    ]
    assert imports.forbidden("import httpx", ["http"]) == []
    with pytest.raises(SyntaxError):
        imports.forbidden("def", ["http"])


def test_no_leaks_names_what_is_left():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    sock = socket.socket()
    try:
        with pytest.raises(Failed, match="the thread 'forgotten'; an open socket"):
            with no_leaks(within=0.05):
                thread.start()
                sock.bind(("127.0.0.1", 0))
                sock, old = socket.socket(), sock
                old.close()
    finally:
        stop.set()
        thread.join()
        sock.close()
    with no_leaks():
        with socket.socket():
            pass


def test_no_task_leaks():
    async def main():
        async with no_task_leaks():
            await asyncio.create_task(asyncio.sleep(0))
        with pytest.raises(Failed, match="the tasks forgotten"):
            async with no_task_leaks():
                task = asyncio.create_task(asyncio.sleep(3600), name="forgotten")
        task.cancel()

    asyncio.run(main())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a program holds")
def test_what_a_session_holds():
    mine = use_of(leaks._session(threading.main_thread().native_id))
    assert mine.threads >= 1
    assert mine.descriptors >= 3
    assert mine.peak >= mine.memory // 2 > 0
    assert use_of(2**30) is None


def test_progress_is_kept(tmp_path):
    progress = Progress(tmp_path)
    progress.save()
    done = progress.of("greeter")
    done.stages, done.hints["3"] = 2, 1
    progress.save()
    again = Progress(tmp_path).of("greeter")
    assert (again.stages, again.passed, again.hints) == (2, False, {"3": 1})
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("text", ["{", "[]", '{"greeter": {"stage": 1}}', '{"g": {"stages": "1"}}'])
def test_a_strange_progress_file_is_left_alone(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ProgressError, match="is not what this program has written"):
        Progress(tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_hints_are_three_a_stage():
    text = "[stage 1]\n- One,\n  and more.\n- Two.\n- Three.\n"
    assert hints.parse(text) == {1: ["One, and more.", "Two.", "Three."]}
    with pytest.raises(ValueError, match="stage 1 has 2 hints"):
        hints.parse("[stage 1]\n- One.\n- Two.\n")
    with pytest.raises(ValueError, match=r"hints\.txt:1: neither"):
        hints.parse("prose\n")


def test_watch_checks_at_each_save_and_outlives_a_missing_file(tmp_path):
    path = tmp_path / "greeter.py"
    path.write_text("1", encoding="utf-8")
    checks = []
    saves = iter(["22", None, "333", "333"])

    def wait():
        content = next(saves, "end")
        if content == "end":
            raise KeyboardInterrupt
        if content is None:
            path.unlink()
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")

    with pytest.raises(KeyboardInterrupt):
        watch(path, lambda: checks.append(path.read_text(encoding="utf-8")), wait)
    assert checks == ["1", "22", "333"]
