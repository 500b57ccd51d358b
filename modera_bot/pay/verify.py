"""`credits verify`: everything that is kept twice is computed once more from the entries."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from modera_bot.contracts import JobState, OrderState
from modera_bot.db.accounts import Entry
from modera_bot.db.schema import (
    credit_accounts,
    credit_entries,
    credit_holds,
    credit_transactions,
    credit_wallets,
    jobs,
    orders,
    users,
)
from modera_bot.pay.providers import PROVIDERS, load

_CENT = Decimal("0.01")


def verify(connection: Connection) -> list[str]:
    """Every difference there is, as a sentence; none if all is right."""
    sums = _sums(connection)
    return [
        *_accounts(connection, sums),
        *_people(connection, sums),
        *_holds(connection),
        *_orders(connection),
    ]


def _sums(connection: Connection) -> Counter[int]:
    """Account -> what its entries come to."""
    sums: Counter[int] = Counter()
    for column, sign in ((credit_entries.c.credit_id, 1), (credit_entries.c.debit_id, -1)):
        query = select(column, func.sum(credit_entries.c.amount)).group_by(column)
        for account_id, amount in connection.execute(query):
            sums[account_id] += sign * int(amount)
    return sums


def _accounts(connection: Connection, sums: Counter[int]) -> Iterator[str]:
    if total := sum(sums.values()):
        yield f"all accounts together come to {total}, not to 0"
    owned: set[int] = set()
    for row in connection.execute(select(credit_wallets)):
        owned |= {row.wallet_id, row.held_id, row.debt_id}
    for row in connection.execute(select(credit_accounts)):
        if row.balance is None:
            continue
        if row.balance != sums[row.id]:
            yield f"account {row.id}: balance {row.balance}, entries {sums[row.id]}"
        if row.id not in owned and sums[row.id]:
            yield f"account {row.id}: {sums[row.id]} credits of nobody"


def _people(connection: Connection, sums: Counter[int]) -> Iterator[str]:
    held = _by_user(connection, credit_holds, credit_holds.c.amount, state="held")
    shown = _by_user(connection, credit_transactions, credit_transactions.c.credits_amount)
    spent = _by_user(connection, orders, orders.c.reported, state=OrderState.PAID)
    query = select(users.c.id, users.c.credits, users.c.total_spent, credit_wallets).outerjoin(
        credit_wallets, credit_wallets.c.user_id == users.c.id
    )
    for row in connection.execute(query):
        wallet, reserved, debt = (sums[id_] for id_ in (row.wallet_id, row.held_id, row.debt_id))
        if row.credits != wallet:
            yield f"user {row.id}: {row.credits} credits, entries {wallet}"
        if reserved != held.get(row.id, 0):
            yield f"user {row.id}: {reserved} credits held, holds {held.get(row.id, 0)}"
        if (own := wallet + reserved + debt) != shown.get(row.id, 0):
            yield f"user {row.id}: entries {own}, transactions {shown.get(row.id, 0)}"
        paid = Decimal(spent.get(row.id, 0)).quantize(_CENT)
        if row.total_spent.quantize(_CENT) != paid:
            yield f"user {row.id}: spent {row.total_spent}, paid orders {paid}"


def _by_user(connection: Connection, table: Any, column: Any, **where: str) -> dict[int, Any]:
    conditions = [table.c[name] == value for name, value in where.items()]
    amount = func.sum(column).label("amount")
    query = select(table.c.user_id, amount).where(*conditions).group_by(table.c.user_id)
    return {row.user_id: row.amount for row in connection.execute(query)}


def _holds(connection: Connection) -> Iterator[str]:
    written: dict[str, dict[str, int]] = {}
    entries = select(credit_entries).where(credit_entries.c.hold_id.is_not(None))
    for entry in connection.execute(entries):
        written.setdefault(entry.hold_id, {})[entry.kind] = entry.amount
    settled = {"held": (), "captured": (Entry.CAPTURE,), "released": (Entry.RELEASE,)}
    ended = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    query = select(credit_holds, jobs.c.state.label("job_state")).outerjoin(
        jobs, jobs.c.id == credit_holds.c.job_id
    )
    for hold in connection.execute(query):
        kinds = (Entry.HOLD, *settled[hold.state]) if hold.amount else ()
        wanted = {str(kind): hold.amount for kind in kinds}
        if written.get(hold.id, {}) != wanted:
            yield f"hold {hold.id} is {hold.state}: entries {written.get(hold.id, {})}"
        if hold.state == "held" and (hold.job_state is None or hold.job_state in ended):
            yield f"hold {hold.id} has outlived its job"


def _orders(connection: Connection) -> Iterator[str]:
    """Each payment gave its credits once, and a refund took them once."""
    came: Counter[tuple[str, str]] = Counter()
    went: Counter[tuple[str, str]] = Counter()
    payments = select(credit_entries).where(credit_entries.c.provider.in_(PROVIDERS))
    for entry in connection.execute(payments):
        key = entry.provider, entry.payment_id
        if entry.kind in (Entry.PURCHASE, Entry.GRANT):
            came[key] += entry.amount
        elif entry.kind in (Entry.REFUND, Entry.DEBT):
            went[key] += entry.amount
    known = set()
    for order in connection.execute(select(orders).where(orders.c.paid_at.is_not(None))):
        known.add(key := (order.provider, order.payment_id))
        back = order.state == OrderState.REFUNDED
        never = back and not came[key]  # it was given back before we heard of it
        wanted = (0 if never else order.credits, order.credits if back and not never else 0)
        if (came[key], went[key]) != wanted:
            yield f"order {order.id} is {order.state}: {came[key]} came, {went[key]} went"
    yield from _unknown(connection, came, known)


def _unknown(
    connection: Connection, came: Counter[tuple[str, str]], known: set[tuple[str, str]]
) -> Iterator[str]:
    """Payments without an order may only be those of people who have been erased."""
    shown = credit_transactions
    query = select(shown.c.payment_provider, shown.c.payment_id).where(
        shown.c.payment_provider.in_(PROVIDERS)
    )
    for provider, payment_id in {tuple(row) for row in connection.execute(query)} - known:
        yield f"{load(provider).name} payment {payment_id}: {came[provider, payment_id]} came"
