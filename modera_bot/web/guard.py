"""What no request gets past: the token in front of /api, and a limit on bodies.

As middleware, so that a route added later is protected without anyone thinking of it, and
before a body is read.
"""

import hashlib
import hmac
from collections.abc import Sequence
from http import HTTPStatus

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modera_bot.web.errors import Fault, failure

#: What needs a token.
PROTECTED = "/api/"
#: Bytes of a body that is no picture; Telegram's updates have some thousands.
SMALL_BODY = 1 << 20


class Guard:
    """ASGI middleware. `large` are the paths whose bodies may have `large_bytes`."""

    def __init__(
        self, app: ASGIApp, *, tokens: Sequence[SecretStr], large: Sequence[str], large_bytes: int
    ) -> None:
        self._app, self._large, self._large_bytes = app, frozenset(large), large_bytes
        self._tokens = [_digest(token.get_secret_value()) for token in tokens]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        if path.startswith(PROTECTED) and not self._knows(headers.get("authorization", "")):
            refusal = failure(Fault.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        limit = self._large_bytes if path in self._large else SMALL_BODY
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > limit:
            await failure(Fault.TOO_LARGE)(scope, receive, send)
            return
        await self._app(scope, _limited(receive, limit), send)

    def _knows(self, authorization: str) -> bool:
        """Whether it is `Bearer` and a token of ours; takes the same time for each wrong one."""
        scheme, _, token = authorization.partition(" ")
        shown = _digest(token.strip())
        known = [hmac.compare_digest(shown, token) for token in self._tokens]
        return scheme.lower() == "bearer" and any(known)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _limited(receive: Receive, limit: int) -> Receive:
    """Bodies sent in chunks say no length: count as they come."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return counted
