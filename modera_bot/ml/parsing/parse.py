"""Tells skin, hair, old top and lower garment apart, from pose and colour.

A stand-in for a human parser: those with a licence for any use are too large or too coarse.
It knows where each class must be (the pose says) and what it looks like there; what lies
between is told apart by colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.colour import Colours, Flags, palette, resized, to_floats, to_lab
from modera_bot.ml.parsing import borders, regions
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector
from modera_bot.ml.parsing.skin import skin_likeness, skin_tone

#: Where the top's and the lower garment's colours are taken, in shares of the torso's length.
TOP_SPAN, LOWER_SPAN = (0.2, 0.75), (1.3, 1.75)

#: Fewer pixels than this tell no colours.
FEWEST = 40

#: How far a garment is taken for a top when no hem is seen, in the same shares.
UNSEEN_HEM = 1.1

#: Parsing works at this share of the picture's size: regions need no more, and are soft.
PARSE_SCALE = 0.5


@dataclass(frozen=True, slots=True)
class Parsing:
    """What is where on a person, in pixels of the figure's mask.

    `skin` is each pixel's likeness to skin, 0 to 1, `tone` the Lab colour of the face's and
    `skin_contrast` how much (ΔE) half of the old top at least differs from it.
    `sleeve_ends` (2,) are shares of the arm that the old sleeves cover. `hem` is where the old
    top ends, in pixels down from the collar, or None where it looks like what is under it (a
    dress, say). `top` is the old top as far as the hem; it, `hair`, `head` (hair and face down
    to the chin) and `hands` are regions, 0 to 1.
    """

    skin: Mask
    tone: Vector
    skin_contrast: float
    sleeve_ends: Vector
    hem: float | None
    top: Mask
    hair: Mask
    head: Mask
    hands: tuple[Mask, Mask]


def parse(picture: Picture, person: Person, body: Figure) -> Parsing:
    """Parse the `person` in `picture`, whose frame is `body`."""
    size = picture.shape[1::-1]
    tone = skin_tone(picture, person, body)
    body = body.resized(PARSE_SCALE)
    lab = to_lab(resized(to_floats(picture), body.mask.shape[::-1]))
    skin = skin_likeness(lab, tone)
    hands = [regions.hand(body, skin, side) for side in SIDES]
    across, down = body.axes()
    front = (body.mask > 0.5) & (np.abs(across) < 0.3 * body.scale) & ~hands[0] & ~hands[1]
    front &= (skin < 0.4) | (down > 0.3 * body.torso)
    above = _between(lab, front, down / body.torso, TOP_SPAN)
    if len(above) < FEWEST:  # a hand, or whatever else, is in front of all of it
        above = lab[body.mask > 0.5]
    top_colours = palette(above, 4)
    lower = _between(lab, front, down / body.torso, LOWER_SPAN)
    hem = None
    if len(lower) >= FEWEST:
        hem = borders.hem(lab, body, top_colours, palette(lower, 4))
    ends = [borders.sleeve_end(lab, body, side, tone, top_colours) for side in SIDES]
    head = regions.head(body)
    hair = regions.hair(lab, body, head, top_colours, tone)
    top = regions.old_top(
        lab,
        skin,
        body,
        tone,
        top_colours,
        ends,
        UNSEEN_HEM * body.torso if hem is None else hem,
        head | hair | hands[0] | hands[1],
    )

    def enlarged(region: Mask | Flags) -> Mask:
        return resized(region.astype(np.float32), size)

    return Parsing(
        skin=enlarged(skin),
        tone=tone,
        skin_contrast=_contrast(lab[top > 0.5], tone),
        sleeve_ends=np.array(ends, np.float32),
        hem=None if hem is None else hem / PARSE_SCALE,
        top=enlarged(top),
        hair=enlarged(hair),
        head=enlarged(head),
        hands=(enlarged(hands[0]), enlarged(hands[1])),
    )


def _contrast(colours: Colours, tone: Vector) -> float:
    """Median difference (ΔE) of the colours (n, 3) from a tone; 0 if there are none.

    Of each pixel, since the median colour of a print may be that of no pixel at all.
    """
    differences = np.linalg.norm(colours - tone, axis=1)
    return float(np.median(differences)) if len(differences) else 0.0


def _between(lab: Colours, front: Flags, shares: Mask, span: tuple[float, float]) -> Colours:
    """The colours (n, 3) of the front between two shares of the torso's length."""
    low, high = span
    return np.asarray(lab[front & (shares > low) & (shares < high)])
