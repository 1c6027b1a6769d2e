"""Answers a client beside a thread that waits, a process that computes, a thread that computes."""

import multiprocessing
import socket
import threading
import time

ROUNDS = 20


def wait(stop):
    stop.wait()


def compute(stop):
    number = 1
    while not stop.is_set():
        number = number * 3 % 1_000_003


def answer(connection):
    while octets := connection.recv(100):
        connection.sendall(octets)


def ask(connection, neighbor):
    """The client, a process of its own; prints how long its requests took."""
    waits = []
    with connection:
        connection.settimeout(10)
        for _ in range(ROUNDS):
            # Requests come now and then: in between, the others have the processor.
            time.sleep(0.005)
            began = time.perf_counter()
            connection.sendall(b"ping")
            connection.recv(100)
            waits.append((time.perf_counter() - began) * 1000)
    # Not the slower ones: on a busy machine anything may take longer.
    quarter = sorted(waits)[ROUNDS // 4]
    print(
        f"beside {neighbor}: a quarter within {quarter:.3f} ms, over 2 ms: {quarter > 2}",
        flush=True,
    )


def main():
    neighbors = {
        "a thread that waits": (threading.Thread, threading.Event(), wait),
        "a process that computes": (multiprocessing.Process, multiprocessing.Event(), compute),
        "a thread that computes": (threading.Thread, threading.Event(), compute),
    }
    for neighbor, (new_worker, stop, work) in neighbors.items():
        ours, theirs = socket.socketpair()
        with ours:
            start_process = multiprocessing.get_context("spawn").Process
            client = start_process(target=ask, args=[theirs, neighbor])
            client.start()
            theirs.close()
            worker = new_worker(target=work, args=[stop], daemon=True)
            worker.start()
            answer(ours)
            stop.set()
            worker.join()
            client.join()


if __name__ == "__main__":
    main()
