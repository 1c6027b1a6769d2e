"""Decodes text that comes in pieces: an incremental decoder keeps the part of a character."""

import codecs
import socket

text = "5 € a piece"
octets = text.encode("utf-8")
ours, theirs = socket.socketpair()
with ours, theirs:
    theirs.settimeout(1)
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in (octets[:4], octets[4:], octets[2:4]):
        ours.sendall(piece)
        received = theirs.recv(1024)
        print("received", received, "text", ascii(decoder.decode(received)))
    ours.close()
    print("received", theirs.recv(1024))
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        print("UnicodeDecodeError:", error.reason)
