"""What a connection without I/O makes of octets, in a form that can be compared."""

from __future__ import annotations

from onthewire.http.connection import ClientConnection, ServerConnection
from onthewire.http.events import Closed, Data, End, RemoteError, RequestHead, ResponseHead


def _events(connection, pieces, *, ends: bool, done):
    found = []
    for piece in [*pieces, b""] if ends else pieces:
        if piece or ends:
            connection.receive(piece)
        try:
            while (event := connection.next_event()) is not None:
                match event:
                    case RequestHead():
                        found.append(
                            ("request", event.method, event.target, event.fields, event.length)
                        )
                    case ResponseHead():
                        found.append(("response", event.status, event.fields, event.length))
                    case Data() if found[-1][0] == "data":
                        found[-1] = ("data", found[-1][1] + event.octets)
                    case Data():
                        found.append(("data", event.octets))
                    case End():
                        found.append(("end", event.trailers))
                        done(connection)
                    case Closed():
                        return [*found, ("closed",)]
        except RemoteError as error:
            return [*found, ("error", error.status)]
    return found


def _answer(connection: ServerConnection) -> None:
    connection.whole(200, (), b"")


def requests(pieces, limits=None, *, ends=False):
    """What the server's side reads, each request being answered at once."""
    return _events(ServerConnection(limits), pieces, ends=ends, done=_answer)


def responses(pieces, limits=None, *, method="GET", ends=False):
    """What the client's side reads after one request."""
    connection = ClientConnection(limits)
    connection.request(method, b"/", ((b"host", b"a"),))
    connection.end()
    return _events(connection, pieces, ends=ends, done=lambda _: None)


def octet_by_octet(octets: bytes) -> list[bytes]:
    return [octets[at : at + 1] for at in range(len(octets))]
