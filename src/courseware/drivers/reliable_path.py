"""Judges a `Sender` and a `Receiver`: alone, together on a clock that is a number, and live.

The packets are made and read here by code of its own, from the description in the exercise.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
import zlib
from contextlib import suppress
from typing import Any

from courseware.drivers import Wrong
from onthewire.datagrams import Fate, Faults, LossyProxy, Path

DATA, END, ACK = 1, 2, 3
PIECE = 500
TRIES = 10
WAIT = 0.5

DAY = 86_400.0

BAD_PATH = {"loss": 0.3, "duplicate": 0.2, "reorder": 0.3, "delay": 0.05, "hold": 0.08}

LIVE_WAIT = 0.02
LIVE_PATH = {"loss": 0.15, "duplicate": 0.2, "reorder": 0.2, "hold": 0.01}


class Bounded(Faults):
    """Faults that never lose two in a row: so a sender that is right does not give up by chance."""

    _lost = False

    def next(self) -> Fate:
        fate = super().next()
        spared = self._lost and fate.word == "lost"
        self._lost = fate.word == "lost" and not spared
        return Fate(fate.number, "passed", (self.delay,)) if spared else fate


def pack(kind: int, transfer: int, number: int, content: bytes = b"") -> bytes:
    """A packet as the exercise describes it."""
    fields = struct.pack("!BII", kind, transfer, number)
    return fields + struct.pack("!I", zlib.crc32(fields + content)) + content


def packets(transfer: int, content: bytes) -> list[bytes]:
    """All packets of a transfer."""
    pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
    made = [pack(DATA, transfer, number, piece) for number, piece in enumerate(pieces)]
    return [*made, pack(END, transfer, len(pieces))]


def number_of(datagram: bytes, transfer: int) -> int | None:
    """The number of the packet, where it is a whole one of this transfer."""
    if len(datagram) < 13:
        return None
    kind, theirs, number = struct.unpack_from("!BII", datagram)
    if theirs != transfer or datagram != pack(kind, theirs, number, datagram[13:]):
        return None
    return int(number)


class Sending:
    """The reader's sender, every call of which is checked."""

    def __init__(self, program: Any, transfer: int, content: bytes, window: int) -> None:
        self.expected = packets(transfer, content)
        self.transfer, self.window = transfer, window
        self.inner = program.Sender(transfer, content, window, WAIT)
        self.now = 0.0
        self.acknowledged = 0

    def send(self) -> list[int]:
        """The numbers of the packets that it sends now; each is looked at."""
        datagrams = self.inner.send(self.now)
        numbers = []
        for datagram in datagrams or []:
            number = number_of(datagram, self.transfer)
            if number is None or number >= len(self.expected):
                raise Wrong(
                    "The sender sent what is no packet of this transfer.",
                    expected=self.expected[min(self.acknowledged, len(self.expected) - 1)],
                    received=bytes(datagram),
                )
            if bytes(datagram) != self.expected[number]:
                raise Wrong(
                    f"Wrong octets in packet {number}.",
                    expected=self.expected[number],
                    received=bytes(datagram),
                )
            if number < self.acknowledged:
                raise Wrong(f"Packet {number} was sent again after it had been acknowledged.")
            if number >= self.acknowledged + self.window:
                raise Wrong(
                    f"Packet {number} was sent while packet {self.acknowledged} was not "
                    f"acknowledged: the window is {self.window}."
                )
            numbers.append(number)
        return numbers

    def expect(self, numbers: list[int], when: str) -> None:
        """It sends these packets now, and no others."""
        sent = self.send()
        if sorted(sent) != numbers:
            raise Wrong(f"{when} the sender sent the packets {shown(sent)}, not {shown(numbers)}.")

    def acknowledge(self, number: int, content: bytes = b"") -> None:
        """It is told that the receiver expects this packet next."""
        self.acknowledged = max(self.acknowledged, number)
        self.inner.receive(self.now, pack(ACK, self.transfer, number, content))

    def wait(self) -> None:
        """Let the time pass until it wants to send again."""
        due = self.inner.due()
        if due is None:
            raise Wrong("`due` gave None, while a packet was not acknowledged.")
        if not self.now < due <= self.now + WAIT + 1e-6:
            raise Wrong(
                f"`due` gave {due - self.now:.2f} s from now; a packet is sent again after "
                f"{WAIT:g} s."
            )
        self.now = due - 0.001
        self.expect([], "A millisecond before `due`,")
        self.now = due


def shown(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def cuts_content(program: Any, seed: int) -> None:
    """All packets of three contents, with a window for all."""
    chance = random.Random(seed)
    for length in (chance.randrange(501, 2_000), PIECE, 0):
        transfer, content = chance.getrandbits(32), chance.randbytes(length)
        sending = Sending(program, transfer, content, 100)
        sending.expect(list(range(len(sending.expected))), f"For {length} octets,")
        sending.expect([], "Asked again at once,")


def keeps_its_window(program: Any, seed: int) -> None:
    """No more than the window is under way, whatever the ACKs say."""
    chance = random.Random(seed)
    sending = Sending(program, chance.getrandbits(32), bytes(10 * PIECE), 4)
    sending.expect([0, 1, 2, 3], "With a window of 4,")
    sending.inner.receive(0.0, pack(ACK, sending.transfer, 9))
    if sending.inner.send(0.0):
        raise Wrong("An ACK with number 9 was believed, when packets 0 to 3 had been sent.")
    sending.acknowledge(1)
    sending.expect([4], "After the ACK with number 1,")
    sending.acknowledge(4)
    sending.expect([5, 6, 7], "After the ACK with number 4,")
    sending.acknowledge(2)
    sending.expect([], "After an old ACK with number 2,")
    sending.acknowledge(8)
    sending.expect([8, 9, 10], "After the ACK with number 8,")


def sends_again(program: Any, seed: int) -> None:
    """Losses; what was acknowledged is not sent again, and the oldest packet is."""
    chance = random.Random(seed)
    sending = Sending(program, chance.getrandbits(32), bytes(6 * PIECE), 4)
    sending.expect([0, 1, 2, 3], "With a window of 4,")
    for base in (0, 0, 2, 3):
        if base:
            sending.now += 0.1
            sending.acknowledge(base)
            sending.send()
        sending.wait()
        again = sending.send()
        # Timers of single packets may pass one after the other.
        for _ in range(5):
            if base in again:
                break
            sending.now = max(sending.now, sending.inner.due() or sending.now)
            again = sending.send()
        else:
            raise Wrong(f"Packet {base} was not acknowledged, and not sent again: {shown(again)}.")


def takes_once(program: Any, seed: int) -> None:
    """Duplicates and packets out of order; each is answered, and taken once."""
    chance = random.Random(seed)
    transfer, content = chance.getrandbits(32), chance.randbytes(5 * PIECE + 7)
    made = packets(transfer, content)
    receiver = program.Receiver(8)
    received = bytearray()
    order = [0, 0, 2, 1, 2, 1, 4, 3, 0, 3, 4, 5, 5]
    have: set[int] = set()
    expected, kept = 0, 0
    for count, number in enumerate(order, 1):
        answer = receiver.receive(made[number])
        if number == expected:
            expected += 1
        elif number > expected:
            have.add(number)
        # What came early may have been kept or dropped; the ACK tells.
        kept = expected
        while kept in have:
            kept += 1
        got = None if answer is None else number_of(answer, transfer)
        if got is None:
            raise Wrong(
                f"Packet {number} was not answered by an ACK: its ACK before may have been lost.",
                expected=pack(ACK, transfer, kept),
                received=bytes(answer or b""),
            )
        if got not in (expected, kept):
            raise Wrong(
                f"The ACK to packet {number} has the number {got}; expected next is {expected}."
            )
        if got == kept:
            expected = kept
        received += receiver.take()
        if received != content[: expected * PIECE]:
            raise Wrong(
                f"After the packets {shown(order[:count])}, other octets had been handed out.",
                expected=content[: expected * PIECE],
                received=bytes(received),
            )


def believes_nothing(program: Any, seed: int) -> None:
    """Damaged, foreign and short datagrams, at both ends."""
    chance = random.Random(seed)
    transfer, content = chance.getrandbits(32), chance.randbytes(3 * PIECE)
    made = packets(transfer, content)
    receiver = program.Receiver(8)
    receiver.receive(made[0])
    damaged = []
    for place in (0, 3, 8, 11, 20):
        octets = bytearray(made[1])
        octets[place] ^= 1 << chance.randrange(8)
        damaged.append((f"a packet with a damaged octet {place}", bytes(octets)))
    for what, junk in (
        ("an empty datagram", b""),
        ("12 octets", made[1][:12]),
        ("a packet that was cut", made[1][:-1]),
        *damaged,
        ("a packet of another transfer", pack(DATA, transfer ^ 1, 1, b"foreign")),
        ("an ACK", pack(ACK, transfer, 1)),
    ):
        if receiver.receive(junk) is not None:
            raise Wrong(f"The receiver answered {what}.", received=junk)
    receiver.receive(made[1])
    received = receiver.take()
    if received != content[: 2 * PIECE]:
        raise Wrong(
            "After datagrams that were no packets, other octets were handed out.",
            expected=content[: 2 * PIECE],
            received=bytes(received),
        )
    sending = Sending(program, transfer, content, 2)
    sending.expect([0, 1], "With a window of 2,")
    whole = pack(ACK, transfer, 1)
    for what, junk in (
        ("an empty datagram", b""),
        ("a damaged ACK", whole[:-1] + bytes([whole[-1] ^ 1])),
        ("an ACK of another transfer", pack(ACK, transfer ^ 1, 1)),
        ("a packet that is no ACK", made[1]),
    ):
        sending.inner.receive(0.0, junk)
        sending.expect([], f"After {what},")


def ends_or_gives_up(program: Any, seed: int) -> None:
    """The end, its lost ACK, and a receiver that never answers."""
    chance = random.Random(seed)
    transfer, content = chance.getrandbits(32), chance.randbytes(PIECE)
    made = packets(transfer, content)
    receiver = program.Receiver(8)
    for place, packet in enumerate((*made, made[1], made[1])):
        answer = receiver.receive(packet)
        if answer is None or number_of(answer, transfer) != min(place, 1) + 1:
            raise Wrong(
                "The end was not answered again after it had come; its ACK may have been lost.",
                expected=pack(ACK, transfer, 2),
                received=bytes(answer or b""),
            )
        if bool(receiver.finished) != (place > 0):
            raise Wrong(f"`finished` was {receiver.finished} after packet {min(place, 1)} of 0, 1.")
    sending = Sending(program, transfer, content, 4)
    sending.expect([0, 1], "Of two packets,")
    sending.acknowledge(1)
    sending.wait()
    sending.expect([1], "When the ACK of the end did not come,")
    if sending.inner.finished:
        raise Wrong("The sender was finished before the end was acknowledged.")
    sending.acknowledge(2)
    if not sending.inner.finished or sending.inner.due() is not None or sending.send():
        raise Wrong("All was acknowledged, and the sender was not finished.")
    sending = Sending(program, transfer, content, 1)
    sending.send()
    timeouts = 0
    try:
        while timeouts <= 3 * TRIES:
            sending.wait()
            sending.send()
            sending.acknowledge(sending.acknowledged)  # says nothing new
            timeouts += 1
            if timeouts == TRIES - 1 and not sending.acknowledged:
                sending.acknowledge(1)  # an answer: the count begins anew
                sending.send()
                timeouts = 0
    except program.GaveUp:
        if timeouts != TRIES:
            raise Wrong(
                f"The sender gave up after {timeouts} timeouts since the last ACK, not {TRIES}."
            ) from None
        return
    raise Wrong(
        f"The sender went on after {timeouts} timeouts in a row, without an ACK of something "
        f"new; it has {TRIES}."
    )


def transfer_on(program: Any, seed: str, content: bytes, window: int, **faults: float) -> float:
    """Carry content over two paths; the seconds, virtual ones, that it took."""
    there, back = (Path(Bounded(f"{seed} {name}", **faults)) for name in ("there", "back"))
    transfer = random.Random(seed).getrandbits(32)
    sender = program.Sender(transfer, content, window, WAIT)
    receiver = program.Receiver(window)
    received = bytearray()
    now = 0.0
    while not sender.finished:
        for datagram in sender.send(now):
            there.send(now, datagram)
        arrived, answers = there.receive(now), back.receive(now)
        for datagram in arrived:
            answer = receiver.receive(datagram)
            received += receiver.take()
            if answer is not None:
                back.send(now, answer)
        for answer in answers:
            sender.receive(now, answer)
        if arrived or answers:
            continue
        times = [at for at in (there.next_arrival(), back.next_arrival(), sender.due())
                 if at is not None]  # fmt: skip
        if not times or min(times) > DAY:
            raise Wrong("Nothing was under way, and the sender waited for nothing.")
        if min(times) <= now:
            raise Wrong("`due` gave a time at which `send` had nothing to send.")
        now = min(times)
    if received != content:
        raise Wrong(
            f"Other octets arrived than were sent, with seed {seed!r}.",
            expected=content,
            received=bytes(received),
        )
    return now


def holds_out(program: Any, seed: int) -> None:
    """Twenty bad paths; and a good one, on which a window has to pay."""
    content = random.Random(seed).randbytes(20 * PIECE)
    took = transfer_on(program, f"{seed}", content, 21, delay=0.05)
    if took > 0.5:
        raise Wrong(
            f"21 packets with a window of 21 took {took:.1f} s on a path with a round trip of "
            "0.1 s that loses nothing."
        )
    for number in range(20):
        transfer_on(
            program,
            f"{seed}/{number}",
            content,
            8,
            **BAD_PATH,
        )


def runs_live(program: Any, seed: int) -> None:
    """Real sockets, the real clock, and a relay with faults."""
    chance = random.Random(seed)
    content = chance.randbytes(8 * PIECE + 3)
    sender = program.Sender(chance.getrandbits(32), content, 8, LIVE_WAIT)
    receiver = program.Receiver(8)
    received = bytearray()
    over = threading.Event()
    ours, theirs = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    theirs.bind(("127.0.0.1", 0))
    theirs.settimeout(0.02)

    def receive() -> None:
        while not over.is_set():
            with suppress(TimeoutError, ConnectionError):
                datagram, address = theirs.recvfrom(65_535)
                answer = receiver.receive(datagram)
                received.extend(receiver.take())
                if answer is not None:
                    theirs.sendto(answer, address)

    with ours, theirs, LossyProxy(theirs.getsockname(), seed, LIVE_PATH) as relay:
        threads = [threading.Thread(target=each, daemon=True) for each in (relay.serve, receive)]
        for thread in threads:
            thread.start()
        ours.connect(relay.address)
        try:
            while not sender.finished:
                for datagram in sender.send(time.monotonic()):
                    ours.send(datagram)
                due = sender.due()
                ours.settimeout(max(0.001, (due or 0) - time.monotonic()))
                with suppress(TimeoutError, ConnectionError):
                    sender.receive(time.monotonic(), ours.recv(65_535))
        finally:
            over.set()
            relay.stop()
            for thread in threads:
                thread.join()
    if received != content:
        raise Wrong(
            "Live, other octets arrived than were sent.",
            expected=content,
            received=bytes(received),
        )
