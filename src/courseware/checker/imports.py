"""Which modules a Python program imports, for stages in which the reader builds a helper.

Only programs in Python can be asked. A program that goes out of its way to hide an import is not
the concern here: it fools its own author.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and full name of each import: statements, and calls with the name written out.

    Raises:
        SyntaxError: the source is no Python.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield node.lineno, module
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def forbidden(source: str, names: Iterable[str]) -> list[tuple[int, str]]:
    """Line and name of each import of a forbidden module, or of what is in it."""
    found = {
        (line, name)
        for line, module in imported(source)
        for name in names
        if module == name or module.startswith(f"{name}.")
    }
    return sorted(found)
