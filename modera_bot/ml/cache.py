"""Results that were made before: the same photos, backend and settings give the same picture.

Only a person's own results, and only while they are kept: what was deleted, has expired or was
erased is made anew.
"""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from modera_bot.contracts import TryOnRequest, TryOnResult
from modera_bot.db import Database
from modera_bot.db.schema import now, pictures, virtual_tryons
from modera_bot.errors import Code, StorageError
from modera_bot.ml.base import TryOnBackend
from modera_bot.storage import Storage


@dataclass(frozen=True, slots=True)
class Kept:
    """A result from before, and the bytes of its picture."""

    result: TryOnResult
    data: bytes


class ResultCache:
    """Looks for results of the same request."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database, self._storage = database, storage

    def fingerprint(self, user_id: int, request: TryOnRequest, backend: TryOnBackend) -> str | None:
        """What a request's result depends on; None when its photos are not on record."""
        with self._database.begin() as connection:
            sums = _checksums(connection, user_id, request)
        if None in sums:
            return None
        given = {
            "pictures": sums,
            "categories": [garment.category for garment in request.garments],
            "person_at": request.person_at,
            "backend": backend.name,
            "settings": backend.signature(request.quality),
        }
        return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()

    def find(self, user_id: int, fingerprint: str) -> Kept | None:
        """The person's last such result that is still there. Raises StorageError."""
        with self._database.begin() as connection:
            result = _last(connection, user_id, fingerprint)
        if result is None:
            return None
        try:
            return Kept(result, self._storage.get(result.result_key))
        except StorageError as error:
            if error.code is Code.PICTURE_GONE:
                return None
            raise


def _checksums(connection: Connection, user_id: int, request: TryOnRequest) -> list[str | None]:
    """Of the normalised photos, the person first."""
    keys = [request.person_key, *(garment.key for garment in request.garments)]
    query = select(pictures.c.key, pictures.c.sha256).where(
        pictures.c.user_id == user_id, pictures.c.key.in_(keys)
    )
    known = {row.key: row.sha256 for row in connection.execute(query)}
    return [known.get(key) for key in keys]


def _last(connection: Connection, user_id: int, fingerprint: str) -> TryOnResult | None:
    query = (
        select(virtual_tryons.c.details)
        .join(pictures, pictures.c.key == virtual_tryons.c.result_image_url)
        .where(
            virtual_tryons.c.user_id == user_id,
            virtual_tryons.c.fingerprint == fingerprint,
            pictures.c.user_id == user_id,
            pictures.c.expires_at > now(),
        )
        .order_by(virtual_tryons.c.created_at.desc())
        .limit(1)
    )
    details = connection.execute(query).scalar()
    return None if details is None else TryOnResult.model_validate(details)
