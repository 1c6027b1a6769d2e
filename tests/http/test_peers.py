"""Real clients and a real proxy: curl, requests, httpx, http.client, nginx, Chromium, our own."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import httpx
import pytest
import requests
from playwright.sync_api import sync_playwright

from onthewire.http.cli import demonstration
from onthewire.http.client import Client
from onthewire.http.events import RemoteError
from onthewire.http.files import Files
from onthewire.http.simple import Response, Router
from tests.http.serving import KINDS, PATIENCE, connected, rest, serving

CONTENT = bytes(range(256)) * 1_000


def needs(program: str):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture(scope="module", params=KINDS)
def server(request):
    with serving(request.param, demonstration()) as server:
        yield server


def url(server, path="/"):
    return "http://{}:{}{}".format(*server.address, path)


def curl(*arguments, content=b""):
    found = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", *arguments],
        input=content, capture_output=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    return found.stdout


@needs("curl")
def test_curl(server):
    echo = url(server, "/echo")
    assert curl(url(server)) == b"Hello from the wire.\n"
    assert curl("-I", url(server)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert curl("-X", "OPTIONS", "-i", echo).count(b"allow: OPTIONS, POST") == 1
    assert curl("--data-binary", "@-", echo, content=CONTENT) == CONTENT
    chunked = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@-"]
    assert curl(*chunked, echo, content=CONTENT) == CONTENT
    expecting = ["-H", "Expect: 100-continue", "--data-binary", "@-"]
    assert curl(*expecting, echo, content=CONTENT) == CONTENT
    assert curl("--http1.0", url(server)) == b"Hello from the wire.\n"
    twice = curl("-w", "%{num_connects}", url(server), url(server))
    assert twice == b"Hello from the wire.\n1Hello from the wire.\n0"
    assert curl("-o", "/dev/null", "-w", "%{http_code}", "--http2", url(server)) == b"200"


def test_requests(server):
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(url(server)).text == "Hello from the wire.\n"
        assert session.post(url(server, "/echo"), data=CONTENT).content == CONTENT
        assert (
            session.post(url(server, "/echo"), data=iter([CONTENT, b"a"])).content == CONTENT + b"a"
        )
        assert session.head(url(server)).headers["content-length"] == "21"
        assert session.put(url(server), data=b"a").status_code == 405


def test_httpx(server):
    with httpx.Client(trust_env=False) as client:
        assert client.get(url(server)).text == "Hello from the wire.\n"
        assert client.post(url(server, "/echo"), content=CONTENT).content == CONTENT
        assert client.post(url(server, "/echo"), content=iter([CONTENT])).content == CONTENT
        assert client.get(url(server, "/nothing")).status_code == 404


def test_http_client(server):
    connection = http.client.HTTPConnection(*server.address, timeout=PATIENCE)
    try:
        for _ in range(2):
            connection.request("POST", "/echo", body=iter([CONTENT]), encode_chunked=True)
            assert connection.getresponse().read() == CONTENT
    finally:
        connection.close()


def test_our_client(server):
    with Client(*server.address) as client:
        for _ in range(2):
            head, content = client.request("POST", "/echo", CONTENT)
            assert (head.status, content) == (200, CONTENT)
        assert client.request("HEAD", "/")[1] == b""
        assert client.request("BREW", "/")[0].status == 501  # It closes; the next one connects.
        assert client.request("GET", "/", fields=[("X-Any", "a")])[0].status == 200


@contextmanager
def answering(octets: bytes):
    """A server that gives one answer, whatever it is asked, and closes or waits."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with Client(*listener.getsockname(), deadline=0.2) as client:
            connecting = client._connected
            sock = None

            def connected_then_answered(deadline):
                nonlocal sock
                ours = connecting(deadline)
                sock, _ = listener.accept()
                sock.sendall(octets)
                return ours

            client._connected = connected_then_answered
            yield client
            sock.close()


def test_our_client_has_a_deadline():
    for octets in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"):
        begun = time.monotonic()
        with answering(octets) as client, pytest.raises(TimeoutError):
            client.request("GET", "/")
        assert time.monotonic() - begun < 1.0


def test_our_client_refuses_what_is_no_response():
    with answering(b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n") as client, pytest.raises(RemoteError):
        client.request("GET", "/")


NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr; worker_rlimit_nofile 512;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream ours {{ server 127.0.0.1:{upstream}; keepalive 4; }}
  server {{
    listen unix:{folder}/socket;
    location / {{
      proxy_pass http://ours; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off;
    }}
  }}
}}
"""


@needs("nginx")
def test_nginx_in_front_keeps_its_connections(tmp_path):
    folder = tmp_path
    router = demonstration()
    (folder / "files").mkdir()
    (folder / "files" / "large.bin").write_bytes(CONTENT * 10)
    router.mount("/files/", Files(folder / "files", "/files/"))
    for kind in KINDS:
        with serving(kind, router) as server:
            configuration = folder / "nginx.conf"
            configuration.write_text(
                NGINX.format(folder=folder, upstream=server.address[1]), encoding="utf-8"
            )
            (folder / "socket").unlink(missing_ok=True)
            process = subprocess.Popen(
                ["nginx", "-p", str(folder), "-c", str(configuration), "-e", "stderr"],
                stderr=subprocess.PIPE,
            )
            try:
                begun = time.monotonic()
                while not (folder / "socket").exists():
                    assert process.poll() is None and time.monotonic() - begun < PATIENCE
                transport = httpx.HTTPTransport(uds=str(folder / "socket"), retries=3)
                with httpx.Client(transport=transport, base_url="http://a") as client:
                    for _ in range(5):
                        assert client.get("/").text == "Hello from the wire.\n"
                        assert client.post("/echo", content=CONTENT).content == CONTENT
                        assert client.post("/echo", content=iter([CONTENT])).content == CONTENT
                        assert client.get("/files/large.bin").content == CONTENT * 10
                        assert client.head("/files/large.bin").status_code == 200
                        assert client.delete("/").status_code == 405
                    if kind == "asyncio":
                        assert len(server._connections) == 1  # One, for all of them.
            finally:
                process.terminate()
                process.communicate(timeout=PATIENCE)


PAGE = """<!doctype html><title>wire</title><link rel="icon" href="data:,"><script>
Promise.all([1, 2, 3].map(n => fetch("/echo", {method: "POST", body: "a".repeat(n * 50000)})
  .then(r => r.text()).then(t => t.length))).then(l => document.title = l.join(" "))
</script>"""


def test_chromium():
    router: Router = demonstration()
    router.add("GET", "/page", lambda _: Response(PAGE, content_type="text/html; charset=utf-8"))
    with serving("asyncio", router) as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        try:
            page = browser.new_page()
            page.goto(url(server, "/page"))
            page.wait_for_function("document.title != 'wire'")
            assert page.title() == "50000 100000 150000"
        finally:
            browser.close()


def test_pipelined_by_hand(server):
    with connected(server, (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") * 5) as sock:
        sock.shutdown(socket.SHUT_WR)
        assert rest(sock).count(b"HTTP/1.1 200 OK\r\n") == 5
