"""Dresses: in place of another, and in place of a top and trousers."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.ml.base import Picture
from modera_bot.ml.colour import to_lab
from modera_bot.ml.draft.dress_fit import waist_of
from modera_bot.ml.draft.garment import cut_out
from modera_bot.ml.draft.keypoints import locate
from tests.ml.conftest import sample, worn
from tests.ml.draft.scoring import Pair, Try, drafted


@pytest.fixture(scope="module")
def again(models: Path) -> Try:
    """Mia, who wears a dress, in that dress."""
    return drafted(Pair("mia", "dress_pin", "dress_pin", True, Category.ONE_PIECES), models)


@pytest.fixture(scope="module")
def instead(models: Path) -> Try:
    """The dress on Mia in a tank top and trousers, one hand on her hip."""
    return drafted(Pair("mia", "tank_dots", "dress_pin", False, Category.ONE_PIECES), models)


@pytest.fixture(scope="module")
def over_jeans(models: Path) -> Try:
    """The dress on Eva in a shirt and jeans, whom a picture shows in that dress."""
    return drafted(Pair("eva", "jeans", "dress_pin", True, Category.ONE_PIECES), models)


def bottom(alpha: np.ndarray) -> int:
    return int(np.flatnonzero((alpha > 0.5).any(axis=1))[-1])


def test_a_dress_lies_where_the_same_one_is_worn(again):
    drawn, truth = again.alpha > 0.5, worn("mia_dress_pin")
    assert (drawn & truth).sum() / (drawn | truth).sum() > 0.85
    assert abs(bottom(again.alpha) - bottom(truth)) < 20


def test_a_dress_in_place_of_a_shirt_and_jeans_lies_where_it_would(over_jeans):
    drawn, truth = over_jeans.alpha > 0.5, worn("eva_dress_pin")
    assert (drawn & truth).sum() / (drawn | truth).sum() > 0.82
    assert abs(bottom(over_jeans.alpha) - bottom(truth)) < 30


def test_a_dress_is_hardly_wider_than_the_same_one_worn(again):
    drawn, truth = again.alpha > 0.5, worn("mia_dress_pin")
    for y in range(420, 740, 40):
        assert drawn[y].sum() == pytest.approx(truth[y].sum(), rel=0.15)


def test_below_a_dress_there_are_legs_instead_of_trousers(instead):
    before, after = sample("people/mia_tank_dots"), instead.picture
    below = np.zeros(after.shape[:2], bool)
    below[bottom(instead.alpha) + 8 : 950, 250:520] = True
    was = below & like(before, trousers_of(before), 9)
    assert was.sum() > 5_000
    assert (was & like(after, trousers_of(before), 9)).sum() < 0.03 * was.sum()
    skin = to_lab(before[330:360, 470:500]).reshape(-1, 3).mean(axis=0)  # of the upper arm
    assert (below & like(after, skin, 25)).sum() > 4_000


def test_nothing_of_the_old_top_is_left_beside_a_dress(instead):
    before, after = sample("people/mia_tank_dots"), instead.picture
    pink = np.median(to_lab(before[240:520, 320:460]).reshape(-1, 3), axis=0)
    was = like(before, pink, 20)
    assert was.sum() > 20_000
    assert (was & like(after, pink, 20)).sum() < 0.01 * was.sum()


def test_hands_and_shoes_stay_as_they_are(instead):
    before, after = sample("people/mia_tank_dots"), instead.picture
    same = (np.abs(before.astype(int) - after) < 12).all(axis=2)
    assert same[985:].mean() > 0.98
    palm = slice(428, 442), slice(458, 470)  # of the hand on her hip
    assert same[palm].mean() > 0.95
    assert instead.alpha[palm].mean() < 0.05


def test_straight_dresses_have_the_usual_waist_and_others_their_own():
    straight = dress(90, 90)
    shape = locate(straight)
    assert shape is not None
    assert waist_of(shape, straight.mask) == pytest.approx(shape.neck_y + 1.2 * shape.chest)
    fitted = dress(60, 120)
    shape = locate(fitted)
    assert shape is not None
    assert waist_of(shape, fitted.mask) == pytest.approx(300, abs=25)


def dress(waist: int, hem: int):
    """A sleeveless dress drawn on white, with half widths at row 300 and at its hem."""
    picture = np.full((768, 576, 3), 255, np.uint8)
    left = [(40, 60), (75, 64), (80, 110), (90, 160), (waist, 300), (hem, 700)]
    outline = [(288 - x, y) for x, y in left] + [(288 + x, y) for x, y in reversed(left)]
    cv2.fillPoly(picture, [np.array(outline)], (60, 60, 160))
    return cut_out(picture)


def trousers_of(picture: Picture) -> np.ndarray:
    return np.median(to_lab(picture[600:900, 280:320]).reshape(-1, 3), axis=0)


def like(picture: Picture, lab: np.ndarray, within: float) -> np.ndarray:
    return np.asarray(np.linalg.norm(to_lab(picture) - lab, axis=-1) < within)
