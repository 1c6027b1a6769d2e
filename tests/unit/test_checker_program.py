"""The reader's program as a process: ready in time, stopped, and never left behind."""

import os
import socket
import sys
from pathlib import Path

import pytest

from courseware.checker.leaks import expect_given_back, use_of
from courseware.checker.program import OUTPUT_KEPT, Program
from courseware.checker.report import Failed, TimedOut
from courseware.checker.waiting import wait_until
from courseware.exercises.context import Context, Limits, with_port

posix = pytest.mark.skipif(sys.platform == "win32", reason="sessions of processes are POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a program holds")

SERVER = """
import contextlib, socket, sys
with contextlib.suppress(KeyboardInterrupt):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        print("LISTENING", *listener.getsockname(), flush=True)
        while True:
            with contextlib.suppress(TimeoutError):
                BODY
"""


def program(tmp_path, source, **more):
    path = tmp_path / "program.py"
    path.write_text(source, encoding="utf-8")
    return Program([sys.executable, str(path)], **more)


def server(tmp_path, body="listener.accept()[0].close()"):
    return program(tmp_path, SERVER.replace("BODY", body))


def test_it_is_ready_once_it_says_so(tmp_path):
    with server(tmp_path) as started:
        host, port = started.listening()
        socket.create_connection((host, port), 5).close()
        assert started.running
        assert started.ending() == ""
    assert not started.running
    assert started.ending() == "Your program has ended with exit code 0."


def test_a_program_that_says_nothing_is_a_time_out(tmp_path):
    waits = "import sys; print('hello', flush=True); sys.stdin.close(); import time; time.sleep(60)"
    with program(tmp_path, waits, grace=5) as started:
        assert wait_until(lambda: started.output == "hello\n", 5)
        with pytest.raises(TimedOut, match=r"has not printed `LISTENING host port` within 0\.01 s"):
            started.listening(0.01)
        assert started.output == "hello\n"


def test_half_a_line_is_no_line(tmp_path):
    half = "print('LISTENING 127.0.0.1 150', end='', flush=True); import time; time.sleep(60)"
    with program(tmp_path, half) as started:
        assert wait_until(lambda: "150" in started.output, 5)
        with pytest.raises(TimedOut):
            started.listening(0.01)


def test_a_program_that_ends_first_is_reported(tmp_path):
    with program(tmp_path, "raise SystemExit('no port for me')") as started:
        with pytest.raises(Failed, match=r"ended before it printed `LISTENING host port`"):
            started.listening()
        assert started.output == "no port for me\n"
        assert started.ending() == "Your program has ended with exit code 1."


def test_a_command_that_is_not_there():
    with pytest.raises(Failed, match=r"Cannot start `./no-such-program`: there is no such"):
        Program(["./no-such-program"])


def test_any_address_is_reached_over_the_loopback(tmp_path):
    with program(tmp_path, "print('LISTENING 0.0.0.0 15000')") as started:
        assert started.listening() == ("127.0.0.1", 15000)


@posix
def test_who_ignores_ctrl_c_is_killed_and_a_stage_says_so(tmp_path):
    stubborn = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)" + SERVER.replace(
        "BODY", "listener.accept()"
    )
    path = tmp_path / "stubborn.py"
    path.write_text(stubborn, encoding="utf-8")
    limits = Limits(stop=0.2, grace=0.2)
    with Context([sys.executable, str(path)], None, limits) as context:
        started = context.start()
        with pytest.raises(TimedOut, match=r"has not ended within 0\.2 s after Ctrl-C"):
            context.stop(started)
    assert not started.program.running
    assert "SIGKILL" in started.program.ending()


@posix
def test_what_it_has_started_goes_with_it(tmp_path):
    parent = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
    )
    with program(tmp_path, parent) as started:
        assert started.wait(10) == 0
        child = int(started.output)

    def gone():
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return True
        # An orphan that nobody collects yet is as good as gone.
        status = Path(f"/proc/{child}/stat")
        return status.exists() and status.read_text("ascii").rpartition(")")[2].split()[0] == "Z"

    assert wait_until(gone, 5)


@posix
def test_a_traceback_after_ctrl_c_is_reported(tmp_path):
    path = tmp_path / "loud.py"
    path.write_text(
        "import time\nprint('LISTENING 127.0.0.1 1', flush=True)\ntime.sleep(60)\n", "utf-8"
    )
    with Context([sys.executable, str(path)], None) as context:
        with pytest.raises(Failed, match="ended with a traceback after Ctrl-C"):
            context.stop(context.start())


def test_output_without_end_is_cut_in_front(tmp_path):
    flood = "print('x' * 99 + '\\n', end='') or [print('y' * 99) for _ in range(5000)]"
    with program(tmp_path, flood) as started:
        started.wait(10)
        assert wait_until(lambda: started.output.endswith("y\n"), 5)
        assert started.output.startswith("...y")
        assert len(started.output) <= OUTPUT_KEPT + 3


@linux
def test_a_leak_is_counted(tmp_path):
    leaking = "kept = globals().setdefault('kept', []); kept.append(listener.accept()[0])"
    with server(tmp_path, leaking) as started:
        address = started.listening()
        before = use_of(started.pid)
        for _ in range(5):
            socket.create_connection(address, 5).close()
        assert wait_until(lambda: use_of(started.pid).descriptors == before.descriptors + 5, 5)
        with pytest.raises(Failed, match=r"^After 5 clients the program holds \d+ descriptors"):
            expect_given_back(started.pid, before, "5 clients")
    with server(tmp_path) as started:
        address = started.listening()
        before = use_of(started.pid)
        for _ in range(5):
            socket.create_connection(address, 5).close()
        expect_given_back(started.pid, before, "5 clients")


def test_the_port_of_a_command():
    assert with_port(["x", "--port", "0"], 7) == ["x", "--port", "7"]
    assert with_port(["x", "--port=0"], 7) == ["x", "--port=7"]
    assert with_port(["x"], 7) is None
