"""What a photo shows of a person's colours. Runs in a picture process."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.errors import Code, Refusal
from modera_bot.ml.anatomy import chosen, skin_colour
from modera_bot.ml.base import Face, Mask, Person, Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import Colours, Flags, palette, shrink, to_lab
from modera_bot.ml.draft.person_gates import several
from modera_bot.ml.parsing.figure import CHIN, Vector, figure, limb
from modera_bot.ml.parsing.parse import Parsing, parse
from modera_bot.ml.style.light import judge_light
from modera_bot.ml.style.reading import Lab, Reading

#: Photos are read in a copy whose longest edge is at most this, in pixels.
EDGE = 1024

#: A face less wide than this many pixels of the copy tells no colours.
LEAST_FACE = 36.0

#: Fewer pixels than this tell no colour.
FEWEST = 60

#: Irises have this share of an eye's width as radius; smaller ones, in pixels of the photo,
#: show no colour but their lashes'.
IRIS, LEAST_IRIS = 0.19, 5.0

#: The corners of each eye in MediaPipe's face mesh, its left and right edge, and its outline.
EYE_CORNERS = ((33, 133), (362, 263))
FACE_EDGES = (234, 454)
FOREHEAD = 10

#: Hair begins this far above the mesh's top, in face heights; it differs from skin (ΔE) by this.
HAIRLINE, UNLIKE_SKIN = 0.12, 14.0

#: Colours of clothes closer than this (ΔE) are one; rarer than this share they are left out.
SAME_COLOUR, LEAST_SHARE = 14.0, 0.12


def read(picture: Picture, at: tuple[float, float] | None, models: Path) -> Reading:
    """Read the colours of the person at a point (x, y in shares), else of the only one.

    Raises Refusal where there is nobody, several people, no face to be seen, a strong colour
    cast or backlight, and ModeraError(MODELS_MISSING).
    """
    small = shrink(picture, EDGE)
    body = BodyUnderstanding(models).understand(small)
    if not body.people:
        raise Refusal(Code.NO_PERSON)
    if at is None and several(body):
        raise Refusal(Code.SEVERAL_PEOPLE)
    person = chosen(body.people, at)
    face = person.face
    skin = None if face is None else skin_colour(small, face)
    if face is None or skin is None or _width(face) < LEAST_FACE:
        raise Refusal(Code.FACE_UNCLEAR)
    lab = to_lab(small)
    light = judge_light(lab, skin, _face(face, person.mask), person.mask)
    parsing = parse(small, person, figure(person))
    return Reading(
        skin=_tuple(skin),
        hair=_hair(lab, parsing, face, person.mask),
        eyes=_eyes(picture, face, picture.shape[1] / small.shape[1]),
        clothes=_clothes(lab, parsing),
        light=light,
        face_box=_box(face, person),
    )


def _width(face: Face) -> float:
    left, right = face.mesh[FACE_EDGES[0], :2], face.mesh[FACE_EDGES[1], :2]
    return float(np.linalg.norm(left - right))


def _face(face: Face, mask: Mask) -> Flags:
    """The face's area."""
    hull = cv2.convexHull(face.mesh[:, :2].astype(np.float32)).astype(np.int32)
    area = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(area, hull.reshape(-1, 2), 1)
    return area > 0


def _hair(lab: Colours, parsing: Parsing, face: Face, mask: Mask) -> Lab | None:
    """As parsed, else what is just above the forehead and unlike skin."""
    parsed = _median(lab[(parsing.hair > 0.9) & (parsing.head > 0.5)])
    if parsed is not None:
        return parsed
    top, chin = face.mesh[FOREHEAD, :2], face.mesh[CHIN, :2]
    up: Vector = top - chin
    middle: Vector = top + np.float32(HAIRLINE) * up
    radius = max(2.0, 0.05 * float(np.linalg.norm(up)))
    across: Vector = np.array([-up[1], up[0]], np.float32) * np.float32(0.22)
    above = limb(mask.shape, [middle - across, middle + across], (radius, radius)) > 0.5
    samples = lab[above & (mask > 0.6)]
    return _median(samples[np.linalg.norm(samples - parsing.tone, axis=1) > UNLIKE_SKIN])


def _eyes(picture: Picture, face: Face, scale: float) -> Lab | None:
    """Of both irises, in the photo itself: below the lid, outside the pupil, no highlight."""
    samples: list[NDArray[np.float32]] = []
    for first, second in EYE_CORNERS:
        corners = face.mesh[[first, second], :2] * scale
        radius = IRIS * float(np.linalg.norm(corners[1] - corners[0]))
        if radius < LEAST_IRIS:
            return None
        x, y = (corners.mean(axis=0) + 0.5).astype(int)
        reach = int(radius) + 1
        if x < reach or y < reach:
            continue
        part = picture[y - reach : y + reach + 1, x - reach : x + reach + 1]
        if part.shape[:2] != (2 * reach + 1, 2 * reach + 1):
            continue
        rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        distance = np.hypot(columns, rows)
        ring = (distance < 0.85 * radius) & (distance > 0.45 * radius) & (rows > -0.3 * radius)
        colours = to_lab(part)[ring]
        samples.append(colours[colours[:, 0] < np.percentile(colours[:, 0], 85)])
    return _median(np.concatenate(samples)) if samples else None


def _clothes(lab: Colours, parsing: Parsing) -> tuple[Lab, ...]:
    samples = lab[parsing.top > 0.9]
    if len(samples) < FEWEST:
        return ()
    centres = palette(samples, 4)
    few = samples[:: max(1, len(samples) // 2500)]
    nearest = np.linalg.norm(few[:, None] - centres, axis=-1).argmin(axis=1)
    shares = np.bincount(nearest, minlength=len(centres)) / len(few)
    kept: list[NDArray[np.float32]] = []
    for index in np.argsort(-shares):
        colour = centres[index]
        new = all(np.linalg.norm(colour - other) > SAME_COLOUR for other in kept)
        if shares[index] >= LEAST_SHARE and new:
            kept.append(colour)
    return tuple(_tuple(colour) for colour in kept)


def _box(face: Face, person: Person) -> tuple[float, float, float, float]:
    height, width = person.mask.shape
    points = face.mesh[:, :2] / np.array([width, height], np.float32)
    (left, top), (right, bottom) = points.min(axis=0).clip(0, 1), points.max(axis=0).clip(0, 1)
    return float(left), float(top), float(right), float(bottom)


def _median(samples: NDArray[np.float32]) -> Lab | None:
    if len(samples) < FEWEST:
        return None
    return _tuple(np.median(samples, axis=0))


def _tuple(colour: NDArray[np.float32]) -> Lab:
    lightness, a, b = (float(value) for value in colour)
    return lightness, a, b
