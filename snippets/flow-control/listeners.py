"""Four clients that read, and one that is frozen until they have finished."""

import argparse
import socket
import threading

LINES = 1000
QUIET = 0.5


def listen(connection):
    """Reads to the last line, and says what came."""
    connection.settimeout(QUIET)
    count = 0
    try:
        with connection.makefile("rb") as lines:
            for line in lines:
                count += 1
                if line.startswith(b"%06d " % (LINES - 1)):
                    break
            else:
                return "cut off"
    except TimeoutError:
        return f"nothing comes any more after {count} lines"
    except ConnectionError:
        return "cut off"
    return f"{LINES - count} lines are missing" if count < LINES else "all lines"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    address = ("127.0.0.1", parser.parse_args().port)
    frozen = socket.socket()
    frozen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    frozen.connect(address)
    healthy = [socket.create_connection(address, timeout=10) for _ in range(4)]
    told = {}

    def work(number, connection):
        told[number] = listen(connection)

    threads = [threading.Thread(target=work, args=each) for each in enumerate(healthy, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in sorted(told):
        print(f"client {number}: {told[number]}")
    print("the frozen client reads at last:", listen(frozen))
    for connection in [frozen, *healthy]:
        connection.close()


if __name__ == "__main__":
    main()
