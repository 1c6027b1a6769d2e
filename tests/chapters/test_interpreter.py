"""Chapter 08: what the transcripts do not reach."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from courseware.figures.chapters import interpreter
from tests.chapters.programs import load, run

FOLDER = Path(__file__).parents[2] / "snippets" / "interpreter"


def test_the_lab_keeps_the_medians_of_each_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "lab.json"
    kept.write_text('{"GIL off": {"processors": 2}}', encoding="utf-8")
    run(monkeypatch, "interpreter/gil_lab.py", "threads", "--repeat", "1", "--write", str(kept))
    builds = json.loads(kept.read_text(encoding="utf-8"))
    assert builds["GIL off"] == {"processors": 2}
    assert set(builds["GIL on"]["threads"]) == {"loop", "hash", "wait"}
    waits = builds["GIL on"]["threads"]["wait"]
    assert list(waits) == ["1", "2", "4", "8"]
    assert waits["1"] >= 8 * 20, "eight waits of 20 ms, one after the other"
    assert waits["8"] < waits["1"]


def test_threads_share_one_processor_for_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that need the GIL use one processor in all, however many they are."""
    lab = load(monkeypatch, "interpreter/gil_lab.py")
    began, used = time.perf_counter(), time.process_time()
    lab["measure"]("threads", "loop", 4, 4)
    assert time.process_time() - used < 1.3 * (time.perf_counter() - began)


def test_costs_can_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "cost.json"
    run(monkeypatch, "interpreter/thread_cost.py", "thread", "--count", "3", "--write", str(kept))
    assert json.loads(kept.read_text(encoding="utf-8"))["thread"] > 0


def test_the_figure_gets_a_panel_for_each_build(tmp_path: Path) -> None:
    record = json.loads((FOLDER / "gil_lab.json").read_text(encoding="utf-8"))
    with_gil = record["GIL on"]
    without = {name: with_gil[name] for name in ("version", "processors", "repeat", "threads")}
    record = {"GIL on": with_gil, "GIL off": without}
    (tmp_path / "gil_lab.json").write_text(json.dumps(record), encoding="utf-8")
    drawn = ElementTree.fromstring(interpreter.speedup(tmp_path))
    texts = [text.text for text in drawn.iter() if text.get("font-weight")]
    assert texts == ["threads, GIL on", "processes, GIL on", "threads, GIL off"]


def test_labels_do_not_lie_on_each_other() -> None:
    assert interpreter.spread([50.0, 52.0, 10.0]) == [50.0, 66.0, 10.0]
    assert interpreter.spread([52.0, 50.0]) == [66.0, 50.0]


@pytest.mark.skipif(sys.platform != "linux", reason="fork is not everywhere")
def test_without_spawn_the_same_mistake_shows_nothing(tmp_path: Path) -> None:
    """What the text says of fork: the file that starts a process at import works."""
    text = (FOLDER / "wrong_no_guard.py").read_text(encoding="utf-8")
    program = tmp_path / "forks.py"
    program.write_text(text.replace('"spawn"', '"fork"'), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=30
    )
    assert done.stdout.splitlines()[0] == "this file runs as __main__"
    assert done.stdout.splitlines()[1:] == ["working", "the process ended with exit code 0"]
