"""A person's rights over what is kept of them: to take it along, and to have it erased.

Their Telegram id and names stand in `users` alone and their pictures under `users/<id>/`, so
both are a matter of following one key. On SQLite nothing of it is left in the files; Postgres
keeps what was deleted until it vacuums and uses the space again.
"""

import json
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    select,
)

from modera_bot.db import Database, accounts, inbox, pictures, schema, users
from modera_bot.errors import Code, StorageError
from modera_bot.storage import Storage

Rows = dict[str, list[dict[str, Any]]]


def erase(
    database: Database, storage: Storage, user_id: int, *, answering: Collection[int] = ()
) -> dict[str, int]:
    """Erase a person: pictures first, then every row, then what lingers in the files.

    Returns how many rows of each table and how many pictures were erased. Safe to repeat, also
    after a crash midway. `answering` are the ids of the updates that asked for it: they stay in
    the inbox until the person has been answered, and whoever answers calls `wipe` afterwards.
    A picture that a job stores at this very moment is left to housekeeping, as it belongs to
    nobody. Raises StorageError, with the rows still in place.
    """
    stored = storage.delete_prefix(_folder(user_id))
    with database.begin() as connection:
        erased = _erase_rows(connection, user_id, answering)
        erased["stored_pictures"] = stored
        if erased["users"]:
            connection.execute(schema.audit.insert().values(action="erased", details=erased))
    if not answering:
        wipe(database)
    return erased


def wipe(database: Database) -> None:
    """Leave nothing of the erased in the database's files, and note that it was done."""
    if database.wipe():
        with database.begin() as connection:
            connection.execute(schema.audit.insert().values(action="wiped"))


def finish_erasures(database: Database) -> None:
    """Wipe if somebody was erased since the last time: we died before it, or it failed."""
    actions = schema.audit.c.action
    query = select(actions).where(actions.in_(("erased", "wiped")))
    with database.begin() as connection:
        last = connection.execute(query.order_by(schema.audit.c.id.desc())).scalars().first()
    if last == "erased":
        wipe(database)


def erase_pictures(database: Database, storage: Storage, user_id: int) -> int:
    """Erase a person's photos and results alone, and what was read in them; returns how many.

    What they said of an advice goes with it. Raises StorageError.
    """
    stored = storage.delete_prefix(_folder(user_id))
    tryons = schema.virtual_tryons
    with database.begin() as connection:
        connection.execute(schema.pictures.delete().where(schema.pictures.c.user_id == user_id))
        connection.execute(
            tryons.update().where(tryons.c.user_id == user_id).values(result_image_url=None)
        )
        advice = schema.style_analyses
        connection.execute(
            advice.update()
            .where(advice.c.user_id == user_id)
            .values(
                card_image_url=None, style_profile=None, recommendations=None, user_feedback=None
            )
        )
        people = schema.users
        connection.execute(people.update().where(people.c.id == user_id).values(style_profile=None))
    return stored


def export(database: Database, storage: Storage, user_id: int, path: Path) -> None:
    """Write all that is kept of a person into one new SQLite file.

    It has their rows under the names of our tables, and the pictures themselves in
    `picture_files` (key, data: JPEG). Nobody but this user may read the file; there is none
    when it fails. Raises OSError (also when `path` exists) and StorageError.
    """
    path.touch(mode=0o600, exist_ok=False)
    try:
        _export(database, storage, user_id, path)
    except BaseException:
        path.unlink()
        raise


def _export(database: Database, storage: Storage, user_id: int, path: Path) -> None:
    with database.begin() as connection:
        rows = _rows(connection, user_id)
        keys = [picture.key for picture in pictures.of_user(connection, user_id)]
    metadata = MetaData()
    tables = {name: schema.metadata.tables[name].to_metadata(metadata) for name in rows}
    files = Table(
        "picture_files",
        metadata,
        Column("key", Text, primary_key=True),
        Column("data", LargeBinary),
    )
    engine = sqlalchemy.create_engine(URL.create("sqlite", database=str(path)))
    try:
        with engine.begin() as target:
            metadata.create_all(target)
            for name, table in tables.items():
                if rows[name]:
                    target.execute(table.insert(), rows[name])
            for key, data in _pictures(storage, keys):
                target.execute(files.insert().values(key=key, data=data))
    finally:
        engine.dispose()


def archive(
    database: Database, storage: Storage, user_id: int, folder: Path, max_bytes: int
) -> list[Path]:
    """Write the same as ZIP files that anyone can open: `data.json` and the pictures.

    Each file carries at most `max_bytes`, unless a single picture is larger, and a little for
    the names. Raises StorageError.
    """
    with database.begin() as connection:
        rows = _rows(connection, user_id)
        keys = [picture.key for picture in pictures.of_user(connection, user_id)]
    data = json.dumps(rows, ensure_ascii=False, indent=2, default=str).encode()
    paths = [folder / "modera-1.zip"]
    _pack(paths[-1], "data.json", data)
    size = len(data)
    for key, picture in _pictures(storage, keys):
        if size + len(picture) > max_bytes:
            paths.append(folder / f"modera-{len(paths) + 1}.zip")
            size = 0
        _pack(paths[-1], key.removeprefix(_folder(user_id)), picture)
        size += len(picture)
    return paths


def _folder(user_id: int) -> str:
    return f"users/{user_id}/"


def _pack(path: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(path, "a") as archive:  # stored: JPEG does not shrink any more
        archive.writestr(name, data)


def _pictures(storage: Storage, keys: list[str]) -> Iterator[tuple[str, bytes]]:
    """Key and bytes of each picture that is still there."""
    for key in keys:
        try:
            yield key, storage.get(key)
        except StorageError as error:
            if error.code is not Code.PICTURE_GONE:
                raise


def _of(table: Table, user_id: int) -> ColumnElement[bool] | None:
    """Which rows of a table are a person's; None for tables that know no persons.

    Accounts know none: what leads to them, `credit_wallets`, says nothing and goes with the person.
    """
    if table is schema.credit_wallets:
        return None
    if table is schema.users:
        return schema.users.c.id == user_id
    if table is schema.product_recommendations:
        analyses = schema.style_analyses
        own = select(analyses.c.id).where(analyses.c.user_id == user_id)
        return table.c.style_analysis_id.in_(own)
    return table.c.user_id == user_id if "user_id" in table.c else None


def _rows(connection: Connection, user_id: int) -> Rows:
    """All rows of a person, by table, in an order in which they can be inserted."""
    rows: Rows = {}
    for table in schema.metadata.sorted_tables:
        own = _of(table, user_id)
        if own is not None:
            found = connection.execute(select(table).where(own)).mappings()
            rows[table.name] = [dict(row) for row in found]
    return rows


def _erase_rows(connection: Connection, user_id: int, answering: Collection[int]) -> dict[str, int]:
    """Delete the person's row, and with it all that hangs on it; returns how many rows went."""
    counts = {name: len(rows) for name, rows in _rows(connection, user_id).items()}
    person = users.by_id(connection, user_id)
    if person is not None:
        _forget_updates(connection, person.telegram_id, answering)
        accounts.forfeit(connection, user_id)
    connection.execute(schema.users.delete().where(schema.users.c.id == user_id))
    return counts


def _forget_updates(connection: Connection, telegram_id: int, answering: Collection[int]) -> None:
    """Empty the updates of a person that still wait in the inbox: they name them."""
    waiting = select(schema.inbox.c.bot_id, schema.inbox.c.update_id, schema.inbox.c.payload).where(
        schema.inbox.c.handled_at.is_(None)
    )
    for bot_id, update_id, payload in connection.execute(waiting).all():
        if _sender(payload) == telegram_id and update_id not in answering:
            inbox.handled(connection, bot_id, [update_id])


def _sender(update: dict[str, Any]) -> int | None:
    """Telegram id of whoever sent an update (Bot API, `Update`)."""
    contents = (part for part in update.values() if isinstance(part, dict))
    return next((part["from"]["id"] for part in contents if "from" in part), None)
