"""Kinds of garment, told by drawn silhouettes and the samples."""

import cv2
import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.silhouette import Kind, guess_category, guess_kind


def silhouette(*polygons: list[tuple[int, int]]) -> CutOut:
    """A garment of polygons, each the left half of a symmetrical one or all of one leg.

    In a picture of 400 x 400, mirrored at its middle.
    """
    alpha = np.zeros((400, 400), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(alpha, [np.array(polygon)], 1)
    whole = np.maximum(alpha, alpha[:, ::-1]).astype(np.float32)
    colour = np.ones((400, 400, 3), np.float32)
    return CutOut(colour, whole, background_share=1.0, border_touch=0.0, noise=0.0)


TEE = [(200, 75), (170, 62), (110, 85), (50, 170), (90, 195), (120, 160), (120, 340), (200, 340)]
TANK = [(200, 110), (170, 60), (150, 62), (145, 110), (125, 150), (125, 340), (200, 340)]
STRAPS = [(200, 130), (160, 120), (158, 60), (152, 60), (145, 150), (130, 390), (200, 390)]
DRESS = [(200, 35), (180, 22), (150, 30), (150, 90), (158, 170), (110, 390), (200, 390)]
STRAIGHT_SKIRT = [(200, 50), (140, 50), (135, 300), (200, 300)]
FLARED_SKIRT = [(200, 80), (150, 80), (70, 280), (200, 290)]
MINI_SKIRT = [(200, 100), (120, 100), (110, 230), (200, 230)]
TROUSERS = [(200, 20), (140, 20), (130, 130), (135, 380), (190, 380), (199, 150), (200, 150)]
WIDE_TROUSERS = [(200, 20), (150, 20), (120, 130), (90, 390), (180, 390), (199, 150), (200, 150)]
TOUCHING_TROUSERS = [(200, 20), (145, 20), (140, 130), (148, 390), (200, 390)]
SHORTS = [(200, 100), (120, 100), (105, 260), (185, 265), (199, 210), (200, 210)]
LONG_SHORTS = [(200, 80), (130, 80), (115, 290), (190, 290), (199, 180), (200, 180)]
OVERALL = [(200, 35), (180, 22), (140, 30), (140, 150), (140, 390), (190, 390), (199, 220)]
OVERALL += [(200, 220)]


@pytest.mark.parametrize(
    ("half", "kind"),
    [
        (TEE, Kind.TOP),
        (TANK, Kind.TOP),
        (STRAPS, Kind.DRESS),
        (DRESS, Kind.DRESS),
        (STRAIGHT_SKIRT, Kind.SKIRT),
        (FLARED_SKIRT, Kind.SKIRT),
        (MINI_SKIRT, Kind.SKIRT),
        (TROUSERS, Kind.TROUSERS),
        (WIDE_TROUSERS, Kind.TROUSERS),
        (TOUCHING_TROUSERS, Kind.TROUSERS),
        (SHORTS, Kind.SHORTS),
        (LONG_SHORTS, Kind.SHORTS),
        (OVERALL, Kind.OVERALL),
    ],
)
def test_kinds_of_drawn_garments(half, kind):
    assert guess_kind(silhouette(half)) is kind


def test_a_kind_belongs_to_a_category():
    assert guess_category(silhouette(TEE)) is Category.TOPS
    assert guess_category(silhouette(SHORTS)) is Category.BOTTOMS
    assert guess_category(silhouette(OVERALL)) is Category.ONE_PIECES


def test_nothing_at_all_is_taken_for_a_top():
    assert guess_kind(silhouette([(0, 0)])) is Kind.TOP
