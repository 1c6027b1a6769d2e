"""Lines of chapter 11 that its transcripts do not reach."""

import io
import os
import sys

import pytest

from tests.chapters.programs import load, run

HEXDUMP = "octets/hexdump.py"


class Pipe(io.BytesIO):
    """Octets that can be read once, from the front."""

    def seekable(self):
        return False


def test_a_count_is_never_negative(monkeypatch, capsys):
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, HEXDUMP, "--start", "-1")
    assert "invalid count value" in capsys.readouterr().err


def test_octets_of_a_pipe_are_skipped(monkeypatch, capsys):
    load(monkeypatch, HEXDUMP)["dump"](Pipe(b"0123456789"), 8, None)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in shown] == [["00000008", "38"], ["0000000a"]]


def test_less_than_is_skipped_shows_nothing(monkeypatch, capsys):
    load(monkeypatch, HEXDUMP)["dump"](Pipe(b"0123"), 8, None)
    assert capsys.readouterr().out == ""


def test_a_missing_file_is_named(monkeypatch):
    with pytest.raises(SystemExit, match=r"^nothing\.txt: FileNotFoundError$"):
        run(monkeypatch, HEXDUMP, "nothing.txt")


class Raises:
    """In place of the output: whoever read it has gone, or Ctrl-C is pressed."""

    def __init__(self, error, number):
        self.error = error
        self.number = number

    def write(self, _):
        raise self.error

    def flush(self):
        pass

    def fileno(self):
        return self.number


@pytest.mark.parametrize(("error", "code"), [(BrokenPipeError, None), (KeyboardInterrupt, 130)])
def test_an_end_of_the_reader_or_ctrl_c_ends_it_quietly(monkeypatch, tmp_path, error, code):
    path = tmp_path / "some.txt"
    path.write_bytes(b"some")
    with (tmp_path / "out").open("wb") as out:
        monkeypatch.setattr(sys, "stdout", Raises(error, out.fileno()))
        if code is None:
            opened = []
            plain = os.open
            monkeypatch.setattr(
                os, "open", lambda *given: opened.append(plain(*given)) or opened[-1]
            )
            run(monkeypatch, HEXDUMP, str(path))
            os.close(opened[0])
        else:
            with pytest.raises(SystemExit, match=str(code)):
                run(monkeypatch, HEXDUMP, str(path))


def test_the_strict_reader_takes_what_everybody_reads_alike(monkeypatch):
    strict = load(monkeypatch, "octets/strict_json.py")
    for value in ({"a": [1, -(2**53 - 1), 1.5, "é", None, True]}, [], "", 0):
        assert strict["decode"](strict["encode"](value)) == value
