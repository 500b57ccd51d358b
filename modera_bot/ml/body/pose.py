"""BlazePose's landmarks for one detected person: where the joints are, how sure, and a rough
outline."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask, Picture, Points
from modera_bot.ml.body.detector import Detection
from modera_bot.ml.body.networks import POSE_LANDMARK, Floats, Networks, sigmoid
from modera_bot.ml.body.region import Region, move

SIDE = 256
LANDMARKS = 33

#: The network also gives the middle of the hips and the edge of a circle around the person,
#: from which a better region follows.
CENTRE, EDGE = 33, 34
OUTPUTS = 39

#: A region is this much larger than the circle around the person.
MARGIN = 1.25

#: Below this the network says that it sees nobody.
MIN_SCORE = 0.5

#: Each point is refined on a heat map, within a square of this many cells around it, where
#: the map is at least this sure.
WINDOW, MIN_HEAT = 7, 0.5


@dataclass(frozen=True, slots=True)
class Pose:
    """See `Person` for the arrays; `outline` (256, 256) covers `region`, 0 to 1."""

    points: Points
    world: Points
    visibility: NDArray[np.float32]
    presence: NDArray[np.float32]
    score: float
    detection: float
    outline: Mask
    region: Region

    def covers(self, points: Floats) -> NDArray[np.bool_]:
        """For points (n, 2) of the picture: does each lie inside the rough outline?"""
        column, row = np.floor(move(points, self.region.matrix(SIDE))).astype(int).T
        inside = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
        there = self.outline[row.clip(0, SIDE - 1), column.clip(0, SIDE - 1)] > 0.5
        return np.asarray(inside & there)

    def placed(self, scale: float, left: float = 0.0, top: float = 0.0) -> "Pose":
        """The same pose where the picture is scaled, then moved into a larger one."""
        points = self.points * np.float32(scale) + np.array([left, top, 0], np.float32)
        return replace(self, points=points, region=self.region.placed(scale, left, top))


def follow(networks: Networks, picture: Picture, detection: Detection) -> Pose | None:
    """The pose of a detected person, or None when a closer look finds nobody."""
    region = region_around(*detection.keypoints[:2])
    first = look(networks, picture, region, detection.score)
    if first is None:
        return None
    second = look(networks, picture, first[1], detection.score)
    return second[0] if second else None


def look(
    networks: Networks, picture: Picture, region: Region, detection: float
) -> tuple[Pose, Region] | None:
    """The pose of whoever is in `region`, and the better region that follows from it; None when
    nobody is there. `detection` is how sure it was before that somebody is."""
    outputs = networks[POSE_LANDMARK](region.cut(picture, SIDE))
    score = float(outputs["Identity_1"][0])
    if score < MIN_SCORE:
        return None
    raw = _refined(outputs["Identity"].reshape(OUTPUTS, 5), outputs["Identity_3"])
    points = region.to_picture(raw[:, :2], SIDE)
    depth = raw[:LANDMARKS, 2:3] * (region.size / SIDE)
    certain = sigmoid(raw[:LANDMARKS, 3:])
    pose = Pose(
        points=np.hstack([points[:LANDMARKS], depth]),
        world=_upright(outputs["Identity_4"].reshape(OUTPUTS, 3)[:LANDMARKS], region.angle),
        visibility=certain[:, 0],
        presence=certain[:, 1],
        score=score,
        detection=detection,
        outline=sigmoid(outputs["Identity_2"][..., 0]),
        region=region,
    )
    return pose, region_around(points[CENTRE], points[EDGE])


def region_around(centre: Floats, edge: Floats) -> Region:
    """The region for a person whose hips' middle is `centre` and whose head points to
    `edge`, which lies on the circle around the whole body."""
    x, y = edge - centre
    return Region(centre, 2 * MARGIN * math.hypot(x, y), math.atan2(x, -y))


def _refined(raw: Floats, heat: Floats) -> Floats:
    """Move each point (x, y of the crop in raw[:, :2]) to the centre of heat around it."""
    cells = heat.shape[0]
    offset = np.arange(WINDOW) - WINDOW // 2
    column, row = np.trunc(raw[:, :2] * (cells / SIDE)).astype(int).T
    columns, rows = column[:, None, None] + offset, row[:, None, None] + offset[:, None]
    inside = (columns >= 0) & (columns < cells) & (rows >= 0) & (rows < cells)
    point = np.arange(OUTPUTS)[:, None, None]
    near = sigmoid(heat[rows.clip(0, cells - 1), columns.clip(0, cells - 1), point]) * inside
    moves = inside[:, WINDOW // 2, WINDOW // 2] & (near.max(axis=(1, 2)) >= MIN_HEAT)
    total = np.maximum(near.sum(axis=(1, 2)), 1e-6) * (cells / SIDE)
    centre = np.stack([(columns * near).sum((1, 2)), (rows * near).sum((1, 2))], axis=1)
    refined = raw.copy()
    refined[moves, :2] = (centre / total[:, None])[moves]
    return refined


def _upright(world: Floats, angle: float) -> Floats:
    """World points, which the network gives as seen in its turned crop, turned back."""
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float32)
    upright: Floats = world @ turn.T
    return upright
