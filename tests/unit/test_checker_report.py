"""What a failure shows, to the letter."""

import textwrap

from courseware.checker.report import (
    Around,
    Failed,
    TimedOut,
    first_difference,
    hexdump,
    octets,
    render,
)
from courseware.checker.terminal import Paint, wants_color

REPORT = """\
FAILED  2  answers a line
  Wrong octets in the answer.

  sent (12 octets)
    0000  68 69 20 66 72 6f 6d 20 c3 a9 0d 0a              hi from ....

  expected (20 octets)
    0000  48 49 20 46 52 4f 4d 20 c3 89 20 61 6e 64 20 6d  HI FROM .. and m
                                     ^^                             ^
    0010  6f 72 65 0a                                      ore.

  received (12 octets)
    0000  48 49 20 46 52 4f 4d 20 c3 a9 0d 0a              HI FROM ....
                                     ^^                             ^
    the first difference is at offset 9 (0x0009)

  your program printed
    | LISTENING 127.0.0.1 15000
    | \\x1b[2J

  Your program has ended with exit code 1.

  rule  A line ends at LF (RFC 9293 section 2.2).

  hint  What did you do with the octets behind the first?

  the next hint  onthewire hint x
"""


def test_the_whole_report():
    failure = Failed(
        "Wrong octets in the answer.",
        sent="hi from é\r\n".encode(),
        expected="HI FROM É and more\n".encode(),
        received="HI FROM é\r\n".encode(),
    )
    around = Around(
        heading="2  answers a line",
        rule="A line ends at LF (RFC 9293 section 2.2).",
        output="LISTENING 127.0.0.1 15000\n\x1b[2J\n",
        ending="Your program has ended with exit code 1.",
        hint="What did you do with the octets behind the first?",
        commands=("the next hint  onthewire hint x",),
    )
    assert render(failure, around) == REPORT.rstrip("\n")


def test_a_time_out_says_so_and_its_own_rule_goes_first():
    failure = TimedOut("nothing came within 5 s.", rule="Answer at once.")
    shown = render(failure, Around("1  starts", rule="Another."))
    assert "  Time-out: nothing came within 5 s." in shown.splitlines()
    assert "Answer at once." in shown
    assert "Another." not in shown


def test_colors_go_round_the_text_and_leave_it_whole():
    failure = Failed("Wrong.", expected=b"a", received=b"b")
    plain = render(failure, Around("1  starts"))
    colored = render(failure, Around("1  starts"), Paint(colors=True))
    for code in ("32", "1;31", "33", "1", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == plain


class Screen:
    def __init__(self, terminal):
        self._terminal = terminal

    def isatty(self):
        return self._terminal


def test_colors_only_where_they_are_wanted():
    assert wants_color(Screen(True), {"TERM": "xterm"})
    assert not wants_color(Screen(False), {})
    assert not wants_color(Screen(True), {"NO_COLOR": "1"})
    assert not wants_color(Screen(True), {"TERM": "dumb"})


def test_first_difference():
    assert first_difference(b"same", b"same") is None
    assert first_difference(b"abc", b"abd") == 2
    assert first_difference(b"abc", b"abcd") == 3
    assert first_difference(b"", b"a") == 0
    long = bytes(10_000)
    assert first_difference(long + b"x", long + b"y") == 10_000


def test_a_long_message_is_shown_around_the_mark():
    lines = hexdump(bytes(1_000_000), 500_000)
    assert lines[0] == "... 499,936 octets before"
    assert lines[-1] == "... 499,920 octets behind"
    assert len(lines) == 2 + 9 + 1
    assert lines[5].startswith("7a120  00")
    assert lines[6].index("^^") == lines[5].index("00")


def test_the_mark_stands_under_its_octet_at_every_offset():
    for mark in range(40):
        dump = hexdump(bytes(range(40)), mark)
        index = next(i for i, line in enumerate(dump) if line.strip(" ^") == "")
        start = dump[index].index("^^")
        assert dump[index - 1][start : start + 2] == f"{mark:02x}"
        assert dump[index].rindex("^") == 6 + 47 + 2 + mark % 16


def test_the_end_of_a_message_can_be_marked():
    assert hexdump(b"", 0) == ["0000", "      ^^" + " " * 47 + "^"]
    assert len(hexdump(bytes(16), 16)) == 3


def test_long_output_is_cut_in_front():
    output = "".join(f"line {number}\n" for number in range(100))
    shown = render(Failed("Wrong."), Around("1  starts", output=output))
    assert "... 80 lines before" in shown
    assert "| line 80" in shown
    assert "| line 79" not in shown


def test_prose_is_broken_into_lines():
    shown = render(Failed("word " * 60), Around("1  starts"))
    assert all(len(line) <= 78 for line in shown.splitlines())
    assert textwrap.dedent(shown)


def test_octets():
    assert [octets(1), octets(0), octets(12_345)] == ["1 octet", "0 octets", "12,345 octets"]
