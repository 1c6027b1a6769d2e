"""The glossary: from definition list to tooltips."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest

from courseware import glossary
from courseware.pages import read_page

ROOT = Path(__file__).resolve().parents[2]

PAGE = """\
# Glossary

octet
:   Eight bits. The RFCs say *octet* where programs say `byte`
    (see [TCP](x.md)).

    A second paragraph.

TCP
:   Transmission Control Protocol: see `net.ipv4.*` (RFC 9293).

backlog of requests
:   What waits.
"""


def test_terms_and_definitions_are_read() -> None:
    terms = glossary.parse(PAGE)
    assert [(term.line, term.name) for term in terms] == [
        (3, "octet"),
        (9, "TCP"),
        (12, "backlog of requests"),
    ]
    assert terms[0].definition.endswith("(see [TCP](x.md)).")


def test_a_tooltip_is_plain_text() -> None:
    lines = glossary.abbreviations(PAGE).splitlines()
    assert lines[0] == "*[octet]: Eight bits. The RFCs say octet where programs say byte (see TCP)."
    assert "*[TCP]: Transmission Control Protocol: see net.ipv4.* (RFC 9293)." in lines


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("octet", ["octet", "octets", "Octet", "Octets"]),
        ("TCP", ["TCP"]),
        ("SYN flood", ["SYN flood"]),
        ("address", ["address", "Address"]),
        ("TIME_WAIT", ["TIME_WAIT"]),
        ("three-way handshake", None),
    ],
)
def test_forms(name: str, forms: list[str] | None) -> None:
    assert glossary.forms(name) == (
        forms
        or [
            "three-way handshake",
            "three-way handshakes",
            "Three-way handshake",
            "Three-way handshakes",
        ]
    )


def test_markdown_turns_them_into_tooltips() -> None:
    text = "Octets over TCP, not TCPs.\n\n" + glossary.abbreviations(PAGE)
    html = markdown.markdown(text, extensions=["abbr"])
    assert html.startswith('<p><abbr title="Eight bits. The RFCs say octet')
    assert html.endswith(">TCP</abbr>, not TCPs.</p>")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("b\n:   B.\n\na\n:   A.\n", "line 4: 'a' must stand before 'b'"),
        ("a\n:   A.\n\nA\n:   A.\n", "line 4: 'A' stands there twice"),
        ("a\n:   no end\n", "line 1: the definition of 'a' is no sentence"),
    ],
)
def test_problems_are_named_with_their_line(text: str, problem: str) -> None:
    assert glossary.problems(text) == [problem]


def test_the_glossary_of_the_course() -> None:
    text = read_page(ROOT / "docs" / "glossary.md").text
    assert glossary.parse(text)
    assert glossary.problems(text) == []
