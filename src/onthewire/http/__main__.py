"""`python -m onthewire.http`: serve an application, the demonstration, or files."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys

from onthewire.http.aio import HTTPServer, SimpleProtocol
from onthewire.http.demonstration import application


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m onthewire.http", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.create_server((options.host, options.port), family=family, backlog=512)
    app = application()
    server = HTTPServer(lambda owner: SimpleProtocol(owner, app))

    def ready() -> None:
        print("LISTENING", *listener.getsockname()[:2], flush=True)

    asyncio.run(server.serve(listener, ready))
    print("STOPPED", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
