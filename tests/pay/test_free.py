"""Without payments everything is free, and each hold is still settled once."""

from sqlalchemy import select

from modera_bot.contracts import Feature, Quality
from modera_bot.db import Database
from modera_bot.db.schema import credit_holds
from modera_bot.pay.free import FreeCredits
from tests.servers.databases import person

CREDITS = FreeCredits()


def test_nothing_costs_anything_and_nobody_runs_out(database: Database) -> None:
    assert not CREDITS.enabled
    assert CREDITS.price(Feature.TRYON, quality=Quality.PREMIUM, garments=4) == 0
    user_id, _ = person(database, 1)
    with database.begin() as connection:
        assert CREDITS.balance(connection, user_id) is None
        CREDITS.hold(connection, user_id=user_id, amount=9, feature=Feature.TRYON, job_id="j")
        assert connection.execute(select(credit_holds.c.amount)).scalar_one() == 0


def test_holding_twice_for_a_job_is_one_hold(database: Database) -> None:
    user_id, _ = person(database, 1)
    with database.begin() as connection:
        first, second = (
            CREDITS.hold(connection, user_id=user_id, amount=0, feature=Feature.TRYON, job_id="j")
            for _ in range(2)
        )
    assert first == second


def test_a_hold_is_settled_once_and_keeps_how(database: Database) -> None:
    user_id, _ = person(database, 1)
    with database.begin() as connection:
        spent, given = (
            CREDITS.hold(connection, user_id=user_id, amount=0, feature=Feature.TRYON, job_id=job)
            for job in ("a", "b")
        )
        assert CREDITS.capture(connection, spent)
        assert not CREDITS.capture(connection, spent)
        assert not CREDITS.release(connection, spent, "cancelled")
        assert CREDITS.release(connection, given, "cancelled")
        assert not CREDITS.capture(connection, given)
        rows = connection.execute(
            select(credit_holds.c.state, credit_holds.c.reason).order_by(credit_holds.c.job_id)
        ).all()
    assert rows == [("captured", None), ("released", "cancelled")]
