"""Bare legs: drawn where something long was worn and something shorter comes."""

from __future__ import annotations

import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Colours, blur, fill_in, shrunk, to_rgb
from modera_bot.ml.draft.limbs import Arm as Limb
from modera_bot.ml.draft.limbs import across_arm
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, length
from modera_bot.ml.parsing.lower import Lower
from modera_bot.ml.parsing.parse import Parsing

#: Usual radii of a bare leg, as shares of the body's scale: at the hip joint, down the thigh, at
#: the knee, where the calf is thickest, below it, at the ankle, and in the shoe.
USUAL = (0.29, 0.215, 0.15, 0.142, 0.099, 0.077, 0.08)

#: How much longer the shank is drawn than it is: into the shoe.
INTO_SHOE = 1.3

#: Where these are: the segment of the leg (thigh, shank into the shoe), and the share of it.
KNOTS = ((0, 0.0), (0, 0.55), (1, 0.0), (1, 0.23), (1, 0.57), (1, 0.77), (1, 1.0))

#: How far a person's legs may differ from that.
THINNEST, THICKEST = 0.75, 1.35

#: At which shares of the leg, below what covers it, its thickness is measured.
MEASURED = (0.03, 0.06, 0.1, 0.14)

#: Below this share of the leg are shoes.
LOWEST_MEASURED = 0.95

#: At which shares of the leg the middle of a trouser leg is that of the leg in it.
IN_TROUSERS = (0.5, 0.6, 0.7, 0.8)

#: The darkest part, in percent, of what is seen of legs: the shadow of what was worn above.
SHADED = 40

#: How much of the skin's colour on legs is that of the face, where no bare leg is seen.
FACE = 0.5


def bare_leg(body: Figure, lower: Lower, side: int) -> Limb:
    """The leg on one side, from hip joint to ankle: where it is seen below the old hem, it is
    measured; in trousers, it is where their middle is.
    """
    line = _into_shoe(body.leg(side))
    usual = Limb(line, np.array(USUAL, np.float32) * np.float32(body.scale), KNOTS)
    end, whole = float(lower.ends[side]), length(body.leg(side))
    bare = [end + share for share in MEASURED if end + share < LOWEST_MEASURED]
    thickness, shifts = [], []
    for at in bare or IN_TROUSERS:
        point, normal = across_arm(line, at * whole, OUT[side], body.scale)
        radius = usual.radius(at * whole)
        outer, inner = (body.reach(point, sign * normal, 3 * radius) for sign in (1, -1))
        if max(outer, inner) < 3 * radius:
            thickness.append((outer + inner) / 2 / radius)
            shifts.append(normal * (outer - inner) / 2)
    if not shifts or body.leg_seen[side].min() < 0.5:
        return usual
    factor = float(np.clip(np.median(thickness), THINNEST, THICKEST)) if bare else 1.0
    moved = line + np.median(shifts, axis=0).astype(np.float32)
    return Limb(moved, usual.radii * np.float32(factor), KNOTS)


def bare_legs(body: Figure, lower: Lower) -> tuple[Limb, Limb]:
    """Both legs; if only one can be measured, neither is thought to differ from the other."""
    one, other = (bare_leg(body, lower, side) for side in SIDES)
    radii = (one.radii + other.radii) * np.float32(0.5)
    return Limb(one.line, radii, KNOTS), Limb(other.line, radii, KNOTS)


def leg_skin(picture: Colours, body: Figure, parsed: Parsing, lower: Lower) -> Colours:
    """Skin for the legs, for the whole picture: as bare legs have it, else much as the face."""
    _, down = body.axes()
    known = (parsed.skin > 0.35) & (body.mask > 0.9) & (lower.region < 0.05) & (lower.feet < 0.05)
    known &= (parsed.head < 0.5) & (parsed.hair < 0.1) & (parsed.top < 0.05)
    legs = known & (down > lower.waist + 0.2 * body.torso) & (np.maximum(*parsed.hands) < 0.05)
    tone = to_rgb(parsed.tone[None, None])
    seen = shrunk(legs, 2)
    light = picture[seen].mean(axis=-1)
    if light.size:
        seen[seen] = light > np.percentile(light, SHADED)  # what lies in shadow tells no tone
    if seen.sum() < 200:
        arms = shrunk(known, 2).astype(np.float32)
        return np.asarray(tone * FACE + fill_in(picture, arms) * (1 - FACE), np.float32)
    return fill_in(picture, seen.astype(np.float32))


def _into_shoe(leg: Vector) -> Vector:
    """The leg's bones, the lower one carried on into the shoe."""
    hip, knee, ankle = leg
    return np.stack([hip, knee, knee + (ankle - knee) * np.float32(INTO_SHOE)])


def legs_region(legs: tuple[Limb, Limb], shape: tuple[int, int], starts: Vector) -> Mask:
    """Where the legs are, 0 to 1, from `starts` pixels down their lines."""
    parts = [leg.region(shape, float(starts[side])) for side, leg in zip(SIDES, legs, strict=True)]
    return blur(np.maximum(*parts), 0.8)
