"""Every transcript is run again, and every line that it shows must be printed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.record import SNIPPETS, all_transcripts, name_of
from courseware.replay import replay, unavailable
from courseware.transcripts import difference, parse


@pytest.mark.parametrize("path", all_transcripts(), ids=name_of)
def test_transcript_shows_what_is_printed(path: Path, tmp_path: Path) -> None:
    transcript = parse(path)
    if reason := unavailable(transcript):
        pytest.skip(reason)
    different = difference(transcript, replay(transcript, SNIPPETS, tmp_path))
    assert not different, f"\n{different}\n\nIf this is right now: make record"
