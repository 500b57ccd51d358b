"""Decides where each part of a top goes on a body.

Lengths on the body are shares of its scale (the shoulder width) or of its torso's length;
they are proportions of clothed adults, found on photographs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modera_bot.ml.draft.figure import OUT, SIDES, Figure, Vector, length
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.limbs import Arm, across_arm
from modera_bot.ml.draft.parse import Parsing
from modera_bot.ml.draft.sleeves import SLICES, Sleeve, resampled

#: Half the torso's width down the torso, clothed closely: shares of its length, of the scale.
TORSO_ALONG = (0.0, 0.25, 0.5, 0.7, 1.0, 1.3)
TORSO_HALF = (0.45, 0.46, 0.455, 0.475, 0.55, 0.57)

#: A top hangs at least this much clear of the body, and at most this much wider than usual.
CLOSEST, WIDEST = 1.03, 1.32

#: Cloth that lies flat in a product shot is wider than it hangs, since a body is round: how
#: much of the width beyond the torso's own, and of a sleeve's, is seen when it is worn.
EASE, HANGING = 0.5, 0.8

#: How much of the torso's half width faces the eye squarely.
FACING = 0.55

#: Between which shares of the torso's length a top of usual proportions ends, or a cropped one.
HEMS, CROPPED_HEMS = (0.96, 1.2), (0.62, 1.12)

#: Ends nearer to each other than this (hems in torso lengths, sleeves in the
#: arm's) count as the same: the new one then just covers the old, and nothing need be erased.
SAME_HEM, SAME_SLEEVE = 0.08, 0.1

#: What the product shot tells about length is rough; the old top, if within this many torso
#: lengths, tells how long this person's tops are, and counts as much.
LIKE_HEM = 0.35

#: A sleeve that covers more of the arm than this reaches the wrist.
LONG_SLEEVE = 0.74


@dataclass(frozen=True, slots=True)
class SleeveFit:
    """Where a sleeve goes: its edges on the body (SLICES, 2), as in `Sleeve`.

    `share` is how much of the arm, from the shoulder, it covers.
    """

    outer: Vector
    inner: Vector
    share: float


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a top goes. `body` and `garment` (n, 2) are points that belong together.

    `edge` (m, 2) is the torso part's rough outline on the body, `hem` how far down from the
    collar it ends.
    """

    body: Vector
    garment: Vector
    edge: Vector
    tips: Vector
    armpits: Vector
    necks: Vector
    hem: float
    sleeves: tuple[SleeveFit | None, SleeveFit | None]


def fit(shape: TopShape, body: Figure, parsed: Parsing, arms: tuple[Arm, Arm]) -> Fit:
    """Fit the top of `shape` on `body`."""
    tips = np.stack([_shoulder_tip(body, side) for side in SIDES])
    across = _scale(shape, body, parsed, tips)
    neck_top = -_neck_height(body)
    hem = _hem(shape, body, parsed, neck_top, across)
    necks = _necks(shape, body, tips, across, neck_top)
    armpits = _armpits(shape, body, tips, across)
    pairs = _Pairs()
    for side in SIDES:
        pairs.add(necks[side], shape.necks[side])
        pairs.add(tips[side], shape.tips[side])
        pairs.add(armpits[side], shape.armpits[side])
        _shoulder(shape, body, necks[side], tips[side], side, pairs)
    sides = _sides(shape, body, parsed, armpits, across, hem, pairs)
    edge = _edge(body, necks, tips, armpits, sides)
    sleeves = [
        _sleeve(
            one,
            body,
            arms[side],
            side,
            float(parsed.sleeve_ends[side]),
            tips[side],
            armpits[side],
            across,
        )
        if one
        else None
        for side, one in zip(SIDES, shape.sleeves)
    ]
    return Fit(
        body=np.array(pairs.body, np.float32),
        garment=np.array(pairs.garment, np.float32),
        edge=edge,
        tips=tips,
        armpits=armpits,
        necks=necks,
        hem=hem,
        sleeves=(sleeves[0], sleeves[1]),
    )


class _Pairs:
    """Points on the body and the points of the garment that belong there."""

    def __init__(self) -> None:
        self.body: list[Vector] = []
        self.garment: list[Vector] = []

    def add(self, on_body: Vector, on_garment: Vector) -> None:
        self.body.append(on_body)
        self.garment.append(on_garment)


def usual_half(body: Figure, down: float) -> float:
    """Half the width of a closely clothed torso, `down` pixels below the collar."""
    return float(np.interp(down / body.torso, TORSO_ALONG, TORSO_HALF)) * body.scale


def body_half(body: Figure, parsed: Parsing, down: float, side: int) -> float:
    """Half the torso as its outline shows it, or as usual where an arm hides the edge."""
    usual, centre, out = usual_half(body, down), body.at(0, down), OUT[side] * body.right
    dressed = parsed.hem is None or down < parsed.hem - 0.02 * body.torso
    old = body.reach(centre, out, 1.6 * usual, parsed.top) if dressed else 0.0
    seen = old if old > 0.7 * usual else body.reach(centre, out, 1.6 * usual)
    return usual * 1.02 if seen > 1.25 * usual else max(seen, 0.88 * usual)


def _shoulder_tip(body: Figure, side: int) -> Vector:
    """The seam of the shoulder: where the outline is, up and out from the joint."""
    direction = OUT[side] * 0.65 * body.right - 0.76 * body.down
    reach = body.reach(body.shoulders[side], direction, 0.35 * body.scale)
    tip: Vector = body.shoulders[side] + direction * np.clip(
        reach, 0.09 * body.scale, 0.17 * body.scale
    )
    return tip


def _scale(shape: TopShape, body: Figure, parsed: Parsing, tips: Vector) -> float:
    """Pixels on the body for one of the garment, across: what suits shoulders and chest."""
    shoulders = float(np.linalg.norm(tips[1] - tips[0]))
    chest = sum(body_half(body, parsed, 0.33 * body.torso, side) for side in SIDES) * CLOSEST
    by_shoulders = shoulders / max(float(np.linalg.norm(shape.tips[1] - shape.tips[0])), 1.0)
    by_chest = chest / max(shape.chest, 1.0)
    weight = 0.5 if shape.sleeved else 0.25
    return weight * by_shoulders + (1 - weight) * by_chest


def _neck_height(body: Figure) -> float:
    """How far above the collar the shoulders meet the neck."""
    heights = [
        body.reach(body.at(OUT[side] * 0.36 * body.scale, 0), -body.down, 0.6 * body.scale)
        for side in SIDES
    ]
    seen = [height for height in heights if height < 0.30 * body.scale]
    usual = 0.15 * body.scale
    trapezius = np.clip(np.mean(seen) if seen else usual, 0.10 * body.scale, 0.24 * body.scale)
    return float(trapezius) + 0.06 * body.scale


def _hem(shape: TopShape, body: Figure, parsed: Parsing, neck_top: float, across: float) -> float:
    """How far below the collar the top ends."""
    long = shape.bottom - shape.neck_y
    low, high = HEMS if long > 1.05 * shape.chest else CROPPED_HEMS
    hem = float(np.clip(neck_top + across * long, low * body.torso, high * body.torso))
    if parsed.hem is None or abs(parsed.hem - hem) > LIKE_HEM * body.torso:
        return hem
    hem = (hem + parsed.hem) / 2
    covers = abs(parsed.hem - hem) < SAME_HEM * body.torso
    return parsed.hem + 0.01 * body.torso if covers else hem


def _necks(shape: TopShape, body: Figure, tips: Vector, across: float, neck_top: float) -> Vector:
    """Where the neckline's ends lie: on the line from neck to shoulder tip, as wide as cut."""
    middle = body.collar * 0.55 + body.chin * 0.45
    widths = [body.reach(middle, OUT[side] * body.right, 0.3 * body.scale) for side in SIDES]
    neck = float(np.clip(min(widths), 0.13 * body.scale, 0.19 * body.scale))
    half = float(np.clip(across * shape.neck_width / 2, 1.02 * neck, 0.46 * body.scale))
    necks = []
    for side in SIDES:
        tip_across, tip_down = body.place(tips[side])
        start, stop = 0.24 * body.scale, abs(tip_across)
        share = float(np.clip((half - start) / max(stop - start, 1.0), 0, 0.8))
        necks.append(body.at(OUT[side] * half, neck_top + (tip_down - neck_top) * share))
    return np.array(necks, np.float32)


def _armpits(shape: TopShape, body: Figure, tips: Vector, across: float) -> Vector:
    armpits = []
    for side in SIDES:
        _, tip_down = body.place(tips[side])
        drop = across * float(shape.armpits[side, 1] - shape.tips[side, 1])
        down = float(np.clip(tip_down + drop, 0.22 * body.torso, 0.46 * body.torso))
        usual = usual_half(body, down)
        half = across * abs(float(shape.armpits[side, 0]) - shape.centre)
        armpits.append(body.at(OUT[side] * float(np.clip(half, usual, 1.3 * usual)), down))
    return np.array(armpits, np.float32)


def _shoulder(
    shape: TopShape, body: Figure, neck: Vector, tip: Vector, side: int, pairs: _Pairs
) -> None:
    """Pair the upper edge between neck and shoulder tip: cloth lies on the shoulder."""
    for share in (0.35, 0.7):
        x = round(float(shape.necks[side, 0] * (1 - share) + shape.tips[side, 0] * share))
        if shape.shoulder_line[x] < 0:
            continue
        straight = neck * (1 - share) + tip * share
        across, down = body.place(straight)
        above = body.reach(body.at(across, 0), -body.down, 0.4 * body.scale)
        bulge = float(np.clip(above + down, 0.0, 0.06 * body.scale))
        lifted = straight - body.down * (bulge + 0.006 * body.scale)
        pairs.add(lifted, np.array([x, shape.shoulder_line[x]], np.float32))


def _sides(
    shape: TopShape,
    body: Figure,
    parsed: Parsing,
    armpits: Vector,
    across: float,
    hem: float,
    pairs: _Pairs,
) -> tuple[list[Vector], list[Vector]]:
    """Pair the torso's edges, row by row, and return them from armpit to hem."""
    first = float(np.mean([body.place(armpits[side])[1] for side in SIDES]))
    pit_y = float(shape.armpits[:, 1].mean())
    edges: tuple[list[Vector], list[Vector]] = ([], [])
    pairs.add(body.at(0, first), np.array([shape.centre, pit_y], np.float32))
    long = max(shape.bottom - pit_y, 1.0)
    natural = float(np.clip(across * long / max(hem - first, 1.0), 0.6, 1.6))
    for y, *xs in shape.rows:
        share = (float(y) - pit_y) / long
        # a print on the chest keeps its shape; what length differs is taken up further down
        down = first + (natural * share + (1 - natural) * share * share) * (hem - first)
        for side, x in zip(SIDES, xs):
            own = body_half(body, parsed, min(down, 1.3 * body.torso), side)
            cut = across * abs(float(x) - shape.centre)
            cut = own + EASE * (cut - own) if cut > own else cut
            half = min(max(cut, CLOSEST * own), max(WIDEST * usual_half(body, down), own))
            point = body.at(OUT[side] * half, down)
            pairs.add(point, np.array([x, y], np.float32))
            edges[side].append(point)
            # the middle keeps its width: cloth turns away from the eye at the sides
            part = FACING * min(1.0, own / max(across * abs(float(x) - shape.centre), 1.0))
            on_garment = shape.centre + (float(x) - shape.centre) * part
            inner = min(across * abs(float(on_garment) - shape.centre), 0.85 * half)
            point = body.at(OUT[side] * inner, down + _sag(body, share, inner / half))
            pairs.add(point, np.array([on_garment, y], np.float32))
        middle = body.at(0, down + _sag(body, share, 0))
        pairs.add(middle, np.array([shape.centre, y], np.float32))
    return edges


def _sag(body: Figure, share: float, aside: float) -> float:
    """How much lower than at its sides a top hangs in front: a hem runs around the body."""
    return 0.03 * body.scale * share * share * (1 - aside * aside)


def _edge(
    body: Figure,
    necks: Vector,
    tips: Vector,
    armpits: Vector,
    sides: tuple[list[Vector], list[Vector]],
) -> Vector:
    """The torso's outline, with room for what stands above the neck points and below the hem."""
    up, down = body.down * -0.22 * body.scale, body.down * 0.06 * body.scale
    lift = body.down * -0.03 * body.scale
    left = [necks[0] + up, tips[0] + lift, armpits[0], *sides[0], sides[0][-1] + down]
    right = [necks[1] + up, tips[1] + lift, armpits[1], *sides[1], sides[1][-1] + down]
    return np.array(left + right[::-1], np.float32)


def _sleeve(
    cut: Sleeve,
    body: Figure,
    arm: Arm,
    side: int,
    old_share: float,
    tip: Vector,
    armpit: Vector,
    across: float,
) -> SleeveFit:
    """Lay a sleeve along the arm's bones."""
    line = np.concatenate([(tip + armpit)[None] / 2, arm.line[1:]]).astype(np.float32)
    whole = length(line)
    share = across * cut.length / whole
    if share > LONG_SLEEVE:
        share = 1.0
    elif abs(old_share - share) < SAME_SLEEVE:
        share = max(share, old_share)
    outer, inner = [tip, *_deltoid(body, side, tip, line)], [armpit]
    radii: list[float] = []
    for step in np.linspace(0.12, 1, 14):
        distance = float(step * share * whole)
        point, normal = across_arm(line, distance, OUT[side], body.scale)
        bare = arm.radius(distance)
        seen = body.reach(point, normal, 2.4 * bare)
        seen = seen if seen < 2.0 * bare else 1.1 * bare
        half = HANGING * across * cut.cuff / 2 * (1.2 - 0.2 * float(step))
        radii.append(float(np.clip(max(half, 1.05 * seen), 1.1 * bare, 1.7 * bare)))
        outer.append(point + normal * np.mean(radii[-2:]))
        under = point - normal * float(np.clip(half, 1.1 * bare, 1.5 * bare))
        blend = float(np.clip((distance - 0.05 * body.scale) / (0.3 * body.scale), 0, 1))
        inner.append(under * blend + (0.6 * armpit + 0.4 * under) * (1 - blend))
    return SleeveFit(
        outer=resampled(np.array(outer, np.float32), SLICES),
        inner=resampled(np.array(inner, np.float32), SLICES),
        share=min(1.0, share),
    )


def _deltoid(body: Figure, side: int, tip: Vector, line: Vector) -> list[Vector]:
    """Points of the shoulder's curve between its tip and the arm's outer side."""
    joint = body.shoulders[side]
    _, normal = across_arm(line, 0.0, OUT[side], body.scale)
    start = (tip - joint) / max(float(np.linalg.norm(tip - joint)), 1e-6)
    points = []
    for turn in (0.33, 0.66):
        toward = start * (1 - turn) + normal * turn
        toward = toward / max(float(np.linalg.norm(toward)), 1e-6)
        reach = body.reach(joint, toward, 0.34 * body.scale) / body.scale
        radius = 0.16 if reach > 0.3 else float(np.clip(1.03 * reach, 0.12, 0.21))
        points.append(joint + toward * radius * body.scale)
    return points
