"""Finds where a top's armpits, shoulders, neck, hem and sleeves are, from its outline.

Sides are those of the picture (see `figure`). Lengths that are called shares are shares of
the garment's height, or of the half chest where the text says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.draft.colour import Colours, blur, large_parts, opened, to_lab
from modera_bot.ml.draft.figure import OUT, SIDES, Vector
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.sleeves import Sleeve, sleeve

Flags = NDArray[np.bool_]

#: An armhole's depth below the top of a sleeveless garment, over the chest's width, at least.
ARMHOLE = 0.5

#: Where, from the top, an armpit usually is when folded sleeves hide it.
HIDDEN_ARMPIT = 0.36

#: Half the torso over half the garment's width when sleeves are folded beside it.
FOLDED_TORSO = 0.62

#: A garment wider than this (over its height), yet without armpits, has folded sleeves.
FOLDED_ASPECT = 0.84

#: Below this share of the height a dent is no armpit: it is a waist or the gap beside a cuff.
LOWEST_ARMPIT = 0.47

#: Sleeves shorter than this share of the chest are just the edge of an armhole.
SHORTEST_SLEEVE = 0.20

#: Necklines are seldom flatter than this, depth over width.
USUAL_NECK = 0.3

#: Shares of the way from armpit to hem at which the torso's width is taken.
ROWS = (0.06, 0.21, 0.37, 0.52, 0.68, 0.83, 0.985)


@dataclass(frozen=True, slots=True)
class TopShape:
    """Key points of a top, in pixels of its cut-out; by side (2, 2): side, then x, y.

    `rows` is (n, 3): y, and the torso's left and right edge there. `neck_depth` is how far
    the front neckline hangs below the neck points. `shoulder_line` is the garment's upper
    edge: y for each x, −1 outside.
    """

    centre: float
    top: float
    bottom: float
    necks: Vector
    tips: Vector
    armpits: Vector
    rows: Vector
    neck_depth: float
    shoulder_line: NDArray[np.int32]
    sleeves: tuple[Sleeve | None, Sleeve | None]

    @property
    def neck_y(self) -> float:
        return float(self.necks[:, 1].mean())

    @property
    def neck_width(self) -> float:
        return float(self.necks[1, 0] - self.necks[0, 0])

    @property
    def chest(self) -> float:
        """Width from armpit to armpit."""
        return float(np.linalg.norm(self.armpits[1] - self.armpits[0]))

    @property
    def sleeved(self) -> bool:
        return any(self.sleeves)


@dataclass(frozen=True, slots=True)
class _Outline:
    """The silhouette and its frame."""

    mask: Flags
    left: int
    right: int
    top: int
    bottom: int
    centre: float

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    def torso(self, y: float) -> tuple[int, int] | None:
        """The run of garment in the row that holds the centre, or lies nearest to it."""
        return run_at(self.mask[int(np.clip(y, 0, len(self.mask) - 1))], self.centre)


def locate(garment: CutOut) -> TopShape | None:
    """The key points of the top in `garment`, or None where its outline is none of a top."""
    outline = _outline(garment.mask)
    if outline is None:
        return None
    armpits, fold = _sleeved_armpits(outline)
    shoulder_line = _upper_edge(outline.mask)
    sleeves: tuple[Sleeve | None, Sleeve | None] = (None, None)
    if armpits is not None:
        tips = _tips(outline, shoulder_line, armpits)
        torso = _torso_mask(outline, armpits, fold)
        left, right = (sleeve(outline.mask & ~torso, tips[s], armpits[s], OUT[s]) for s in SIDES)
        chest = float(armpits[1, 0] - armpits[0, 0])
        if max(one.length if one else 0 for one in (left, right)) >= SHORTEST_SLEEVE * chest:
            sleeves = left, right
    if armpits is None or not any(sleeves):
        armpits, fold = _sleeveless_armpits(outline), None
        tips = _strap_tips(outline, shoulder_line, armpits)
    necks = _necks(outline, shoulder_line, armpits, tips)
    necks, neck_depth = _neckline(blur(to_lab(garment.colour), 1), outline, shoulder_line, necks)
    return TopShape(
        centre=outline.centre,
        top=float(outline.top),
        bottom=float(np.flatnonzero(outline.mask[:, int(outline.centre)]).max()),
        necks=necks,
        tips=tips,
        armpits=armpits,
        rows=_rows(outline, armpits, fold),
        neck_depth=neck_depth,
        shoulder_line=shoulder_line,
        sleeves=sleeves,
    )


def runs(row: Flags) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    steps = np.diff(np.concatenate([[0], row.astype(np.int16), [0]]))
    return list(
        zip(np.flatnonzero(steps == 1).tolist(), (np.flatnonzero(steps == -1) - 1).tolist())
    )


def run_at(row: Flags, x: float) -> tuple[int, int] | None:
    """The run that holds x, or else the nearest one."""
    return min(runs(row), key=lambda run: max(run[0] - x, x - run[1], 0), default=None)


def _outline(mask: Flags) -> _Outline | None:
    mask = large_parts(opened(mask, 2), 0.5)
    if mask.sum() < 400:
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1])
    height = bottom - top + 1
    middles = []
    for y in range(int(top + 0.35 * height), int(bottom - 0.05 * height), 3):
        widest = max(runs(mask[y]), key=lambda run: run[1] - run[0], default=None)
        if widest:
            middles.append(sum(widest) / 2)
    if not middles or height < 40:
        return None
    centre = float(np.median(middles))
    if not mask[:, int(centre)].any():
        return None
    return _Outline(mask, int(columns[0]), int(columns[-1]), top, bottom, centre)


def _upper_edge(mask: Flags) -> NDArray[np.int32]:
    return np.where(mask.any(axis=0), mask.argmax(axis=0), -1).astype(np.int32)


def _sleeved_armpits(outline: _Outline) -> tuple[Vector | None, float | None]:
    """The armpits between sleeves and torso, and half the torso where sleeves are folded.

    None, None: there are no sleeves.
    """
    pits = _notches(outline)
    centre, height = outline.centre, outline.height
    if all(pit is None for pit in pits):
        half = _folded_torso(outline)
        if half is None:
            return None, None
    else:
        mirrored = [
            pit if pit is not None else (2 * centre - other[0], other[1])
            for pit, other in zip(pits, reversed(pits))
            if pit is not None or other is not None
        ]
        armpits = np.array(mirrored, np.float32)
        if armpits[:, 1].mean() <= outline.top + LOWEST_ARMPIT * height:
            return armpits, None
        half = float(np.abs(armpits[:, 0] - centre).mean())  # cuffs end there, not armpits
    y = outline.top + HIDDEN_ARMPIT * height
    return np.array([[centre + out * half * 1.02, y] for out in OUT], np.float32), half


def _notches(outline: _Outline) -> list[tuple[float, float] | None]:
    """On each side the deepest dent of the outline that opens downwards beside the torso."""
    contours, _ = cv2.findContours(
        outline.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    contour = max(contours, key=cv2.contourArea)
    hull = np.sort(cv2.convexHull(contour, returnPoints=False).reshape(-1, 1), axis=0)[::-1]
    defects = cv2.convexityDefects(contour, np.ascontiguousarray(hull))
    found: list[tuple[float, float] | None] = [None, None]
    best = [0.025 * outline.height] * 2
    upper = np.flatnonzero(outline.mask[outline.top :][: outline.height // 2].any(axis=0))
    reach = float(upper[-1] - upper[0])
    for start, end, deepest, depth in [] if defects is None else defects.reshape(-1, 4):
        x, y = (float(value) for value in contour[deepest, 0])
        ends = contour[[start, end], 0]
        side = int(x >= outline.centre)
        outer = max((ends[:, 0] - x) * OUT[side])
        share = (y - outline.top) / outline.height
        if (
            depth / 256 > best[side]
            and 0.16 < share < 0.80
            and abs(x - outline.centre) >= 0.26 * reach
            and outer >= 0.03 * outline.width
            and ends[:, 1].max() >= y
            and (
                share < LOWEST_ARMPIT or _angle(contour[:, 0], deepest, 0.05 * outline.height) < 100
            )
        ):
            found[side], best[side] = (x, y), depth / 256
    return found


def _angle(contour: NDArray[np.int32], corner: int, reach: float) -> float:
    """The angle, in degrees, that the outline makes at one of its points."""
    before, after = (
        contour[(corner + step) % len(contour)] - contour[corner]
        for step in (-round(reach), round(reach))
    )
    cosine = before @ after / max(float(np.linalg.norm(before) * np.linalg.norm(after)), 1e-6)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _folded_torso(outline: _Outline) -> float | None:
    """Half the torso's width when long sleeves lie folded beside it; None: they don't.

    A notch in the lower edge, between cuff and hem, tells; else the mere width does.
    """
    lower = np.where(
        outline.mask.any(axis=0), len(outline.mask) - 1 - outline.mask[::-1].argmax(axis=0), -1
    )
    halves = []
    for out in OUT:
        near, far = (int(outline.centre + out * share * outline.width / 2) for share in (0.4, 0.88))
        columns = np.arange(near, far, int(out)).clip(0, len(lower) - 1)
        if len(columns) < 4:
            continue
        edge = cv2.GaussianBlur(lower[columns].astype(np.float32)[None], (0, 0), 2)[0]
        dent = int(edge.argmin())
        depth = min(edge[: max(1, dent)].max(), edge[dent:].max()) - edge[dent]
        if depth > 0.006 * outline.height:
            halves.append(abs(columns[dent] - outline.centre))
    aspect = outline.width / outline.height
    if len(halves) == 2 or (halves and aspect > FOLDED_TORSO):
        return float(np.mean(halves))
    return FOLDED_TORSO * outline.width / 2 if aspect > FOLDED_ASPECT else None


def _torso_mask(outline: _Outline, armpits: Vector, fold: float | None) -> Flags:
    """Below the armpits, the garment without its sleeves."""
    torso = np.zeros_like(outline.mask)
    for y in range(int(armpits[:, 1].min()), outline.bottom + 1):
        run = outline.torso(y)
        if run and fold:
            run = max(run[0], int(outline.centre - fold)), min(run[1], int(outline.centre + fold))
        if run:
            torso[y, run[0] : run[1] + 1] = True
    return torso


def _sleeveless_armpits(outline: _Outline) -> Vector:
    """Where the torso first gets nearly as wide as it will be in its upper half."""
    upper = [outline.torso(y) for y in range(outline.top, outline.top + outline.height // 2)]
    widths = np.array([run[1] - run[0] if run else 0 for run in upper])
    first = int((widths >= 0.93 * widths.max()).argmax())
    # a wide shoulder covers the armhole: it is at least so deep, in widths of the chest
    first = min(max(first, round(ARMHOLE * float(widths.max()))), len(upper) - 1)
    run = upper[first] or (outline.left, outline.right)
    return np.array([[x, outline.top + first] for x in run], np.float32)


def _tips(outline: _Outline, line: NDArray[np.int32], armpits: Vector) -> Vector:
    """The shoulder points: on the upper edge, nearly above the armpits."""
    x = outline.centre + (armpits[:, 0] - outline.centre) * 0.93
    columns = np.rint(x).astype(int).clip(outline.left, outline.right)
    return np.stack([columns, line[columns]], axis=1).astype(np.float32)


def _strap_tips(outline: _Outline, line: NDArray[np.int32], armpits: Vector) -> Vector:
    """The outer ends of the straps: the outermost points near the top of each side."""
    tips = []
    for side in SIDES:
        half = (armpits[side, 0] - outline.centre) * OUT[side]
        columns = outline.centre + OUT[side] * np.arange(0.12 * half, 1.1 * half)
        columns = columns.astype(int).clip(outline.left, outline.right)
        heights = line[columns]
        near_top = columns[heights <= heights[heights >= 0].min() + 0.07 * outline.height]
        x = near_top[-1]
        tips.append((x, line[x]))
    return np.array(tips, np.float32)


def _necks(outline: _Outline, line: NDArray[np.int32], armpits: Vector, tips: Vector) -> Vector:
    """Where shoulders meet the neck: the upper edge's largest bulge over a straight line."""
    necks = []
    for side in SIDES:
        half = abs(float(armpits[side, 0]) - outline.centre)
        inner, outer = 0.10 * half, abs(float(tips[side, 0]) - outline.centre)
        columns = (outline.centre + OUT[side] * np.arange(inner, max(outer, inner + 1))).astype(int)
        columns = columns.clip(outline.left, outline.right)
        heights = line[columns].astype(np.float32)
        chord = np.linspace(heights[0], heights[-1], len(columns))
        x = int(columns[(chord - heights).argmax()])
        if not 0.15 * half <= abs(x - outline.centre) <= 0.75 * half:
            x = int(outline.centre + OUT[side] * 0.38 * half)
        necks.append((x, line[x]))
    return np.array(necks, np.float32)


def _rows(outline: _Outline, armpits: Vector, fold: float | None) -> Vector:
    first = float(armpits[:, 1].max())
    last = float(np.flatnonzero(outline.mask[:, int(outline.centre)]).max())
    rows = []
    for share in ROWS:
        y = first + (last - first) * share
        left, right = outline.torso(y) or (outline.left, outline.right)
        if fold:
            left = max(left, int(outline.centre - fold))
            right = min(right, int(outline.centre + fold))
        rows.append((y, left, right))
    return np.array(rows, np.float32)


def _neckline(
    lab: Colours, outline: _Outline, line: NDArray[np.int32], necks: Vector
) -> tuple[Vector, float]:
    """The front neckline: its two ends on the shoulders, and how deep it hangs below them.

    Of half ellipses hung between the shoulders, the one with the strongest contrast all along
    it: it parts the front from the inside of the back, which lies in shadow. A straight
    stripe contrasts but in places. `necks`, the collar's ends, is where the search begins.
    """
    collar, middle = float(necks[1, 0] - necks[0, 0]), float(necks[:, 0].mean())
    turn = np.linspace(0.08, 0.92, 33) * np.pi
    step = max(1.5, 0.03 * collar)
    best, found, depth = 12.0, necks, 0.0
    for width in np.arange(0.9, 1.6, 0.07) * collar:
        columns = np.rint(middle + np.array([-0.5, 0.5]) * width).astype(int)
        if (columns < outline.left).any() or (columns > outline.right).any():
            break
        ends = np.stack([columns, line[columns]], axis=1).astype(np.float32)
        across, hang = np.cos(turn) * width / 2, np.sin(turn)
        for drop in np.arange(0.16, 1.0, 0.025) * collar:
            rim = ends.mean(axis=0) + np.stack([across, hang * drop], axis=1)
            normal = np.stack([np.cos(turn) * drop, np.sin(turn) * width / 2], axis=1)
            normal *= step / np.linalg.norm(normal, axis=1, keepdims=True)
            inside, outside = (_samples(lab, rim + sign * normal) for sign in (-1, 1))
            contrast = np.minimum(np.linalg.norm(inside - outside, axis=1), 25)
            shade = (outside[:, 0] - inside[:, 0]).clip(-25, 25)
            flat = max(0.0, USUAL_NECK - drop / width)
            score = float(contrast.mean() + 0.6 * shade.mean() - 60 * flat)
            if score > best:
                best, found, depth = score, ends, float(drop)
    if depth:
        return found, depth
    dip = float(line[int(outline.centre)]) - float(necks[:, 1].mean())
    return necks, dip if dip > 0.12 * collar else 0.38 * collar


def _samples(lab: Colours, points: NDArray[np.float64]) -> Colours:
    height, width = lab.shape[:2]
    x, y = np.rint(points).astype(int).clip(0, (width - 1, height - 1)).T
    return lab[y, x]
