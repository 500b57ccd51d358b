"""Poses as grey drawings, as the reference draws them."""

import numpy as np
import pytest

from modera_bot.ml.fashn.posemap import NOBODY, Pose, draw
from tests.ml.fashn.conftest import Arrays, cases


def pose_of(case: Arrays) -> Pose:
    """The pose of a case; one without hands and faces has none."""
    return Pose(
        case["candidate"],
        case["subset"],
        case.get("hands", NOBODY.hands),
        case.get("faces", NOBODY.faces),
    )


@pytest.mark.parametrize("case", cases("pose_maps").values(), ids=cases("pose_maps"))
def test_a_pose_is_drawn_as_the_reference_draws_it(case: Arrays) -> None:
    np.testing.assert_array_equal(draw(pose_of(case), *case["map"].shape), case["map"])


def test_a_garment_that_nobody_wears_has_a_black_map() -> None:
    drawn = draw(NOBODY, 90, 61)
    assert drawn.shape == (90, 61)
    assert not drawn.any()


def test_points_far_outside_the_picture_do_no_harm() -> None:
    case = cases("pose_maps")["p00"]
    far = Pose(case["candidate"] * 50, case["subset"], case["hands"] * -50, case["faces"] * 50)
    assert draw(far, 100, 80).shape == (100, 80)
