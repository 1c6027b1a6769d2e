"""A port of the IPv6 loopback at which, on Linux, no connection succeeds: its queue stays full."""

import argparse
import contextlib
import socket
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15001)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("::1", port), family=socket.AF_INET6, backlog=0) as listener:
            with socket.create_connection(listener.getsockname()[:2], timeout=5):
                print("LISTENING", *listener.getsockname()[:2], flush=True)
                while True:
                    time.sleep(1)
    print("STOPPED")


if __name__ == "__main__":
    main()
