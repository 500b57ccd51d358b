from dataclasses import replace

import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment, symmetry
from modera_bot.ml.draft.person_gates import Verdict
from modera_bot.ml.draft.silhouette import guess_category
from tests.ml.conftest import sample


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
    assert judge_garment(square_garment(**near_miss)).fault is None
    assert judge_garment(square_garment(**too_far)).fault is code


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
    assert judge_garment(garment) == Verdict(None)
    assert guess_category(garment) is category


def test_nothing_at_all_is_no_garment_and_does_no_harm():
    nothing = replace(square_garment(), alpha=np.zeros((200, 200), np.float32))
    assert judge_garment(nothing).fault is Code.NO_GARMENT
    assert guess_category(nothing) is Category.TOPS
    assert symmetry(nothing) == 0
