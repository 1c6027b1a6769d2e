"""The child process of `Context.drive`: it loads the reader's file and calls one function on it."""

from __future__ import annotations

import faulthandler
import importlib
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from courseware.drivers import Wrong

HUNG = "Timeout ("
"""How a dump of all threads begins that `faulthandler` prints when the time is over."""


def load(path: Path) -> ModuleType:
    """The reader's file as a module, under its own name, so that its processes can import it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = program
    spec.loader.exec_module(program)
    return program


def from_file(trace: TracebackType | None, path: Path) -> TracebackType | None:
    """The part of a traceback that begins in the reader's file; all of it where none does."""
    at = trace
    while at is not None:
        if at.tb_frame.f_code.co_filename == str(path):
            return at
        at = at.tb_next
    return trace


def outcome(path: Path, driver: str, function: str, arguments: list[Any]) -> dict[str, Any]:
    """What is told to the parent: a `value`, or what was `wrong`."""
    program = None
    try:
        program = load(path)
        call = getattr(importlib.import_module(f"courseware.drivers.{driver}"), function)
        return {"value": call(program, *arguments)}
    except Wrong as error:
        octets = {"expected": error.expected, "received": error.received}
        shown = {name: data.hex() for name, data in octets.items() if data is not None}
        return {"wrong": error.what, **shown}
    except BaseException as error:
        if isinstance(error, AttributeError) and program is not None and error.obj is program:
            return {"wrong": f"{path.name} has no `{error.name}`."}
        trace = from_file(error.__traceback__, path)
        traceback.print_exception(type(error), error, trace)
        when = "while it was called" if program else "while it was loaded"
        return {"wrong": f"{path.name} raised {type(error).__name__} {when}."}


def main(arguments: list[str]) -> None:
    """Call the function, write its outcome, and end, whatever threads there still are."""
    file, driver, function, given, result, seconds = arguments
    path = Path(file).resolve()
    sys.path.insert(0, str(path.parent))
    faulthandler.dump_traceback_later(float(seconds), exit=True)
    told = outcome(path, driver, function, json.loads(given))
    Path(result).write_text(json.dumps(told), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)
