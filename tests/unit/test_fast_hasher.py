"""The driver of fast-hasher: other ways to solve it pass, and what is wrong is named."""

from __future__ import annotations

import asyncio
import hashlib
import queue
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from courseware.drivers import Wrong, fast_hasher
from courseware.exercises.fast_hasher import ROUNDS, SLOW_FILES

SIZES = {f"{folder}{number}": number * 100 for folder in ("", "a/") for number in range(8)}
assert len(SIZES) == SLOW_FILES


def outcome(path, open_file):
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"ERROR {type(error).__name__}"


def paths_of(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def named(folder, paths, outcomes):
    names = [path.relative_to(folder).as_posix() for path in paths]
    return dict(zip(names, outcomes, strict=True))


def open_binary(path):
    return path.open("rb")


def by_asyncio(folder, open_file=open_binary):
    paths = paths_of(folder)

    async def all_of_them():
        places = asyncio.Semaphore(5)

        async def one(path):
            async with places:
                return await asyncio.to_thread(outcome, path, open_file)

        return await asyncio.gather(*map(one, paths))

    return named(folder, paths, asyncio.run(all_of_them()))


def by_queue(folder, open_file=open_binary):
    paths, results, failures = paths_of(folder), {}, []
    work = queue.SimpleQueue()
    for path in paths:
        work.put(path)

    def worker():
        try:
            while True:
                path = work.get_nowait()
                results[path] = outcome(path, open_file)
        except queue.Empty:
            pass
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=worker) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return named(folder, paths, [results[path] for path in paths])


@pytest.mark.parametrize("way", [by_asyncio, by_queue])
def test_other_ways_pass(way):
    program = SimpleNamespace(hash_folder=way)
    fast_hasher.digests(program, "1", SIZES)
    fast_hasher.rounds(program, "1", SIZES, ROUNDS)
    fast_hasher.order(program, "1", dict.fromkeys("abcd", 10))
    fast_hasher.errors(program, "1", SIZES, {"a/2": "TimeoutError"})
    fast_hasher.errors(program, "1", {"closed": 1, "open": 2}, {"closed": "PermissionError"})
    fast_hasher.limits(program, "1", SIZES)
    fast_hasher.leaves_nothing(program, "1", SIZES, "a/3")


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (["a"], "gave list; expected a dict"),
        ({}, "has no 'a'"),
        ({"a": "00", "b": "11"}, "has 'b', which is no file"),
        ({"a": None}, "Wrong outcome for 'a'"),
    ],
)
def test_a_wrong_result_is_named(results, words):
    with pytest.raises(Wrong, match=words):
        fast_hasher.expect(results, {"a": "00"})


def test_a_round_is_full_or_over():
    slow = fast_hasher.Rounds(files=5, at_once=4, most=9)
    threads = [threading.Thread(target=slow.wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (slow.number, slow.most_inside) == (1, 4)
    slow.wait()
    assert slow.number == 2, "the last file is a full round"


def test_no_time_is_lost_once_enough_is_seen(monkeypatch):
    slow = fast_hasher.Rounds(files=100, at_once=8, most=1)
    monkeypatch.setattr(fast_hasher, "QUIET", 0.001)
    slow.wait()
    slow.wait()
    monkeypatch.setattr(fast_hasher, "QUIET", 1000)
    slow.wait()
    assert slow.number == 3
