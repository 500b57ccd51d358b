"""A Bot API request and its answer on the wire (Bot API, "Making requests")."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import BodyPartReader, web

from modera_bot.sandbox.files import Upload
from modera_bot.sandbox.refusals import Refusal, bad_request

MAX_UPLOAD = 50 * 1024 * 1024
Json = dict[str, Any]


async def read_fields(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Fields and files of a request: query string, form, multipart or JSON.

    Raises:
        Refusal: 400 for a body that cannot be read, 413 for one beyond 50 MB.
    """
    fields: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    kind = request.content_type if request.body_exists else ""
    try:
        if kind == "application/json":
            body = json.loads(await request.read() or b"{}")
            if not isinstance(body, dict):
                raise bad_request("object expected as JSON body")
            fields |= body
        elif kind == "application/x-www-form-urlencoded":
            fields |= {str(name): value for name, value in (await request.post()).items()}
        elif kind == "multipart/form-data":
            await _read_multipart(request, fields, uploads)
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    except (ValueError, UnicodeDecodeError):
        raise bad_request("can't parse the request body") from None
    return fields | {
        name: upload for name, upload in uploads.items() if name in fields or _own(name)
    }, uploads


def _own(name: str) -> bool:
    """Whether a file part is itself a field; other parts are meant by `attach://name`."""
    return name in ("photo", "document", "thumbnail", "certificate")


async def _read_multipart(request: web.Request, fields: Json, uploads: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytes(await part.read(decode=True))
        if len(data) > MAX_UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        if part.filename is None:
            fields[part.name] = data.decode()
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(data, part.filename, mime)


def success(result: Any) -> web.Response:
    """`{"ok": true}`."""
    return web.json_response({"ok": True, "result": result})


def failure(refusal: Refusal) -> web.Response:
    """`{"ok": false}`, with `retry_after` in seconds where it is told."""
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
    return web.json_response(body, status=refusal.code)
