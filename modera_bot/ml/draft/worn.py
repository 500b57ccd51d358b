"""Takes a top off the person who wears it in its picture: the cut-out and its key points.

A product shot shows a garment's outline; here the pose says where its parts are. What is
hidden by an arm, a hand or hair is not there to be drawn, so all of that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.anatomy import Landmark, measure, seen
from modera_bot.ml.base import Body, Person, Picture
from modera_bot.ml.colour import (
    Flags,
    blur,
    closed,
    filled_holes,
    grown,
    large_parts,
    opened,
    shrunk,
    to_floats,
    to_lab,
)
from modera_bot.ml.draft.garment import CARRIED, CutOut, carried
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.person_gates import (
    LEAST_SCORE,
    LEAST_SKIN_CONTRAST,
    Verdict,
    judge_person,
)
from modera_bot.ml.draft.worn_shape import locate_worn, torso_region
from modera_bot.ml.parsing.figure import Figure, Vector, figure
from modera_bot.ml.parsing.parse import Parsing, parse

#: A person, not the shape of one in empty clothes: how sure the detector and the elbows are.
LEAST_DETECTION, LEAST_ELBOWS = 0.68, 0.7

#: Without a face, hands tell: how surely they are seen, between which a and b of Lab their skin
#: lies, whatever its tone and the light, and how much (ΔE) it differs from what is worn.
LEAST_HANDS, UNLIKE_SKIN = 0.6, 15.0
LEAST_SKIN_HUE, MOST_SKIN_HUE = (3.0, 4.0), (32.0, 42.0)

#: Smaller ones, as shares of the picture, may be prints on a garment.
LEAST_AREA = 0.08

#: A garment is cut along the outline of who wears it, so that must be surer than when dressing.
LEAST_AGREEMENT = 0.86

#: Without this much skin, of the outline, no parsing tells clothes from body.
LEAST_SKIN = 0.03

#: The garment is taken as seen from straight ahead: the most that shoulders turn or the torso
#: leans, in degrees.
MOST_YAW, MOST_LEAN = 25.0, 10.0

#: How much of the torso's front hair and the like may cover.
MOST_HIDDEN = 0.06

#: A worn top's edge is this much inside what parsing found, in pixels: what lies on it is mixed.
INSET = 1.5

#: The last of the torso's length above the hem shows what is worn below, too.
HEM_INSET = 0.012

#: Of the garment, hands beside the torso may cover this much: it is made up from what is near.
MOST_MADE_UP = 0.018


@dataclass(frozen=True, slots=True)
class WornTop:
    """A top as it was cut from who wears it."""

    cut: CutOut
    shape: TopShape


def wearer(picture: Picture, body: Body) -> Person | None:
    """Who wears the garment in its picture: a person, not a dummy or a print; or None."""
    return next((person for person in body.people if _is_person(picture, person)), None)


def _is_person(picture: Picture, person: Person) -> bool:
    elbows = (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW)
    return (
        person.score >= LEAST_SCORE
        and person.detection > LEAST_DETECTION
        and seen(person, elbows) > LEAST_ELBOWS
        and (person.face is not None or _has_hands(picture, person))
    )


def _has_hands(picture: Picture, person: Person) -> bool:
    """Whether hands of skin are seen: shops cut models' heads off, but dummies have no hands."""
    frame = figure(person)
    chest = frame.at(0, 0.4 * frame.torso)
    patches = [_patch(picture, person, at) for at in (*frame.fingers, chest)]
    if any(patch is None for patch in patches) or frame.hand_seen.min() < LEAST_HANDS:
        return False
    colours = np.array(patches, np.float32)
    hue = colours[:2, 1:]
    bare = ((hue > LEAST_SKIN_HUE) & (hue < MOST_SKIN_HUE)).all()
    return bool(bare and np.linalg.norm(colours[:2] - colours[2], axis=1).min() > UNLIKE_SKIN)


def _patch(picture: Picture, person: Person, at: Vector) -> Vector | None:
    """The median Lab of a few pixels of the person; None where they aren't the person's."""
    height, width = person.mask.shape
    x, y = np.rint(at).astype(int)
    if not (3 <= x < width - 3 and 3 <= y < height - 3) or person.mask[y, x] < 0.5:
        return None
    around = to_lab(np.ascontiguousarray(picture[y - 3 : y + 4, x - 3 : x + 4]))
    return np.median(around.reshape(-1, 3), axis=0).astype(np.float32)


def judge_worn(picture: Picture, body: Body) -> Verdict:
    """Whether what somebody wears may be taken off, judged by the pose alone."""
    person = wearer(picture, body)
    well = person is not None and _stands_well(person, body)
    return Verdict(None if well else Code.GARMENT_ON_PERSON)


def take_off(picture: Picture, body: Body) -> WornTop | None:
    """The top that the only person in `picture` wears, or None where it isn't seen whole.

    Takes as long as parsing a photo. Of the person nothing is left in the result.
    """
    person = wearer(picture, body)
    if person is None or not _stands_well(person, body):
        return None
    frame = figure(person)
    parsed = parse(picture, person, frame)
    if parsed.hem is None or parsed.skin_contrast < LEAST_SKIN_CONTRAST:
        return None
    skin = float((parsed.skin * person.mask).sum() / max(float(person.mask.sum()), 1.0))
    if skin < LEAST_SKIN:
        return None
    hem = parsed.hem - HEM_INSET * frame.torso
    mask = _region(parsed, frame, hem)
    if _ends_outside(hem, frame) or _hidden(mask, hem, frame) > MOST_HIDDEN:
        return None
    shape = locate_worn(frame, parsed, mask, hem)
    made_up = torso_region(shape.rows, shape.armpits, mask.shape) & ~mask
    if made_up.sum() > MOST_MADE_UP * mask.sum():
        return None
    return WornTop(_cut(picture, mask, made_up), shape)


def _stands_well(person: Person, body: Body) -> bool:
    """Whether the garment is seen from straight ahead with nothing before it."""
    figures = measure(person)
    shape = person.mask.shape
    return (
        len(body.people) == 1
        and float(person.mask.mean()) > LEAST_AREA
        and judge_person(body, (shape[0], shape[1]), Category.TOPS).fault is None
        and person.mask_agreement > LEAST_AGREEMENT
        and figures.hands_in_front == 0
        and figures.yaw < MOST_YAW
        and figures.lean < MOST_LEAN
    )


def _region(parsed: Parsing, frame: Figure, hem: float) -> Flags:
    """The garment down to the hem, without crumbs, slits and specks that parsing left."""
    mask = closed(parsed.top > 0.5, 0.012 * frame.scale)
    across, down = frame.axes()
    mask &= (down < hem) | (np.abs(across) > 0.62 * frame.scale)  # long sleeves go on
    mask = filled_holes(opened(mask, 0.015 * frame.scale), 0.01)
    hands = grown(np.maximum(*parsed.hands) > 0.5, 0.015 * frame.scale)
    return large_parts(mask & (frame.mask > 0.5) & ~hands, 0.5)


def _ends_outside(hem: float, frame: Figure) -> bool:
    """Whether the photo ends above the garment's hem."""
    return bool(frame.at(0, hem)[1] > frame.mask.shape[0] - 3)


def _hidden(mask: Flags, hem: float, frame: Figure) -> float:
    """The share of the torso's front, between chest and hem, that is not garment."""
    across, down = frame.axes()
    front = (np.abs(across) < 0.36 * frame.scale) & (down > 0.3 * frame.torso) & (down < 0.96 * hem)
    return float((front & ~mask).sum() / max(front.sum(), 1))


def _cut(picture: Picture, mask: Flags, made_up: Flags) -> CutOut:
    core = shrunk(mask, INSET + 1)
    mask = opened(mask | made_up, INSET)
    around = grown(mask, CARRIED) & ~core
    colour = carried(to_floats(picture), core, around)
    colour[~(core | around)] = 0.5  # nothing of who wears it
    alpha = blur(shrunk(mask, INSET).astype(np.float32), 0.9)
    return CutOut(colour, alpha, background_share=1.0, border_touch=0.0, noise=0.0)
