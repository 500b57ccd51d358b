"""Skin: its tone on a person, and how much a colour looks like it."""

from __future__ import annotations

import numpy as np

from modera_bot.ml.anatomy import skin_colour
from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.colour import Colours, to_lab
from modera_bot.ml.parsing.figure import SIDES, Figure, Vector, capsule

#: Spread (σ) of skin in a and b, and in L, where light and shadow move it most.
SKIN_HUE, SKIN_LIGHT = 8.0, 28.0

#: Lab of skin when neither face nor hand shows any.
USUAL_SKIN = (65.0, 14.0, 18.0)


def skin_tone(picture: Picture, person: Person, body: Figure) -> Vector:
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


def skin_likeness(lab: Colours, tone: Vector) -> Mask:
    """How much each colour looks like skin of the given tone, 0 to 1."""
    spread = np.array([SKIN_LIGHT, SKIN_HUE, SKIN_HUE], np.float32)
    offset = (lab - tone) / spread
    likeness: Mask = np.exp(-0.5 * (offset * offset).sum(axis=-1))
    return likeness
