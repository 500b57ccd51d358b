"""What the database gives away: nothing in its errors, nothing to others on this machine."""

import pytest
from sqlalchemy.exc import IntegrityError

from modera_bot.db import Database, schema, users


def test_an_error_does_not_repeat_the_values_that_it_is_about(database):
    with database.begin() as connection:
        users.remember(connection, 501, first_name="Anna", last_name=None, username=None)
    with pytest.raises(IntegrityError) as caught, database.begin() as connection:
        connection.execute(schema.users.insert().values(telegram_id=501, first_name="Boris"))
    assert "Boris" not in str(caught.value)


def test_only_the_user_who_runs_the_bot_can_read_a_sqlite_database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/new/modera.db")
    try:
        database.check()
    finally:
        database.close()
    files = [*(tmp_path / "new").iterdir()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
