"""Budgets for hosted models, and a row for each call: the meter over the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from modera_bot.config import BudgetSettings
from modera_bot.db import Database, ai_calls
from modera_bot.errors import BackendError, Code, ModeraError
from modera_bot.ml.metering import Call, Payer, Used, payer
from modera_bot.ml.transports.base import ProviderError


class DatabaseMeter:
    """Writes each call down before it is made, at the price expected: what is begun counts
    against the budgets at once, also if this process should die."""

    def __init__(self, database: Database, budget: BudgetSettings) -> None:
        self._database, self._budget = database, budget

    @contextmanager
    def measured(self, call: Call) -> Iterator[Used]:
        """See metering.Meter."""
        who = payer.get()
        with self._database.begin() as connection:
            self._check(connection, call, who)
            call_id = ai_calls.begin(
                connection,
                role=call.role,
                backend=call.backend,
                model=call.model,
                price_usd=call.price_usd,
                user_id=who.user_id if who else None,
                job_id=who.job_id if who else None,
                attempt=who.attempt if who else 0,
            )
        used, begun = Used(call.price_usd), time.monotonic()
        try:
            yield used
        except BaseException as error:
            if used.outcome == ai_calls.OK:
                code = error.code if isinstance(error, ModeraError) else Code.UNEXPECTED
                used.outcome = code.value
            raise
        finally:
            with self._database.begin() as connection:
                ai_calls.end(
                    connection,
                    call_id,
                    outcome=used.outcome,
                    seconds=time.monotonic() - begun,
                    price_usd=used.price_usd,
                    input_tokens=used.input_tokens,
                    output_tokens=used.output_tokens,
                )

    def _check(self, connection: Connection, call: Call, who: Payer | None) -> None:
        if call.price_usd <= 0:
            return
        if who is not None and ai_calls.bought_before(
            connection, who.job_id, who.attempt, call.role, call.backend
        ):
            detail = f"{call.backend}: an earlier attempt may have bought this"
            raise ProviderError(Code.BACKEND_FAILED, detail, accepted=True, passing=True)
        ai_calls.lock_budgets(connection)
        for what, limit, spent in self._limits(connection, who):
            if spent + call.price_usd > limit:
                detail = f"{what}: {spent:.2f} of {limit:g} US dollars are spent"
                raise BackendError(Code.BUDGET_SPENT, detail)

    def _limits(
        self, connection: Connection, who: Payer | None
    ) -> Iterator[tuple[str, float, float]]:
        """Name, limit and what is spent of each budget that is set."""
        budget, day, month = self._budget, ai_calls.of_day(), ai_calls.of_month()
        limits: list[tuple[str, float, datetime, int | None]] = [
            ("day_usd", budget.day_usd, day, None),
            ("month_usd", budget.month_usd, month, None),
        ]
        if who is not None:
            limits += [
                ("user_day_usd", budget.user_day_usd, day, who.user_id),
                ("user_month_usd", budget.user_month_usd, month, who.user_id),
            ]
        for name, limit, since, user_id in limits:
            if limit > 0:
                yield name, limit, ai_calls.spent(connection, since, user_id)
