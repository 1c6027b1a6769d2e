# ruff: noqa: E501
"""Requests octet by octet, and how the demonstration has to answer: what RFC 9110 and 9112 ask.

A case is: name, what is sent, the statuses of all responses (the last of them final), whether the
connection stays open afterwards, and the section behind it. Where the RFC leaves a choice, the case
says what this server chose.
"""

from __future__ import annotations

from dataclasses import dataclass

HOST = b"Host: localhost\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST


@dataclass(frozen=True)
class Case:
    """What is sent and how it has to be answered.

    Attributes:
        name: what is looked at.
        sent: the octets.
        statuses: of the responses, in order; 100 stands for an interim response.
        open: whether another request is answered on the same connection.
        rule: section of RFC 9110 or 9112.
        holds: octets that have to be in the answer.
    """

    name: str
    sent: bytes
    statuses: tuple[int, ...]
    open: bool
    rule: str
    holds: tuple[bytes, ...] = ()


def get(name: str, lines: bytes, status: int = 400, rule: str = "9112 5", **more) -> Case:
    """A GET with more field lines."""
    return Case(name, GET + lines + b"\r\n", (status,), status == 200, rule, **more)


def line(name: str, first: bytes, status: int = 400, rule: str = "9112 3", **more) -> Case:
    """A request line of its own."""
    return Case(
        name, first + b"\r\n" + HOST + b"\r\n", (status,), status in (200, 404, 405), rule, **more
    )


def post(
    name: str, lines: bytes, content: bytes, status: int = 400, rule: str = "9112 6", **more
) -> Case:
    """A POST to the echo."""
    sent = b"POST /echo HTTP/1.1\r\n" + HOST + lines + b"\r\n" + content
    return Case(name, sent, (status,), status == 200, rule, **more)


def chunked(name: str, content: bytes, status: int = 400, rule: str = "9112 7.1", **more) -> Case:
    """A chunked POST to the echo."""
    return post(name, b"Transfer-Encoding: chunked\r\n", content, status, rule, **more)


ECHO_5 = b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello"

REQUEST_LINES = [
    line("GET", b"GET / HTTP/1.1", 200, holds=(b"date: ", b"content-length: ", b"content-type: ")),
    line("HEAD", b"HEAD / HTTP/1.1", 200, "9110 9.3.2"),
    line("a query", b"GET /?a=b&c HTTP/1.1", 200),
    line("a percent-encoded path", b"GET /%65cho HTTP/1.1", 405),
    line("no such path", b"GET /nothing HTTP/1.1", 404),
    line("no such path, HEAD", b"HEAD /nothing HTTP/1.1", 404),
    line("another method", b"DELETE / HTTP/1.1", 405, "9110 15.5.6", holds=(b"allow: GET, HEAD",)),
    line("PUT without content", b"PUT /echo HTTP/1.1", 405, "9110 15.5.6", holds=(b"allow: ",)),
    line("TRACE", b"TRACE / HTTP/1.1", 405, "9110 9.3.8"),
    line("an unknown method", b"BREW / HTTP/1.1", 501, "9110 9.1"),
    line("a method in lower case", b"get / HTTP/1.1", 501, "9110 9.1"),
    line("a method of many octets", b"A" * 9000 + b" / HTTP/1.1", 501, "9112 3"),
    line("CONNECT", b"CONNECT localhost:80 HTTP/1.1", 501, "9110 9.3.6"),
    line("CONNECT to a path", b"CONNECT / HTTP/1.1", 400, "9112 3.2.3"),
    line("a method that is no token", b"G@T / HTTP/1.1"),
    line("no method", b" / HTTP/1.1"),
    line("two blanks before the target", b"GET  / HTTP/1.1"),
    line("two blanks behind the target", b"GET /  HTTP/1.1"),
    line("a tab for a blank", b"GET\t/ HTTP/1.1"),
    line("a blank in the target", b"GET /a b HTTP/1.1"),
    line("a blank at the end", b"GET / HTTP/1.1 "),
    line("a blank at the front", b" GET / HTTP/1.1"),
    line("no version", b"GET /", 400),
    line("no target", b"GET HTTP/1.1"),
    line("HTTP/1.2 is read as 1.1", b"GET / HTTP/1.2", 200, "9110 2.5"),
    line("HTTP/2.0", b"GET / HTTP/2.0", 505, "9110 15.6.6"),
    line("HTTP/0.9", b"GET / HTTP/0.9", 505, "9110 15.6.6"),
    line("HTTP/3.1", b"GET / HTTP/3.1", 505, "9110 15.6.6"),
    line("HTTP/1", b"GET / HTTP/1"),
    line("HTTP/11.1", b"GET / HTTP/11.1"),
    line("HTTP/1.10", b"GET / HTTP/1.10"),
    line("HTTP/1.", b"GET / HTTP/1."),
    line("HTTP/+1.1", b"GET / HTTP/+1.1"),
    line("http in lower case", b"GET / http/1.1"),
    line("another protocol", b"GET / HTTPS/1.1"),
    line("a version with a blank", b"GET / HTTP/1 .1"),
    line("a fragment", b"GET /#top HTTP/1.1", 400, "9112 3.2"),
    line("a target without a slash", b"GET index.html HTTP/1.1", 400, "9112 3.2"),
    line("a target above 127", b"GET /\xc3\xa9 HTTP/1.1", 400, "9112 3.2"),
    line("a quote in the target", b'GET /" HTTP/1.1', 400, "9112 3.2"),
    line("an angle bracket in the target", b"GET /<a> HTTP/1.1", 400, "9112 3.2"),
    line("a backslash in the target", b"GET \\ HTTP/1.1", 400, "9112 3.2"),
    line("a NUL in the target", b"GET /\x00 HTTP/1.1", 400, "9112 3.2"),
    line("a DEL in the target", b"GET /\x7f HTTP/1.1", 400, "9112 3.2"),
    line("what browsers send as it is", b"GET /?a=[1]|{2}^` HTTP/1.1", 200, "9112 3.2"),
    Case("percent without digits", b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n", (400,), True, "3986 2.1"),
    Case("percent at the end", b"GET /% HTTP/1.1\r\n" + HOST + b"\r\n", (400,), True, "3986 2.1"),
    line("a long target", b"GET /?" + b"a" * 7_990 + b" HTTP/1.1", 200, "9112 3"),
    line("too long a target", b"GET /" + b"a" * 8_193 + b" HTTP/1.1", 414, "9112 3"),
    line("a target without end", b"GET /" + b"a" * 100_000, 414, "9112 3"),
    line("OPTIONS of a path", b"OPTIONS /echo HTTP/1.1", 200, "9110 9.3.7", holds=(b"allow: ",)),
    line("OPTIONS of the server", b"OPTIONS * HTTP/1.1", 200, "9112 3.2.4", holds=(b"content-length: 0",)),
    line("the asterisk for GET", b"GET * HTTP/1.1", 400, "9112 3.2.4"),
    line("an absolute target", b"GET http://localhost/ HTTP/1.1", 200, "9112 3.2.2"),
    line("absolute, with a port", b"GET http://localhost:80/?q HTTP/1.1", 200, "9112 3.2.2"),
    line("absolute, without a path", b"GET http://localhost HTTP/1.1", 200, "9112 3.2.2"),
    line("absolute, query without path", b"GET http://localhost?q HTTP/1.1", 200, "9112 3.2.2"),
    line("absolute, of another host than Host", b"GET http://other/ HTTP/1.1", 200, "9112 3.2.2"),
    line("absolute, scheme in upper case", b"GET HTTP://localhost/ HTTP/1.1", 200, "9112 3.2.2"),
    line("absolute, with a user", b"GET http://me@localhost/ HTTP/1.1", 400, "9110 4.2.4"),
    line("absolute, without a host", b"GET http:/// HTTP/1.1", 400, "9110 4.2.1"),
    line("absolute, another scheme", b"GET ftp://localhost/ HTTP/1.1", 400, "9112 3.2.2"),
    line("absolute, a fragment", b"GET http://localhost/#a HTTP/1.1", 400, "9112 3.2"),
    line("OPTIONS absolute without a path", b"OPTIONS http://localhost HTTP/1.1", 200, "9112 3.2.4"),
    Case("an empty line in front", b"\r\n" + GET + b"\r\n", (200,), True, "9112 2.2"),
    Case("three empty lines in front", b"\r\n" * 3 + GET + b"\r\n", (400,), False, "9112 2.2"),
    Case("two empty lines in front", b"\r\n\r\n" + GET + b"\r\n", (200,), True, "9112 2.2"),
    Case("an LF in front", b"\n" + GET + b"\r\n", (400,), False, "9112 2.2"),
    Case("LF in place of CRLF", GET.replace(b"\r", b"") + b"\n", (400,), False, "9112 2.2"),
    Case("LF behind the request line", b"GET / HTTP/1.1\n" + HOST + b"\r\n", (400,), False, "9112 2.2"),
    Case("LF at the end of the head", GET + b"\n", (400,), False, "9112 2.2"),
    Case("CR in place of CRLF", GET.replace(b"\n", b"") + b"\r", (400,), False, "9112 2.2"),
    Case("CR CR LF", b"GET / HTTP/1.1\r\r\n" + HOST + b"\r\n", (400,), False, "9112 2.2"),
    Case("no HTTP at all", b"hello\r\n", (400,), False, "9112 3"),
    Case("a TLS handshake", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400,), False, "9112 3"),
    Case("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505,), False, "9113 3.4"),
    Case("HTTP/0.9", b"GET /\r\n", (400,), False, "9112 3"),
    Case("HTTP/1.0 without Host", b"GET / HTTP/1.0\r\n\r\n", (200,), False, "9112 9.3"),
    Case(
        "HTTP/1.0 with keep-alive",
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        (200,),
        True,
        "9112 9.3",
        (b"connection: keep-alive",),
    ),
    Case("HTTP/1.0, both", b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", (200,), False, "9112 9.3"),
    Case("HTTP/1.0, two Hosts", b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", (400,), False, "9112 3.2"),
    Case("HTTP/1.0, bad Host", b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", (400,), False, "9112 3.2"),
]  # fmt: skip

HOSTS = [
    Case(f"Host {value!r}", b"GET / HTTP/1.1\r\n" + value + b"\r\n", (status,), status == 200, "9112 3.2")
    for status, values in {
        200: (
            b"Host:localhost\r\n", b"host: localhost\r\n", b"HOST:\tlocalhost \t\r\n", b"Host: localhost:8080\r\n",
            b"Host: localhost:\r\n", b"Host: 127.0.0.1\r\n", b"Host: [::1]\r\n", b"Host: [::1]:80\r\n",
            b"Host: a_b.example\r\n", b"Host: xn--bcher-kva.example\r\n", b"Host: a.b.\r\n", b"Host:\r\n",
        ),
        400: (
            b"", b"Host: a\r\nHost: a\r\n", b"Host: a\r\nhost: b\r\n", b"Host: a b\r\n", b"Host: a,b\r\n",
            b"Host: a/b\r\n", b"Host: me@a\r\n", b"Host: a:b\r\n", b"Host: a:80:80\r\n", b"Host: a:99999\r\n",
            b"Host: a:-1\r\n", b"Host: [::1\r\n", b"Host: ::1\r\n", b"Host: http://a\r\n", b"Host: a?b\r\n",
            b"Host: a#b\r\n", b"Host: \xc3\xa9\r\n", b"Host: %zz\r\n", b"Host : a\r\n", b"Host: <a>\r\n",
            b'Host: "a"\r\n', b"Host: a\\b\r\n", b"Host: [gg]\r\n",
            b"Host: :80\r\n", b"Host: [1::2::3]\r\n", b"Host: []\r\n", b"Host: [::1]a\r\n", b"Host: [::1%25lo]\r\n",
        ),
    }.items()
    for value in values
]  # fmt: skip

FIELDS = [
    get("an unknown field", b"X-Any: thing\r\n", 200),
    get("an empty value", b"X-Any:\r\n", 200),
    get("blanks around a value", b"X-Any: \t a b \t \r\n", 200),
    get("an octet above 127 in a value", b"X-Any: \xc3\xa9\r\n", 200, "9110 5.5"),
    get("every character of a token in a name", b"!#$%&'*+-.^_`|~09AZaz: a\r\n", 200, "9110 5.6.2"),
    get("a blank before the colon", b"X-Any : a\r\n", rule="9112 5.1"),
    get("a tab before the colon", b"X-Any\t: a\r\n", rule="9112 5.1"),
    get("a blank in a name", b"X Any: a\r\n", rule="9112 5.1"),
    get("no name", b": a\r\n"),
    get("no colon", b"X-Any\r\n"),
    get("a name above 127", b"X-\xc3\xa9: a\r\n"),
    get("a bracket in a name", b"X(Any): a\r\n"),
    get("a NUL in a name", b"X-\x00: a\r\n"),
    get("a folded line", b"X-Any: a\r\n b\r\n", rule="9112 5.2"),
    get("a line folded by a tab", b"X-Any: a\r\n\tb\r\n", rule="9112 5.2"),
    get("a line of a blank", b" \r\n", rule="9112 5.2"),
    Case("a blank before the first field", b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", (400,), False, "9112 2.2"),
    get("a NUL in a value", b"X-Any: a\x00b\r\n", rule="9110 5.5"),
    get("a control in a value", b"X-Any: a\x01b\r\n", rule="9110 5.5"),
    get("a DEL in a value", b"X-Any: a\x7f\r\n", rule="9110 5.5"),
    get("a vertical tab in a value", b"X-Any: a\x0bb\r\n", rule="9110 5.5"),
    get("a CR in a value", b"X-Any: a\rb\r\n", rule="9110 5.5"),
    get("an LF in a value", b"X-Any: a\nb: c\r\n", rule="9110 5.5"),
    get("a CR at the end of a value", b"X-Any: a\r\r\n", rule="9112 2.2"),
    get("100 fields", b"X: a\r\n" * 99, 200),
    get("101 fields", b"X: a\r\n" * 100, 431, "6585 5"),
    get("a field of 30,000 octets", b"X: " + b"a" * 30_000 + b"\r\n", 200),
    get("a field of 40,000 octets", b"X: " + b"a" * 40_000 + b"\r\n", 431, "6585 5"),
    Case("fields without end", GET + b"X: " + b"a" * 100_000, (431,), False, "6585 5"),
    Case("Connection: close", GET + b"Connection: close\r\n\r\n", (200,), False, "9112 9.6", (b"connection: close",)),
    Case("Connection: Close", GET + b"Connection: Close\r\n\r\n", (200,), False, "9110 7.6.1"),
    Case("close in a list", GET + b"Connection: x, close\r\n\r\n", (200,), False, "9110 7.6.1"),
    Case("close in a second line", GET + b"Connection: x\r\nConnection: close\r\n\r\n", (200,), False, "9110 5.3"),
    get("close in another word", b"Connection: closed\r\n", 200, "9110 7.6.1"),
    get("an upgrade is ignored", b"Connection: Upgrade\r\nUpgrade: h2c\r\n", 200, "9110 7.8"),
    get("another expectation", b"Expect: something\r\n", 417, "9110 10.1.1"),
    get("an expectation without content", b"Expect: 100-continue\r\n", 200, "9110 10.1.1"),
    Case("an expectation in HTTP/1.0", b"GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", (200,), False, "9110 10.1.1"),
]  # fmt: skip

LENGTHS = [
    post("content", b"Content-Length: 5\r\n", b"hello", 200, holds=(b"\r\n\r\nhello",)),
    post("no content", b"Content-Length: 0\r\n", b"", 200, holds=(b"content-length: 0",)),
    post("neither length nor coding", b"", b"", 200, "9112 6.3"),
    post("zeros in front", b"Content-Length: 005\r\n", b"hello", 200, "9110 8.6"),
    post("content that looks like a request", b"Content-Length: 18\r\n", b"GET / HTTP/1.1\r\n\r\n", 200),
    post("content with an empty line", b"Content-Length: 6\r\n", b"a\r\n\r\nb", 200),
    post("octets of all values", b"Content-Length: 256\r\n", bytes(range(256)), 200, holds=(bytes(range(256)),)),
    post("two equal lengths", b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello", rule="9112 6.3"),
    post("two lengths", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello", rule="9112 6.3"),
    post("a list of lengths", b"Content-Length: 5, 5\r\n", b"hello", rule="9110 8.6"),
    post("too long", b"Content-Length: 99999999999\r\n", b"", 413, "9110 15.5.14"),
    post("a length of 30 digits", b"Content-Length: " + b"9" * 30 + b"\r\n", b"", 413, "9110 8.6"),
    post("both", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", rule="9112 6.1"),
    post("both, the other way round", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n", rule="9112 6.1"),
    *(
        post(f"a length of {value!r}", b"Content-Length: " + value + b"\r\n", b"hello", rule="9110 8.6")
        for value in (b"", b"+5", b"-5", b"5_0", b"0x5", b"5.0", b"5 5", b"five", b"\xb2", b"5;", b'"5"', b"5a", b"1e1")
    ),
    *(
        post(f"a coding of {value!r}", b"Transfer-Encoding: " + value + b"\r\n", b"0\r\n\r\n", 501 if known else 400, "9112 6.1")
        for value, known in {
            b"gzip, chunked": True, b"identity, chunked": True, b"gzip": False, b"identity": False, b"": False,
            b"chunked, chunked": False, b"chunked, gzip": False, b"xchunked": False, b"chunked,": False, b",chunked": False,
            b"chunked;a=b": False, b'"chunked"': False, b"chunke": False, b"chunked identity": False, b"x chunked": False,
            b"gzip\x0b, chunked": False,
        }.items()
    ),
    post("two codings in two lines", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", rule="9112 6.1"),
    post("a coding in upper case", b"transfer-encoding: CHUNKED\r\n", b"0\r\n\r\n", 200, "9112 7"),
    post("a blank before the colon of a coding", b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n", rule="9112 5.1"),
    Case("a coding in HTTP/1.0", b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400,), False, "9112 6.1"),
    Case("GET with content", GET + b"Content-Length: 5\r\n\r\nhello", (200,), True, "9110 9.3.1"),
    Case("405 with content", b"PUT / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello", (405,), True, "9112 9.3"),
]  # fmt: skip

CHUNKS = [
    chunked("chunks", b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 200, holds=(b"\r\n\r\nhello!",)),
    chunked("no chunk", b"0\r\n\r\n", 200),
    chunked("sizes with letters", b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 200),
    chunked("zeros in front", b"0005\r\nhello\r\n000\r\n\r\n", 200),
    chunked("an extension", b"5;a=b\r\nhello\r\n0\r\n\r\n", 200, "9112 7.1.1"),
    chunked("a quoted extension", b'5;a="b;\\" c"\r\nhello\r\n0;z\r\n\r\n', 200, "9112 7.1.1"),
    chunked("blanks around an extension", b"5 ; a = b\r\nhello\r\n0\r\n\r\n", 200, "9112 7.1.1"),
    chunked("trailers", b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", 200, "9112 7.1.2"),
    chunked("a trailer that would frame", b"5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n", 200, "9110 6.5.1"),
    chunked("a chunk with CRLF inside", b"4\r\n\r\n\r\n\r\n0\r\n\r\n", 200),
    *(
        chunked(f"a size of {size!r}", size + b"\r\nhello\r\n0\r\n\r\n")
        for size in (
            b"", b"-5", b"+5", b"0x5", b"5 ", b" 5", b"5_0", b"g", b"5\x00", b"5,", b"\xb2", b"5 5", b"5\t",
            b"ffffffffffffffffffff", b"5;", b"5;a=", b'5;a="b', b"5;a b", b"5;\x01", b"5;a=b\n", b"5\n", b"5\r", b"5;=b",
        )
    ),
    chunked("more than any limit", b"fffffffff\r\nhello", 413, "9110 15.5.14"),
    chunked("a chunk longer than its size", b"4\r\nhello\r\n0\r\n\r\n"),
    chunked("a chunk shorter than its size", b"6\r\nhello\r\n0\r\n\r\n"),
    chunked("no CRLF behind a chunk", b"5\r\nhello0\r\n\r\n"),
    chunked("LF behind a chunk", b"5\r\nhello\n0\r\n\r\n"),
    chunked("LF behind a size", b"5\nhello\r\n0\r\n\r\n"),
    chunked("LF behind the last chunk", b"5\r\nhello\r\n0\n\n"),
    chunked("LF at the end", b"5\r\nhello\r\n0\r\n\n"),
    chunked("a malformed trailer", b"0\r\nno colon\r\n\r\n"),
    chunked("a blank before the colon of a trailer", b"0\r\nX : a\r\n\r\n", rule="9112 5.1"),
    chunked("a folded trailer", b"0\r\nX: a\r\n b\r\n\r\n", rule="9112 5.2"),
    chunked("a NUL in a trailer", b"0\r\nX: \x00\r\n\r\n", rule="9110 5.5"),
    chunked("too many trailers", b"0\r\n" + b"X: a\r\n" * 101 + b"\r\n", 431, "6585 5"),
    chunked("trailers without end", b"0\r\nX: " + b"a" * 100_000, 431, "6585 5"),
    chunked("extensions without end", b"5;a=" + b"a" * 100_000),
    chunked("too many extensions", (b"1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n" * 200) + b"0\r\n\r\n"),
]  # fmt: skip

ORDER = [
    Case("two at once", GET + b"\r\n" + GET + b"\r\n", (200, 200), True, "9112 9.3.2"),
    Case("content, then another", ECHO_5 + GET + b"\r\n", (200, 200), True, "9112 9.3.2"),
    Case("chunks, then another",
         b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" + GET + b"\r\n",
         (200, 200), True, "9112 9.3.2"),
    Case("100 at once", (GET + b"\r\n") * 100, (200,) * 100, True, "9112 9.3.2"),
    Case("an error ends it", GET + b"\r\nBAD\r\n\r\n" + GET + b"\r\n", (200, 400), False, "9112 9.3.2"),
    Case("close ends it", GET + b"Connection: close\r\n\r\n" + GET + b"\r\n", (200,), False, "9112 9.6"),
    Case("a bad second one", GET + b"\r\nGET / HTTP/1.1\r\n\r\n", (200, 400), False, "9112 3.2"),
    Case("HEAD, then GET", b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n" + GET + b"\r\n", (200, 200), True, "9110 9.3.2"),
    Case("an unread content is no request",
         b"DELETE / HTTP/1.1\r\n" + HOST + b"Content-Length: 19\r\n\r\nGET / HTTP/1.1\r\n\r\n?" + GET + b"\r\n",
         (405, 200), True, "9112 9.3"),
    Case("expectation, then content",
         b"POST /echo HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
         (100, 200), True, "9110 10.1.1"),
    Case("an expectation in capitals",
         b"POST /echo HTTP/1.1\r\n" + HOST + b"Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello",
         (100, 200), True, "9110 10.1.1"),
    Case("an expectation with too much",
         b"POST /echo HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n",
         (413,), False, "9110 10.1.1"),
    Case("an empty line between", GET + b"\r\n\r\n" + GET + b"\r\n", (200, 200), True, "9112 2.2"),
]  # fmt: skip

CASES = [*REQUEST_LINES, *HOSTS, *FIELDS, *LENGTHS, *CHUNKS, *ORDER]
