"""Feeds a protocol with seeded nonsense, and says which input breaks which promise."""

import argparse
import faulthandler
import importlib
import itertools
import random
import sys

import kvproto

KEYS = (b"a", b"b", b"key.1", b"k" * 64, b"k" * 65, b"", b"\xff", b"a\r")
LENGTHS = (b"0", b"1", b"5", b"4096", b"4097", b"99999999", b"-1", b"+5", b"05", b"5_0", b"x", b"")
VALUES = (b"", b"v", b"hello", b"GET a", b"\n\n\n\n\n", bytes(range(256)), bytes(4096))
LINES = (b"KV 1", b"KV 9", b"KV 0", b"QUIT", b"set a 1", b"GET", b"SET a", b"DEL a b", b"z" * 129)


def message(chance):
    key = chance.choice(KEYS)
    match chance.randrange(6):
        case 0 | 1:
            value = chance.choice(VALUES)
            return b"SET %b %d\n%b\n" % (key, len(value), value)
        case 2:
            length, value = chance.choice(LENGTHS), chance.choice(VALUES)
            return b"SET %b %b\n%b\n" % (key, length, value)
        case 3:
            return b"%b %b\n" % (chance.choice((b"GET", b"DEL")), key)
        case 4:
            return chance.choice(LINES) + b"\n"
        case _:
            return chance.randbytes(chance.randrange(1, 20))


def input_of(seed):
    chance = random.Random(seed)
    octets = bytearray(b"KV 1\n") if chance.random() < 0.9 else bytearray()
    for _ in range(chance.randrange(1, 12)):
        octets += message(chance)
    if chance.random() < 0.3:
        place = chance.randrange(len(octets))
        octets[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
    return bytes(octets)


def replies_to(protocol, pieces):
    """All replies of a new server to these pieces and the end; AssertionError names the promise."""
    conversation = protocol.Conversation(protocol.Store())
    replies, received = [], 0
    for piece in pieces:
        received += piece.count(b"\n")
        for reply in conversation.feed(piece):
            replies.append(reply)
            assert len(replies) <= received + 1, "there are more replies than lines"
        assert len(conversation.held) <= kvproto.VALUE_LIMIT, "more is held than one value"
    last = conversation.end()
    replies += [last] if last else []
    assert conversation.state == "closed", "the end does not close"
    for reply in replies:
        assert kvproto.cut_reply(reply)[2] == b"", "that is more than one reply"
    store = conversation.store
    assert store.used == sum(map(len, itertools.chain(*store.items()))), "the store counts wrong"
    return replies


def broken_promise(protocol, octets, model=None):
    """What is wrong with the replies to this input, in words; nothing where all is well."""
    try:
        replies = replies_to(protocol, [octets])
        size = 1 if len(octets) < 500 else 61
        pieces = [octets[place : place + size] for place in range(0, len(octets), size)]
        assert replies_to(protocol, pieces) == replies, "other pieces, other replies"
        if model:
            assert replies_to(model, [octets]) == replies, f"{model.__name__} replies otherwise"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def shrunk(octets, breaks):
    """Leaves out whatever is not needed to break the promise."""
    size = len(octets) // 2
    while size:
        place = 0
        while place < len(octets):
            shorter = octets[:place] + octets[place + size :]
            if breaks(shorter):
                octets = shorter
            else:
                place += size
        size //= 2
    return octets


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protocol", default="kvproto", help="the module to be tested")
    parser.add_argument("--model", help="a module that replies as it should")
    parser.add_argument("--inputs", type=int, default=5000)
    options = parser.parse_args()
    protocol = importlib.import_module(options.protocol)
    model = importlib.import_module(options.model) if options.model else None
    # An endless loop ends here, with a traceback of where it was.
    faulthandler.dump_traceback_later(30, exit=True)
    for seed in range(options.inputs):
        octets = input_of(seed)
        if found := broken_promise(protocol, octets, model):
            least = shrunk(octets, lambda shorter: broken_promise(protocol, shorter, model))
            print(f"seed {seed}, {len(octets)} octets:", ascii(found))
            print(f"shrunk to {len(least)} octets:", least)
            print("   ", ascii(broken_promise(protocol, least, model)))
            sys.exit(1)
    print(options.inputs, "inputs, no promise broken")


if __name__ == "__main__":
    main()
