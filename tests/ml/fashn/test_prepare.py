"""Pictures onto the canvas and back, as the reference does it: pixel for pixel."""

import json

import numpy as np
import pytest

from modera_bot.ml.fashn import prepare
from modera_bot.ml.fashn.inputs import Padding, Size
from tests.ml.fashn.conftest import PREPOST, Arrays, cases

CANVAS = Size(48, 72)
FULL = Size(576, 864)


@pytest.mark.parametrize("case", cases("fit_pad").values(), ids=cases("fit_pad"))
def test_a_picture_is_fitted_padded_and_scaled_as_the_reference_does(case: Arrays) -> None:
    small = prepare.shrink(case["input"], CANVAS)
    placed = prepare.on_canvas(small, CANVAS)
    padding = prepare.placement(prepare.size_of(small), CANVAS)[1]
    np.testing.assert_array_equal(small, case["pre"])
    np.testing.assert_array_equal(placed, case["canvas"])
    np.testing.assert_array_equal(padding, case["padding_ltrb"])
    np.testing.assert_array_equal(prepare.to_input(placed), case["tensor"])
    np.testing.assert_array_equal(prepare.without(padding, placed), case["unpadded"])


@pytest.mark.parametrize("case", cases("fit_pad").values(), ids=cases("fit_pad"))
def test_a_pose_map_keeps_its_levels_on_the_canvas(case: Arrays) -> None:
    placed = prepare.pose_on_canvas(case["pre_grey"], CANVAS)
    np.testing.assert_array_equal(placed, case["canvas_grey"])
    np.testing.assert_array_equal(prepare.to_input(placed), case["tensor_grey"])


def test_sizes_on_the_real_canvas_are_truncated_as_in_the_reference() -> None:
    rows = json.loads((PREPOST / "fit_sizes_full_canvas.json").read_text())["rows"]
    for row in rows:
        small = prepare.shrunk_size(Size(*row["input_wh"]), FULL)
        fitted, padding = prepare.placement(small, FULL)
        wanted = row["pre_wh"], row["fit_wh"], row["padding_left_top_right_bottom"]
        assert ([*small], [*fitted], [*padding]) == wanted
    assert len(rows) > 10


def test_every_level_goes_in_and_comes_out_as_in_the_reference() -> None:
    values = {name: arrays[name] for name, arrays in cases("values").items()}
    levels = values["in_uint8"][None]
    np.testing.assert_array_equal(prepare.to_input(levels)[0, 0, 0], values["in_scaled"])
    made = prepare.to_pixels(values["out_float"][None, None])[0, :, 0]
    np.testing.assert_array_equal(made, values["out_uint8"])


@pytest.mark.parametrize("case", cases("unpad").values(), ids=cases("unpad"))
def test_what_was_generated_loses_its_padding(case: Arrays) -> None:
    pixels = prepare.to_pixels(case["generated"])
    padding = Padding(*case["padding_ltrb"].tolist())
    np.testing.assert_array_equal(pixels, case["canvas_uint8"])
    np.testing.assert_array_equal(prepare.without(padding, pixels), case["unpadded_uint8"])


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (1, 1)])
def test_a_sliver_still_has_a_pixel_on_the_canvas(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 200, np.uint8)
    placed = prepare.on_canvas(prepare.shrink(picture, CANVAS), CANVAS)
    assert placed.shape == (72, 48, 3)
    assert placed.max() > 100
