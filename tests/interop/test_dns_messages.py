"""Messages of dnspython read and written here, and damaged ones."""

import random

import dns.message
import dns.rdatatype
import pytest

from onthewire.dns import DNSError, decode, encode
from tests.dns_samples import Watched, chain_of_pointers, messages, mutated

COUNT = 2_000
MUTATED = 10_000

STEPS_FOR_EACH_OCTET = 2
"""Single octets looked at: a length of each label, both of a pointer, and few of them twice."""


def sections(message):
    return (message.answers, message.authorities, message.additionals)


def text(data):
    """What dnspython writes into a zone file; CSYNC, a type unknown here, as octets."""
    return (data.to_generic() if data.rdtype == dns.rdatatype.CSYNC else data).to_text().rstrip()


def test_2000_messages_mean_the_same_to_both():
    for number, (message, octets) in enumerate(messages(COUNT)):
        ours = decode(octets)
        assert decode(encode(ours)) == decode(encode(ours, compress=False)) == ours
        assert dns.message.from_wire(encode(ours, compress=number % 4 < 2)) == message
        assert (ours.id, ours.rcode) == (message.id, message.rcode())
        theirs = dns.message.from_wire(octets)
        for section, records in zip(theirs.sections[1:], sections(ours), strict=True):
            texts = [
                f"{found.name} {found.ttl} {text(data)}" for found in section for data in found
            ]
            assert sorted(texts) == sorted(f"{one.name} {one.ttl} {one.data}" for one in records)


def test_damaged_messages_raise_the_documented_error_or_can_be_written_again():
    rng = random.Random(2424)
    samples = [octets for _, octets in messages(200)]
    refused = 0
    for _ in range(MUTATED):
        damaged = Watched(mutated(rng.choice(samples), rng))
        try:
            message = decode(damaged)
        except DNSError:
            refused += 1
        else:
            assert decode(encode(message)) == message
        assert damaged.looked <= STEPS_FOR_EACH_OCTET * len(damaged)
    assert MUTATED // 10 < refused < MUTATED


@pytest.mark.parametrize("size", [0, 1, 11])
def test_less_than_a_header(size):
    with pytest.raises(DNSError, match="12 octets"):
        decode(bytes(size))


def test_a_chain_of_pointers_is_followed_once():
    octets = Watched(chain_of_pointers())
    assert 65_500 < len(octets) < 65_536
    assert len(decode(octets).answers) > 4_000
    assert octets.looked <= STEPS_FOR_EACH_OCTET * len(octets)
