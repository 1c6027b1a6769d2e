"""The application that is served where none is named: a greeting and an echo."""

from __future__ import annotations

from onthewire.http.simple import Request, Response, Router

GREETING = Response("Hello from the wire.\n")


def greet(_: Request) -> Response:
    """The same for everybody."""
    return GREETING


def echo(request: Request) -> Response:
    """Exactly the content that came, with its type."""
    return Response(
        request.content, content_type=request.get("content-type") or "application/octet-stream"
    )


def application() -> Router:
    """GET and HEAD ``/``, POST ``/echo``."""
    router = Router()
    router.add("GET", "/", greet)
    router.add("POST", "/echo", echo)
    return router
