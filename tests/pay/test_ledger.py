"""The ledger: what it does, what the database itself refuses, and what erasing leaves of it."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from modera_bot import privacy
from modera_bot.config import StorageSettings
from modera_bot.contracts import Feature
from modera_bot.db import Database, accounts
from modera_bot.db.accounts import Entry
from modera_bot.db.schema import (
    credit_accounts,
    credit_entries,
    credit_transactions,
    credit_wallets,
    fashion_sessions,
    users,
)
from modera_bot.errors import Code, CreditsError
from modera_bot.pay import ledger
from modera_bot.pay.ledger import Payment
from modera_bot.pay.verify import verify
from modera_bot.storage import open_storage
from tests.servers.databases import person

BOUGHT = Payment("stars", "charge-1", Decimal(150), "XTR")


def credits(database: Database, user_id: int) -> int:
    with database.begin() as connection:
        query = select(users.c.credits).where(users.c.id == user_id)
        return connection.execute(query).scalar_one()


def faults(database: Database) -> list[str]:
    """What `credits verify` finds, but for the orders, which these tests do without."""
    with database.begin() as connection:
        return [fault for fault in verify(connection) if "payment charge" not in fault]


def give(database: Database, user_id: int, amount: int, payment: Payment = BOUGHT) -> bool:
    with database.begin() as connection:
        return ledger.grant(connection, user_id, amount, Entry.PURCHASE, payment)


def hold(database: Database, user_id: int, amount: int, job_id: str = "job") -> str:
    with database.begin() as connection:
        return ledger.hold(
            connection, user_id=user_id, amount=amount, feature=Feature.TRYON, job_id=job_id
        )


def test_a_payment_gives_its_credits_once(database: Database) -> None:
    user_id, _ = person(database, 1)
    assert give(database, user_id, 30)
    assert not give(database, user_id, 30)
    assert credits(database, user_id) == 30
    assert faults(database) == []


def test_held_credits_can_not_be_spent_twice(database: Database) -> None:
    user_id, _ = person(database, 1)
    give(database, user_id, 5)
    hold(database, user_id, 3)
    with pytest.raises(CreditsError) as caught:
        hold(database, user_id, 3, "other")
    assert caught.value.code is Code.NOT_ENOUGH_CREDITS
    assert credits(database, user_id) == 2
    assert faults(database) == ["hold " + _only_hold(database) + " has outlived its job"]


def _only_hold(database: Database) -> str:
    with database.begin() as connection:
        return connection.execute(text("SELECT id FROM credit_holds")).scalar_one()


def test_a_hold_is_spent_or_given_back_once(database: Database) -> None:
    user_id, _ = person(database, 1)
    give(database, user_id, 9)
    spent, back = hold(database, user_id, 3, "a"), hold(database, user_id, 3, "b")
    with database.begin() as connection:
        assert ledger.capture(connection, spent)
        assert not ledger.capture(connection, spent)
        assert not ledger.release(connection, spent, "late")
        assert ledger.release(connection, back, "backend_failed")
        assert not ledger.capture(connection, back)
    assert credits(database, user_id) == 6
    assert faults(database) == []


def test_what_was_used_stands_in_the_transactions_and_in_the_session(database: Database) -> None:
    user_id, session_id = person(database, 1)
    give(database, user_id, 9)
    with database.begin() as connection:
        assert ledger.use(connection, user_id, 5, Feature.STYLING, session_id)
        assert not ledger.use(connection, user_id, 5, Feature.STYLING, session_id)
        assert ledger.use(connection, user_id, 3, Feature.TRYON, "a session of another program")
        shown = connection.execute(
            select(
                credit_transactions.c.transaction_type,
                credit_transactions.c.credits_amount,
                credit_transactions.c.feature_used,
                credit_transactions.c.session_id,
            )
        ).all()
        used = connection.execute(select(fashion_sessions.c.credits_used)).scalar_one()
    assert set(shown) == {
        ("purchase", 9, None, None),
        ("usage", -5, "styling", session_id),
        ("usage", -3, "tryon", None),
    }
    assert used == 5
    assert credits(database, user_id) == 1
    assert faults(database) == []


def test_money_that_goes_back_takes_spent_credits_as_a_debt_that_is_paid_off_first(
    database: Database,
) -> None:
    user_id, session_id = person(database, 1)
    give(database, user_id, 30)
    with database.begin() as connection:
        ledger.use(connection, user_id, 20, Feature.TRYON, session_id)
        ledger.take_back(connection, user_id, 30, BOUGHT)
    assert credits(database, user_id) == 0
    give(database, user_id, 15, Payment("stars", "charge-2"))
    assert credits(database, user_id) == 0  # 20 were owed
    give(database, user_id, 15, Payment("stars", "charge-3"))
    assert credits(database, user_id) == 10
    assert faults(database) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE credit_entries SET amount = 1", "DELETE FROM credit_entries"]
)
def test_the_database_refuses_to_change_an_entry(database: Database, statement: str) -> None:
    user_id, _ = person(database, 1)
    give(database, user_id, 30)
    with pytest.raises(DatabaseError, match="append-only"), database.begin() as connection:
        connection.execute(text(statement))
    assert credits(database, user_id) == 30


def test_the_database_refuses_an_overdrawn_account_and_the_same_payment_twice(
    database: Database,
) -> None:
    user_id, _ = person(database, 1)
    give(database, user_id, 30)
    with database.begin() as connection:
        wallet = accounts.lock(connection, user_id)
    entry = {"kind": "hold", "debit_id": wallet.wallet_id, "credit_id": wallet.held_id}
    again = {"kind": "purchase", "debit_id": accounts.ISSUED, "credit_id": wallet.wallet_id}
    for values in (
        entry | {"amount": 31},
        entry | {"amount": 0},
        again | {"amount": 30, "provider": "stars", "payment_id": "charge-1"},
    ):
        with pytest.raises(IntegrityError), database.begin() as connection:
            connection.execute(credit_entries.insert().values(**values))
    assert credits(database, user_id) == 30
    assert faults(database) == []


def test_erasing_leaves_balanced_entries_that_lead_to_nobody(
    database: Database, tmp_path: Path
) -> None:
    user_id, _ = person(database, 1)
    other, _ = person(database, 2)
    give(database, user_id, 30)
    give(database, other, 30, Payment("stars", "charge-2"))
    hold(database, user_id, 3)
    with database.begin() as connection:
        wallet = accounts.lock(connection, user_id)
    storage = open_storage(StorageSettings(folder=tmp_path / "pictures"), b"secret")

    privacy.erase(database, storage, user_id)

    with database.begin() as connection:
        left = connection.execute(select(credit_wallets.c.user_id)).scalars().all()
        own = select(credit_accounts.c.balance).where(
            credit_accounts.c.id.in_((wallet.wallet_id, wallet.held_id, wallet.debt_id))
        )
        balances = connection.execute(own).scalars().all()
        entries = connection.execute(select(func.count()).select_from(credit_entries)).scalar_one()
    assert left == [other]
    assert balances == [0, 0, 0]
    assert entries == 5  # two purchases, a hold, and what was in the wallet and held
    assert faults(database) == []
    assert credits(database, other) == 30


def test_verify_finds_what_somebody_changed_behind_the_ledger(database: Database) -> None:
    user_id, _ = person(database, 1)
    give(database, user_id, 30)
    with database.begin() as connection:
        connection.execute(users.update().values(credits=31, total_spent=5))
        connection.execute(credit_transactions.update().values(credits_amount=29))
    assert faults(database) == [
        f"user {user_id}: 31 credits, entries 30",
        f"user {user_id}: entries 30, transactions 29",
        f"user {user_id}: spent 5.00, paid orders 0.00",
    ]
    with database.begin() as connection:
        connection.execute(credit_accounts.update().values(balance=None).where(text("1 = 0")))
        wallets = credit_accounts.update().where(credit_accounts.c.kind == "wallet")
        connection.execute(wallets.values(balance=40))
    assert any("balance 40, entries 30" in fault for fault in faults(database))
