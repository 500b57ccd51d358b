"""A garment in a photo of somebody who wears it: where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from modera_bot.contracts import Category
from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import closed, large_parts, opened, resized, shrink
from modera_bot.ml.masks import body_masks
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import parse

#: Garments are looked for in copies whose longest edge is this, in pixels.
WORK_EDGE = 864

#: Somebody who takes less of the picture, or whose face isn't seen, may be a print or a dummy.
SUBJECT = 0.1

#: Bare limbs are told from clothes that differ from skin by more than this (ΔE).
UNLIKE_SKIN = 20.0

#: Gaps and slivers within this radius in pixels, and parts smaller than this share of the
#: largest, are faults of the parsing.
CRUMB, SMALLEST = 2.5, 0.05


def worn_garment(picture: Picture, category: Category, models: Path) -> Mask | None:
    """The mask of the garment of `category` that the photo's subject wears; None: nobody does.

    Runs in any process. Raises ModeraError(MODELS_MISSING) when the body models aren't there.
    """
    small = shrink(picture, WORK_EDGE)
    people = BodyUnderstanding(models).understand(small).people
    if not people or people[0].face is None or people[0].mask.mean() < SUBJECT:
        return None
    mask = closed(_garment(small, people[0], category) > 0.5, CRUMB)  # stripes like skin
    mask = large_parts(opened(mask, CRUMB), SMALLEST)
    return resized(mask.astype(np.float32), (picture.shape[1], picture.shape[0]))


def _garment(picture: Picture, person: Person, category: Category) -> Mask:
    parsed = parse(picture, person, figure(person))
    if category is Category.TOPS and parsed.hem is not None:
        return parsed.top
    # no parser knows the others: all that they can reach, less what surely isn't theirs
    masks = body_masks(picture, person, category)
    mask = person.mask * masks.agnostic * (1 - masks.identity)
    if category is Category.BOTTOMS and parsed.hem is not None:
        mask *= 1 - parsed.top
    if parsed.skin_contrast > UNLIKE_SKIN:
        mask *= parsed.skin < 0.5
    return mask
