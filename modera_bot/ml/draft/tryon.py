"""The draft try-on from two pictures to one: the stages in their order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import GarmentPicture, Person, Picture, Points, TryOnOutput, TryOnTask
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import resized
from modera_bot.ml.draft.garment import CutOut, cut_out, shrink
from modera_bot.ml.draft.garment_gates import judge_garment
from modera_bot.ml.draft.keypoints import TopShape, locate
from modera_bot.ml.draft.person_gates import WORK_EDGE, clothes_notices, judge_person
from modera_bot.ml.draft.render import draw_top
from modera_bot.ml.draft.silhouette import guess_category
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import parse

#: How many garments a process remembers: each takes about 10 MB.
REMEMBERED = 4


def draft_tryon(task: TryOnTask, models: Path) -> TryOnOutput:
    """Put the garment of `task` on its person. Runs in any process; about a second.

    Raises Refusal when an honest result is impossible, ModeraError(MODELS_MISSING) when the
    body models aren't there.
    """
    understanding = BodyUnderstanding(models)
    garment = _garment(task.garments[0], understanding)
    shape = garment.shape
    assert shape is not None
    small = shrink(task.person, WORK_EDGE)
    people = understanding.understand(small)
    verdict = judge_person(people, small.shape[:2])
    if verdict.fault:
        raise Refusal(verdict.fault)
    view = _view(task.person, people.people[0])
    body = figure(view.person)
    parsed = parse(view.picture, view.person, body)
    drawn = draw_top(view.picture, view.person, body, parsed, garment.cut, shape)
    return TryOnOutput(
        picture=drawn.canvas.onto(task.person, view.corner, view.factor, drawn.grain),
        categories=(Category.TOPS,),
        notices=(*verdict.notices, *clothes_notices(parsed.skin_contrast)),
    )


def _garment(garment: GarmentPicture, understanding: BodyUnderstanding) -> _Garment:
    """The garment looked at, also from memory; Refusal if it is not one for a draft."""
    key = _key(garment.picture)
    looked = _looked_at.get(key)
    if looked is None:
        looked = _look(shrink(garment.picture, WORK_EDGE), understanding)
        _looked_at[key] = looked
        if len(_looked_at) > REMEMBERED:
            del _looked_at[next(iter(_looked_at))]  # the oldest
    if looked.fault:
        raise Refusal(looked.fault)
    if (garment.category or looked.category) is not Category.TOPS:
        raise Refusal(Code.CATEGORY_UNSUPPORTED)
    return looked


def _key(picture: Picture) -> bytes:
    return hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).digest()


def _look(picture: Picture, understanding: BodyUnderstanding) -> _Garment:
    cut = cut_out(picture)
    fault = judge_garment(cut, understanding.understand(picture)).fault
    shape = None if fault else locate(cut)
    return _Garment(
        cut=cut,
        shape=shape,
        category=guess_category(cut),
        fault=fault or (None if shape else Code.NO_GARMENT),
    )


@dataclass(frozen=True, slots=True)
class _Garment:
    """What is known of a garment's picture; `shape` is None only where there is a fault."""

    cut: CutOut
    shape: TopShape | None
    category: Category
    fault: Code | None


#: By the picture's hash: the same garment is often tried on several photos.
_looked_at: dict[bytes, _Garment] = {}


@dataclass(frozen=True, slots=True)
class _View:
    """The part of a photo that a try-on may change, and the person in its pixels.

    It lies at `corner` (left, top) of the photo, which is `factor` times as large.
    """

    picture: Picture
    person: Person
    corner: tuple[int, int]
    factor: float


def _view(photo: Picture, person: Person) -> _View:
    """From the top of the head to the knees, with room around for a loose garment.

    `person` is in pixels of a smaller copy; a small person is worked on at a larger size.
    """
    rows, columns = (np.flatnonzero((person.mask > 0.3).any(axis=axis)) for axis in (1, 0))
    body = figure(person)
    height, width = person.mask.shape
    margin = 0.3 * body.scale
    left, right = int(max(0, columns[0] - margin)), int(min(width, columns[-1] + margin))
    bottom = int(min(height, body.at(0, 1.9 * body.torso)[1], rows[-1] + margin))
    top = int(max(0, rows[0] - 2))
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
    return _View(cut, inside, (x0, y0), (x1 - x0) / cut.shape[1])


def _moved(points: Points, shift: Points, grow: np.float32) -> Points:
    """Points (n, 3) of a picture in a part of it that begins at `shift`, enlarged."""
    moved = points.copy()
    moved[:, :2] = (points[:, :2] - shift) * grow
    return moved
