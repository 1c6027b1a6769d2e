"""Relays TCP connections and prints the octets that go over them, in both directions."""

import argparse
import contextlib
import os
import socket
import struct
import threading
import time


def show(number, began, event, data=b"", offset=0):
    lines = [f"{number}  {time.monotonic() - began:8.4f} s  {event}"]
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        text = "".join(chr(octet) if 32 <= octet < 127 else "." for octet in row)
        lines.append(f"  {offset + start:04x}  {row.hex(' '):47}  {text}")
    print("\n".join(lines) + "\n", end="", flush=True)


def reset_later(connections):
    # Neither side may take a cut for an end: closing with a linger time of 0 sends a reset.
    on_for_no_time = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, on_for_no_time)
            connection.shutdown(socket.SHUT_RD)


def pump(source, target, number, began, direction, cut):
    offset = 0
    try:
        while data := source.recv(65536):
            show(number, began, f"{direction}: {len(data)} octets", data, offset)
            offset += len(data)
            target.sendall(data)
        if not cut.is_set():
            show(number, began, f"{direction}: end")
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
    except OSError:
        if not cut.is_set():
            cut.set()
            show(number, began, f"{direction}: cut off")
            reset_later([source, target])


def relay(client, port, number, began):
    with client:
        try:
            server = socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            show(number, began, f"no connection to port {port}")
            return
        with server:
            # Silence is something to see, so a relay waits as long as its two sides do.
            client.settimeout(None)
            server.settimeout(None)
            show(number, began, "connected")
            cut = threading.Event()
            back = [server, client, number, began, "server to client", cut]
            answers = threading.Thread(target=pump, args=back, daemon=True)
            answers.start()
            pump(client, server, number, began, "client to server", cut)
            answers.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15001, help="listen here")
    parser.add_argument("--to", type=int, default=15000, help="port of the server")
    options = parser.parse_args()
    number = 0
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", options.port)) as listener:
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                with contextlib.suppress(TimeoutError, ConnectionError):
                    client, _ = listener.accept()
                    number += 1
                    work = [client, options.to, number, time.monotonic()]
                    threading.Thread(target=relay, args=work, daemon=True).start()
    print("STOPPED")


if __name__ == "__main__":
    main()
