"""Stops the server while it is at work, and prints what its client still gets."""

import socket

from stoppable_echo_server import EchoServer


def main():
    server = EchoServer()
    client, connection = socket.socketpair()
    with client:
        client.settimeout(10)
        server.begin(connection)
        client.sendall(b"one\nwait\n")
        print("answered:", client.recv(1024))
        # The thread goes on with the second line, which takes it 0.3 seconds.
        server.stop()
        print("stopped; threads left:", len(server.threads))
        print("answered:", client.recv(1024))
        print("answered:", client.recv(1024))


if __name__ == "__main__":
    main()
