"""What decoding and encoding messages costs, against dnspython in the same run; and damaged ones.

Both sides run in turn in one process, and the best of several runs of each counts.
"""

import random
import time

import dns.message
import pytest

from onthewire.dns import DNSError, decode, encode
from tests.dns_samples import chain_of_pointers, messages, mutated

pytestmark = pytest.mark.bench

RUNS = 7
TYPICAL = 300
MUTATED = 100_000
MOST_SECONDS = 0.010


def by_ours(samples):
    for octets in samples:
        encode(decode(octets))


def by_dnspython(samples):
    for octets in samples:
        dns.message.from_wire(octets).to_wire()


def best(work, samples):
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        work(samples)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_decode_and_encode_against_dnspython():
    samples = [message.to_wire() for message, _ in messages(TYPICAL)]
    ours, theirs = best(by_ours, samples), best(by_dnspython, samples)
    octets = sum(map(len, samples)) / len(samples)
    print(
        f"decode and encode of {octets:.0f} octets: {ours / TYPICAL * 1e6:.0f} µs; "
        f"dnspython takes {theirs / ours:.1f} times as long"
    )
    assert ours < theirs


def test_100000_damaged_messages():
    rng = random.Random(242424)
    samples = [octets for _, octets in messages(500)]
    refused, longest = 0, 0.0
    for _ in range(MUTATED):
        damaged = mutated(rng.choice(samples), rng)
        begun = time.thread_time()
        try:
            encode(decode(damaged))
        except DNSError:
            refused += 1
        longest = max(longest, time.thread_time() - begun)
    print(f"{refused:,} of {MUTATED:,} refused; the longest took {longest * 1e3:.2f} ms")
    assert longest < MOST_SECONDS


def test_a_message_of_65535_octets_full_of_pointers():
    octets = chain_of_pointers()
    begun = time.thread_time()
    decode(octets)
    taken = time.thread_time() - begun
    print(f"{len(octets):,} octets of pointers and names: {taken * 1e3:.1f} ms")
    assert taken < 5 * MOST_SECONDS
