"""What a result must be worth: below it there is one more attempt, or an honest note."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from modera_bot.contracts import Notice
from modera_bot.errors import JobError, ModeraError
from modera_bot.ml.base import QualityScore, TryOnBackend, TryOnOutput

_log = logging.getLogger(__name__)

Judge = Callable[[TryOnOutput], QualityScore]
Second = Literal["free", "always", "never"]


@dataclass(frozen=True, slots=True)
class Standards:
    """`least` is the lowest score (0 to 1) that goes without a note; `second` says which
    backends make a second attempt below it: those that cost nothing, all, none."""

    least: float
    second: Second

    def best(
        self, backend: TryOnBackend, attempt: Callable[[], TryOnOutput], judge: Judge
    ) -> TryOnOutput:
        """What `attempt` makes, or the better of two. Raises what the first one raises."""
        made = _judged(attempt(), judge)
        if self._enough(made):
            return made
        if self.second == "always" or (self.second == "free" and not backend.capabilities.hosted):
            made = max(made, self._again(backend, attempt, judge) or made, key=_total)
        if self._enough(made):
            return made
        return replace(made, notices=(*made.notices, Notice.BELOW_STANDARD))

    def _enough(self, output: TryOnOutput) -> bool:
        return output.quality is None or output.quality.total >= self.least

    def _again(
        self, backend: TryOnBackend, attempt: Callable[[], TryOnOutput], judge: Judge
    ) -> TryOnOutput | None:
        try:
            return _judged(attempt(), judge)
        except JobError:
            raise
        except ModeraError as error:  # there is a picture already
            _log.info("backend %s: no second attempt: %s", backend.name, error)
            return None


def _judged(output: TryOnOutput, judge: Judge) -> TryOnOutput:
    if output.quality is not None:
        return output
    try:
        return replace(output, quality=judge(output))
    except JobError:
        raise
    except ModeraError as error:
        _log.warning("a result could not be judged: %s", error)
        return output


def _total(output: TryOnOutput) -> float:
    return output.quality.total if output.quality else 1.0
