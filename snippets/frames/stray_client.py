"""A client that is at the wrong address: it speaks HTTP."""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
            print("received", connection.recv(1024))
    except TimeoutError:
        print("nothing came for 2 seconds")
    except ConnectionError:
        print("the connection was cut off")


if __name__ == "__main__":
    main()
