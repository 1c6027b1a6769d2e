# Wrong on purpose: without SO_REUSEADDR it cannot start again for a minute.

import argparse
import errno
import socket
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            sys.exit(f"bind failed: port {port} is in use")
        listener.listen()
        listener.settimeout(60)
        print("LISTENING", *listener.getsockname(), flush=True)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            connection.recv(1024)
            connection.sendall(b"Hello, client!\n")
    print("closed both sockets")


if __name__ == "__main__":
    main()
