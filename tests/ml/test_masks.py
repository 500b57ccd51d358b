"""Masks for every backend, on the sample people; ground truth is where each garment is worn."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Person
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.masks import BodyMasks, body_masks
from tests.ml.conftest import sample, worn

WORN = {
    "ana_tee_stripe": Category.TOPS,
    "ben_long_plaid": Category.TOPS,
    "mia_tank_dots": Category.TOPS,
    "mia_dress_pin": Category.ONE_PIECES,
}

Masked = Callable[[str, Category], BodyMasks]


@pytest.fixture(scope="module")
def person(understanding: BodyUnderstanding) -> Callable[[str], Person]:
    return cache(lambda name: understanding.understand(sample(f"people/{name}")).people[0])


@pytest.fixture(scope="module")
def masked(person: Callable[[str], Person]) -> Masked:
    return cache(
        lambda name, category: body_masks(sample(f"people/{name}"), person(name), category)
    )


@pytest.mark.parametrize(("name", "category"), WORN.items())
def test_all_of_what_is_worn_is_drawn_anew(masked: Masked, name: str, category: Category) -> None:
    garment, masks = worn(name), masked(name, category)
    assert (masks.agnostic > 0.5)[garment].mean() >= 0.97
    assert (masks.changed > 0.5)[garment].mean() >= 0.97
    assert (masks.identity > 0.5)[garment].mean() < 0.01


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("name", ["ana_tee_stripe", "mia_tank_dots"])
def test_what_is_kept_and_what_is_drawn_anew_are_apart(
    masked: Masked, name: str, category: Category
) -> None:
    masks = masked(name, category)
    assert not ((masks.agnostic > 0.5) & (masks.identity > 0.5)).any()
    for mask in (masks.agnostic, masks.changed, masks.identity):
        assert mask.dtype == np.float32
        assert mask.shape == (1024, 768)
        assert mask.min() >= 0
        assert mask.max() <= 1
    drawn = masks.agnostic > 0.5
    assert 0.04 < drawn.mean() < 0.55
    assert (masks.changed > 0.5)[drawn].mean() > 0.99


@pytest.mark.parametrize("name", WORN)
def test_face_hands_and_feet_are_kept(
    masked: Masked, person: Callable[[str], Person], name: str
) -> None:
    one = person(name)
    kept = masked(name, Category.ONE_PIECES).identity > 0.5
    assert one.face is not None
    face = cv2.convexHull(np.rint(one.face.mesh[:, :2]).astype(np.int32))
    inside = cv2.fillConvexPoly(np.zeros(kept.shape, np.uint8), face, 1) > 0
    assert kept[inside].mean() > 0.97
    points = [Landmark.LEFT_INDEX, Landmark.RIGHT_INDEX]
    if name.startswith("mia"):  # the others are shown to the thighs
        points += [Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX]
    for x, y in one.pose[points, :2].astype(int):
        assert kept[y - 4 : y + 5, x - 4 : x + 5].mean() > 0.3


def test_a_category_leaves_the_rest_of_the_body_alone(masked: Masked) -> None:
    top, lower, whole = (masked("mia_tank_dots", each).agnostic > 0.5 for each in Category)
    knees, chest = (slice(780, 800), slice(250, 450)), (slice(260, 280), slice(280, 420))
    assert lower[knees].mean() > 0.9
    assert not top[knees].any()
    assert top[chest].mean() > 0.9
    assert not lower[chest].any()
    assert whole[chest].mean() > 0.9
    assert whole[knees].mean() > 0.9
    assert (whole | ~(top | lower)).mean() > 0.97


@pytest.mark.parametrize("category", Category)
def test_a_mirrored_picture_has_mirrored_masks(
    understanding: BodyUnderstanding, masked: Masked, category: Category
) -> None:
    picture = np.ascontiguousarray(sample("people/mia_tank_dots")[:, ::-1])
    mirrored = body_masks(picture, understanding.understand(picture).people[0], category)
    there = masked("mia_tank_dots", category)
    for one, other in (
        (there.agnostic, mirrored.agnostic),
        (there.changed, mirrored.changed),
        (there.identity, mirrored.identity),
    ):
        both = np.stack([one > 0.5, other[:, ::-1] > 0.5])
        assert both.all(axis=0).sum() / both.any(axis=0).sum() > 0.85


def test_a_large_picture_has_the_same_masks_at_its_own_size(
    understanding: BodyUnderstanding, masked: Masked
) -> None:
    picture = np.asarray(cv2.resize(sample("people/ana_tee_stripe"), (1536, 2048)), np.uint8)
    large = body_masks(picture, understanding.understand(picture).people[0], Category.TOPS)
    assert large.agnostic.shape == (2048, 1536)
    small = cv2.resize(large.agnostic, (768, 1024), interpolation=cv2.INTER_AREA)
    both = np.stack([small > 0.5, masked("ana_tee_stripe", Category.TOPS).agnostic > 0.5])
    assert both.all(axis=0).sum() / both.any(axis=0).sum() > 0.97
