"""What a process remembers of garments: by their pixels, within its bounds, and nothing else."""

import numpy as np
import pytest

from modera_bot.errors import Refusal
from modera_bot.ml.base import GarmentPicture, Picture, TryOnTask
from modera_bot.ml.draft.remembered import Remembered
from modera_bot.ml.draft.tryon import draft_tryon, garments
from modera_bot.ml.draft.watching import Step, Watcher, watched
from tests.ml.conftest import sample


def picture(grey: int, shape: tuple[int, ...] = (4, 6, 3)) -> Picture:
    return np.full(shape, grey, np.uint8)


def test_a_picture_is_known_by_its_pixels_and_its_shape():
    memory: Remembered[str] = Remembered(100)
    memory.keep(picture(1), "one", 10)
    assert memory.recall(picture(1)) == "one"
    assert memory.recall(picture(2)) is None
    assert memory.recall(picture(1, (6, 4, 3))) is None


def test_what_was_asked_for_longest_ago_goes_first():
    memory: Remembered[str] = Remembered(25)
    memory.keep(picture(1), "one", 10)
    memory.keep(picture(2), "two", 10)
    memory.recall(picture(1))
    memory.keep(picture(3), "three", 10)
    assert [memory.recall(picture(grey)) for grey in (1, 2, 3)] == ["one", None, "three"]


def test_no_more_is_kept_than_the_limit():
    memory: Remembered[str] = Remembered(25)
    memory.keep(picture(1), "one", 10)
    memory.keep(picture(2), "larger than all", 26)
    assert memory.recall(picture(2)) is None
    for grey in range(10):  # keeping one again counts once
        memory.keep(picture(3), f"three {grey}", 20)
    memory.keep(picture(4), "four", 5)
    assert memory.recall(picture(3)) == "three 9"
    assert memory.recall(picture(4)) == "four"


def test_what_is_forgotten_leaves_room():
    memory: Remembered[str] = Remembered(25)
    memory.keep(picture(1), "one", 20)
    memory.forget()
    assert memory.recall(picture(1)) is None
    memory.keep(picture(2), "two", 25)
    assert memory.recall(picture(2)) == "two"


class Steps(Watcher):
    def __init__(self):
        self.seen: list[Step] = []

    def ended(self, step, *made):
        self.seen.append(step)


def steps(person: str, garment: str, models) -> list[Step]:
    watcher = Steps()
    with watched(watcher), pytest.raises(Refusal):
        draft_tryon(TryOnTask(sample(person), (GarmentPicture(sample(garment)),)), models)
    return watcher.seen


def test_a_garment_is_looked_at_once_and_a_person_each_time(models):
    garments.forget()
    nobody = "garments/dress_pin"
    looked = steps(nobody, "garments/tee_logo", models)
    assert looked == [Step.WORN, Step.CUT_OUT, Step.KEY_POINTS, Step.POSE]
    assert steps(nobody, "garments/tee_logo", models) == [Step.POSE]


def test_a_picture_that_was_refused_as_a_garment_is_refused_again_at_once(models):
    garments.forget()
    person = "people/ana_tee_logo"
    assert steps(person, "people/mia_dress_pin", models) == [Step.WORN]
    assert steps(person, "people/mia_dress_pin", models) == []
