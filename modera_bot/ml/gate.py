"""What may be done with whose photos: asked before anything is made of them."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from modera_bot.db import Database, consents
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import Picture
from modera_bot.ml.moderation import Moderation
from modera_bot.ml.transports.base import Tick
from modera_bot.pool import PicturePool

#: Longest edge of a picture as it is looked at, in pixels.
LOOK = 768


class Named(Protocol):
    """Anything that gets photos, by the name that the configuration knows it by."""

    @property
    def name(self) -> str: ...


Backend = TypeVar("Backend", bound=Named)


class Gate:
    """Lets photos go to the providers that their owner has agreed to, and no bad ones at all."""

    def __init__(
        self, database: Database, recipients: Mapping[str, str], moderation: Moderation
    ) -> None:
        """`recipients` names the provider of each backend that is not our own."""
        self._database, self._recipients = database, recipients
        self._moderation = moderation

    def passed(self, user_id: int, backends: Sequence[Backend]) -> tuple[Backend, ...]:
        """The backends that may have a person's photos. Raises Refusal if there is none."""
        agreed = self._agreed(user_id)
        allowed = tuple(
            backend
            for backend in backends
            if self._recipients.get(backend.name, "") in {"", *agreed}
        )
        if not allowed:
            raise Refusal(Code.CONSENT_MISSING, "photos may not go to any backend")
        return allowed

    def look(
        self, user_id: int, pictures: Sequence[Picture], pool: PicturePool, tick: Tick
    ) -> None:
        """Have photos of a person moderated. Raises Refusal."""
        small = pool.run(_small, pictures) if self._moderation.looks else []
        self._moderation.check(small, self._agreed(user_id), tick)

    def _agreed(self, user_id: int) -> set[str]:
        with self._database.begin() as connection:
            return consents.agreed(connection, user_id, set(self._recipients.values()))


def _small(pictures: Sequence[Picture]) -> list[bytes]:
    """As they are looked at; runs in a picture process."""
    from modera_bot.images import encode
    from modera_bot.ml.colour import shrink

    return [encode(shrink(picture, LOOK)) for picture in pictures]
