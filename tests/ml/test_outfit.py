"""Two garments by a backend that knows one at a time."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from modera_bot.contracts import Category, Notice, Stage
from modera_bot.errors import Code, Refusal
from modera_bot.ml.backends.draft import DraftTryOn
from modera_bot.ml.base import (
    BackendContext,
    GarmentPicture,
    Picture,
    Progress,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.outfit import dress
from modera_bot.pool import PicturePool
from tests.ml.conftest import sample

BLANK = np.zeros((8, 6, 3), np.uint8)
TOP, BOTTOM, DRESS = Category.TOPS, Category.BOTTOMS, Category.ONE_PIECES


def garment(category: Category | None) -> GarmentPicture:
    return GarmentPicture(BLANK, category)


def count_up(task: TryOnTask, progress: Progress) -> TryOnOutput:
    """Makes the picture brighter by one and tells a notice that depends on the garment."""
    progress(Stage.FITTING, 0.5)
    (worn,) = task.garments
    assert worn.category is not None
    notice = Notice.SEATED if worn.category is TOP else Notice.NO_FACE
    picture: Picture = task.person + np.uint8(1)
    return TryOnOutput(picture, (worn.category,), (notice, Notice.SMALL_PHOTO))


@pytest.mark.parametrize("order", [(TOP, BOTTOM), (BOTTOM, TOP)])
def test_the_bottom_is_put_on_first_and_all_is_told_together(order: tuple[Category, ...]) -> None:
    told: list[tuple[Stage, float]] = []
    seen: list[Category | None] = []

    def watched(task: TryOnTask, progress: Progress) -> TryOnOutput:
        seen.append(task.garments[0].category)
        return count_up(task, progress)

    made = dress(
        TryOnTask(BLANK, tuple(map(garment, order))), watched, lambda *step: told.append(step)
    )

    assert seen == [BOTTOM, TOP]
    assert (made.picture == 2).all()
    assert made.categories == order
    assert made.notices == (Notice.NO_FACE, Notice.SMALL_PHOTO, Notice.SEATED)
    assert told == [(Stage.FITTING, 0.25), (Stage.FITTING, 0.75)]


@pytest.mark.parametrize(
    "kinds", [(TOP, TOP), (TOP, DRESS), (TOP, None), (TOP, BOTTOM, BOTTOM), (BOTTOM, DRESS)]
)
def test_what_can_not_be_worn_together_is_refused(kinds: tuple[Category | None, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        dress(TryOnTask(BLANK, tuple(map(garment, kinds))), count_up, silent)
    assert refused.value.code is Code.SEVERAL_GARMENTS_UNSUPPORTED


@pytest.fixture(scope="module")
def draft(models: object) -> Iterator[DraftTryOn]:
    from modera_bot.config import Settings

    pool = PicturePool(workers=1)
    yield DraftTryOn(BackendContext(pool, Settings(models=models)))
    pool.close()


def test_a_drafted_look_is_the_bottom_below_and_the_top_above(draft: DraftTryOn) -> None:
    person = sample("people/eva_jeans")
    top = GarmentPicture(sample("garments/tee_stripe"), TOP)
    skirt = GarmentPicture(sample("garments/skirt"), BOTTOM)
    task = TryOnTask(person, (top, skirt))
    look = draft.tryon(task).picture
    alone = draft.tryon(replace(task, garments=(skirt,))).picture
    hem = person.shape[0] * 52 // 100
    assert (look[hem + 40 :] == alone[hem + 40 :]).mean() > 0.99  # below, the skirt alone
    assert (look[: hem - 40] != alone[: hem - 40]).any(axis=2).mean() > 0.05  # above, the top
