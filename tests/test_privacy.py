"""Erasure: everything of one person, and nothing of anybody else."""

import random
import sqlite3
from typing import Any

import pytest
from sqlalchemy import event, func, select

from modera_bot import privacy
from modera_bot.db import Database, schema
from modera_bot.errors import Code, StorageError
from tests.household import ANNA, BORIS, NOBODYS, House, house, picture_of, traces

__all__ = ["house"]

BOT = 7

on_sqlite = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


@on_sqlite
def test_an_erased_person_leaves_no_trace_on_the_disk(house: House) -> None:
    anna = house.move_in(ANNA, tryons=3)
    house.move_in(BORIS)
    keys = house.keys(anna)
    as_text, *others = traces(ANNA, anna)
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

    # what was spent on hosted models stays spent, but is nobody's
    kept = {"audit": 2, "ai_calls": before["ai_calls"] + 1}
    assert house.counts() == before | kept
    with house.database.begin() as connection:
        calls = connection.execute(select(schema.ai_calls.c.user_id, schema.ai_calls.c.job_id))
        assert calls.all().count((None, None)) == 1
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

    persons = set(schema.metadata.tables) - NOBODYS
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
        advice = schema.style_analyses
        said = select(advice.c.user_id).where(advice.c.user_feedback.is_not(None))
        assert [*connection.execute(said).scalars()] == [boris]
