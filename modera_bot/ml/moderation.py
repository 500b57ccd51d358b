"""A look at photos before anything is drawn of them: what is never drawn is refused."""

import logging
from collections.abc import Sequence
from typing import Protocol

from modera_bot.config import InferenceSettings
from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.ml.classifier import Classifier
from modera_bot.ml.metering import Meter
from modera_bot.ml.transports.base import Tick, patient
from modera_bot.pool import PicturePool

_log = logging.getLogger(__name__)


class Eye(Protocol):
    """Sees what is in pictures."""

    def flagged(self, pictures: Sequence[bytes], *, tick: Tick = patient) -> set[str]:
        """Names of what should not be in JPEG pictures. Raises BackendError."""
        ...

    def close(self) -> None: ...


class Moderation:
    """Refuses photos that nothing may be drawn of, as far as somebody can look at them."""

    def __init__(self, eye: Eye | None, provider: str, *, allow_unseen: bool) -> None:
        """`provider` is whose eye it is, "" for our own; `allow_unseen` is the operator's
        choice for photos that nobody could look at."""
        self._eye, self.provider, self._allow_unseen = eye, provider, allow_unseen

    @property
    def looks(self) -> bool:
        """Whether anybody looks at photos at all."""
        return self._eye is not None

    def close(self) -> None:
        """End what is being looked at."""
        if self._eye is not None:
            self._eye.close()

    def check(self, pictures: Sequence[bytes], agreed: set[str], tick: Tick = patient) -> None:
        """Raises Refusal. `agreed` are the providers that the photos may go to."""
        seen = False
        if self._eye is not None and (not self.provider or self.provider in agreed):
            try:
                found = self._eye.flagged(pictures, tick=tick)
            except BackendError as error:
                _log.warning("photos could not be looked at: %s", error)
            else:
                seen = True
                if found:
                    raise Refusal(Code.PICTURE_REFUSED, ", ".join(sorted(found)))
        if not seen and not self._allow_unseen:
            raise Refusal(Code.PICTURE_REFUSED, "nobody could look at the photos")


def moderation_of(settings: InferenceSettings, meter: Meter, pool: PicturePool) -> Moderation:
    """As the configuration wants it."""
    allow_unseen = settings.unmoderated == "allow"
    if not settings.moderation:
        return Moderation(None, "", allow_unseen=allow_unseen)
    if settings.moderation == "classifier":
        return Moderation(Classifier(settings.classifier, pool), "", allow_unseen=allow_unseen)
    from modera_bot.ml.transports.openai import OpenAITransport

    eye = OpenAITransport(settings.openai, meter)
    return Moderation(eye, settings.openai.provider, allow_unseen=allow_unseen)
