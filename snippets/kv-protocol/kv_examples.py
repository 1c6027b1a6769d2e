"""What a client sends on a new connection, and all that the server replies until it ends."""

EXAMPLES = {
    "set, get, delete": (
        b"KV 1\nSET a 5\nhello\nGET a\nDEL a\nGET a\nDEL a\nQUIT\n",
        b"KV 1\nOK\nVALUE 5\nhello\nOK\nNONE\nNONE\nOK\n",
    ),
    "a client of a later version": (b"KV 7\nGET a\n", b"KV 1\nNONE\n"),
    "any octets are a value": (
        b"KV 1\nSET a 6\nGET b\n\nGET a\nSET a 0\n\nGET a\nDEL a\n",
        b"KV 1\nOK\nVALUE 6\nGET b\n\nOK\nVALUE 0\n\nOK\n",
    ),
    "no such command": (
        b"KV 1\nget a\nGET\nGET a b\nGET  a\n\nKV 1\nGET a\n",
        b"KV 1\n" + 6 * b"ERR command\n" + b"NONE\n",
    ),
    "no such key can be": (
        b"KV 1\nGET a/b\nDEL a\r\nSET a/b 5\nGET c\nGET a\n",
        b"KV 1\nERR key\nERR key\nERR key\nNONE\n",
    ),
    "a longer line than allowed": (b"KV 1\nGET " + 125 * b"a", b"KV 1\nERR line\n"),
    "no version": (b"GET a\nGET a\n", b"ERR version\n"),
    "version 0": (b"KV 0\nGET a\n", b"ERR version\n"),
    "a length over the limit": (b"KV 1\nSET a 4097\nGET a\n", b"KV 1\nERR length\n"),
    "a length in another form": (b"KV 1\nSET a 05\nhello\n", b"KV 1\nERR length\n"),
    "no length": (b"KV 1\nSET a\nhello\n", b"KV 1\nERR length\n"),
    "a length that is no truth": (b"KV 1\nSET a 5\nhello, world\n", b"KV 1\nERR value\n"),
    "an end inside a value": (b"KV 1\nSET a 5\nhel", b"KV 1\nERR end\n"),
    "an end inside a line": (b"KV 1\nGET a", b"KV 1\nERR end\n"),
}
