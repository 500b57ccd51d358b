"""The local model as a backend: through the service, from photos to a picture of their size."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from modera_bot.config import FashnSettings, InferenceSettings, Settings
from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import BackendError, Code, JobCancelled
from modera_bot.ml.backends.fashn import FashnTryOn
from modera_bot.ml.base import BackendContext, GarmentPicture, Picture, TryOnTask
from modera_bot.ml.fashn import files
from modera_bot.ml.service import try_on
from modera_bot.pool import PicturePool
from tests.fakes import PaintTryOn
from tests.ml.conftest import sample

PULL = "modera-bot models pull fashn"


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    shared = PicturePool(workers=1)
    yield shared
    shared.close()


def backend_in(models: Path, pool: PicturePool, **settings: object) -> FashnTryOn:
    few = {"standard_steps": 3, "high_steps": 4, "premium_steps": 5, "device": "cpu"}
    fashn = FashnSettings.model_validate(few | settings)
    return FashnTryOn(
        BackendContext(pool, Settings(models=models, inference=InferenceSettings(fashn=fashn)))
    )


@pytest.fixture(scope="module")
def models_with_body(folder: Path, models: Path) -> Path:
    """The tiny model beside the real ones that understand bodies."""
    link = folder.parent / "body"
    if not link.exists():
        link.symlink_to(models / "body", target_is_directory=True)
    return folder.parent


@pytest.fixture(scope="module")
def backend(models_with_body: Path, pool: PicturePool) -> Iterator[FashnTryOn]:
    made = backend_in(models_with_body, pool)
    yield made
    made.close()


def task(
    category: Category | None = Category.TOPS, quality: Quality = Quality.STANDARD
) -> TryOnTask:
    garment = GarmentPicture(sample("garments/tee_stripe"), category)
    return TryOnTask(sample("people/ana_tee_logo"), (garment,), quality)


def corners(picture: Picture) -> Picture:
    """What no try-on changes."""
    return np.concatenate([picture[:40, :40], picture[:40, -40:]])


# --- pictures ----------------------------------------------------------------------------


@pytest.mark.parametrize("category", [*Category])
def test_a_picture_of_the_photos_size_comes_back_with_the_photo_around_the_clothes(
    backend: FashnTryOn, category: Category
) -> None:
    wanted = task(category)
    made = try_on(wanted, [backend])
    assert (made.backend, made.draft) == ("fashn", False)
    assert made.output.categories == (category,)
    assert made.output.picture.shape == wanted.person.shape
    np.testing.assert_array_equal(corners(made.output.picture), corners(wanted.person))
    assert (made.output.picture != wanted.person).any(axis=2).mean() > 0.02
    assert made.output.seed is not None


def test_a_garment_of_no_named_kind_is_looked_at(backend: FashnTryOn) -> None:
    garment = GarmentPicture(sample("garments/trousers"))
    made = backend.tryon(TryOnTask(task().person, (garment,)))
    assert made.categories == (Category.BOTTOMS,)


@pytest.mark.parametrize(
    ("quality", "steps"), [(Quality.STANDARD, 3), (Quality.HIGH, 4), (Quality.PREMIUM, 5)]
)
def test_better_quality_takes_more_steps_and_each_moves_the_bar(
    backend: FashnTryOn, quality: Quality, steps: int
) -> None:
    told: list[tuple[Stage, float]] = []
    backend.tryon(task(quality=quality), lambda *step: told.append(step))
    drawing = sorted({fraction for stage, fraction in told if stage is Stage.DRAWING})
    assert len(drawing) == steps
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)
    assert told[-1][0] is Stage.FINISHING


def test_a_cancelled_job_stops_between_two_steps(backend: FashnTryOn) -> None:
    def cancelled(stage: Stage, fraction: float) -> None:
        if stage is Stage.DRAWING:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        try_on(task(), [backend, PaintTryOn(None)], cancelled)


def test_by_choice_it_is_loaded_before_the_first_tryon(
    models_with_body: Path, pool: PicturePool, caplog: pytest.LogCaptureFixture
) -> None:
    backend_in(models_with_body, pool).warm()
    ahead = backend_in(models_with_body, pool, preload=True)
    with caplog.at_level(logging.INFO, "modera_bot.ml"):
        ahead.warm()
        deadline = time.monotonic() + 60
        while not caplog.messages and time.monotonic() < deadline:
            time.sleep(0.05)
    ahead.close()
    assert [message[:12] for message in caplog.messages] == ["fashn on cpu"]


def test_what_can_not_be_loaded_ahead_is_only_logged(
    tmp_path: Path, pool: PicturePool, caplog: pytest.LogCaptureFixture
) -> None:
    backend = backend_in(tmp_path, pool, preload=True)
    backend._load()
    assert PULL in caplog.text


# --- what may be wrong -------------------------------------------------------------------


WEIGHTS, DETECTOR, ESTIMATOR = (
    str(file) for file in (files.WEIGHTS, files.DETECTOR, files.ESTIMATOR)
)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (WEIGHTS, "missing"),
        (WEIGHTS, "swapped"),  # whatever else can be wrong with it: test_loading.py
        (DETECTOR, "missing"),
        (DETECTOR, "truncated"),
        (ESTIMATOR, "missing"),
        (ESTIMATOR, "swapped"),
        (ESTIMATOR, "wrong"),
    ],
)
def test_files_that_are_not_right_are_named_with_their_remedy_and_the_next_backend_goes_on(
    models_with_body: Path,
    tmp_path: Path,
    pool: PicturePool,
    name: str,
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shutil.copytree(models_with_body, tmp_path / "models", symlinks=True)
    file = tmp_path / "models" / "fashn" / name
    whole = file.read_bytes()
    if fault == "missing":
        file.unlink()
    elif fault == "truncated":
        file.write_bytes(whole[: len(whole) // 2])
    elif fault == "swapped":
        shutil.copy(
            tmp_path / "models" / "fashn" / (ESTIMATOR if name == WEIGHTS else WEIGHTS), file
        )
    else:
        file.write_bytes(b"<html>not found</html>")
    backend = backend_in(tmp_path / "models", pool)
    with caplog.at_level(logging.WARNING):
        made = try_on(task(), [backend, PaintTryOn(None)])
    backend.close()
    assert made.backend == "paint"
    (told,) = [record.message for record in caplog.records]
    assert told.startswith("backend fashn failed: models_missing")
    assert str(file) in told
    assert PULL in told


def test_alone_its_failure_is_for_good_and_not_tried_again(
    tmp_path: Path, pool: PicturePool
) -> None:
    with pytest.raises(BackendError) as caught:
        try_on(task(), [backend_in(tmp_path, pool)])
    assert (caught.value.code, caught.value.permanent) == (Code.MODELS_MISSING, True)
    assert caught.value.detail.count("fashn/") == 3  # all that is missing, at once


def test_a_config_that_can_not_be_is_named(
    models_with_body: Path, tmp_path: Path, pool: PicturePool
) -> None:
    shutil.copytree(models_with_body, tmp_path / "models", symlinks=True)
    config = tmp_path / "models" / "fashn" / "config.json"
    config.write_text('{"model": {"input_shape": [70, 48]}}')
    with pytest.raises(BackendError, match="input_shape") as caught:
        try_on(task(), [backend_in(tmp_path / "models", pool)])
    assert str(config) in caught.value.detail


def test_without_torch_it_says_what_to_install(
    models_with_body: Path, pool: PicturePool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('no torch', name='torch')")
    monkeypatch.syspath_prepend(str(tmp_path))
    backend = backend_in(models_with_body, pool)
    with pytest.raises(BackendError) as caught:
        backend.tryon(task())
    backend.close()
    assert caught.value.code is Code.BACKEND_UNAVAILABLE
    assert "pip install 'modera-bot[local]'" in caught.value.detail
