"""Try-on jobs: pictures come from storage, results go there, and the records agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from modera_bot.config import Settings, StorageSettings
from modera_bot.contracts import (
    Category,
    EventKind,
    Failure,
    Feature,
    GarmentRef,
    JobKind,
    Notice,
    TryOnRequest,
    TryOnResult,
)
from modera_bot.db import Database, accounts, pictures, tryons
from modera_bot.db.schema import credit_holds, now
from modera_bot.errors import BackendError, Code, Refusal, StorageError
from modera_bot.images import SOURCE_TYPE, decode, encode
from modera_bot.jobs import Handler, JobContext, Outcome
from modera_bot.ml.base import (
    BackendContext,
    Progress,
    QualityScore,
    TryOnBackend,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.service import TryOnService
from modera_bot.ml.standards import Standards
from modera_bot.pay import ledger
from modera_bot.pool import PicturePool
from modera_bot.storage import Storage, open_storage
from tests.fakes import PaintTryOn, SketchTryOn, conduct, sketch_conduct
from tests.jobs.bench import Bench, in_thread
from tests.servers.databases import database_url

KEEP = timedelta(days=7)


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    made = PicturePool(workers=1)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def well_behaved() -> Iterator[None]:
    for each in (conduct, sketch_conduct):
        each.reset()
    yield
    for each in (conduct, sketch_conduct):
        each.reset()


class Studio(Bench):
    """A bench with a storage and the try-on service as the handler."""

    def __init__(self, database: Database, storage: Storage, pool: PicturePool) -> None:
        super().__init__(database)
        self.storage, self.pool = storage, pool
        self.user_id, self.session_id = self.person()
        self.person_key = f"users/{self.user_id}/photos/person.jpg"
        self.garment_key = f"users/{self.user_id}/photos/garment.jpg"
        storage.put(self.person_key, encode(flat(800, 600, 200)), "image/jpeg")
        storage.put(self.garment_key, encode(flat(300, 300, 20)), "image/jpeg")

    def order(self, person_at: tuple[float, float] | None = None) -> str:
        request = TryOnRequest(
            person_key=self.person_key,
            person_at=person_at,
            garments=(GarmentRef(key=self.garment_key, category=Category.TOPS),),
        )
        with self.database.begin() as connection:
            return self._desk.submit(
                connection,
                kind=JobKind.TRYON,
                user_id=self.user_id,
                session_id=self.session_id,
                payload=request,
                feature=Feature.TRYON,
                amount=0,
            )

    def charge(self, job_id: str, amount: int) -> None:
        """Hold so many credits for a job that was ordered for nothing."""
        payment = ledger.Payment("tests", job_id)
        with self.database.begin() as connection:
            ledger.grant(connection, self.user_id, amount, accounts.Entry.GRANT, payment)
            wallet = accounts.lock(connection, self.user_id)
            held = credit_holds.c.job_id == job_id
            connection.execute(credit_holds.update().where(held).values(amount=amount))
            query = select(credit_holds.c.id).where(held)
            hold_id = connection.execute(query).scalar_one()
            own = wallet.wallet_id, wallet.held_id
            accounts.post(connection, accounts.Entry.HOLD, *own, amount, hold_id)

    def handler(self, *names: type[PaintTryOn]) -> Handler:
        context = BackendContext(self.pool, Settings())
        backends: list[TryOnBackend] = [name(context) for name in names or (PaintTryOn,)]
        return TryOnService(self.storage, self.pool, backends, keep=KEEP).handle

    def serve(self, *names: type[PaintTryOn]) -> None:
        assert self.worker(self.handler(*names)).run_next()

    def results(self) -> list[str]:
        return list(self.storage.keys(f"users/{self.user_id}/results/"))

    def recorded(self) -> list[str]:
        with self.database.begin() as connection:
            return [row.key for row in pictures.of_user(connection, self.user_id)]


def flat(height: int, width: int, value: int) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


@pytest.fixture
def studio(tmp_path: Path, pool: PicturePool) -> Iterator[Studio]:
    database = Database(database_url("sqlite", tmp_path))
    storage = open_storage(StorageSettings(folder=tmp_path / "pictures"), b"secret")
    made = Studio(database, storage, pool)
    yield made
    conduct.gate.set()
    made.close()
    database.close()


def test_a_backend_is_told_who_was_chosen(studio: Studio) -> None:
    for person_at in (None, (0.25, 0.5)):
        studio.order(person_at)
        studio.serve()
    assert [task.person_at for task in conduct.calls] == [None, (0.25, 0.5)]


def test_a_result_is_kept_marked_recorded_and_told(studio: Studio) -> None:
    job_id = studio.order()
    studio.serve()
    (event,) = studio.told()
    made = event.data
    assert isinstance(made, TryOnResult)
    assert (event.kind, made.tryon_id, made.backend, made.draft) == (
        EventKind.DONE,
        job_id,
        "paint",
        False,
    )
    assert studio.results() == studio.recorded() == [made.result_key]
    assert made.result_key == f"users/{studio.user_id}/results/{job_id}-1.jpg"
    data = studio.storage.get(made.result_key)
    assert SOURCE_TYPE.encode() in data
    assert decode(data).shape == (made.height, made.width, 3) == (800, 600, 3)
    with studio.database.begin() as connection:
        picture = pictures.get(connection, made.result_key)
        tryon = tryons.get(connection, job_id, studio.user_id)
    assert picture is not None
    assert tryon is not None
    assert picture.expires_at is not None
    assert picture.expires_at - picture.created_at > KEEP - timedelta(minutes=1)
    assert (tryon.result, tryon.session_id) == (made, studio.session_id)
    assert (tryon.clothing_key, tryon.person_key) == (studio.garment_key, studio.person_key)
    assert studio.hold(job_id) == "captured"


def test_the_backend_gets_the_pictures_and_what_is_known_of_them(studio: Studio) -> None:
    studio.order()
    studio.serve()
    (task,) = conduct.calls
    (garment,) = task.garments
    assert (task.person.shape, garment.picture.shape) == ((800, 600, 3), (300, 300, 3))
    assert (task.person.mean(), garment.picture.mean()) == (200, 20)
    assert garment.category is Category.TOPS


@pytest.mark.parametrize(
    ("backend", "hold", "used"), [(PaintTryOn, "captured", 3), (SketchTryOn, "released", 0)]
)
def test_a_try_on_costs_what_was_held_and_a_draft_nothing(
    studio: Studio, backend: type[PaintTryOn], hold: str, used: int
) -> None:
    job_id = studio.order()
    studio.charge(job_id, 3)
    studio.serve(backend)
    with studio.database.begin() as connection:
        tryon = tryons.get(connection, job_id, studio.user_id)
    assert tryon is not None
    assert (studio.hold(job_id), tryon.credits_used) == (hold, used)
    assert tryon.result.draft == (used == 0)


class PoorTryOn(PaintTryOn):
    """Its pictures don't come out well, and it knows."""

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        return replace(super().tryon(task, progress), quality=QualityScore(1.0, 1.0, 0.01, 1.0))


def test_what_has_not_come_out_well_says_so_and_costs_nothing(
    studio: Studio, tmp_path: Path
) -> None:
    job_id = studio.order()
    backend = PoorTryOn(BackendContext(studio.pool, Settings()))
    standards = Standards(0.7, "free"), tmp_path
    service = TryOnService(studio.storage, studio.pool, [backend], keep=KEEP, standards=standards)
    assert studio.worker(service.handle).run_next()
    (event,) = studio.told()
    assert isinstance(event.data, TryOnResult)
    assert event.data.notices == (Notice.BELOW_STANDARD,)
    assert event.data.quality_score == pytest.approx(0.01**0.25)
    assert event.data.quality_parts["garment"] == 0.01
    assert (studio.hold(job_id), len(conduct.calls)) == ("released", 2)


def test_a_draft_is_shown_while_the_real_thing_is_made(studio: Studio) -> None:
    job_id = studio.order()
    studio.serve(SketchTryOn, PaintTryOn)
    preview, done = studio.told()
    assert isinstance(preview.data, TryOnResult)
    assert isinstance(done.data, TryOnResult)
    assert (preview.kind, preview.data.backend) == (EventKind.PREVIEW, "sketch")
    assert (done.kind, done.data.backend) == (EventKind.DONE, "paint")
    assert studio.results() == sorted(studio.recorded())
    assert set(studio.results()) == {preview.data.result_key, done.data.result_key}
    assert studio.hold(job_id) == "captured"
    soon = now() + timedelta(hours=1)
    with studio.database.begin() as connection:
        assert [row.key for row in pictures.expired(connection, soon)] == [preview.data.result_key]


def test_a_second_attempt_shows_no_second_draft_and_leaves_no_picture_of_it(
    studio: Studio,
) -> None:
    job_id = studio.order()
    handler = studio.handler(SketchTryOn, PaintTryOn)

    def lose_the_first_result(context: JobContext) -> Outcome:
        outcome = handler(context)
        if context.job.attempt == 1:
            outcome.discard()
            raise StorageError(Code.STORAGE_UNAVAILABLE)
        return outcome

    worker = studio.worker(lose_the_first_result)
    worker.run_next()
    studio.make_due(job_id)
    worker.run_next()
    assert [event.kind for event in studio.told()] == [EventKind.PREVIEW, EventKind.DONE]
    assert sorted(studio.recorded()) == studio.results()
    assert len(studio.results()) == 2


def test_a_storage_that_refuses_the_preview_does_not_stop_the_result(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = studio.storage.put

    def put_no_preview(key: str, data: bytes, content_type: str) -> None:
        if "preview" in key:
            raise StorageError(Code.STORAGE_UNAVAILABLE)
        put(key, data, content_type)

    monkeypatch.setattr(studio.storage, "put", put_no_preview)
    studio.order()
    studio.serve(SketchTryOn, PaintTryOn)
    assert [event.kind for event in studio.told()] == [EventKind.DONE]


def test_a_job_cancelled_in_the_midst_leaves_no_picture(studio: Studio) -> None:
    job_id = studio.order()
    conduct.gate.clear()
    worker = studio.worker(studio.handler(SketchTryOn, PaintTryOn))
    thread = in_thread(worker.run_next)
    assert conduct.started.wait(30)
    studio.cancel(job_id)
    worker.beat()
    thread.join(30)
    assert studio.state(job_id) == "cancelled"
    assert [event.kind for event in studio.told()] == [EventKind.PREVIEW]
    assert studio.results() == studio.recorded()  # the preview, which has its time


@pytest.mark.parametrize("names", [(PaintTryOn,), (SketchTryOn, PaintTryOn)])
def test_a_worker_that_lost_its_job_takes_its_pictures_away(
    studio: Studio, names: tuple[type[PaintTryOn], ...]
) -> None:
    job_id = studio.order()
    slow = sketch_conduct if SketchTryOn in names else conduct
    slow.gate.clear()
    thread = in_thread(studio.worker(studio.handler(*names)).run_next)
    assert slow.started.wait(30)
    studio.expire_lease(job_id)
    other = studio.worker(studio.handler())
    other.recover()
    slow.reset()
    thread.join(30)
    assert (studio.results(), studio.told()) == ([], [])
    other.run_next()
    assert studio.results() == [f"users/{studio.user_id}/results/{job_id}-2.jpg"]


def test_a_result_that_comes_too_late_to_be_recorded_is_taken_away(studio: Studio) -> None:
    job_id = studio.order()
    handler = studio.handler()

    def cancelled_at_the_end(context: JobContext) -> Outcome:
        outcome = handler(context)
        assert len(studio.results()) == 1
        studio.cancel(job_id)
        return outcome

    studio.worker(cancelled_at_the_end).run_next()
    assert (studio.state(job_id), studio.results(), studio.recorded()) == ("cancelled", [], [])


@pytest.mark.parametrize(
    ("data", "code"), [(None, Code.PICTURE_GONE), (b"\xff\xd8\xff broken", Code.BROKEN_PICTURE)]
)
def test_a_photo_that_is_gone_or_broken_ends_the_job(
    studio: Studio, data: bytes | None, code: Code
) -> None:
    studio.storage.delete(studio.garment_key)
    if data is not None:
        studio.storage.put(studio.garment_key, data, "image/jpeg")
    job_id = studio.order()
    studio.serve()
    (event,) = studio.told()
    assert (event.data, studio.state(job_id)) == (Failure(code=code), "failed")


def test_a_refusal_reaches_the_person_and_a_passing_fault_is_tried_again(studio: Studio) -> None:
    job_id = studio.order()
    conduct.faults += [BackendError(Code.BACKEND_TIMEOUT, "", False), Refusal(Code.LEANING)]
    studio.serve()
    assert studio.state(job_id) == "queued"
    studio.make_due(job_id)
    studio.serve()
    (event,) = studio.told()
    assert (event.data, studio.hold(job_id)) == (Failure(code=Code.LEANING), "released")
    assert studio.results() == []
