"""The part of a photo that a draft is made in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from modera_bot.contracts import Category
from modera_bot.ml.base import Person, Picture, Points
from modera_bot.ml.colour import resized, shrink
from modera_bot.ml.draft.person_gates import WORK_EDGE
from modera_bot.ml.parsing.figure import figure

#: How far below the shoulders a top is worked on, in torso lengths: to the knees.
TOP_REACH = 1.9

#: Room around the outline for a garment that is wider than what is worn, as a share of the
#: scale (the shoulder width).
MARGIN = 0.3


@dataclass(frozen=True, slots=True)
class View:
    """The part of a photo that a try-on may change, and the person in its pixels.

    It lies at `corner` (left, top) of the photo, which is `factor` times as large.
    """

    picture: Picture
    person: Person
    corner: tuple[int, int]
    factor: float


def view_of(photo: Picture, person: Person, category: Category) -> View:
    """From the top of the head to the knees, or else to the feet, with some room around.

    `person` is in pixels of a smaller copy; a small person is worked on at a larger size.
    """
    rows, columns = (np.flatnonzero((person.mask > 0.3).any(axis=axis)) for axis in (1, 0))
    body = figure(person)
    height, width = person.mask.shape
    margin = MARGIN * body.scale
    left, right = int(max(0, columns[0] - margin)), int(min(width, columns[-1] + margin))
    top, bottom = int(max(0, rows[0] - 2)), int(min(height, rows[-1] + margin))
    if category is Category.TOPS:
        bottom = int(min(bottom, body.at(0, TOP_REACH * body.torso)[1]))
    scale = photo.shape[1] / width
    x0, y0, x1, y1 = (round(edge * scale) for edge in (left, top, right, bottom))
    cut = np.ascontiguousarray(shrink(photo[y0:y1, x0:x1], WORK_EDGE))
    grow = np.float32(cut.shape[1] / (right - left))
    mask = np.ascontiguousarray(person.mask[top:bottom, left:right])
    shift = np.array([left, top], np.float32)
    inside = replace(
        person,
        pose=_moved(person.pose, shift, grow),
        face=person.face and replace(person.face, mesh=_moved(person.face.mesh, shift, grow)),
        mask=mask if mask.shape == cut.shape[:2] else resized(mask, cut.shape[1::-1]),
    )
    return View(cut, inside, (x0, y0), (x1 - x0) / cut.shape[1])


def _moved(points: Points, shift: Points, grow: np.float32) -> Points:
    """Points (n, 3) of a picture in a part of it that begins at `shift`, enlarged."""
    moved = points.copy()
    moved[:, :2] = (points[:, :2] - shift) * grow
    return moved
