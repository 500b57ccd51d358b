from pathlib import Path

import numpy as np
import pytest

from modera_bot.contracts import Category, Stage
from modera_bot.errors import Code, JobCancelled, ModeraError, Refusal
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
    return load("draft")(BackendContext(pool=pool, models=models))


def task(*categories: Category | None) -> TryOnTask:
    return TryOnTask(BLANK, tuple(GarmentPicture(BLANK, category) for category in categories))


def test_it_says_what_it_can_do(pool, tmp_path):
    draft = backend(pool, tmp_path)
    assert draft.name == "draft"
    assert draft.capabilities.draft
    assert draft.capabilities.categories == {Category.TOPS}
    assert draft.capabilities.cost_usd == 0


@pytest.mark.parametrize(
    ("categories", "code"),
    [
        ((Category.TOPS, Category.BOTTOMS), Code.SEVERAL_GARMENTS_UNSUPPORTED),
        ((Category.BOTTOMS,), Code.CATEGORY_UNSUPPORTED),
        ((Category.ONE_PIECES,), Code.CATEGORY_UNSUPPORTED),
    ],
)
def test_what_it_can_not_do_is_refused_at_once(categories, code, pool, tmp_path):
    with pytest.raises(Refusal) as refused:
        backend(pool, tmp_path).tryon(task(*categories))
    assert refused.value.code is code


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


def test_a_cancelled_job_stops_it(pool, tmp_path):
    def cancelled(stage: Stage, fraction: float) -> None:
        raise JobCancelled()

    with pytest.raises(JobCancelled):
        backend(pool, tmp_path).tryon(task(Category.TOPS), cancelled)
