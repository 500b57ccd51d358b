"""GET /media/KEY?expires=…&signature=…: pictures of the local storage, for whoever was given
the address. S3 serves its own."""

import time

from fastapi import APIRouter
from fastapi.responses import FileResponse

from modera_bot.storage.local import LocalStorage
from modera_bot.web.errors import ApiError, ErrorBody, Fault

#: Never guessed from the bytes, by us or by a browser.
CONTENT_TYPES = {"jpg": "image/jpeg"}


def router(storage: LocalStorage) -> APIRouter:
    routes = APIRouter(tags=["pictures"])

    @routes.head("/media/{key:path}", include_in_schema=False)
    @routes.get(
        "/media/{key:path}",
        response_class=FileResponse,
        responses={status: {"model": ErrorBody} for status in (403, 404, 422)},
    )
    def media(key: str, expires: int, signature: str) -> FileResponse:
        """A picture, whole or in ranges."""
        if not storage.verify(key, expires, signature):
            raise ApiError(Fault.FORBIDDEN)
        path = storage.file(key)
        left = max(0, int(expires - time.time()))
        return FileResponse(
            path,
            media_type=CONTENT_TYPES.get(path.suffix[1:], "application/octet-stream"),
            headers={
                "Cache-Control": f"private, max-age={left}, immutable",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "cross-origin",
            },
        )

    return routes
