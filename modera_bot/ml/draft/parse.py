"""Tells skin, hair, old top and lower garment apart, from pose and colour.

A stand-in for a human parser: those with a licence for any use are too large or too coarse.
It knows where each class must be (the pose says) and what it looks like there; what lies
between is told apart by colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.anatomy import skin_colour
from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.draft.colour import (
    Colours,
    closed,
    difference,
    large_parts,
    opened,
    palette,
    to_lab,
)
from modera_bot.ml.draft.figure import SIDES, Figure, Vector, along, capsule, length

Flags = NDArray[np.bool_]

#: Spread (σ) of skin in a and b, and in L, where light and shadow move it most.
SKIN_HUE, SKIN_LIGHT = 8.0, 28.0

#: Lab of skin when neither face nor hand shows any.
USUAL_SKIN = (65.0, 14.0, 18.0)

#: Between which shares of the torso's length a top's hem is looked for.
HEM_RANGE = (0.6, 1.55)

#: Where the top's and the lower garment's colours are taken, in the same shares.
TOP_SPAN, LOWER_SPAN = (0.2, 0.75), (1.3, 1.75)

#: Below this ΔE between the top and what is under it, the hem can't be seen.
HEM_CONTRAST = 9.0

#: Parsing works at this share of the picture's size: regions need no more, and are soft.
PARSE_SCALE = 0.5


@dataclass(frozen=True, slots=True)
class Parsing:
    """What is where on a person, in pixels of the figure's mask.

    `skin` is each pixel's likeness to skin, 0 to 1, and `tone` the Lab colour of the face's.
    `sleeve_ends` (2,) are shares of the arm that
    the old sleeves cover. `hem` is where the old top ends, in pixels down from the collar, or
    None where it looks like what is under it (a dress, say). `top` is the old top, as far as
    the hem, `lower_colour` the Lab of the garment under it; `hair`, `head` and `hands` are
    regions, 0 to 1.
    """

    skin: Mask
    tone: Vector
    sleeve_ends: Vector
    hem: float | None
    top: Mask
    top_colours: Colours
    lower_colour: Vector
    hair: Mask
    head: Mask
    hands: tuple[Mask, Mask]


def parse(picture: Picture, person: Person, body: Figure) -> Parsing:
    """Parse the `person` in `picture`, whose frame is `body`."""
    size = picture.shape[1::-1]
    tone = _face_tone(picture, person, body)
    body = body.resized(PARSE_SCALE)
    small = cv2.resize(picture, body.mask.shape[::-1], interpolation=cv2.INTER_AREA)
    lab = to_lab(np.asarray(small, np.uint8))
    across, down = body.axes()
    inside = body.mask > 0.5
    skin = skin_likeness(lab, tone)
    hands = [_hand(body, skin, side) for side in SIDES]
    front = inside & (np.abs(across) < 0.3 * body.scale) & ~hands[0] & ~hands[1]
    front &= (skin < 0.4) | (down > 0.3 * body.torso)
    top_colours = _colours_between(lab, front, down / body.torso, TOP_SPAN)
    lower_colours = _colours_between(lab, front, down / body.torso, LOWER_SPAN)
    hem = _hem(lab, body, top_colours, lower_colours)
    ends = np.array([_sleeve_end(lab, body, side, tone, top_colours) for side in SIDES], np.float32)
    head = _head(body, across, down)
    hair = _hair(lab, body, head, top_colours, tone)
    taken = head | hair | hands[0] | hands[1]
    hem_y = 1.1 * body.torso if hem is None else hem
    top = _top(lab, skin, body, tone, top_colours, ends, hem_y, taken)

    def enlarged(region: Mask | Flags) -> Mask:
        return np.asarray(cv2.resize(region.astype(np.float32), size), np.float32)

    return Parsing(
        skin=enlarged(skin),
        tone=tone,
        sleeve_ends=ends,
        hem=None if hem is None else hem / PARSE_SCALE,
        top=enlarged(top),
        top_colours=top_colours,
        lower_colour=lower_colours[0],
        hair=enlarged(hair),
        head=enlarged(head),
        hands=(enlarged(hands[0]), enlarged(hands[1])),
    )


def skin_likeness(lab: Colours, tone: Vector) -> Mask:
    """How much each colour looks like skin of the given tone, 0 to 1."""
    spread = np.array([SKIN_LIGHT, SKIN_HUE, SKIN_HUE], np.float32)
    offset = (lab - tone) / spread
    likeness: Mask = np.exp(-0.5 * (offset * offset).sum(axis=-1))
    return likeness


def _face_tone(picture: Picture, person: Person, body: Figure) -> Vector:
    """Skin as the face shows it, else the palms, else as usual."""
    tone = skin_colour(picture, person.face) if person.face is not None else None
    if tone is not None:
        return tone
    palms = np.zeros(body.mask.shape, bool)
    for side in SIDES:
        if body.hand_seen[side] > 0.5:
            palm = (body.wrists[side] + body.fingers[side]) / 2
            palms |= capsule(body.mask.shape, palm, palm, (0.05 * body.scale,) * 2) > 0.5
    seen = to_lab(picture[palms & (body.mask > 0.5)][None])[0]
    usual = np.array(USUAL_SKIN, np.float32)
    return np.median(seen, axis=0).astype(np.float32) if len(seen) > 40 else usual


def _colours_between(
    lab: Colours, front: Flags, shares: Mask, span: tuple[float, float]
) -> Colours:
    """The main colours (n, 3) down the front between two shares of the torso's length."""
    low, high = span
    samples = lab[front & (shares > low) & (shares < high)]
    colours = palette(samples, 4)
    if colours is not None:
        return colours
    middle = np.median(samples, axis=0) if len(samples) else np.array([50, 0, 0])
    return middle[None].astype(np.float32)


def nearest_colour(lab: Colours, colours: Colours, light: float = 0.7) -> Mask:
    """ΔE of each pixel from the nearest of some colours."""
    distances: Mask = np.min([difference(lab, colour, light) for colour in colours], axis=0)
    return distances


def _profile(lab: Colours, start: Vector, end: Vector, half: float, steps: int) -> Colours:
    """Median colour across a line, at `steps` places along it."""
    bone = end - start
    normal = np.array([-bone[1], bone[0]]) / max(float(np.linalg.norm(bone)), 1e-6)
    shares, offsets = np.linspace(0, 1, steps), np.linspace(-half, half, 7)
    points = start + shares[:, None, None] * bone + offsets[None, :, None] * normal
    height, width = lab.shape[:2]
    x, y = np.rint(points).astype(int).clip(0, (width - 1, height - 1)).transpose(2, 0, 1)
    return np.median(lab[y, x], axis=1).astype(np.float32)


def _split(second: NDArray[np.float32]) -> int:
    """Where a row of likelihoods of the second class is best split into first, then second."""
    wrong = np.concatenate([[0], np.cumsum(second)])
    wrong += np.concatenate([np.cumsum((1 - second)[::-1])[::-1], [0]])
    return int(wrong.argmin())


def _hem(lab: Colours, body: Figure, top: Colours, lower: Colours) -> float | None:
    """Where the top's colours give way to the lower garment's, in pixels from the collar."""
    steps, (first, last) = 80, HEM_RANGE
    columns = [
        _profile(
            lab,
            body.at(aside * body.scale, first * body.torso),
            body.at(aside * body.scale, last * body.torso),
            0.02 * body.scale,
            steps,
        )
        for aside in (-0.14, 0.0, 0.14)
    ]
    profile = np.stack(columns, axis=1)
    to_top, to_lower = nearest_colour(profile, top), nearest_colour(profile, lower)
    below = (1 / (1 + np.exp(np.clip((to_lower - to_top) / 4, -30, 30)))).mean(axis=1)
    split = _split(below)
    if split in (0, steps) or to_top[split:].mean() < HEM_CONTRAST:
        return None
    return (first + (last - first) * split / steps) * body.torso


def _sleeve_end(lab: Colours, body: Figure, side: int, tone: Vector, cloth: Colours) -> float:
    """The share of the arm that is under cloth: the best split into cloth, then skin."""
    line, half = body.arm(side), 0.05 * body.scale
    profile = np.concatenate(
        [
            _profile(lab, line[0], line[1], half, 24),
            _profile(lab, line[1], line[2], 0.8 * half, 24),
        ]
    )
    closer = difference(profile, tone, 0.5) - nearest_colour(profile, cloth, 0.5)
    bare = ((skin_likeness(profile, tone) - 0.1) / 0.6).clip(0, 1)
    index = _split((bare * 1.3 / (1 + np.exp(np.clip(closer / 3, -30, 30)))).clip(0, 1))
    upper, whole = length(line[:2]), max(length(line), 1e-6)
    reached = min(index, 24) / 24 * upper + max(index - 24, 0) / 24 * (whole - upper)
    return reached / whole


def _head(body: Figure, across: Mask, down: Mask) -> Flags:
    """Above the chin and what slopes down from it to the shoulders."""
    aside, below = body.axes(body.chin)
    slope = 0.02 * body.scale - 0.25 * np.maximum(0, np.abs(aside) - 0.3 * body.scale)
    head: Flags = (below < slope) & (np.abs(aside) < 0.75 * body.scale) & (body.mask > 0.02)
    return head & (down < -0.06 * body.scale)


def _hand(body: Figure, skin: Mask, side: int) -> Flags:
    if body.hand_seen[side] < 0.5:
        return np.zeros(skin.shape, bool)
    wrist, reach = body.wrists[side], body.fingers[side] - body.wrists[side]
    sure, wide = (
        capsule(skin.shape, wrist + reach * start, wrist + reach * 1.9, (radius * body.scale,) * 2)
        for start, radius in ((0.3, 0.05), (-0.1, 0.16))
    )
    like = opened((wide > 0.5) & (skin > 0.25) & (body.mask > 0.3), 2)
    _, labels = cv2.connectedComponents(like.astype(np.uint8))
    kept = np.unique(labels[like & (sure > 0.5)])
    hand = closed(np.asarray(np.isin(labels, kept[kept > 0])), 3)
    below: Flags = (body.axes(wrist)[1] > -0.1 * body.scale) | (reach @ body.down < 0)
    return hand & below


def _hair(lab: Colours, body: Figure, head: Flags, cloth: Colours, tone: Vector) -> Flags:
    """Hair: what hangs together with the head and has the colour of the top of the head."""
    none = np.zeros(head.shape, bool)
    if not body.face_seen:
        return none
    brow = body.eyes.mean(axis=0)
    up = (brow - body.chin) * 0.95
    crown = capsule(head.shape, brow + up * 0.75, brow + up * 1.05, (0.1 * body.scale,) * 2) > 0.5
    colours = palette(lab[crown & (body.mask > 0.6) & (skin_likeness(lab, tone) < 0.2)], 2)
    if colours is None:
        return none
    across, below = body.axes(body.chin)
    near = (np.abs(across) < 0.8 * body.scale) & (below < body.scale) & (body.mask > 0.4)
    to_hair = nearest_colour(lab, colours)
    like = near & (to_hair < 18) & (to_hair < nearest_colour(lab, cloth))
    like &= to_hair < difference(lab, tone, 0.7)
    _, labels = cv2.connectedComponents((opened(like, 1)).astype(np.uint8))
    kept = np.unique(labels[head & like])
    return np.asarray(np.isin(labels, kept[kept > 0]))


def _top(
    lab: Colours,
    skin: Mask,
    body: Figure,
    tone: Vector,
    colours: Colours,
    sleeve_ends: Vector,
    hem: float,
    taken: Flags,
) -> Flags:
    """The old top: what is left of the person above the hem."""
    across, down = body.axes()
    shape = skin.shape
    covered, bare_limbs = np.zeros(shape, bool), np.zeros(shape, bool)
    for side in SIDES:
        line = body.arm(side)
        beyond = 0.1 if sleeve_ends[side] > 0.93 else 0.02  # a cuff hangs over the wrist
        end, _, joint = along(line, sleeve_ends[side] * length(line) + beyond * body.scale)
        wide = (0.2 * body.scale, 0.18 * body.scale)
        for first, last in pairwise([*line[: joint + 1], end]):
            covered |= capsule(shape, first, last, wide) > 0.5
        for first, last in pairwise([end, *line[joint + 1 :]]):
            bare_limbs |= capsule(shape, first, last, wide) > 0.5
    bare_limbs &= (skin > 0.15) & (np.abs(across) > 0.42 * body.scale)
    at_neck = np.abs(across) < 0.3 * body.scale
    to_cloth = nearest_colour(lab, colours, 0.5) + 8 * at_neck  # where skin is likelier
    bare = (skin > 0.3) & (difference(lab, tone, 0.5) < to_cloth) & (down < 0.25 * body.torso)
    bare = opened(bare, 0.012 * body.scale) | bare_limbs
    top = (body.mask > 0.4) & ((down < hem) | covered) & (down > -0.4 * body.scale)
    top = closed(opened(top & ~taken & ~bare, 0.008 * body.scale), 0.02 * body.scale)
    return large_parts(top & ~taken, 0.003)
