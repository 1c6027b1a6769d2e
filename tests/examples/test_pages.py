"""The Python blocks that stand in the pages themselves, run and checked by pytest-examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

ROOT = Path(__file__).parents[2]
SNIPPETS = sorted((ROOT / "snippets").glob("*/*.py"))


def inline_blocks() -> list[CodeExample]:
    """The blocks that hold code, not an include (pytest-examples never expands one)."""
    pages = sorted((ROOT / "docs").rglob("*.md"))
    written = [str(page) for page in pages if not {"code", "reference"} & set(page.parts)]
    return [
        example
        for example in find_examples(*written)
        if "--8<--" not in example.source and example.prefix in ("py", "python")
    ]


@pytest.mark.parametrize("example", inline_blocks(), ids=str)
def test_inline_block(example: CodeExample, eval_example: EvalExample) -> None:
    eval_example.set_config(line_length=100, target_version="py311")
    eval_example.run_print_check(example)


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_program_with_results_in_comments(path: Path, eval_example: EvalExample) -> None:
    text = path.read_text(encoding="utf-8")
    example = CodeExample.create(text, path=path)
    if "#> " in text:
        eval_example.run_print_check(example)
    else:
        compile(text, str(path), "exec")
    if not path.name.startswith("wrong_"):
        assert not text.startswith("# Wrong"), f"{path.name} is wrong on purpose: name it wrong_*"
    else:
        assert text.startswith("# Wrong on purpose"), f"{path.name} must say so in its first line"
