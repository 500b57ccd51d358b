"""Credits move here, and nowhere else.

Every function runs in the caller's transaction and locks the person's row first, so that what a
person does happens one after the other, and no two transactions wait for each other. What an
entry says is repeated in `credit_transactions`, which people read, in the same transaction.

    issued ──grant──> wallet ──hold──> held ──capture──> spent
       ^                │ ^              │
       └──── refund ────┘ └── release ───┘
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection, bindparam, select

from modera_bot.contracts import Feature
from modera_bot.db import accounts
from modera_bot.db.accounts import ISSUED, SPENT, Entry, Wallet
from modera_bot.db.once import InsertOnce
from modera_bot.db.schema import credit_holds, credit_transactions, fashion_sessions, jobs, now
from modera_bot.errors import Code, CreditsError

#: What turns a session and a feature into the id of the one use that they may have.
_USES = UUID("6f1d4c1e-6a3b-4f0e-9a55-6b0c6f7f2a10")

# Made once, since they are in everybody's way.
_TRANSACTION = credit_transactions.insert()
_HOLD = InsertOnce(credit_holds, ["job_id"], credit_holds.c.id)
_HOLD_OF = select(credit_holds.c.id).where(credit_holds.c.job_id == bindparam("job"))
_SETTLE = (
    credit_holds.update()
    .where(credit_holds.c.id == bindparam("hold"), credit_holds.c.state == "held")
    .values(state=bindparam("to"), reason=bindparam("why"), settled_at=bindparam("at"))
    .returning(*(credit_holds.c[name] for name in ("user_id", "job_id", "feature", "amount")))
)
_SESSION_COST = (
    fashion_sessions.update()
    .where(fashion_sessions.c.id == bindparam("session"))
    .values(credits_used=fashion_sessions.c.credits_used + bindparam("amount"))
)
_JOB_COST = (
    fashion_sessions.update()
    .where(
        fashion_sessions.c.id
        == select(jobs.c.session_id).where(jobs.c.id == bindparam("job")).scalar_subquery()
    )
    .values(credits_used=fashion_sessions.c.credits_used + bindparam("amount"))
    .returning(fashion_sessions.c.id)
)


@dataclass(frozen=True, slots=True)
class Payment:
    """What credits were given for: `id` is the provider's, unique for each of its payments."""

    provider: str
    id: str
    cost: Decimal | None = None
    currency: str | None = None


def grant(
    connection: Connection, user_id: int, credits: int, kind: Entry, payment: Payment
) -> bool:
    """Give credits for a payment, once; False if that was done before.

    `kind` is PURCHASE, GRANT or BONUS. What the person owes is taken off at once. Raises
    LookupError when there is no such person.
    """
    wallet = accounts.lock(connection, user_id)
    if not _post(connection, kind, ISSUED, wallet.wallet_id, credits, payment):
        return False
    _show(connection, user_id, kind, credits, payment=payment)
    if wallet.owed:
        paid = min(wallet.owed, wallet.credits + credits)
        _post(connection, Entry.REPAY, wallet.wallet_id, wallet.debt_id, paid, payment)
    return True


def take_back(connection: Connection, user_id: int, credits: int, payment: Payment) -> None:
    """Take the credits of a payment that was given back; what is spent becomes a debt.

    The caller sees to it that this happens once for each payment.
    """
    wallet = accounts.lock(connection, user_id)
    there = min(wallet.credits, credits)
    parts = (Entry.REFUND, wallet.wallet_id, there), (Entry.DEBT, wallet.debt_id, credits - there)
    for kind, account_id, amount in parts:
        if amount:
            _post(connection, kind, account_id, ISSUED, amount, payment)
    _show(connection, user_id, Entry.REFUND, -credits, payment=payment)


def _post(
    connection: Connection, kind: Entry, debit_id: int, credit_id: int, amount: int, by: Payment
) -> bool:
    pair = debit_id, credit_id
    return accounts.post_once(
        connection, kind, *pair, amount, provider=by.provider, payment_id=by.id
    )


def hold(
    connection: Connection, *, user_id: int, amount: int, feature: Feature, job_id: str
) -> str:
    """Reserve credits for a job; the same job again gets the same hold.

    Raises CreditsError(NOT_ENOUGH_CREDITS).
    """
    wallet = accounts.lock(connection, user_id) if amount else None
    hold_id = _hold(connection, wallet, user_id, amount, feature, job_id)
    if hold_id is None:
        return str(connection.execute(_HOLD_OF, {"job": job_id}).scalar_one())
    return hold_id


def _hold(
    connection: Connection,
    wallet: Wallet | None,
    user_id: int,
    amount: int,
    feature: Feature,
    job_id: str,
) -> str | None:
    """A new hold's id; None if the job has one. Raises CreditsError."""
    if wallet is not None and wallet.credits < amount:
        if connection.execute(_HOLD_OF, {"job": job_id}).first() is not None:
            return None
        raise CreditsError(Code.NOT_ENOUGH_CREDITS, f"user {user_id}: {wallet.credits} of {amount}")
    hold_id = uuid4().hex
    what = {"user_id": user_id, "job_id": job_id, "feature": feature, "amount": amount}
    values = what | {"id": hold_id, "state": "held"}
    if _HOLD.execute(connection, values).scalar_one_or_none() is None:
        return None
    if wallet is not None:
        own = wallet.wallet_id, wallet.held_id
        accounts.post(connection, Entry.HOLD, *own, amount, hold_id)
    return hold_id


def capture(connection: Connection, hold_id: str) -> bool:
    """Spend what is held; False if the hold was settled before."""
    settled = _settle(connection, hold_id, "captured", None)
    if settled is None:
        return False
    user_id, job_id, feature, amount = settled
    if amount:
        wallet = accounts.lock(connection, user_id)
        accounts.post(connection, Entry.CAPTURE, wallet.held_id, SPENT, amount, hold_id)
        cost = {"job": job_id, "amount": amount}
        session_id = connection.execute(_JOB_COST, cost).scalar_one_or_none()
        _show(connection, user_id, "usage", -amount, feature=feature, session_id=session_id)
    return True


def release(connection: Connection, hold_id: str, reason: str) -> bool:
    """Give back what is held; False if the hold was settled before."""
    settled = _settle(connection, hold_id, "released", reason)
    if settled is None:
        return False
    user_id, _, _, amount = settled
    if amount:
        wallet = accounts.lock(connection, user_id)
        own = wallet.held_id, wallet.wallet_id
        accounts.post(connection, Entry.RELEASE, *own, amount, hold_id)
    return True


def _settle(
    connection: Connection, hold_id: str, state: str, reason: str | None
) -> tuple[int, str, Feature, int] | None:
    """Whose hold it was, its job, what for and how much; None if it was settled before."""
    values = {"hold": hold_id, "to": state, "why": reason, "at": now()}
    row = connection.execute(_SETTLE, values).one_or_none()
    return None if row is None else (row.user_id, row.job_id, Feature(row.feature), row.amount)


def use(
    connection: Connection, user_id: int, credits: int, feature: Feature, session_id: str
) -> bool:
    """Spend credits on a feature at once, once for each session; False if that was done before.

    `session_id` may be that of another program, too. Raises CreditsError(NOT_ENOUGH_CREDITS),
    and LookupError when there is no such person.
    """
    wallet = accounts.lock(connection, user_id)
    use_id = _use_id(user_id, feature, session_id)
    hold_id = _hold(connection, wallet if credits else None, user_id, credits, feature, use_id)
    if hold_id is None:
        return False
    _settle(connection, hold_id, "captured", None)
    if credits:
        accounts.post(connection, Entry.CAPTURE, wallet.held_id, SPENT, credits, hold_id)
        own = fashion_sessions.c.id == session_id, fashion_sessions.c.user_id == user_id
        known = connection.execute(select(fashion_sessions.c.id).where(*own)).scalar_one_or_none()
        _show(connection, user_id, "usage", -credits, feature=feature, session_id=known)
        if known is not None:
            connection.execute(_SESSION_COST, {"session": known, "amount": credits})
    return True


def used(connection: Connection, user_id: int, feature: Feature, session_id: str) -> int | None:
    """Credits that `use` has spent on a feature in a session; None if it was not called."""
    query = select(credit_holds.c.amount).where(
        credit_holds.c.job_id == _use_id(user_id, feature, session_id)
    )
    return connection.execute(query).scalar_one_or_none()


def _use_id(user_id: int, feature: Feature, session_id: str) -> str:
    """What stands for the one use that a session and a feature may have."""
    return uuid5(_USES, f"{user_id}:{session_id}:{feature}").hex


def _show(
    connection: Connection,
    user_id: int,
    kind: str,
    credits: int,
    *,
    payment: Payment | None = None,
    feature: Feature | None = None,
    session_id: str | None = None,
) -> None:
    """The same as people read it."""
    row = {
        "id": uuid4().hex,
        "user_id": user_id,
        "transaction_type": kind,
        "credits_amount": credits,
        "cost_amount": payment and payment.cost,
        "currency": payment and payment.currency,
        "payment_provider": payment and payment.provider,
        "payment_id": payment and payment.id,
        "feature_used": feature,
        "session_id": session_id,
    }
    connection.execute(_TRANSACTION, row)
