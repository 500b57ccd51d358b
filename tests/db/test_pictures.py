"""What is kept of whom, and until when."""

from datetime import timedelta

from modera_bot.contracts import Category, PhotoReport, Role
from modera_bot.db import Database, pictures
from modera_bot.db.schema import now
from modera_bot.errors import Code
from tests.servers.databases import person

REPORT = PhotoReport(
    role=Role.GARMENT, width=600, height=800, category=Category.TOPS, person_fault=Code.NO_PERSON
)


def add(database: Database, key: str, user_id: int, *, days: float | None, **more: object) -> None:
    expires_at = None if days is None else now() + timedelta(days=days)
    values = {"purpose": "photo", "sha256": "0" * 64, "width": 600, "height": 800, **more}
    with database.begin() as connection:
        pictures.add(connection, key=key, user_id=user_id, expires_at=expires_at, **values)


def test_a_picture_comes_back_with_what_was_seen_in_it(database: Database) -> None:
    user_id, _ = person(database, 1)
    add(database, "a", user_id, days=30, report=REPORT)
    add(database, "b", user_id, days=None, purpose="result")
    with database.begin() as connection:
        first, second = pictures.of_user(connection, user_id)
        assert pictures.get(connection, "a") == first
        assert pictures.get(connection, "c") is None
    assert (first.report, first.purpose, first.width, first.height) == (REPORT, "photo", 600, 800)
    assert (second.report, second.purpose, second.expires_at) == (None, "result", None)


def test_pictures_expire_at_their_time_and_not_before(database: Database) -> None:
    user_id, _ = person(database, 1)
    for key, days in (("old", -2), ("older", -3), ("fresh", 1), ("for good", None)):
        add(database, key, user_id, days=days)
    with database.begin() as connection:
        assert {row.key for row in pictures.expired(connection, now())} == {"old", "older"}
        assert len(pictures.expired(connection, now(), limit=1)) == 1
        pictures.remove(connection, "old")
        pictures.remove(connection, "old")
        assert [row.key for row in pictures.expired(connection, now())] == ["older"]
