"""The same photos once more: the result from before, at once and free, for its owner alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from modera_bot import privacy
from modera_bot.config import Settings, StorageSettings
from modera_bot.contracts import Category, EventKind, GarmentRef, Quality, TryOnRequest, TryOnResult
from modera_bot.db import Database, pictures, tryons
from modera_bot.db.schema import now
from modera_bot.db.schema import pictures as pictures_table
from modera_bot.jobs import Handler
from modera_bot.ml.base import BackendContext
from modera_bot.ml.cache import ResultCache
from modera_bot.ml.service import TryOnService
from modera_bot.pool import PicturePool
from modera_bot.storage import open_storage
from tests.fakes import PaintTryOn, SketchTryOn, conduct, sketch_conduct
from tests.ml.test_service import KEEP, Studio
from tests.servers.databases import database_url


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    made = PicturePool(workers=1)
    yield made
    made.close()


class Shop(Studio):
    """A studio that remembers, with photos on record."""

    def __init__(self, database: Database, folder: Path, pool: PicturePool) -> None:
        super().__init__(database, open_storage(StorageSettings(folder=folder), b"secret"), pool)
        self.put_on_record(self.user_id)

    def put_on_record(self, user_id: int) -> None:
        with self.database.begin() as connection:
            for name in ("person", "garment"):
                pictures.add(
                    connection,
                    key=f"users/{user_id}/photos/{name}.jpg",
                    user_id=user_id,
                    purpose="photo",
                    sha256=name * 8,
                    width=1,
                    height=1,
                )

    def handler(self, *names: type[PaintTryOn]) -> Handler:
        context = BackendContext(self.pool, Settings())
        backends = [name(context) for name in names or (PaintTryOn,)]
        cache = ResultCache(self.database, self.storage)
        return TryOnService(self.storage, self.pool, backends, keep=KEEP, cache=cache).handle

    def made(self, *names: type[PaintTryOn]) -> TryOnResult:
        """The result of one more try-on, for 3 credits."""
        job_id = self.order()
        self.charge(job_id, 3)
        self.serve(*names)
        event = self.told()[-1]
        assert (event.kind, event.job_id) == (EventKind.DONE, job_id)
        assert isinstance(event.data, TryOnResult)
        return event.data


@pytest.fixture
def shop(tmp_path: Path, pool: PicturePool) -> Iterator[Shop]:
    for each in (conduct, sketch_conduct):
        each.reset()
    database = Database(database_url("sqlite", tmp_path))
    made = Shop(database, tmp_path / "pictures", pool)
    yield made
    made.close()
    database.close()


def test_the_same_photos_give_the_result_from_before_for_nothing(shop: Shop) -> None:
    first, second = shop.made(), shop.made()
    assert len(conduct.calls) == 1
    assert (first.cached, second.cached) == (False, True)
    assert first.result_key != second.result_key
    assert shop.storage.get(first.result_key) == shop.storage.get(second.result_key)
    assert [shop.hold(result.tryon_id) for result in (first, second)] == ["captured", "released"]
    with shop.database.begin() as connection:
        kept = [tryons.get(connection, each.tryon_id, shop.user_id) for each in (first, second)]
    assert [each.credits_used for each in kept if each] == [3, 0]


def test_deleting_one_of_two_alike_leaves_the_other(shop: Shop) -> None:
    first, second = shop.made(), shop.made()
    shop.storage.delete(first.result_key)
    with shop.database.begin() as connection:
        pictures.remove(connection, first.result_key)
        tryons.forget_result(connection, first.tryon_id)
    assert shop.storage.exists(second.result_key)
    assert not shop.made().cached  # whoever deletes a result may want another


def test_what_has_expired_is_made_anew(shop: Shop) -> None:
    shop.made()
    with shop.database.begin() as connection:
        past = now() - timedelta(minutes=1)
        connection.execute(pictures_table.update().values(expires_at=past))
    assert not shop.made().cached


def test_what_was_erased_is_made_anew(shop: Shop) -> None:
    shop.made()
    photos = {key: shop.storage.get(key) for key in (shop.person_key, shop.garment_key)}
    privacy.erase_pictures(shop.database, shop.storage, shop.user_id)
    for key, data in photos.items():
        shop.storage.put(key, data, "image/jpeg")
    shop.put_on_record(shop.user_id)
    assert not shop.made().cached


def test_a_picture_that_is_gone_from_storage_is_made_anew(shop: Shop) -> None:
    shop.storage.delete(shop.made().result_key)
    assert not shop.made().cached


def test_nobody_gets_what_was_made_for_another(shop: Shop) -> None:
    shop.made()
    photos = [shop.storage.get(key) for key in (shop.person_key, shop.garment_key)]
    shop.user_id, shop.session_id = shop.person()
    shop.person_key, shop.garment_key = (
        f"users/{shop.user_id}/photos/{name}.jpg" for name in ("person", "garment")
    )
    for key, data in zip((shop.person_key, shop.garment_key), photos, strict=True):
        shop.storage.put(key, data, "image/jpeg")
    shop.put_on_record(shop.user_id)
    assert not shop.made().cached


def test_drafts_and_fallbacks_do_not_stand_in_for_the_real_thing(shop: Shop) -> None:
    assert shop.made(SketchTryOn).draft
    assert not shop.made(SketchTryOn, PaintTryOn).cached
    assert shop.made(SketchTryOn, PaintTryOn).cached


def test_whatever_decides_the_picture_is_in_its_fingerprint(shop: Shop) -> None:
    cache = ResultCache(shop.database, shop.storage)
    backend = PaintTryOn(BackendContext(shop.pool, Settings()))
    garment = GarmentRef(key=shop.garment_key, category=Category.TOPS)
    request = TryOnRequest(person_key=shop.person_key, garments=(garment,))
    changed = [
        request,
        request.model_copy(update={"quality": Quality.HIGH}),
        request.model_copy(update={"person_at": (0.2, 0.5)}),
        request.model_copy(update={"garments": (garment, garment)}),
        request.model_copy(update={"garments": (GarmentRef(key=shop.garment_key),)}),
        request.model_copy(update={"person_key": shop.garment_key}),
    ]
    prints = [cache.fingerprint(shop.user_id, each, backend) for each in changed]
    assert None not in prints
    assert len(set(prints)) == len(prints)
    elsewhere = request.model_copy(update={"person_key": "users/99/photos/person.jpg"})
    assert cache.fingerprint(shop.user_id, elsewhere, backend) is None
