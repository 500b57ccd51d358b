"""What a job has cost, for whoever tells its person."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from modera_bot.db.schema import credit_holds


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits of one job: held, captured or released."""

    amount: int
    state: str


def of_job(connection: Connection, job_id: str | None) -> Hold | None:
    """The hold of a job; None where nothing was to be paid."""
    holds = credit_holds
    query = select(holds.c.amount, holds.c.state).where(
        holds.c.job_id == job_id, holds.c.amount > 0
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Hold(row.amount, row.state)
