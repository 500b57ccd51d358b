"""Failures on demand: what a bot must live through, one rule each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["429", "500", "403", "hang", "drop", "drop_before", "slow"]
Network = Literal["good", "slow", "flaky"]
#: What a flaky network does in turn, with three calls that go well before each.
FLAKY: tuple[Kind | None, ...] = ("500", None, None, None, "drop_before", None, None, None, "429")
#: Seconds that each call takes in a slow network.
SLOW_S = 1.5
Hook = Callable[[str, int, Literal["before", "after"]], None]


@dataclass
class Rule:
    """Spoil calls of `method`.

    Attributes:
        method: a Bot API method, `download` for fetching a file, or `*` for every call except
            getUpdates (name that one to spoil it).
        kind: `429` (retry after `seconds`), `500`, `403` (blocked), `hang` (no answer for
            `seconds`), `drop` (do it, then close the connection without an answer),
            `drop_before` (close without doing it), `slow` (wait `seconds`, then do it).
        times: how many calls to spoil; None for all.
        after: how many matching calls pass unharmed first.
        seconds: see `kind`; for `hang` 0 means for ever.
    """

    method: str
    kind: Kind
    times: int | None = 1
    after: int = 0
    seconds: float = 0

    def matches(self, method: str) -> bool:
        """Whether a call of `method` is this rule's business."""
        return self.method == method or (self.method == "*" and method != "getUpdates")


class Faults:
    """The rules in force, first come first served, and a hook that sees every call.

    `on_call(method, n, when)` is called for every call but getUpdates, downloads included: `n`
    counts from 1; `before` it is done, and `after` it is done and durable but not yet answered.
    A crash test kills the bot there.

    `limits` switches on Telegram's real flood limits (see `limits.py`); `network` is how good
    the connection is: a slow one delays each call, a flaky one spoils each fourth.
    """

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.network: Network = "good"
        self._flaky = itertools.cycle((None, None, None, *FLAKY))
        self.on_call: Hook | None = None
        self.limits = False
        self.calls = 0

    def add(
        self,
        method: str,
        kind: Kind,
        *,
        times: int | None = 1,
        after: int = 0,
        seconds: float = 0,
    ) -> Rule:
        """Put a rule in force; its counts go down as it is used.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in get_args(Kind):
            raise ValueError(f"no fault of kind {kind!r}; choose from {', '.join(get_args(Kind))}")
        rule = Rule(method, kind, times, after, seconds)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Back to good weather."""
        self.rules.clear()
        self.limits = False
        self.network = "good"

    def take(self, method: str) -> Rule | None:
        """The rule that spoils this call, if any; counts the call on every matching rule."""
        for rule in self.rules:
            if not rule.matches(method) or rule.times == 0:
                continue
            if rule.after > 0:
                rule.after -= 1
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule
        return None if method == "getUpdates" else self._weather(method)

    def _weather(self, method: str) -> Rule | None:
        """What the network does to a call."""
        if self.network == "slow":
            return Rule(method, "slow", seconds=SLOW_S)
        kind = next(self._flaky) if self.network == "flaky" else None
        return Rule(method, kind, seconds=1) if kind else None

    def count(self, method: str) -> int:
        """Number this call, and tell the hook that it is about to be done."""
        self.calls += method != "getUpdates"
        self.notify(method, self.calls, "before")
        return self.calls

    def notify(self, method: str, n: int, when: Literal["before", "after"]) -> None:
        """Tell the hook."""
        if self.on_call is not None and method != "getUpdates":
            self.on_call(method, n, when)

    def as_json(self) -> list[dict[str, Any]]:
        """The rules with what is left of their counts."""
        return [asdict(rule) for rule in self.rules]
