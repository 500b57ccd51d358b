"""The draft's contract, on pairs that try every stage, and on odd pictures."""

from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category, Notice
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import GarmentPicture, Picture, TryOnOutput, TryOnTask
from modera_bot.ml.draft import draft_tryon
from tests.ml.conftest import sample
from tests.ml.draft.scoring import Pair

#: Short to long sleeves, long to short ones, print on print.
PAIRS = [
    Pair("ana", "tee_logo", "long_plaid", True),
    Pair("ana", "long_plaid", "tee_stripe", True),
    Pair("ben", "tee_stripe", "tee_logo", True),
]


@pytest.fixture(scope="module")
def drafts(models: Path) -> list[TryOnOutput]:
    return [draft_tryon(pair.task, models) for pair in PAIRS]


def resized(picture: Picture, scale: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def tried(person: Picture, garment: Picture, models: Path, category=Category.TOPS) -> Picture:
    return draft_tryon(TryOnTask(person, (GarmentPicture(garment, category),)), models).picture


def test_the_draft_looks_more_like_the_ground_truth_than_the_photo_does(drafts):
    for pair, draft in zip(PAIRS, drafts, strict=True):
        truth = pair.truth.astype(np.float32)
        off_before, off_after = (
            float(np.abs(picture - truth).mean()) for picture in (pair.before, draft.picture)
        )
        assert off_after < 0.8 * off_before, pair.name


def test_clothes_unlike_skin_are_not_called_like_it(drafts):
    assert [draft.notices for draft in drafts] == [()] * len(drafts)


def test_face_and_hair_stay_bit_for_bit(drafts, understanding):
    for pair, draft in zip(PAIRS, drafts, strict=True):
        person = understanding.understand(pair.before).people[0]
        chin = int(person.face.mesh[152, 1])
        assert (draft.picture[:chin] == pair.before[:chin]).all(), pair.name


def test_the_rest_of_the_photo_stays_bit_for_bit_at_its_own_size(models):
    pair = PAIRS[0]
    large = resized(pair.before, 2.5)
    after = tried(large, pair.garment, models)
    assert after.shape == large.shape
    unchanged = (after == large).all(axis=2)
    assert unchanged[: large.shape[0] // 4].all()
    assert unchanged[:, : large.shape[1] // 8].all()
    assert 0.5 < unchanged.mean() < 0.9


def test_the_same_pictures_give_the_same_draft(drafts, models):
    assert (draft_tryon(PAIRS[1].task, models).picture == drafts[1].picture).all()


def test_the_photos_themselves_are_not_painted_on(models):
    task = PAIRS[2].task
    person, garment = task.person.copy(), task.garments[0].picture.copy()
    draft_tryon(task, models)
    assert (task.person == person).all()
    assert (task.garments[0].picture == garment).all()


def test_old_sleeves_that_are_too_long_become_skin(drafts):
    forearm = drafts[1].picture[600:660, 180:200].reshape(-1, 3).mean(axis=0)
    bare = sample("people/ana_tee_stripe")[600:660, 180:200].reshape(-1, 3).mean(axis=0)
    assert np.abs(forearm - bare).max() < 35


def test_a_category_is_guessed_unless_it_is_given(models):
    person, dress = sample("people/ana_tee_logo"), sample("garments/dress_pin")
    for category, known in ((None, Category.ONE_PIECES), (Category.TOPS, Category.TOPS)):
        output = draft_tryon(TryOnTask(person, (GarmentPicture(dress, category),)), models)
        assert output.categories == (known,)


@pytest.mark.parametrize(
    ("person", "garment", "code"),
    [
        ("garments/tee_logo", "garments/tee_logo", Code.NO_PERSON),
        ("people/ana_tee_logo", "people/mia_tank_dots", Code.GARMENT_ON_PERSON),
    ],
)
def test_what_can_not_be_drafted_is_refused(person, garment, code, models):
    with pytest.raises(Refusal) as refused:
        tried(sample(person), sample(garment), models, category=None)
    assert refused.value.code is code


def test_a_small_photo_still_works_and_says_so(models):
    pair = PAIRS[0]
    small = resized(pair.before, 400 / 1024)
    output = draft_tryon(TryOnTask(small, (GarmentPicture(pair.garment, Category.TOPS),)), models)
    assert output.picture.shape == small.shape
    assert Notice.SMALL_PHOTO in output.notices


def on_background(garment: Picture, colour: tuple[int, int, int]) -> Picture:
    """The garment's white exchanged for another plain background."""
    share = (garment.min(axis=2, keepdims=True) > 250).astype(np.float32)
    return (garment * (1 - share) + np.array(colour) * share).astype(np.uint8)


def tiny(garment: Picture) -> Picture:
    canvas = np.full_like(garment, 255)
    small = cv2.resize(garment, None, fx=0.08, fy=0.08, interpolation=cv2.INTER_AREA)
    canvas[500 : 500 + small.shape[0], 350 : 350 + small.shape[1]] = small
    return canvas


def gradient(garment: Picture) -> Picture:
    return np.tile(np.linspace(0, 255, garment.shape[1])[None, :, None], (1024, 1, 3)).astype("u1")


ODD_GARMENTS = {
    "grey background": lambda garment: on_background(garment, (128, 128, 128)),
    "pink background": lambda garment: on_background(garment, (240, 190, 200)),
    "white on white": lambda garment: np.maximum(garment, 247),
    "black": lambda garment: np.where(garment > 250, 255, garment // 20).astype(np.uint8),
    "black on black": lambda garment: garment // 200 * 3,
    "tiny": tiny,
    "one pixel high": lambda garment: garment[500:501],
    "nothing": np.ones_like,
    "gradient": gradient,
    "noise": lambda garment: np.random.default_rng(1).integers(0, 255, garment.shape, np.uint8),
    "cropped": lambda garment: garment[450:, :420],
    "upside down": lambda garment: np.ascontiguousarray(garment[::-1]),
    "lying": lambda garment: np.ascontiguousarray(np.rot90(garment)),
}


@pytest.mark.parametrize("oddity", ODD_GARMENTS.values(), ids=ODD_GARMENTS)
def test_an_odd_garment_photo_gives_a_draft_or_a_refusal(oddity, models):
    person = sample("people/ben_tee_stripe")
    garment = np.ascontiguousarray(oddity(sample("garments/long_plaid")))
    with suppress(Refusal):
        assert tried(person, garment, models).shape == person.shape


@pytest.mark.parametrize("colour", [(128, 128, 128), (240, 190, 200), (30, 60, 40)])
def test_a_plain_background_may_have_any_colour(colour, models, drafts):
    garment = on_background(sample("garments/tee_logo"), colour)
    after = tried(PAIRS[2].before, garment, models).astype(np.int16)
    assert np.abs(after - drafts[2].picture).mean() < 3


@pytest.mark.parametrize(
    "crop",
    [
        (slice(0, 500), slice(None)),
        (slice(200, None), slice(None)),
        (slice(None), slice(0, 420)),
        (slice(0, 700), slice(100, 700)),
    ],
    ids=["chest only", "no head", "half a person", "no hands"],
)
def test_a_cropped_person_gives_a_draft_or_a_refusal(crop, models):
    person = np.ascontiguousarray(sample("people/ben_tee_logo")[crop])
    with suppress(Refusal):
        assert tried(person, sample("garments/long_plaid"), models).shape == person.shape
