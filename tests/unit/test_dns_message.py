"""Names, records and messages of DNS, octet by octet."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from onthewire.dns import (
    AAAA,
    CAA,
    CNAME,
    MX,
    NS,
    PTR,
    ROOT,
    SOA,
    SRV,
    TXT,
    A,
    DNSError,
    Edns,
    Message,
    Name,
    Question,
    Record,
    Unknown,
    codes,
    decode,
    encode,
    encode_within,
)
from onthewire.dns.records import PARSERS, from_octets, seconds

WWW = Name.parse("www.bakery.test.")
HOME = b"\x06bakery\x04test\x00"


# Names


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (".", []),
        ("test.", [b"test"]),
        ("www.test", [b"www", b"test"]),
        (r"a\.b.test.", [b"a.b", b"test"]),
        (r"\000\255\065.test.", [b"\0\xffA", b"test"]),
        (r"\\\".test.", [b'\\"', b"test"]),
        ("*.test.", [b"*", b"test"]),
    ],
)
def test_text_of_a_name(text, labels):
    name = Name.parse(text)
    assert list(name.labels) == labels
    assert Name.parse(str(name)) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "missing"),
        ("..", "empty label"),
        (".test.", "empty label"),
        ("a..b", "empty label"),
        ("a" * 64 + ".", "1 to 63 octets; got 64"),
        (".".join(["a" * 63] * 4), "at most 255 octets; got 257"),
        ("\\", "ends with"),
        (r"\25", "three digits"),
        (r"\256", "no octet has the number 256"),
        (r"\2²3", "three digits"),
        ("bäckerei.test.", "xn--"),
    ],
)
def test_text_that_is_no_name(text, message):
    with pytest.raises(DNSError, match=message):
        Name.parse(text)


def test_the_longest_name():
    name = Name.parse(".".join(["a" * 63] * 3 + ["b" * 61]))
    assert len(name.wire) == 255
    assert decode(encode(Message(questions=(Question(name, codes.A),)))).questions[0].name == name


def test_what_is_written_as_it_is_and_what_as_a_number():
    assert str(Name([b"\x20!~\x7f"])) == r"\032!~\127."


def test_relative_names_and_the_origin():
    origin = Name.parse("test.")
    assert Name.parse("www", origin) == Name.parse("www.test.")
    assert Name.parse("www.", origin) == Name.parse("www.")
    assert Name.parse("@", origin) == origin


def test_names_are_equal_in_any_case_and_keep_theirs():
    loud = Name.parse("WWW.Bakery.Test.")
    assert loud == WWW and hash(loud) == hash(WWW) and str(loud) == "WWW.Bakery.Test."
    assert WWW != "www.bakery.test." and WWW.parent != WWW


def test_ancestors():
    names = [str(name) for name in WWW.ancestors()]
    assert names == ["www.bakery.test.", "bakery.test.", "test.", "."]
    assert str(WWW.parent) == "bakery.test." and ROOT.parent is ROOT
    zone = Name.parse("BAKERY.test.")
    assert WWW.is_within(zone) and zone.is_within(zone) and WWW.is_within(ROOT)
    assert not zone.is_within(WWW)
    assert not Name.parse("otherbakery.test.").is_within(zone)
    assert repr(zone) == "Name('BAKERY.test.')"


def test_a_label_that_looks_like_the_end_of_another_name_is_none():
    inner = Name([b"x\x06bakery\x04test"])
    assert not inner.is_within(Name.parse("bakery.test."))


# Records


RECORDS = [
    (A(IPv4Address("192.0.2.1")), "c0000201", "192.0.2.1"),
    (AAAA(IPv6Address("2001:db8::1")), "20010db8" + "0" * 22 + "01", "2001:db8::1"),
    (CNAME(WWW), "03777777" + HOME.hex(), "www.bakery.test."),
    (NS(WWW), "03777777" + HOME.hex(), "www.bakery.test."),
    (PTR(WWW), "03777777" + HOME.hex(), "www.bakery.test."),
    (MX(10, WWW), "000a03777777" + HOME.hex(), "10 www.bakery.test."),
    (SRV(1, 2, 443, WWW), "0001000201bb03777777" + HOME.hex(), "1 2 443 www.bakery.test."),
    (
        SOA(WWW, ROOT, 7, 1, 2, 3, 4),
        "03777777" + HOME.hex() + "00" + "0000000700000001000000020000000300000004",
        "www.bakery.test. . 7 1 2 3 4",
    ),
    (TXT((b"rye", b"")), "0372796500", '"rye" ""'),
    (TXT((b'a "\\\xff',)), "0561205c22ff".replace("5c22", "225c"), r'"a \"\\\255"'),
    (CAA(0, b"issue", b"ca.test"), "000569737375656361" + b".test".hex(), '0 issue "ca.test"'),
    (Unknown(65_280, b"\x01\x02"), "0102", r"\# 2 0102"),
]


@pytest.mark.parametrize(("data", "octets", "text"), RECORDS)
def test_a_record_as_octets_and_as_text(data, octets, text):
    message = Message(answers=(Record(ROOT, 5, data),))
    wire = encode(message, compress=False)
    assert wire[23:].hex() == octets
    assert decode(wire) == message
    assert str(data) == text
    assert from_octets(data.type, bytes.fromhex(octets)) == data


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (codes.A, "192.0.2", "is no IPv4 address"),
        (codes.A, "192.0.2.1 192.0.2.2", "an IPv4 address expected; got 2 fields"),
        (codes.AAAA, "::g", "is no IPv6 address"),
        (codes.AAAA, "fe80::1%eth0", "has a scope"),
        (codes.MX, "www.test.", "a preference, a name expected; got 1 fields"),
        (codes.MX, "65536 www.test.", "0 to 65535"),
        (codes.SRV, "1 2 x www.test.", "0 to 65535"),
        (codes.SOA, "a. b. 1 2 3 4 2147483648", "number of seconds"),
        (codes.TXT, "", "at least one string"),
        (codes.CAA, "0 is-sue x", "letters and digits"),
        (codes.CAA, "256 issue x", "0 to 255"),
    ],
)
def test_fields_that_are_no_record(kind, text, message):
    with pytest.raises(DNSError, match=message):
        PARSERS[kind](text.split(), ROOT)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("300", 300), ("1h30m", 5_400), ("1W", 604_800), ("1m5", None)]
)
def test_times(text, value):
    if value is None:
        with pytest.raises(DNSError):
            seconds(text)
    else:
        assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "h", "-1", "1x", "1 h", "²", "2147483648", "99999999999"])
def test_what_is_no_time(text):
    with pytest.raises(DNSError, match="number of seconds"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "value"), [("a", 1), ("TYPE257", 257), ("type65535", 65_535), ("Any", 255)]
)
def test_types_by_name(text, value):
    assert codes.type_number(text) == value
    assert codes.type_number(codes.type_text(value)) == value


@pytest.mark.parametrize("text", ["", "AA", "TYPE", "TYPE65536", "TYPE-1", "TYPE²", "TYPE000001"])
def test_what_is_no_type(text):
    with pytest.raises(DNSError, match="is no type"):
        codes.type_number(text)


def test_classes_and_codes_by_name():
    assert codes.class_number("ch") == 3 and codes.class_number("CLASS7") == 7
    assert codes.class_text(7) == "CLASS7" and codes.class_text(1) == "IN"
    assert codes.rcode_text(3) == "NXDOMAIN" and codes.rcode_text(11) == "RCODE11"


# Messages


def test_the_octets_of_a_question():
    message = Message(id=0x1234, recursion_desired=True, questions=(Question(WWW, codes.A),))
    octets = bytes.fromhex("1234 0100 0001 0000 0000 0000") + b"\x03www" + HOME + b"\0\1\0\1"
    assert encode(message) == octets
    assert decode(octets) == message
    assert str(message.questions[0]) == "www.bakery.test. IN A"


def test_the_octets_of_a_compressed_answer():
    message = Message(
        response=True,
        questions=(Question(WWW, codes.CNAME),),
        answers=(
            Record(WWW, 300, CNAME(Name.parse("shop.bakery.test."))),
            Record(Name.parse("shop.bakery.test."), 60, A(IPv4Address("192.0.2.7"))),
            Record(WWW, 9, SRV(1, 2, 3, WWW)),
        ),
    )
    octets = encode(message)
    assert octets[33:] == (
        b"\xc0\x0c\0\5\0\1\0\0\1\x2c\0\7\x04shop\xc0\x10"
        b"\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7"
        b"\xc0\x0c\0\x21\0\1\0\0\0\x09\0\x17\0\1\0\2\0\3\x03www" + HOME
    )
    assert decode(octets) == message
    assert len(octets) < len(encode(message, compress=False))
    assert str(message.answers[0]) == "www.bakery.test. 300 IN CNAME shop.bakery.test."


@pytest.mark.parametrize(
    "fields",
    [
        {"response": True},
        {"opcode": 15},
        {"authoritative": True},
        {"truncated": True},
        {"recursion_desired": True},
        {"recursion_available": True},
        {"authentic": True},
        {"checking_disabled": True},
        {"rcode": 5},
        {"rcode": 0xFED, "edns": Edns(512, 3, True, ((10, b"cookie"), (12, b"")))},
    ],
)
def test_each_field_of_the_header(fields):
    message = Message(id=65_535, **fields)
    assert decode(encode(message)) == message


def test_records_of_other_classes_are_octets():
    version = Record(ROOT, 0, Unknown(codes.A, b"chaos"), rclass=3)
    assert decode(encode(Message(answers=(version,)))).answers == (version,)
    assert str(version) == ". 0 CH A \\# 5 6368616f73"


def test_the_longest_ttl_and_the_longest_message():
    longest = Record(ROOT, 2**31 - 1, Unknown(999, bytes(65_535 - 12 - 11)))
    octets = encode(Message(answers=(longest,)))
    assert len(octets) == 65_535
    assert decode(octets).answers == (longest,)


def test_a_ttl_with_its_highest_bit_is_zero():
    octets = bytearray(encode(Message(answers=(Record(ROOT, 5, Unknown(999, b"")),))))
    octets[17] = 0x80
    assert decode(bytes(octets)).answers[0].ttl == 0


HEADER = bytes.fromhex("0000 8000 0001 0000 0000 0000")
ANSWER = bytes.fromhex("0000 8000 0000 0001 0000 0000")
OPT = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"


def record(kind, octets, name=b"\0"):
    return name + bytes([0, kind, 0, 1, 0, 0, 0, 5, 0, len(octets)]) + octets


def additional(count, octets):
    return bytes([0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, count]) + octets


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "a header has 12 octets; the message has 0"),
        (HEADER, "ends within the name at offset 12"),
        (HEADER + b"\xc0\x0c\0\1\0\1", "at offset 12 leads to 12, not back"),
        (HEADER + b"\xc0\x20\0\1\0\1" + bytes(20), "leads to 32, not back"),
        (HEADER + b"\1a\xc0\x0c\0\1\0\1", "at offset 14 leads to 12, not back"),
        (HEADER + b"\xc0", "ends within the name"),
        (HEADER + b"\x40abc\0\1\0\1", "no label begins with 0x40"),
        (HEADER + b"\x80abc\0\1\0\1", "no label begins with 0x80"),
        (HEADER + b"\0\0\1\0", "ends within a question"),
        (HEADER + b"\0\0\1\0\1\0", "1 octets behind the last record"),
        (HEADER + (b"\x3f" + b"a" * 63) * 4 + b"\0\0\1\0\1", "more than 255 octets"),
        (ANSWER + b"\0\0\1\0\1\0\0\0\5\0", "ends within a record"),
        (ANSWER + b"\0\0\1\0\1\0\0\0\5\0\4abc", "passes the end"),
        (ANSWER + record(1, b"abc"), "4 octets are needed"),
        (ANSWER + record(1, b"abcde"), "its length says"),
        (ANSWER + record(5, b"\1a\0\0"), "the CNAME record ends at 26; its length says 27"),
        (ANSWER + record(5, b"\1a"), "ends within the name"),
        (ANSWER + record(16, b""), "1 octets are needed"),
        (ANSWER + record(16, b"\5abc"), "5 octets are needed"),
        (ANSWER + record(41, b""), "belongs to the additional section"),
        (additional(2, OPT + OPT), "a second OPT record"),
        (additional(1, b"\1a" + OPT), "the name of an OPT record is the root; got a."),
        (additional(1, OPT[:-1] + b"\3abc"), "4 octets are needed"),
    ],
)
def test_octets_that_are_no_message(octets, message):
    with pytest.raises(DNSError, match=message):
        decode(octets)


def test_two_pointers_to_each_other():
    """The question points forward, at a pointer that points back to it."""
    with pytest.raises(DNSError, match="not back"):
        decode(HEADER + b"\xc0\x12\0\1\0\1\xc0\x0c")


def test_a_name_that_grows_too_long_by_pointers():
    label = b"\x3f" + b"a" * 63
    questions = [label * 2 + b"\0\0\1\0\1"]
    offset = 12
    for _ in range(2):
        questions.append(label + bytes([0xC0 | offset >> 8, offset & 255]) + b"\0\1\0\1")
        offset = 12 + sum(map(len, questions[:-1]))
    good = HEADER[:5] + b"\2" + HEADER[6:] + b"".join(questions[:2])
    assert len(decode(good).questions[1].name.wire) == 193
    bad = HEADER[:5] + b"\3" + HEADER[6:] + b"".join(questions)
    with pytest.raises(DNSError, match="more than 255 octets"):
        decode(bad)


@pytest.mark.parametrize(
    "message",
    [
        Message(id=65_536),
        Message(id=-1),
        Message(opcode=16),
        Message(rcode=16),
        Message(rcode=4_096, edns=Edns()),
        Message(edns=Edns(version=256)),
        Message(edns=Edns(payload=65_536)),
        Message(edns=Edns(options=((1, bytes(65_536)),))),
        Message(questions=(Question(ROOT, 65_536),)),
        Message(answers=(Record(ROOT, 2**32, NS(ROOT)),)),
        Message(answers=(Record(ROOT, 0, MX(65_536, ROOT)),)),
        Message(answers=(Record(ROOT, 0, TXT(())),)),
        Message(answers=(Record(ROOT, 0, TXT((bytes(256),))),)),
        Message(answers=(Record(ROOT, 0, CAA(256, b"issue", b"")),)),
        Message(answers=(Record(ROOT, 0, CAA(0, b"", b"")),)),
        Message(answers=(Record(ROOT, 0, Unknown(999, bytes(65_536))),)),
        Message(answers=(Record(ROOT, 0, Unknown(999, bytes(40_000))),) * 2),
    ],
)
def test_what_has_no_room_is_refused(message):
    with pytest.raises(DNSError):
        encode(message)


def test_names_beyond_the_reach_of_pointers_are_written_out():
    far = Name.parse("far.test.")
    long = Record(ROOT, 0, Unknown(999, bytes(17_000)))
    message = Message(answers=(long, Record(far, 0, NS(far)), Record(far, 0, NS(far))))
    assert encode(message).count(b"\3far") == 4
    assert decode(encode(message)) == message


# Too little room


def big(count, **fields):
    addresses = tuple(Record(WWW, 5, A(IPv4Address(number))) for number in range(count))
    return Message(response=True, questions=(Question(WWW, codes.A),), answers=addresses, **fields)


def test_all_of_it_where_it_has_room():
    assert encode_within(big(20), 512) == encode(big(20))


def test_additional_records_go_first():
    message = big(20, additionals=(Record(ROOT, 0, TXT((bytes(200),))),), edns=Edns())
    short = decode(encode_within(message, 512))
    assert not short.truncated and len(short.answers) == 20
    assert short.additionals == () and short.edns == Edns()


def test_an_answer_without_room_is_truncated_whole():
    short = decode(encode_within(big(40, authorities=(Record(WWW, 5, NS(WWW)),)), 512))
    assert short.truncated and short.answers == short.authorities == ()
    assert short.questions == big(0).questions


def test_an_answer_without_room_over_tcp():
    long = big(0, additionals=(Record(ROOT, 0, TXT((bytes(255),) * 200)),) * 2)
    assert decode(encode_within(long, 65_535)).truncated
    with pytest.raises(DNSError, match="at most 65535 octets"):
        encode(long)


def test_a_referral_is_not_sent_without_its_addresses():
    glue = big(40).answers
    referral = Message(response=True, authorities=(Record(WWW, 5, NS(WWW)),), additionals=glue)
    assert decode(encode_within(referral, 512)).truncated


def test_no_room_for_the_question():
    with pytest.raises(DNSError, match="not even the question"):
        encode_within(big(0), 20)
