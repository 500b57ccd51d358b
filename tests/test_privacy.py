"""Export and erasure: everything of one person, and nothing of anybody else."""

import json
import random
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from modera_bot import privacy
from modera_bot.config import StorageSettings
from modera_bot.db import Database, schema
from modera_bot.errors import Code, StorageError
from modera_bot.storage import Storage, open_storage
from tests.servers.databases import KINDS, database_url

BOT = 7
ANNA = {"telegram_id": 7_123_456_789, "first_name": "Annabel", "last_name": "Quillfeather"}
BORIS = {"telegram_id": 6_987_654_321, "first_name": "Борислав", "last_name": "Длиннофамильный"}


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
        "style_analyses": {"id": tryon, "session_id": session, "input_image_url": photo},
        "credit_transactions": {
            "id": tryon,
            "transaction_type": "usage",
            "credits_amount": -3,
            "session_id": session,
        },
        "credit_holds": {"id": tryon, "job_id": job, "feature": "tryon", "amount": 3},
        "jobs": {"id": job, "kind": "tryon", "session_id": session, "payload": {"p": photo}},
        "events": {"kind": "done", "session_id": session, "data": {"result_key": result}},
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


on_sqlite = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


def _traces(person: dict[str, Any], user_id: int) -> list[bytes]:
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


@on_sqlite
def test_an_erased_person_leaves_no_trace_on_the_disk(house: House) -> None:
    anna = house.move_in(ANNA, tryons=3)
    house.move_in(BORIS)
    keys = house.keys(anna)
    as_text, *others = _traces(ANNA, anna)
    assert all(trace in house.bytes() for trace in others)

    privacy.erase(house.database, house.storage, anna)

    left = house.bytes()
    assert not [trace for trace in (as_text, *others) if trace in left]
    assert not [key for key in keys if picture_of(key) in left]


@on_sqlite
def test_rows_that_moved_leave_no_copies_behind(house: House) -> None:
    """Secure delete does not reach them: with it alone, about one in a hundred is left."""
    chance, table = random.Random(4), schema.users
    erased = chance.sample(range(1200), 700)

    def name(number: int, filling: int) -> str:
        return f"<{number}>" + "x" * chance.randrange(filling)

    with house.database.begin() as connection:
        people = [{"telegram_id": n, "first_name": name(n, 60)} for n in range(1200)]
        connection.execute(table.insert(), people)
    with house.database.begin() as connection:  # rows grow, so pages split
        for number in chance.choices(range(1200), k=900):
            row = table.update().where(table.c.telegram_id == number)
            connection.execute(row.values(first_name=name(number, 800)))
    with house.database.begin() as connection:  # and merge
        for number in erased:
            connection.execute(table.delete().where(table.c.telegram_id == number))
    house.database.close()  # which empties the write-ahead log

    privacy.erase(house.database, house.storage, house.move_in(ANNA))

    left = house.bytes()
    assert not [number for number in erased if b"<%d>" % number in left]


def test_erasing_touches_nobody_else(house: House) -> None:
    boris = house.move_in(BORIS, tryons=2)
    before, keys = house.counts(), house.keys(boris)
    anna = house.move_in(ANNA)

    privacy.erase(house.database, house.storage, anna)

    assert house.counts() == before | {"audit": 2}
    assert all(house.storage.get(key) == picture_of(key) for key in keys)


def test_erasing_tells_what_was_erased_and_keeps_the_counts_alone(house: House) -> None:
    anna = house.move_in(ANNA, tryons=2)

    erased = privacy.erase(house.database, house.storage, anna)

    assert erased["users"] == 1
    assert erased["virtual_tryons"] == 2
    assert erased["product_recommendations"] == 2
    assert erased["stored_pictures"] == 6
    with house.database.begin() as connection:
        rows = connection.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
    assert [(row.action, row.details) for row in rows] == [("erased", erased), ("wiped", None)]


def test_every_table_that_knows_persons_is_part_of_erasure_and_export(house: House) -> None:
    anna = house.move_in(ANNA)

    erased = privacy.erase(house.database, house.storage, anna)

    persons = set(schema.metadata.tables) - {"inbox", "audit"}
    assert {name for name, count in erased.items() if count} == persons | {"stored_pictures"}


def test_erasing_after_a_crash_midway_finishes_the_work(house: House) -> None:
    anna = house.move_in(ANNA)

    class Died(Exception):
        pass

    class Dying(Database):
        def begin(self) -> Any:
            raise Died

    with pytest.raises(Died):
        privacy.erase(Dying("sqlite://"), house.storage, anna)
    assert house.counts()["users"] == 1

    erased = privacy.erase(house.database, house.storage, anna)

    assert erased["users"] == 1
    assert house.counts()["users"] == 0


def _audited(house: House) -> list[str]:
    with house.database.begin() as connection:
        query = select(schema.audit.c.action).order_by(schema.audit.c.id)
        return [*connection.execute(query).scalars()]


def test_files_are_wiped_later_when_it_was_not_possible_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.move_in(ANNA)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "wipe", lambda self: False)
        privacy.erase(house.database, house.storage, anna)
    assert _audited(house) == ["erased"]

    privacy.finish_erasures(house.database)
    assert _audited(house) == ["erased", "wiped"]

    privacy.finish_erasures(house.database)
    assert _audited(house) == ["erased", "wiped"]


@on_sqlite
def test_a_reader_in_the_way_is_no_error(house: House) -> None:
    url = f"{house.database.engine.url}"
    with sqlite3.connect(url.removeprefix("sqlite:///")) as reader:
        house.move_in(ANNA)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM users").fetchone()
        hurried = Database(url)
        event.listen(hurried.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=10"))

        assert not hurried.wipe()

        hurried.close()
    reader.close()
    assert house.database.wipe()


def test_erasing_twice_writes_one_record(house: House) -> None:
    anna = house.move_in(ANNA)

    privacy.erase(house.database, house.storage, anna)
    again = privacy.erase(house.database, house.storage, anna)

    assert not any(again.values())
    assert _audited(house).count("erased") == 1


def test_rows_stay_while_pictures_can_not_be_deleted(house: House, monkeypatch: Any) -> None:
    anna = house.move_in(ANNA)

    def fail(prefix: str) -> int:
        raise StorageError(Code.STORAGE_UNAVAILABLE, prefix)

    monkeypatch.setattr(house.storage, "delete_prefix", fail)
    with pytest.raises(StorageError):
        privacy.erase(house.database, house.storage, anna)

    assert house.counts()["users"] == 1


def test_updates_that_wait_are_emptied_except_the_one_being_answered(house: House) -> None:
    anna = house.move_in(ANNA)
    house.move_in(BORIS)

    def update(update_id: int, person: dict[str, Any], kind: str) -> dict[str, Any]:
        sender = {"id": person["telegram_id"], "first_name": person["first_name"]}
        return {"update_id": update_id, kind: {"from": sender, "text": "hello"}}

    updates = [
        update(1, ANNA, "message"),
        update(2, ANNA, "callback_query"),
        update(3, ANNA, "message"),
        update(4, BORIS, "message"),
    ]
    with house.database.begin() as connection:
        rows = [{"bot_id": BOT, "update_id": u["update_id"], "payload": u} for u in updates]
        connection.execute(schema.inbox.insert(), rows)

    privacy.erase(house.database, house.storage, anna, answering=[2])

    with house.database.begin() as connection:
        handled = select(schema.inbox.c.update_id).where(schema.inbox.c.handled_at.is_not(None))
        left = [
            row.update_id
            for row in connection.execute(select(schema.inbox))
            if row.payload is not None
        ]
        assert sorted(left) == [2, 4]
        assert sorted(connection.execute(handled).scalars()) == [1, 3]


def test_erasing_the_pictures_keeps_the_rest(house: House) -> None:
    anna, boris = house.move_in(ANNA), house.move_in(BORIS)

    assert privacy.erase_pictures(house.database, house.storage, anna) == 3

    assert house.keys(anna) == []
    assert len(house.keys(boris)) == 3
    assert not [*house.storage.keys(f"users/{anna}/")]
    with house.database.begin() as connection:
        tryons = schema.virtual_tryons
        query = select(tryons.c.result_image_url).where(tryons.c.user_id == anna)
        assert [*connection.execute(query).scalars()] == [None]
        assert connection.execute(select(func.count()).select_from(tryons)).scalar_one() == 2


def test_an_export_is_a_database_with_all_rows_and_pictures_of_one_person(house: House) -> None:
    anna = house.move_in(ANNA, tryons=2)
    house.move_in(BORIS)
    path = house.folder.parent / "anna.db"

    privacy.export(house.database, house.storage, anna, path)

    with sqlite3.connect(path) as exported:
        tables = {name for (name,) in exported.execute("SELECT name FROM sqlite_schema")}
        assert set(schema.metadata.tables) - {"inbox", "audit"} <= tables
        assert exported.execute("SELECT telegram_id, first_name FROM users").fetchall() == [
            (ANNA["telegram_id"], ANNA["first_name"])
        ]
        assert exported.execute("SELECT count(*) FROM virtual_tryons").fetchone() == (2,)
        pictures = dict(exported.execute("SELECT key, data FROM picture_files").fetchall())
        assert exported.execute("PRAGMA foreign_key_check").fetchall() == []
    exported.close()
    assert pictures == {key: picture_of(key) for key in house.keys(anna)}
    assert not [trace for trace in _traces(BORIS, 2) if trace in path.read_bytes()]


def test_an_export_skips_pictures_that_storage_has_lost(house: House) -> None:
    anna = house.move_in(ANNA)
    lost, *kept = house.keys(anna)
    house.storage.delete(lost)
    path = house.folder.parent / "anna.db"

    privacy.export(house.database, house.storage, anna, path)

    with sqlite3.connect(path) as exported:
        keys = {key for (key,) in exported.execute("SELECT key FROM picture_files")}
    exported.close()
    assert keys == set(kept)


def test_an_export_never_overwrites_a_file(house: House) -> None:
    anna = house.move_in(ANNA)
    path = house.folder.parent / "anna.db"
    path.write_text("something dear")

    with pytest.raises(FileExistsError):
        privacy.export(house.database, house.storage, anna, path)

    assert path.read_text() == "something dear"


def test_an_archive_has_the_rows_as_json_and_the_pictures(house: House) -> None:
    anna = house.move_in(ANNA)
    house.move_in(BORIS)
    folder = house.folder.parent

    (path,) = privacy.archive(house.database, house.storage, anna, folder, 1_000_000)

    with zipfile.ZipFile(path) as archive:
        data = json.loads(archive.read("data.json"))
        names = set(archive.namelist()) - {"data.json"}
        pictures = {f"users/{anna}/{name}": archive.read(name) for name in names}
    assert data["users"][0]["last_name"] == ANNA["last_name"]
    assert len(data["virtual_tryons"]) == 1
    assert pictures == {key: picture_of(key) for key in house.keys(anna)}
    assert BORIS["first_name"] not in json.dumps(data, ensure_ascii=False)


def test_a_large_archive_comes_in_parts(house: House) -> None:
    anna = house.move_in(ANNA, tryons=4)
    size = max(len(picture_of(key)) for key in house.keys(anna))

    paths = privacy.archive(house.database, house.storage, anna, house.folder.parent, 3 * size)

    names = [name for path in paths for name in zipfile.ZipFile(path).namelist()]
    assert len(paths) > 3
    assert len(names) == len(set(names)) == 13
    for path in paths[1:]:
        with zipfile.ZipFile(path) as archive:
            assert sum(entry.file_size for entry in archive.infolist()) <= 3 * size
