"""The regions of a person that matter to a top: head, hair, hands and the old top."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import (
    Colours,
    Flags,
    closed,
    difference,
    fill_in,
    grown,
    large_parts,
    nearest_colour,
    opened,
    palette,
    touching,
)
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector, along, capsule, length, limb
from modera_bot.ml.parsing.skin import skin_likeness

#: Fewer pixels than this tell no colour of hair.
FEWEST = 40

#: A sleeve that covers more of the arm than this leaves only the hand.
LONG_SLEEVE = 0.93


def head(body: Figure) -> Flags:
    """Above the chin and what slopes down from it to the shoulders."""
    _, down = body.axes()
    aside, below = body.axes(body.chin)
    slope = 0.02 * body.scale - 0.25 * np.maximum(0, np.abs(aside) - 0.3 * body.scale)
    above: Flags = (below < slope) & (np.abs(aside) < 0.75 * body.scale) & (body.mask > 0.02)
    return above & (down < -0.06 * body.scale)


def hand(body: Figure, skin: Mask, side: int) -> Flags:
    """Skin that hangs together with the palm; nothing if the hand is not seen."""
    if body.hand_seen[side] < 0.5:
        return np.zeros(skin.shape, bool)
    wrist, reach = body.wrists[side], body.fingers[side] - body.wrists[side]
    sure, usual, wide = (
        capsule(skin.shape, wrist + reach * start, wrist + reach * end, (radius * body.scale,) * 2)
        for start, end, radius in ((0.3, 1.9, 0.05), (-0.1, 1.9, 0.16), (-0.1, 2.1, 0.2))
    )
    like = ((usual > 0.5) & (skin > 0.25)) | ((wide > 0.5) & (skin > 0.45))  # there, only tips
    like = opened(like & (body.mask > 0.3), 0.006 * body.scale)  # fingers are 0.03 wide
    whole = closed(touching(like, sure > 0.5), 0.012 * body.scale)
    below: Flags = (body.axes(wrist)[1] > -0.1 * body.scale) | (reach @ body.down < 0)
    return whole & below


def hair(lab: Colours, body: Figure, above: Flags, cloth: Colours, tone: Vector) -> Flags:
    """Hair: what hangs together with the head and has the colour of the top of the head."""
    none = np.zeros(above.shape, bool)
    if not body.face_seen:
        return none
    brow = body.eyes.mean(axis=0)
    up = (brow - body.chin) * 0.95
    crown = capsule(above.shape, brow + up * 0.75, brow + up * 1.05, (0.1 * body.scale,) * 2) > 0.5
    samples = lab[crown & (body.mask > 0.6) & (skin_likeness(lab, tone) < 0.2)]
    if len(samples) < FEWEST:
        return none
    colours = palette(samples, 2)
    across, below = body.axes(body.chin)
    near = (np.abs(across) < 0.8 * body.scale) & (below < body.scale) & (body.mask > 0.4)
    to_hair = nearest_colour(lab, colours)
    like = near & (to_hair < 18) & (to_hair < nearest_colour(lab, cloth))
    like &= to_hair < difference(lab, tone, 0.7)
    return touching(opened(like, 1), above)


def _background(lab: Colours, body: Figure, cloth: Colours) -> Flags:
    """What the outline wrongly holds for the person, as between loose hair or under an arm."""
    outside = ~grown(body.mask > 0.02, 2)
    behind = np.linalg.norm(lab - fill_in(lab, outside.astype(np.float32)), axis=-1)
    return opened((behind < 4) & (behind < 0.5 * nearest_colour(lab, cloth, 1)), 1)


def _arms(body: Figure, sleeve_ends: Sequence[float]) -> tuple[Flags, Flags]:
    """Generously, where the arms are under sleeves, and where they are bare."""
    shape = body.mask.shape
    covered, bare = np.zeros(shape, bool), np.zeros(shape, bool)
    for side in SIDES:
        line = body.arm(side)
        long = sleeve_ends[side] > LONG_SLEEVE
        beyond = 0.1 if long else 0.02  # a cuff hangs over the wrist
        end, _, joint = along(line, sleeve_ends[side] * length(line) + beyond * body.scale)
        wide = (0.2 * body.scale, 0.18 * body.scale)
        covered |= limb(shape, [*line[: joint + 1], end], wide) > 0.5
        bare |= limb(shape, [] if long else [end, *line[joint + 1 :]], wide) > 0.5
    return covered, bare


def old_top(
    lab: Colours,
    skin: Mask,
    body: Figure,
    tone: Vector,
    colours: Colours,
    sleeve_ends: Sequence[float],
    hem: float,
    taken: Flags,
) -> Flags:
    """The old top: what is left of the person above the hem."""
    across, down = body.axes()
    covered, bare_limbs = _arms(body, sleeve_ends)
    bare_limbs &= (skin > 0.15) & (np.abs(across) > 0.42 * body.scale)
    at_neck = np.abs(across) < 0.3 * body.scale
    to_cloth = nearest_colour(lab, colours, 0.5)
    likelier = to_cloth + 8 * at_neck  # than cloth is skin there
    bare = (skin > 0.3) & (difference(lab, tone, 0.5) < likelier) & (down < 0.25 * body.torso)
    bare = opened(bare, 0.012 * body.scale) | bare_limbs
    top = (body.mask > 0.4) & ((down < hem) | covered) & (down > -0.4 * body.scale)
    top &= ~_background(lab, body, colours)
    loose = grown(taken, 0.1 * body.scale) & (down < -0.16 * body.scale)  # strands of hair
    top &= ~loose | (to_cloth < 7)
    top = closed(opened(top & ~taken & ~bare, 0.008 * body.scale), 0.02 * body.scale)
    return large_parts(top & ~taken, 0.003)
