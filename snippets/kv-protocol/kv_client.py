"""A client of the key-value protocol: `get KEY`, `set KEY VALUE` or `del KEY`."""

import argparse
import socket
import sys
import time

import kvproto


class KvError(Exception):
    """The server says ERR, or something that is no reply."""


class Client:
    def __init__(self, address, seconds=10.0):
        self.deadline = time.monotonic() + seconds
        self.connection = socket.create_connection(address, timeout=seconds)
        self.received = b""
        try:
            if self.ask(b"KV %d\n" % kvproto.VERSION)[0] != b"KV 1":
                raise KvError("the server answers another version")
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def get(self, key):
        return self.ask(b"GET %b\n" % checked(key))[1]

    def put(self, key, value):
        self.ask(b"SET %b %d\n%b\n" % (checked(key), len(value), value))

    def delete(self, key):
        return self.ask(b"DEL %b\n" % checked(key))[0] == b"OK"

    def ask(self, command):
        self.connection.sendall(command)
        try:
            while (reply := kvproto.cut_reply(self.received)) is None:
                self.connection.settimeout(max(self.deadline - time.monotonic(), 0.001))
                octets = self.connection.recv(16384)
                if not octets:
                    raise KvError("the server ended the connection")
                self.received += octets
        except ValueError as error:
            raise KvError(error) from None
        line, value, self.received = reply
        if line.startswith(b"ERR "):
            raise KvError(line.decode("ascii"))
        return line, value


def checked(key):
    """A key with a blank or a line feed in it would be more than a key."""
    octets = key.encode("utf-8")
    if not kvproto.KEY.fullmatch(octets):
        raise KvError("that is no key")
    return octets


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["get", "set", "del"])
    parser.add_argument("key")
    parser.add_argument("value", nargs="?", default="")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    try:
        with Client(("127.0.0.1", options.port)) as client:
            match options.command:
                case "get":
                    print(client.get(options.key))
                case "set":
                    client.put(options.key, options.value.encode("utf-8"))
                case "del":
                    print(client.delete(options.key))
    except TimeoutError:
        sys.exit("not done within 10 seconds")
    except (KvError, ConnectionError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
