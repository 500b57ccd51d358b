"""When a draft on a person would not be honest, and what is worth knowing before it is made.

Each limit is one beyond which drafts of photographs read as broken rather than rough; what
lies near it but still works is a notice.
"""

from __future__ import annotations

from dataclasses import dataclass

from modera_bot.contracts import Category, Notice
from modera_bot.errors import Code
from modera_bot.ml.anatomy import SHOULDERS, Measures, chosen, measure
from modera_bot.ml.base import Body, Person

#: Longest edge, in pixels, that people are worked on at; sizes below are of that.
WORK_EDGE = 1024

#: Another person this much smaller (by outline) than the first stands in the background.
BYSTANDER = 0.3

LEAST_SCORE = 0.9
LEAST_SHOULDERS = 0.85
LEAST_TORSO = 90.0
MOST_YAW, NOTABLE_YAW = 38.0, 28.0  # degrees; read some 7 too small: sleeves smear from 45 on
MOST_HANDS = 1  # in front of the torso: crossed arms leave hands that float
LEAST_SHOULDER_WIDTH = 0.42  # of the torso's length: narrower, the person stands side-on
MOST_LEAN = 18.0
LEAST_AGREEMENT = 0.85
LEAST_HIPS, LEAST_KNEES = 0.4, 0.4
LEAST_LEGS = 0.4  # below the hips, of the torso's length: half of the thighs
LEAST_THIGH = 0.6  # of the torso's length: some 0.8 standing
LEAST_HIP_ANGLE = 130.0  # degrees between torso and thigh: 180 standing, 90 sitting
SMALL_PHOTO = 640
LEAST_SKIN_CONTRAST = 18.0  # ΔE: clothes more like skin than this are not told from it


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a photo can't serve (None: it can), and what else is worth knowing about it."""

    fault: Code | None
    notices: tuple[Notice, ...] = ()


def judge_person(
    body: Body,
    shape: tuple[int, int],
    category: Category | None = None,
    at: tuple[float, float] | None = None,
) -> Verdict:
    """Whether a draft can be made on the person of `body` at a point, else the first.

    `shape` is height and width of the picture that was understood. `at` (x, y) is in shares of
    them; without it there may be no second person. Without a `category`, legs don't matter.
    """
    if not body.people:
        return Verdict(Code.NO_PERSON)
    if at is None and several(body):
        return Verdict(Code.SEVERAL_PEOPLE)
    person = chosen(body.people, at)
    figures = measure(person)
    fault = _person_fault(person, figures, shape)
    if fault is None and category in (Category.BOTTOMS, Category.ONE_PIECES):
        fault = _legs_fault(figures)
    return Verdict(fault, _person_notices(person, figures, shape))


def several(body: Body) -> bool:
    """Whether somebody else than the first could be meant."""
    area = float(body.people[0].mask.sum())
    return any(float(other.mask.sum()) > BYSTANDER * area for other in body.people[1:])


def clothes_notices(skin_contrast: float) -> tuple[Notice, ...]:
    """What is worth knowing about the clothes worn, which differ from skin so much (ΔE)."""
    return (Notice.SKIN_LIKE_CLOTHES,) if skin_contrast < LEAST_SKIN_CONTRAST else ()


def _person_fault(person: Person, figures: Measures, shape: tuple[int, int]) -> Code | None:
    size = figures.torso * min(1.0, WORK_EDGE / max(shape))
    faults = (
        (person.score < LEAST_SCORE, Code.PERSON_UNCLEAR),
        (not _shoulders_inside(person), Code.BODY_CROPPED),
        (figures.shoulders_seen < LEAST_SHOULDERS, Code.PERSON_UNCLEAR),
        (not figures.facing, Code.TURNED_AWAY),
        (figures.yaw > MOST_YAW, Code.TURNED_AWAY),
        (figures.shoulder_width < LEAST_SHOULDER_WIDTH * figures.torso, Code.TURNED_AWAY),
        (figures.lean > MOST_LEAN, Code.LEANING),
        (figures.hands_in_front > MOST_HANDS, Code.ARMS_IN_FRONT),
        (size < LEAST_TORSO, Code.PERSON_TOO_SMALL),
        (person.mask_agreement < LEAST_AGREEMENT, Code.OUTLINE_UNCLEAR),
    )
    return next((code for fails, code in faults if fails), None)


def _legs_fault(figures: Measures) -> Code | None:
    """Why what is worn on the legs can't be drafted."""
    if figures.hips_seen < LEAST_HIPS or figures.below_hips < LEAST_LEGS * figures.torso:
        return Code.LEGS_CROPPED
    return Code.SEATED if _sits(figures) else None


def _sits(figures: Measures) -> bool:
    """From the side the angle tells; from the front depth is a guess, and the thighs are short.

    Legs that aren't seen are made up, usually as standing.
    """
    bent = figures.hip_angle < LEAST_HIP_ANGLE or figures.thigh < LEAST_THIGH * figures.torso
    return figures.knees_seen >= LEAST_KNEES and bent


def _person_notices(
    person: Person, figures: Measures, shape: tuple[int, int]
) -> tuple[Notice, ...]:
    notices = (
        (figures.yaw > NOTABLE_YAW, Notice.SLIGHTLY_TURNED),
        (_sits(figures), Notice.SEATED),
        (figures.hands_in_front > 0, Notice.HAND_IN_FRONT),
        (figures.hips_seen < LEAST_HIPS, Notice.HIPS_OUTSIDE),
        (person.face is None, Notice.NO_FACE),
        (max(shape) < SMALL_PHOTO, Notice.SMALL_PHOTO),
    )
    return tuple(notice for applies, notice in notices if applies)


def _shoulders_inside(person: Person) -> bool:
    height, width = person.mask.shape
    shoulders = person.pose[list(SHOULDERS), :2]
    return bool(((shoulders >= 0) & (shoulders < (width, height))).all())
