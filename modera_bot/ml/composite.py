"""A generated picture back onto the photo it was made from, for every backend that generates.

Networks work in a size of their own, shift and scale what they see, drift in colour, and redraw
what nobody asked for. Here their picture only replaces what a try-on may change:

    photo, generated ─► registered ─► same colours ─► where: may change, or has changed nearby
                                                     └► minus face, hair, hands ─► soft seam

Everything else stays the photo, bit for bit, in the photo's own resolution.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Code, Refusal
from modera_bot.ml.anatomy import Landmark, chosen
from modera_bot.ml.base import Mask, Person, Picture, Points
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.body.pose import Pose
from modera_bot.ml.canvas import extent, grain_of
from modera_bot.ml.colour import Colours, Flags, blur, grown, resized, shrink, sized, touching
from modera_bot.ml.masks import body_masks
from modera_bot.ml.registration import Edges, Values, curves_of, moved_back, relit, sparse

#: Differences are looked at, and colours compared, in copies whose longest edge is this.
WORK_EDGE = 864

# Shares of the longest edge.
#: How far beyond what may change a change that began there is followed: a wider skirt.
REACH = 0.08
#: Width of the seam, all of it outside of what has changed.
SEAM = 0.012
#: Softness of the edge of face, hair and hands in front of the garment.
EDGE = 0.002
#: Differences finer than this are noise and edges that moved by a fraction of a pixel.
BLUR = 0.004
#: How far what is the same in both pictures is from all that isn't.
APART = 0.012
#: How far a cuff reaches over a hand, or a hem over a foot.
CUFF = 0.05
#: How fast the correction of colours may vary over the picture.
DRIFT_SCALE = 0.05

# Grey levels of 255.
#: A pixel has changed if the network's usual error is exceeded so many times, and by so much.
CLEARLY, LEAST_CHANGE = 6.0, 14.0
#: Nothing has changed where all around differs by less than this.
SAME = 10.0
#: A garment differs by more than this from the hand that it covers.
COVERING = 16.0
#: Where photo and generated picture should agree, no more than this is drift of colour.
MOST_DRIFT = 24.0
#: What changes by less than this share is outside.
OUTSIDE = 0.01
#: Colours must spread by more than this to tell of a change of contrast.
PRIOR = 10.0


@dataclass(frozen=True, slots=True)
class Regions:
    """Masks of a photo, all of one size, which may be smaller than the photo's.

    `changed` is where a try-on may change pixels; `head` (face and hair) and `limbs` (hands
    and feet) must come from the photo, but for what a sleeve or a hem covers of the latter.
    """

    changed: Mask
    head: Mask
    limbs: Mask


@dataclass(frozen=True, slots=True)
class Ground:
    """What a photo contributes to a composition: known before anything has been generated.

    `small` is the photo at the size of the regions; beyond what is `near` nothing changes.
    """

    small: Picture
    regions: Regions
    near: Flags
    edges: Edges

    @classmethod
    def of(cls, photo: Picture, regions: Regions) -> Ground:
        changed = regions.changed
        small = sized(photo, changed.shape[::-1])
        near = _within(REACH * max(changed.shape), changed > 0.5)
        return cls(small, regions, near, Edges.of(small, changed))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a photo: who is meant, and what they stand before.

    `pose` is where the pose network saw the person; both are in pixels of `ground.small`.
    """

    person: Person
    pose: Pose
    ground: Ground

    @property
    def regions(self) -> Regions:
        return self.ground.regions


def back_onto(
    photo: Picture,
    generated: Picture,
    category: Category,
    models: Path,
    person_at: tuple[float, float] | None = None,
) -> Picture:
    """Put what a network generated from `photo` back onto it. Runs in any process.

    `generated` may have any size but shows the same frame. `person_at` is a point (x, y in
    shares of the picture) of the person, where there are several. Raises Refusal when nobody
    is found in the photo, ModeraError(MODELS_MISSING) when the body models aren't there.
    """
    return onto(photo, generated, seen_in(photo, (category,), models, person_at).ground)


def regions_of(
    photo: Picture,
    categories: Collection[Category],
    models: Path,
    person_at: tuple[float, float] | None = None,
) -> Regions:
    """What garments of these categories may change on the person in a photo; see `back_onto`."""
    return seen_in(photo, categories, models, person_at).regions


def seen_in(
    photo: Picture,
    categories: Collection[Category],
    models: Path,
    person_at: tuple[float, float] | None = None,
) -> Seen:
    """The same with all that is known of the photo. Raises Refusal when nobody is found."""
    return looked_at(photo, poses_in(photo, models), categories, models, person_at)


def poses_in(photo: Picture, models: Path) -> tuple[Pose, ...]:
    """Who is there, in a copy within WORK_EDGE. Raises Refusal when it's nobody."""
    poses = BodyUnderstanding(models).poses(shrink(photo, WORK_EDGE))
    if not poses:
        raise Refusal(Code.NO_PERSON, "nobody to composite")
    return poses


def looked_at(
    photo: Picture,
    poses: Sequence[Pose],
    categories: Collection[Category],
    models: Path,
    person_at: tuple[float, float] | None,
) -> Seen:
    """All that is known of a photo, from what `poses_in` has found there."""
    small = shrink(photo, WORK_EDGE)
    person = chosen(BodyUnderstanding(models).people(small, poses).people, person_at)
    pose = min(poses, key=lambda each: float(np.abs(each.points - person.pose).max()))
    alone = len(set(categories)) == 1
    masks = body_masks(small, person, next(iter(categories)) if alone else Category.ONE_PIECES)
    head = touching(masks.identity > 0, _disc_at(person.pose[Landmark.NOSE], masks.identity.shape))
    limbs = np.where(head, 0, masks.identity).astype(np.float32)
    regions = Regions(masks.changed, masks.identity - limbs, limbs)
    return Seen(person, pose, Ground.of(small, regions))


def onto(photo: Picture, generated: Picture, ground: Ground) -> Picture:
    """The same as `back_onto` with all known that comes from the photo."""
    small, regions, changed = ground.small, ground.regions, ground.regions.changed
    size = changed.shape[1], changed.shape[0]
    made = sized(generated, size)
    place = ground.edges.place_in(made)
    made = moved_back(made, place)
    curves = curves_of(small, made, changed < OUTSIDE)
    generated = relit(moved_back(generated, place), curves)
    before, after = small.astype(np.float32), relit(made, curves).astype(np.float32)
    drift = drift_of(before, after, changed)
    apart = after + drift - before
    difference = _furthest(blur(apart, BLUR * max(size)))
    where = changed_area(difference, changed, ground.near) & ~unchanged(apart)
    limbs = regions.limbs * (1 - covered(difference, where, regions.limbs))
    return _painted(photo, generated, drift, seam(where, np.maximum(regions.head, limbs)))


def drift_of(before: Colours, after: Colours, changed: Mask) -> Colours:
    """What to add to `after` (h, w, 3) to have the colours of `before`.

    Brightness and contrast of each channel, and what varies smoothly over the picture:
    measured where nothing should have changed, and carried on to where it may have.
    """
    outside = changed < OUTSIDE
    if not outside.any():
        return np.zeros_like(before)
    difference = before - after
    few = sparse(outside)
    usual = np.median(difference[few][outside[few]], axis=0)
    # where they differ by more, it's not the colours that changed but the picture
    agree = outside & (_furthest(_lines(difference, np.ones(3), -usual)) < MOST_DRIFT)
    if not agree.any() or np.abs(usual).max() > MOST_DRIFT:
        return np.zeros_like(before)
    few = sparse(agree)
    even = _even_drift(difference[few][agree[few]], after[few][agree[few]], after)
    return even + _carried_on(difference - even, agree)


def _even_drift(differences: Colours, values: Colours, after: Colours) -> Colours:
    """The drift that depends on the colour alone: a line for each channel."""
    middle = values.mean(axis=0)
    spread = values - middle
    # a prior of no change of contrast keeps the slope sane where all colours are alike
    slope = (spread * differences).mean(axis=0) / ((spread * spread).mean(axis=0) + PRIOR**2)
    return _lines(after, slope, differences.mean(axis=0) - slope * middle)


def _carried_on(difference: Colours, known: Flags) -> Colours:
    """The difference where it is known, blurred and carried on to where it isn't."""
    height, width = known.shape
    coarse = max(1, width // 4), max(1, height // 4)  # it is smooth anyway
    sigma = DRIFT_SCALE * max(coarse)
    where = known.astype(np.uint8)
    there = np.asarray(cv2.copyTo(difference, where), np.float32)
    summed = blur(resized(there, coarse), sigma)
    weight = blur(resized(where.astype(np.float32), coarse), sigma)[..., None]
    return resized(summed / (weight + 1e-3), (width, height))


def changed_area(difference: Mask, changed: Mask, near: Flags) -> Flags:
    """Where the generated picture is to be seen: what may change, and what changed with it
    `near` that."""
    allowed, outside = changed > 0.5, changed < OUTSIDE
    if not outside.any():
        return allowed
    few = sparse(outside)
    error = float(np.median(difference[few][outside[few]]))  # of a picture drawn anew it is large
    different = difference > max(CLEARLY * error, LEAST_CHANGE)
    return touching(different & near | allowed, allowed)


def unchanged(apart: Colours) -> Flags:
    """Where both pictures, which are `apart` by so much, show the same, bare arms say: the photo
    shows it more sharply."""
    difference = _furthest(blur(apart, 1.0))  # a pixel wide, as patterns are
    return ~_within(APART * max(difference.shape), difference > SAME)


def covered(difference: Mask, where: Flags, limbs: Mask) -> Mask:
    """How much of hands and feet is under the new garment: it looks like no hand or foot.

    Only what a cuff or a hem can reach; a hand that was drawn badly stays the photo's.
    """
    edge = max(limbs.shape)
    bare = where & (limbs < 0.5)
    other = (difference > COVERING) & _within(CUFF * edge, bare) & where
    hidden = touching(other | bare, bare) & other
    # the difference is blurred: what is left of an old cuff lies around where it is seen
    return blur(grown(hidden, BLUR * edge).astype(np.float32), BLUR * edge / 2)


def seam(where: Flags, identity: Mask) -> Mask:
    """How much of the generated picture is seen, 0 to 1, falling off softly around `where`."""
    width = max(2.0, SEAM * max(where.shape))
    away = cv2.distanceTransform((~where).astype(np.uint8), cv2.DIST_L2, 5)
    near = (1 - away / width).clip(0, 1)
    soft = near * near * (3 - 2 * near)  # smoothstep: no edge at either end
    return np.asarray(soft * (1 - blur(identity, EDGE * max(where.shape))), np.float32)


def _painted(photo: Picture, generated: Picture, drift: Colours, alpha: Mask) -> Picture:
    """The photo with the corrected generated picture over it, as much as `alpha` says."""
    height, width = photo.shape[:2]
    alpha = resized(alpha, (width, height))
    result = photo.copy()
    box = extent((alpha - 1 / 512).clip(0, 1))
    if box is None:
        return result
    cover = alpha[box][..., None]
    made = sized(generated, (width, height))[box] + resized(drift, (width, height))[box]
    if generated.shape[1] < width:  # what was enlarged has lost the grain of a photo
        noise = np.random.default_rng(0).standard_normal((*made.shape[:2], 1), np.float32)
        made += 255 * max(0.0, grain_of(photo) - grain_of(generated)) * noise
    mixed = np.rint((photo[box] + (made - photo[box]) * cover).clip(0, 255))
    result[box] = np.where(cover > 1 / 512, mixed, photo[box]).astype(np.uint8)
    return result


def _furthest(values: Colours) -> Mask:
    """The greatest distance from 0 of the channels; numpy is slow along so short an axis."""
    red, green, blue = cv2.split(values)
    return np.maximum(np.maximum(np.abs(red), np.abs(green)), np.abs(blue))


def _lines(values: Colours, slope: Values, offset: Values) -> Colours:
    """slope · value + offset for each channel; for the same reason."""
    return np.asarray(cv2.transform(values, np.column_stack([np.diag(slope), offset])), np.float32)


def _within(distance: float, mask: Flags) -> Flags:
    """All that is no further from `mask`; quicker than growing it by a large disc."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(away <= max(1.0, distance))


def _disc_at(point: Points, shape: tuple[int, ...]) -> Flags:
    """A few pixels around a point (x, y, …)."""
    spot = np.zeros(shape, np.uint8)
    cv2.circle(spot, (int(point[0]), int(point[1])), 3, 1, cv2.FILLED)
    return spot > 0
