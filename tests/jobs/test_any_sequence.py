"""Whatever happens in whatever order, each hold is settled once, and only when its job ends."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from modera_bot.db import Database
from modera_bot.db.migrate import upgrade
from modera_bot.db.schema import credit_holds, jobs, metadata, now
from modera_bot.db.schema import events as events_table
from modera_bot.errors import BackendError, Code, ModeraError, Refusal
from modera_bot.jobs import JobContext, Outcome
from modera_bot.pay.free import FreeCredits
from tests.jobs.bench import Bench, outcome

ENDINGS: dict[str, ModeraError | None] = {
    "done": None,
    "done for free": None,
    "refused": Refusal(Code.LEANING),
    "to be tried again": BackendError(Code.BACKEND_FAILED, "", False),
}
TERMINAL = {"done", "failed", "cancelled"}


@dataclass(frozen=True)
class Submit:
    person: int


@dataclass(frozen=True)
class Cancel:
    job: int


@dataclass(frozen=True)
class Recover:
    """All leases run out and a sweep comes by."""


@dataclass(frozen=True)
class Run:
    """A worker runs the next job; `meanwhile` happens before the handler ends."""

    ending: str
    meanwhile: tuple["Step", ...] = ()


Step = Submit | Cancel | Recover | Run

simple = st.one_of(
    st.builds(Submit, st.integers(0, 2)),
    st.builds(Cancel, st.integers(0, 9)),
    st.just(Recover()),
    st.builds(Run, st.sampled_from([*ENDINGS])),
)
steps = st.recursive(
    simple,
    lambda inner: st.builds(
        Run, st.sampled_from([*ENDINGS]), st.lists(inner, max_size=4).map(tuple)
    ),
    max_leaves=12,
)


class CountingCredits(FreeCredits):
    """Counts how often a hold was really settled."""

    def __init__(self) -> None:
        self.settled: Counter[str] = Counter()

    def capture(self, conn: Connection, hold_id: str) -> bool:
        return self._count(hold_id, super().capture(conn, hold_id))

    def release(self, conn: Connection, hold_id: str, reason: str) -> bool:
        return self._count(hold_id, super().release(conn, hold_id, reason))

    def _count(self, hold_id: str, settled: bool) -> bool:
        self.settled[hold_id] += settled
        return settled


class World(Bench):
    """Three people, and everything that they and their workers may do."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.credits = CountingCredits()
        self._desk = self.jobs()
        self._visitors = [self.person() for _ in range(3)]
        self._submitted: list[str] = []
        self._free: set[str] = set()

    def take(self, step: Step) -> None:
        match step:
            case Submit(number):
                self._submitted.append(self.submit(self._visitors[number]))
            case Cancel(number) if self._submitted:
                self.cancel(self._submitted[number % len(self._submitted)])
            case Recover():
                self._let_leases_run_out()
                self.worker().recover()
            case Run(ending, meanwhile):
                self._make_all_due()
                self.worker(lambda context: self._handle(context, ending, meanwhile)).run_next()
        self.check()

    def _handle(self, context: JobContext, ending: str, meanwhile: tuple[Step, ...]) -> Outcome:
        for step in meanwhile:
            self.take(step)
        error = ENDINGS[ending]
        if error is not None:
            raise error
        free = ending == "done for free"

        def record(connection: Connection) -> None:
            if free:
                self._free.add(context.job.id)

        return outcome(context, record, free=free)

    def finish(self) -> None:
        """Let everything come to its end."""
        self._let_leases_run_out()
        worker = self.worker()
        worker.recover()
        self._make_all_due()
        while worker.run_next():
            pass
        self.check()

    def check(self) -> None:
        with self.database.begin() as connection:
            rows = connection.execute(select(jobs)).all()
            holds = dict(
                connection.execute(select(credit_holds.c.job_id, credit_holds.c.state)).all()
            )
            told = Counter(connection.execute(select(events_table.c.job_id)).scalars())
        for row in rows:
            wanted = "released" if row.state in TERMINAL else "held"
            if row.state == "done" and row.id not in self._free:
                wanted = "captured"
            assert holds[row.id] == wanted
            assert told[row.id] == (row.state in {"done", "failed"})
            assert self.credits.settled[row.hold_id] == (row.state in TERMINAL)
            assert (row.finished_at is not None) == (row.state in TERMINAL)
            assert (row.lease_until is not None) == (row.state == "running")

    def states(self) -> set[str]:
        with self.database.begin() as connection:
            return set(connection.execute(select(jobs.c.state)).scalars())

    def _let_leases_run_out(self) -> None:
        with self.database.begin() as connection:
            running = jobs.update().where(jobs.c.state == "running")
            connection.execute(running.values(lease_until=now().replace(year=2000)))

    def _make_all_due(self) -> None:
        with self.database.begin() as connection:
            connection.execute(jobs.update().values(due_at=now().replace(year=2000)))


@pytest.fixture(scope="module")
def in_memory() -> Iterator[Database]:
    database = Database("sqlite:///:memory:")
    upgrade(database)
    yield database
    database.close()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(program=st.lists(steps, min_size=1, max_size=12))
def test_states_holds_and_events_agree_after_each_step(
    in_memory: Database, program: list[Step]
) -> None:
    with in_memory.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    world = World(in_memory)
    for step in program:
        world.take(step)
    world.finish()
    assert world.states() <= TERMINAL
    world.close()
