"""Trousers, shorts and skirts: their key points, where they go, and what is left as it was."""

import math

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.ml.base import Picture
from modera_bot.ml.colour import to_lab
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.lower_render import draw_bottom
from modera_bot.ml.draft.lower_shape import LowerShape, locate_bottom
from modera_bot.ml.draft.silhouette import Kind
from modera_bot.ml.draft.view import View, view_of
from modera_bot.ml.parsing.figure import SIDES, along, figure, length
from modera_bot.ml.parsing.lower import parse_lower
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample, worn
from tests.ml.draft.scoring import Pair, Truth, drafted

OLIVE = (110, 120, 60)


def drawn_garment(*outline: tuple[int, int]) -> CutOut:
    """A garment of one colour whose outline is a polygon, on white."""
    picture = np.full((640, 480, 3), 255, np.uint8)
    cv2.fillPoly(picture, [np.array(outline, np.int32)], OLIVE)
    return cut_out(picture)


def shorts() -> CutOut:
    return drawn_garment(
        (140, 40), (340, 40), (380, 360), (250, 360), (240, 240), (230, 360), (100, 360)
    )


def skirt() -> CutOut:
    return drawn_garment((160, 40), (320, 40), (400, 420), (80, 420))


# --- key points -------------------------------------------------------------------------


def test_the_legs_of_trousers_part_at_the_crotch():
    garment = cut_out(sample("garments/trousers"))
    shape = locate_bottom(garment, Kind.TROUSERS)
    assert shape is not None
    assert shape.crotch is not None
    assert shape.legs is not None
    x, y = shape.crotch.astype(int)
    assert garment.mask[y - 10 : y, x].all()
    assert not garment.mask[y + 30 :, x].any()
    assert (shape.legs[0][:, 2] < shape.legs[1][:, 1]).all()
    assert shape.rows[-1, 0] == pytest.approx(y, abs=1)


def test_legs_that_touch_part_where_they_usually_do():
    garment = drawn_garment((150, 30), (330, 30), (350, 600), (130, 600))
    shape = locate_bottom(garment, Kind.TROUSERS)
    assert shape is not None
    assert shape.crotch is not None
    assert shape.crotch[0] == pytest.approx(240, abs=4)
    assert 110 < shape.crotch[1] - 30 < 170
    assert shape.width(100) == pytest.approx(188, abs=10)


def test_a_skirt_is_rows_from_waist_to_hem():
    shape = locate_bottom(skirt(), Kind.SKIRT)
    assert shape is not None
    assert shape.crotch is None
    assert shape.legs is None
    assert (np.diff(shape.rows[:, 2] - shape.rows[:, 1]) > 0).all()
    assert shape.bottom == pytest.approx(418, abs=4)


def test_a_speck_is_no_bottom():
    assert locate_bottom(drawn_garment((200, 200), (220, 200), (220, 220)), Kind.SHORTS) is None


# --- against the truth -------------------------------------------------------------------

#: Long to short, parted to whole and back.
PAIRS = [
    Pair("eva", "jeans", "shorts", True, Category.BOTTOMS),
    Pair("eva", "shorts", "skirt", True, Category.BOTTOMS),
    Pair("eva", "skirt", "jeans", True, Category.BOTTOMS),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_draft_of_a_bottom_is_near_the_truth(pair, models):
    score = Truth(pair, models).score(drafted(pair, models))
    assert score.alpha >= 0.78
    assert score.changed >= 0.9
    assert score.colour <= 6
    assert score.outside >= 0.99
    assert math.isnan(score.front) or score.front >= 0.95


# --- on a person ------------------------------------------------------------------------


class Wearer:
    """Somebody of the samples, who puts bottoms on."""

    def __init__(self, understanding, name: str) -> None:
        photo = sample(f"people/{name}")
        person = understanding.understand(photo).people[0]
        self.view: View = view_of(photo, person, Category.BOTTOMS)
        self.body = figure(self.view.person)
        self.parsed = parse(self.view.picture, self.view.person, self.body)
        self.lower = parse_lower(self.view.picture, self.body, self.parsed)
        height, width = self.view.picture.shape[:2]
        left, top = self.view.corner
        self.top = worn(name)[top : top + height, left : left + width]

    def puts_on(self, garment: CutOut, kind: Kind) -> tuple[Picture, Drawn]:
        shape = locate_bottom(garment, kind)
        assert isinstance(shape, LowerShape)
        drawn = draw_bottom(self.view.picture, self.body, self.parsed, garment, shape)
        return drawn.canvas.onto(self.view.picture, (0, 0), 1.0, 0.0), drawn

    def leg(self, side: int, share: float) -> tuple[int, int]:
        """Row and column of a point on a leg."""
        line = self.body.leg(side)
        x, y = np.rint(along(line, share * length(line))[0]).astype(int)
        return int(y), int(x)


@pytest.fixture(scope="module")
def mia(understanding) -> Wearer:
    return Wearer(understanding, "mia_tank_dots")


@pytest.fixture(scope="module")
def in_trousers(mia) -> tuple[Picture, Drawn]:
    return mia.puts_on(cut_out(sample("garments/trousers")), Kind.TROUSERS)


@pytest.fixture(scope="module")
def in_shorts(mia) -> tuple[Picture, Drawn]:
    return mia.puts_on(shorts(), Kind.SHORTS)


def test_new_trousers_cover_the_old_ones(mia, in_trousers):
    _, drawn = in_trousers
    old, new = mia.lower.region > 0.5, drawn.alpha > 0.5
    assert (old & new).sum() > 0.85 * (old | new).sum()


def test_of_the_old_trousers_nothing_is_left(mia, in_shorts):
    after, _ = in_shorts
    grey = np.median(to_lab(mia.view.picture)[mia.lower.region > 0.9], axis=0)
    left = np.linalg.norm(to_lab(after) - grey, axis=-1) < 8
    assert left[mia.lower.region > 0.5].mean() < 0.02


def test_the_top_hangs_over_and_stays_as_it_was(mia, in_trousers):
    after, drawn = in_trousers
    same = (after == mia.view.picture).all(axis=-1)
    assert same[mia.top].mean() > 0.99
    assert drawn.alpha[mia.top].mean() < 0.01


def test_hands_and_shoes_stay_in_front(mia, in_trousers):
    after, _ = in_trousers
    change = np.abs(after.astype(int) - mia.view.picture).max(axis=-1)
    for hand in mia.parsed.hands:
        assert (change[hand > 0.9] < 12).mean() > 0.95
    for foot in mia.body.feet:
        x, y = np.rint(foot).astype(int)
        assert change[y, x] < 12


def test_below_shorts_there_are_legs_of_the_skin_s_colour(mia, in_shorts):
    after, drawn = in_shorts
    lab = to_lab(after)
    for side in SIDES:
        assert drawn.alpha[mia.leg(side, 0.25)] > 0.9
        for share in (0.7, 0.8, 0.9):
            assert drawn.alpha[mia.leg(side, share)] == 0
            assert np.linalg.norm((lab[mia.leg(side, share)] - mia.parsed.tone)[1:]) < 12


def test_between_the_legs_is_background_in_shorts_and_cloth_in_a_skirt(mia, in_shorts):
    _, drawn = mia.puts_on(skirt(), Kind.SKIRT)
    (y, left), (_, right) = (mia.leg(side, 0.35) for side in SIDES)
    between = y, (left + right) // 2
    assert drawn.alpha[between] > 0.95
    assert in_shorts[1].alpha[between] < 0.05


def test_trousers_on_a_dress_have_its_upper_part_for_a_top(understanding):
    wearer = Wearer(understanding, "mia_dress_pin")
    after, drawn = wearer.puts_on(cut_out(sample("garments/trousers")), Kind.TROUSERS)
    waist = wearer.lower.above < 1
    changed = (after != wearer.view.picture).any(axis=-1)
    assert not changed[~waist].any()
    assert changed[wearer.top & waist].mean() > 0.95
    for side in SIDES:
        assert drawn.alpha[wearer.leg(side, 0.9)] > 0.9


def test_legs_that_the_photo_cuts_off_are_clothed_as_far_as_they_are_seen(understanding):
    wearer = Wearer(understanding, "ana_tee_stripe")
    _, drawn = wearer.puts_on(cut_out(sample("garments/trousers")), Kind.TROUSERS)
    old, new = wearer.lower.region > 0.5, drawn.alpha > 0.5
    assert (old & new).sum() > 0.85 * (old | new).sum()
    assert new[-1].any()
