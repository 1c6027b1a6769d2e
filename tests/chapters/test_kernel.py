"""Lines of chapter 13 that its transcripts do not reach, and the figure."""

import errno
import socket

import pytest

from courseware.figures.chapters import kernel
from tests.chapters.programs import load


def test_an_error_other_than_in_use_is_not_taken_for_it(monkeypatch):
    bound = load(monkeypatch, "kernel/rebind_lab.py")["bound"]

    def refuse(_, __):
        raise OSError(errno.EACCES, "not permitted")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(OSError, match="not permitted"):
        bound(True)


def test_the_recorded_run_went_through_every_state():
    figure = kernel.FIGURES[0].draw()
    for state in kernel.PLACES:
        assert state.removesuffix(" again") in figure
