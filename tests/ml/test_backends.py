"""What every try-on backend promises; a new one joins by its line in `BACKENDS`."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from modera_bot.config import Settings
from modera_bot.contracts import Category, Stage
from modera_bot.errors import Code, JobCancelled, Refusal
from modera_bot.ml.backends import BACKENDS, load
from modera_bot.ml.base import BackendContext, GarmentPicture, TryOnBackend, TryOnTask
from modera_bot.pool import PicturePool

BLANK = np.zeros((64, 48, 3), np.uint8)


@pytest.fixture(params=[*BACKENDS])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def backend(name: str, tmp_path: Path) -> Iterator[TryOnBackend]:
    pool = PicturePool(workers=1)
    yield load(name)(BackendContext(pool, Settings(models=tmp_path)))
    pool.close()


def task(*categories: Category | None) -> TryOnTask:
    return TryOnTask(BLANK, tuple(GarmentPicture(BLANK, category) for category in categories))


def test_it_has_the_name_that_it_is_chosen_by(backend: TryOnBackend, name: str) -> None:
    assert backend.name == name


def test_it_says_what_it_can_do(backend: TryOnBackend) -> None:
    can = backend.capabilities
    assert can.categories
    assert can.max_garments >= 1
    assert can.cost_usd == 0 if can.draft else can.cost_usd >= 0


@pytest.mark.parametrize("category", [*Category])
def test_a_kind_that_it_does_not_name_is_refused(backend: TryOnBackend, category: Category) -> None:
    if category in backend.capabilities.categories:
        return
    with pytest.raises(Refusal) as refused:
        backend.tryon(task(category))
    assert refused.value.code is Code.CATEGORY_UNSUPPORTED


def test_more_garments_than_it_names_are_refused(backend: TryOnBackend) -> None:
    can = backend.capabilities
    with pytest.raises(Refusal) as refused:
        backend.tryon(task(*[next(iter(can.categories))] * (can.max_garments + 1)))
    assert refused.value.code is Code.SEVERAL_GARMENTS_UNSUPPORTED


def test_it_stops_when_the_job_is_cancelled(backend: TryOnBackend) -> None:
    def cancelled(stage: Stage, fraction: float) -> None:
        raise JobCancelled()

    with pytest.raises(JobCancelled):
        backend.tryon(task(next(iter(backend.capabilities.categories))), cancelled)


def test_none_is_imported_before_it_is_chosen() -> None:
    modules = [target.partition(":")[0] for target in BACKENDS.values()]
    code = f"import sys, modera_bot.app; print([m for m in {modules} if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert seen.stdout.strip() == "[]"
