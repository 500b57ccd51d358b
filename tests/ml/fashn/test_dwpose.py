"""Finding people and their points; the post-processing against the reference's."""

from pathlib import Path

import numpy as np
import pytest

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn import dwpose
from modera_bot.ml.fashn.dwpose import WholeBodies
from modera_bot.ml.fashn.files import DETECTOR, ESTIMATOR
from modera_bot.ml.fashn.posemap import NOBODY, draw
from tests.ml.fashn.conftest import Arrays, cases
from tests.ml.fashn.tiny import BOX, POINT_SCORE, write_detector, write_estimator

CASES = cases("dwpose_post")
POSES = {name: case for name, case in CASES.items() if name.startswith("d")}
NECKS = {name: case for name, case in CASES.items() if name.startswith("n")}
PICTURE = np.full((640, 320, 3), 90, np.uint8)


@pytest.mark.parametrize("case", POSES.values(), ids=POSES)
def test_the_person_chosen_and_their_pose_are_the_references(case: Arrays) -> None:
    height, width = case["hw"].tolist()
    pose = dwpose.to_pose(WholeBodies(case["keypoints"], case["scores"]), height, width)
    for part in ("candidate", "subset", "hands", "faces"):
        np.testing.assert_array_equal(getattr(pose, part), case[part])
    np.testing.assert_array_equal(draw(pose, height, width), case["map"])


@pytest.mark.parametrize("case", NECKS.values(), ids=NECKS)
def test_the_neck_and_the_order_of_joints_are_the_references(case: Arrays) -> None:
    people = dwpose.with_neck(case["keypoints133"], case["scores133"])
    np.testing.assert_array_equal(people.points, case["keypoints134"])
    np.testing.assert_array_equal(people.scores, case["scores134"])


# --- people ------------------------------------------------------------------------------


def cells(*people: tuple[int, tuple[float, ...], float]) -> np.ndarray:
    """YOLOX's output with these cells set: index, box as the network encodes it, score."""
    raw = np.zeros((8400, 85), np.float32)
    for index, box, score in people:
        raw[index, :4], raw[index, 4], raw[index, 5] = box, 1.0, score
    return raw


def test_a_cell_says_where_its_box_is_in_cells_of_its_grid() -> None:
    last_of_the_finest, first_of_the_next = 80 * 80 - 1, 80 * 80
    raw = cells(
        (last_of_the_finest, (0, 0, np.log(2), np.log(4)), 0.9),
        (first_of_the_next, (3, 2, np.log(1), np.log(5)), 0.8),
    )
    boxes, scores = dwpose.decode_boxes(raw)
    wanted = [[79 * 8 - 8, 79 * 8 - 16, 79 * 8 + 8, 79 * 8 + 16], [40, -8, 56, 72]]
    np.testing.assert_allclose(boxes, wanted, rtol=1e-5)
    np.testing.assert_allclose(scores, [0.9, 0.8])


def test_what_is_unsure_or_no_person_is_left_out() -> None:
    raw = cells((10, (0, 0, 0, 0), 0.31), (20, (0, 0, 0, 0), 0.29), (30, (0, 0, 0, 0), 0.9))
    raw[30, 6] = 0.95  # rather a bicycle
    assert len(dwpose.decode_boxes(raw)[0]) == 1


def test_two_boxes_around_one_person_are_one(tmp_path: Path) -> None:
    boxes = [(0, 0, 10, 20), (0, 0, 10, 19), (5, 0, 10, 20)]  # centre and size in cells
    write_detector(tmp_path / "d.onnx", boxes, [0.8, 0.9, 0.7])
    found = dwpose.detect_people(np.zeros((640, 640, 3), np.uint8), tmp_path / "d.onnx")
    assert len(found) == 2
    assert found[0, 3] - found[0, 1] == pytest.approx(19 * 32, rel=1e-5)  # the surest first


def test_boxes_are_in_pixels_of_the_picture_that_was_shown(folder: Path) -> None:
    small = dwpose.detect_people(np.zeros((640, 320, 3), np.uint8), folder / DETECTOR)
    large = dwpose.detect_people(np.zeros((1280, 640, 3), np.uint8), folder / DETECTOR)
    np.testing.assert_allclose(small[0], BOX, atol=1e-3)
    np.testing.assert_allclose(large, small * 2, rtol=1e-5)


def test_of_several_people_the_one_at_the_point_is_taken() -> None:
    boxes = np.array([[0, 0, 100, 200], [80, 0, 200, 200], [85, 50, 120, 100]], np.float32)
    assert dwpose.nearest(boxes, (20, 20)) == 0
    assert dwpose.nearest(boxes, (150, 20)) == 1
    assert dwpose.nearest(boxes, (90, 60)) == 2
    assert dwpose.nearest(boxes, (400, 100)) == 1


# --- points ------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [(10, 20, 110, 320), (0, 0, 300, 100), (50, 50, 122, 146)])
def test_a_crop_shows_its_box_whole_centred_and_undistorted(box: tuple[int, ...]) -> None:
    edges = np.array(box, np.float32)
    matrix = dwpose.crop_matrix(edges)
    centre = matrix @ [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1]
    corners = matrix @ np.array([[box[0], box[2]], [box[1], box[3]], [1, 1]])
    np.testing.assert_allclose(centre, [144, 192])
    assert matrix[0, 0] == matrix[1, 1]
    spans = (corners[:, 1] - corners[:, 0]) / [288, 384]
    assert spans.max() == pytest.approx(1 / 1.25)


def test_a_point_is_where_both_classifications_are_surest() -> None:
    across, down = np.zeros((2, 576), np.float32), np.zeros((2, 768), np.float32)
    across[0, 101], down[0, 300] = 0.9, 0.6
    points, scores = dwpose.decode_simcc(across, down)
    np.testing.assert_allclose(points, [[50.5, 150], [-1, -1]])
    np.testing.assert_allclose(scores, [0.6, 0])


def test_points_come_back_to_where_they_are_in_the_picture(tmp_path: Path) -> None:
    write_estimator(tmp_path / "e.onnx", np.full((133, 2), [144.0, 192.0]))
    box = np.array([[30, 40, 130, 340]], np.float32)
    points, scores = dwpose.estimate_points(PICTURE, box, tmp_path / "e.onnx")
    assert points.shape == (1, 133, 2)
    np.testing.assert_allclose(points[0], np.full((133, 2), [80.0, 190.0]))
    np.testing.assert_allclose(scores, POINT_SCORE)


def test_a_whole_pose_is_found(folder: Path) -> None:
    pose = dwpose.find_pose(PICTURE, folder)
    assert (pose.subset >= 0).all()
    assert draw(pose, 640, 320).any()


def test_where_nobody_is_found_only_a_person_is_searched_for_joints(tmp_path: Path) -> None:
    (tmp_path / "dwpose").mkdir()
    write_detector(tmp_path / DETECTOR, [], [])
    write_estimator(tmp_path / ESTIMATOR, np.full((133, 2), [144.0, 192.0]))
    assert dwpose.find_pose(PICTURE, tmp_path) is NOBODY
    pose = dwpose.find_pose(PICTURE, tmp_path, somebody=True)
    np.testing.assert_allclose(pose.candidate, np.full((18, 2), 0.5))


@pytest.mark.parametrize("content", [None, b"", b"not a network"])
def test_a_network_that_is_missing_or_damaged_is_named_with_its_remedy(
    tmp_path: Path, content: bytes | None
) -> None:
    (tmp_path / "dwpose").mkdir()
    file = tmp_path / DETECTOR
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BackendError) as caught:
        dwpose.find_pose(PICTURE, tmp_path)
    assert caught.value.code is Code.MODELS_MISSING
    assert str(file) in caught.value.detail
    assert "modera-bot models pull fashn" in caught.value.detail
