"""Keeps other web sites out of a server that listens on loopback.

A page from anywhere can send requests to 127.0.0.1, and a name under its control can be made to
point there (DNS rebinding). So the Host must be a loopback name; the Origin, where a browser sends
one, must be our own; and what another site makes a browser fetch without one (a picture, say) is
told by `Sec-Fetch-Site` (W3C, Fetch Metadata). A link to the page itself may be followed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-src 'self'",  # a second person's chat, beside the first
        "frame-ancestors 'self'",
    )
)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests of other sites; mark every answer as not to be sniffed or framed."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        raise web.HTTPForbidden(text="The sandbox answers on 127.0.0.1 only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise web.HTTPForbidden(text="The sandbox does not answer to other sites.")
    site = request.headers.get("Sec-Fetch-Site", "none")
    followed = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.path == "/"
    if site not in ("same-origin", "none") and not followed:
        raise web.HTTPForbidden(text="The sandbox does not answer to other sites.")
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Security headers, also on WebSockets and errors (signal `on_response_prepare`)."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
