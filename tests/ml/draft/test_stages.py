"""The draft's stages, each on inputs whose right answer is known."""

import cv2
import numpy as np
import pytest

from modera_bot.ml.base import Picture
from modera_bot.ml.canvas import Canvas, grain_of
from modera_bot.ml.colour import fill_in, filled_holes, large_parts, nearest_colour, to_lab
from modera_bot.ml.draft.garment import cut_out
from modera_bot.ml.draft.keypoints import TopShape, locate
from modera_bot.ml.draft.warp import warp_strip, warp_torso
from modera_bot.ml.parsing.figure import along, capsule, figure, length
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample, worn
from tests.ml.draft.bodies import person

# --- canvas -----------------------------------------------------------------------------


def photo(height: int = 60, width: int = 80) -> Picture:
    return np.random.default_rng(3).integers(0, 255, (height, width, 3), np.uint8)


def box(shape: tuple[int, int], rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros(shape, np.float32)
    mask[rows, columns] = 1
    return mask


def test_an_empty_canvas_gives_the_photo_back():
    before = photo()
    after = Canvas((60, 80)).onto(before, (0, 0), 1.0, 0.02)
    assert (after == before).all()
    assert after is not before


def test_paint_covers_and_what_is_revealed_is_the_photo_again():
    before, canvas = photo(), Canvas((60, 80))
    canvas.over(np.array([1, 0, 0], np.float32), box((60, 80), slice(10, 40), slice(10, 40)))
    canvas.darken(0.5 * box((60, 80), slice(50, 60), slice(0, 80)))
    canvas.reveal(box((60, 80), slice(0, 60), slice(25, 80)))
    after = canvas.onto(before, (0, 0), 1.0, 0.0)
    assert (after[10:40, 10:25] == (255, 0, 0)).all()
    assert (after[:, 25:] == before[:, 25:]).all()
    assert np.abs(after[50:, :25] - before[50:, :25] / 2).max() <= 0.5
    assert (after[:10] == before[:10]).all()


def test_a_small_canvas_lies_enlarged_at_its_corner():
    before, canvas = photo(200, 300), Canvas((30, 40))
    canvas.over(np.array([0, 0, 1], np.float32), box((30, 40), slice(10, 20), slice(10, 20)))
    changed = (canvas.onto(before, (100, 50), 4.0, 0.0) != before).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert abs(rows[0] - 90) <= 2
    assert abs(columns[0] - 140) <= 2
    assert abs(rows[-1] - 129) <= 2
    assert abs(columns[-1] - 179) <= 2


def test_grain_follows_the_noise_of_the_photo():
    smooth = np.full((64, 64, 3), 128, np.uint8)
    noisy = (smooth + np.random.default_rng(1).normal(0, 3, smooth.shape)).astype(np.uint8)
    assert grain_of(smooth) == 0
    assert 0.006 < grain_of(noisy) < 0.02


# --- colours ----------------------------------------------------------------------------


def test_filling_in_carries_colours_over_without_darkening():
    known = box((64, 64), slice(0, 64), slice(0, 16))
    colour = np.full((64, 64, 3), (0.2, 0.5, 0.8), np.float32)
    filled = fill_in(colour * known[..., None], known)
    assert np.abs(filled - (0.2, 0.5, 0.8)).max() < 0.02


def test_the_nearest_colour_is_as_far_as_plain_arithmetic_says():
    lab = np.random.default_rng(2).uniform(-50, 90, (5, 6, 3)).astype(np.float32)
    colours = np.array([[50, 0, 0], [80, 10, -20]], np.float32)
    offsets = (lab[:, :, None] - colours) * (0.7, 1, 1)
    assert np.allclose(nearest_colour(lab, colours), np.linalg.norm(offsets, axis=-1).min(-1), 0.01)


def test_large_parts_and_holes():
    mask = box((50, 50), slice(5, 45), slice(5, 30)) > 0
    mask[10:13, 10:13], mask[20:22, 40:42] = False, True
    assert not large_parts(mask, 0.1)[20:22, 40:42].any()
    assert filled_holes(mask)[10:13, 10:13].all()
    assert not filled_holes(mask, 0.001)[10:13, 10:13].any()


# --- limbs ------------------------------------------------------------------------------


def test_along_a_line_of_bones():
    line = np.array([[0, 0], [0, 10], [10, 10]], np.float32)
    assert length(line) == 20
    assert along(line, 4)[0].tolist() == [0, 4]
    assert along(line, 15)[0].tolist() == [5, 10]
    assert along(line, 25)[0].tolist() == [15, 10]  # on beyond the end


def test_a_capsule_is_as_thick_as_its_radii():
    mask = capsule((40, 60), np.array([10.0, 20.0]), np.array([50.0, 20.0]), (4, 8))
    assert abs(mask[:, 10].sum() - 8) <= 1
    assert abs(mask[:, 50].sum() - 16) <= 1
    assert mask[:, 0].sum() == 0


def test_a_figure_knows_its_axes():
    body = figure(person())
    assert body.down == pytest.approx([0, 1])
    assert body.right == pytest.approx([1, 0])
    assert body.scale == 200
    assert body.place(body.at(30, 50)) == pytest.approx((30, 50))
    assert body.reach(body.at(0, 100), body.right, 500) == pytest.approx(170, abs=1)
    half = body.resized(0.5)
    assert half.scale == 100
    assert half.collar == pytest.approx(body.collar / 2)


# --- garments ---------------------------------------------------------------------------


@pytest.mark.parametrize("shade", [255, 230, 128, 20])
def test_a_garment_is_cut_out_of_any_plain_background(shade):
    picture = np.full((400, 300, 3), shade, np.uint8)
    cv2.rectangle(picture, (90, 80), (210, 320), (40, 90, 200), -1)
    cut = cut_out(picture)
    inside = box((400, 300), slice(80, 321), slice(90, 211)) > 0
    overlap = (cut.mask & inside).sum() / (cut.mask | inside).sum()
    assert overlap > 0.97
    assert cut.background_share == 1
    assert cut.border_touch == 0


def test_a_soft_drop_shadow_is_no_garment():
    picture = np.full((400, 300, 3), 245, np.float32)
    shadow = box((400, 300), slice(100, 335), slice(100, 225))
    picture *= 1 - 0.18 * cv2.GaussianBlur(shadow, (0, 0), 6)[..., None]
    picture = picture.astype(np.uint8)
    cv2.rectangle(picture, (90, 80), (210, 320), (180, 40, 60), -1)
    inside = box((400, 300), slice(80, 321), slice(90, 211)) > 0
    mask = cut_out(picture).mask
    assert (mask & inside).sum() / (mask | inside).sum() > 0.95


def test_no_background_shows_at_the_edges_of_a_garment():
    picture = np.full((400, 300, 3), 255, np.uint8)
    cv2.circle(picture, (150, 200), 90, (20, 60, 30), -1, cv2.LINE_AA)
    cut = cut_out(picture)
    seen = cut.colour[cut.alpha > 0.05]
    assert np.abs(seen - np.array([20, 60, 30]) / 255).max() < 0.06


def drawn(*polygon: tuple[int, int]) -> TopShape:
    """The key points of a garment drawn as the left half of its outline, 400 × 400."""
    picture = np.full((400, 400, 3), 255, np.uint8)
    outline = [*polygon, *((399 - x, y) for x, y in reversed(polygon))]
    cv2.fillPoly(picture, [np.array(outline)], (50, 80, 160))
    shape = locate(cut_out(picture))
    assert shape is not None
    return shape


TEE = [(170, 60), (110, 85), (50, 170), (90, 195), (120, 160), (120, 340)]
TANK = [(170, 60), (150, 62), (145, 110), (125, 150), (125, 340)]
FOLDED = [(170, 60), (110, 80), (85, 110), (80, 330), (112, 335), (118, 322), (120, 340)]
FOLDED += [(130, 341)]


def test_a_tee_has_armpits_and_sleeves_where_they_are_drawn():
    shape = drawn(*TEE)
    assert all(shape.sleeves)
    assert shape.armpits[0] == pytest.approx([120, 160], abs=15)
    assert shape.armpits[1] == pytest.approx([279, 160], abs=15)
    assert shape.rows[2, 1:] == pytest.approx([120, 279], abs=4)
    sleeve = shape.sleeves[0]
    assert sleeve is not None
    assert sleeve.outer[-1] == pytest.approx([50, 170], abs=8)
    assert sleeve.inner[-1] == pytest.approx([90, 195], abs=8)
    assert shape.bottom == pytest.approx(340, abs=3)


def test_a_tank_has_none():
    shape = drawn(*TANK)
    assert not any(shape.sleeves)
    assert shape.chest == pytest.approx(145, abs=8)


def test_sleeves_folded_beside_the_torso_are_told_from_it():
    shape = drawn(*FOLDED)
    assert all(shape.sleeves)
    assert shape.rows[3, 2] - shape.rows[3, 1] < 190  # of 240: without the sleeves
    assert 120 < shape.armpits[0, 1] < 210


def test_sleeves_are_whole_though_one_armpit_is_higher_than_the_other():
    picture = np.full((400, 400, 3), 255, np.uint8)
    left = [(170, 60), (110, 75), (55, 280), (82, 295), (118, 170), (120, 380)]
    right = [(399 - x, y + 3 * (y == 170)) for x, y in left]
    cv2.fillPoly(picture, [np.array([*left, *right[::-1]])], (50, 80, 160))
    shape = locate(cut_out(picture))
    assert shape is not None
    for sleeve, (x, y) in zip(shape.sleeves, [(95, 140), (304, 140)], strict=True):
        assert sleeve is not None
        assert sleeve.region[y, x]
        assert sleeve.region[y + 120, round(199.5 + 1.3 * (x - 199.5))]  # near the cuff


def test_the_neckline_of_stripes_is_the_neckline():
    shape = locate(cut_out(sample("garments/tee_stripe")))
    assert shape is not None
    assert 0.3 < shape.neck_depth / shape.neck_width < 0.6
    assert 0.4 < shape.neck_width / shape.chest < 0.7


# --- warp -------------------------------------------------------------------------------


def checkers() -> tuple[np.ndarray, np.ndarray]:
    tiles = np.indices((100, 80)).sum(axis=0) // 10 % 2
    return np.repeat(tiles[..., None], 3, axis=2).astype(np.float32), np.ones((100, 80), "f4")


def test_points_that_stay_leave_the_picture_as_it_is():
    colour, alpha = checkers()
    corners = np.array([[10, 10], [70, 10], [70, 90], [10, 90], [40, 50]], np.float32)
    layer = warp_torso(
        colour, alpha, body=corners, garment=corners, edge=corners[:4], margin=0, shape=(100, 80)
    )
    assert layer is not None
    assert np.abs(layer.colour[10:-10, 10:-10] - colour[layer.box][10:-10, 10:-10]).mean() < 0.02


def test_points_that_move_take_the_picture_along():
    colour, alpha = checkers()
    corners = np.array([[10, 10], [70, 10], [70, 90], [10, 90], [40, 50]], np.float32)
    to = corners * 1.5 + 20
    layer = warp_torso(
        colour, alpha, body=to, garment=corners, edge=to[:4], margin=0, shape=(200, 200)
    )
    assert layer is not None
    whole = layer.placed((200, 200))
    assert whole[90, 80] == pytest.approx(1, abs=0.01)
    assert whole[20, 20] == 0
    assert layer.colour[90 - layer.top, 80 - layer.left, 0] == pytest.approx(
        cv2.GaussianBlur(colour[..., 0], (0, 0), 1)[47, 40], abs=0.35
    )


def test_a_strip_lies_between_its_edges():
    colour, alpha = checkers()
    straight = np.linspace([0, 0], [0, 90], 8).astype(np.float32)
    garment = np.add(straight, (20, 5)), np.add(straight, (60, 5))
    body = np.add(straight, (50, 20)), np.add(straight, (90, 20))
    layer = warp_strip(colour, alpha, body=body, garment=garment, shape=(140, 140))
    assert layer is not None
    placed = layer.placed((140, 140))
    assert placed[40:90, 55:85].min() > 0.95
    assert placed[40:90, :44].max() == 0
    shown = layer.colour[60 - layer.top, 55 - layer.left : 85 - layer.left, 0]
    assert np.abs(shown - colour[45, 25:55, 0]).mean() < 0.25


def test_what_lies_outside_the_picture_is_no_layer():
    colour, alpha = checkers()
    away = np.array([[-90, -90], [-50, -90], [-50, -50], [-90, -50]], np.float32)
    assert (
        warp_torso(colour, alpha, body=away, garment=away, edge=away, margin=2, shape=(50, 50))
        is None
    )


# --- parsing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "overlap", "sleeves", "hem"),
    [
        ("ana_tee_logo", 0.9, (0.25, 0.4), (1.1, 1.2)),
        ("ana_long_plaid", 0.9, (0.9, 1.0), (1.15, 1.3)),
        ("ben_tee_stripe", 0.9, (0.2, 0.4), (1.05, 1.15)),
        ("mia_tank_dots", 0.9, (0.0, 0.15), (1.05, 1.2)),
    ],
)
def test_the_old_top_is_found(name, overlap, sleeves, hem, understanding):
    picture = sample(f"people/{name}")
    one = understanding.understand(picture).people[0]
    body = figure(one)
    parsed = parse(picture, one, body)
    found, true = parsed.top > 0.5, worn(name)
    assert (found & true).sum() / (found | true).sum() > overlap
    assert sleeves[0] <= parsed.sleeve_ends.min() <= parsed.sleeve_ends.max() <= sleeves[1]
    assert parsed.hem is not None
    assert hem[0] < parsed.hem / body.torso < hem[1]
    assert (parsed.head * parsed.top).max() < 0.6


def test_a_dress_has_no_hem_to_be_seen(understanding):
    picture = sample("people/mia_dress_pin")
    one = understanding.understand(picture).people[0]
    assert parse(picture, one, figure(one)).hem is None


def test_lab_is_that_of_cie():
    white, red = to_lab(np.array([[[255, 255, 255], [255, 0, 0]]], np.uint8))[0]
    assert white == pytest.approx([100, 0, 0], abs=0.3)
    assert red == pytest.approx([53.2, 80.1, 67.2], abs=0.5)
