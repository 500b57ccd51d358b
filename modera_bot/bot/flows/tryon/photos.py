"""Fetching, checking and keeping the photos that people send."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection
from telegram.error import BadRequest, NetworkError

from modera_bot import images
from modera_bot.bot import links
from modera_bot.bot.flows.data import Upload
from modera_bot.bot.keyboards import photo_key
from modera_bot.bot.links import LinkError
from modera_bot.bot.turn import Turn
from modera_bot.contracts import PhotoReport
from modera_bot.db import pictures
from modera_bot.db.schema import now
from modera_bot.errors import Code, ModeraError, PictureError
from modera_bot.images import Normalised

#: Tries to fetch a file from Telegram.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Photo:
    """A sound photo in memory; `key` is where it goes if it is kept."""

    key: str
    message_id: int
    normalised: Normalised
    report: PhotoReport


@dataclass(frozen=True, slots=True)
class Unusable:
    """An upload that could not be read, and the key of the text that says why."""

    message_id: int
    text_key: str


async def read(turn: Turn, upload: Upload) -> Photo | Unusable:
    """Fetch an upload and look at it. A picture too big is turned down before it is fetched."""
    services = turn.services
    limit = services.settings.limits.upload_bytes
    try:
        if upload.size is not None and upload.size > limit:
            raise PictureError(Code.FILE_TOO_LARGE)
        data = await _fetch(turn, upload, limit)
        normalised = await services.draw(services.pool.run, images.normalise, data, max_bytes=limit)
        report = await services.draw(services.inspector.inspect, normalised.data)
    except ModeraError as error:
        return Unusable(upload.message_id, error.text_key)
    except LinkError as error:
        return Unusable(upload.message_id, error.text_key)
    except NetworkError as error:
        key = "tryon-download-failed" if not _too_big(error) else "error-file-too-large"
        return Unusable(upload.message_id, key)
    # the same key each time an update is handled again, so that nothing is stored twice
    name = uuid5(NAMESPACE_URL, f"{turn.user.id}/{upload.message_id}/{upload.unique_id}").hex
    return Photo(photo_key(turn.user.id, name), upload.message_id, normalised, report)


async def _fetch(turn: Turn, upload: Upload, limit: int) -> bytes:
    if upload.link is not None:
        return await links.fetch(upload.link, limit)
    return await _download(turn, upload.file_id)


async def _download(turn: Turn, file_id: str) -> bytes:
    for _ in range(ATTEMPTS - 1):
        try:
            return await _download_once(turn, file_id)
        except BadRequest:
            raise
        except NetworkError:
            await asyncio.sleep(0.5)
    return await _download_once(turn, file_id)


async def _download_once(turn: Turn, file_id: str) -> bytes:
    file = await turn.bot.get_file(file_id)
    return bytes(await file.download_as_bytearray())


def _too_big(error: NetworkError) -> bool:
    return isinstance(error, BadRequest) and "too big" in str(error).lower()


async def store(turn: Turn, photos: Iterable[Photo]) -> None:
    """Put photos into storage; `record` belongs into the commit that follows."""
    for photo in photos:
        await asyncio.to_thread(
            turn.services.storage.put, photo.key, photo.normalised.data, "image/jpeg"
        )


async def report(turn: Turn, key: str, fresh: Iterable[Photo] = ()) -> PhotoReport | None:
    """What is known of a photo, be it a new one or one that is kept; None if it is gone."""
    for photo in fresh:
        if photo.key == key:
            return photo.report
    row = await turn.services.database.run(pictures.get, key)
    return row.report if row else None


def record(connection: Connection, turn: Turn, photos: Iterable[Photo]) -> None:
    """Write down whose the stored photos are and when they expire."""
    expires = now() + timedelta(days=turn.services.settings.privacy.keep_days)
    for photo in photos:
        if pictures.get(connection, photo.key) is not None:
            continue
        pictures.add(
            connection,
            key=photo.key,
            user_id=turn.user.id,
            purpose="photo",
            sha256=photo.normalised.sha256,
            width=photo.normalised.width,
            height=photo.normalised.height,
            report=photo.report,
            expires_at=expires,
        )
