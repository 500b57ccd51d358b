"""When a draft would not be honest, and what is worth knowing before it is made.

Each limit is one beyond which drafts of photographs read as broken rather than rough; what
lies near it but still works is a notice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.contracts import Category, Notice
from modera_bot.errors import Code
from modera_bot.ml.anatomy import SHOULDERS, Landmark, measure, seen
from modera_bot.ml.base import Body, Person
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.outline import runs

#: Longest edge, in pixels, that people are worked on at; sizes below are of that.
WORK_EDGE = 1024

#: Another person this much smaller (by outline) than the first stands in the background.
BYSTANDER = 0.3

LEAST_SCORE = 0.9
LEAST_SHOULDERS = 0.85
LEAST_TORSO = 90.0
MOST_YAW, NOTABLE_YAW = 50.0, 28.0
LEAST_SHOULDER_WIDTH = 0.42  # of the torso's length: narrower, the person stands side-on
MOST_LEAN = 18.0
LEAST_AGREEMENT = 0.85
LEAST_HIPS = 0.4
SMALL_PHOTO = 640
LEAST_SKIN_CONTRAST = 18.0  # ΔE: clothes more like skin than this are not told from it

LEAST_GARMENT = 0.02  # of the picture
LEAST_BACKGROUND = 0.8
MOST_TOUCH = 0.15
LEAST_SYMMETRY = 0.9
WORN_DETECTION, WORN_ELBOWS = 0.68, 0.7

#: A garment longer than this, in widths of its upper half, is a dress or an overall.
ONE_PIECE_LENGTH = 2.4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a photo can't serve (None: it can), and what else is worth knowing about it."""

    fault: Code | None
    notices: tuple[Notice, ...] = ()


def judge_person(body: Body, shape: tuple[int, int]) -> Verdict:
    """Whether a draft can be made on the first person of `body`.

    `shape` is height and width of the picture that was understood.
    """
    if not body.people:
        return Verdict(Code.NO_PERSON)
    person = body.people[0]
    area = float(person.mask.sum())
    if any(float(other.mask.sum()) > BYSTANDER * area for other in body.people[1:]):
        return Verdict(Code.SEVERAL_PEOPLE)
    return Verdict(_person_fault(person, shape), _person_notices(person, shape))


def judge_garment(garment: CutOut, body: Body) -> Verdict:
    """Whether a draft can be made with a garment; `body` is who is seen in its picture."""
    if any(_wears_it(person) for person in body.people):
        return Verdict(Code.GARMENT_ON_PERSON)
    if garment.background_share < LEAST_BACKGROUND:
        return Verdict(Code.BUSY_BACKGROUND)
    if garment.mask.mean() < LEAST_GARMENT:
        return Verdict(Code.NO_GARMENT)
    if garment.border_touch > MOST_TOUCH:
        return Verdict(Code.GARMENT_CROPPED)
    if symmetry(garment) < LEAST_SYMMETRY:
        return Verdict(Code.GARMENT_NOT_FRONTAL)
    return Verdict(None)


def clothes_notices(skin_contrast: float) -> tuple[Notice, ...]:
    """What is worth knowing about the clothes worn, which differ from skin so much (ΔE)."""
    return (Notice.SKIN_LIKE_CLOTHES,) if skin_contrast < LEAST_SKIN_CONTRAST else ()


def guess_category(garment: CutOut) -> Category:
    """What a garment covers, judged by its silhouette alone."""
    mask = _trimmed(garment)
    height, width = mask.shape
    if height < 10 or width < 10:
        return Category.TOPS
    if _has_legs(mask) or _has_waistband(mask):
        return Category.BOTTOMS
    body = mask[int(0.35 * height) : int(0.6 * height)]
    widest = [max((last - first for first, last in runs(row)), default=0) for row in body]
    long = height > ONE_PIECE_LENGTH * (float(np.median(widest)) + 1)
    return Category.ONE_PIECES if long else Category.TOPS


def symmetry(garment: CutOut) -> float:
    """IoU of the silhouette with its mirror image, about the best upright axis."""
    mask = _trimmed(garment)
    width = mask.shape[1]
    best = 0.0
    for shift in range(-width // 12, width // 12 + 1, max(1, width // 60)):
        mirrored = np.zeros_like(mask)
        flipped = mask[:, ::-1]
        if shift >= 0:
            mirrored[:, shift:] = flipped[:, : width - shift]
        else:
            mirrored[:, :shift] = flipped[:, -shift:]
        best = max(best, float((mask & mirrored).sum() / max((mask | mirrored).sum(), 1)))
    return best


def _person_fault(person: Person, shape: tuple[int, int]) -> Code | None:
    figures = measure(person)
    size = figures.torso * min(1.0, WORK_EDGE / max(shape))
    faults = (
        (person.score < LEAST_SCORE, Code.PERSON_UNCLEAR),
        (not _shoulders_inside(person), Code.BODY_CROPPED),
        (figures.shoulders_seen < LEAST_SHOULDERS, Code.PERSON_UNCLEAR),
        (not figures.facing, Code.TURNED_AWAY),
        (figures.yaw > MOST_YAW, Code.TURNED_AWAY),
        (figures.shoulder_width < LEAST_SHOULDER_WIDTH * figures.torso, Code.TURNED_AWAY),
        (figures.lean > MOST_LEAN, Code.LEANING),
        (size < LEAST_TORSO, Code.PERSON_TOO_SMALL),
        (person.mask_agreement < LEAST_AGREEMENT, Code.OUTLINE_UNCLEAR),
    )
    return next((code for fails, code in faults if fails), None)


def _person_notices(person: Person, shape: tuple[int, int]) -> tuple[Notice, ...]:
    figures = measure(person)
    notices = (
        (figures.yaw > NOTABLE_YAW, Notice.SLIGHTLY_TURNED),
        (figures.hands_in_front > 0, Notice.HAND_IN_FRONT),
        (figures.hands_in_front > 1, Notice.DRAFT_UNLIKELY),
        (figures.hips_seen < LEAST_HIPS, Notice.HIPS_OUTSIDE),
        (person.face is None, Notice.NO_FACE),
        (max(shape) < SMALL_PHOTO, Notice.SMALL_PHOTO),
    )
    return tuple(notice for applies, notice in notices if applies)


def _shoulders_inside(person: Person) -> bool:
    height, width = person.mask.shape
    shoulders = person.pose[list(SHOULDERS), :2]
    return bool(((shoulders >= 0) & (shoulders < (width, height))).all())


def _wears_it(person: Person) -> bool:
    """Whether the picture shows a person, not just the shape of one in empty clothes."""
    elbows = (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW)
    return (
        person.score >= LEAST_SCORE
        and person.detection > WORN_DETECTION
        and seen(person, elbows) > WORN_ELBOWS
        and person.face is not None
    )


def _trimmed(garment: CutOut) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """The silhouette, cut to its bounding box."""
    mask = garment.mask
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return np.zeros((1, 1), bool)
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _has_legs(mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> bool:
    """Whether the lower part falls into two about equal halves around the middle."""
    height, width = mask.shape
    split = 0
    rows = range(int(0.6 * height), int(0.97 * height), max(1, height // 60))
    for y in rows:
        parts = [run for run in runs(mask[y]) if run[1] - run[0] > 0.1 * width]
        if len(parts) == 2:
            left, right = (last - first for first, last in parts)
            gap = (parts[0][1] + parts[1][0]) / 2
            split += abs(gap - width / 2) < 0.15 * width and min(left, right) > 0.6 * max(
                left, right
            )
    return split > 0.5 * len(rows)


def _has_waistband(mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> bool:
    """Whether the upper edge is straight, and as wide as the garment soon gets: no shoulders."""
    height, width = mask.shape
    if height < 0.3 * width:
        return False
    edge, soon = mask[int(0.03 * width)], mask[int(0.25 * width)]
    return bool(edge.sum() > 0.8 * soon.sum() and edge.sum() > 0.35 * width)
