"""The command line, as a reader types it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from courseware import cli, zipapp
from courseware.checker import commands, doctor
from courseware.checker.progress import FILE, Progress
from courseware.exercises import EXERCISES, find

EXERCISE = Path(__file__).parents[2] / "snippets" / "first-request" / "exercise"
SOLUTION, STUB = str(EXERCISE / "solution.py"), str(EXERCISE / "stub.py")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["onthewire"])
    return tmp_path


@pytest.fixture
def say(capsys):
    """Runs the command line; exit code, output and errors."""

    def run(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as end:  # argparse
            code = end.code
        return code, *capsys.readouterr()

    return run


def test_an_exercise_has_a_name_and_a_number():
    for exercise in EXERCISES:
        assert find(exercise.name) is find(str(exercise.chapter)) is exercise
        assert find(f"{exercise.chapter:02}") is exercise
    assert find("99") is find("nothing") is None


def test_start_check_hint_and_solution(say, folder):
    code, out, _ = say("start", "1")
    assert code == 0
    assert "Make the server answer `Hello, wire!`" in out
    assert (folder / "first_reply.py").read_text("utf-8") == Path(STUB).read_text("utf-8")

    code, out, _ = say("check", "first-reply", "--seed", "5")
    assert code == 1
    assert out.startswith("Change one reply: first-reply, chapter 01, seed 5\npassed  1  ")
    assert "FAILED  2  sends the reply and ends the connection" in out
    assert "hint  Compare the two hexdumps" in out
    assert out.endswith("1 of 4 stages passed.\n")
    again = re.search(r"this stage again  onthewire (.+)", out)[1]
    assert again == "check first-reply first_reply.py --stage 2"
    code, out, _ = say(*again.split())
    assert code == 1
    assert "FAILED  2  " in out

    # The report has shown the first hint of stage 2.
    for level in (2, 3, 3):
        code, out, _ = say("hint", "1")
        assert code == 0
        assert f"first-reply, stage 2, sends the reply and ends the connection: hint {level}" in out
    assert "onthewire solution first-reply --spoil" in out

    code, out, err = say("solution", "1")
    assert (code, out) == (2, "")
    assert "not passed yet" in err
    assert say("solution", "1", "--spoil")[1] == Path(SOLUTION).read_text("utf-8")

    code, out, _ = say("check", "1", SOLUTION, "--predict", "12")
    assert code == 0
    assert "All 4 stages passed.\nYou predicted 12 octets; it is 13.\n" in out
    assert say("solution", "1")[1] == Path(SOLUTION).read_text("utf-8")
    assert "All stages of first-reply are passed" in say("hint", "1")[1]
    assert re.search(r"first-reply +Change one reply +passed", say("list")[1])


def test_one_stage_changes_no_state(say, folder):
    code, out, _ = say("check", "1", "--stage", "2", SOLUTION)
    assert code == 0
    assert "Stage 2 passed." in out
    assert Progress(folder).of("first-reply").stages == 0


def test_a_file_that_is_there_stays(say, folder):
    (folder / "greeter.py").write_text("mine", "utf-8")
    code, out, err = say("start", "greeter")
    assert (code, out) == (2, "")
    assert "greeter.py is there already and stays as it is" in err
    assert (folder / "greeter.py").read_text("utf-8") == "mine"
    assert say("start", "greeter", "other.py")[0] == 0


def test_a_command_of_any_kind(say):
    code, out, _ = say("check", "1", "--", sys.executable, SOLUTION, "--port=0")
    assert code == 0
    assert "All 4 stages passed." in out
    code, out, _ = say("check", "12", "--seed", "1", "--", "no-such-command")
    assert code == 1
    assert "Cannot start `no-such-command`: there is no such command." in out
    assert "onthewire check greeter --stage 1 --seed 1 -- no-such-command" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "99"], "there is no exercise '99'; there are first-reply (01)"),
        (["check", "12"], "greeter.py is not there"),
        (["check", "12", "."], "is a folder, not a program"),
        (["check", "12", "--stage", "7", SOLUTION], "greeter has the stages 1 to 6"),
        (["check", "12", "--predict", "7", SOLUTION], "there is nothing to predict in greeter"),
        (["check", "12", "--seed", "x"], "'x' is no whole number from 0 up"),
        (["check", "12", SOLUTION, "--", "perl"], "a command behind `--` goes with"),
        (["check", "12", "--"], "a command behind `--` goes with"),
        (["list", "--", "perl"], "a command behind `--` goes with"),
        (["hint", "12", "--stage", "0"], "greeter has the stages 1 to 6"),
        (["watch", "12"], "greeter.py is not there"),
        (["doctor", "--port", "70000"], "a port is at most 65535, not 70000"),
        (["check", "12", "--nothing"], "unrecognized arguments: --nothing"),
        ([], "required: VERB"),
    ],
)
def test_what_cannot_be_done_is_said(say, arguments, words):
    code, out, err = say(*arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows marks no file as executable")
def test_a_file_that_is_no_python(say, folder):
    path = folder / "server.sh"
    path.write_text("#!/bin/sh\necho nothing\n", "utf-8")
    code, _, err = say("check", "1", "server.sh")
    assert code == 2
    assert "onthewire check first-reply -- COMMAND server.sh --port 0" in err
    path.chmod(0o755)
    code, out, _ = say("check", "1", "server.sh")
    assert code == 1
    assert "| nothing" in out


def test_help_names_verbs_examples_and_exit_codes(say):
    code, out, _ = say("--help")
    assert code == 0
    for words in ("doctor", "solution", "check 12 greeter.py", FILE, "130"):
        assert words in out
    for verb in ("doctor", "list", "start", "check", "watch", "hint", "solution"):
        assert say(verb, "--help")[0] == 0


def test_a_strange_progress_file(say, folder):
    (folder / FILE).write_text("{", "utf-8")
    code, _, err = say("list")
    assert code == 2
    assert err.startswith(f"onthewire: {FILE} is not what")


def test_doctor(say, monkeypatch):
    code, out, _ = say("doctor")
    assert code == 0
    assert re.search(r"^ok +Python +3\.", out, re.MULTILINE)
    assert "This machine can run the course." in out
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, _ = say("doctor", "--port", str(port))
    assert code == 0
    assert re.search(rf"^note +port {port} +taken; ", out, re.MULTILINE)
    assert "A note is no obstacle." in out

    def refuse(*_, **__):
        raise OSError("not today")

    monkeypatch.setattr(doctor.socket, "create_server", refuse)
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    code, out, _ = say("doctor")
    assert code == 1
    assert re.search(r"^BAD +loopback, IPv4 +not today; ", out, re.MULTILINE)
    assert re.search(r"^note +nc +not found", out, re.MULTILINE)
    assert "This machine cannot run the course as it is" in out


def test_a_question_only_where_somebody_is_there(say, monkeypatch):
    here = commands.Console.here

    def asked():
        console = here()
        return commands.Console(console.out, console.paint, console.me, console.folder, True)

    lines = iter(["twelve\n", "12\n"])
    monkeypatch.setattr(commands.Console, "here", asked)
    monkeypatch.setattr(commands.sys.stdin, "readline", lambda: next(lines), raising=False)
    _, out, _ = say("check", "1", SOLUTION)
    assert "How many octets will the reply have? A whole number, please" in out
    assert "You predicted 12 octets; it is 13." in out
    # It is asked once.
    assert "How many" not in say("check", "1", SOLUTION)[1]


def test_the_zip_is_the_same_twice_and_runs_alone(folder):
    first = zipapp.build()
    assert first == zipapp.build()
    path = folder / "onthewire.pyz"
    path.write_bytes(first)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-I", "-S", str(path), *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            cwd=folder,
            check=False,
        )

    done = run("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(exercise.name in done.stdout for exercise in EXERCISES)
    assert re.search(r"`(python|py) onthewire\.pyz start", done.stdout)
    assert run("start", "12").returncode == 0
    done = run("check", "12", "--seed", "1")
    assert done.returncode == 1
    assert "FAILED  1  greets a client by name" in done.stdout
    done = run("check", "01", SOLUTION)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="one process cannot be sent Ctrl-C there")
def test_ctrl_c_ends_a_watch_cleanly(folder):
    (folder / "first_reply.py").write_text(Path(SOLUTION).read_text("utf-8"), "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "courseware.cli", "watch", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    ) as process:
        for line in process.stdout:
            if "Waiting for" in line:
                break
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.strip() == ""


def test_a_reader_who_has_seen_enough_is_no_error():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "courseware.cli", "list"],
            stdout=closed,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == ""
