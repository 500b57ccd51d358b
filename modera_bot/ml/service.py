"""Try-ons as jobs: pictures from storage, a backend that can do it, the result into storage."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, select

from modera_bot.contracts import EventKind, Notice, Stage, TryOnRequest, TryOnResult
from modera_bot.db import pictures, tryons
from modera_bot.db.schema import credit_holds, now
from modera_bot.errors import Code, JobError, ModeraError, PoolError, Refusal, StorageError, hopeful
from modera_bot.images import decode
from modera_bot.jobs import JobContext, Outcome
from modera_bot.marking import Marker
from modera_bot.ml.base import (
    GarmentPicture,
    Picture,
    Progress,
    QualityScore,
    TryOnBackend,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.cache import Kept, ResultCache
from modera_bot.ml.forming import shown_to
from modera_bot.ml.gate import Gate
from modera_bot.ml.metering import Payer, paid_by
from modera_bot.ml.standards import Standards
from modera_bot.pool import PicturePool
from modera_bot.storage import Storage

_log = logging.getLogger(__name__)

#: How long a draft that was shown meanwhile stays in storage. Its chat has it, nobody can open
#: it again, and whoever deletes the result means it as well.
PREVIEW_KEEP = timedelta(hours=1)

Attempt = Callable[[], TryOnOutput]


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
    standards: Callable[[TryOnBackend, Attempt], TryOnOutput] | None = None,
) -> Made:
    """Have the first backend make the try-on that can and does.

    Backends are tried in their order; one that fails hands over to the next, one that
    refuses has given the answer. A draft backend runs before all others if one of those can
    serve the task too: what it makes goes to `preview`, its refusal stops nobody, and if all
    others fail its draft is the result, with a notice where
    it is worth asking again. `standards` has what the result is to be made as often
    as its quality wants; drafts on the way are not held to it. Raises Refusal, or the error of
    the failed backends: one that a retry may cure, if there is any.
    """
    able = [backend for backend in backends if _why_not(backend, task) is None]
    if not able:
        reasons = [_why_not(backend, task) for backend in backends]
        raise Refusal(reasons[0] or Code.BACKEND_UNAVAILABLE, "no backend can do this")
    drafts = [backend for backend in able if backend.capabilities.draft]
    others = [backend for backend in able if not backend.capabilities.draft]
    if not others:
        return _first(task, drafts, progress, standards)
    draft = _draft(task, drafts, progress)
    if draft is not None and preview is not None:
        preview(draft)
    try:
        return _first(task, others, progress, standards)
    except (JobError, Refusal):
        raise
    except Exception as error:
        if draft is None:
            raise
        _log.warning("only the draft is left: %s", error)
        if not (isinstance(error, ModeraError) and error.retry):
            return draft
        notices = (*draft.output.notices, Notice.ONLY_DRAFT)
        return replace(draft, output=replace(draft.output, notices=notices))


def _why_not(backend: TryOnBackend, task: TryOnTask | TryOnRequest) -> Code | None:
    """Why a backend can't even be asked, None if it can."""
    can = backend.capabilities
    if len(task.garments) > can.max_garments:
        return Code.SEVERAL_GARMENTS_UNSUPPORTED
    wanted = {garment.category for garment in task.garments if garment.category is not None}
    return None if wanted <= can.categories else Code.CATEGORY_UNSUPPORTED


def _first(
    task: TryOnTask,
    backends: Sequence[TryOnBackend],
    progress: Progress,
    standards: Callable[[TryOnBackend, Attempt], TryOnOutput] | None = None,
) -> Made:
    """The result of the first backend that does not fail."""
    errors: list[Exception] = []
    for backend in backends:
        try:
            attempt = partial(backend.tryon, task, progress)
            output = standards(backend, attempt) if standards else attempt()
            return Made(backend.name, backend.capabilities.draft, output)
        except (JobError, Refusal):
            raise
        except ModeraError as error:
            if backend is not backends[-1]:  # else whoever asked tells it
                _log.warning("backend %s failed: %s", backend.name, error)
            errors.append(error)
        except Exception as error:
            _log.exception("backend %s failed", backend.name)
            errors.append(error)
    raise hopeful(errors)


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
        cache: ResultCache | None = None,
        gate: Gate | None = None,
        marker: Marker | None = None,
        standards: tuple[Standards, Path] | None = None,
    ) -> None:
        """`keep` is how long results stay in storage; `cache` knows those from before, `gate`
        what may be done with whose photos, `marker` how results are marked, `standards`
        what they must be worth (and where the models are that judge them)."""
        self._storage, self._pool = storage, pool
        self._backends, self._keep, self._cache, self._gate = tuple(backends), keep, cache, gate
        self._marker, self._standards = marker or Marker(), standards

    def handle(self, context: JobContext) -> Outcome:
        """Make the try-on of a job; the result is in storage when this returns.

        Raises Refusal, PictureError, BackendError or StorageError.
        """
        begun = time.monotonic()
        request = TryOnRequest.model_validate(context.job.payload)
        context.progress(Stage.READING, 0.0)
        job = context.job
        backends = self._gate.passed(job.user_id, self._backends) if self._gate else self._backends
        if (kept := self._kept(context, request, backends)) is not None:
            return self._again(context, request, kept, begun)
        task = self._read(request)
        preview = partial(self._preview, context, begun)
        forming = partial(self._forming, context, task, begun, count())
        with paid_by(Payer(job.user_id, job.id, job.attempt)), shown_to(forming):
            if self._gate is not None:
                tick = partial(context.progress, Stage.READING, 0.0)
                self._gate.look(job.user_id, task.pictures, self._pool, tick)
            made = try_on(task, backends, context.progress, preview, self._held_to(task))
        context.progress(Stage.FINISHING, 0.95)
        data = self._marker.finished(made.output.picture, self._pool)
        result, record_picture = self._store(
            context, data, _described(context, made, begun), keep=self._keep
        )
        backend = next(each for each in self._backends if each.name == made.backend)
        fingerprint = None if made.draft else self._fingerprint(context, request, backend)
        record = partial(_record, context, request, result, record_picture, fingerprint)
        discard = partial(self._discard, result.result_key)
        return Outcome(result, record, free=_is_free(result), discard=discard)

    def _held_to(self, task: TryOnTask) -> Callable[[TryOnBackend, Attempt], TryOnOutput] | None:
        """Make a result as good as it must be."""
        if self._standards is None:
            return None
        standards, models = self._standards

        def judge(output: TryOnOutput) -> QualityScore:
            return self._pool.run(_judge, task, models, output)

        return lambda backend, attempt: standards.best(backend, attempt, judge)

    # --- results from before ---

    def _kept(
        self, context: JobContext, request: TryOnRequest, backends: Sequence[TryOnBackend]
    ) -> Kept | None:
        """The same result from before, if the backend whose turn it is has made it."""
        able = [each for each in backends if _why_not(each, request) is None]
        others = [each for each in able if not each.capabilities.draft]
        if self._cache is None or not others:
            return None
        fingerprint = self._fingerprint(context, request, others[0])
        return self._cache.find(context.job.user_id, fingerprint) if fingerprint else None

    def _fingerprint(
        self, context: JobContext, request: TryOnRequest, backend: TryOnBackend
    ) -> str | None:
        if self._cache is None:
            return None
        return self._cache.fingerprint(context.job.user_id, request, backend)

    def _again(
        self, context: JobContext, request: TryOnRequest, kept: Kept, begun: float
    ) -> Outcome:
        """A copy of it, which lives and is deleted on its own; free."""
        same = {"tryon_id": context.job.id, "seconds": time.monotonic() - begun, "cached": True}
        result, record_picture = self._store(
            context, kept.data, kept.result.model_copy(update=same), keep=self._keep
        )
        # not to be found itself: the first one is, as long as it is kept
        record = partial(_record, context, request, result, record_picture, None)
        discard = partial(self._discard, result.result_key)
        return Outcome(result, record, free=True, discard=discard)

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
            data = self._marker.finished(made.output.picture, self._pool)
            described = _described(context, made, begun)
            result, record = self._store(
                context, data, described, suffix="-preview", keep=PREVIEW_KEEP
            )
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

    def _forming(
        self,
        context: JobContext,
        task: TryOnTask,
        begun: float,
        numbers: Iterator[int],
        picture: Picture,
    ) -> None:
        """Show a picture as far as it has formed; can fail without harm."""
        categories = tuple(garment.category for garment in task.garments if garment.category)
        made = Made("", False, TryOnOutput(picture, categories))
        try:
            data = self._marker.finished(picture, self._pool)
            described = _described(context, made, begun)
            suffix = f"-forming-{next(numbers)}"
            result, record = self._store(context, data, described, suffix=suffix, keep=PREVIEW_KEEP)
        except (StorageError, PoolError) as error:
            _log.info("job %s: not shown as it forms: %s", context.job.id, error)
            return
        try:
            context.emit(EventKind.FORMING, result, record)
        except JobError:
            self._discard(result.result_key)
            raise

    def _discard(self, key: str) -> None:
        """Remove a picture that nobody will see."""
        try:
            self._storage.delete(key)
        except StorageError as error:
            _log.warning("%s is left in storage: %s", key, error)

    def _store(
        self,
        context: JobContext,
        data: bytes,
        result: TryOnResult,
        *,
        keep: timedelta,
        suffix: str = "",
    ) -> tuple[TryOnResult, Callable[[Connection], None]]:
        """Keep a picture; returns its description with its key, and how to record it."""
        job = context.job
        key = f"users/{job.user_id}/results/{job.id}-{job.attempt}{suffix}.jpg"
        self._storage.put(key, data, "image/jpeg")
        record = partial(
            pictures.add,
            key=key,
            user_id=job.user_id,
            purpose="result",
            sha256=hashlib.sha256(data).hexdigest(),
            width=result.width,
            height=result.height,
            expires_at=now() + keep,
        )
        return result.model_copy(update={"result_key": key}), record


def _described(context: JobContext, made: Made, begun: float) -> TryOnResult:
    """What is told of a try-on; its picture has no key yet."""
    height, width = made.output.picture.shape[:2]
    return TryOnResult(
        tryon_id=context.job.id,
        result_key="",
        backend=made.backend,
        draft=made.draft,
        categories=made.output.categories,
        width=width,
        height=height,
        seconds=time.monotonic() - begun,
        notices=made.output.notices,
        quality_score=made.output.quality.total if made.output.quality else None,
        quality_parts=asdict(made.output.quality) if made.output.quality else {},
        seed=made.output.seed,
    )


def _is_free(result: TryOnResult) -> bool:
    """Drafts are, and what was made before, and what has not come out well."""
    return result.draft or result.cached or Notice.BELOW_STANDARD in result.notices


def _judge(task: TryOnTask, models: Path, output: TryOnOutput) -> QualityScore:
    """Runs in a picture process."""
    from modera_bot.ml.quality import judged

    return judged(task, output, models)


def _record(
    context: JobContext,
    request: TryOnRequest,
    result: TryOnResult,
    record_picture: Callable[[Connection], None],
    fingerprint: str | None,
    connection: Connection,
) -> None:
    """Write the try-on down with what it cost; some results are free."""
    record_picture(connection)
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
        credits_used=0 if _is_free(result) else connection.execute(held).scalar_one(),
        fingerprint=fingerprint,
    )
