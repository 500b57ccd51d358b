"""`modera-bot credits` and `bench ledger`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from modera_bot.cli import commands
from modera_bot.db import Database
from modera_bot.db.schema import credit_transactions
from tests.servers.databases import database_url, person

Run = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """With Anna, whose Telegram id is 7."""
    opened = Database(database_url("sqlite", tmp_path))
    person(opened, 7)
    return opened


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODERA_DATABASE__URL", f"sqlite:///{tmp_path}/modera.db")
    return lambda *words: CliRunner().invoke(commands, [*map(str, words)])


def test_a_grant_with_a_key_is_granted_once(run: Run, database: Database) -> None:
    for told in ("5 granted; balance 5", "nothing: k was granted before; balance 5"):
        ended = run("credits", "grant", 7, 5, "--reason", "sorry", "--id", "k")
        assert (ended.exit_code, ended.output.strip()) == (0, told)
    assert run("credits", "grant", 7, 1, "--reason", "again").output.strip().endswith("balance 6")
    assert run("credits", "balance", 7).output.strip() == "6"
    with database.begin() as connection:
        types = connection.execute(select(credit_transactions.c.transaction_type)).scalars()
        assert set(types) == {"grant"}
    assert run("credits", "verify").output.strip() == "Everything adds up."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("grant", 8, 5, "--reason", "x"), "nobody with the Telegram id 8"),
        (("balance", 8), "nobody with the Telegram id 8"),
        (("grant", 7, 0, "--reason", "x"), "0 is not in the range"),
        (("grant", 7, 5), "--reason"),
        (("refund", "abc"), "no payment has a receipt abc"),
    ],
)
def test_what_can_not_be_done_is_told(run: Run, words: tuple[object, ...], told: str) -> None:
    ended = run("credits", *words)
    assert ended.exit_code != 0
    assert told in ended.output


def test_verify_ends_with_a_fault_for_every_difference(run: Run, database: Database) -> None:
    run("credits", "grant", 7, 5, "--reason", "x")
    with database.begin() as connection:
        connection.execute(text("UPDATE users SET credits = 50"))
    ended = run("credits", "verify")
    assert ended.exit_code == 1
    assert "50 credits, entries 5" in ended.output


def test_bench_measures_the_ledger_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    before = {*tmp_path.iterdir()}
    ended = run("bench", "ledger", "--count", 64, "--callers", 4, "--json")
    figures = json.loads(ended.output)
    assert figures["engine"] == "sqlite"
    assert figures["differences"] == 0
    assert figures["grants_per_s"] > 0 < figures["uses_per_s"]
    assert {*tmp_path.iterdir()} == before
