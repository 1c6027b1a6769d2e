# Wrong on purpose: it receives from the listening socket, which never carries data.

import argparse
import errno
import socket
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with socket.create_server(("127.0.0.1", port)) as listener:
        print("LISTENING", *listener.getsockname(), flush=True)
        try:
            print("received", listener.recv(1024))
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
            sys.exit("recv failed: this socket is connected to nobody")


if __name__ == "__main__":
    main()
