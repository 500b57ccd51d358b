"""A generated picture back onto its photo: what may change does, all else is the photo."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.composite import REACH, SEAM, Ground, Regions, back_onto, onto
from tests.ml.conftest import sample, worn

NAME = "ana_tee_logo"
STRIPES = np.array([[30, 60, 160], [230, 210, 90]], np.uint8)
FAR = REACH + SEAM + 0.01  # of the longest edge: beyond it nothing changes, ever


def grown(mask: np.ndarray, share: float) -> np.ndarray:
    side = 2 * round(share * max(mask.shape)) + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def dressed(photo: Picture, where: np.ndarray) -> Picture:
    """The photo with stripes instead of what is there."""
    rows = np.arange(photo.shape[0]) // 12 % 2
    return np.where(where[..., None], STRIPES[rows][:, None], photo)


def as_networks_return(picture: Picture, drift: tuple[float, float] = (0.92, -6.0)) -> Picture:
    """Smaller, softer, with other colours, a little noisy."""
    scale = 576 / picture.shape[1]
    size = 576, round(picture.shape[0] * scale)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, 2, small.shape)
    return (small * drift[0] + drift[1] + noise).clip(0, 255).astype(np.uint8)


def composite(
    photo: Picture, generated: Picture, changed: Mask, head: Mask, limbs: Mask
) -> Picture:
    return onto(photo, generated, Ground.of(photo, Regions(changed, head, limbs)))


@pytest.fixture(scope="module")
def photo() -> Picture:
    """Larger than what networks return."""
    picture = sample(f"people/{NAME}")
    return cv2.resize(picture, (720, round(picture.shape[0] * 720 / picture.shape[1])))


@pytest.fixture(scope="module")
def garment(photo: Picture) -> np.ndarray:
    mask = worn(NAME).astype(np.uint8)
    return cv2.resize(mask, photo.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0


@pytest.fixture(scope="module")
def changed(garment: np.ndarray) -> Mask:
    return cv2.GaussianBlur(grown(garment, 0.03).astype(np.float32), (0, 0), 2)


@pytest.fixture(scope="module")
def identity(garment: np.ndarray) -> Mask:
    """A hand in front of the garment, say."""
    mask = np.zeros(garment.shape, np.float32)
    rows, columns = np.nonzero(garment)
    cv2.circle(mask, (int(columns.mean()), int(rows.mean())), 50, 1.0, cv2.FILLED)
    return mask


@pytest.fixture(scope="module")
def result(photo: Picture, garment: np.ndarray, changed: Mask, identity: Mask) -> Picture:
    return composite(
        photo, as_networks_return(dressed(photo, garment)), changed, identity, 0 * changed
    )


def test_the_result_has_the_photos_own_resolution(photo: Picture, result: Picture) -> None:
    assert result.shape == photo.shape
    assert result.dtype == np.uint8


def test_what_no_tryon_changes_is_the_photo_bit_for_bit(
    photo: Picture, result: Picture, changed: Mask
) -> None:
    outside = ~grown(changed > 0.01, FAR)
    assert outside.mean() > 0.3
    np.testing.assert_array_equal(result[outside], photo[outside])


def test_face_and_hands_are_the_photos(photo: Picture, result: Picture, identity: Mask) -> None:
    inside = ~grown(identity < 1, 0.01)
    assert inside.sum() > 1000
    np.testing.assert_array_equal(result[inside], photo[inside])


def test_the_garment_is_the_generated_one_in_the_photos_colours(
    photo: Picture, result: Picture, garment: np.ndarray, identity: Mask
) -> None:
    inside = ~grown(~garment, 0.02) & (identity == 0)
    wanted = dressed(photo, garment)
    smooth = (cv2.GaussianBlur(picture, (0, 0), 3).astype(float) for picture in (wanted, result))
    assert np.abs(np.subtract(*smooth))[inside].mean() < 3


def test_no_seam_shows_where_both_pictures_meet(
    photo: Picture, result: Picture, garment: np.ndarray, changed: Mask, identity: Mask
) -> None:
    """Between garment and edge the generated picture shows what the photo shows."""
    ring = (changed > 0.5) & ~grown(garment, 0.012) & (identity == 0)
    smooth = (cv2.GaussianBlur(picture, (0, 0), 3).astype(float) for picture in (photo, result))
    step = np.abs(np.subtract(*smooth))[ring].mean()
    pasted = cv2.resize(as_networks_return(photo), photo.shape[1::-1]).astype(float)
    assert np.abs(pasted - photo)[ring].mean() > 8
    assert step < 2


def test_a_change_that_goes_on_beyond_the_mask_is_followed(
    photo: Picture, garment: np.ndarray, changed: Mask
) -> None:
    wider = grown(garment, 0.06)
    made = composite(
        photo, as_networks_return(dressed(photo, wider)), changed, 0 * changed, 0 * changed
    )
    beyond = ~grown(~wider, 0.01) & (changed < 0.01)
    assert beyond.sum() > 1000
    assert np.abs(made[beyond] - dressed(photo, wider)[beyond].astype(float)).mean() < 40
    assert np.abs(made[beyond] - photo[beyond].astype(float)).mean() > 60


def test_what_was_drawn_anew_far_from_the_clothes_is_left_out(
    photo: Picture, garment: np.ndarray, changed: Mask
) -> None:
    drawn = dressed(photo, garment)
    drawn[:80, :80] = 255
    made = composite(photo, as_networks_return(drawn), changed, 0 * changed, 0 * changed)
    np.testing.assert_array_equal(made[:80, :80], photo[:80, :80])


def test_a_picture_that_has_nothing_of_the_photo_stays_within_the_clothes(
    photo: Picture, changed: Mask
) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (864, 576, 3), np.uint8)
    made = composite(photo, noise, changed, 0 * changed, 0 * changed)
    outside = ~grown(changed > 0.01, SEAM + 0.005)
    np.testing.assert_array_equal(made[outside], photo[outside])


def test_a_photo_that_came_back_as_it_was_stays_nearly_the_same(
    photo: Picture, changed: Mask
) -> None:
    made = composite(photo, as_networks_return(photo), changed, 0 * changed, 0 * changed)
    smooth = (cv2.GaussianBlur(picture, (0, 0), 3).astype(float) for picture in (photo, made))
    assert np.abs(np.subtract(*smooth)).mean() < 1.5


@pytest.mark.parametrize("everywhere", [0.0, 1.0])
def test_masks_of_nothing_and_of_all_are_masks_too(photo: Picture, everywhere: float) -> None:
    mask = np.full((90, 60), everywhere, np.float32)
    nothing = np.zeros((90, 60), np.float32)
    made = composite(photo, 255 - photo, mask, nothing, nothing)
    np.testing.assert_array_equal(made, 255 - photo if everywhere else photo)


# --- on whole photos: the sample people were photographed in several garments -------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ana_tee_logo", "ana_long_plaid"),  # whose cuffs cover a part of her hands
        ("ben_long_plaid", "ben_tee_stripe"),
    ],
)
def test_a_perfect_network_gives_the_photo_that_was_taken(models: Path, old: str, new: str) -> None:
    before, wanted = sample(f"people/{old}"), sample(f"people/{new}")
    made = back_onto(before, as_networks_return(wanted), Category.TOPS, models)
    smooth = (cv2.GaussianBlur(picture, (0, 0), 3).astype(float) for picture in (made, wanted))
    error = np.abs(np.subtract(*smooth)).mean(axis=2)
    assert error.mean() < 1.2
    assert (error > 40).mean() < 0.002
    np.testing.assert_array_equal(made[:200], before[:200])  # face and all above


def test_bare_arms_stay_as_sharp_as_they_were_taken(models: Path) -> None:
    before, wanted = sample("people/ana_tee_logo"), sample("people/ana_tee_stripe")
    made = back_onto(before, as_networks_return(wanted), Category.TOPS, models)
    forearm = (slice(590, 680), slice(176, 190))
    np.testing.assert_array_equal(made[forearm], before[forearm])


def test_a_photo_of_nobody_is_refused(models: Path) -> None:
    wall = np.full((400, 300, 3), 180, np.uint8)
    with pytest.raises(Refusal) as refused:
        back_onto(wall, wall, Category.TOPS, models)
    assert refused.value.code is Code.NO_PERSON


def test_of_two_people_the_one_at_the_point_is_dressed(models: Path) -> None:
    left, right = sample("people/ana_tee_logo"), sample("people/ben_tee_logo")
    both = np.hstack([left, right])
    drawn = np.hstack([sample("people/ana_long_plaid"), sample("people/ben_long_plaid")])
    width = left.shape[1]
    made = back_onto(both, as_networks_return(drawn), Category.TOPS, models, (0.75, 0.5))
    different = (made != both).any(axis=2)
    assert different[:, width:].mean() > 0.1
    assert different[:, :width].mean() < 0.02
