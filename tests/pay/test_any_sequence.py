"""Whatever people, Telegram and workers do, in whatever order, and wherever a process dies.

A state machine against a pure model. Each step may die before any of its statements, as if the
plug were pulled: the database forgets the transaction, and the step comes again, as Telegram
delivers an update again and a lease runs out. After each step everything adds up.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, func, select

from modera_bot import privacy
from modera_bot.config import PaySettings, PromoSettings, StorageSettings
from modera_bot.contracts import Feature, JobKind, JobState
from modera_bot.db import Database, accounts
from modera_bot.db.schema import credit_entries, credit_holds, jobs, now, users
from modera_bot.errors import BackendError, Code, CreditsError, PaymentError
from modera_bot.jobs import JobContext, Outcome
from modera_bot.pay.credits import PaidCredits
from modera_bot.pay.service import PaymentService
from modera_bot.pay.verify import verify
from modera_bot.storage import open_storage
from tests.jobs.bench import REQUEST, Bench, outcome
from tests.servers.databases import KINDS, database_url, person

SETTINGS = PaySettings(enabled=True, starter=6, promo={"CODE": PromoSettings(credits=4, uses=2)})
PRICE = 3
#: Programs tried on each database; more of them for a night: EXAMPLES=500.
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
PEOPLE = st.integers(0, 2)
#: Before which statement of a step the process dies; a step that has fewer lives.
DIE = st.none() | st.integers(1, 14)


class Died(BaseException):
    """The process is gone. No `except Exception` may catch it."""


class Ledger(RuleBasedStateMachine):
    """The real thing and its model side by side."""

    kind = "sqlite"
    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        folder = Path(self._folder.name)
        self.database = Database(database_url(self.kind, folder))
        event.listen(self.database.engine, "before_cursor_execute", self._count)
        self._statements_left: int | None = None
        self.storage = open_storage(StorageSettings(folder=folder / "pictures"), b"secret")
        self.service = PaymentService(SETTINGS)
        self.bench = Bench(self.database)
        self.bench.credits = PaidCredits(SETTINGS)
        self.desk = self.bench.jobs()
        self._numbers = count(1)
        # the model
        self.people = [person(self.database, number) for number in range(1, 4)]
        self.given = [0, 0, 0]  # credits that came, less those that went back
        self.used = [0, 0, 0]  # without a job
        self._refunded: set[str] = set()
        self._counted: set[str] = set()
        self.paid: dict[str, int] = {}  # payment -> how often it must have been granted
        self.welcomed: set[int] = set()
        self.redeemed: set[int] = set()
        self.coupons = 0

    def teardown(self) -> None:
        self._let_leases_run_out()
        worker = self.bench.worker()
        worker.recover()
        self._make_all_due()
        while worker.run_next():
            pass
        with self.database.begin() as connection:
            held = select(func.count()).where(credit_holds.c.state == "held")
            assert connection.execute(held).scalar_one() == 0  # none outlives its lease
        self.adds_up()
        self.bench.close()
        self.database.close()
        self._folder.cleanup()

    # --- dying ---

    def _count(self, *_: Any) -> None:
        if self._statements_left is not None:
            self._statements_left -= 1
            if self._statements_left <= 0:
                self._statements_left = None
                raise Died

    @contextmanager
    def _dying(self, before: int | None) -> Iterator[None]:
        self._statements_left = before
        try:
            yield
        finally:
            self._statements_left = None

    def _surely(self, step: Callable[[], Any], die: int | None, again: bool = False) -> Any:
        """Do a step; where it dies, all must be as before, and it is done once more."""
        try:
            with self._dying(die):
                result = step()
        except Died:
            self.adds_up()
            result = step()
        if again:
            step()
        return result

    def _in_transaction(self, function: Callable[..., Any], *args: Any, **more: Any) -> Any:
        with self.database.begin() as connection:
            return function(connection, *args, **more)

    # --- people and their money ---

    @rule(target=payments, who=PEOPLE, monthly=st.booleans(), die=DIE)
    def order(self, who: int, monthly: bool, die: int | None) -> Any:
        user_id, session_id = self.people[who]
        values = {"currency": "XTR", "provider": "stars", "session_id": session_id}
        package = "monthly" if monthly else "basic"
        try:
            order, _ = self._surely(
                lambda: self._in_transaction(
                    self.service.purchase, user_id=user_id, package=package, **values
                ),
                die,
            )
        except PaymentError:  # has a subscription already
            return multiple()
        return who, user_id, order, f"charge-{next(self._numbers)}"

    @rule(payment=payments, die=DIE, again=st.booleans(), listed=st.booleans())
    def pay(self, payment: Any, die: int | None, again: bool, listed: bool) -> None:
        who, user_id, order, charge = payment
        if self.people[who][0] != user_id:  # erased meanwhile
            assert self._event(order, charge, listed=listed) is None
            return
        self._surely(lambda: self._event(order, charge, listed=listed), die, again)
        if self.paid.setdefault(charge, 1) and charge not in self._refunded:
            self._count_given(who, charge, order.credits)

    @rule(payment=payments, die=DIE, again=st.booleans())
    def renew(self, payment: Any, die: int | None, again: bool) -> None:
        """Another month of a subscription: another charge for the same order."""
        who, user_id, order, _ = payment
        if not order.monthly or self.people[who][0] != user_id:
            return
        charge = f"charge-{next(self._numbers)}"
        self._surely(lambda: self._event(order, charge), die, again)
        self.paid[charge] = 1
        self._count_given(who, charge, order.credits)

    @rule(payment=payments, die=DIE, again=st.booleans())
    def refund(self, payment: Any, die: int | None, again: bool) -> None:
        who, user_id, order, charge = payment
        back = {
            "telegram_payment_charge_id": charge,
            "invoice_payload": order.id,
            "total_amount": int(order.amount),
            "currency": "XTR",
        }
        step = {"refunded_payment": back}
        handled = self._surely(
            lambda: self._in_transaction(self.service.handle, "stars", step), die, again
        )
        if handled is None or charge in self._refunded or self.people[who][0] != user_id:
            return
        self._refunded.add(charge)
        if charge in self._counted:
            self.given[who] -= order.credits
        else:  # it went back before we heard that it came
            self.paid[charge] = 0

    def _count_given(self, who: int, charge: str, credits: int) -> None:
        if charge not in self._counted:
            self._counted.add(charge)
            self.given[who] += credits

    def _event(self, order: Any, charge: str, *, listed: bool = False) -> Any:
        if listed:
            source = {"type": "user", "invoice_payload": order.id}
            transaction = {"id": charge, "amount": int(order.amount), "date": 1, "source": source}
            if order.monthly:
                source["subscription_period"] = 2_592_000
                transaction["date"] = int(now().timestamp())
            told = {"star_transaction": transaction}
        else:
            paid = {
                "telegram_payment_charge_id": charge,
                "invoice_payload": order.id,
                "total_amount": int(order.amount),
                "currency": "XTR",
            }
            if order.monthly:
                paid["subscription_expiration_date"] = int(now().timestamp()) + 2_592_000
            told = {"successful_payment": paid}
        return self._in_transaction(self.service.handle, "stars", told)

    @rule(who=PEOPLE, die=DIE, again=st.booleans())
    def welcome(self, who: int, die: int | None, again: bool) -> None:
        user_id = self.people[who][0]
        self._surely(lambda: self._in_transaction(self.service.welcome, user_id), die, again)
        if user_id not in self.welcomed:
            self.welcomed.add(user_id)
            self.given[who] += SETTINGS.starter

    @rule(who=PEOPLE, die=DIE, again=st.booleans())
    def redeem(self, who: int, die: int | None, again: bool) -> None:
        user_id = self.people[who][0]
        step = lambda: self._in_transaction(self.service.redeem, user_id, "code")  # noqa: E731
        self._surely(step, die, again)
        if user_id not in self.redeemed and self.coupons < SETTINGS.promo["CODE"].uses:
            self.coupons += 1
            self.redeemed.add(user_id)
            self.given[who] += 4

    @rule(who=PEOPLE, amount=st.sampled_from([0, 5, 30]), die=DIE)
    def use(self, who: int, amount: int, die: int | None) -> None:
        user_id, wanted = self.people[who][0], f"session-{next(self._numbers)}"
        step = lambda: self._in_transaction(  # noqa: E731
            self.service.use, user_id, amount, Feature.STYLING, wanted
        )
        if self._spendable(who) < amount:
            with pytest.raises(CreditsError):
                self._surely(step, die)
        else:
            self._surely(step, die, again=True)
            self.used[who] += amount

    @rule(who=PEOPLE)
    def erase(self, who: int) -> None:
        """They go, and somebody new comes in their place."""
        privacy.erase(self.database, self.storage, self.people[who][0])
        self.people[who] = person(self.database, 100 + next(self._numbers))
        self.given[who] = self.used[who] = 0

    # --- their jobs ---

    @rule(who=PEOPLE, die=DIE)
    def submit(self, who: int, die: int | None) -> None:
        step = lambda: self._submit(who)  # noqa: E731
        if self._spendable(who) < PRICE:
            with pytest.raises(CreditsError):
                self._surely(step, die)
        else:
            self._surely(step, die)

    def _submit(self, who: int) -> None:
        user_id, session_id = self.people[who]
        with self.database.begin() as connection:
            self.desk.submit(
                connection,
                kind=JobKind.TRYON,
                user_id=user_id,
                session_id=session_id,
                payload=REQUEST,
                feature=Feature.TRYON,
                amount=PRICE,
            )

    @rule(ending=st.sampled_from(["done", "free", "failed"]), die=DIE)
    def work(self, ending: str, die: int | None) -> None:
        """A worker takes the next job; should it die, the lease runs out some time."""

        def handle(context: JobContext) -> Outcome:
            if ending == "failed":
                raise BackendError(Code.BACKEND_REFUSED)
            return outcome(context, free=ending == "free")

        self._make_all_due()
        try:
            with self._dying(die):
                self.bench.worker(handle).run_next()
        except Died:
            pass

    @rule(die=DIE)
    def sweep(self, die: int | None) -> None:
        self._let_leases_run_out()
        self._surely(self.bench.worker().recover, die, again=True)

    @rule(die=DIE)
    def cancel(self, die: int | None) -> None:
        with self.database.begin() as connection:
            query = select(jobs.c.id).where(jobs.c.state == JobState.QUEUED)
            queued = connection.execute(query).scalars().first()
        if queued is not None:
            self._surely(lambda: self._in_transaction(self.desk.cancel, queued), die, again=True)

    def _let_leases_run_out(self) -> None:
        with self.database.begin() as connection:
            running = jobs.update().where(jobs.c.state == "running")
            connection.execute(running.values(lease_until=now().replace(year=2000)))

    def _make_all_due(self) -> None:
        with self.database.begin() as connection:
            connection.execute(jobs.update().values(due_at=now().replace(year=2000)))

    # --- what is always true ---

    def _reserved_and_spent(self, user_id: int) -> int:
        """By the jobs alone: held while they go on, spent if they are done and not free."""
        with self.database.begin() as connection:
            query = (
                select(func.count())
                .select_from(jobs.join(credit_holds, credit_holds.c.job_id == jobs.c.id))
                .where(
                    jobs.c.user_id == user_id,
                    jobs.c.state.in_(["queued", "running"])
                    | ((jobs.c.state == "done") & (credit_holds.c.state == "captured")),
                )
            )
            return PRICE * connection.execute(query).scalar_one()

    def _spendable(self, who: int) -> int:
        with self.database.begin() as connection:
            query = select(users.c.credits).where(users.c.id == self.people[who][0])
            return connection.execute(query).scalar_one()

    @invariant()
    def adds_up(self) -> None:
        with self.database.begin() as connection:
            assert verify(connection) == []

    @invariant()
    def agrees_with_the_model(self) -> None:
        for who, (user_id, _) in enumerate(self.people):
            total = self.given[who] - self.used[who] - self._reserved_and_spent(user_id)
            wallet = self._spendable(who)
            assert wallet - self._owed(user_id) == total
            assert wallet >= 0

    def _owed(self, user_id: int) -> int:
        with self.database.begin() as connection:
            return accounts.lock(connection, user_id).owed

    @invariant()
    def each_payment_was_granted_once(self) -> None:
        with self.database.begin() as connection:
            query = (
                select(credit_entries.c.payment_id, func.count())
                .where(credit_entries.c.kind == "purchase")
                .group_by(credit_entries.c.payment_id)
            )
            granted = {row[0]: row[1] for row in connection.execute(query)}
        assert granted == {charge: 1 for charge, times in self.paid.items() if times}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_adds_up_after_each_step_and_each_death(kind: str) -> None:
    class Here(Ledger):
        pass

    Here.kind = kind
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
