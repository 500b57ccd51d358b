"""Style advice as jobs: the first stylist that can and does, and a card of what it says."""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from modera_bot.contracts import Stage, StylingResult
from modera_bot.db import analyses, pictures
from modera_bot.db.schema import credit_holds, now
from modera_bot.errors import Code, JobError, ModeraError, Refusal, StorageError, hopeful
from modera_bot.images import decode, encode, mark_ai_generated
from modera_bot.jobs import JobContext, Outcome
from modera_bot.ml.base import Picture, Progress, StyleBackend, StyleTask, silent
from modera_bot.ml.gate import Gate
from modera_bot.ml.metering import Payer, paid_by
from modera_bot.pool import PicturePool
from modera_bot.storage import Storage
from modera_bot.style import StyleProfile, StyleRequest

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

    A provider whose moderation blocks the photo has failed: the photo goes to no other
    provider then, but stylists of our own may look. Raises Refusal, or the error of the failed
    stylists: one that a retry may cure, if any.
    """
    errors: list[Exception] = []
    blocked = False
    for stylist in stylists:
        if blocked and stylist.hosted:
            continue
        try:
            return Advised(stylist.name, stylist.style(task, progress))
        except JobError:
            raise
        except ModeraError as error:
            blocked = blocked or error.code is Code.BACKEND_REFUSED
            if isinstance(error, Refusal) and error.code is not Code.BACKEND_REFUSED:
                raise
            _log.warning("stylist %s failed: %s", stylist.name, error)
            errors.append(error)
        except Exception as error:
            _log.exception("stylist %s failed", stylist.name)
            errors.append(error)
    raise hopeful(errors)


class StyleService:
    """Handler of styling jobs: a photo from storage, advice, a card into storage."""

    def __init__(
        self,
        storage: Storage,
        pool: PicturePool,
        stylists: Sequence[StyleBackend],
        models: Path,
        *,
        keep: timedelta,
        gate: Gate,
    ) -> None:
        """`keep` is how long cards stay in storage, `gate` what may be done with whose photos."""
        self._storage, self._pool, self._models = storage, pool, models
        self._gate = gate
        self._stylists, self._keep = tuple(stylists), keep

    def handle(self, context: JobContext) -> Outcome:
        """Advise; the card is in storage when this returns.

        Raises Refusal, PictureError, BackendError or StorageError.
        """
        begun, job = time.monotonic(), context.job
        request = StyleRequest.model_validate(job.payload)
        context.progress(Stage.READING, 0.0)
        stylists = self._gate.passed(job.user_id, self._stylists)
        task = StyleTask(
            self._pool.run(decode, self._storage.get(request.person_key)),
            request.preferences,
            request.language,
            request.person_at,
            request.past,
        )
        with paid_by(Payer(job.user_id, job.id, job.attempt)):
            tick = partial(context.progress, Stage.READING, 0.0)
            self._gate.look(job.user_id, [task.person], self._pool, tick)
            advised = advise_first(task, stylists, context.progress)
        context.progress(Stage.FINISHING, 0.9)
        card, width, height = self._pool.run(
            make_card, advised.profile, task.person, task.person_at, self._models
        )
        key = f"users/{job.user_id}/results/{job.id}-{job.attempt}.jpg"
        self._storage.put(key, card, "image/jpeg")
        result = StylingResult(
            analysis_id=job.id,
            card_key=key,
            backend=advised.backend,
            width=width,
            height=height,
            seconds=time.monotonic() - begun,
        )

        def record(connection: Connection) -> None:
            pictures.add(
                connection,
                key=key,
                user_id=job.user_id,
                purpose="result",
                sha256=hashlib.sha256(card).hexdigest(),
                width=width,
                height=height,
                expires_at=now() + self._keep,
            )
            held = select(credit_holds.c.amount).where(credit_holds.c.job_id == job.id)
            analyses.add(
                connection,
                analysis_id=job.id,
                user_id=job.user_id,
                session_id=job.session_id,
                photo_key=request.person_key,
                card_key=key,
                profile=advised.profile,
                credits_used=connection.execute(held).scalar_one(),
            )

        return Outcome(result, record, free=False, discard=lambda: self._discard(key))

    def _discard(self, key: str) -> None:
        """Remove a card that nobody will see."""
        try:
            self._storage.delete(key)
        except StorageError as error:
            _log.warning("%s is left in storage: %s", key, error)


def make_card(
    profile: StyleProfile, person: Picture, at: tuple[float, float] | None, models: Path
) -> tuple[bytes, int, int]:
    """The card as a JPEG that says what made it, its width and its height, with the face of
    the person at a point. Runs in a picture process."""
    from modera_bot.ml.style.card import draw_card, portrait

    card = draw_card(profile, portrait(person, at, models))
    return mark_ai_generated(encode(card)), card.shape[1], card.shape[0]
