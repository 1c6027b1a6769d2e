"""Chapter 09: what was kept is what the programs make, and what the transcripts do not reach."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from tests.chapters.programs import ROOT, load, run

SNIPPETS = ROOT / "snippets" / "sharing"
PAGE = ROOT / "docs" / "concurrency" / "sharing.md"


def test_the_orders_are_those_that_were_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "interleavings.json"
    run(monkeypatch, "sharing/interleavings.py", "--write", str(kept))
    recorded = (SNIPPETS / "interleavings.json").read_text(encoding="utf-8")
    assert kept.read_text(encoding="utf-8") == recorded
    assert len(json.loads(recorded)) == 6


def test_the_losses_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = tmp_path / "chance.json"
    changed: list[float] = []
    monkeypatch.setattr("sys.setswitchinterval", changed.append)
    for interval in ("0.005", "1e-06"):
        options = ["--rounds", "1", "--interval", interval, "--write", str(kept)]
        run(monkeypatch, "sharing/race_by_chance.py", *options)
    assert changed == [0.005, 1e-6]
    runs = json.loads(kept.read_text(encoding="utf-8"))
    assert [name.split(", ")[1] for name in runs] == ["0.005 s", "1e-06 s"]
    assert all(set(losses.values()) <= {0, 1} for losses in runs.values())
    assert "of 1 rounds" in capsys.readouterr().out


def test_the_table_of_the_page_shows_what_was_kept() -> None:
    runs = json.loads((SNIPPETS / "chance.json").read_text(encoding="utf-8"))
    versions = list(dict.fromkeys(name.split(", ")[0] for name in runs))
    rows = [f"| additions were lost in | {' | '.join(versions)} |", "|---|---|---|---|"]
    for interval, shown in (("1e-06 s", "a microsecond"), ("0.005 s", "5 ms")):
        for form in runs[f"{versions[0]}, {interval}"]:
            losses = (str(runs[f"{version}, {interval}"][form]) for version in versions)
            rows.append(f"| `{form}`, {shown} | {' | '.join(losses)} |")
    assert "\n".join(rows) in PAGE.read_text(encoding="utf-8")


def test_the_plain_addition_lost_nothing_and_the_call_hid_at_the_usual_interval() -> None:
    """What the text says of the table."""
    runs = json.loads((SNIPPETS / "chance.json").read_text(encoding="utf-8"))
    for name, losses in runs.items():
        plain, call, conversion = losses.values()
        assert plain == 0
        assert (min(call, conversion) > 0) if name.endswith("1e-06 s") else (call == 0)


def test_ctrl_c_stops_both_threads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    really = time.sleep

    def sleep(seconds: float) -> None:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        really(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    run(monkeypatch, "sharing/stoppable.py", "--interval", "0.01", "--run", "60")
    told = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert told == [["waiter", "ended"], ["sleeper", "ended"]]


def test_money_that_is_not_there_is_not_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = load(monkeypatch, "sharing/bank_lock.py")
    one, two = bank["Account"](1, 100), bank["Account"](2, 0)
    bank["transfer"](one, two, 101)
    bank["transfer"](two, one, 1)
    assert (one.balance, two.balance) == (100, 0)
    bank["transfer"](one, two, 100)
    assert (one.balance, two.balance) == (0, 100)


def test_three_bad_jobs_do_not_stop_the_workers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "sharing/worker_queue.py", "a", "b", "c", "7")
    *bad, good = capsys.readouterr().out.splitlines()
    assert good == "7: 49"
    assert all("invalid literal" in line for line in bad)


class Stop:
    """An event that is set after it has been looked at twice."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return self.looks > 2

    def wait(self, _: float) -> bool:
        return self.is_set()


def test_both_go_on_until_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(monkeypatch, "sharing/stoppable.py")
    for work in (program["sleeper"], program["waiter"]):
        stop = Stop()
        work(stop, 0)
        assert stop.looks == 3
