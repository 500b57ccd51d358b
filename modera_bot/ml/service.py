"""Try-ons as jobs: pictures from storage, a backend that can do it, the result into storage."""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select

from modera_bot.contracts import EventKind, Stage, TryOnRequest, TryOnResult
from modera_bot.db import pictures, tryons
from modera_bot.db.schema import credit_holds, now
from modera_bot.errors import Code, JobError, ModeraError, Refusal, StorageError
from modera_bot.images import decode, encode, mark_ai_generated
from modera_bot.jobs import JobContext, Outcome
from modera_bot.ml.base import (
    GarmentPicture,
    Picture,
    Progress,
    TryOnBackend,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.pool import PicturePool
from modera_bot.storage import Storage

_log = logging.getLogger(__name__)

#: How long a draft that was shown meanwhile stays in storage. Its chat has it, nobody can open
#: it again, and whoever deletes the result means it as well.
PREVIEW_KEEP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A try-on and the name of the backend that made it."""

    backend: str
    draft: bool
    output: TryOnOutput


# --- choosing a backend -----------------------------------------------------------------


def try_on(
    task: TryOnTask,
    backends: Sequence[TryOnBackend],
    progress: Progress = silent,
    preview: Callable[[Made], None] | None = None,
) -> Made:
    """Have the first backend make the try-on that can and does.

    Backends are tried in their order; one that fails hands over to the next, one that
    refuses has given the answer. A draft backend runs before all others if one of those can
    serve the task too: what it makes goes to `preview`, its refusal stops nobody, and if all
    others fail its draft is the result. Raises Refusal, or the error of the failed backends:
    one that a retry may cure, if there is any.
    """
    able = [backend for backend in backends if _why_not(backend, task) is None]
    if not able:
        reasons = [_why_not(backend, task) for backend in backends]
        raise Refusal(reasons[0] or Code.BACKEND_UNAVAILABLE, "no backend can do this")
    drafts = [backend for backend in able if backend.capabilities.draft]
    others = [backend for backend in able if not backend.capabilities.draft]
    if not others:
        return _first(task, drafts, progress)
    draft = _draft(task, drafts, progress)
    if draft is not None and preview is not None:
        preview(draft)
    try:
        return _first(task, others, progress)
    except (JobError, Refusal):
        raise
    except Exception:
        if draft is None:
            raise
        return draft


def _why_not(backend: TryOnBackend, task: TryOnTask) -> Code | None:
    """Why a backend can't even be asked, None if it can."""
    can = backend.capabilities
    if len(task.garments) > can.max_garments:
        return Code.SEVERAL_GARMENTS_UNSUPPORTED
    wanted = {garment.category for garment in task.garments if garment.category is not None}
    return None if wanted <= can.categories else Code.CATEGORY_UNSUPPORTED


def _first(task: TryOnTask, backends: Sequence[TryOnBackend], progress: Progress) -> Made:
    """The result of the first backend that does not fail."""
    errors: list[Exception] = []
    for backend in backends:
        try:
            return _made(backend, task, progress)
        except (JobError, Refusal):
            raise
        except ModeraError as error:
            _log.warning("backend %s failed: %s", backend.name, error)
            errors.append(error)
        except Exception as error:
            _log.exception("backend %s failed", backend.name)
            errors.append(error)
    raise next((error for error in errors if _may_pass(error)), errors[-1])


def _draft(task: TryOnTask, backends: Sequence[TryOnBackend], progress: Progress) -> Made | None:
    """A draft ahead of the real thing, None if there can't be one; moves no progress bar."""

    def listen(stage: Stage, fraction: float) -> None:
        progress(Stage.READING, 0.0)

    try:
        return _first(task, backends, listen) if backends else None
    except JobError:
        raise
    except Exception as error:
        _log.info("no draft: %s", error)
        return None


def _made(backend: TryOnBackend, task: TryOnTask, progress: Progress) -> Made:
    return Made(backend.name, backend.capabilities.draft, backend.tryon(task, progress))


def _may_pass(error: Exception) -> bool:
    return isinstance(error, ModeraError) and not error.permanent


# --- the job ----------------------------------------------------------------------------


class TryOnService:
    """Handler of try-on jobs."""

    def __init__(
        self,
        storage: Storage,
        pool: PicturePool,
        backends: Sequence[TryOnBackend],
        *,
        keep: timedelta,
    ) -> None:
        """`keep` is how long results stay in storage."""
        self._storage, self._pool = storage, pool
        self._backends, self._keep = tuple(backends), keep

    def handle(self, context: JobContext) -> Outcome:
        """Make the try-on of a job; the result is in storage when this returns.

        Raises Refusal, PictureError, BackendError or StorageError.
        """
        begun = time.monotonic()
        request = TryOnRequest.model_validate(context.job.payload)
        context.progress(Stage.READING, 0.0)
        task = self._read(request)
        preview = partial(self._preview, context, begun)
        made = try_on(task, self._backends, context.progress, preview)
        context.progress(Stage.FINISHING, 0.95)
        result, record_picture = self._store(context, made, begun, "", self._keep)

        def record(connection: Connection) -> None:
            record_picture(connection)
            _record(connection, context, request, result)

        discard = partial(self._discard, result.result_key)
        return Outcome(result, record, free=made.draft, discard=discard)

    def _read(self, request: TryOnRequest) -> TryOnTask:
        return TryOnTask(
            self._picture(request.person_key),
            tuple(
                GarmentPicture(self._picture(garment.key), garment.category)
                for garment in request.garments
            ),
            request.quality,
            request.person_at,
        )

    def _picture(self, key: str) -> Picture:
        return self._pool.run(decode, self._storage.get(key))

    def _preview(self, context: JobContext, begun: float, made: Made) -> None:
        """Show a draft while the real thing is being made; can fail without harm."""
        try:
            result, record = self._store(context, made, begun, "-preview", PREVIEW_KEEP)
        except StorageError as error:
            _log.warning("job %s: no preview: %s", context.job.id, error)
            return
        try:
            told = context.emit(EventKind.PREVIEW, result, record)
        except JobError:
            self._discard(result.result_key)
            raise
        if not told:  # an earlier attempt has shown its draft
            self._discard(result.result_key)

    def _discard(self, key: str) -> None:
        """Remove a picture that nobody will see."""
        try:
            self._storage.delete(key)
        except StorageError as error:
            _log.warning("%s is left in storage: %s", key, error)

    def _store(
        self, context: JobContext, made: Made, begun: float, suffix: str, keep: timedelta
    ) -> tuple[TryOnResult, Callable[[Connection], None]]:
        """Encode, mark and keep a picture; returns its description and how to record it."""
        job = context.job
        key = f"users/{job.user_id}/results/{job.id}-{job.attempt}{suffix}.jpg"
        data = mark_ai_generated(self._pool.run(encode, made.output.picture))
        self._storage.put(key, data, "image/jpeg")
        height, width = made.output.picture.shape[:2]
        result = TryOnResult(
            tryon_id=job.id,
            result_key=key,
            backend=made.backend,
            draft=made.draft,
            categories=made.output.categories,
            width=width,
            height=height,
            seconds=time.monotonic() - begun,
            notices=made.output.notices,
            seed=made.output.seed,
        )
        record = partial(
            pictures.add,
            key=key,
            user_id=job.user_id,
            purpose="result",
            sha256=hashlib.sha256(data).hexdigest(),
            width=width,
            height=height,
            expires_at=now() + keep,
        )
        return result, record


def _record(
    connection: Connection, context: JobContext, request: TryOnRequest, result: TryOnResult
) -> None:
    """Write the try-on down with what it cost; drafts are free."""
    job = context.job
    held = select(credit_holds.c.amount).where(credit_holds.c.job_id == job.id)
    if len(request.garments) > 1:
        keys = tuple(garment.key for garment in request.garments)
        result = result.model_copy(update={"garment_keys": keys})
    tryons.add(
        connection,
        result=result,
        user_id=job.user_id,
        session_id=job.session_id,
        clothing_key=request.garments[0].key,
        person_key=request.person_key,
        credits_used=0 if result.draft else connection.execute(held).scalar_one(),
    )
