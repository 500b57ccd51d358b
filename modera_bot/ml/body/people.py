"""Where there are people: in the whole picture first, then in parts of a wide one.

The detector sees 224 pixels, where the people of a group are small and close; tiles show it
fewer at once, and larger. What a tile shows is often a piece of somebody already known, so
what is found there must be surer and must be new.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from modera_bot.ml.anatomy import HIPS, SHOULDERS, Landmark
from modera_bot.ml.base import Picture
from modera_bot.ml.body.detector import POSE, Detection, detect
from modera_bot.ml.body.networks import Networks
from modera_bot.ml.body.pose import Pose, follow

#: Nobody needs to know of more.
MAX_PEOPLE = 6

#: Pictures wider than this share of their height are looked at in tiles too.
WIDE = 0.7

#: In a tile of fewer pixels nobody could be made out.
SMALLEST_TILE = 32

#: The same person: the noses closer than this share of the shoulders' width, or this share of
#: nose, shoulders and hips inside the other's outline. That one may hold somebody close by, too:
#: noses further apart than two heads, again in shoulder widths, are two people's.
SAME_NOSES, SAME_INSIDE, TWO_HEADS = 0.3, 0.6, 0.9


@dataclass(frozen=True, slots=True)
class View:
    """A part of the picture, where its left edge is, and how sure to be of people in it."""

    picture: Picture
    left: int = 0
    min_detection: float = 0.4
    min_score: float = 0.5
    min_shoulders: float = 0.0


def find(networks: Networks, picture: Picture) -> list[Pose]:
    """The poses of all people, each once."""
    found: list[Pose] = []
    for view in _views(picture):
        for detection in detect(networks, POSE, view.picture, view.min_detection):
            if len(found) < MAX_PEOPLE and not _known(detection, view, found):
                pose = _followed(networks, detection, view)
                if pose is not None and not any(same(pose, other) for other in found):
                    found.append(pose)
    return found


def same(pose: Pose, known: Pose) -> bool:
    """Whether two poses are of one person."""
    points, others = pose.points[:, :2], known.points[:, :2]
    inside = known.covers(points[[Landmark.NOSE, *SHOULDERS, *HIPS]])
    apart = np.linalg.norm(points[Landmark.NOSE] - others[Landmark.NOSE])
    width = np.linalg.norm(np.subtract(*others[list(SHOULDERS)]))
    merged = inside.mean() >= SAME_INSIDE and apart < TWO_HEADS * width
    return bool(apart < SAME_NOSES * width or merged)


def _views(picture: Picture) -> Iterator[View]:
    """The whole picture, then tiles of full height and a half to a quarter of the width,
    square where that allows it."""
    yield View(picture)
    height, width = picture.shape[:2]
    tile = min(width // 2, max(height, width // 4))
    if width <= WIDE * height or tile < SMALLEST_TILE:
        return
    overlap = 0.5 if width > height else 0  # in an upright picture the whole shows the middle
    count = 1 + int(np.ceil((width - tile) / (tile * (1 - overlap))))
    for left in np.linspace(0, width - tile, count).astype(int).tolist():
        part = np.ascontiguousarray(picture[:, left : left + tile])
        yield View(part, left, min_detection=0.6, min_score=0.8, min_shoulders=0.8)


def _known(detection: Detection, view: View, found: Sequence[Pose]) -> bool:
    """Whether somebody found already covers a detected face, hips and shoulders; spares the
    slower closer look."""
    face = detection.box.reshape(2, 2).mean(axis=0)
    hips, _, shoulders, _ = detection.keypoints
    points = np.stack([face, hips, shoulders]) + np.array([view.left, 0], np.float32)
    return any(other.covers(points).all() for other in found)


def _followed(networks: Networks, detection: Detection, view: View) -> Pose | None:
    pose = follow(networks, view.picture, detection)
    if pose is None or pose.score < view.min_score:
        return None
    shoulders = (pose.visibility * pose.presence)[list(SHOULDERS)]
    return pose.placed(1.0, view.left) if shoulders.min() >= view.min_shoulders else None
