"""What is worn below the top: trousers, shorts, a skirt, or a dress's lower part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import (
    Colours,
    Flags,
    closed,
    difference,
    large_parts,
    nearest_colour,
    opened,
    palette,
    resized,
    to_floats,
    to_lab,
)
from modera_bot.ml.parsing.borders import leg_end
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, along, capsule, length
from modera_bot.ml.parsing.parse import FEWEST, PARSE_SCALE, Parsing

#: Where its colours are taken: from so far to so far below the top's hem, in torso lengths.
COLOURS_FROM, COLOURS_TO = 0.05, 0.35

#: Where the lower garment begins under a dress, or under a top whose hem can't be told from
#: it, in torso lengths below the collar: at the waistband of usual trousers.
UNSEEN_WAIST = 0.86

#: The hem of a top is rarely level: so far from it, in torso lengths, colour tells the two apart.
UNEVEN_HEM = 0.08

#: What covers more of a leg than this, of its length, reaches the foot.
TO_THE_FOOT = 0.9


@dataclass(frozen=True, slots=True)
class Lower:
    """What a person wears below the top, in pixels of the figure's mask.

    `waist` is where it comes into sight, in pixels down from the collar. `whole` tells that
    the top and it are one: a dress, or two of one cloth. `ends` (2,) are the shares of the
    legs, from hip joint to ankle, that it covers; 1 where legs are outside the picture.
    `region` is where it is seen, `over` the top in front of it, `feet` what is below the
    ankles, shoes included; each 0 to 1.
    """

    waist: float
    whole: bool
    ends: Vector
    region: Mask
    over: Mask
    feet: Mask


def parse_lower(picture: Picture, body: Figure, parsed: Parsing) -> Lower:
    """Parse what is worn below the top by the person in `picture`, whose frame is `body`."""
    size = picture.shape[1::-1]
    body = body.resized(PARSE_SCALE)
    half = body.mask.shape[::-1]
    lab = to_lab(resized(to_floats(picture), half))
    skin, top = (resized(mask, half) for mask in (parsed.skin, parsed.top))
    front = resized(np.maximum(np.maximum(*parsed.hands), parsed.hair), half) > 0.5
    hem = None if parsed.hem is None else parsed.hem * PARSE_SCALE
    waist = UNSEEN_WAIST * body.torso if hem is None else hem
    colours = _colours(lab, body, (skin < 0.4) & ~front, waist)
    above = lab[top > 0.9]
    top_colours = palette(above, 4) if len(above) >= FEWEST else colours
    ends = np.array(
        [
            leg_end(lab, body, side, parsed.tone, np.concatenate([top_colours, colours]))
            if body.leg_seen[side, 0] > 0
            else 1.0
            for side in SIDES
        ],
        np.float32,
    )
    over = (top > 0.5) & (body.axes()[1] < waist)
    if hem is not None:
        over = _over(lab, body, top > 0.5, hem, (top_colours, colours), front)
    feet = _feet(body, ends)
    to_skin, to_cloth = difference(lab, parsed.tone, 0.5), nearest_colour(lab, colours, 0.5)
    cloth = (to_cloth < to_skin) | (skin < 0.1)
    region = _within(body, waist, ends) & cloth & ~over & ~front & ~feet
    region = large_parts(closed(opened(region, 0.01 * body.scale), 0.02 * body.scale), 0.05)

    def enlarged(flags: Flags) -> Mask:
        return resized(flags.astype(np.float32), size)

    return Lower(
        waist=waist / PARSE_SCALE,
        whole=hem is None,
        ends=ends,
        region=enlarged(region & ~over & ~front),
        over=enlarged(over),
        feet=enlarged(feet),
    )


def end_of(body: Figure, side: int, share: float) -> float:
    """How far down from the collar a share of a leg ends, in pixels."""
    line = body.leg(side)
    return body.place(along(line, share * length(line))[0])[1]


def _colours(lab: Colours, body: Figure, cloth: Flags, waist: float) -> Colours:
    """Its main colours, on the thighs; of whatever is there, if hardly any is cloth."""
    across, down = body.axes()
    below = (down - waist) / body.torso
    there = (body.mask > 0.5) & (np.abs(across) < 0.5 * body.scale)
    there &= (below > COLOURS_FROM) & (below < COLOURS_TO)
    for samples in (lab[there & cloth], lab[there], lab[body.mask > 0.5]):
        if len(samples) >= FEWEST:
            return palette(samples, 3)
    return lab.reshape(-1, 3)[:3]


def _over(
    lab: Colours,
    body: Figure,
    top: Flags,
    hem: float,
    colours: tuple[Colours, Colours],
    front: Flags,
) -> Flags:
    """The old top as far as its hem, whose unevenness the colours tell."""
    across, down = body.axes()
    to_top, to_lower = (nearest_colour(lab, some) for some in colours)
    uneven = UNEVEN_HEM * body.torso
    near = (np.abs(down - hem) < uneven) & (np.abs(across) < 0.75 * body.scale)
    like_top = near & (to_top < to_lower) & (body.mask > 0.4) & ~front
    like_top = opened(like_top, 0.015 * body.scale)
    over = (top & ~near) | like_top
    return large_parts(closed(over, 0.02 * body.scale), 0.05)


def _within(body: Figure, waist: float, ends: Vector) -> Flags:
    """Of the person, what is below the waist and above where the garment ends on each leg."""
    across, down = body.axes()
    hems = [end_of(body, side, 1.15 if ends[side] > TO_THE_FOOT else ends[side]) for side in SIDES]
    middle = np.interp(0.0, (-1, 1), hems)
    ramp = (across / (0.1 * body.scale)).clip(-1, 1)  # skirts have one hem, aslant
    hem = middle + (hems[1] - hems[0]) / 2 * ramp
    below = down > waist - UNEVEN_HEM * body.torso
    within: Flags = (body.mask > 0.3) & below & (down < hem + 0.05 * body.scale)
    return within


def _feet(body: Figure, ends: Vector) -> Flags:
    """The feet, from just below the ankles, or from where long trousers end."""
    shape = body.mask.shape
    feet = np.zeros(shape, bool)
    for side in SIDES:
        ankle, tip = body.ankles[side], body.feet[side]
        aside = OUT[side] * 0.02 * body.scale * body.right
        start = ankle + body.down * (0.14 if ends[side] > TO_THE_FOOT else 0.06) * body.scale
        radii = (0.13 * body.scale, 0.15 * body.scale)
        foot = capsule(shape, start + aside, tip + aside, radii) > 0.5
        feet |= foot & (body.axes(start)[1] > 0)
    return feet
