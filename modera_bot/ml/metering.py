"""What calls of hosted models cost: each is announced before it is made and told of afterwards.

    with meter.measured(Call(…)) as used:   # may say no: the budget is spent
        …the call…
        used.tokens(…), used.price_usd = …

For whom a call is made stands in a context variable, so that no backend has to carry it.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom calls are made: a person, by a job's attempt."""

    user_id: int
    job_id: str
    attempt: int


#: None where nobody's budget counts, like on the command line.
payer: ContextVar[Payer | None] = ContextVar("payer", default=None)


@contextmanager
def paid_by(who: Payer) -> Iterator[None]:
    """Make all calls in here for `who`."""
    token = payer.set(who)
    try:
        yield
    finally:
        payer.reset(token)


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made: `price_usd` is what it is expected to cost."""

    role: str  # tryon, fit, body, style, moderation
    backend: str
    model: str
    price_usd: float = 0.0


@dataclass(slots=True)
class Used:
    """What a call has used, as far as the provider says.

    `price_usd` starts as what was expected: a call that fails after it was accepted may be
    charged all the same; one that was turned down is set to 0.
    """

    price_usd: float
    input_tokens: int = 0
    output_tokens: int = 0
    outcome: str = "ok"


class Meter(Protocol):
    """Knows the budgets, and writes every call down."""

    def measured(self, call: Call) -> AbstractContextManager[Used]:
        """Wrap a call. Raises BackendError(BUDGET_SPENT) before it is made, or
        BackendError(BACKEND_FAILED) if an earlier attempt of the same job may have bought it."""
        ...


@dataclass(slots=True)
class Tally:
    """A meter that only adds up, without budgets: for the command line and for tests."""

    calls: list[tuple[Call, Used]] = field(default_factory=list)

    @contextmanager
    def measured(self, call: Call) -> Iterator[Used]:
        used = Used(call.price_usd)
        self.calls.append((call, used))
        yield used

    @property
    def spent_usd(self) -> float:
        return sum(used.price_usd for _, used in self.calls)
