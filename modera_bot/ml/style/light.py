"""Whether the light of a photo lets colours be told at all, and how far to trust it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Colours, Flags

#: Where skin lies in even, neutral light, whatever its depth: hue angle in degrees and chroma
#: in the a-b plane. Light that moves it out of there has a colour of its own.
SKIN_HUE, SKIN_CHROMA = (30.0, 85.0), (8.0, 36.0)

#: What is bright in most pictures is nearly neutral; this chroma of it says that light is not.
TINTED = 26.0

#: In backlight even the lightest parts of a person stay below this L, with surroundings so much
#: lighter than the face. Below the third the photo is too dark in any case.
SHADED_FACE, SHADED_BY, DARK_FACE = 40.0, 40.0, 24.0

#: Surroundings may be lighter by this much than the lightest of a face in good light.
BEHIND = 28.0


def judge_light(lab: Colours, skin: NDArray[np.float32], face: Flags, person: Mask) -> float:
    """How far the light can be trusted, 0 to 1.

    `skin` is the face's Lab colour, `face` its area. Raises Refusal(COLOUR_CAST) when its
    colour hides that of the skin, Refusal(BACKLIT) when the face lies in shadow.
    """
    lightest = _lightest(lab, face, person)
    around = lab[person < 0.1]
    behind = float(np.median(around[:, 0])) if len(around) else float(skin[0])
    if lightest < DARK_FACE or (
        lightest < SHADED_FACE and behind - float(np.median(lab[..., 0][face])) > SHADED_BY
    ):
        raise Refusal(Code.BACKLIT)
    hue = math.degrees(math.atan2(float(skin[2]), float(skin[1])))
    chroma = math.hypot(float(skin[1]), float(skin[2]))
    tint = _tint(lab)
    plausible = SKIN_HUE[0] < hue < SKIN_HUE[1] and SKIN_CHROMA[0] < chroma < SKIN_CHROMA[1]
    if not plausible or tint > TINTED:
        raise Refusal(Code.COLOUR_CAST)
    trust = np.clip(1.1 - tint / TINTED, 0.3, 1.0)
    if behind - lightest > BEHIND:  # half in the shade: even the eyes' whites are dull
        trust *= np.clip(1.0 - (behind - lightest - BEHIND) / 30.0, 0.4, 1.0)
    return float(trust)


def _lightest(lab: Colours, face: Flags, person: Mask) -> float:
    """L of the lightest parts of the face, or of all that the person wears and shows.

    Not of the skin itself: light on deep skin shows in the eyes, in highlights and on clothes.
    """
    parts = ((lab[..., 0][face], 97), (lab[..., 0][person > 0.9], 95))
    return max((float(np.percentile(part, q)) for part, q in parts if len(part)), default=100.0)


def _tint(lab: Colours) -> float:
    """Chroma of what is brightest in the picture, taken together."""
    bright = lab[lab[..., 0] > np.percentile(lab[..., 0], 90)]
    if not len(bright):
        return 0.0
    middle = np.median(bright[:, 1:], axis=0)
    return float(np.hypot(middle[0], middle[1]))
