"""Where there are people: in the whole picture first, then in parts of a wide one.

The detector sees 224 pixels, where the people of a group are too small; in half-width tiles
they are twice as large. What a tile shows is often a piece of somebody already known, so
tiles must be surer and must add somebody new.
"""

from collections.abc import Iterator

import numpy as np

from modera_bot.ml.anatomy import HIPS, SHOULDERS, Landmark
from modera_bot.ml.base import Picture
from modera_bot.ml.body.detector import POSE, detect
from modera_bot.ml.body.networks import Networks
from modera_bot.ml.body.pose import Pose, follow

#: Nobody needs to know of more.
MAX_PEOPLE = 6

MIN_DETECTION = 0.4

#: What somebody found in a tile must reach.
TILE_DETECTION, TILE_SCORE, TILE_SHOULDERS = 0.6, 0.8, 0.8

#: Pictures wider than this share of their height are looked at in tiles too.
WIDE = 0.7
TILES = 3

#: The same person: this share of nose, shoulders and hips inside the other's outline, or the
#: noses closer than this share of the shoulders' width.
SAME_INSIDE, SAME_NOSES = 0.6, 0.3


def find(networks: Networks, picture: Picture) -> list[Pose]:
    """The poses of all people, each once."""
    found: list[Pose] = []
    for pose in _candidates(networks, picture):
        if not any(same(pose, known) for known in found):
            found.append(pose)
        if len(found) == MAX_PEOPLE:
            break
    return found


def same(pose: Pose, known: Pose) -> bool:
    """Whether two poses are of one person."""
    points, others = pose.points[:, :2], known.points[:, :2]
    inside = known.covers(points[[Landmark.NOSE, *SHOULDERS, *HIPS]])
    apart = np.linalg.norm(points[Landmark.NOSE] - others[Landmark.NOSE])
    width = np.linalg.norm(np.subtract(*others[list(SHOULDERS)]))
    return bool(inside.mean() >= SAME_INSIDE or apart < SAME_NOSES * width)


def _candidates(networks: Networks, picture: Picture) -> Iterator[Pose]:
    for detection in detect(networks, POSE, picture, MIN_DETECTION):
        pose = follow(networks, picture, detection)
        if pose is not None:
            yield pose
    for left, tile in _tiles(picture):
        for detection in detect(networks, POSE, tile, TILE_DETECTION):
            pose = follow(networks, tile, detection)
            if pose is not None and _sure(pose):
                yield pose.placed(1.0, left)


def _tiles(picture: Picture) -> Iterator[tuple[int, Picture]]:
    """Overlapping parts of full height and half the width, with their left edges."""
    height, width = picture.shape[:2]
    if width <= WIDE * height:
        return
    for left in np.linspace(0, width - width // 2, TILES).astype(int).tolist():
        yield left, np.ascontiguousarray(picture[:, left : left + width // 2])


def _sure(pose: Pose) -> bool:
    shoulders = (pose.visibility * pose.presence)[list(SHOULDERS)]
    return pose.score >= TILE_SCORE and bool(shoulders.min() >= TILE_SHOULDERS)
