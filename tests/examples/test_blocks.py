"""No code block of any built page stands without a run, or an explicit reason, behind it."""

from __future__ import annotations

from pathlib import Path

from courseware.blocks import blocks, known_texts, summary
from courseware.finish import build
from tests.examples.test_pages import inline_blocks

ROOT = Path(__file__).parents[2]
REASONS_AT_MOST = 5


def test_every_block_of_every_page_was_run(tmp_path: Path) -> None:
    build(ROOT, tmp_path / "site")
    known = known_texts(ROOT, [example.source for example in inline_blocks()])
    found = blocks(tmp_path / "site", known)
    print(summary(found))
    idle = [block for block in found if not block.behind]
    shown = "\n\n".join(f"{block.page}:\n{block.text}" for block in idle)
    assert not idle, f"{len(idle)} blocks that nothing runs:\n\n{shown}"
    reasons = [block for block in found if block.behind.startswith("not run: ")]
    assert len(reasons) <= REASONS_AT_MOST, "\n".join(block.behind for block in reasons)


def test_a_block_that_nothing_runs_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<pre><code>print(1)</code></pre>"
        '<div data-not-run="a drawing"><pre><code>+--+</code></pre></div>'
        "<pre><code>print(2)</code></pre>",
        encoding="utf-8",
    )
    found = blocks(tmp_path, {"print(1)": "pytest-examples"})
    assert [block.behind for block in found] == ["pytest-examples", "not run: a drawing", ""]
