"""The server, the stub and the resolver over real sockets, against dig, dnspython and getent."""

import errno
import shutil
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.zone
import pytest

from onthewire.dns import Message, Name, Question, codes, decode, encode
from onthewire.dns.errors import NoResponse, ResolutionFailed
from onthewire.dns.lab import BAKERY_ZONE, Lab
from onthewire.dns.resolver import Resolver, port_53
from onthewire.dns.responder import Responder
from onthewire.dns.server import DNSServer, Limits, serving
from onthewire.dns.stub import ask, lookup
from onthewire.dns.zonefile import read_zone

ZONE = (
    BAKERY_ZONE
    + "\n".join(f'long TXT "number {number} {"x" * 100}"' for number in range(20))
    + "\nvan NS ns.van\nns.van A 192.0.2.99\n"
)
WWW = Question(Name.parse("www.bakery.test."), codes.A)


@contextmanager
def server(**options):
    """A server of the zone; tells its address."""
    one = DNSServer(Responder([read_zone(ZONE)]), **options)
    with serving(one):
        yield one.address


@pytest.fixture(scope="module")
def bakery():
    with server() as address:
        yield address


# dig

needs_dig = pytest.mark.skipif(shutil.which("dig") is None, reason="dig is not installed")


def dig(address, *words):
    host, port = address
    command = ["dig", f"@{host}", "-p", str(port), "+tries=1", "+time=5", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


@needs_dig
@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["www.bakery.test", "A"], ["192.0.2.80", "192.0.2.81"]),
        (["www.bakery.test", "AAAA"], ["2001:db8::80"]),
        (["bakery.test", "MX"], ["10 mail.bakery.test."]),
        (["bakery.test", "TXT"], ['"rye and wheat, from five in the morning"']),
        (["bakery.test", "CAA"], ['0 issue "ca.test"']),
        (["_http._tcp.bakery.test", "SRV"], ["0 0 80 www.bakery.test."]),
        (["shop.bakery.test", "A"], ["front.ovens.test."]),
        (["soup.menu.bakery.test", "TXT"], ['"dish of the day"']),
        (["bakery.test", "SOA"], ["ns1.bakery.test. baker.bakery.test. 1 3600 900 604800 60"]),
        (["bakery.test", "TYPE65280"], []),
    ],
)
@pytest.mark.parametrize("tcp", [[], ["+tcp"]])
def test_dig_gets_the_records(bakery, words, lines, tcp):
    assert dig(bakery, "+short", *tcp, *words).splitlines() == lines


@needs_dig
@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["nope.bakery.test"], ["status: NXDOMAIN", "flags: qr aa rd;", "IN\tSOA\tns1.bakery"]),
        (["mail.bakery.test", "TXT"], ["status: NOERROR", "ANSWER: 0, AUTHORITY: 1"]),
        (["example.org"], ["status: REFUSED"]),
        (["bakery.test", "AXFR"], ["Transfer failed."]),
        (["+noedns", "+ignore", "long.bakery.test", "TXT"], ["flags: qr aa tc rd;", "ANSWER: 0"]),
        (["+bufsize=65000", "+ignore", "long.bakery.test", "TXT"], ["flags: qr aa tc rd;"]),
        (["long.bakery.test", "TXT"], ["Truncated, retrying in TCP", "ANSWER: 20", "(TCP)"]),
        (["+edns=1", "+noednsnegotiation", "www.bakery.test"], ["status: BADVERS"]),
        (["+opcode=notify", "www.bakery.test"], ["status: NOTIMP"]),
        (["x.van.bakery.test"], ["flags: qr rd;", "IN\tNS\tns.van.bakery", "\tA\t192.0.2.99"]),
        (["+nocookie", "bakery.test", "MX"], ["mail.bakery.test.\t300\tIN\tA\t192.0.2.25"]),
    ],
)
def test_what_dig_sees(bakery, words, parts):
    output = dig(bakery, *words)
    assert [part for part in parts if part not in output] == [], output
    assert "extra" not in output and "Malformed" not in output and "mismatch" not in output


@needs_dig
def test_dig_asks_several_questions_on_one_connection(bakery):
    output = dig(bakery, "+tcp", "+keepopen", "+short", "www.bakery.test", "A", "bakery.test", "MX")
    assert output.splitlines() == ["192.0.2.80", "192.0.2.81", "10 mail.bakery.test."]


# dnspython


def query(*question, **options):
    return dns.message.make_query(*question, **options)


def test_dnspython_gets_the_whole_zone_record_by_record(bakery):
    zone = dns.zone.from_text(ZONE, relativize=False, check_origin=True)
    host, port = bakery
    for name, rdataset in zone.iterate_rdatasets():
        if name.labels[0] in (b"van", b"ns") and len(name.labels) > 3:
            continue  # At a delegation the zone does not answer itself.
        for send in (dns.query.udp_with_fallback, dns.query.tcp):
            response = send(query(name, rdataset.rdtype), host, 5, port)
            response = response[0] if isinstance(response, tuple) else response
            assert response.rcode() == dns.rcode.NOERROR
            found = response.get_rrset(response.answer, name, rdataset.rdclass, rdataset.rdtype)
            assert found is not None and found.to_rdataset() == rdataset
            assert found.ttl == rdataset.ttl


def test_the_resolver_of_dnspython(bakery):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [bakery[0]], bakery[1]
    assert {str(data) for data in resolver.resolve("www.bakery.test.", "A")} == {
        "192.0.2.80",
        "192.0.2.81",
    }
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve("nope.bakery.test.", "A")
    with pytest.raises(dns.resolver.NoAnswer):
        resolver.resolve("mail.bakery.test.", "TXT")


# getent


def _namespaces():
    """Whether this system lets a program have a network of its own; containers often do not."""
    if not all(map(shutil.which, ("unshare", "getent", "ip", "mount"))):
        return False
    command = ["unshare", "-Umnr", "sh", "-c", "ip link set lo up"]
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize("database", ["ahosts"] if _namespaces() else [])
def test_getent(database):
    program = Path(__file__).with_name("getent_in_namespace.py")
    output = subprocess.run(
        ["unshare", "-Umnr", sys.executable, str(program), database, "www.bakery.test"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    addresses = {line.split()[0] for line in output.splitlines()}
    assert addresses == {"192.0.2.80", "192.0.2.81", "2001:db8::80"}


# The stub against servers that misbehave


@contextmanager
def udp_peer(handle):
    """A socket at an address; `handle(data, reply)` is called for each datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()

        def serve():
            while True:
                data, client = sock.recvfrom(65_535)
                if not data:
                    return
                handle(data, lambda octets, client=client: sock.sendto(octets, client))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield address
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"", address)
            thread.join()


ANSWERS = Responder([read_zone(ZONE)])


def test_the_stub_asks_again_with_another_id_from_another_port():
    seen = []

    def lose_two(data, reply):
        seen.append(decode(data).id)
        if len(seen) >= 3:
            reply(ANSWERS.respond(data, udp=True))

    with udp_peer(lose_two) as address:
        response = ask(address, WWW, tries=100, try_time=0.05)
    assert len(response.answers) == 2 and len(seen) >= 3 and len(set(seen)) > 1


def test_the_stub_ignores_what_does_not_belong_to_its_question():
    def forge(data, reply):
        sent = decode(data)
        reply(b"")
        reply(b"\xff" * 20)
        reply(encode(Message(id=sent.id ^ 1, response=True, questions=sent.questions)))
        reply(encode(Message(id=sent.id, questions=sent.questions)))
        other_case = Name(label.swapcase() for label in sent.questions[0].name.labels)
        question = Question(other_case, codes.A)
        reply(encode(Message(id=sent.id, response=True, questions=(question,))))
        reply(ANSWERS.respond(data, udp=True))

    with udp_peer(forge) as address:
        assert len(ask(address, WWW, tries=1, try_time=5).answers) == 2


def test_a_right_response_from_another_port_is_not_taken():
    """The client's port is known to the one who answers, and answers from a socket of its own."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as real,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        real.bind(("127.0.0.1", 0))
        real.settimeout(10)

        def answer():
            data, client = real.recvfrom(65_535)
            empty = Message(id=decode(data).id, response=True, questions=decode(data).questions)
            other.sendto(encode(empty), client)
            real.sendto(ANSWERS.respond(data, udp=True), client)

        thread = threading.Thread(target=answer)
        thread.start()
        response = ask(real.getsockname(), WWW, tries=1, try_time=5)
        thread.join()
    assert len(response.answers) == 2


def test_datagrams_that_are_ignored_do_not_make_the_stub_wait_longer():
    def babble(_, reply):
        for _ in range(50):
            reply(b"noise")

    with udp_peer(babble) as address, pytest.raises(NoResponse, match="2 times"):
        ask(address, WWW, tries=2, try_time=0.05)


def test_nobody_at_the_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()
    with pytest.raises(NoResponse, match=f"port {address[1]}: no response"):
        ask(address, WWW, try_time=0.05)


def test_truncated_and_no_tcp():
    def truncate(data, reply):
        sent = decode(data)
        reply(encode(Message(sent.id, response=True, truncated=True, questions=sent.questions)))

    with udp_peer(truncate) as address, pytest.raises(NoResponse):
        ask(address, WWW, tries=1, try_time=0.2)


def test_the_stub_asks_over_tcp_what_has_no_room(bakery):
    question = Question(Name.parse("long.bakery.test."), codes.TXT)
    assert len(ask(bakery, question).answers) == 20


def test_something_else_over_tcp():
    """The same port answers over UDP that it has no room, and over TCP to another question."""

    class Confused:
        def respond(self, data, *, udp):
            sent = decode(data)
            return encode(
                Message(sent.id + (not udp) & 0xFFFF, True, truncated=udp, questions=sent.questions)
            )

    with serving(one := DNSServer(Confused())), pytest.raises(NoResponse, match="ConnectionError"):
        ask(one.address, WWW, tries=1, try_time=5)


def test_lookup(bakery):
    assert lookup(bakery, "www.bakery.test") == ["192.0.2.80", "192.0.2.81"]
    assert lookup(bakery, "bakery.test", "MX") == ["10 mail.bakery.test."]
    assert lookup(bakery, "nope.bakery.test") == []
    with pytest.raises(NoResponse, match="REFUSED"):
        lookup(bakery, "example.org")


# The server against clients that misbehave


def framed(message):
    octets = encode(message)
    return struct.pack("!H", len(octets)) + octets


def receive(sock):
    size = int.from_bytes(receive_exactly(sock, 2), "big")
    return decode(receive_exactly(sock, size))


def receive_exactly(sock, size):
    octets = b""
    while len(octets) < size:
        piece = sock.recv(size - len(octets))
        assert piece, "the connection ended"
        octets += piece
    return octets


@contextmanager
def connected(address):
    with socket.create_connection(address, 10) as sock:
        yield sock


def test_a_question_in_single_octets_and_two_at_once(bakery):
    question = framed(Message(id=5, questions=(WWW,)))
    with connected(bakery) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in question:
            sock.sendall(bytes([octet]))
        assert receive(sock).id == 5
        sock.sendall(framed(Message(id=6, questions=(WWW,))) + framed(Message(id=7)))
        assert [receive(sock).id, receive(sock).rcode] == [6, codes.FORMERR]


def test_a_client_that_ends_its_side_gets_its_answer(bakery):
    with connected(bakery) as sock:
        sock.sendall(framed(Message(id=5, questions=(WWW,))) + b"\0\x20rest")
        sock.shutdown(socket.SHUT_WR)
        assert receive(sock).id == 5
        assert sock.recv(1) == b""


@pytest.mark.parametrize("octets", [b"\0\0", b"\0\5short", framed(Message(response=True))])
def test_what_is_no_question_ends_the_connection(bakery, octets):
    with connected(bakery) as sock:
        sock.sendall(octets)
        assert sock.recv(1) == b""


def test_a_flood_of_questions_that_nobody_reads_the_answers_of():
    """The server holds a bounded amount, serves others, and gives all of it when it is wanted."""
    count = 3_000
    long = Question(Name.parse("long.bakery.test."), codes.TXT)
    with server() as address, connected(address) as sock:
        flood = b"".join(framed(Message(id=number, questions=(long,))) for number in range(count))
        sender = threading.Thread(target=sock.sendall, args=(flood,))
        sender.start()
        assert len(lookup(address, "www.bakery.test")) == 2
        assert [receive(sock).id for _ in range(count)] == list(range(count))
        sender.join()


def test_one_connection_too_many_ends_the_one_that_has_waited_longest():
    with server(limits=Limits(connections=2)) as address:
        with connected(address) as first, connected(address) as second:
            first.sendall(framed(Message(id=1, questions=(WWW,))))
            assert receive(first).id == 1
            with connected(address) as third:
                third.sendall(framed(Message(id=3, questions=(WWW,))))
                assert receive(third).id == 3
                assert second.recv(1) == b""
                first.sendall(framed(Message(id=4, questions=(WWW,))))
                assert receive(first).id == 4


def test_short_of_descriptors_the_one_that_has_waited_longest_is_ended(monkeypatch):
    accept = socket.socket.accept
    short = threading.Event()

    def accept_or_not(self):
        if short.is_set():
            short.clear()
            raise OSError(errno.EMFILE, "too many open files")
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", accept_or_not)
    with server() as address:
        with connected(address) as first:
            first.sendall(framed(Message(id=1, questions=(WWW,))))
            assert receive(first).id == 1
            short.set()
            with connected(address) as second:
                second.sendall(framed(Message(id=2, questions=(WWW,))))
                assert receive(second).id == 2
                assert first.recv(1) == b""


def test_silent_and_dripping_connections_are_ended():
    with server(limits=Limits(idle_time=0.05)) as address:
        with connected(address) as silent, connected(address) as dripping:
            dripping.sendall(b"\0")
            assert silent.recv(1) == b""
            assert dripping.recv(1) == b""
            assert len(lookup(address, "www.bakery.test")) == 2


def test_a_client_that_resets_its_connection(bakery):
    with connected(bakery) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.sendall(framed(Message(questions=(WWW,))) * 50)
    assert len(lookup(bakery, "www.bakery.test")) == 2


def test_noise_over_udp_does_no_harm(bakery):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(bakery)
        for octets in (b"", b"x", bytes(11), b"\xff" * 100, bytes(12)):
            sock.send(octets)
        sock.settimeout(10)
        assert decode(sock.recv(512)).rcode == codes.FORMERR
    assert len(lookup(bakery, "www.bakery.test")) == 2


def test_an_error_of_the_responder_is_logged_and_the_server_goes_on(caplog):
    class Broken:
        def respond(self, data, *, udp):
            if not udp:
                raise RuntimeError("broken")
            return ANSWERS.respond(data, udp=udp)

    with serving(one := DNSServer(Broken())):
        with connected(one.address) as sock:
            sock.sendall(framed(Message()))
            assert sock.recv(1) == b""
        assert len(lookup(one.address, "www.bakery.test")) == 2
    assert "no response to 12 octets" in caplog.text


def test_both_kinds_of_socket_have_one_port_and_a_second_server_cannot_have_it(bakery):
    with pytest.raises(OSError):
        DNSServer(ANSWERS, port=bakery[1])


def _has(host):
    try:
        with socket.create_server((host, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("host", [host for host in ["::1"] if _has(host)])
def test_over_ipv6(host):
    with serving(one := DNSServer(ANSWERS, host=host)):
        assert len(lookup(one.address, "www.bakery.test")) == 2
        assert len(ask(one.address, Question(Name.parse("long.bakery.test."), 16)).answers) == 20


# The lab


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        yield running


def test_the_lab_resolves_from_its_root(lab):
    steps = []
    resolver = lab.resolver()
    resolver._watch = lambda step, response: steps.append((step.address, response is not None))
    result = resolver.resolve(Name.parse("shop.bakery.test."))
    assert [str(record.data) for record in result.answers] == ["front.ovens.test.", "192.0.2.90"]
    assert [address for address, _ in steps][:3] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert all(answered for _, answered in steps)


@needs_dig
def test_dig_walks_the_lab_too(lab):
    root = dig(lab.reach("192.0.2.1"), "+norecurse", "www.bakery.test")
    assert "test.\t\t\t86400\tIN\tNS\tns.nic.test." in root and "192.0.2.2" in root
    test = dig(lab.reach("192.0.2.2"), "+norecurse", "www.bakery.test")
    assert "IN\tNS\tns1.bakery.test." in test and "192.0.2.3" in test


def test_an_address_that_is_nobodys(lab):
    with pytest.raises(ConnectionError, match=r"192\.0\.2\.200"):
        lab.reach("192.0.2.200")
    resolver = Resolver([(Name.parse("a.root.test."), "192.0.2.200")], reach=lab.reach)
    with pytest.raises(ResolutionFailed):
        resolver.resolve(Name.parse("www.bakery.test."))


def test_the_whole_time_bounds_a_resolution(lab):
    resolver = Resolver([(Name.parse("a."), "192.0.2.1")], reach=lab.reach, whole_time=0.0)
    with pytest.raises(ResolutionFailed, match="within 0 s"):
        resolver.resolve(Name.parse("www.bakery.test."))


def test_all_tries_have_room_in_the_whole_time(lab, monkeypatch):
    """Each of two tries may take its time over UDP, and once more over TCP."""
    times = []

    def silent(*_, tries, try_time, **__):
        times.append(tries * 2 * try_time)
        raise NoResponse

    monkeypatch.setattr("onthewire.dns.resolver.ask", silent)
    resolver = Resolver([(Name.parse("a."), "192.0.2.1")], reach=lab.reach, whole_time=0.4)
    with pytest.raises(ResolutionFailed, match="no server of"):
        resolver.resolve(Name.parse("www.bakery.test."))
    assert len(times) == 1 and 0 < times[0] <= 0.4


def test_outside_of_the_lab_servers_are_at_port_53():
    assert port_53("192.0.2.1") == ("192.0.2.1", 53)
