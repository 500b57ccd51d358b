"""What all transports have in common: their errors, and the questions a vision model answers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel

from modera_bot.errors import BackendError, Code

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer", bound=BaseModel)

#: Called several times a second while a call waits; what it raises ends the call.
Tick = Callable[[], None]


def patient() -> None:
    """A Tick for callers who wait to the end."""


class ProviderError(BackendError):
    """A hosted model could not be used.

    `accepted`: the provider may have done the work and charge for it, so the same must not be
    bought again without being asked for. `retry_after` is how many seconds it wants to be left
    alone, None if it doesn't say.
    """

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        accepted: bool,
        passing: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """`passing`: the fault may be gone soon."""
        super().__init__(code, detail, accepted or not passing)
        self.accepted, self.passing, self.retry_after = accepted, passing, retry_after

    @property
    def retry(self) -> bool:
        """What may have been bought is bought again only for a person who asks for it."""
        return self.passing


class Unreadable(BackendError):
    """A model of our own wrote what has not the form that was asked for, or no end; the same
    question is answered the same again, another one may not be. The detail says what is wrong.
    """


def unavailable(
    detail: str, *, passing: bool = False, retry_after: float | None = None
) -> ProviderError:
    """It was turned down, or could not even be asked."""
    return ProviderError(
        Code.BACKEND_UNAVAILABLE, detail, accepted=False, passing=passing, retry_after=retry_after
    )


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What the header Retry-After says in seconds."""
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None


class Vision(Protocol):
    """A model that looks at pictures and answers in a given form."""

    name: str

    def structured(
        self,
        prompt: str,
        pictures: Sequence[bytes],
        schema: type[Answer],
        *,
        role: str,
        tick: Tick = patient,
    ) -> Answer:
        """Answer `prompt` about JPEG `pictures`, in their order, as a `schema`.

        `role` is what the call is written down as. Raises ProviderError (Unreadable, if the
        model is our own and its answer can't be read), or Refusal when the model won't look at
        these pictures.
        """
        ...

    def close(self) -> None:
        """End what is being waited for."""


def asked(
    visions: Sequence[Vision],
    prompt: str,
    pictures: Sequence[bytes],
    schema: type[Answer],
    *,
    role: str,
) -> Answer:
    """The answer of the first that gives one; a refusal is an answer.

    Raises Refusal, or the last one's BackendError.
    """
    failed: BackendError = unavailable(f"nobody answers questions of {role}")
    for vision in visions:
        try:
            return vision.structured(prompt, pictures, schema, role=role)
        except BackendError as error:
            _log.warning("%s: %s", vision.name, error)
            failed = error
    raise failed
