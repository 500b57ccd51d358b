"""Takes a top off the person who wears it in its picture: the cut-out and its key points.

A product shot shows a garment's outline; here the pose says where its parts are. What is
hidden by an arm, a hand or hair is not there to be drawn, so all of that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Code
from modera_bot.ml.anatomy import Landmark, measure, seen
from modera_bot.ml.base import Body, Mask, Person, Picture
from modera_bot.ml.colour import (
    Flags,
    blur,
    closed,
    filled_holes,
    grown,
    large_parts,
    opened,
    shrunk,
    to_floats,
)
from modera_bot.ml.draft.drape import HANGING
from modera_bot.ml.draft.garment import CARRIED, CutOut, carried
from modera_bot.ml.draft.keypoints import ROWS, TopShape, upper_edge
from modera_bot.ml.draft.limbs import across_arm, bare_arm
from modera_bot.ml.draft.person_gates import LEAST_SCORE, Verdict, judge_person
from modera_bot.ml.draft.sleeves import SLICES, Sleeve, resampled
from modera_bot.ml.draft.torso import body_half
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, capsule, figure, length
from modera_bot.ml.parsing.parse import Parsing, parse

#: A person, not the shape of one in empty clothes: how sure the detector and the elbows are.
LEAST_DETECTION, LEAST_ELBOWS = 0.68, 0.7

#: A garment is cut along the outline of who wears it, so that must be surer than when dressing.
LEAST_AGREEMENT = 0.86

#: Without this much skin, of the outline, no parsing tells clothes from body; nor does it
#: where half of the garment differs less from skin (ΔE).
LEAST_SKIN, LEAST_SKIN_CONTRAST = 0.03, 18.0

#: The garment is taken as seen from straight ahead: the most that shoulders turn or the torso
#: leans, in degrees.
MOST_YAW, MOST_LEAN = 25.0, 10.0

#: How much of the torso's front hair and the like may cover.
MOST_HIDDEN = 0.06

#: Where an armpit is that no gap beside the torso shows, in torso lengths below the collar,
#: and between which it is looked for.
USUAL_ARMPIT, ARMPITS = 0.3, (0.2, 0.34)

#: Sleeves that cover less of the arm than this are but the edge of an armhole.
SHORTEST_SLEEVE = 0.14

#: A worn top's edge is this much inside what parsing found, in pixels: what lies on it is mixed.
INSET = 1.5

#: The last of the torso's length above the hem shows what is worn below, too.
HEM_INSET = 0.012

#: Of the garment, hands beside the torso may cover this much: it is made up from what is near.
MOST_MADE_UP = 0.018


@dataclass(frozen=True, slots=True)
class WornTop:
    """A top as it was cut from who wears it."""

    cut: CutOut
    shape: TopShape


def wearer(body: Body) -> Person | None:
    """Who wears the garment in its picture: a person, not a dummy or a print; or None."""
    return next((person for person in body.people if _is_person(person)), None)


def _is_person(person: Person) -> bool:
    elbows = (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW)
    return (
        person.score >= LEAST_SCORE
        and person.detection > LEAST_DETECTION
        and seen(person, elbows) > LEAST_ELBOWS
        and person.face is not None
    )


def judge_worn(body: Body) -> Verdict:
    """Whether what somebody wears may be taken off, judged by the pose alone."""
    person = wearer(body)
    well = person is not None and _stands_well(person, body)
    return Verdict(None if well else Code.GARMENT_ON_PERSON)


def take_off(picture: Picture, body: Body) -> WornTop | None:
    """The top that the only person in `picture` wears, or None where it isn't seen whole.

    Takes as long as parsing a photo. Of the person nothing is left in the result.
    """
    person = wearer(body)
    if person is None or not _stands_well(person, body):
        return None
    frame = figure(person)
    parsed = parse(picture, person, frame)
    if parsed.hem is None or parsed.skin_contrast < LEAST_SKIN_CONTRAST:
        return None
    skin = float((parsed.skin * person.mask).sum() / max(float(person.mask.sum()), 1.0))
    if skin < LEAST_SKIN:
        return None
    hem = parsed.hem - HEM_INSET * frame.torso
    mask = _region(parsed, frame, hem)
    if _ends_outside(hem, frame) or _hidden(mask, hem, frame) > MOST_HIDDEN:
        return None
    shape = _TopOf(frame, parsed, mask).shape(hem)
    made_up = _torso(shape.rows, shape.armpits, mask.shape) & ~mask
    if made_up.sum() > MOST_MADE_UP * mask.sum():
        return None
    return WornTop(_cut(picture, mask, made_up), shape)


def _stands_well(person: Person, body: Body) -> bool:
    """Whether the garment is seen from straight ahead with nothing before it."""
    figures = measure(person)
    shape = person.mask.shape
    return (
        len(body.people) == 1
        and judge_person(body, (shape[0], shape[1]), Category.TOPS).fault is None
        and person.mask_agreement > LEAST_AGREEMENT
        and figures.hands_in_front == 0
        and figures.yaw < MOST_YAW
        and figures.lean < MOST_LEAN
    )


def _region(parsed: Parsing, frame: Figure, hem: float) -> Flags:
    """The garment down to the hem, without crumbs, slits and specks that parsing left."""
    mask = closed(parsed.top > 0.5, 0.012 * frame.scale)
    across, down = frame.axes()
    mask &= (down < hem) | (np.abs(across) > 0.62 * frame.scale)  # long sleeves go on
    mask = filled_holes(opened(mask, 0.015 * frame.scale), 0.01)
    hands = grown(np.maximum(*parsed.hands) > 0.5, 0.015 * frame.scale)
    return large_parts(mask & (frame.mask > 0.5) & ~hands, 0.5)


def _ends_outside(hem: float, frame: Figure) -> bool:
    """Whether the photo ends above the garment's hem."""
    return bool(frame.at(0, hem)[1] > frame.mask.shape[0] - 3)


def _hidden(mask: Flags, hem: float, frame: Figure) -> float:
    """The share of the torso's front, between chest and hem, that is not garment."""
    across, down = frame.axes()
    front = (np.abs(across) < 0.36 * frame.scale) & (down > 0.3 * frame.torso) & (down < 0.96 * hem)
    return float((front & ~mask).sum() / max(front.sum(), 1))


def _torso(rows: Vector, armpits: Vector, size: tuple[int, ...]) -> Flags:
    """The torso below the armpits, as its rows say: hands beside it cover none of it."""
    left, right = (np.concatenate([armpits[s][None], rows[:, [1 + s, 0]]]) for s in SIDES)
    torso = np.zeros(size, np.uint8)
    cv2.fillPoly(torso, [np.rint(np.concatenate([left, right[::-1]])).astype(np.int32)], 1)
    return torso > 0


def _cut(picture: Picture, mask: Flags, made_up: Flags) -> CutOut:
    core = shrunk(mask, INSET + 1)
    mask = opened(mask | made_up, INSET)
    around = grown(mask, CARRIED) & ~core
    colour = carried(to_floats(picture), core, around)
    colour[~(core | around)] = 0.5  # nothing of who wears it
    alpha = blur(shrunk(mask, INSET).astype(np.float32), 0.9)
    return CutOut(colour, alpha, background_share=1.0, border_touch=0.0, noise=0.0)


class _TopOf:
    """Finds the key points of the top that `mask` shows on a body."""

    def __init__(self, frame: Figure, parsed: Parsing, mask: Flags) -> None:
        self.frame, self.parsed, self.mask = frame, parsed, mask
        self.region: Mask = mask.astype(np.float32)
        self.line = upper_edge(mask)
        self.centre = float(frame.at(0, 0.4 * frame.torso)[0])

    def shape(self, hem: float) -> TopShape:
        armpits = np.stack([self._armpit(side) for side in SIDES])
        sleeved = [float(end) > SHORTEST_SLEEVE for end in self.parsed.sleeve_ends]
        tips = np.stack([self._tip(side) if sleeved[side] else self._strap(side) for side in SIDES])
        necks = np.stack([self._neck(side, tips[side]) for side in SIDES])
        rows = self._rows(armpits, hem)
        beside = self.mask & ~_torso(rows, armpits, self.mask.shape)
        sleeves = [
            self._sleeve(side, tips[side], armpits[side], beside) if sleeved[side] else None
            for side in SIDES
        ]
        column = self.line[round(self.centre)]
        return TopShape(
            centre=self.centre,
            bottom=float(self.frame.at(0, hem)[1]),
            necks=necks,
            tips=tips,
            armpits=armpits,
            rows=rows,
            neck_depth=max(float(column - necks[:, 1].mean()), 0.0),
            shoulder_line=self.line,
            sleeves=(sleeves[0], sleeves[1]),
        )

    def _armpit(self, side: int) -> Vector:
        """The upper end of the gap between torso and arm, or where armpits usually are."""
        frame = self.frame
        down = USUAL_ARMPIT * frame.torso
        for share in np.arange(ARMPITS[0], ARMPITS[1], 0.01):
            usual = 0.46 * frame.scale
            start = frame.at(0, float(share) * frame.torso)
            if frame.reach(start, OUT[side] * frame.right, 1.25 * usual) < 1.2 * usual:
                down = float(share) * frame.torso
                break
        half = body_half(frame, self.parsed, down, side)
        return frame.at(OUT[side] * half, down)

    def _tip(self, side: int) -> Vector:
        """The seam of the shoulder: on the upper edge, up and out from the joint."""
        frame = self.frame
        x = float(frame.shoulders[side, 0]) + OUT[side] * 0.09 * frame.scale
        return self._on_edge(x)

    def _strap(self, side: int) -> Vector:
        """The outer end of what lies on the shoulder."""
        shoulder = self.frame.shoulders[side]
        reach = np.arange(0.2, 0.75, 0.01) * self.frame.scale
        columns = np.rint(self.centre + OUT[side] * reach).astype(int)
        columns = columns.clip(0, len(self.line) - 1)
        heights = self.line[columns]
        lies = (heights >= 0) & (heights < shoulder[1] + 0.05 * self.frame.scale)
        return self._on_edge(float(columns[lies][-1]) if lies.any() else float(shoulder[0]))

    def _on_edge(self, x: float) -> Vector:
        column = int(np.clip(round(x), 0, len(self.line) - 1))
        return np.array([x, max(self.line[column], 0)], np.float32)

    def _neck(self, side: int, tip: Vector) -> Vector:
        """Where shoulder and neckline meet: the upper edge's highest point."""
        near = self.centre + OUT[side] * 0.1 * self.frame.scale
        columns = np.arange(near, float(tip[0]), OUT[side]).astype(int)
        columns = columns[self.line[columns.clip(0, len(self.line) - 1)] >= 0]
        if not len(columns):
            return self._on_edge(near)
        return self._on_edge(float(columns[self.line[columns].argmin()]))

    def _rows(self, armpits: Vector, hem: float) -> Vector:
        """The torso's edges from the armpits to the hem; arms beside it don't count."""
        frame = self.frame
        first = float(np.mean([frame.place(armpit)[1] for armpit in armpits]))
        rows = []
        for share in ROWS:
            down = first + (hem - first) * share
            y = float(frame.at(0, down)[1])
            halves = [body_half(frame, self.parsed, down, side) for side in SIDES]
            left, right = (float(frame.at(OUT[s] * halves[s], down)[0]) for s in SIDES)
            rows.append((y, left, right))
        return np.array(rows, np.float32)

    def _sleeve(self, side: int, tip: Vector, armpit: Vector, beside: Flags) -> Sleeve | None:
        """The sleeve along the arm; its edges are where the cloth ends across the arm."""
        frame, end = self.frame, float(self.parsed.sleeve_ends[side])
        arm = bare_arm(frame, side, end)
        line = np.concatenate([(tip + armpit)[None] / 2, arm.line[1:]]).astype(np.float32)
        covers = length(line) - (1 - min(end, 1.0)) * length(arm.line)
        if covers < SHORTEST_SLEEVE * frame.scale:
            return None
        outer, inner = [tip], [armpit]
        for distance in np.linspace(0.1, 1, 12) * covers:
            point, normal = across_arm(line, float(distance), OUT[side], frame.scale)
            limit = 1.9 * arm.radius(float(distance))
            out, back = (
                frame.reach(point, sign * normal, limit, self.region) for sign in (1.0, -1.0)
            )
            outer.append(point + normal * np.float32(max(out, 0.5 * limit)))
            under = point - normal * np.float32(np.clip(back, 0.4 * limit, 0.75 * limit))
            hangs = np.float32(max(0.0, 1 - distance / (0.45 * frame.scale)))  # by the armpit
            inner.append(under + (armpit - under) * hangs)
        edges = [resampled(np.array(edge, np.float32), SLICES) for edge in (outer, inner)]
        worn_width = float(np.linalg.norm(edges[0][-1] - edges[1][-1]))
        return Sleeve(
            outer=edges[0],
            inner=edges[1],
            length=covers,
            cuff=worn_width / HANGING,  # as wide as it would lie flat
            region=beside & self._beyond_armhole(side, line, tip, armpit),
        )

    def _beyond_armhole(self, side: int, line: Vector, tip: Vector, armpit: Vector) -> Flags:
        """About the arm, outward of the armhole."""
        frame, hole = self.frame, armpit - tip
        height, width = self.mask.shape
        x = np.arange(width, dtype=np.float32)[None, :] - tip[0]
        y = np.arange(height, dtype=np.float32)[:, None] - tip[1]
        beyond = (x * hole[1] - y * hole[0]) * OUT[side] > 0
        radii = (0.24 * frame.scale, 0.2 * frame.scale)
        on_arm = [capsule(self.mask.shape, a, b, radii) > 0.5 for a, b in pairwise(line)]
        return np.asarray(beyond & (on_arm[0] | on_arm[1]))
