"""A call that is repeated: what each time may have cost is counted."""

from collections.abc import Iterator

import pytest

from modera_bot.config import OpenAISettings
from modera_bot.errors import Code, ModeraError, Refusal
from modera_bot.ml.metering import Tally
from modera_bot.ml.prices import Tokens
from modera_bot.ml.transports import hosted
from modera_bot.ml.transports.base import ProviderError
from modera_bot.ml.transports.hosted import HostedTransport

EXPECTED, USED = 0.5, 0.2

LOST = ProviderError(
    Code.BACKEND_FAILED, "half an answer", accepted=True, passing=True, retry_after=0
)
BUSY = ProviderError(Code.BACKEND_UNAVAILABLE, "busy", accepted=False, passing=True, retry_after=0)
BLOCKED = Refusal(Code.BACKEND_REFUSED)


class Scripted(HostedTransport):
    """Fails as it is told to, then answers."""

    def __init__(self, *errors: ModeraError) -> None:
        self.tally = Tally()
        super().__init__("scripted", self.tally, retries=2)
        self._errors = [*errors]

    def translated(self, error: Exception) -> ModeraError:
        raise AssertionError(error)

    async def disconnect(self) -> None:
        """Has no connections."""

    async def _look(self, left: float) -> tuple[str, Tokens]:
        if self._errors:
            raise self._errors.pop(0)
        return "an answer", Tokens(10, 10)

    def ask(self) -> str:
        settings = OpenAISettings(vision_timeout_s=20)
        return self._ask("style", settings, 1, self._look, paid=True, tick=lambda: None)

    @property
    def booked(self) -> float:
        ((_, used),) = self.tally.calls
        return used.price_usd


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Scripted]]:
    def price(model: str, tokens: Tokens) -> float:
        return USED if tokens == Tokens(10, 10) else EXPECTED

    monkeypatch.setattr(hosted, "tokens_usd", price)
    made: list[Scripted] = []
    yield made
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("errors", "booked"),
    [
        ([], USED),
        ([BUSY], USED),
        ([LOST], EXPECTED + USED),
        ([LOST, BUSY], EXPECTED + USED),
        ([LOST, LOST], 2 * EXPECTED + USED),
    ],
)
def test_an_answer_costs_with_all_that_may_be_charged_before_it(
    opened: list[Scripted], errors: list[ModeraError], booked: float
) -> None:
    transport = Scripted(*errors)
    opened.append(transport)
    assert transport.ask() == "an answer"
    assert transport.booked == pytest.approx(booked)


@pytest.mark.parametrize(
    ("errors", "booked"),
    [
        ([BUSY] * 3, 0.0),
        ([LOST] * 3, 3 * EXPECTED),
        ([LOST, BUSY, BUSY], EXPECTED),
        ([BLOCKED], 0.0),
        ([LOST, BLOCKED], EXPECTED),
    ],
)
def test_so_does_a_failure(
    opened: list[Scripted], errors: list[ModeraError], booked: float
) -> None:
    transport = Scripted(*errors)
    opened.append(transport)
    with pytest.raises(type(errors[-1])):
        transport.ask()
    assert transport.booked == pytest.approx(booked)
