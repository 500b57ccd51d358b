"""A call of a hosted model: measured, within its deadline, repeated where safe, its errors ours."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from modera_bot.config import GeminiSettings, OpenAISettings
from modera_bot.errors import ModeraError, Refusal
from modera_bot.ml.metering import Call, Meter, Used
from modera_bot.ml.prices import Tokens, tokens_usd
from modera_bot.ml.transports.base import Answer, ProviderError, Tick
from modera_bot.ml.transports.resilience import Breaker, repeated
from modera_bot.ml.transports.waiting import Waiter

T = TypeVar("T")

#: Tokens of the longest question and answer there are, a style profile's: what a call is
#: expected to cost should be too much rather than too little.
ASKED, ANSWERED = 1500, 2500


class HostedTransport(ABC):
    """What the transports of all providers share; `translated` knows the SDK's errors."""

    def __init__(self, name: str, meter: Meter, *, retries: int) -> None:
        self.name = name
        self._meter, self._retries = meter, retries
        self._waiter, self._breaker = Waiter(name), Breaker(name)

    @abstractmethod
    def translated(self, error: Exception) -> ModeraError:
        """The SDK's error as a ProviderError or a Refusal."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Close the SDK's connections."""

    def close(self) -> None:
        """End what is being waited for."""
        self._waiter.close(self.disconnect)

    def _ask(
        self,
        role: str,
        settings: OpenAISettings | GeminiSettings,
        pictures: int,
        look: Callable[[float], Coroutine[Any, Any, tuple[Answer, Tokens]]],
        *,
        paid: bool,
        tick: Tick,
    ) -> Answer:
        """Have `look` (given the seconds left) answer a question about so many pictures."""
        model, seconds = settings.vision_model, settings.vision_timeout_s

        def price(tokens: Tokens) -> float:
            return tokens_usd(model, tokens) if paid else 0.0

        def account(used: Used, answer: tuple[Answer, Tokens]) -> None:
            tokens = answer[1]
            used.input_tokens, used.output_tokens = tokens.read, tokens.written
            used.price_usd = price(tokens)

        guess = Tokens(1500 * pictures + ASKED, ANSWERED)
        call = Call(role, self.name, model, price(guess))
        answer, _ = self._call(call, look, account, seconds=seconds, tick=tick, cheap=True)
        return answer

    def _call(
        self,
        call: Call,
        work: Callable[[float], Coroutine[Any, Any, T]],
        account: Callable[[Any, T], None],
        *,
        seconds: float,
        tick: Tick,
        cheap: bool = False,
    ) -> T:
        """Do `work` (given the seconds left) and have `account` write down what it has used.

        A `cheap` call is repeated even if the first one may be charged, too; each that may be
        counts at the price expected.
        """
        self._breaker.check()
        lost_usd = 0.0

        def once(left: float) -> T:
            nonlocal lost_usd
            try:
                return self._waiter.wait(work(left), left, tick)
            except Exception as error:
                failure = error if isinstance(error, ModeraError) else self.translated(error)
                if not isinstance(failure, Refusal) and getattr(failure, "accepted", True):
                    lost_usd += call.price_usd
                if failure is error:
                    raise
                raise failure from error

        with self._meter.measured(call) as used:
            try:
                result = repeated(
                    once, seconds=seconds, retries=self._retries, tick=tick, cheap=cheap
                )
            except ModeraError as error:
                used.outcome, used.price_usd = error.code.value, lost_usd
                if isinstance(error, ProviderError):
                    self._breaker.failed()
                elif isinstance(error, Refusal):
                    self._breaker.succeeded()
                raise
            self._breaker.succeeded()
            account(used, result)
            used.price_usd += lost_usd
            return result
