"""A generated picture lies elsewhere, is larger, in another light: the photo is found in it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from modera_bot.contracts import Category
from modera_bot.ml.base import Picture
from modera_bot.ml.composite import Ground, Regions, onto, regions_of
from modera_bot.ml.registration import HERE, curves_of, moved_back, place_of, relit
from tests.ml.conftest import sample, worn
from tests.ml.test_composite import dressed, grown

#: Shift in pixels and scale, as image models return pictures.
SHIFT, SCALE = 6.0, 1.02
WARMTH = np.array([1.07, 1.0, 0.9])
PEOPLE = {
    "ana_tee_logo": ("ana_tee_logo", Category.TOPS),
    "ben_long_plaid": ("ben_long_plaid", Category.TOPS),
    "max_shorts": ("max_shorts", Category.BOTTOMS),
    "mia_dress_plain": ("mia_dress_plain", Category.ONE_PIECES),
    "eva_skirt": ("eva_skirt", Category.BOTTOMS),
}


def carried_off(picture: Picture, shift: float = SHIFT, scale: float = SCALE) -> Picture:
    """Shifted right and down, enlarged around the middle, in a warm light."""
    height, width = picture.shape[:2]
    corner = [side / 2 * (1 - scale) + shift for side in (width, height)]
    matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
    moved = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return (moved * WARMTH).clip(0, 255).astype(np.uint8)


class Case:
    """A person, a known garment region G, and what a model made of them."""

    def __init__(self, name: str, models: Path) -> None:
        mask, category = PEOPLE[name]
        self.photo, self.region = sample(f"people/{name}"), worn(mask)
        self.regions = regions_of(self.photo, (category,), models)
        self.drawn = dressed(self.photo, self.region)
        self.generated = carried_off(self.drawn)

    def kept(self, result: Picture) -> float:
        """SSIM against the photo outside of G grown by 3%."""
        outside = ~grown(self.region, 0.03)
        _, similar = structural_similarity(self.photo, result, channel_axis=2, full=True)
        return float(similar[outside].mean())

    def shown(self, result: Picture) -> float:
        """How far the inside of G is from the new garment, in grey levels."""
        inside = ~grown(~self.region, 0.015)
        smooth = (cv2.GaussianBlur(each, (0, 0), 3).astype(float) for each in (result, self.drawn))
        return float(np.abs(np.subtract(*smooth))[inside].mean())


@pytest.fixture(scope="module", params=[*PEOPLE])
def case(request: pytest.FixtureRequest, models: Path) -> Case:
    return Case(request.param, models)


def test_identity_comes_back_and_the_new_garment_stays(case: Case) -> None:
    result = onto(case.photo, case.generated, Ground.of(case.photo, case.regions))
    assert case.kept(result) >= 0.99
    assert case.shown(result) < 12


def test_neither_the_photo_itself_nor_the_picture_as_it_came_would_pass(case: Case) -> None:
    assert case.shown(case.photo) > 30
    assert case.kept(case.generated) < 0.97
    pasted = np.where(grown(case.region, 0.0)[..., None], case.generated, case.photo)
    assert case.shown(pasted) > 14


def test_a_shift_is_found_to_a_fraction_of_a_pixel(case: Case) -> None:
    changed = case.regions.changed
    height, width = changed.shape
    small, made = (
        cv2.resize(each, (width, height), interpolation=cv2.INTER_AREA)
        for each in (case.photo, case.generated)
    )
    place = place_of(small, made, changed)
    factor = width / case.photo.shape[1]
    assert place.scale == pytest.approx(SCALE, abs=0.002)
    assert np.array(place.shift) * max(width, height) == pytest.approx(SHIFT * factor, abs=0.5)


@pytest.mark.parametrize(
    "changed_picture",
    [
        lambda photo, region: photo,
        dressed,
        lambda photo, region: (photo * 0.9).astype(np.uint8),
        lambda photo, region: np.random.default_rng(3).integers(0, 256, photo.shape, np.uint8),
        lambda photo, region: np.full_like(photo, 90),
    ],
    ids=["same", "dressed", "darker", "noise", "blank"],
)
def test_what_lies_where_it_should_or_shows_nothing_is_left_there(
    models: Path, changed_picture: object
) -> None:
    photo, region = sample("people/ana_tee_logo"), worn("ana_tee_logo")
    mask = cv2.GaussianBlur(grown(region, 0.02).astype(np.float32), (0, 0), 2)
    assert callable(changed_picture)
    assert place_of(photo, changed_picture(photo, region), mask) == HERE


def test_other_light_is_undone_where_it_is_all_that_differs() -> None:
    photo = sample("people/ana_tee_logo")
    warm = (photo * WARMTH).clip(0, 255).astype(np.uint8)
    everywhere = np.ones(photo.shape[:2], bool)
    undone = relit(warm, curves_of(photo, warm, everywhere)).astype(int)
    assert np.median(np.abs(undone - photo)) <= 2
    noise = np.random.default_rng(4).integers(0, 256, photo.shape, np.uint8)
    assert curves_of(photo, noise, everywhere) is None
    assert relit(photo, None) is photo


def test_a_picture_that_is_where_it_should_be_is_not_touched() -> None:
    photo = sample("people/ana_tee_logo")
    assert moved_back(photo, HERE) is photo


def test_masks_of_everything_leave_nothing_to_register() -> None:
    photo = sample("people/ana_tee_logo")
    everything = np.ones(photo.shape[:2], np.float32)
    regions = Regions(everything, 0 * everything, 0 * everything)
    made = onto(photo, 255 - photo, Ground.of(photo, regions))
    np.testing.assert_array_equal(made, 255 - photo)
