"""A look at one photo: what it shows, and why it can't serve as one of the two.

Runs in a picture process: bytes come from outside, and the networks should not load
anywhere else.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from modera_bot.contracts import Notice, PersonAt, PhotoReport, Role
from modera_bot.errors import Code
from modera_bot.images import decode
from modera_bot.ml.anatomy import Landmark, chest
from modera_bot.ml.base import Body, Person
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.canvas import extent
from modera_bot.ml.colour import shrink
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment
from modera_bot.ml.draft.person_gates import Verdict, judge_person
from modera_bot.ml.draft.silhouette import guess_category
from modera_bot.ml.draft.worn import judge_worn

#: Photos are looked at in a copy whose longest edge is at most this, in pixels.
LOOK = 1024

#: What makes a photo useless for every backend; the draft's further faults are only its own.
HOPELESS = {Code.NO_PERSON, Code.SEVERAL_PEOPLE, Code.PERSON_TOO_SMALL}

#: A product shot: at least this much of the border is plain, at most this much is garment,
#: the background varies by no more than this (ΔE), and the garment takes this much of it.
PLAIN_BORDER, TOUCHED_BORDER, PLAIN_NOISE, LEAST_AREA = 0.8, 0.05, 10.0, 0.05

#: People who take this share of the picture are its subject; smaller ones may be prints.
SUBJECT = 0.15

#: Where a head is, the outline is at least this sure.
HEAD = 0.8

#: A person who takes less than this share of a garment's area, all within it, is a print.
PRINT_AREA, PRINT_INSIDE = 0.5, 0.95


def look(picture: bytes, models: Path, draft_only: bool) -> PhotoReport:
    """What a photo shows and why it can't be used as a person or as a garment.

    Raises PictureError when the bytes are no picture, ModeraError(MODELS_MISSING).
    """
    full = decode(picture)
    height, width = full.shape[:2]
    small = shrink(full, LOOK)
    body = BodyUnderstanding(models).understand(small)
    if any(_is_subject(person) for person in body.people):
        role, garment = Role.PERSON, None
    else:
        garment = cut_out(small)  # takes longer than all the rest
        role, body = _told_apart(body, garment)
    person = judge_person(body, small.shape[:2])
    cloth = judge_worn(small, body)
    if garment is not None and not body.people:
        cloth = judge_garment(garment)
    return PhotoReport(
        role=role,
        width=width,
        height=height,
        people=len(body.people),
        people_at=_people_at(body, small.shape[:2], draft_only),
        category=guess_category(garment) if garment and role is Role.GARMENT else None,
        person_fault=_fault(person, draft_only),
        garment_fault=_fault(cloth, draft_only),
        notices=_notices(cloth if role is Role.GARMENT else person, draft_only),
    )


def _people_at(body: Body, shape: tuple[int, int], draft_only: bool) -> tuple[PersonAt, ...]:
    """Where everybody is, from left to right, and whether each can be dressed."""
    places = []
    for person in body.people:
        point = chest(person)
        verdict = judge_person(body, shape, at=point)
        places.append(PersonAt(box=_box(person), point=point, fault=_fault(verdict, draft_only)))
    return tuple(sorted(places, key=lambda place: place.point))


def _box(person: Person) -> tuple[float, float, float, float]:
    """The outline's box, in shares of the picture; all of it where there is no outline."""
    height, width = person.mask.shape
    inside = extent((person.mask > 0.5).astype(np.float32))
    if inside is None:
        return 0.0, 0.0, 1.0, 1.0
    rows, columns = inside
    left, right = (float(edge / width) for edge in (columns.start, columns.stop))
    top, bottom = (float(edge / height) for edge in (rows.start, rows.stop))
    return left, top, right, bottom


def _is_subject(person: Person) -> bool:
    """Whether the photo is of this person beyond doubt: a face, and large."""
    return person.face is not None and float(person.mask.mean()) >= SUBJECT


def _told_apart(body: Body, garment: CutOut) -> tuple[Role, Body]:
    """The role, and who of those found is a person, not a print on a garment or a dummy.

    A person has a head; a garment lies, hangs or is on a dummy before something plain.
    """
    people = [person for person in body.people if not _is_print(person, garment)]
    if any(_has_head(person) for person in people):
        return Role.PERSON, Body(tuple(people))
    if _is_plain(garment) and not any(_head_outside(person) for person in people):
        return Role.GARMENT, Body(())
    return Role.UNSURE, Body(tuple(people))


def _is_print(person: Person, garment: CutOut) -> bool:
    if not _is_plain(garment):
        return False
    cloth = cv2.resize(garment.alpha, person.mask.shape[::-1]) > 0.5
    outline = person.mask > 0.5
    area, inside = int(outline.sum()), int((outline & cloth).sum())
    return area < PRINT_AREA * int(cloth.sum()) and inside >= PRINT_INSIDE * area


def _is_plain(garment: CutOut) -> bool:
    """Whether it looks like a product shot: one thing, all of it, before a plain background."""
    return (
        garment.background_share >= PLAIN_BORDER
        and garment.border_touch <= TOUCHED_BORDER
        and garment.noise <= PLAIN_NOISE
        and bool(garment.mask.mean() >= LEAST_AREA)
    )


def _has_head(person: Person) -> bool:
    if person.face is not None:
        return True
    if _head_outside(person):
        return False
    x, y = person.pose[Landmark.NOSE, :2].astype(int)
    return bool(person.mask[y, x] >= HEAD)


def _head_outside(person: Person) -> bool:
    height, width = person.mask.shape
    x, y = person.pose[Landmark.NOSE, :2]
    return not (0 <= x < width and 0 <= y < height)


def _fault(verdict: Verdict, draft_only: bool) -> Code | None:
    return verdict.fault if draft_only or verdict.fault in HOPELESS else None


def _notices(verdict: Verdict, draft_only: bool) -> tuple[Notice, ...]:
    """What the gates noticed; a fault of the draft's alone is one more thing to know."""
    unlikely = verdict.fault is not None and _fault(verdict, draft_only) is None
    return (*verdict.notices, Notice.DRAFT_UNLIKELY) if unlikely else verdict.notices
