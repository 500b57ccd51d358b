"""Two processes of sixteen threads each want the same: never a credit too many or too few.

`FULL=1` runs it in full: 1000 equal grants, 2000 holds on 1010 credits.
"""

import os
import subprocess
import sys

from sqlalchemy import func, select

from modera_bot.db import Database
from modera_bot.db.schema import credit_entries, credit_holds, users
from tests.conftest import ROOT
from tests.pay.crowd import CREDITS, crowd
from tests.servers.databases import person

FULL = "FULL" in os.environ
GRANTS, HOLDS = (1000, 2000) if FULL else (96, 192)


def test_of_many_equal_grants_one_is_granted_and_of_many_holds_as_many_as_there_are_credits(
    database: Database, url: str
) -> None:
    user_id, _ = person(database, 1)
    steps = {"grant": GRANTS // 2, "hold": HOLDS // 2}
    counts = ",".join(f"{step}:{count}" for step, count in steps.items())
    command = [sys.executable, "-m", "tests.pay.crowd", url, str(user_id), counts]
    pipe, succeeded = subprocess.PIPE, []
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        for step, count in steps.items():
            other.stdin.write("go\n")
            other.stdin.flush()
            here = crowd(url, step, user_id, 0, count)
            succeeded.append(here + int(other.stdout.readline()))
    granted, held = succeeded

    assert granted == 1
    assert held == CREDITS
    with database.begin() as connection:
        assert connection.execute(select(users.c.credits)).scalar_one() == 0
        grants = select(func.count()).where(credit_entries.c.kind == "purchase")
        assert connection.execute(grants).scalar_one() == 1
        assert connection.execute(select(func.sum(credit_holds.c.amount))).scalar_one() == CREDITS
