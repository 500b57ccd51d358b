"""The steps in their order: people, then for each the outline and the face."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from modera_bot.ml.base import Body, Face, Person, Picture, Points
from modera_bot.ml.body.apart import told_apart
from modera_bot.ml.body.face import find_face
from modera_bot.ml.body.matte import agreement, outline
from modera_bot.ml.body.networks import networks
from modera_bot.ml.body.people import find
from modera_bot.ml.body.pose import Pose, look

#: People are looked for in a copy whose longest edge is at most this, in pixels: enough for
#: networks that see 256, and larger pictures would only alias.
LOOK = 1024

#: Somebody smaller than this share of the largest person just happens to be in the picture.
BYSTANDER = 0.4


@dataclass(frozen=True, slots=True)
class Sighting:
    """A person seen again: `pose` and `mask_agreement` as in `Person`."""

    pose: Points
    mask_agreement: float


class BodyUnderstanding:
    """A BodyBackend that runs on any CPU; cheap to make, networks load when first needed."""

    def __init__(self, models: Path) -> None:
        self._networks = networks(models.resolve() / "body")

    def understand(self, picture: Picture) -> Body:
        """Everybody in `picture` but bystanders, the largest outline first.

        Raises ModeraError(MODELS_MISSING) when the model files aren't there.
        """
        return self.people(picture, self.poses(picture))

    def poses(self, picture: Picture) -> tuple[Pose, ...]:
        """The first half of it: who is there, but neither outlines nor faces. Each of them is
        one of the people. Raises ModeraError(MODELS_MISSING)."""
        scale = _scale(picture)
        found = _in_front(find(self._networks, _shrunk(picture, scale)))
        return tuple(pose.placed(1 / scale) for pose in found)

    def people(self, picture: Picture, poses: Sequence[Pose]) -> Body:
        """The second half: the people of these poses, the largest outline first."""
        scale = _scale(picture)
        small = _shrunk(picture, scale)
        people = told_apart([self._person(picture, small, pose, scale) for pose in poses])
        return Body(tuple(sorted(people, key=lambda person: -float(person.mask.sum()))))

    def again(self, picture: Picture, pose: Pose) -> Sighting | None:
        """Somebody known from one picture in a changed copy of it; None where nobody is left.

        `pose` is placed as in the copy: it says where to look, as in the next frame of a video.
        """
        looked = look(self._networks, picture, pose.region, pose.detection)
        if looked is None:
            return None
        found = looked[0]
        return Sighting(found.points, agreement(self._networks, picture, found))

    def _person(self, picture: Picture, small: Picture, pose: Pose, scale: float) -> Person:
        face = find_face(self._networks, small, pose.placed(scale))
        mask, agreed = outline(self._networks, picture, pose)
        return Person(
            pose=pose.points,
            world=pose.world,
            visibility=pose.visibility,
            presence=pose.presence,
            score=pose.score,
            detection=pose.detection,
            mask=mask,
            mask_agreement=agreed,
            face=None if face is None else _enlarged(face, 1 / scale),
        )


def _scale(picture: Picture) -> float:
    return float(min(1.0, LOOK / max(picture.shape[:2])))


def _in_front(poses: list[Pose]) -> list[Pose]:
    largest = max((pose.region.size for pose in poses), default=0.0)
    return [pose for pose in poses if pose.region.size >= BYSTANDER * largest]


def _shrunk(picture: Picture, scale: float) -> Picture:
    if scale == 1.0:
        return picture
    height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _enlarged(face: Face, factor: float) -> Face:
    return replace(face, mesh=face.mesh * np.float32(factor))
