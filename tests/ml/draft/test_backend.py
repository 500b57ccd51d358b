"""The draft behind its backend; what all backends promise is in tests/ml/test_backends.py."""

from pathlib import Path

import numpy as np
import pytest

from modera_bot.config import Settings
from modera_bot.contracts import Category, Stage
from modera_bot.errors import Code, ModeraError, Refusal
from modera_bot.ml.backends import load
from modera_bot.ml.base import BackendContext, GarmentPicture, TryOnBackend, TryOnTask
from modera_bot.pool import PicturePool
from tests.ml.conftest import sample

BLANK = np.zeros((64, 48, 3), np.uint8)


@pytest.fixture(scope="module")
def pool():
    pool = PicturePool(workers=1)
    yield pool
    pool.close()


def backend(pool: PicturePool, models: Path) -> TryOnBackend:
    return load("draft")(BackendContext(pool, Settings(models=models)))


def task(*categories: Category | None) -> TryOnTask:
    return TryOnTask(BLANK, tuple(GarmentPicture(BLANK, category) for category in categories))


def test_it_makes_free_drafts_of_every_category(pool, tmp_path):
    can = backend(pool, tmp_path).capabilities
    assert can.draft
    assert can.categories == set(Category)


def test_it_works_in_the_pool_and_tells_how_far_it_is(pool, models):
    told: list[tuple[Stage, float]] = []
    person = sample("people/ben_tee_logo")
    garment = GarmentPicture(sample("garments/tee_stripe"))
    output = backend(pool, models).tryon(
        TryOnTask(person, (garment,)), lambda stage, fraction: told.append((stage, fraction))
    )
    assert output.picture.shape == person.shape
    assert [stage for stage, _ in told] == [Stage.READING, Stage.FITTING, Stage.FINISHING]
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)


def test_gates_refuse_across_the_pool(pool, models):
    garment = GarmentPicture(sample("garments/tee_logo"))
    with pytest.raises(Refusal) as refused:
        backend(pool, models).tryon(TryOnTask(BLANK, (garment,)))
    assert refused.value.code is Code.NO_PERSON


def test_missing_models_are_named(pool, tmp_path):
    with pytest.raises(ModeraError) as failed:
        backend(pool, tmp_path).tryon(task(Category.TOPS))
    assert failed.value.code is Code.MODELS_MISSING
