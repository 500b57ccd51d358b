"""The score of a try-on: good ones pass, what spoils a picture is seen in its part."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from modera_bot.config import Settings
from modera_bot.contracts import Category, Notice
from modera_bot.errors import BackendError, Code
from modera_bot.ml.base import (
    Capabilities,
    GarmentPicture,
    Picture,
    QualityScore,
    TryOnOutput,
    TryOnTask,
)
from modera_bot.ml.composite import Ground, onto, seen_in
from modera_bot.ml.quality import Expected, score
from modera_bot.ml.standards import Standards
from tests.ml.conftest import sample
from tests.ml.test_composite import as_networks_return
from tests.ml.test_service_chain import Stub

LEAST = Settings().inference.least_quality
#: Who is photographed in what, in what else, and that garment's picture.
PAIRS = [
    ("ben_long_plaid", "ben_tee_stripe", "tee_stripe", Category.TOPS),
    ("eva_skirt", "eva_shorts", "shorts", Category.BOTTOMS),
    ("mia_dress_pin", "mia_dress_plain", "dress_plain", Category.ONE_PIECES),
]


class Pair:
    def __init__(self, models: Path, old: str, new: str, garment: str, category: Category) -> None:
        clothing = GarmentPicture(sample(f"garments/{garment}"), category)
        self.task = TryOnTask(sample(f"people/{old}"), (clothing,))
        self.seen = seen_in(self.task.person, (category,), models)
        made = as_networks_return(sample(f"people/{new}"))
        self.good = onto(self.task.person, made, Ground.of(self.task.person, self.seen.regions))
        self._models = models

    def score(self, picture: Picture) -> QualityScore:
        return score(Expected.of(self.task, self.seen), picture, self._models)


@pytest.fixture(scope="module", params=PAIRS, ids=[pair[0] for pair in PAIRS])
def pair(request: pytest.FixtureRequest, models: Path) -> Pair:
    return Pair(models, *request.param)


def test_a_good_picture_is_good_in_every_part(pair: Pair) -> None:
    quality = pair.score(pair.good)
    assert min(quality.identity, quality.pose, quality.garment, quality.artefacts) > 0.7
    assert quality.total > LEAST + 0.1


def test_the_photo_itself_shows_no_garment(pair: Pair) -> None:
    assert pair.score(pair.task.person).total == 0


def test_another_garment_is_not_the_one_that_was_wanted(pair: Pair) -> None:
    mask = cv2.resize(pair.seen.regions.changed, pair.good.shape[1::-1]) > 0.5
    green = np.where(mask[..., None], np.array([40, 160, 40]), pair.task.person).astype(np.uint8)
    quality = pair.score(green)
    assert quality.garment < 0.3
    assert quality.total < LEAST


def test_a_person_who_moved_has_another_pose_and_surroundings(pair: Pair) -> None:
    quality = pair.score(np.roll(pair.good, 60, axis=1))
    assert quality.pose < 0.5
    assert quality.total < LEAST


def test_where_nobody_is_left_nothing_is(pair: Pair) -> None:
    assert pair.score(np.full_like(pair.good, 120)).total == 0


# --- what follows from it ---------------------------------------------------------------

PICTURE = np.zeros((40, 30, 3), np.uint8)
BAD, BETTER, GOOD = (QualityScore(value, value, value, value) for value in (0.2, 0.5, 0.9))


def attempts(*scores: QualityScore | BackendError) -> list[TryOnOutput | BackendError]:
    return [
        each
        if isinstance(each, BackendError)
        else TryOnOutput(PICTURE, (Category.TOPS,), quality=each)
        for each in scores
    ]


def best(
    standards: Standards, made: list[TryOnOutput | BackendError], *, hosted: bool = False
) -> TryOnOutput:
    backend = Stub("paint")
    backend.capabilities = Capabilities(frozenset(Category), hosted=hosted)

    def attempt() -> TryOnOutput:
        output = made.pop(0)
        if isinstance(output, BackendError):
            raise output
        return output

    return standards.best(backend, attempt, lambda output: GOOD)


def test_what_is_good_enough_is_made_once() -> None:
    made = attempts(GOOD, GOOD)
    assert best(Standards(0.7, "always"), made).notices == ()
    assert len(made) == 1


def test_below_it_there_is_one_more_attempt_and_the_better_one_counts() -> None:
    assert best(Standards(0.7, "free"), attempts(BAD, GOOD)).notices == ()
    for scores in ((BAD, BETTER), (BETTER, BAD)):
        output = best(Standards(0.7, "free"), attempts(*scores))
        assert (output.quality, output.notices) == (BETTER, (Notice.BELOW_STANDARD,))


@pytest.mark.parametrize(("second", "left"), [("free", 1), ("never", 1), ("always", 0)])
def test_what_costs_money_is_tried_again_only_if_the_operator_says_so(
    second: str, left: int
) -> None:
    made = attempts(BAD, GOOD)
    output = best(Standards(0.7, second), made, hosted=True)  # type: ignore[arg-type]
    assert len(made) == left
    assert (Notice.BELOW_STANDARD in output.notices) == (left == 1)


def test_a_second_attempt_that_fails_leaves_the_first() -> None:
    broken = BackendError(Code.BUDGET_SPENT)
    output = best(Standards(0.7, "always"), attempts(BAD, broken), hosted=True)
    assert output.quality == BAD


def test_what_nobody_has_judged_is_judged_and_what_cannot_be_passes() -> None:
    unseen = replace(TryOnOutput(PICTURE, (Category.TOPS,)))
    assert best(Standards(0.7, "free"), [unseen]).quality == GOOD

    def blind(output: TryOnOutput) -> QualityScore:
        raise BackendError(Code.MODELS_MISSING)

    output = Standards(0.7, "free").best(Stub("paint"), lambda: unseen, blind)
    assert (output.quality, output.notices) == (None, ())
