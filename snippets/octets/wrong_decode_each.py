# Wrong on purpose: decodes what each receive brings, though a character may be cut in two.
import argparse
import socket

parser = argparse.ArgumentParser()
parser.add_argument("--errors", default="strict")
errors = parser.parse_args().errors

price = "5 € a piece"
octets = price.encode("utf-8")
ours, theirs = socket.socketpair()
with ours, theirs:
    theirs.settimeout(1)
    text = ""
    try:
        for piece in (octets[:4], octets[4:]):
            ours.sendall(piece)
            received = theirs.recv(1024)
            print("received", received)
            text += received.decode("utf-8", errors)
        print("text", ascii(text))
    except UnicodeDecodeError as error:
        print("UnicodeDecodeError:", error.reason)
