"""Exercise: greet each client by the name that it sends.

A client sends a name in UTF-8 and a line feed. Answer `Hello, NAME!` and a line feed, then close
the connection. Serve one client after the other until Ctrl-C.
"""

import argparse
import contextlib
import socket


def greet(connection):
    connection.settimeout(10)
    # Here is your part: read the name, up to its line feed, and send the greeting.
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            print("LISTENING", *listener.getsockname(), flush=True)
            # And here: this serves one client alone.
            connection, _ = listener.accept()
            greet(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
