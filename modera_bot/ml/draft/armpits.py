"""Finds where sleeves meet the torso, also where they are folded, and where there are none."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.colour import Flags
from modera_bot.ml.draft.outline import Outline
from modera_bot.ml.parsing.figure import OUT, Vector

#: How far an armpit is below the shoulder, over the chest's width: at most, and usually.
DEEPEST_ARMPIT, USUAL_ARMPIT = 0.75, 0.6

#: Where, from the top, an armpit usually is when folded sleeves hide it.
HIDDEN_ARMPIT = 0.36

#: Half the torso over half the garment's width when sleeves are folded beside it.
FOLDED_TORSO = 0.62

#: A garment wider than this (over its height), yet without armpits, has folded sleeves.
FOLDED_ASPECT = 0.84

#: Below this share of the height a dent is no armpit: it is a waist or the gap beside a cuff.
LOWEST_ARMPIT = 0.47

#: How far apart the two armpits may be in height, as a share of the garment's.
LEVEL = 0.02

#: A garment longer than this, over its upper half's width, is a dress: its waist is no armpit.
LONGEST_TOP = 1.9

#: An armhole's depth below the top of a sleeveless garment, over the chest's width, at least.
ARMHOLE = 0.5


@dataclass(frozen=True, slots=True)
class Overlap:
    """Sleeves lie on or against the torso: it is `half` wide on each side down to row `until`."""

    half: float
    until: float


def torso_run(outline: Outline, y: float, overlap: Overlap | None) -> tuple[int, int] | None:
    """First and last column of the torso in a row below the armpits."""
    run = outline.torso(y)
    if run is None or overlap is None or y > overlap.until:
        return run
    left, right = (int(outline.centre + out * overlap.half) for out in OUT)
    return max(run[0], left), min(run[1], right)


def sleeved_armpits(outline: Outline) -> tuple[Vector | None, Overlap | None]:
    """The armpits between sleeves and torso, and where sleeves lie against it.

    None, None: there are no sleeves.
    """
    left, right = _notches(outline)
    centre = outline.centre
    if left is None and right is None:
        half = _folded_torso(outline)
        if half is None:
            return None, None
    else:
        left = left or (2 * centre - right[0], right[1]) if right else left
        right = right or (2 * centre - left[0], left[1]) if left else right
        armpits = np.array([left, right], np.float32)
        half = float(np.abs(armpits[:, 0] - centre).mean())
        y = float(armpits[:, 1].mean())
        shoulder = min(_upper_end(outline, centre + out * 0.93 * half) for out in OUT)
        if y <= outline.shoulders + LOWEST_ARMPIT * outline.length:
            if y - shoulder <= DEEPEST_ARMPIT * 2 * half:
                return armpits, None
            lowest, y = y, shoulder + USUAL_ARMPIT * 2 * half  # short sleeves on the torso
            armpits[:, 1] = y
            return armpits, Overlap(half, lowest)
        # what was found is where the cuffs of long sleeves end
    y = outline.shoulders + HIDDEN_ARMPIT * outline.length
    armpits = np.array([[centre + out * half * 1.02, y] for out in OUT], np.float32)
    return armpits, Overlap(half, outline.bottom)


def sleeveless_armpits(outline: Outline) -> Vector:
    """Where the torso first gets nearly as wide as it will be in its upper half."""
    upper = [outline.torso(y) for y in range(outline.top, outline.top + outline.height // 2)]
    widths = np.array([run[1] - run[0] if run else 0 for run in upper])
    # as far down as a top's upper half at most: below it a dress gets wider again
    widths = widths[: max(1, int(widths[: len(widths) // 2].max()))]
    first = int((widths >= 0.93 * widths.max()).argmax())
    # a wide shoulder covers the armhole: it is at least so deep, in widths of the chest
    first = min(max(first, round(ARMHOLE * float(widths.max()))), len(widths) - 1)
    run = upper[first] or (outline.left, outline.right)
    return np.array([[x, outline.top + first] for x in run], np.float32)


def torso_mask(outline: Outline, armpits: Vector, overlap: Overlap | None) -> Flags:
    """Below the armpits, the garment without its sleeves."""
    torso = np.zeros_like(outline.mask)
    inside = np.rint(armpits[:, 0]).astype(int)
    parted = armpits[:, 1].max() + LEVEL * outline.height
    for y in range(int(armpits[:, 1].min()), outline.bottom + 1):
        run = torso_run(outline, y, overlap)
        if run and y < parted:  # one sleeve may still be joined to the torso where the other isn't
            run = max(run[0], inside[0]), min(run[1], inside[1])
        if run:
            torso[y, run[0] : run[1] + 1] = True
    return torso


def _upper_end(outline: Outline, x: float) -> int:
    """The uppermost garment pixel of a column."""
    column = int(np.clip(x, outline.left, outline.right))
    return int(outline.mask[:, column].argmax())


def _notches(outline: Outline) -> list[tuple[float, float] | None]:
    """On each side the deepest dent of the outline that opens downwards beside the torso."""
    contours, _ = cv2.findContours(
        outline.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    contour = max(contours, key=cv2.contourArea)
    points = np.asarray(contour, np.int32)[:, 0]
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
        share = (y - outline.shoulders) / min(outline.length, LONGEST_TOP * reach)
        if (
            depth / 256 > best[side]
            and 0.16 < share < 0.80
            and abs(x - outline.centre) >= 0.26 * reach
            and outer >= 0.03 * outline.width
            and ends[:, 1].max() >= y
            and (share < LOWEST_ARMPIT or _angle(points, deepest, 0.05 * outline.height) < 100)
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


def _folded_torso(outline: Outline) -> float | None:
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
    aspect = outline.width / outline.length
    if len(halves) == 2 or (halves and aspect > FOLDED_TORSO):
        return float(np.mean(halves))
    return FOLDED_TORSO * outline.width / 2 if aspect > FOLDED_ASPECT else None
