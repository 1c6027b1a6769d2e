"""The three schemes on a path of 1 MB/s and 50 ms, with more and more loss: kB a second."""

import heapq
import itertools
import random

from schemes import SCHEMES, Receiver, Sender

RATE = 1_000_000  # octets a second
ROUND_TRIP = 0.05  # seconds
HEADERS = 28  # octets that IPv4 and UDP add
WINDOW = 64
CONTENT = bytes(250_000)
RUNS = 3
LOSSES = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)


def transfer(scheme, loss, seed, content=CONTENT, tries=30):
    """Seconds that the content takes, on a clock that is a number."""
    chance = random.Random(f"{scheme} {loss} {seed}")
    order = itertools.count()
    sender = Sender(scheme, 1, content, WINDOW, tries=tries)
    receiver = Receiver(scheme, WINDOW)
    now, free, under_way = 0, 0, []
    while not sender.finished:
        for datagram in sender.send(now):
            free = max(free, now) + (len(datagram) + HEADERS) / RATE
            if chance.random() >= loss:
                arrival = free + ROUND_TRIP / 2, next(order), "there", datagram
                heapq.heappush(under_way, arrival)
        if not under_way or sender.due() < under_way[0][0]:
            now = max(now, sender.due())
            continue
        now, _, direction, datagram = heapq.heappop(under_way)
        if direction == "back":
            sender.receive(now, datagram)
        else:
            answer = receiver.receive(datagram)
            if chance.random() >= loss:
                heapq.heappush(under_way, (now + ROUND_TRIP / 2, next(order), "back", answer))
    assert receiver.take() == content
    return now


def main():
    print("loss ", *(f"{scheme:>16}" for scheme in SCHEMES))
    for loss in LOSSES:
        rates = []
        for scheme in SCHEMES:
            seconds = sum(transfer(scheme, loss, seed) for seed in range(RUNS))
            rates.append(RUNS * len(CONTENT) / seconds / 1000)
        print(f"{loss:4.0%} ", *(f"{rate:16.1f}" for rate in rates))


if __name__ == "__main__":
    main()
