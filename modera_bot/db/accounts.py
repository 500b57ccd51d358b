"""The accounts between which credits move, and the entries that move them.

An entry takes from one account (`debit_id`) and gives to another (`credit_id`), so the sum over
all accounts is 0 by construction. A trigger keeps the balances; a check refuses a negative one;
other triggers refuse to change or delete an entry. A person has three accounts:

    wallet  what they can spend; `users.credits` is its balance
    held    what is reserved for work that has not ended
    debt    what they owe, below 0, after a payment came back whose credits were spent

and the house has `ISSUED` (where credits come from), `SPENT` and `FORFEITED`. Accounts name
nobody: once a person is erased nothing leads to theirs any more, and the entries stay.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from modera_bot.db.once import InsertOnce
from modera_bot.db.schema import credit_accounts, credit_entries, credit_wallets, users

#: Numbers of the house's accounts, given by the migration. Their balances are summed when asked
#: for: kept, they would be a row that everybody waits for.
ISSUED, SPENT, FORFEITED = 1, 2, 3


class Entry(StrEnum):
    """Kinds of entries."""

    PURCHASE = "purchase"  # issued -> wallet
    GRANT = "grant"  # issued -> wallet, by the operator
    BONUS = "bonus"  # issued -> wallet: starter credits, promo codes
    HOLD = "hold"  # wallet -> held
    CAPTURE = "capture"  # held -> spent
    RELEASE = "release"  # held -> wallet
    REFUND = "refund"  # wallet -> issued: a payment was given back
    DEBT = "debt"  # debt -> issued: the part of it that was spent already
    REPAY = "repay"  # wallet -> debt
    FORFEIT = "forfeit"  # whatever an erased person had or owed


@dataclass(frozen=True, slots=True)
class Wallet:
    """Whose turn it is: a person's accounts, what they can spend, and what they owe."""

    user_id: int
    credits: int
    owed: int
    wallet_id: int
    held_id: int
    debt_id: int


# Made once: building a statement takes longer than the database takes to run it.

#: The person's row is the lock. Only its own columns are those of the last commit then; other
#: tables must be read by another statement (Postgres, "Read Committed Isolation Level").
_LOCK = (
    select(users.c.credits)
    .where(users.c.id == bindparam("user_id"))
    .with_for_update(key_share=True)
)
_ACCOUNTS = (
    select(
        credit_accounts.c.balance,
        credit_wallets.c.wallet_id,
        credit_wallets.c.held_id,
        credit_wallets.c.debt_id,
    )
    .join(credit_accounts, credit_accounts.c.id == credit_wallets.c.debt_id)
    .where(credit_wallets.c.user_id == bindparam("user_id"))
)
_ENTRY = credit_entries.insert()
_ENTRY_ONCE = InsertOnce(credit_entries, ["provider", "payment_id", "kind"], credit_entries.c.id)


def lock(connection: Connection, user_id: int) -> Wallet:
    """A person's accounts, made at the first use; nobody else moves them until the commit.

    Raises LookupError for somebody who is not there (any more).
    """
    key = {"user_id": user_id}
    credits = connection.execute(_LOCK, key).scalar_one_or_none()
    if credits is None:
        raise LookupError(f"no user {user_id}")
    row = connection.execute(_ACCOUNTS, key).one_or_none()
    debt, *accounts = (0, *_open(connection, user_id)) if row is None else row
    return Wallet(user_id, credits, -debt, *accounts)


def _open(connection: Connection, user_id: int) -> tuple[int, ...]:
    insert = credit_accounts.insert().returning(credit_accounts.c.id)
    accounts = {
        f"{kind}_id": connection.execute(insert.values(kind=kind, balance=0)).scalar_one()
        for kind in ("wallet", "held", "debt")
    }
    connection.execute(credit_wallets.insert().values(user_id=user_id, **accounts))
    return tuple(accounts.values())


def post(
    connection: Connection, kind: Entry, debit_id: int, credit_id: int, amount: int, hold_id: str
) -> None:
    """Write an entry of a hold. Raises IntegrityError when it would overdraw an account."""
    accounts = {"debit_id": debit_id, "credit_id": credit_id}
    entry = {"kind": kind, "amount": amount, "hold_id": hold_id}
    connection.execute(_ENTRY, accounts | entry)


def post_once(
    connection: Connection,
    kind: Entry,
    debit_id: int,
    credit_id: int,
    amount: int,
    *,
    provider: str,
    payment_id: str,
) -> bool:
    """Write an entry of a payment; False if this payment has one of this kind already."""
    accounts = {"debit_id": debit_id, "credit_id": credit_id}
    entry = {"kind": kind, "amount": amount, "provider": provider, "payment_id": payment_id}
    written = _ENTRY_ONCE.execute(connection, accounts | entry)
    return written.scalar_one_or_none() is not None


def balance(connection: Connection, account_id: int) -> int:
    """Of a person's account."""
    query = select(credit_accounts.c.balance).where(credit_accounts.c.id == account_id)
    return int(connection.execute(query).scalar_one())


def forfeit(connection: Connection, user_id: int) -> None:
    """Empty the accounts of somebody who is about to be erased: nobody will own them."""
    owned = select(credit_wallets.c.wallet_id).where(credit_wallets.c.user_id == user_id)
    if connection.execute(owned).first() is None:
        return
    wallet = lock(connection, user_id)
    for account_id in (wallet.wallet_id, wallet.held_id, wallet.debt_id):
        left = balance(connection, account_id)
        if left:
            pair = (account_id, FORFEITED) if left > 0 else (FORFEITED, account_id)
            connection.execute(
                credit_entries.insert().values(
                    kind=Entry.FORFEIT, debit_id=pair[0], credit_id=pair[1], amount=abs(left)
                )
            )
