"""Chapter 15: what the transcripts do not always reach."""

from __future__ import annotations

import pytest

from tests.chapters.programs import load


def test_a_deadline_that_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = load(monkeypatch, "timeouts/careful_client.py")["Deadline"]
    assert 0 < deadline(60).left() <= 60
    with pytest.raises(TimeoutError, match="the deadline has passed"):
        deadline(0).left()
