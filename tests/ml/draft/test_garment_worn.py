"""Tops that are taken off who wears them in their picture."""

from dataclasses import replace

import numpy as np
import pytest

from modera_bot.errors import Code
from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Body, GarmentPicture, Person, Picture, TryOnTask
from modera_bot.ml.draft import worn as worn_module
from modera_bot.ml.draft.tryon import draft_tryon
from modera_bot.ml.draft.worn import WornTop, judge_worn, take_off, wearer
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample, worn
from tests.ml.draft.bodies import HEIGHT, WIDTH, body, leaning, person, turned

PICTURE = np.full((HEIGHT, WIDTH, 3), (40, 60, 140), np.uint8)


@pytest.fixture(scope="module")
def taken(understanding):
    """The top taken off somebody of tests/samples/people, each once."""
    known: dict[str, WornTop | None] = {}

    def of(name: str) -> WornTop | None:
        if name not in known:
            picture = sample(f"people/{name}")
            known[name] = take_off(picture, understanding.understand(picture))
        return known[name]

    return of


@pytest.mark.parametrize("name", ["ana_tee_logo", "ana_long_plaid", "ben_tee_stripe"])
def test_what_is_taken_off_is_the_top(taken, name):
    top, true = taken(name), worn(name)
    assert top is not None
    overlap = (top.cut.mask & true).sum() / (top.cut.mask | true).sum()
    assert overlap > 0.94


def test_nothing_of_who_wears_it_is_left(taken, understanding):
    top = taken("ana_tee_logo")
    x, y = understanding.understand(sample("people/ana_tee_logo")).people[0].pose[0, :2].astype(int)
    assert top is not None
    assert (top.cut.colour[y - 20 : y + 20, x - 20 : x + 20] == 0.5).all()
    assert top.cut.alpha[: y + 40].max() == 0


@pytest.mark.parametrize(
    ("name", "shortest", "longest"),
    [("ben_tee_stripe", 0.3, 0.6), ("ana_long_plaid", 1.2, 1.7)],
)
def test_its_sleeves_are_as_long_as_they_are_worn(taken, name, shortest, longest):
    shape = taken(name).shape
    for sleeve in shape.sleeves:
        assert sleeve is not None
        assert shortest < sleeve.length / shape.chest < longest


def test_its_key_points_lie_in_their_order(taken):
    shape = taken("ben_tee_stripe").shape
    left, right = 0, 1
    across = [shape.tips[left], shape.necks[left], shape.necks[right], shape.tips[right]]
    assert (np.diff([point[0] for point in across]) > 0).all()
    assert (shape.armpits[:, 1] > shape.tips[:, 1]).all()
    assert (np.diff(shape.rows[:, 0]) > 0).all()
    assert shape.rows[0, 0] > shape.armpits[:, 1].mean()
    assert 0 < shape.neck_depth < 0.5 * shape.neck_width


@pytest.mark.parametrize("name", ["mia_tank_dots", "mia_dress_pin"])
def test_what_an_arm_hides_or_has_no_hem_stays_on(taken, name):
    assert taken(name) is None


def test_a_top_that_the_photo_cuts_off_stays_on(understanding):
    picture = sample("people/ben_tee_logo")[:760]
    assert take_off(picture, understanding.understand(picture)) is None


@pytest.mark.parametrize(
    ("near_miss", "too_far"),
    [
        (turned(person(), 22), turned(person(), 28)),
        (leaning(8), leaning(12)),
        (person(left_wrist=(600, 420)), person(left_wrist=(420, 420))),
    ],
    ids=["turned", "leaning", "hand in front"],
)
def test_worn_garments_are_seen_from_straight_ahead(near_miss, too_far):
    assert judge_worn(PICTURE, body(near_miss)).fault is None
    assert judge_worn(PICTURE, body(too_far)).fault is Code.GARMENT_ON_PERSON


def unsure_elbow(certainty: float) -> Person:
    """Somebody of whom one elbow is hardly seen."""
    visibility = person().visibility.copy()
    visibility[Landmark.LEFT_ELBOW] = certainty
    return replace(person(), visibility=visibility)


def small(rows: int) -> Person:
    """Somebody whose outline takes 340 of 800 columns in so many of 1000 rows."""
    return replace(person(), mask=person().mask * (np.arange(HEIGHT) < 100 + rows)[:, None])


@pytest.mark.parametrize(
    ("near_miss", "too_far"),
    [
        (replace(person(), detection=0.69), replace(person(), detection=0.67)),
        (unsure_elbow(0.72), unsure_elbow(0.68)),
        (replace(person(), mask_agreement=0.87), replace(person(), mask_agreement=0.855)),
        (small(200), small(180)),
    ],
    ids=["detection", "elbows", "outline", "size"],
)
def test_each_limit_of_being_sure_of_a_wearer_lets_a_near_miss_pass(near_miss, too_far):
    assert judge_worn(PICTURE, body(near_miss)).fault is None
    assert judge_worn(PICTURE, body(too_far)).fault is Code.GARMENT_ON_PERSON


@pytest.mark.parametrize(
    ("field", "near_miss", "too_little"), [("skin_contrast", 18.1, 17.9), ("skin", 0.031, 0.029)]
)
def test_clothes_are_told_from_skin_or_stay_on(
    understanding, monkeypatch, field, near_miss, too_little
):
    picture = sample("people/ana_tee_stripe")
    found = understanding.understand(picture)
    (one,) = found.people
    parsed = parse(picture, one, figure(one))
    share = float((parsed.skin * one.mask).sum() / one.mask.sum())
    for value, comes_off in ((near_miss, True), (too_little, False)):
        changed = value if field == "skin_contrast" else parsed.skin * np.float32(value / share)
        other = replace(parsed, **{field: changed})
        monkeypatch.setattr(worn_module, "parse", lambda *given, other=other: other)
        assert (take_off(picture, found) is not None) is comes_off


def test_of_two_people_nobody_is_undressed():
    assert judge_worn(PICTURE, body(person(), person())).fault is Code.GARMENT_ON_PERSON


def test_a_print_of_a_person_is_nobody_to_undress():
    small = replace(person(), mask=person().mask * (np.arange(HEIGHT) < 250)[:, None])
    assert judge_worn(PICTURE, body(small)).fault is Code.GARMENT_ON_PERSON


def hands_of(colour: tuple[int, int, int]) -> Picture:
    """A picture for somebody in blue whose hands have a colour."""
    picture = PICTURE.copy()
    picture[:, :270] = picture[:, 530:] = colour
    return picture


@pytest.mark.parametrize(
    ("colour", "worn"),
    [((224, 172, 140), True), ((92, 56, 40), True), ((40, 60, 140), False), ((230,) * 3, False)],
    ids=["light skin", "dark skin", "sleeves", "a dummy's"],
)
def test_somebody_without_a_head_is_told_from_a_dummy_by_the_hands(colour, worn):
    left, right = (255, 620), (545, 620)
    fingers = {"left_pinky": right, "left_index": right, "right_pinky": left, "right_index": left}
    headless = replace(person(**fingers), face=None)
    assert (wearer(hands_of(colour), body(headless)) is not None) is worn
    assert wearer(PICTURE, Body(())) is None


@pytest.mark.parametrize("name", ["ana_long_plaid", "ana_tee_stripe"])
def test_heads_that_the_photo_cuts_off_are_not_needed(understanding, name):
    picture, true = sample(f"people/{name}")[205:], worn(name)[205:]
    top = take_off(picture, understanding.understand(picture))
    assert top is not None
    assert (top.cut.mask & true).sum() / (top.cut.mask | true).sum() > 0.9


def test_a_worn_top_is_drafted_on_somebody_else(models):
    photo, garment = sample("people/ben_tee_stripe"), sample("people/ana_tee_logo")
    drafted = draft_tryon(TryOnTask(photo, (GarmentPicture(garment),)), models).picture
    changed = np.abs(drafted.astype(np.int16) - photo).max(axis=2) > 12
    true = worn("ben_tee_stripe") | worn("ben_tee_logo")
    assert (changed & true).sum() / (changed | true).sum() > 0.86
