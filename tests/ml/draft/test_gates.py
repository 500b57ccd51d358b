from dataclasses import replace

import numpy as np
import pytest

from modera_bot.contracts import Category, Notice
from modera_bot.errors import Code
from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Body, Person
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment, symmetry
from modera_bot.ml.draft.person_gates import Verdict, judge_person
from modera_bot.ml.draft.silhouette import guess_category
from tests.ml.conftest import sample
from tests.ml.draft.bodies import HEIGHT, WIDTH, body, leaning, person, turned

SHAPE = (HEIGHT, WIDTH)
NOBODY = Body(())


def fault(one: Person) -> Code | None:
    return judge_person(body(one), SHAPE).fault


def unseen(one: Person, certainty: float, *landmarks: Landmark) -> Person:
    visibility = one.visibility.copy()
    visibility[list(landmarks)] = certainty
    return replace(one, visibility=visibility)


def test_a_frontal_standing_person_passes_without_a_word():
    assert judge_person(body(person()), SHAPE) == Verdict(None)


def test_nobody_is_refused():
    assert judge_person(NOBODY, SHAPE).fault is Code.NO_PERSON


@pytest.mark.parametrize(
    ("near_miss", "too_far", "code"),
    [
        (replace(person(), score=0.91), replace(person(), score=0.89), Code.PERSON_UNCLEAR),
        (
            unseen(person(), 0.87, Landmark.LEFT_SHOULDER),
            unseen(person(), 0.83, Landmark.LEFT_SHOULDER),
            Code.PERSON_UNCLEAR,
        ),
        (turned(person(), 48), turned(person(), 52), Code.TURNED_AWAY),
        (
            person(left_shoulder=(465, 270), right_shoulder=(335, 270)),
            person(left_shoulder=(455, 270), right_shoulder=(345, 270)),
            Code.TURNED_AWAY,
        ),
        (leaning(16), leaning(20), Code.LEANING),
        (
            replace(person(), mask_agreement=0.86),
            replace(person(), mask_agreement=0.84),
            Code.OUTLINE_UNCLEAR,
        ),
        (
            person(left_shoulder=(540, 1), right_shoulder=(260, 1)),
            person(left_shoulder=(540, -1), right_shoulder=(260, 1)),
            Code.BODY_CROPPED,
        ),
    ],
)
def test_each_gate_lets_a_near_miss_pass_and_refuses_what_is_beyond(near_miss, too_far, code):
    assert fault(near_miss) is None
    assert fault(too_far) is code


def test_a_back_is_refused():
    back = person(left_shoulder=(300, 270), right_shoulder=(500, 270))
    assert fault(back) is Code.TURNED_AWAY


def short(hips: float) -> Person:
    """A person whose torso ends at `hips`, 270 pixels being its top."""
    return person(
        left_shoulder=(440, 270),
        right_shoulder=(360, 270),
        left_hip=(430, hips),
        right_hip=(370, hips),
    )


@pytest.mark.parametrize(("hips", "code"), [(360, None), (355, Code.PERSON_TOO_SMALL)])
def test_a_small_torso_is_refused(hips, code):
    assert fault(short(hips)) is code


def test_size_is_judged_at_the_size_that_is_worked_on():
    small = short(380)
    assert judge_person(body(small), (1000, 800)).fault is None
    assert judge_person(body(small), (4000, 3000)).fault is Code.PERSON_TOO_SMALL


@pytest.mark.parametrize(("share", "code"), [(0.25, None), (0.35, Code.SEVERAL_PEOPLE)])
def test_a_second_person_counts_unless_far_in_the_background(share, code):
    mask = np.zeros(SHAPE, np.float32)
    mask[100 : 100 + round(850 * share), 230:570] = 1
    other = replace(person(), mask=mask)
    assert judge_person(body(person(), other), SHAPE).fault is code


@pytest.mark.parametrize(
    ("one", "notices"),
    [
        (turned(person(), 26), ()),
        (turned(person(), 30), (Notice.SLIGHTLY_TURNED,)),
        (person(left_wrist=(430, 450)), (Notice.HAND_IN_FRONT,)),
        (
            person(left_wrist=(430, 450), right_wrist=(370, 450)),
            (Notice.HAND_IN_FRONT, Notice.DRAFT_UNLIKELY),
        ),
        (unseen(person(), 0.3, Landmark.LEFT_HIP), (Notice.HIPS_OUTSIDE,)),
        (unseen(person(), 0.5, Landmark.LEFT_HIP), ()),
        (replace(person(), face=None), (Notice.NO_FACE,)),
    ],
)
def test_what_still_works_is_noticed(one, notices):
    assert judge_person(body(one), SHAPE) == Verdict(None, notices)


def test_a_small_photo_is_noticed():
    assert judge_person(body(person()), (600, 480)).notices == (Notice.SMALL_PHOTO,)


def square_garment(**changes) -> CutOut:
    """A plain, symmetrical garment in the middle of a white picture."""
    alpha = np.zeros((200, 200), np.float32)
    alpha[50:150, 50:150] = 1
    whole = CutOut(
        colour=np.ones((200, 200, 3), np.float32),
        alpha=alpha,
        background_share=1.0,
        border_touch=0.0,
        noise=0.5,
    )
    return replace(whole, **changes)


def patch(width: int, height: int) -> np.ndarray:
    alpha = np.zeros((200, 200), np.float32)
    alpha[50 : 50 + height, 50 : 50 + width] = 1
    return alpha


def lopsided(cut: int) -> np.ndarray:
    alpha = patch(100, 100)
    alpha[50 : 50 + cut, 50:100] = 0
    return alpha


@pytest.mark.parametrize(
    ("near_miss", "too_far", "code"),
    [
        ({"background_share": 0.81}, {"background_share": 0.79}, Code.BUSY_BACKGROUND),
        ({"border_touch": 0.14}, {"border_touch": 0.16}, Code.GARMENT_CROPPED),
        ({"alpha": patch(30, 30)}, {"alpha": patch(26, 26)}, Code.NO_GARMENT),
        ({"alpha": lopsided(8)}, {"alpha": lopsided(20)}, Code.GARMENT_NOT_FRONTAL),
    ],
)
def test_each_garment_gate_lets_a_near_miss_pass(near_miss, too_far, code):
    assert judge_garment(square_garment(**near_miss), NOBODY).fault is None
    assert judge_garment(square_garment(**too_far), NOBODY).fault is code


def test_a_garment_on_a_person_is_refused_but_not_one_on_a_dummy():
    dummy = replace(person(), face=None)
    assert judge_garment(square_garment(), body(person())).fault is Code.GARMENT_ON_PERSON
    assert judge_garment(square_garment(), body(dummy)).fault is None


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("tee_logo", Category.TOPS),
        ("tee_stripe", Category.TOPS),
        ("long_plaid", Category.TOPS),
        ("tank_dots", Category.TOPS),
        ("dress_pin", Category.ONE_PIECES),
        ("trousers", Category.BOTTOMS),
    ],
)
def test_sample_garments_pass_and_their_category_is_guessed(name, category):
    garment = cut_out(sample(f"garments/{name}"))
    assert judge_garment(garment, NOBODY) == Verdict(None)
    assert guess_category(garment) is category


def silhouette(*boxes: tuple[int, int, int, int]) -> CutOut:
    """A garment of boxes: left, top, right, bottom, in a picture of 400 × 400."""
    alpha = np.zeros((400, 400), np.float32)
    for left, top, right, bottom in boxes:
        alpha[top:bottom, left:right] = 1
    return replace(square_garment(), alpha=alpha)


@pytest.mark.parametrize(
    ("boxes", "category"),
    [
        ([(140, 50, 260, 300)], Category.BOTTOMS),  # a straight skirt
        ([(120, 50, 280, 120), (120, 120, 195, 220), (205, 120, 280, 220)], Category.BOTTOMS),
        ([(175, 50, 225, 70), (120, 70, 280, 300)], Category.TOPS),
        ([(175, 20, 225, 40), (140, 40, 260, 390)], Category.ONE_PIECES),
    ],
    ids=["skirt", "shorts", "top", "dress"],
)
def test_categories_of_plain_shapes(boxes, category):
    assert guess_category(silhouette(*boxes)) is category


def test_nothing_at_all_is_no_garment_and_does_no_harm():
    nothing = replace(square_garment(), alpha=np.zeros((200, 200), np.float32))
    assert judge_garment(nothing, NOBODY).fault is Code.NO_GARMENT
    assert guess_category(nothing) is Category.TOPS
    assert symmetry(nothing) == 0
