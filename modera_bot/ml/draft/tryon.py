"""The draft try-on from two pictures to one: the stages in their order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import Mask, Person, Picture, TryOnOutput, TryOnTask
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.draft.figure import figure
from modera_bot.ml.draft.fit import fit
from modera_bot.ml.draft.garment import cut_out, shrink
from modera_bot.ml.draft.keypoints import locate
from modera_bot.ml.draft.parse import parse
from modera_bot.ml.draft.render import render

#: Longest edge that a person's picture is worked on at.
WORK_EDGE = 1024


def draft_tryon(task: TryOnTask, models: Path) -> TryOnOutput:
    """Put the garment of `task` on its person. Runs in any process; about a second.

    Raises Refusal when an honest result is impossible, and ModeraError(MODELS_MISSING).
    """
    garment = cut_out(task.garments[0].picture)
    shape = locate(garment)
    if shape is None:
        raise Refusal(Code.NO_GARMENT)
    small = shrink(task.person, WORK_EDGE)
    people = BodyUnderstanding(models).understand(small).people
    if not people:
        raise Refusal(Code.NO_PERSON)
    view = _view(small, people[0])
    body = figure(view.person)
    parsed = parse(view.picture, view.person, body)
    canvas, grain = render(view.picture, body, parsed, garment, shape, fit(shape, body, parsed))
    factor = task.person.shape[1] / small.shape[1]
    corner = round(view.left * factor), round(view.top * factor)
    picture = canvas.onto(task.person, corner, factor, grain)
    return TryOnOutput(picture=picture, categories=(Category.TOPS,))


@dataclass(frozen=True, slots=True)
class _View:
    """The part of a picture that a try-on may change, and the person in its pixels."""

    picture: Picture
    person: Person
    left: int
    top: int


def _view(picture: Picture, person: Person) -> _View:
    """From the top of the head to the knees, with room around for a loose garment."""
    rows, columns = (np.flatnonzero((person.mask > 0.3).any(axis=axis)) for axis in (1, 0))
    body = figure(person)
    height, width = person.mask.shape
    margin = 0.3 * body.scale
    left, right = int(max(0, columns[0] - margin)), int(min(width, columns[-1] + margin))
    bottom = int(min(height, body.at(0, 1.9 * body.torso)[1], rows[-1] + margin))
    top = int(max(0, rows[0] - 2))
    shift = np.array([left, top], np.float32)
    pose = person.pose.copy()
    pose[:, :2] -= shift
    face = person.face
    if face is not None:
        mesh = face.mesh.copy()
        mesh[:, :2] -= shift
        face = replace(face, mesh=mesh)
    mask: Mask = np.ascontiguousarray(person.mask[top:bottom, left:right])
    cut = np.ascontiguousarray(picture[top:bottom, left:right])
    return _View(cut, replace(person, pose=pose, mask=mask, face=face), left, top)
