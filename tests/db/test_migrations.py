"""The migrations lead from a blank database to exactly the tables in the code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from modera_bot.db import Database
from modera_bot.db.migrate import HEAD, upgrade
from modera_bot.db.schema import metadata
from modera_bot.errors import ConfigError
from tests.servers import postgres
from tests.servers.databases import KINDS


@pytest.fixture(params=KINDS)
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'folder' / 'blank.db'}")
        yield database
        database.close()
        return
    with postgres.blank() as url:
        database = Database(url)
        yield database
        database.close()


def test_a_blank_database_gets_the_schema_of_the_code(blank: Database) -> None:
    upgrade(blank)
    with blank.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []


def test_checks_and_the_one_active_session_are_part_of_the_migrated_schema(
    database: Database,
) -> None:
    with database.begin() as connection:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            checks = {check["name"] for check in found.get_check_constraints(table.name)}
            wanted = {
                constraint.name
                for constraint in table.constraints
                if isinstance(constraint, CheckConstraint)
            }
            assert checks == wanted, table.name
        indexes = {index["name"]: index for index in found.get_indexes("fashion_sessions")}
    assert indexes["uq_fashion_sessions_one_active"]["unique"]


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO audit (at, action) VALUES ('2026-01-01', 'kept')"))
    upgrade(database)
    with database.begin() as connection:
        assert connection.execute(text("SELECT action FROM audit")).scalars().all() == ["kept"]


def test_the_newest_migration_is_the_one_the_code_expects(blank: Database) -> None:
    upgrade(blank)
    with blank.begin() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == HEAD


def test_a_database_of_a_newer_program_is_refused_and_left_alone(blank: Database) -> None:
    upgrade(blank)
    with blank.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="9999"):
        upgrade(blank)
    with blank.begin() as connection:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert version == "9999"


def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(
    blank: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = op.create_table

    def break_off(name: str, *columns: object, **more: object) -> object:
        if name == "jobs":
            raise ZeroDivisionError
        return create(name, *columns, **more)

    monkeypatch.setattr(op, "create_table", break_off)
    with pytest.raises(ZeroDivisionError):
        upgrade(blank)
    with blank.begin() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_database_that_does_not_answer_is_a_fault_of_the_configuration() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(ConfigError, match=r"database\.url"):
        upgrade(database)
    database.close()
