"""Chapter 24: what its transcripts do not show."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onthewire.dns import DNSError, Message, Name, Question, codes, decode, encode
from onthewire.dns.zonefile import read_records
from tests.chapters.programs import load, run
from tests.dns_samples import messages, mutated

SNIPPETS = Path(__file__).parents[2] / "snippets" / "dns"

WWW = Question(Name.parse("www.bakery.test."), codes.A)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Any:
    return load(monkeypatch, "dns/dns_wire.py")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    return load(monkeypatch, "dns/zone_server.py")


@pytest.fixture
def zone(server: Any) -> Any:
    return server["read_zone"]((SNIPPETS / "bakery.zone").read_text())


# Names and messages


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        ("40", "neither a length nor a pointer"),
        ("c00c", "does not lead back"),
        ("03", "index out of range"),
        ("02c3a400", "ascii"),
        ("03612e6200", "other characters"),
        ("031b5b4100", "other characters"),
        (("3f" + "61" * 63) * 4 + "00", "more than 255 octets"),
    ],
)
def test_names_that_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], octets: str, message: str
) -> None:
    run(monkeypatch, "dns/dns_names.py", octets)
    printed = capsys.readouterr().out
    assert "refused" in printed and message in printed


@pytest.mark.parametrize(
    ("name", "message"),
    [("a" * 64 + ".", "1 to 63"), ("a..b.", "1 to 63"), ("a." * 128, "at most")],
)
def test_names_that_are_not_written(wire: Any, name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wire["encode"](wire["Message"](1, 0, (name, "A")))


def test_damaged_messages_raise_one_error_and_the_server_answers_or_is_silent(
    wire: Any, server: Any, zone: Any
) -> None:
    rng = random.Random(24)
    samples = [octets for _, octets in messages(100)]
    for _ in range(2_000):
        damaged = mutated(rng.choice(samples), rng)
        with contextlib.suppress(ValueError):
            wire["decode"](damaged)
        server["respond"](zone, damaged, 512)


def test_the_library_reads_what_is_written_and_writes_what_is_read(wire: Any, zone: Any) -> None:
    text = (SNIPPETS / "bakery.zone").read_text()
    records = list(read_records(text))
    assert [str(one.name) for one in records] == [one.name for one in zone]
    message = wire["Message"](7, 0x8400, ("www.bakery.test.", "A"), zone)
    octets = wire["encode"](message)
    assert list(decode(octets).answers) == records
    library = Message(7, True, authoritative=True, questions=(WWW,), answers=tuple(records))
    assert wire["decode"](encode(library)) == message._replace(
        answers=zone, authorities=[], additionals=[]
    )


def test_types_without_a_name_are_octets(wire: Any) -> None:
    record = wire["Record"]("a.", 5, "TYPE65280", "0102")
    message = wire["Message"](7, 0, ("a.", "TYPE257"), [record], [], [])
    assert wire["decode"](wire["encode"](message)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\0\1\0\1\0\0\0\0\0\5\0\0\0\0", "cut off"),
        (b"\0\1\0\1\0\0\0\0\0\5\0\0\0\0\0", "len 5 != 4"),
        (b"\0\1\0\1\0\0\0\0\0\x10" + bytes(16), "len 16 != 4"),
        (b"\0\x0f\0\1\0\0\0\0\0\4\0\1\0\0", "shorter or longer"),
    ],
)
def test_records_that_are_not_as_long_as_they_say(wire: Any, data: bytes, message: str) -> None:
    header = bytes.fromhex("0001 8000 0001 0001 0000 0000")
    with pytest.raises(ValueError, match=message):
        wire["decode"](header + b"\0\0\1\0\1" + b"\0" + data)


def test_more_than_one_question_is_refused(wire: Any) -> None:
    with pytest.raises(ValueError, match="not one question"):
        wire["decode"](encode(Message(questions=(WWW, WWW))))


# The server


def test_what_the_server_says_to_what_is_no_question(server: Any, zone: Any) -> None:
    respond = server["respond"]
    assert respond(zone, b"short", 512) is None
    assert respond(zone, encode(Message(response=True, questions=(WWW,))), 512) is None
    assert respond(zone, encode(Message(response=True)), 512) is None
    refusal = decode(respond(zone, encode(Message(id=9)), 512))
    assert refusal == Message(id=9, response=True, rcode=codes.FORMERR)


@pytest.mark.parametrize("kind", [codes.CAA, codes.ANY, 65_280])
def test_the_server_survives_types_that_it_does_not_know(server: Any, zone: Any, kind: int) -> None:
    question = Question(Name.parse("bakery.test."), kind)
    response = decode(server["respond"](zone, encode(Message(questions=(question,))), 512))
    assert (response.rcode, response.questions) == (codes.NOERROR, (question,))


def test_a_referral_below_the_zone(monkeypatch: pytest.MonkeyPatch, server: Any) -> None:
    lab = load(monkeypatch, "dns/lab_roots.py")
    flags, answers, authorities, additionals = server["answer"](
        server["read_zone"](lab["TEST"]), "x.bakery.test.", "A"
    )
    assert (flags, answers) == (0, [])
    assert [one.text for one in authorities] == ["ns1.bakery.test."]
    assert [one.text for one in additionals] == ["192.0.2.3"]


def test_four_ports_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = load(monkeypatch, "dns/lab_roots.py")["bind"]
    sockets = bind(0)
    try:
        ports = [each.getsockname()[1] for each in sockets]
        assert ports == list(range(ports[0], ports[0] + 4))
        with pytest.raises(OSError):
            bind(ports[3])
    finally:
        for each in sockets:
            each.close()


def test_the_lab_tries_again_where_a_port_of_the_row_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bind = load(monkeypatch, "dns/lab_roots.py")["bind"]
    calls: list[int] = []

    class Socket(socket.socket):
        def bind(self, address: Any) -> None:
            calls.append(address[1])
            if len(calls) == 2:
                raise OSError("taken")
            super().bind(address)

    monkeypatch.setattr(socket, "socket", Socket)
    for each in bind(0):
        each.close()
    assert calls[0] == calls[2] == 0


# The resolver

Script = Callable[[Any, Any], Any]


@contextlib.contextmanager
def servers(wire: Any, script: Script) -> Iterator[int]:
    """One server with all addresses: 192.0.2.1 alone is used; `script` makes the response."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, client = sock.recvfrom(65_535)
                if not data:
                    return
                response = script(wire["decode"](data), wire)
                if response is not None:
                    sock.sendto(response, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"", sock.getsockname())
            thread.join()


def says(
    answers: list[tuple[str, str, str]], authorities: list[tuple[str, str, str]] | None = None
) -> Script:
    def script(query: Any, wire: Any) -> Any:
        def records(texts: list[tuple[str, str, str]]) -> list[Any]:
            return [wire["Record"](name, 9, kind, text) for name, kind, text in texts]

        message = wire["Message"](
            query.id, 0x8000, query.question, records(answers), records(authorities or [])
        )
        return wire["encode"](message)

    return script


def resolve(monkeypatch: pytest.MonkeyPatch, wire: Any, script: Script, *names: str) -> None:
    with servers(wire, script) as port:
        run(monkeypatch, "dns/resolve.py", "--port", str(port), *names)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (says([("a.test.", "CNAME", "a.test.")]), "too many aliases"),
        (says([], [(".", "NS", "a.test.")]), "not on the way"),
        (says([], [("other.", "NS", "a.test.")]), "not on the way"),
        (lambda _query, _wire: b"noise", "no server of . answers"),
        (lambda query, wire: wire["encode"](query._replace(id=query.id ^ 1)), "no server of ."),
    ],
)
def test_resolutions_that_end(
    monkeypatch: pytest.MonkeyPatch, wire: Any, script: Script, message: str
) -> None:
    with pytest.raises(SystemExit, match=message):
        resolve(monkeypatch, wire, script, "a.test")


def referrals(query: Any, wire: Any) -> Any:
    """Each name has a zone of its own, whose server is in a zone of its own."""
    name = query.question[0]
    authority = wire["Record"](name, 9, "NS", "x" + name)
    return wire["encode"](wire["Message"](query.id, 0x8000, query.question, [], [authority]))


def test_servers_that_have_to_be_found_first_without_end(
    monkeypatch: pytest.MonkeyPatch, wire: Any
) -> None:
    with pytest.raises(SystemExit, match="found first"):
        resolve(monkeypatch, wire, referrals, "a.test")


def test_the_number_of_questions_is_bounded(monkeypatch: pytest.MonkeyPatch, wire: Any) -> None:
    program = load(monkeypatch, "dns/resolve.py")
    with servers(wire, lambda _query, _wire: b"noise") as port:
        resolver = program["Resolver"](port)
        resolver.servers["."] *= program["MOST_QUESTIONS"] + 1
        with pytest.raises(OSError, match="too many questions"):
            resolver.resolve("a.test.")


def test_a_server_whose_only_known_address_is_of_ipv6_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, wire: Any
) -> None:
    def script(query: Any, wire: Any) -> Any:
        authority = wire["Record"]("test.", 9, "NS", "ns.test.")
        glue = wire["Record"]("ns.test.", 9, "AAAA", "2001:db8::1")
        message = wire["Message"](query.id, 0x8000, query.question, [], [authority], [glue])
        return wire["encode"](message)

    with pytest.raises(SystemExit, match="found first"):
        resolve(monkeypatch, wire, script, "a.test")


def test_a_question_without_an_answer_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, wire: Any
) -> None:
    with pytest.raises(SystemExit, match="no answer: a label has 1 to 63"):
        run(monkeypatch, "dns/dns_query.py", "a..test")
    with servers(wire, lambda query, _wire: query.id.to_bytes(2, "big")) as port:
        with pytest.raises(SystemExit, match="no answer: the message is cut off"):
            run(monkeypatch, "dns/dns_query.py", "a.test", "--port", str(port))


def test_a_name_without_an_address_and_the_steps_as_json(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wire: Any,
    tmp_path: Path,
) -> None:
    file = tmp_path / "steps.json"
    resolve(monkeypatch, wire, says([]), "a.test", "--write", str(file))
    assert "a.test: no address" in capsys.readouterr().out
    (step,) = json.loads(file.read_text())
    assert (step["name"], step["says"]) == ("a.test.", "there is none")


def test_the_library_agrees_about_what_is_broken(wire: Any) -> None:
    """Where the library refuses a question, the chapter's reader does too."""
    rng = random.Random(7)
    good = encode(Message(id=7, questions=(WWW,)))
    for _ in range(500):
        damaged = mutated(good, rng)
        try:
            decode(damaged)
        except DNSError as error:
            if "behind the last record" not in str(error):
                with pytest.raises(ValueError):
                    wire["decode"](damaged)
