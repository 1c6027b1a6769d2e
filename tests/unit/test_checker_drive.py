"""Functions of the reader's module, called in a child process."""

import sys

import pytest

from courseware import drivers
from courseware.checker.chance import Chance
from courseware.checker.report import Failed, TimedOut
from courseware.exercises.context import Context

DRIVER = """
from courseware.drivers import Wrong

def total(program, *numbers):
    return program.add(*numbers)

def refuse(program):
    raise Wrong("Wrong octets.", expected=b"a", received=b"b")
"""


@pytest.fixture
def context(tmp_path, monkeypatch):
    """A context for the reader's `my.py`, and a driver `of_tests` beside the real ones."""
    package = tmp_path / "src" / "courseware" / "drivers"
    package.mkdir(parents=True)
    (package / "of_tests.py").write_text(DRIVER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(
        f"from courseware import drivers\ndrivers.__path__.append({str(package)!r})\n"
    )
    with Context([sys.executable, "my.py", "--port", "0"], Chance("1"), folder=tmp_path) as it:
        yield it


def reader(context, text):
    (context.folder / "my.py").write_text(text)


def test_arguments_go_over_and_the_result_comes_back(context):
    reader(context, "def add(*numbers): print('adding'); return {'sum': sum(numbers)}")
    assert context.drive("of_tests", "total", 1, 2, 39) == {"sum": 42}
    assert context.programs[-1].output == "adding\n"


def test_what_is_wrong_comes_back_with_its_octets(context):
    reader(context, "")
    with pytest.raises(Failed) as caught:
        context.drive("of_tests", "refuse")
    failure = caught.value
    assert (failure.what, failure.expected, failure.received) == ("Wrong octets.", b"a", b"b")
    assert context.ending() == ""


def test_a_missing_function_is_named(context):
    reader(context, "def ad(): pass")
    with pytest.raises(Failed, match=r"my\.py has no `add`\."):
        context.drive("of_tests", "total")


def test_an_exception_shows_the_readers_lines_alone(context):
    reader(context, "def add(*numbers):\n    return numbers[9]")
    with pytest.raises(Failed, match=r"my\.py raised IndexError while it was called\."):
        context.drive("of_tests", "total")
    output = context.programs[-1].output
    assert "return numbers[9]" in output
    assert "program.add" not in output


def test_a_file_that_is_no_python_says_so(context):
    reader(context, "def add(:")
    with pytest.raises(Failed, match=r"my\.py raised SyntaxError while it was loaded\."):
        context.drive("of_tests", "total")
    assert "def add(:" in context.programs[-1].output


def test_a_hang_shows_where_the_threads_stand(context):
    reader(context, "import threading\ndef add(*numbers):\n    threading.Event().wait()")
    with pytest.raises(TimedOut, match=r"my\.py was not done within 0\.5 s\."):
        context.drive("of_tests", "total", within=0.5)
    assert "in add" in context.programs[-1].output


def test_a_file_that_ends_the_process_says_so(context):
    reader(context, "import os\nos._exit(3)")
    with pytest.raises(Failed, match=r"my\.py ended the process with exit code 3\."):
        context.drive("of_tests", "total")


def test_threads_that_the_code_left_do_not_hold_the_check(context):
    reader(
        context,
        "import threading\n"
        "def add(*numbers):\n"
        "    threading.Thread(target=threading.Event().wait).start()\n"
        "    return 7",
    )
    assert context.drive("of_tests", "total") == 7


def test_a_command_that_is_no_python_file_is_refused():
    with (
        Context(["./my_server", "--port", "0"], Chance("1")) as it,
        pytest.raises(Failed, match="of a Python file, not a command"),
    ):
        it.drive("of_tests", "total")


def test_a_wrong_says_what_and_has_no_octets_by_itself():
    error = drivers.Wrong("too late")
    assert (str(error), error.expected, error.received) == ("too late", None, None)
