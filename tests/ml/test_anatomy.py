"""What is measured on a person: on built poses where the truth is known, then on samples."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from modera_bot.ml.anatomy import (
    HIPS,
    SHOULDERS,
    Landmark,
    Measures,
    chest,
    chosen,
    measure,
    scaled,
    seen,
    skin_colour,
)
from modera_bot.ml.base import Face, Person
from modera_bot.ml.body import BodyUnderstanding
from tests.ml.conftest import sample

#: A figure of straight limbs, in metres from the hips' middle: x left, y down, z away.
FIGURE = {
    Landmark.NOSE: (0, -0.65, 0),
    Landmark.LEFT_SHOULDER: (0.18, -0.5, 0),
    Landmark.RIGHT_SHOULDER: (-0.18, -0.5, 0),
    Landmark.LEFT_WRIST: (0.35, 0, 0),
    Landmark.RIGHT_WRIST: (-0.35, 0, 0),
    Landmark.LEFT_HIP: (0.1, 0, 0),
    Landmark.RIGHT_HIP: (-0.1, 0, 0),
    Landmark.LEFT_KNEE: (0.1, 0.45, 0),
    Landmark.RIGHT_KNEE: (-0.1, 0.45, 0),
}


def person(**moved: tuple[float, float, float]) -> Person:
    """The figure, facing the camera, 400 pixels to the metre, with some joints elsewhere."""
    world = np.zeros((33, 3), np.float32)
    for landmark, place in FIGURE.items():
        world[landmark] = place
    for name, place in moved.items():
        world[Landmark[name]] = place
    return Person(
        pose=world * 400 + np.array([300, 450, 0], np.float32),
        world=world,
        visibility=np.full(33, 0.9, np.float32),
        presence=np.ones(33, np.float32),
        score=1.0,
        detection=1.0,
        mask=np.ones((800, 600), np.float32),
        mask_agreement=1.0,
    )


def turned(one: Person, axis: str, degrees: float) -> Person:
    """The person turned about an axis through the hips, seen from the same place."""
    vector = {"y": (0, 1, 0), "z": (0, 0, 1)}[axis]
    turn, _ = cv2.Rodrigues(np.radians(degrees) * np.array(vector, np.float64))
    world = (one.world @ turn.T).astype(np.float32)
    return replace(one, world=world, pose=world * 400 + np.array([300, 450, 0], np.float32))


def measured(**moved: tuple[float, float, float]) -> Measures:
    return measure(person(**moved))


def test_a_standing_figure_is_measured_as_it_was_built() -> None:
    figures = measured()
    assert figures.facing
    assert figures.torso == pytest.approx(200)
    assert figures.shoulder_width == pytest.approx(144)
    assert figures.yaw == pytest.approx(0, abs=0.1)
    assert figures.lean == pytest.approx(0, abs=0.1)
    assert figures.hip_angle == pytest.approx(171, abs=1)  # hips are narrower than shoulders
    assert figures.thigh == pytest.approx(180)
    assert figures.below_hips == pytest.approx(350)
    assert figures.hands_in_front == 0
    assert figures.shoulders_seen == pytest.approx(0.9)


@pytest.mark.parametrize("degrees", [-60, -30, 15, 45])
def test_yaw_is_how_far_a_person_has_turned(degrees: float) -> None:
    figures = measure(turned(person(), "y", degrees))
    assert figures.yaw == pytest.approx(abs(degrees), abs=0.1)
    assert figures.facing


def test_from_behind_the_shoulders_are_swapped() -> None:
    assert not measure(turned(person(), "y", 170)).facing


@pytest.mark.parametrize("degrees", [-35, 20])
def test_lean_is_how_far_the_torso_is_from_upright(degrees: float) -> None:
    figures = measure(turned(person(), "z", degrees))
    assert figures.lean == pytest.approx(abs(degrees), abs=0.1)
    assert figures.torso == pytest.approx(200)


def test_a_person_on_a_chair_has_a_right_angle_at_the_hips() -> None:
    figures = measured(LEFT_KNEE=(0.1, 0, -0.45), RIGHT_KNEE=(-0.1, 0, -0.45))
    assert figures.hip_angle == pytest.approx(90, abs=3)


def test_hands_count_when_they_lie_over_the_torso() -> None:
    assert measured(LEFT_WRIST=(0.05, -0.25, -0.2)).hands_in_front == 1
    crossed = {"LEFT_WRIST": (-0.1, -0.3, -0.2), "RIGHT_WRIST": (0.1, -0.3, -0.2)}
    assert measured(**crossed).hands_in_front == 2
    assert measured(LEFT_WRIST=(0.05, -0.8, 0), RIGHT_WRIST=(0, 0.3, 0)).hands_in_front == 0


def test_what_lies_outside_the_picture_is_not_seen() -> None:
    below = replace(person(), mask=np.ones((440, 600), np.float32))
    assert measure(below).hips_seen == 0
    assert measure(below).knees_seen == 0
    assert measure(below).shoulders_seen == pytest.approx(0.9)


def test_the_less_certain_joint_decides() -> None:
    unsure = person()
    unsure.visibility[Landmark.LEFT_HIP] = 0.5
    unsure.presence[Landmark.LEFT_HIP] = 0.6
    assert seen(unsure, HIPS) == pytest.approx(0.3)
    assert seen(unsure, SHOULDERS) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("name", "rgb"),
    [("ana_tee_logo", (216, 176, 155)), ("ben_tee_logo", (148, 102, 87))],
)
def test_skin_colour_is_that_of_the_face_whatever_is_worn(
    understanding: BodyUnderstanding, name: str, rgb: tuple[int, int, int]
) -> None:
    expected = cv2.cvtColor(np.array([[rgb]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    colours = []
    for other in (name, name.replace("tee_logo", "long_plaid")):
        picture = sample(f"people/{other}")
        face = understanding.understand(picture).people[0].face
        assert face is not None
        colour = skin_colour(picture, face)
        assert colour is not None
        colours.append(colour)
        assert np.linalg.norm(colour - expected) < 10
    assert np.linalg.norm(colours[0] - colours[1]) < 2


def test_the_person_is_chosen_on_whom_the_point_lies() -> None:
    left, right = np.zeros((800, 600), np.float32), np.zeros((800, 600), np.float32)
    left[:, :300], right[:, 290:] = 1, 1
    moved = np.array([150, 0, 0], np.float32)
    one, other = person(), person()
    people = [replace(one, mask=left, pose=one.pose - moved)]
    people.append(replace(other, mask=right, pose=other.pose + moved))
    assert chosen(people, None) is people[0]
    assert chosen(people, (0.1, 0.9)) is people[0]
    assert chosen(people, (0.9, 0.9)) is people[1]
    assert chosen(people, (1.0, 1.0)) is people[1]
    assert chosen(people, (0.495, 0.5)) is people[0]  # on both: whose chest is nearer
    for each in people:
        assert chosen(people, chest(each)) is each


def test_a_person_scaled_is_the_same_in_a_smaller_picture() -> None:
    half = scaled(replace(person(), face=Face(1.0, np.full((468, 3), 40, np.float32))), 0.5)
    assert half.mask.shape == (400, 300)
    assert half.face is not None
    assert (half.face.mesh == 20).all()
    assert chest(half) == pytest.approx(chest(person()))
    assert measure(half).torso == pytest.approx(100)
    assert measure(half).hip_angle == pytest.approx(measured().hip_angle)


def test_a_face_outside_the_picture_has_no_colour() -> None:
    outside = Face(1.0, np.full((468, 3), -500, np.float32))
    assert skin_colour(sample("people/ana_tee_logo"), outside) is None


def test_sample_people_stand_and_face_the_camera(understanding: BodyUnderstanding) -> None:
    figures = measure(understanding.understand(sample("people/mia_dress_pin")).people[0])
    assert figures.facing
    assert figures.yaw < 15
    assert figures.lean < 5
    assert figures.hip_angle > 140
    assert min(figures.shoulders_seen, figures.hips_seen, figures.knees_seen) > 0.9


def test_hands_outside_the_picture_are_not_in_front(understanding):
    whole = sample("people/ben_tee_logo")
    (person,) = understanding.understand(np.ascontiguousarray(whole[:470])).people
    assert measure(person).hands_in_front == 0
