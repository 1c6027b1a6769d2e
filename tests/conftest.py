"""What holds for all tests."""

from __future__ import annotations

import os

import pytest

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    empty = report.nodeid.endswith("[NOTSET]")  # a kind of thing of which there is none yet
    if report.skipped and not empty and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, where every tool is installed, a skipped test is a failure."""
    controls = not hasattr(session.config, "workerinput")
    if controls and os.environ.get("CI") and _skipped and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") and _skipped:
        terminalreporter.write_line(f"CI skips nothing, but {len(_skipped)} tests were skipped:")
        for name in _skipped:
            terminalreporter.write_line(f"  {name}")
