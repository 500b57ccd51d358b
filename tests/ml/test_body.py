"""Body understanding on the sample people; ground truth is where each wears its garment."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from modera_bot.errors import Code, ModeraError
from modera_bot.ml.anatomy import HIPS, SHOULDERS, Landmark
from modera_bot.ml.base import Person, Picture
from modera_bot.ml.body import BodyUnderstanding
from tests.ml.conftest import SAMPLES, sample, worn
from tests.ml.draft.poses import beside as in_front

PEOPLE = sorted(path.stem for path in (SAMPLES / "people").glob("*.jpg"))
GARMENTS = sorted(path.stem for path in (SAMPLES / "garments").glob("*.jpg"))
TEES = [name for name in PEOPLE if "tee" in name or "long" in name]


def only_person(understanding: BodyUnderstanding, picture: Picture) -> Person:
    (person,) = understanding.understand(picture).people
    return person


def turned(picture: Picture, degrees: float) -> tuple[Picture, np.ndarray]:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.8)
    around = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(around, np.uint8), matrix


@pytest.mark.parametrize("name", TEES)
def test_shoulders_lie_just_under_the_upper_edge_of_the_garment(
    understanding: BodyUnderstanding, name: str
) -> None:
    person = only_person(understanding, sample(f"people/{name}"))
    garment = worn(name)
    left, right = person.pose[list(SHOULDERS), :2]
    width = left[0] - right[0]
    for x, y in (left, right):
        edge = np.flatnonzero(garment[:, round(x)])[0]
        assert 0 <= y - edge <= 0.25 * width
    columns = np.flatnonzero(garment[round(float(left[1]))])
    assert abs((left[0] + right[0]) / 2 - columns.mean()) < 0.06 * width
    assert 0.6 < width / np.ptp(columns) < 1.0


@pytest.mark.parametrize("name", PEOPLE)
def test_the_outline_holds_the_garment_and_leaves_out_the_room(
    understanding: BodyUnderstanding, name: str
) -> None:
    person = only_person(understanding, sample(f"people/{name}"))
    inside = person.mask > 0.5
    assert inside[worn(name)].mean() > 0.99
    assert not inside[:, 0].any()
    assert 0.12 < inside.mean() < 0.45
    assert person.mask_agreement > 0.9  # the gate stands at 0.85
    assert person.mask.dtype == np.float32
    assert person.mask.min() >= 0
    assert person.mask.max() <= 1


def test_the_outline_ends_where_the_garment_does(understanding: BodyUnderstanding) -> None:
    """Beside the sleeves only background may follow: the edge is right to a few pixels."""
    person = only_person(understanding, sample("people/ben_tee_stripe"))
    garment, inside = worn("ben_tee_stripe"), person.mask > 0.5
    for row in range(380, 470, 10):  # from under the shoulders to the ends of the sleeves
        for flip in (1, -1):
            ends = [np.flatnonzero(mask[row, ::flip])[0] for mask in (garment, inside)]
            assert abs(int(ends[0]) - int(ends[1])) <= 5


@pytest.mark.parametrize("name", PEOPLE)
def test_the_face_is_found_between_the_shoulders_and_the_crown(
    understanding: BodyUnderstanding, name: str
) -> None:
    person = only_person(understanding, sample(f"people/{name}"))
    assert person.face is not None
    assert person.face.score > 0.9
    mesh = person.face.mesh
    assert mesh.shape == (468, 3)
    nose_tip, chin, forehead = mesh[1, :2], mesh[152, :2], mesh[10, :2]
    height = np.linalg.norm(chin - forehead)
    assert np.linalg.norm(nose_tip - person.pose[Landmark.NOSE, :2]) < 0.25 * height
    assert forehead[1] < nose_tip[1] < chin[1] < person.pose[list(SHOULDERS), 1].min()
    x, y = np.rint(mesh[:, :2]).astype(int).T
    assert (person.mask[y, x] > 0.5).mean() > 0.98


@pytest.mark.parametrize(
    "picture",
    [
        np.full((800, 600, 3), 255, np.uint8),
        np.random.default_rng(5).integers(0, 256, (800, 600, 3), np.uint8),
        np.zeros((1, 5000, 3), np.uint8),
        np.zeros((1, 1, 3), np.uint8),
    ],
    ids=["white", "noise", "a line", "a pixel"],
)
def test_nobody_is_seen_where_nobody_is(understanding: BodyUnderstanding, picture: Picture) -> None:
    assert understanding.understand(picture).people == ()


@pytest.mark.parametrize("name", GARMENTS)
def test_a_garment_alone_is_nobody(understanding: BodyUnderstanding, name: str) -> None:
    assert understanding.understand(sample(f"garments/{name}")).people == ()


def test_two_people_side_by_side_are_told_apart(understanding: BodyUnderstanding) -> None:
    picture = np.hstack([sample("people/mia_tank_dots"), sample("people/ben_tee_logo")])
    body = understanding.understand(picture)
    assert [person.pose[Landmark.NOSE, 0] > 768 for person in body.people] == [True, False]
    ben, mia = body.people
    assert (ben.mask > 0.5)[:, :768].sum() == 0
    assert (mia.mask > 0.5)[:, 768:].sum() == 0
    assert ben.mask.sum() > mia.mask.sum()


def test_five_people_are_five(understanding: BodyUnderstanding) -> None:
    row = [sample(f"people/{name}")[:, 160:610] for name in PEOPLE[:5]]
    body = understanding.understand(np.hstack(row))
    places = sorted(int(person.pose[Landmark.NOSE, 0]) // 450 for person in body.people)
    assert places == [0, 1, 2, 3, 4]


def beside(
    understanding: BodyUnderstanding, behind: str, front: str, shift: int
) -> tuple[Picture, list[np.ndarray]]:
    """Somebody in front of somebody, `shift` pixels to the right, and where each is seen."""
    over = sample(f"people/{front}")
    outline = only_person(understanding, over).mask
    picture = in_front(sample(f"people/{behind}"), over, outline, shift)
    cut = np.pad(outline, ((0, 0), (shift, 0)))
    under = np.pad(worn(behind), ((0, 0), (0, shift)))
    return picture, [under & (cut < 0.1), cut > 0.9]


@pytest.mark.parametrize(
    ("behind", "front", "shift"),
    [("ben_tee_logo", "ana_tee_stripe", 400), ("ana_long_plaid", "ben_tee_stripe", 420)],
)
def test_of_people_who_touch_each_outline_leaves_the_other_out(
    understanding: BodyUnderstanding, behind: str, front: str, shift: int
) -> None:
    picture, (under, over) = beside(understanding, behind, front, shift)
    people = understanding.understand(picture).people
    left, right = sorted(people, key=lambda person: float(person.pose[Landmark.NOSE, 0]))
    assert (left.mask > 0.5)[under].mean() > 0.95
    assert (right.mask > 0.5)[over].mean() > 0.95
    assert (left.mask > 0.5)[over].mean() < 0.03
    assert (right.mask > 0.5)[under].mean() < 0.03


def test_two_people_are_two_even_where_one_outline_holds_both_heads(
    understanding: BodyUnderstanding,
) -> None:
    picture, _ = beside(understanding, "mia_dress_pin", "mia_tank_dots", 270)
    people = understanding.understand(picture).people
    assert len(people) == 2
    assert abs(people[0].pose[Landmark.NOSE, 0] - people[1].pose[Landmark.NOSE, 0]) > 130


def test_a_bystander_far_away_does_not_count(understanding: BodyUnderstanding) -> None:
    picture = sample("people/ben_tee_logo")
    small = cv2.resize(sample("people/mia_dress_pin"), None, fx=0.22, fy=0.22)
    picture[500 : 500 + small.shape[0], : small.shape[1]] = small
    assert len(understanding.understand(picture).people) == 1


def test_a_larger_picture_gives_the_same_in_its_own_pixels(
    understanding: BodyUnderstanding,
) -> None:
    picture = sample("people/ana_tee_logo")
    large = cv2.resize(picture, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
    one, other = (only_person(understanding, each) for each in (picture, large))
    shoulder_width = np.linalg.norm(np.subtract(*one.pose[list(SHOULDERS), :2]))
    difference = np.abs(other.pose[:23] / 2.5 - one.pose[:23])[:, :2]
    assert difference.max() < 0.05 * shoulder_width
    assert one.face is not None
    assert other.face is not None
    assert np.abs(other.face.mesh / 2.5 - one.face.mesh)[:, :2].max() < 6
    assert other.mask.shape == large.shape[:2]
    shrunk = cv2.resize(other.mask, one.mask.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    assert (shrunk & (one.mask > 0.5)).sum() / (shrunk | (one.mask > 0.5)).sum() > 0.99


@pytest.mark.parametrize("degrees", [-20, 20])
def test_a_tilted_picture_turns_the_points_with_it(
    understanding: BodyUnderstanding, degrees: float
) -> None:
    upright = sample("people/ben_tee_logo")
    tilted, matrix = turned(upright, degrees)
    one, other = (only_person(understanding, each) for each in (upright, tilted))
    joints = [*SHOULDERS, *HIPS]
    expected = one.pose[joints, :2] @ matrix[:, :2].T + matrix[:, 2]
    width = np.linalg.norm(np.subtract(*other.pose[list(SHOULDERS), :2]))
    assert np.linalg.norm(other.pose[joints, :2] - expected, axis=1).max() < 0.15 * width
    across = other.world[Landmark.LEFT_SHOULDER] - other.world[Landmark.RIGHT_SHOULDER]
    assert np.degrees(np.arctan2(-across[1], across[0])) == pytest.approx(degrees, abs=6)


def test_world_points_are_metres_from_the_hips(understanding: BodyUnderstanding) -> None:
    person = only_person(understanding, sample("people/mia_dress_pin"))
    assert np.abs(person.world[list(HIPS)].mean(axis=0)).max() < 0.03
    across = np.linalg.norm(np.subtract(*person.world[list(SHOULDERS)]))
    assert 0.25 < across < 0.5
    assert person.world[Landmark.NOSE, 1] < -0.4  # y points down
    assert person.world[Landmark.LEFT_ANKLE, 1] > 0.5


def test_a_real_photograph_is_understood(understanding: BodyUnderstanding) -> None:
    """NASA's portrait of Eileen Collins: public domain, part of scikit-image."""
    picture = data.astronaut()
    person = only_person(understanding, picture)
    assert person.face is not None
    eyes = person.face.mesh[[159, 386], :2]  # upper lids: her right, her left
    assert np.linalg.norm(eyes - [(204, 100), (245, 100)], axis=1).max() < 10
    red, green, blue = np.moveaxis(picture.astype(int), 2, 0)
    suit = (red > 180) & (green < 140) & (blue < 110)
    suit[:, :20] = suit[:110] = False  # the flag beside her
    inside = person.mask > 0.5
    assert inside[suit].mean() > 0.95
    assert not inside[:150, 320:].any()  # the wall and the model of a shuttle


def test_missing_models_are_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModeraError, match="modera-bot models pull") as caught:
        BodyUnderstanding(tmp_path).understand(np.zeros((64, 64, 3), np.uint8))
    assert caught.value.code is Code.MODELS_MISSING


def test_a_damaged_model_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "body").mkdir()
    (tmp_path / "body" / "pose_detection.tflite").write_bytes(b"<html>not a network</html>")
    with pytest.raises(ModeraError, match=r"damaged.*modera-bot models pull"):
        BodyUnderstanding(tmp_path).understand(np.zeros((64, 64, 3), np.uint8))
