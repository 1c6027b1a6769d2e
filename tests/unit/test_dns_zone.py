"""Zone files, and what zones answer."""

import random

import pytest

from onthewire.dns import (
    DNSError,
    Edns,
    Message,
    Name,
    Question,
    Unknown,
    ZoneError,
    codes,
    decode,
    encode,
)
from onthewire.dns.responder import Responder
from onthewire.dns.zone import Zone
from onthewire.dns.zonefile import read_records, read_zone

BAKERY = r"""
; The zone of a bakery.
$ORIGIN bakery.test.
$TTL 1h
@       IN SOA ns1 baker.bakery.test. (
            7      ; serial
            2h 15m ; refresh, retry
            2w     ; expire
            60 )   ; negative answers
        IN NS  ns1
        NS     ns2.ovens.test.
        300 IN MX 10 mail
ns1     A      192.0.2.53
mail    IN 300 A 192.0.2.25
        AAAA   2001:db8::25
www     CNAME  counter
counter A      192.0.2.80
        A      192.0.2.81
orders  CNAME  shop.ovens.test.
broken  CNAME  nowhere
again   CNAME  again
@       TXT    "flour; water" "salt" plain
        CAA    0 issue "ca.test"
_http._tcp SRV 0 0 80 counter
*.menu  TXT    "dish of the day"
*.menu  MX     5 mail
soup.menu A    192.0.2.99
*.alias CNAME  counter
a.b.c   A      192.0.2.77
city    NS     ns.city
        NS     ns.elsewhere.test.
ns.city A      192.0.2.90
raw     TYPE65280 \# 3 (01 02
                        03)
odd     A      \# 4 c0000201
many    TXT    "a string of some length, to fill a datagram: number one, which is long enough"
"""


@pytest.fixture(scope="module")
def bakery():
    return read_zone(BAKERY)


def ask(zone, text, kind="A"):
    return zone.answer(Question(Name.parse(text), codes.type_number(kind)))


def texts(records):
    return [str(record) for record in records]


NEGATIVE = [
    "bakery.test. 60 IN SOA ns1.bakery.test. baker.bakery.test. 7 7200 900 1209600 60",
]


# Zone files


def test_records_of_a_zone_file():
    found = texts(read_records(BAKERY))
    assert found[0] == NEGATIVE[0].replace(" 60 IN", " 3600 IN")
    assert "bakery.test. 300 IN MX 10 mail.bakery.test." in found
    assert "mail.bakery.test. 300 IN A 192.0.2.25" in found
    assert "mail.bakery.test. 3600 IN AAAA 2001:db8::25" in found
    assert 'bakery.test. 3600 IN TXT "flour; water" "salt" "plain"' in found
    assert "raw.bakery.test. 3600 IN TYPE65280 \\# 3 010203" in found
    assert "odd.bakery.test. 3600 IN A 192.0.2.1" in found


def test_what_is_written_can_be_read():
    zone = read_zone(BAKERY)
    again = Zone.of(read_records("\n".join(texts(zone.records()))))
    assert texts(again.records()) == texts(zone.records())


def test_the_origin_may_come_from_outside_and_change():
    text = "@ 5 SOA a b 1 2 3 4 5\n@ 5 NS a\n$ORIGIN deep\nx 5 A 192.0.2.1\n"
    zone = read_zone(text.replace("\n", "\r\n"), Name.parse("test."))
    assert texts(zone.records())[-1] == "x.deep.test. 5 IN A 192.0.2.1"


def test_a_missing_ttl_is_the_last_one():
    found = list(read_records("a.test. 7 A 192.0.2.1\nb.test. A 192.0.2.2\n"))
    assert found[1].ttl == 7


SOA = "@ 5 IN SOA a b 1 2 3 4 5\n@ 5 NS a\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a 5 A 192.0.2", 3, "is no IPv4 address"),
        ("a 5 A", 3, "an IPv4 address expected; got 0 fields"),
        ("\n\na 5 A (\n 192.0.2.300\n)", 5, "is no IPv4 address"),
        ("a 5 IN", 3, "the type of the record is missing"),
        ("a 5 NOPE x", 3, "'NOPE' is no type"),
        ("a 5 ANY x", 3, "a type of questions"),
        ("a 5 TYPE999 x", 3, "write .# LENGTH HEX"),
        ("a 5 TYPE999 \\#", 3, "number of octets is missing"),
        ("a 5 TYPE999 \\# 2 01", 3, "2 octets are announced and 1 are given"),
        ("a 5 TYPE999 \\# 1 0g", 3, "two digits of base 16"),
        ("a 5 A \\# 3 010203", 3, "4 octets are needed"),
        ("a 5 CH A 192.0.2.1", 3, "the class of all records here is IN"),
        ("a 5 1h A 192.0.2.1", 3, "'1h' is no type"),
        ("a 5x A 192.0.2.1", 3, "number of seconds"),
        ('a 5 TXT "open', 3, "not closed"),
        ("a 5 TXT back\\", 3, "not closed, or nothing behind it"),
        ("a 5 TXT (\n one", 3, "a parenthesis is not closed"),
        ("a 5 TXT one )", 3, "a parenthesis is closed that was not opened"),
        ("$INCLUDE other", 3, "'.INCLUDE' is unknown"),
        ("$TTL", 3, "TTL has one value; got 0"),
        ("$ORIGIN a b", 3, "ORIGIN has one value; got 2"),
        ("a..b 5 A 192.0.2.1", 3, "empty label"),
        ("x.other. 5 A 192.0.2.1", 3, "x.other. is outside of the zone test."),
        ("a 5 A 192.0.2.1\na 6 A 192.0.2.2", 4, "have one TTL"),
        ("a 5 A 192.0.2.1\na 5 CNAME b", 4, "nothing can stand beside one"),
        ("a 5 CNAME b\na 5 A 192.0.2.1", 4, "nothing can stand beside one"),
        ("a 5 CNAME b\na 5 CNAME c", 4, "has a CNAME record already"),
        ("@ 5 SOA a b 2 2 3 4 5", 3, "has a SOA record already"),
        ("a 5 SOA a b 2 2 3 4 5", 3, "a SOA record belongs to test."),
        ("ä 5 A 192.0.2.1", 3, "xn--"),
    ],
)
def test_errors_tell_the_line(text, line, message):
    with pytest.raises(ZoneError, match=message) as caught:
        read_zone(SOA + text, Name.parse("test."))
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ")


def test_damaged_files_raise_the_documented_error_or_can_be_read():
    rng = random.Random(24)
    read = 0
    for _ in range(1_500):
        text = list(BAKERY)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(text))
            text[place : place + rng.randrange(3)] = rng.choice(
                ['"', "(", ")", "\\", "\n", " ", "²", "."]
            )
        try:
            read_zone("".join(text))
        except ZoneError as error:
            assert str(error)
        else:
            read += 1
    assert 0 < read < 1_500


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no SOA record"),
        ("test. 5 SOA a. b. 1 2 3 4 5\n", "has no name server"),
        (" 5 A 192.0.2.1", "the first record has no name"),
        ("a. A 192.0.2.1", "no TTL"),
        ("a 5 A 192.0.2.1", "no .ORIGIN above"),
        ("@ 5 A 192.0.2.1", "no .ORIGIN above"),
        ("a. 5 NS b", "no .ORIGIN above"),
    ],
)
def test_files_that_are_no_zone(text, message):
    with pytest.raises(ZoneError, match=message):
        read_zone(text)


def test_zones_from_records(bakery):
    records = list(bakery.records())
    assert Zone.of([*records, *records]).origin == bakery.origin
    with pytest.raises(ZoneError, match="SOA record; got none"):
        Zone.of(records[1:])
    with pytest.raises(ZoneError, match="begins with a SOA record"):
        Zone(records[1])
    foreign = type(records[1])(records[1].name, 5, Unknown(999, b""), rclass=3)
    with pytest.raises(ZoneError, match="class"):
        Zone(records[0]).add(foreign)


# Answers


def test_records_with_the_addresses_of_the_hosts_they_name(bakery):
    answer = ask(bakery, "bakery.test.", "MX")
    assert answer.authoritative and answer.rcode == codes.NOERROR and not answer.authorities
    assert texts(answer.answers) == ["bakery.test. 300 IN MX 10 mail.bakery.test."]
    assert texts(answer.additionals) == [
        "mail.bakery.test. 300 IN A 192.0.2.25",
        "mail.bakery.test. 3600 IN AAAA 2001:db8::25",
    ]


def test_the_name_comes_back_as_it_was_asked_for(bakery):
    assert texts(ask(bakery, "MAIL.bakery.TEST.").answers) == [
        "MAIL.bakery.TEST. 300 IN A 192.0.2.25"
    ]


def test_aliases_within_the_zone(bakery):
    assert texts(ask(bakery, "www.bakery.test.").answers) == [
        "www.bakery.test. 3600 IN CNAME counter.bakery.test.",
        "counter.bakery.test. 3600 IN A 192.0.2.80",
        "counter.bakery.test. 3600 IN A 192.0.2.81",
    ]
    assert len(ask(bakery, "www.bakery.test.", "CNAME").answers) == 1


def test_an_alias_that_leads_out_of_the_zone_is_all_that_can_be_said(bakery):
    answer = ask(bakery, "orders.bakery.test.")
    assert texts(answer.answers) == ["orders.bakery.test. 3600 IN CNAME shop.ovens.test."]
    assert answer.rcode == codes.NOERROR and not answer.authorities


def test_an_alias_for_nothing(bakery):
    answer = ask(bakery, "broken.bakery.test.")
    assert answer.rcode == codes.NXDOMAIN and len(answer.answers) == 1
    assert texts(answer.authorities) == NEGATIVE


def test_an_alias_for_itself_ends(bakery):
    assert len(ask(bakery, "again.bakery.test.").answers) == 1


def test_a_long_row_of_aliases_is_cut():
    aliases = "".join(f"a{number} 5 CNAME a{number + 1}\n" for number in range(20))
    zone = read_zone(SOA + aliases, Name.parse("test."))
    assert len(ask(zone, "a0.test.").answers) == 8


def test_no_name_and_no_data_are_two_answers(bakery):
    nothing = ask(bakery, "nope.bakery.test.")
    assert nothing.rcode == codes.NXDOMAIN and texts(nothing.authorities) == NEGATIVE
    no_data = ask(bakery, "counter.bakery.test.", "AAAA")
    assert no_data.rcode == codes.NOERROR and texts(no_data.authorities) == NEGATIVE
    assert not nothing.answers and not no_data.answers
    assert nothing.authoritative and no_data.authoritative


def test_a_name_that_only_has_names_below_it_exists(bakery):
    for text in ("b.c.bakery.test.", "c.bakery.test.", "menu.bakery.test."):
        assert ask(bakery, text).rcode == codes.NOERROR


def test_wildcards(bakery):
    found = ask(bakery, "lunch.menu.bakery.test.", "TXT")
    assert texts(found.answers) == ['lunch.menu.bakery.test. 3600 IN TXT "dish of the day"']
    assert len(ask(bakery, "a.deep.name.menu.bakery.test.", "TXT").answers) == 1
    assert texts(ask(bakery, "x.alias.bakery.test.").answers)[0].startswith("x.alias.bakery.test.")
    assert len(ask(bakery, "x.alias.bakery.test.").answers) == 3


def test_what_a_wildcard_does_not_stand_for(bakery):
    assert ask(bakery, "lunch.menu.bakery.test.", "A").rcode == codes.NOERROR
    assert not ask(bakery, "lunch.menu.bakery.test.", "A").answers
    assert not ask(bakery, "soup.menu.bakery.test.", "TXT").answers
    assert ask(bakery, "spoon.soup.menu.bakery.test.", "TXT").rcode == codes.NXDOMAIN
    assert ask(bakery, "*.menu.bakery.test.", "TXT").answers


def test_a_referral_with_glue(bakery):
    for text in ("city.bakery.test.", "town.hall.city.bakery.test.", "ns.city.bakery.test."):
        answer = ask(bakery, text)
        assert not answer.authoritative and not answer.answers and answer.rcode == codes.NOERROR
        assert texts(answer.authorities) == [
            "city.bakery.test. 3600 IN NS ns.city.bakery.test.",
            "city.bakery.test. 3600 IN NS ns.elsewhere.test.",
        ]
        assert texts(answer.additionals) == ["ns.city.bakery.test. 3600 IN A 192.0.2.90"]


def test_what_the_parent_says_about_a_child(bakery):
    assert ask(bakery, "city.bakery.test.", "DS").authoritative
    assert texts(ask(bakery, "city.bakery.test.", "DS").authorities) == NEGATIVE


def test_any_gets_the_records_of_one_type(bakery):
    assert texts(ask(bakery, "mail.bakery.test.", "ANY").answers) == [
        "mail.bakery.test. 300 IN A 192.0.2.25"
    ]


# Responses


@pytest.fixture(scope="module")
def responder(bakery):
    test = read_zone(
        "$ORIGIN test.\n$TTL 60\n@ SOA a b 1 2 3 4 5\n NS a\nbakery NS ns1.bakery\n"
        "ns1.bakery A 192.0.2.53\nmany "
        + "\nmany ".join(f"TXT {'x' * 60}{number}" for number in range(30))
    )
    return Responder([bakery, test])


def query(text="www.bakery.test.", kind=codes.A, **fields):
    questions = (Question(Name.parse(text), kind),)
    return Message(**{"id": 77, "questions": questions, **fields})


def respond(responder, message, udp=True):
    return decode(responder.respond(encode(message), udp=udp))


def test_a_response_repeats_what_tells_it_apart(responder):
    response = respond(responder, query("wWw.BAKERY.test.", recursion_desired=True))
    assert (response.id, response.response, response.recursion_desired) == (77, True, True)
    assert str(response.questions[0].name) == "wWw.BAKERY.test."
    assert response.authoritative and not response.recursion_available and response.edns is None
    assert len(response.answers) == 3


def test_the_nearest_zone_answers(responder):
    assert respond(responder, query("bakery.test.", codes.SOA)).answers
    assert respond(responder, query("bakery.test.", codes.DS)).authorities[0].name == Name.parse(
        "test."
    )
    assert respond(responder, query("test.", codes.DS)).authorities


@pytest.mark.parametrize(
    ("message", "rcode"),
    [
        (query("example.org."), codes.REFUSED),
        (query(kind=codes.AXFR), codes.REFUSED),
        (Message(questions=(Question(Name.parse("bakery.test."), 16, 3),)), codes.REFUSED),
        (query(opcode=5), codes.NOTIMP),
        (Message(), codes.FORMERR),
        (Message(questions=query().questions * 2), codes.FORMERR),
        (query(edns=Edns(version=1)), codes.BADVERS),
    ],
)
def test_what_is_not_answered(responder, message, rcode):
    response = respond(responder, message)
    assert response.rcode == rcode and response.response
    assert not response.answers and not response.authoritative


@pytest.mark.parametrize(("opcode", "rcode"), [(0, codes.FORMERR), (5, codes.NOTIMP)])
def test_thousands_of_questions_get_a_header(responder, opcode, rcode):
    message = query(opcode=opcode, questions=query().questions * 9_000)
    for udp in (True, False):
        response = respond(responder, message, udp)
        assert response == Message(id=77, response=True, opcode=opcode, rcode=rcode)


def test_silence(responder):
    assert responder.respond(b"", udp=True) is None
    assert responder.respond(bytes(11), udp=True) is None
    assert responder.respond(encode(query(response=True)), udp=True) is None


def test_octets_that_are_no_question(responder):
    octets = encode(query(recursion_desired=True))[:-1]
    response = decode(responder.respond(octets, udp=True))
    assert response == Message(id=77, response=True, recursion_desired=True, rcode=codes.FORMERR)


@pytest.mark.parametrize(
    ("edns", "udp", "size", "truncated"),
    [
        (None, True, 512, True),
        (Edns(100), True, 512, True),
        (Edns(65_535), True, 1_232, True),
        (Edns(65_535), False, 65_535, False),
        (None, False, 65_535, False),
    ],
)
def test_how_much_room_there_is(responder, edns, udp, size, truncated):
    octets = responder.respond(encode(query("many.test.", codes.TXT, edns=edns)), udp=udp)
    response = decode(octets)
    assert len(octets) <= size and response.truncated is truncated
    assert len(response.answers) == (0 if truncated else 30)
    assert response.edns == (edns and Edns(1_232))


def test_dns_errors_are_value_errors():
    assert issubclass(ZoneError, DNSError) and issubclass(DNSError, ValueError)
