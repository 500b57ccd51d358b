"""A draft on a photo of two people: on the one who was chosen, and only there."""

import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import GarmentPicture, TryOnTask
from modera_bot.ml.draft import draft_tryon
from tests.ml.conftest import sample

LEFT, RIGHT = (0.25, 0.5), (0.75, 0.5)


def task(person_at: tuple[float, float] | None) -> TryOnTask:
    both = np.hstack([sample("people/ben_tee_logo"), sample("people/ana_tee_stripe")])
    garment = GarmentPicture(sample("garments/long_plaid"), Category.TOPS)
    return TryOnTask(both, (garment,), person_at=person_at)


@pytest.mark.parametrize("person_at", [LEFT, RIGHT])
def test_only_the_chosen_one_is_dressed(person_at, models):
    photo = task(person_at)
    changed = (draft_tryon(photo, models).picture != photo.person).any(axis=2)
    halves = changed[:, :768].mean(), changed[:, 768:].mean()
    dressed, other = halves if person_at is LEFT else halves[::-1]
    assert dressed > 0.1
    assert other == 0


def test_without_a_choice_nobody_is_dressed(models):
    with pytest.raises(Refusal) as refused:
        draft_tryon(task(None), models)
    assert refused.value.code is Code.SEVERAL_PEOPLE
