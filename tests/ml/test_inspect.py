"""What a look at a photo tells: its role, and the faults as a person should hear them."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from modera_bot.contracts import (
    Category,
    GarmentRef,
    Inspector,
    Notice,
    PhotoReport,
    Role,
    TryOnRequest,
)
from modera_bot.errors import Code, ModeraError, PictureError
from modera_bot.images import encode
from modera_bot.ml.base import Picture
from modera_bot.ml.inspect import PhotoInspector
from modera_bot.ml.look import look
from modera_bot.pool import PicturePool
from tests.ml.conftest import SAMPLES, sample

PEOPLE = sorted(path.stem for path in (SAMPLES / "people").glob("*.jpg"))


class Looker:
    """Looks at pictures with the models at hand."""

    def __init__(self, models: Path) -> None:
        self.models = models

    def __call__(self, picture: Picture, *, draft_only: bool = True) -> PhotoReport:
        return look(encode(picture), self.models, draft_only)


@pytest.fixture(scope="module")
def looked(models: Path) -> Looker:
    return Looker(models)


def row(count: int) -> Picture:
    """People side by side."""
    return np.hstack([sample(f"people/{name}")[:, 160:610] for name in PEOPLE[:count]])


def with_print(garment: str, person: str) -> Picture:
    """A garment with a photo of a person printed on its chest."""
    picture = sample(f"garments/{garment}")
    photo = cv2.resize(
        sample(f"people/{person}"), None, fx=0.28, fy=0.28, interpolation=cv2.INTER_AREA
    )
    height, width = photo.shape[:2]
    picture[330 : 330 + height, 290 : 290 + width] = photo
    return picture


def on_a_dummy(person: str, shoulder_line: int) -> Picture:
    """A photo without the person's head, as of a headless dummy."""
    picture = sample(f"people/{person}")
    picture[:shoulder_line] = picture[5, 5]
    return picture


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_is_told_as_a_person(looked: Looker, name: str) -> None:
    report = looked(sample(f"people/{name}"))
    assert (report.role, report.people) == (Role.PERSON, 1)
    assert report.fault(Role.PERSON) is None
    assert report.fault(Role.GARMENT) is None  # somebody else may try on what is worn here
    assert (report.width, report.height) == (768, 1024)
    assert report.category is None


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("tee_logo", Category.TOPS),
        ("tee_stripe", Category.TOPS),
        ("long_plaid", Category.TOPS),
        ("tank_dots", Category.TOPS),
        ("trousers", Category.BOTTOMS),
        ("dress_pin", Category.ONE_PIECES),
    ],
)
def test_a_garment_is_told_as_a_garment_of_its_kind(
    looked: Looker, name: str, category: Category
) -> None:
    report = looked(sample(f"garments/{name}"))
    assert (report.role, report.people, report.category) == (Role.GARMENT, 0, category)
    assert report.fault(Role.GARMENT) is None
    assert report.fault(Role.PERSON) is Code.NO_PERSON


@pytest.mark.parametrize("draft_only", [True, False])
@pytest.mark.parametrize("count", [2, 5])
def test_several_people_are_too_many_for_every_backend(
    looked: Looker, count: int, draft_only: bool
) -> None:
    report = looked(row(count), draft_only=draft_only)
    assert (report.role, report.people) == (Role.PERSON, count)
    assert report.person_fault is Code.SEVERAL_PEOPLE


def test_each_of_several_people_can_be_pointed_at_from_left_to_right(looked: Looker) -> None:
    picture = row(3)
    places = looked(picture).people_at
    assert [int(place.point[0] * 3) for place in places] == [0, 1, 2]
    assert [place.fault for place in places] == [None, None, None]
    for place in places:
        left, top, right, bottom = place.box
        x, y = place.point
        assert left < x < right
        assert top < y < bottom
        assert 0.2 < right - left < 0.45
        assert (top < 0.12, bottom) == (True, 1.0)


def test_it_is_told_which_of_several_people_cannot_be_dressed(looked: Looker) -> None:
    upright, tilted = sample("people/ana_tee_logo"), sample("people/ben_tee_logo")
    turn = cv2.getRotationMatrix2D((384, 512), 30, 0.8)
    tilted = cv2.warpAffine(tilted, turn, (768, 1024), borderMode=cv2.BORDER_REPLICATE)
    picture = np.hstack([upright, np.asarray(tilted, np.uint8)])
    alone, beside = (looked(picture, draft_only=each).people_at for each in (True, False))
    assert [place.fault for place in alone] == [None, Code.LEANING]
    assert [place.fault for place in beside] == [None, None]


@pytest.mark.parametrize("top", [200, 270])
def test_somebody_without_a_head_may_be_meant_either_way(looked: Looker, top: int) -> None:
    report = looked(sample("people/ben_tee_logo")[top:])
    assert (report.role, report.people) == (Role.UNSURE, 1)
    assert report.garment_fault is None


def test_a_garment_on_a_headless_dummy_is_a_garment(looked: Looker) -> None:
    report = looked(on_a_dummy("mia_dress_pin", 155))
    assert (report.role, report.people) == (Role.GARMENT, 0)
    assert report.person_fault is Code.NO_PERSON


def test_a_person_printed_on_a_garment_is_nobody(looked: Looker) -> None:
    report = looked(with_print("tee_stripe", "ana_tee_logo"))
    assert (report.role, report.people) == (Role.GARMENT, 0)
    assert report.person_fault is Code.NO_PERSON


@pytest.mark.parametrize(
    "picture",
    [
        np.full((700, 600, 3), 255, np.uint8),
        np.random.default_rng(5).integers(0, 256, (700, 600, 3), np.uint8),
    ],
    ids=["white", "noise"],
)
def test_neither_person_nor_garment_is_unsure(looked: Looker, picture: Picture) -> None:
    report = looked(picture)
    assert (report.role, report.people) == (Role.UNSURE, 0)
    assert report.person_fault is Code.NO_PERSON
    assert report.garment_fault is not None


def test_what_only_the_draft_refuses_is_no_fault_beside_other_backends(looked: Looker) -> None:
    garment = sample("garments/tank_dots")[:700]  # the hem is cut off
    alone, beside = (looked(garment, draft_only=each) for each in (True, False))
    assert alone.garment_fault is Code.GARMENT_CROPPED
    assert beside.garment_fault is None
    worn = looked(sample("people/ana_tee_logo"), draft_only=False)
    assert worn.garment_fault is None


def test_a_leaning_person_is_only_unlikely_as_a_draft(looked: Looker) -> None:
    upright = sample("people/ben_tee_logo")
    turn = cv2.getRotationMatrix2D((384, 512), 30, 0.7)
    leaning = cv2.warpAffine(upright, turn, (768, 1024), borderMode=cv2.BORDER_REPLICATE)
    alone, beside = (looked(leaning, draft_only=each) for each in (True, False))
    assert alone.person_fault is Code.LEANING
    assert Notice.DRAFT_UNLIKELY not in alone.notices
    assert beside.person_fault is None
    assert Notice.DRAFT_UNLIKELY in beside.notices


def test_a_person_far_away_is_too_small(looked: Looker) -> None:
    small = cv2.resize(
        sample("people/mia_dress_pin"), None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA
    )
    picture = np.full((1000, 800, 3), small[0, 0], np.uint8)
    picture[600 : 600 + small.shape[0], 300 : 300 + small.shape[1]] = small
    report = looked(picture, draft_only=False)
    assert report.role is Role.PERSON
    assert report.person_fault is Code.PERSON_TOO_SMALL


def test_what_was_written_before_people_could_be_chosen_is_still_read() -> None:
    report = '{"role": "person", "width": 768, "height": 1024, "people": 2}'
    assert PhotoReport.model_validate_json(report).people_at == ()
    request = '{"person_key": "a", "garments": [{"key": "b"}]}'
    assert TryOnRequest.model_validate_json(request).person_at is None


@pytest.mark.parametrize("person_at", [(-0.1, 0.5), (0.5, 1.1)])
def test_nobody_is_chosen_outside_the_picture(person_at: tuple[float, float]) -> None:
    with pytest.raises(ValidationError):
        TryOnRequest(person_key="a", garments=(GarmentRef(key="b"),), person_at=person_at)


def test_bytes_that_are_no_picture_are_refused(models: Path) -> None:
    with pytest.raises(PictureError):
        look(b"not a picture", models, True)


@pytest.fixture
def pool() -> Iterator[PicturePool]:
    one = PicturePool(workers=1)
    yield one
    one.close()


def test_the_inspector_looks_in_a_process_of_its_own(pool: PicturePool, models: Path) -> None:
    inspector: Inspector = PhotoInspector(pool, models, draft_only=True)
    garment = (SAMPLES / "garments" / "tee_logo.jpg").read_bytes()
    assert inspector.inspect(garment) == look(garment, models, True)


def test_missing_models_are_said_across_the_processes(pool: PicturePool, tmp_path: Path) -> None:
    inspector = PhotoInspector(pool, tmp_path, draft_only=True)
    with pytest.raises(ModeraError, match="modera-bot models pull") as caught:
        inspector.inspect((SAMPLES / "people" / "ana_tee_logo.jpg").read_bytes())
    assert caught.value.code is Code.MODELS_MISSING
