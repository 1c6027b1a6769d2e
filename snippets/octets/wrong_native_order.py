# Wrong on purpose: one side packs the length in the order of its machine.
import socket
import struct

ours, theirs = socket.socketpair()
with ours, theirs:
    theirs.settimeout(1)
    for length in (0, 5, 258, 16_843_009):
        ours.sendall(struct.pack("I", length))
        octets = theirs.recv(4)
        (read,) = struct.unpack("!I", octets)
        print(f"sent {length:,}: octets {octets.hex(' ')}, read {read:,}")
