"""What hosted models cost is written down, and budgets end it."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from modera_bot.cli import commands
from modera_bot.config import BudgetSettings
from modera_bot.db import Database, ai_calls
from modera_bot.db.schema import ai_calls as table
from modera_bot.db.schema import jobs, now
from modera_bot.errors import BackendError, Code, JobCancelled
from modera_bot.ml.cost import DatabaseMeter
from modera_bot.ml.metering import Call, Payer, paid_by
from tests.servers.databases import KINDS, database_url, person

PICTURE = Call("tryon", "openai", "gpt-image-2.5-sunburst", 0.04)
FREE = Call("moderation", "openai", "omni-moderation-latest")


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(database_url(request.param, tmp_path))
    yield made
    made.close()


def spend(database: Database, *calls: Call, **budget: float) -> None:
    meter = DatabaseMeter(database, BudgetSettings(**budget))
    for call in calls:
        with meter.measured(call):
            pass


def rows(database: Database) -> list[tuple[str, float]]:
    with database.begin() as connection:
        query = select(table.c.outcome, table.c.price_usd).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_call_is_written_down_with_what_it_used(database: Database) -> None:
    meter = DatabaseMeter(database, BudgetSettings())
    with meter.measured(PICTURE) as used:
        assert rows(database) == [("pending", 0.04)]  # it counts from the beginning
        used.input_tokens, used.price_usd = 2100, 0.05
    assert rows(database) == [("ok", 0.05)]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (BackendError(Code.BACKEND_TIMEOUT), "backend_timeout"),
        (JobCancelled(), "job_cancelled"),
        (ZeroDivisionError(), "unexpected"),
    ],
)
def test_a_call_that_fails_is_written_down_as_such(
    database: Database, error: Exception, outcome: str
) -> None:
    meter = DatabaseMeter(database, BudgetSettings())
    with pytest.raises(type(error)), meter.measured(PICTURE):
        raise error
    assert rows(database) == [(outcome, 0.04)]


@pytest.mark.parametrize("name", ["day_usd", "month_usd"])
def test_at_the_limit_no_call_is_made_any_more(database: Database, name: str) -> None:
    spend(database, PICTURE, PICTURE, **{name: 0.1})
    with pytest.raises(BackendError) as caught:
        spend(database, PICTURE, **{name: 0.1})
    assert (caught.value.code, caught.value.permanent) == (Code.BUDGET_SPENT, True)
    assert len(rows(database)) == 2
    spend(database, FREE, **{name: 0.1})  # costs nothing


def test_one_person_cannot_use_up_what_others_have(database: Database) -> None:
    anna, boris = (_job(database, number) for number in (1, 2))
    with paid_by(anna):
        spend(database, PICTURE, user_day_usd=0.05)
        with pytest.raises(BackendError, match="user_day_usd"):
            spend(database, PICTURE, user_day_usd=0.05)
    with paid_by(boris):
        spend(database, PICTURE, user_day_usd=0.05)


def test_yesterday_does_not_count_today_but_in_the_month(database: Database) -> None:
    spend(database, PICTURE)
    with database.begin() as connection:
        yesterday = now() - timedelta(days=1)
        connection.execute(table.update().values(created_at=yesterday))
        assert ai_calls.spent(connection, ai_calls.of_day()) == 0
        assert ai_calls.spent(connection, ai_calls.of_month(yesterday)) == pytest.approx(0.04)


def test_many_at_once_do_not_overdraw_a_budget(database: Database) -> None:
    failed: list[BackendError] = []

    def call() -> None:
        try:
            spend(database, PICTURE, day_usd=0.1)
        except BackendError as error:
            failed.append(error)

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(rows(database)) == 2
    assert len(failed) == 4


def test_what_an_earlier_attempt_may_have_bought_is_not_bought_again(database: Database) -> None:
    first = _job(database, 1)
    second = Payer(first.user_id, first.job_id, first.attempt + 1)
    with paid_by(first):
        spend(database, PICTURE, PICTURE)  # within an attempt it is somebody's decision
    with paid_by(second), pytest.raises(BackendError, match="may have bought"):
        spend(database, PICTURE)
    with paid_by(second):
        spend(database, Call("tryon", "gemini", "gemini-nano-banana-2.1", 0.03))


def test_stats_tell_calls_success_cost_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database(database_url("sqlite", tmp_path))
    url = f"sqlite:///{database.engine.url.database}"
    spend(database, *[PICTURE] * 3)
    with database.begin() as connection:
        for number, seconds in enumerate((4.0, 9.0, 30.0), start=1):
            ai_calls.end(connection, number, seconds=seconds)
        ai_calls.end(connection, 1, outcome="backend_timeout")
    database.close()
    monkeypatch.setenv("MODERA_DATABASE__URL", url)
    told = CliRunner().invoke(commands, ["stats"], catch_exceptions=False)
    head, line, last = told.output.splitlines()
    assert head.split() == ["backend", "role", "calls", "success", "USD", "p50", "s", "p95", "s"]
    assert line.split() == ["openai", "tryon", "3", "67%", "0.1200", "9.0", "30.0"]
    assert last == "today 0.1200 USD, this month 0.1200 USD"
    told = CliRunner().invoke(commands, ["stats", "--json"], catch_exceptions=False)
    assert json.loads(told.output)["calls"][0]["usd"] == pytest.approx(0.12)


def _job(database: Database, telegram_id: int) -> Payer:
    """Somebody's job, begun once."""
    user_id, session_id = person(database, telegram_id)
    key = f"{user_id:032d}"
    values = {"id": key, "kind": "tryon", "user_id": user_id, "session_id": session_id}
    with database.begin() as connection:
        connection.execute(jobs.insert().values(payload={}, attempt=1, **values))
    return Payer(user_id, key, 1)
