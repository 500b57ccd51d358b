"""People who stand close: what two outlines hold belongs to the body that is nearer.

The networks that see outlines look at one person, and take a neighbour's arm for theirs.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from modera_bot.ml.anatomy import HIPS, SHOULDERS, Landmark, measure, scaled
from modera_bot.ml.base import Mask, Person, Points
from modera_bot.ml.colour import resized

#: Distances are measured in a copy whose longest edge is this, in pixels: they are smooth.
WORK_EDGE = 256

#: Width of the seam between two people, as a share of the shoulders' width.
SEAM = 0.04

#: The head's radius, in the same share.
HEAD = 0.25

#: A torso this long counts as wide as its shoulders would be seen from the front.
FRONTAL_SHOULDERS = 0.62

_LIMBS = (
    ("SHOULDER", "ELBOW"),
    ("ELBOW", "WRIST"),
    ("WRIST", "INDEX"),
    ("HIP", "KNEE"),
    ("KNEE", "ANKLE"),
    ("ANKLE", "FOOT_INDEX"),
)


def told_apart(people: Sequence[Person]) -> list[Person]:
    """The people in the same order, each outline without what is another one's."""
    if len(people) < 2:
        return list(people)
    height, width = people[0].mask.shape
    factor = min(1.0, WORK_EDGE / max(height, width))
    away = [resized(_away(scaled(person, factor)), (width, height)) for person in people]
    return [
        replace(person, mask=_own(index, [each.mask for each in people], away))
        for index, person in enumerate(people)
    ]


def _own(index: int, masks: Sequence[Mask], away: Sequence[Mask]) -> Mask:
    """A mask where nobody else is nearer to what both hold."""
    own = masks[index]
    for other in range(len(masks)):
        if other != index:
            nearer = ((away[other] - away[index]) / SEAM + 0.5).clip(0, 1)
            # only as far as the other outline is sure
            own = own * (1 - masks[other] * (1 - nearer))
    return np.asarray(own, np.float32)


def _away(person: Person) -> Mask:
    """How far each pixel is from the person's torso, head and bones, in shoulder widths."""
    points = person.pose[:, :2]
    figures = measure(person)
    width = max(figures.shoulder_width, FRONTAL_SHOULDERS * figures.torso, 1.0)
    outside = np.ones(person.mask.shape, np.uint8)
    torso = points[[*SHOULDERS, *reversed(HIPS)]]
    cv2.fillConvexPoly(outside, np.array(_pixels(torso), np.int32), 0)
    head = points[: Landmark.MOUTH_RIGHT + 1].mean(axis=0)
    cv2.circle(outside, _pixels(head[None])[0], round(HEAD * width), 0, -1)
    for side in ("LEFT", "RIGHT"):
        for start, end in _LIMBS:
            ends = points[[Landmark[f"{side}_{start}"], Landmark[f"{side}_{end}"]]]
            first, last = _pixels(ends)
            cv2.line(outside, first, last, 0, 1)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 5)
    return np.asarray(away / width, np.float32)


def _pixels(points: Points) -> list[tuple[int, int]]:
    """Whole pixels; those far outside, which OpenCV can't draw, are brought nearer."""
    whole = np.rint(points.clip(-4 * WORK_EDGE, 5 * WORK_EDGE)).astype(int)
    return [(int(x), int(y)) for x, y in whole]
