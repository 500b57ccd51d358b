"""An invented person who passes every gate, to be spoilt in one respect at a time."""

from dataclasses import replace

import numpy as np

from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Body, Face, Person

HEIGHT, WIDTH = 1000, 800

#: Where a frontal, standing person's joints are, in pixels: x, y.
JOINTS = {
    Landmark.NOSE: (400, 150),
    Landmark.LEFT_EYE: (415, 140),
    Landmark.RIGHT_EYE: (385, 140),
    Landmark.MOUTH_LEFT: (412, 175),
    Landmark.MOUTH_RIGHT: (388, 175),
    Landmark.LEFT_SHOULDER: (500, 270),
    Landmark.RIGHT_SHOULDER: (300, 270),
    Landmark.LEFT_ELBOW: (540, 430),
    Landmark.RIGHT_ELBOW: (260, 430),
    Landmark.LEFT_WRIST: (560, 580),
    Landmark.RIGHT_WRIST: (240, 580),
    Landmark.LEFT_HIP: (460, 560),
    Landmark.RIGHT_HIP: (340, 560),
    Landmark.LEFT_KNEE: (455, 780),
    Landmark.RIGHT_KNEE: (345, 780),
}


def person(**joints: tuple[float, float]) -> Person:
    """The person, with some joints moved (left_wrist=(x, y))."""
    pose = np.full((33, 3), 500, np.float32)
    for joint, place in JOINTS.items():
        pose[joint, :2] = place
    for name, place in joints.items():
        pose[Landmark[name.upper()], :2] = place
    pose[:, 2] = 0
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[100:950, 230:570] = 1
    mesh = np.tile(np.array([400, 150, 0], np.float32), (468, 1))
    return Person(
        pose=pose,
        world=pose / 500,
        visibility=np.ones(33, np.float32),
        presence=np.ones(33, np.float32),
        score=0.99,
        detection=0.95,
        mask=mask,
        mask_agreement=0.97,
        face=Face(0.9, mesh),
    )


def turned(one: Person, degrees: float) -> Person:
    """The person with the shoulders turned from the picture's plane."""
    world = one.world.copy()
    world[Landmark.LEFT_SHOULDER] = 0.2, -0.4, 0.2 * np.tan(np.radians(degrees))
    world[Landmark.RIGHT_SHOULDER] = -0.2, -0.4, -0.2 * np.tan(np.radians(degrees))
    return replace(one, world=world)


def leaning(degrees: float) -> Person:
    """The person with the whole torso leaning to one side."""
    aside = 290 * np.tan(np.radians(degrees))
    return person(left_shoulder=(500 + aside, 270), right_shoulder=(300 + aside, 270))


def body(*people: Person) -> Body:
    return Body(people)
