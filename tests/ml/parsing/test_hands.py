"""Hands in front of clothes: ground truth is the gap that they leave in the garment's mask."""

import numpy as np

from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import closed
from modera_bot.ml.parsing.figure import capsule, figure
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample, worn


def test_a_hand_on_the_hip_is_told_from_the_top_to_its_finger_tips(
    understanding: BodyUnderstanding,
) -> None:
    picture, garment = sample("people/mia_tank_dots"), worn("mia_tank_dots")
    person = understanding.understand(picture).people[0]
    body = figure(person)
    hand = parse(picture, person, body).hands[1] > 0.5
    wrist, fingers = body.wrists[1], body.fingers[1]
    radius = 0.22 * body.scale
    near = capsule(garment.shape, fingers, fingers * 2 - wrist, (radius, radius)) > 0.5
    gap = closed(garment, 0.25 * body.scale) & ~garment & near
    assert gap.sum() > 500
    assert hand[gap].mean() > 0.8
    assert hand[garment].sum() < 0.1 * hand.sum()


def test_trousers_of_nearly_the_skin_s_colour_are_not_hands(
    understanding: BodyUnderstanding,
) -> None:
    picture = sample("people/ben_tee_stripe")
    person = understanding.understand(picture).people[0]
    body = figure(person)
    for side, hand in enumerate(parse(picture, person, body).hands):
        x, y = np.rint(body.fingers[side]).astype(int)
        assert hand[y, x] > 0.9
        assert (hand > 0.5)[:, 350:470].sum() == 0  # between the hands
