import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment, symmetry
from modera_bot.ml.draft.person_gates import Verdict
from modera_bot.ml.draft.silhouette import guess_category
from tests.ml.conftest import SAMPLES, sample


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
        ({"border_touch": 0.06}, {"border_touch": 0.08}, Code.GARMENT_CROPPED),
        ({"alpha": patch(30, 30)}, {"alpha": patch(26, 26)}, Code.NO_GARMENT),
        ({"alpha": lopsided(8)}, {"alpha": lopsided(20)}, Code.GARMENT_NOT_FRONTAL),
    ],
)
def test_each_garment_gate_lets_a_near_miss_pass(near_miss, too_far, code):
    assert judge_garment(square_garment(**near_miss)).fault is None
    assert judge_garment(square_garment(**too_far)).fault is code


@pytest.mark.parametrize(
    ("cropped", "busy"),
    [
        ({"noise": 5.9}, {"noise": 6.1}),
        ({"background_share": 0.51, "border_touch": 0.47}, {"background_share": 0.49}),
        ({"border_touch": 0.33}, {"border_touch": 0.31}),
    ],
    ids=["noise", "around", "unexplained"],
)
def test_a_cropped_garment_is_told_from_a_busy_background(cropped, busy):
    usual = {"background_share": 0.6, "border_touch": 0.38, "noise": 1.0}
    assert judge_garment(square_garment(**usual | cropped)).fault is Code.GARMENT_CROPPED
    assert judge_garment(square_garment(**usual | busy)).fault is Code.BUSY_BACKGROUND


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


def laid() -> list[tuple[str, str, str]]:
    with (SAMPLES / "gates" / "gates.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["role"] == "garment"]
    return [(row["file"], row["category"], row["expected"]) for row in rows]


@pytest.mark.parametrize(("file", "category", "expected"), laid())
def test_garments_laid_in_other_ways_pass_or_are_refused(file, category, expected):
    garment = cut_out(sample(f"gates/{Path(file).stem}"))
    verdict = judge_garment(garment)
    assert (verdict.fault or " ".join(["passes", *verdict.notices])) == expected
    assert verdict.fault or guess_category(garment) is Category(category)


def test_nothing_at_all_is_no_garment_and_does_no_harm():
    nothing = replace(square_garment(), alpha=np.zeros((200, 200), np.float32))
    assert judge_garment(nothing).fault is Code.NO_GARMENT
    assert guess_category(nothing) is Category.TOPS
    assert symmetry(nothing) == 0


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("tank_dots", slice(0, 600), slice(None)),
        ("tank_dots", slice(None), slice(60, 400)),
        ("tee_logo", slice(0, 500), slice(None)),
        ("dress_pin", slice(300, None), slice(None)),
    ],
)
def test_a_garment_that_the_photo_cuts_off_is_called_cropped(name, rows, columns):
    picture = np.ascontiguousarray(sample(f"garments/{name}")[rows, columns])
    assert judge_garment(cut_out(picture)).fault is Code.GARMENT_CROPPED


def test_a_cropped_garment_before_a_room_has_a_busy_background():
    room = sample("people/ben_tee_logo")[300:, :]
    assert judge_garment(cut_out(np.ascontiguousarray(room))).fault is Code.BUSY_BACKGROUND


def beside(size: int) -> CutOut:
    """Two like things, one of 100 x 100 pixels and one of another size."""
    alpha = np.zeros((200, 300), np.float32)
    alpha[50:150, 20:120] = 1
    alpha[50 : 50 + size, 180 : 180 + size] = 1
    return square_garment(alpha=alpha)


def test_two_garments_are_one_too_many_but_a_tag_is_no_garment():
    assert judge_garment(beside(70)).fault is Code.SEVERAL_GARMENTS_UNSUPPORTED
    assert judge_garment(beside(50)).fault is not Code.SEVERAL_GARMENTS_UNSUPPORTED
