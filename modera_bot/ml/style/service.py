"""Style advice: the first stylist that can and does."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from modera_bot.errors import JobError, ModeraError, Refusal
from modera_bot.ml.base import Progress, StyleBackend, StyleTask, silent
from modera_bot.style import StyleProfile

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Advised:
    """A profile and the name of the stylist that made it."""

    backend: str
    profile: StyleProfile


def advise_first(
    task: StyleTask, stylists: Sequence[StyleBackend], progress: Progress = silent
) -> Advised:
    """The advice of the first stylist that does not fail; one that refuses has answered.

    Raises Refusal, or the error of the failed stylists: one that a retry may cure, if any.
    """
    errors: list[Exception] = []
    for stylist in stylists:
        try:
            return Advised(stylist.name, stylist.style(task, progress))
        except (JobError, Refusal):
            raise
        except ModeraError as error:
            _log.warning("stylist %s failed: %s", stylist.name, error)
            errors.append(error)
        except Exception as error:
            _log.exception("stylist %s failed", stylist.name)
            errors.append(error)
    raise next((e for e in errors if isinstance(e, ModeraError) and not e.permanent), errors[-1])
