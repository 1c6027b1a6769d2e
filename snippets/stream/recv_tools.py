"""Receive exactly so many octets, or up to a delimiter, however the stream is cut."""

RECORD_LIMIT = 65536


def receive_more(connection, buffer):
    data = connection.recv(65536)
    if not data:
        raise EOFError(f"the stream ended; {len(buffer)} octets wait for the rest of a message")
    buffer += data


def take(buffer, count):
    message = bytes(buffer[:count])
    del buffer[:count]
    return message


def recv_exactly(connection, buffer, count):
    while len(buffer) < count:
        receive_more(connection, buffer)
    return take(buffer, count)


def recv_until(connection, buffer, delimiter, limit):
    while (position := buffer.find(delimiter)) < 0 and len(buffer) < limit + len(delimiter):
        receive_more(connection, buffer)
    if not 0 <= position <= limit:
        raise ValueError(f"no {delimiter!r} within {limit} octets")
    message = take(buffer, position)
    take(buffer, len(delimiter))
    return message


class Pieces:
    """Stands for a connection: each recv returns the next piece, then b"" for the end."""

    def __init__(self, *pieces):
        self.pieces = [piece for piece in pieces if piece]

    def recv(self, size):
        piece = self.pieces.pop(0) if self.pieces else b""
        assert len(piece) <= size
        return piece


def read_record(connection, buffer):
    length = recv_until(connection, buffer, b"\n", limit=8)
    # int() alone takes "+5", " 5" and "1_0" as well.
    if not length.isdigit() or int(length) > RECORD_LIMIT:
        raise ValueError(f"{length!r} is no length, or too large")
    return recv_exactly(connection, buffer, int(length))


def main():
    stream = b"5\nalpha11\nbravo\nagain"
    for cut in range(len(stream) + 1):
        connection, buffer = Pieces(stream[:cut], stream[cut:]), bytearray()
        assert read_record(connection, buffer) == b"alpha"
        assert read_record(connection, buffer) == b"bravo\nagain"
    print(f"{len(stream) + 1} ways to cut the stream, the same two records each time")
    try:
        read_record(Pieces(b"5\nalp"), bytearray())
    except EOFError as error:
        print("EOFError:", error)


if __name__ == "__main__":
    main()
