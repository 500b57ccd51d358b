"""The key points of a top that somebody wears, from the pose and from where it is seen."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Mask
from modera_bot.ml.colour import Flags
from modera_bot.ml.draft.drape import HANGING
from modera_bot.ml.draft.keypoints import ROWS, TopShape, upper_edge
from modera_bot.ml.draft.limbs import across_arm, bare_arm
from modera_bot.ml.draft.sleeves import SLICES, Sleeve, resampled
from modera_bot.ml.draft.torso import body_half
from modera_bot.ml.parsing.figure import OUT, SIDES, Figure, Vector, length, limb
from modera_bot.ml.parsing.parse import Parsing

#: Where an armpit is that no gap beside the torso shows, in torso lengths below the collar,
#: and between which it is looked for.
USUAL_ARMPIT, ARMPITS = 0.3, (0.2, 0.34)

#: Sleeves that cover less of the arm than this are but the edge of an armhole.
SHORTEST_SLEEVE = 0.14


def locate_worn(frame: Figure, parsed: Parsing, mask: Flags, hem: float) -> TopShape:
    """The key points of the top that `mask` shows, down to `hem` pixels below the collar."""
    return _TopOf(frame, parsed, mask).shape(hem)


def torso_region(rows: Vector, armpits: Vector, size: tuple[int, ...]) -> Flags:
    """The torso below the armpits, as its rows say: hands beside it cover none of it."""
    left, right = (np.concatenate([armpits[s][None], rows[:, [1 + s, 0]]]) for s in SIDES)
    torso = np.zeros(size, np.uint8)
    cv2.fillPoly(torso, [np.rint(np.concatenate([left, right[::-1]])).astype(np.int32)], 1)
    return torso > 0


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
        beside = self.mask & ~torso_region(rows, armpits, self.mask.shape)
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
        return np.asarray(beyond & (limb(self.mask.shape, line, radii) > 0.5))
