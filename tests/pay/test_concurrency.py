"""Two processes of sixteen threads each want the same: never a credit too many or too few.

`FULL=1` runs it in full: 1000 equal grants, 2000 holds on 1010 credits.
"""

import os
import subprocess
import sys

from sqlalchemy import func, select

from modera_bot.db import Database
from modera_bot.db.accounts import Entry
from modera_bot.db.schema import credit_entries, credit_holds, users
from modera_bot.pay import ledger
from modera_bot.pay.ledger import Payment
from tests.conftest import ROOT
from tests.pay.crowd import crowd
from tests.servers.databases import person

FULL = "FULL" in os.environ
GRANTS = 1000 if FULL else 120
HOLDS, CREDITS = (2000, 1010) if FULL else (200, 101)


def both(url: str, step: str, user_id: int, count: int) -> int:
    """Half of it here, half of it in another process, at the same time."""
    half = count // 2
    arguments = [url, step, str(user_id), str(half), str(count - half)]
    command = [sys.executable, "-m", "tests.pay.crowd", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        here = crowd(url, step, user_id, 0, half)
        told, _ = other.communicate(timeout=150)
    assert other.returncode == 0
    return here + int(told)


def spendable(database: Database) -> int:
    with database.begin() as connection:
        return connection.execute(select(users.c.credits)).scalar_one()


def test_of_many_equal_grants_one_is_granted(database: Database, url: str) -> None:
    user_id, _ = person(database, 1)
    assert both(url, "grant", user_id, GRANTS) == 1
    assert spendable(database) == 30
    with database.begin() as connection:
        count = select(func.count()).select_from(credit_entries)
        assert connection.execute(count).scalar_one() == 1


def test_of_many_holds_exactly_as_many_succeed_as_there_are_credits(
    database: Database, url: str
) -> None:
    user_id, _ = person(database, 1)
    with database.begin() as connection:
        ledger.grant(connection, user_id, CREDITS, Entry.PURCHASE, Payment("stars", "all"))
    assert both(url, "hold", user_id, HOLDS) == CREDITS
    assert spendable(database) == 0
    with database.begin() as connection:
        held = select(func.sum(credit_holds.c.amount))
        assert connection.execute(held).scalar_one() == CREDITS
