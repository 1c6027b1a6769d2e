# ruff: noqa: E501
"""Files: no way out of the root, preconditions in their order, ranges, gzip, an index."""

from __future__ import annotations

import gzip
import os
import re

import pytest

from onthewire.http.conditions import http_date, read_date
from onthewire.http.files import Files, accepts_gzip
from onthewire.http.limits import Limits
from onthewire.http.simple import Router
from tests.http.serving import KINDS, one, serving, talk

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
TEXT = b"one two three four five\n" * 40
CHANGED = 1_700_000_000
DATE, BEFORE, AFTER = (http_date(CHANGED + each).encode() for each in (0, -1, 1))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_bytes(b"secret")
    root = outside / "root"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "indexed").mkdir()
    (root / "data.bin").write_bytes(CONTENT)
    (root / "text.txt").write_bytes(TEXT)
    (root / "empty.txt").write_bytes(b"")
    (root / "a b&<.txt").write_bytes(b"odd")
    (root / "indexed" / "index.html").write_bytes(b"<p>index")
    (root / ".hidden").write_bytes(b"hidden")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_bytes(b"hidden")
    (root / "out").symlink_to(outside / "secret.txt")
    (root / "up").symlink_to(outside)
    (root / "inside").symlink_to(root / "text.txt")
    (root / "shows").symlink_to(root / ".hidden")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "pipe")
    os.close(os.open(os.fsencode(root / "sub") + b"/\xff", os.O_CREAT))
    (root / "locked.txt").write_bytes(b"locked")
    for each in root.rglob("*"):
        if each.is_file() and not each.is_symlink():
            os.utime(each, (CHANGED, CHANGED))
    return root


@pytest.fixture(scope="module", params=KINDS)
def server(request, root):
    router = Router()
    router.mount("/files/", Files(root, "/files/"))
    with serving(request.param, router, Limits()) as server:
        yield server


def fetch(server, target, fields=(), method=b"GET"):
    if isinstance(target, str):
        target = target.encode()
    lines = b"".join(b"%b: %b\r\n" % each for each in fields)
    octets = talk(
        server, method + b" /files/" + target + b" HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n"
    )
    return one(octets, method)


OUT = [
    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "sub/../../secret.txt",
    "..%5csecret.txt", "..\\secret.txt".replace("\\", "%5c"), "%2e%2e%5csecret.txt", "....//secret.txt", "..;/secret.txt",
    "%252e%252e%252fsecret.txt", "..%c0%afsecret.txt", "%c0%ae%c0%ae/secret.txt", "..%ef%bc%8fsecret.txt",
    "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "C:/secret.txt", "sub//deep", "./data.bin", "sub/./deep",
    "data.bin%00", "data.bin%00.txt", "%00", "out", "up/secret.txt", "up/", "loop", "pipe", ".hidden", ".git/config",
    "%2ehidden", ".git/", "shows", "data.bin/", "data.bin/x", "sub/%ff", "nothing", "a" * 300, "text.txt::$DATA",
]  # fmt: skip


@pytest.mark.parametrize("target", OUT)
def test_there_is_no_way_out(server, target):
    status, _, content = fetch(server, target)
    assert status in (400, 404)
    assert b"secret" not in content and b"hidden" not in content


def test_a_file(server):
    status, fields, content = fetch(server, "data.bin")
    assert (status, content) == (200, CONTENT)
    assert fields[b"content-type"] == b"application/octet-stream"
    assert fields[b"last-modified"] == DATE
    assert fields[b"accept-ranges"] == b"bytes"
    assert re.fullmatch(rb'"[^"]+"', fields[b"etag"])
    assert fields[b"x-content-type-options"] == b"nosniff"
    assert fetch(server, "data.bin", method=b"HEAD")[:2] == (
        200,
        {**fields, b"date": fetch(server, "data.bin", method=b"HEAD")[1][b"date"]},
    )
    assert fetch(server, "inside")[2] == TEXT
    assert fetch(server, "empty.txt")[2] == b""
    assert fetch(server, "a%20b&%3C.txt")[2] == b"odd"


def test_methods(server):
    assert fetch(server, "data.bin", method=b"DELETE")[1][b"allow"] == b"GET, HEAD, OPTIONS"
    assert fetch(server, "data.bin", method=b"OPTIONS")[0] == 200


def test_directories(server):
    status, fields, _ = fetch(server, "sub")
    assert (status, fields[b"location"]) == (301, b"/files/sub/")
    assert fetch(server, "indexed/")[2] == b"<p>index"
    _, _, page = fetch(server, "")
    names = re.findall(rb'href="([^"]*)"', page)
    assert names == [
        b"a%20b%26%3C.txt", b"data.bin", b"empty.txt", b"indexed/", b"inside", b"locked.txt", b"sub/", b"text.txt"
    ]  # fmt: skip
    assert b"a b&amp;&lt;.txt" in page
    assert re.findall(rb'href="([^"]*)"', fetch(server, "sub/")[2]) == [b"deep/"]


# Preconditions, in the order of RFC 9110 section 13.2.2.


def conditions(tag):
    other, weak = b'"other"', b"W/" + tag
    match, none_match = b"if-match", b"if-none-match"
    since, unsince = b"if-modified-since", b"if-unmodified-since"
    yield 200, ()
    yield 200, ((match, tag),)
    yield 200, ((match, b"*"),)
    yield 200, ((match, other + b", " + tag),)
    yield 412, ((match, other),)
    yield 412, ((match, weak),)
    yield 412, ((match, b"no tag"),)
    yield 200, ((unsince, DATE),)
    yield 200, ((unsince, AFTER),)
    yield 412, ((unsince, BEFORE),)
    yield 200, ((unsince, b"yesterday"),)
    yield 200, ((match, tag), (unsince, BEFORE))
    yield 412, ((match, other), (unsince, AFTER))
    yield 304, ((none_match, tag),)
    yield 304, ((none_match, weak),)
    yield 304, ((none_match, b"*"),)
    yield 304, ((none_match, other + b" , " + tag),)
    yield 304, ((none_match, other), (none_match, tag))
    yield 200, ((none_match, other),)
    yield 200, ((none_match, tag[:-1]),)
    yield 200, ((none_match, b'"a, ' + tag[1:]),)
    yield 304, ((since, DATE),)
    yield 304, ((since, AFTER),)
    yield 200, ((since, BEFORE),)
    yield 200, ((since, b"1"),)
    yield 200, ((since, DATE + b", " + DATE),)
    yield 200, ((none_match, other), (since, AFTER))
    yield 304, ((none_match, tag), (since, BEFORE))
    yield 412, ((match, other), (none_match, tag))
    yield 304, ((match, tag), (none_match, tag))
    yield 304, ((none_match, tag), (b"range", b"bytes=0-1"))
    yield 412, ((match, other), (b"range", b"bytes=0-1"))


def test_preconditions(server):
    tag = fetch(server, "data.bin")[1][b"etag"]
    for expected, fields in conditions(tag):
        for method in (b"GET", b"HEAD"):
            status, found, content = fetch(server, "data.bin", fields, method)
            assert status == expected, fields
            if status == 304:
                assert (content, found[b"etag"]) == (b"", tag)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (b"Sun, 06 Nov 1994 08:49:37 GMT", 784111777),
        (b"Sunday, 06-Nov-94 08:49:37 GMT", 784111777),
        (b"Sun Nov  6 08:49:37 1994", 784111777),
        (b"Sun, 06 Nov 1994 08:49:37 +0100", None),
        (b"Sun, 06 Nov 1994 08:49:37", None),
        (b"Sun, 99 Nov 1994 08:49:37 GMT", None),
        (b"1994-11-06T08:49:37Z", None),
        (b"0", None),
        (b"\xff", None),
        (None, None),
    ],
)
def test_dates(value, date):
    assert read_date(value) == date


# Ranges.

RANGES = {
    b"bytes=0-0": [(0, 1)],
    b"bytes=0-499": [(0, 500)],
    b"bytes=500-": [(500, SIZE)],
    b"bytes=-500": [(SIZE - 500, SIZE)],
    b"bytes=-99999": [(0, SIZE)],
    b"bytes=0-99999": [(0, SIZE)],
    b"BYTES=1-2": [(1, 3)],
    b"bytes=0-1, 4-5": [(0, 2), (4, 6)],
    b"bytes=4-5 ,0-1": [(4, 6), (0, 2)],
    b"bytes=0-1,99999-": [(0, 2)],
    b"bytes=99999-": [],
    b"bytes=-0": [],
    # Ignored: malformed, too many, overlapping.
    b"bytes=1-0": None, b"bytes=": None, b"bytes=-": None, b"bytes=a-b": None, b"bytes=+1-2": None, b"bytes 0-1": None,
    b"octets=0-1": None, b"bytes=0-1;": None, b"bytes=0-1,": None, b"bytes=0-10,5-15": None, b"bytes=0-,0-": None,
    b"bytes=" + b",".join(b"%d-%d" % (n * 3, n * 3) for n in range(17)): None, b"bytes=0-" + b"9" * 30: None,
    b"bytes=\xb2-3": None, b"bytes=1_0-20": None,
}  # fmt: skip


@pytest.mark.parametrize("value", RANGES)
def test_ranges(server, value):
    expected = RANGES[value]
    status, fields, content = fetch(server, "data.bin", [(b"range", value)])
    if expected is None:
        assert (status, content) == (200, CONTENT)
    elif not expected:
        assert (status, fields[b"content-range"]) == (416, b"bytes */%d" % SIZE)
    elif len(expected) == 1:
        [(start, stop)] = expected
        assert (status, content) == (206, CONTENT[start:stop])
        assert fields[b"content-range"] == b"bytes %d-%d/%d" % (start, stop - 1, SIZE)
    else:
        kind, _, boundary = fields[b"content-type"].partition(b"; boundary=")
        assert (status, kind) == (206, b"multipart/byteranges")
        *parts, last = content.split(b"\r\n--" + boundary)[1:]
        assert last == b"--\r\n"
        for (start, stop), part in zip(expected, parts, strict=True):
            head, _, octets = part.partition(b"\r\n\r\n")
            assert octets == CONTENT[start:stop]
            assert b"Content-Range: bytes %d-%d/%d" % (start, stop - 1, SIZE) in head
    status, _, content = fetch(server, "data.bin", [(b"range", value)], b"HEAD")
    assert (status, content) == (200, b"")


def test_a_range_of_nothing_is_ignored(server):
    assert fetch(server, "empty.txt", [(b"range", b"bytes=0-")])[0] == 200


def test_if_range(server):
    tag = fetch(server, "data.bin")[1][b"etag"]
    for condition, status in {
        tag: 206, DATE: 206, b"W/" + tag: 200, b'"other"': 200, BEFORE: 200, AFTER: 200, b"no": 200
    }.items():  # fmt: skip
        fields = [(b"range", b"bytes=0-1"), (b"if-range", condition)]
        assert fetch(server, "data.bin", fields)[0] == status, condition


# gzip.


def test_gzip(server):
    plain = fetch(server, "text.txt")
    status, fields, content = fetch(server, "text.txt", [(b"accept-encoding", b"br, gzip")])
    assert (status, fields[b"content-encoding"], fields[b"vary"]) == (
        200,
        b"gzip",
        b"accept-encoding",
    )
    assert gzip.decompress(content) == TEXT == plain[2]
    assert plain[1][b"vary"] == b"accept-encoding"
    assert fields[b"etag"] != plain[1][b"etag"]
    with_both = [(b"accept-encoding", b"gzip"), (b"if-none-match", fields[b"etag"])]
    status, found, _ = fetch(server, "text.txt", with_both)
    assert (status, found[b"vary"]) == (304, b"accept-encoding")
    assert b"content-encoding" not in fetch(server, "data.bin", [(b"accept-encoding", b"gzip")])[1]
    ranged = [(b"accept-encoding", b"gzip"), (b"range", b"bytes=0-2")]
    assert fetch(server, "text.txt", ranged)[2] == TEXT[:3]


@pytest.mark.parametrize(
    ("value", "takes"),
    [
        (None, False), ("", False), ("gzip", True), ("GZIP", True), ("x-gzip", True), ("*", True), ("br", False),
        ("gzip;q=0", False), ("gzip; q=0.0", False), ("*;q=0", False), ("gzip;q=0, *", False), ("br;q=1, gzip;q=0.1", True),
        ("gzip;q=x", False), ("identity", False), ("gzip;q=nan", False),
    ],
)  # fmt: skip
def test_accept_encoding(value, takes):
    assert accepts_gzip(value) == takes


def test_a_file_that_shrinks_does_not_look_complete(tmp_path):
    (tmp_path / "large.bin").write_bytes(b"a" * 20_000_000)
    files = Files(tmp_path)

    def shrinks(request):
        response = files(request)
        os.truncate(tmp_path / "large.bin", 10)
        return response

    for kind in KINDS:
        (tmp_path / "large.bin").write_bytes(b"a" * 200_000)
        with serving(kind, shrinks) as server:
            octets = talk(server, b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")
            assert len(octets) < 100_000
