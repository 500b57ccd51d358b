"""People with rows in every table, and pictures, to be exported or erased."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from modera_bot.config import StorageSettings
from modera_bot.db import Database, schema
from modera_bot.db.schema import now
from modera_bot.storage import Storage, open_storage
from tests.servers.databases import KINDS, database_url

ANNA = {"telegram_id": 7_123_456_789, "first_name": "Annabel", "last_name": "Quillfeather"}
BORIS = {"telegram_id": 6_987_654_321, "first_name": "Борислав", "last_name": "Длиннофамильный"}

#: Tables that know no persons; an account can't be traced to its owner once that is erased.
NOBODYS = {"inbox", "audit", "credit_accounts", "credit_entries", "credit_wallets", "promo_uses"}


@dataclass
class House:
    """A database and a storage in a folder, with rows and pictures of people."""

    folder: Path
    database: Database
    storage: Storage

    def move_in(self, person: dict[str, Any], *, tryons: int = 1) -> int:
        """Put rows of a person into every table that knows persons; returns their id."""
        with self.database.begin() as connection:
            values = person | {"username": person["first_name"].lower()}
            added = connection.execute(schema.users.insert().values(**values))
            user_id = int(added.inserted_primary_key[0])
            for number in range(tryons):
                _furnish(connection, user_id, number)
        for key in self.keys(user_id):
            self.storage.put(key, picture_of(key), "image/jpeg")
        return user_id

    def keys(self, user_id: int) -> list[str]:
        query = select(schema.pictures.c.key).where(schema.pictures.c.user_id == user_id)
        with self.database.begin() as connection:
            return [*connection.execute(query).scalars()]

    def counts(self) -> dict[str, int]:
        """Rows of each table."""
        with self.database.begin() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in schema.metadata.tables.items()
            }

    def bytes(self) -> bytes:
        """Everything on the disk, write-ahead log included."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return b"".join(str(path).encode() + path.read_bytes() for path in files)


def picture_of(key: str) -> bytes:
    """Bytes that no other picture has."""
    return b"\xff\xd8" + key.encode() * 50


def _furnish(connection: Connection, user_id: int, number: int) -> None:
    session, tryon, job = (f"{kind}{user_id:015d}{number:016d}" for kind in "abc")
    photo, garment, result = (
        f"users/{user_id}/{kind}/{number:032d}.jpg" for kind in ("photos", "garments", "results")
    )
    insert = {
        "fashion_sessions": {
            "id": session,
            "session_type": "tryon",
            "status": "completed",
            "state": "tryon_result",
            "input_data": {"person_key": photo},
        },
        "virtual_tryons": {
            "id": tryon,
            "session_id": session,
            "clothing_image_url": garment,
            "person_image_url": photo,
            "result_image_url": result,
        },
        "style_analyses": {
            "id": tryon,
            "session_id": session,
            "input_image_url": photo,
            "user_feedback": {"good": False, "words": "too dark for me"},
        },
        "credit_transactions": {
            "id": tryon,
            "transaction_type": "usage",
            "credits_amount": -3,
            "session_id": session,
        },
        "credit_holds": {"id": tryon, "job_id": job, "feature": "tryon", "amount": 3},
        "jobs": {"id": job, "kind": "tryon", "session_id": session, "payload": {"p": photo}},
        "ai_calls": {
            "job_id": job,
            "role": "tryon",
            "backend": "openai",
            "model": "an image model",
            "price_usd": 0.01,
        },
        "events": {"kind": "done", "session_id": session, "data": {"result_key": result}},
        "orders": {
            "id": tryon,
            "provider": "stars",
            "package": "basic",
            "credits": 30,
            "amount": 150,
            "currency": "XTR",
            "payment_id": tryon,
            "session_id": session,
        },
        "subscriptions": {"id": tryon, "provider": "stars", "payment_id": tryon, "until": now()},
        "consents": {"purpose": "photos", "version": str(number), "language_code": "en"},
    }
    for table, values in insert.items():
        connection.execute(schema.metadata.tables[table].insert().values(user_id=user_id, **values))
    connection.execute(
        schema.product_recommendations.insert().values(
            id=tryon,
            style_analysis_id=tryon,
            product_id="1",
            partner_name="shop",
            product_url="https://shop.example",
        )
    )
    for key in (photo, garment, result):
        connection.execute(
            schema.pictures.insert().values(
                key=key,
                user_id=user_id,
                purpose="result" if key == result else "photo",
                sha256="0" * 64,
                width=1,
                height=1,
            )
        )


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """On SQLite and on Postgres."""
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database(database_url(request.param, folder))
    storage = open_storage(StorageSettings(folder=folder / "pictures"), b"secret")
    yield House(folder, database, storage)
    database.close()


def traces(person: dict[str, Any], user_id: int) -> list[bytes]:
    """All that tells a person, as text and as SQLite writes integers of this size."""
    telegram_id = person["telegram_id"]
    return [
        str(telegram_id).encode(),
        telegram_id.to_bytes(6, "big"),
        person["first_name"].encode(),
        person["first_name"].lower().encode(),
        person["last_name"].encode(),
        f"users/{user_id}/".encode(),
    ]
