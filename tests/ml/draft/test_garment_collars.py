"""Collars, hoods, open fronts and folded sleeves, drawn and put on somebody."""

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.base import Person
from modera_bot.ml.colour import shrink
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment
from modera_bot.ml.draft.keypoints import TopShape, locate
from modera_bot.ml.draft.person_gates import WORK_EDGE
from modera_bot.ml.draft.render import draw_top
from modera_bot.ml.draft.silhouette import guess_category
from modera_bot.ml.draft.view import view_of
from modera_bot.ml.parsing.figure import Figure, figure
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample
from tests.ml.draft import wardrobe

MIDDLE = wardrobe.WIDTH / 2


@pytest.fixture(scope="module")
def cut():
    """The cut-out of a drawn top, each once."""
    known: dict[str, CutOut] = {}

    def of(name: str) -> CutOut:
        if name not in known:
            known[name] = cut_out(wardrobe.TOPS[name]())
        return known[name]

    return of


@pytest.fixture(scope="module")
def shape(cut):
    """The key points of a drawn top, each once."""
    known: dict[str, TopShape] = {}

    def of(name: str) -> TopShape:
        if name not in known:
            found = locate(cut(name))
            assert found is not None
            known[name] = found
        return known[name]

    return of


@pytest.fixture(scope="module")
def on_ben(cut, shape, understanding):
    """The part of a drawn top that is seen on somebody, 0 to 1; and his outline and frame."""
    photo = sample("people/ben_tee_stripe")
    person = understanding.understand(shrink(photo, WORK_EDGE)).people[0]
    view = view_of(photo, person, Category.TOPS)
    body = figure(view.person)
    parsed = parse(view.picture, view.person, body)

    def of(name: str) -> tuple[np.ndarray, Person, Figure]:
        top = draw_top(view.picture, body, parsed, cut(name), shape(name))
        return top.alpha, view.person, body

    return of


@pytest.mark.parametrize(
    ("name", "collar", "hood"),
    [
        ("shirt", True, False),
        ("shirt_with_sleeves_beside", True, False),
        ("zipped_jacket", True, False),
        ("open_jacket", True, False),
        ("open_collar", True, False),
        ("hoodie_laid_open", True, False),
        ("hoodie", False, True),
        ("vest", False, False),
    ],
)
def test_collars_and_hoods_are_told_apart(cut, shape, name, collar, hood):
    found = shape(name)
    assert ((found.collar is not None), (found.hood is not None)) == (collar, hood)
    assert judge_garment(cut(name)).fault is None
    assert guess_category(cut(name)) is Category.TOPS


@pytest.mark.parametrize("name", ["tee_logo", "tee_stripe", "tank_dots", "long_plaid"])
def test_the_rim_of_a_round_neck_is_no_collar(name):
    found = locate(cut_out(sample(f"garments/{name}")))
    assert found is not None
    assert found.collar is None
    assert found.hood is None


@pytest.mark.parametrize("name", ["shirt", "zipped_jacket"])
def test_a_collar_stands_on_the_shoulders(shape, name):
    found = shape(name)
    across, down = np.abs(found.necks[:, 0] - MIDDLE), found.necks[:, 1]
    assert ((across > 60) & (across < 84)).all()
    assert ((down > 160) & (down < 180)).all()


def test_inside_a_collar_one_sees_the_neck_but_its_leaves_are_before_it(shape):
    collar = shape("shirt").collar
    assert collar[165, int(MIDDLE)] == 0
    assert collar[160, int(MIDDLE) - 55] == 1
    assert collar[160, int(MIDDLE) + 55] == 1


def test_a_collar_that_lies_open_shows_the_chest_down_to_its_end(shape):
    found = shape("open_collar")
    assert 270 < found.neck_y + found.neck_depth < 310
    assert found.collar[220, int(MIDDLE)] == 0
    assert found.collar[220, int(MIDDLE) - 50] == 1


def test_a_hood_hides_how_wide_the_neck_is_so_it_is_as_usual(shape):
    found = shape("hoodie")
    assert 0.3 < found.neck_width / found.chest < 0.5
    assert 200 < found.neck_y + found.neck_depth < 220  # where its opening ends
    assert found.hood[60, int(MIDDLE)] == 1
    assert found.hood[230].max() == 0


def throat_of(person: Person, body: Figure) -> np.ndarray:
    """The neck just below the chin."""
    across, down = body.axes()
    chin = body.place(body.chin)[1]
    low = (down > chin + 0.04 * body.scale) & (down < chin + 0.1 * body.scale)
    return low & (np.abs(across) < 0.1 * body.scale) & (person.mask > 0.9)


def test_a_high_collar_covers_the_neck_and_a_hood_does_not(on_ben):
    jacket, person, body = on_ben("zipped_jacket")
    hoodie, _, _ = on_ben("hoodie")
    throat = throat_of(person, body)
    assert jacket[throat].mean() > 0.9
    assert hoodie[throat].max() < 1e-3


def test_a_hood_lies_behind_the_neck_and_no_higher_than_the_chin(on_ben):
    hoodie, person, body = on_ben("hoodie")
    across, down = body.axes()
    chin = body.place(body.chin)[1]
    beside = (np.abs(across) > 0.24 * body.scale) & (np.abs(across) < 0.3 * body.scale)
    behind = (person.mask < 0.1) & (down > chin) & (down < -0.15 * body.scale)
    assert hoodie[beside & behind].mean() > 0.3
    assert hoodie[down < chin - 0.1 * body.scale].max() < 1e-3


def test_an_open_jacket_is_drawn_as_it_lies_lining_and_all(on_ben):
    jacket, _, body = on_ben("open_jacket")
    across, down = body.axes()
    front = (np.abs(across) < 0.3 * body.scale) & (down > 0.2 * body.torso)
    front &= down < 0.8 * body.torso
    assert jacket[front].min() > 0.9


@pytest.mark.parametrize("hung", [wardrobe.on_hanger, wardrobe.on_dummy])
def test_what_a_top_hangs_on_is_no_part_of_it(hung):
    tee = np.asarray(cv2.resize(sample("garments/tee_logo"), (600, 800)), np.uint8)
    plain, found = locate(cut_out(tee)), locate(cut_out(hung(tee)))
    assert plain is not None
    assert found is not None
    assert np.abs(found.armpits - plain.armpits).max() < 0.05 * plain.chest
    assert all(sleeve is not None for sleeve in found.sleeves)
    throat = slice(60, 125), slice(278, 298)  # at the size that cut-outs have
    assert found.collar is None or found.collar[throat].max() == 0


def test_sleeves_beside_the_torso_are_put_on_the_arms(shape):
    found = shape("shirt_with_sleeves_beside")
    assert all(sleeve and sleeve.length > 0.9 * found.chest for sleeve in found.sleeves)


def test_sleeves_folded_on_the_torso_are_refused_but_seams_are_none(cut):
    assert judge_garment(cut("folded_shirt")).fault is Code.GARMENT_NOT_FRONTAL
    assert judge_garment(cut("vest")).fault is None
