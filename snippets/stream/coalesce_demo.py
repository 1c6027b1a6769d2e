"""Two sends on one TCP connection, and the one recv that takes both."""

import socket


def connected_pair():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = socket.create_connection(listener.getsockname(), timeout=5)
        receiver, _ = listener.accept()
        receiver.settimeout(5)
    return sender, receiver


def main():
    sender, receiver = connected_pair()
    with sender, receiver:
        for data in (b"one", b"two"):
            sender.sendall(data)
            print("sendall", data)
        # A receiver that is busy elsewhere: it comes back once both have arrived. MSG_PEEK looks
        # at what is there and takes nothing.
        while len(receiver.recv(1024, socket.MSG_PEEK)) < 6:
            pass
        print("recv(1024)", receiver.recv(1024))


if __name__ == "__main__":
    main()
