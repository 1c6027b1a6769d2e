"""Lines of chapter 19 that its transcripts do not reach."""

import errno
import json
import socket
import stat

import pytest

from tests.chapters.programs import load, run

unix = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="Python has no AF_UNIX here")


@pytest.fixture
def refusing():
    """A place at which nobody listens, and nobody will: it stays bound."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{sock.getsockname()[1]}"


@pytest.fixture
def greeting():
    """A place at which the kernel accepts, with a greeting for whoever is fetched."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_kinds_of_addresses(monkeypatch):
    kind = load(monkeypatch, "families/names.py")["kind"]
    assert [kind(each) for each in ("127.0.0.1", "fe80::1%lo", "10.0.0.1", "8.8.8.8")] == [
        "loopback",
        "link-local",
        "private",
        "global",
    ]


def test_a_host_without_an_address_is_told(monkeypatch, capsys):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    run(monkeypatch, "families/names.py", "nothing.invalid")
    assert capsys.readouterr().out == "nothing.invalid\n  no address\n"


def test_nobody_answers(monkeypatch, capsys, tmp_path, refusing):
    path = tmp_path / "race.json"
    with pytest.raises(SystemExit, match="nobody answered"):
        run(monkeypatch, "families/happy_client.py", refusing, "--write", str(path))
    assert [what for _, _, what in json.loads(path.read_text())] == ["begins", "failed"]
    assert "failed" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="nobody answered"):
        run(monkeypatch, "families/wrong_one_by_one.py", refusing)


def test_what_fails_at_once_is_not_taken_for_connected(monkeypatch, greeting):
    attempts = load(monkeypatch, "families/happy_client.py")
    race, plain = attempts["race"], socket.socket.connect_ex
    monkeypatch.setattr(
        socket.socket,
        "connect_ex",
        lambda sock, where: errno.ENETUNREACH if where[1] == 9 else plain(sock, where),
    )
    where, seen = greeting.getsockname(), []
    with race([("127.0.0.1", 9), where], 600, 500, lambda *told: seen.append(told)) as winner:
        assert winner.getpeername() == where
    assert [what for _, what in seen] == ["begins", "failed", "begins", "connected"]


def test_of_two_that_succeed_at_once_one_is_used(monkeypatch, greeting):
    race = load(monkeypatch, "families/happy_client.py")["race"]
    seen = []
    # Both attempts have begun, and succeeded, before either is looked at.
    where = greeting.getsockname()
    plain = race.__globals__["selectors"].DefaultSelector

    class Late(plain):
        calls = 0

        def select(self, _=None):
            Late.calls += 1
            if Late.calls == 1:
                return []
            while len(found := super().select(1)) < 2:
                pass
            return found

    monkeypatch.setattr(race.__globals__["selectors"], "DefaultSelector", Late)
    with race([where, where], 0, 5, lambda _, what: seen.append(what)) as winner:
        assert winner.getpeername() == where
    assert seen == ["begins", "begins", "connected"]


@unix
def test_latencies_are_kept(monkeypatch, capsys, tmp_path):
    path = tmp_path / "latency.json"
    run(monkeypatch, "families/latency.py", "--count", "5", "--write", str(path))
    assert all(micros > 0 for micros in json.loads(path.read_text()).values())
    assert "an exchange" in capsys.readouterr().out


@unix
def test_what_a_dead_server_left_is_taken_away(monkeypatch, tmp_path):
    listen = load(monkeypatch, "families/unix_server.py")["listen"]
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with listen(path) as listener:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            listener.accept()[0].close()
        with pytest.raises(OSError, match="in use"):
            listen(path)


@unix
def test_where_the_system_does_not_tell_the_peer_is_somebody(monkeypatch):
    peer = load(monkeypatch, "families/unix_server.py")["peer"]
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    assert peer(None) == "somebody"
