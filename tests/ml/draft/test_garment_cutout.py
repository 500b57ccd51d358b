"""Garments are cut out whatever plain thing they lie on; truth is their cut-out from white."""

import cv2
import numpy as np
import pytest

from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment
from tests.ml.conftest import sample
from tests.ml.draft.photographed import before, graded, noisy, overlap, saved

WHITE, CREAM, GREY, BLUE, BLACK = (
    (255, 255, 255),
    (246, 244, 240),
    (190, 190, 190),
    (120, 160, 200),
    (18, 18, 18),
)


@pytest.fixture(scope="module")
def garment():
    """The cut-out of a sample garment at two thirds of its size, each once."""
    known: dict[str, CutOut] = {}

    def of(name: str) -> CutOut:
        if name not in known:
            picture = cv2.resize(sample(f"garments/{name}"), None, fx=0.67, fy=0.67)
            known[name] = cut_out(np.asarray(picture, np.uint8))
        return known[name]

    return of


@pytest.mark.parametrize("name", ["tee_stripe", "long_plaid", "dress_pin", "trousers"])
@pytest.mark.parametrize("colour", [WHITE, CREAM, GREY, BLUE, BLACK])
def test_plain_backgrounds_of_any_colour(garment, name, colour):
    found = cut_out(before(garment(name), colour))
    assert overlap(found.mask, garment(name).mask) > 0.97
    assert judge_garment(found).fault is None


@pytest.mark.parametrize("name", ["tee_stripe", "tee_logo", "trousers"])
@pytest.mark.parametrize(
    "ends", [((240, 238, 232), (205, 208, 214)), ((90, 90, 100), (40, 40, 44))]
)
def test_graded_backgrounds(garment, name, ends):
    size = garment(name).alpha.shape
    found = cut_out(before(garment(name), graded(size, *ends)))
    assert overlap(found.mask, garment(name).mask) > 0.96


@pytest.mark.parametrize("name", ["tee_logo", "long_plaid", "dress_pin"])
@pytest.mark.parametrize(("colour", "shadow"), [((250, 250, 250), 0.2), ((200, 200, 200), 0.3)])
def test_drop_shadows_are_left_out_beside_a_print_as_light_as_they(garment, name, colour, shadow):
    found = cut_out(before(garment(name), colour, shadow))
    assert overlap(found.mask, garment(name).mask) > 0.95


@pytest.mark.parametrize("name", ["tee_logo", "dress_pin"])
def test_noise_and_compression(garment, name):
    true = garment(name).mask
    assert overlap(cut_out(noisy(before(garment(name), GREY), 6)).mask, true) > 0.96
    assert overlap(cut_out(saved(before(garment(name), CREAM), 40)).mask, true) > 0.96


def test_white_stripes_before_white_are_part_of_the_garment(garment):
    found = cut_out(noisy(before(garment("tee_stripe"), (235, 235, 235)), 4))
    assert overlap(found.mask, garment("tee_stripe").mask) > 0.92


def test_no_background_shows_at_the_edge_of_a_garment_before_another(garment):
    found = cut_out(before(garment("tee_logo"), (250, 60, 60)))
    edge = (found.alpha > 0.1) & (found.alpha < 0.9)
    red = found.colour[edge][:, 0] - found.colour[edge][:, 1]
    assert np.percentile(red, 98) < 0.1  # the tee is green
