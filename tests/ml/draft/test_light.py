"""Light that is carried over from the old clothes, and arms that come out of them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import to_lab
from modera_bot.ml.draft.limbs import bare_arms
from modera_bot.ml.draft.shade import exposure, light
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import Parsing
from tests.ml.draft.bodies import person


def box(shape: tuple[int, int], rows: slice, columns: slice) -> Mask:
    mask = np.zeros(shape, np.float32)
    mask[rows, columns] = 1
    return mask


def worn_by(top: Mask) -> Parsing:
    """Somebody who wears `top` and no more that matters."""
    none = np.zeros_like(top)
    return Parsing(
        skin=none,
        tone=np.array((65, 14, 18), np.float32),
        skin_contrast=50,
        sleeve_ends=np.zeros(2, np.float32),
        hem=None,
        top=top,
        hair=none,
        head=none,
        hands=(none, none),
    )


def test_a_plain_print_on_the_old_top_is_no_fold():
    body = figure(person())
    picture = np.full((*body.mask.shape, 3), (40, 120, 90), np.uint8)
    top = box(body.mask.shape, slice(250, 600), slice(250, 550))
    cv2.circle(picture, (400, 400), 60, (230, 200, 60), -1, cv2.LINE_AA)
    shading = light(to_lab(picture), body, worn_by(top))
    assert np.abs(shading[300:550, 300:500] - 1).max() < 0.04


def test_folds_of_the_old_top_are_carried_over():
    body = figure(person())
    picture = np.full((*body.mask.shape, 3), (40, 120, 90), np.uint8)
    cv2.line(picture, (330, 300), (350, 560), (28, 90, 66), 8)
    top = box(body.mask.shape, slice(250, 600), slice(250, 550))
    shading = light(to_lab(picture), body, worn_by(top))
    assert shading[430, 340] < 0.9
    assert shading[430, 440] == pytest.approx(1, abs=0.04)


def test_the_scene_is_as_bright_as_what_is_around_the_person():
    body = figure(person())
    around = np.full((*body.mask.shape, 3), 225, np.uint8)
    dressed = around.copy()
    dressed[body.mask > 0.5] = (120, 20, 20)
    assert exposure(dressed, body) == pytest.approx(exposure(around, body))
    assert (exposure(around // 2, body) < exposure(around, body) - 0.1).all()


def test_an_arm_out_of_a_long_sleeve_leads_to_the_hand():
    body = figure(person(right_pinky=(235, 650), right_index=(245, 650)))
    hand = box(body.mask.shape, slice(570, 660), slice(225, 266))  # beside the wrist's joint
    none = np.zeros_like(hand)
    parsed = replace(worn_by(none), sleeve_ends=np.ones(2, np.float32), hands=(hand, none))
    arms = bare_arms(body, parsed)
    assert arms[0].line[2, 0] == pytest.approx(245, abs=3)
    assert (arms[1].line == body.arm(1)).all()


def test_arms_are_thinner_at_the_wrist_than_at_the_shoulder():
    body = figure(person())
    parsed = replace(worn_by(np.zeros_like(body.mask)), sleeve_ends=np.ones(2, np.float32))
    region = bare_arms(body, parsed)[0].region(body.mask.shape) > 0.5
    widths = [region[y].sum() for y in (290, 430, 575)]
    assert widths == sorted(widths, reverse=True)
    assert widths[2] == pytest.approx(0.13 * body.scale, abs=4)
