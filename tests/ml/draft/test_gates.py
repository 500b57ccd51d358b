from dataclasses import replace

import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.base import Body
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment, symmetry
from modera_bot.ml.draft.person_gates import Verdict
from modera_bot.ml.draft.silhouette import guess_category
from tests.ml.conftest import sample
from tests.ml.draft.bodies import body, person

NOBODY = Body(())


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
