"""What is worn below the top: trousers, shorts, a skirt, or a dress's lower part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import (
    Colours,
    Flags,
    blur,
    closed,
    difference,
    grown,
    large_parts,
    nearest_colour,
    opened,
    palette,
    resized,
    to_floats,
    to_lab,
)
from modera_bot.ml.parsing.borders import leg_end, split
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector, along, capsule, length
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

#: How far long trousers may reach, in shares of the leg.
LOWEST = 1.2

#: Where, below the ankle, feet begin, and down to where cloth may hang over the shoes, in shares
#: of the scale.
FEET, OVER_SHOES = 0.04, 0.2

#: What differs more (ΔE) from the garment's colours is a shoe, where no shoe's colour is known.
UNLIKE = 12.0

#: Cloth over shoes must be so much nearer to the garment's colours than to theirs.
CLEARLY = 0.6

#: Half the width of a sleeve around the lower arm, as a share of the scale.
SLEEVE = 0.18

#: A hem's edge, where both its colours mix, is painted over: pixels.
HEM_EDGE = 1.0

#: How wide, in shares of the scale, bumps of a hem may be that are only noise.
HEM_NOISE = 0.2


@dataclass(frozen=True, slots=True)
class Lower:
    """What a person wears below the top, in pixels of the figure's mask.

    `waist` is where it comes into sight, in pixels down from the collar. `whole` tells that
    the top and it are one: a dress, or two of one cloth. `parted` tells trousers and shorts
    from skirts. `ends` (2,) are the shares of the legs, from hip joint to ankle, that it covers:
    above 1 where it hangs over the ankle, 1 where legs are outside the picture.

    Regions, 0 to 1: `region` is where it is seen, `above` all that is higher than the top's hem,
    `sleeves` what of the top is lower, `feet` what is below the ankles and no cloth.
    """

    waist: float
    whole: bool
    parted: bool
    ends: Vector
    region: Mask
    above: Mask
    sleeves: Mask
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
    ends = _ends(lab, body, parsed.tone, (top, colours))
    line, sleeves = _line(body, waist), np.zeros_like(front)
    if hem is not None:
        both = _palette(lab[top > 0.9], colours), colours
        line = _hem_line(lab, body, line, both, front | (skin > 0.5))
        sleeves = _sleeves(lab, body, top, both) & ~front
    to_skin, to_cloth = difference(lab, parsed.tone, 0.5), nearest_colour(lab, colours, 0.5)
    cloth = (to_cloth < to_skin) | (skin < 0.1)
    rows = np.arange(len(lab), dtype=np.float32)[:, None]
    region = _within(body, ends) & cloth & (rows > line) & ~front & ~sleeves
    feet = _below_ankles(body) & ~grown(_over_shoes(lab, body, colours), 0.03 * body.scale)
    region = large_parts(closed(opened(region & ~feet, 0.01 * body.scale), 0.02 * body.scale), 0.05)
    full = np.arange(size[1], dtype=np.float32)[:, None]
    columns = np.interp(np.arange(size[0]) * PARSE_SCALE, np.arange(len(line)), line)
    return Lower(
        waist=waist / PARSE_SCALE,
        whole=hem is None,
        parted=_parted(body, region, ends),
        ends=_seen_ends(body, region, ends),
        region=resized((region & ~front & ~sleeves).astype(np.float32), size),
        above=(columns / PARSE_SCALE - HEM_EDGE - full).clip(0, 1).astype(np.float32),
        sleeves=resized((sleeves & (rows > line)).astype(np.float32), size),
        feet=resized(feet.astype(np.float32), size),
    )


def end_of(body: Figure, side: int, share: float) -> float:
    """How far down from the collar a share of a leg ends, in pixels."""
    line = body.leg(side)
    return body.place(along(line, share * length(line))[0])[1]


def _palette(samples: Colours, otherwise: Colours) -> Colours:
    return palette(samples, 4) if len(samples) >= FEWEST else otherwise


def _colours(lab: Colours, body: Figure, cloth: Flags, waist: float) -> Colours:
    """Its main colours, on the thighs; of whatever is there, if hardly any is cloth."""
    across, down = body.axes()
    below = (down - waist) / body.torso
    there = (body.mask > 0.5) & (np.abs(across) < 0.5 * body.scale)
    there &= (below > COLOURS_FROM) & (below < COLOURS_TO)
    for samples in (lab[there & cloth], lab[there]):
        if len(samples) >= FEWEST:
            return palette(samples, 3)
    return palette(lab.reshape(-1, 3), 3)


def _ends(lab: Colours, body: Figure, tone: Vector, cloth: tuple[Mask, Colours]) -> Vector:
    """How much of the legs is covered, as far as the ankles."""
    top, colours = cloth
    both = np.concatenate([_palette(lab[top > 0.9], colours), colours])
    return np.array(
        [
            leg_end(lab, body, side, tone, both) if body.leg_seen[side, 0] > 0 else 1.0
            for side in SIDES
        ],
        np.float32,
    )


def _line(body: Figure, down: float) -> Vector:
    """For each column, the row that is so far down from the collar."""
    middle = body.at(0, down)
    slope = body.right[1] / body.right[0]
    columns = np.arange(body.mask.shape[1], dtype=np.float32)
    line: Vector = middle[1] + (columns - middle[0]) * slope
    return line


def _hem_line(
    lab: Colours, body: Figure, level: Vector, colours: tuple[Colours, Colours], front: Flags
) -> Vector:
    """For each column, the row in which the top ends: it is not level, as the colours tell."""
    reach = round(UNEVEN_HEM * body.torso)
    to_top, to_lower = (nearest_colour(lab, some) for some in colours)
    seen = (body.mask > 0.6) & ~front
    lines = []
    for x, row in enumerate(np.rint(level).astype(int)):
        rows = max(row - reach, 0) + np.flatnonzero(seen[max(row - reach, 0) : row + reach, x])
        if abs(x - body.collar[0]) > 0.75 * body.scale or len(rows) < reach:
            continue
        below = (to_lower[rows, x] < to_top[rows, x]).astype(np.float32)
        if below[:4].mean() < 0.5 < below[-4:].mean():  # both are seen
            lines.append((x, rows[min(split(below), len(rows) - 1)]))
    if len(lines) < HEM_NOISE * body.scale:
        return level
    xs, ys = np.array(lines, np.float32).T
    wide = 2 * round(HEM_NOISE * body.scale / 2) + 1
    framed = np.pad(ys, wide // 2, mode="edge")
    steady = np.median(np.lib.stride_tricks.sliding_window_view(framed, wide), axis=1)
    smooth = blur(steady.astype(np.float32)[None], wide / 4)[0]
    line: Vector = np.interp(np.arange(len(level)), xs, smooth).astype(np.float32)
    return line


def _sleeves(lab: Colours, body: Figure, top: Mask, colours: tuple[Colours, Colours]) -> Flags:
    """Sleeves that hang lower than the top: along the arms, of its colours."""
    shape = body.mask.shape
    arms = np.zeros(shape, bool)
    for side in SIDES:
        _, elbow, wrist = body.arm(side)
        arms |= capsule(shape, elbow, wrist, (SLEEVE * body.scale,) * 2) > 0.5
    to_top, to_lower = (nearest_colour(lab, some) for some in colours)
    return opened(arms & (top > 0.5) & (to_top < to_lower), 0.015 * body.scale)


def _within(body: Figure, ends: Vector) -> Flags:
    """Of the person, what is above where the garment ends on each leg."""
    across, down = body.axes()
    shares = np.where(ends > TO_THE_FOOT, LOWEST, ends)
    hems = [end_of(body, side, float(shares[side])) for side in SIDES]
    ramp = (across / (0.1 * body.scale)).clip(-1, 1)  # skirts have one hem, aslant
    hem = sum(hems) / 2 + (hems[1] - hems[0]) / 2 * ramp
    within: Flags = (body.mask > 0.3) & (down < hem + 0.05 * body.scale)
    return within


def _below_ankles(body: Figure) -> Flags:
    """What is below the ankles, on either side."""
    across, down = body.axes()
    ankles = [body.place(ankle)[1] + FEET * body.scale for ankle in body.ankles]
    below: Flags = down > np.where(across < 0, *ankles)
    return below


def _over_shoes(lab: Colours, body: Figure, colours: Colours) -> Flags:
    """Where cloth hangs over shoes: colours of the garment's rather than of the feet's tips."""
    shape = body.mask.shape
    tips = np.zeros(shape, bool)
    for tip in body.feet:
        tips |= capsule(shape, tip, tip, (0.06 * body.scale,) * 2) > 0.5
    to_cloth, shoes = nearest_colour(lab, colours), lab[tips]
    unlike = nearest_colour(lab, palette(shoes, 4)) if len(shoes) >= FEWEST else UNLIKE
    like = to_cloth < CLEARLY * unlike
    lowest = max(body.place(ankle)[1] for ankle in body.ankles) + OVER_SHOES * body.scale
    return opened(like & (body.axes()[1] < lowest) & (body.mask > 0.3), 0.012 * body.scale)


def _parted(body: Figure, region: Flags, ends: Vector) -> bool:
    """Whether there is a gap between the legs, just above the hem."""
    middle = [
        np.mean([along(body.leg(s), share * length(body.leg(s)))[0] for s in SIDES], axis=0)
        for share in np.linspace(0.5, 0.95, 12) * min(float(ends.mean()), 1.0)
    ]
    height, width = region.shape
    x, y = np.rint(np.array(middle)).astype(int).T
    seen = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return bool(region[y[seen], x[seen]].mean() < 0.7) if seen.any() else True


def _seen_ends(body: Figure, region: Flags, ends: Vector) -> Vector:
    """The ends, past the ankles where the garment hangs over them."""
    across, down = body.axes()
    seen = ends.copy()
    for side in SIDES:
        if ends[side] < TO_THE_FOOT or body.leg_seen[side, 1] == 0:
            continue
        near = np.abs(across - body.place(body.ankles[side])[0]) < 0.15 * body.scale
        rows = down[region & near]
        line = body.leg(side)
        if rows.size > FEWEST:
            beyond = float(np.percentile(rows, 99.5)) - body.place(line[-1])[1]
            seen[side] = float(np.clip(1 + beyond / length(line), TO_THE_FOOT, LOWEST))
    return seen
