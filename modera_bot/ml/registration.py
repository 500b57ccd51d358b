"""Where a generated picture lies on the photo that it was made from.

Image models return the same scene a few pixels aside, a little larger, in warmer light. The
similarity (shift, scale, turn) that brings it back is found by direct alignment (Baker and
Matthews, "Lucas-Kanade 20 Years On", IJCV 2004: inverse compositional, coarse to fine), on
edges outside of what was to change, with brightness and contrast left free and what doesn't
fit left out of account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask, Picture
from modera_bot.ml.colour import Flags, blur, resized

#: Coarse to fine: with edges of so many pixels, so many times, and what differs by no more than
#: so many grey levels is never taken for something else.
COARSE = ((108, 12, 60.0), (216, 10, 40.0), (432, 6, 20.0))
FINE = ((864, 4, 8.0),)
#: Two beginnings: without the edges within what was to change, and with so much of them.
INSIDE = (0.0, 0.2)
#: So many of the strongest edges count at each level.
EDGES = 8_000
#: Fewer than this tell nothing.
LEAST_EDGES = 200
#: Medians and percentiles of edges are those of so many of them.
MANY = 5000

#: Beyond these it is another picture, not another place: shares of the edge, and radians.
MOST_SHIFT, MOST_SCALE, MOST_TURN = 0.08, 0.10, 0.08
#: A place is other only if it is so many pixels away somewhere (of 864), and fits better by this.
LEAST_SHIFT, BETTER = 0.35, 0.92

#: A step of fewer pixels is the last one.
STILL = 0.01

Matrix = NDArray[np.float64]
#: (1, 256, 3): the new value of each value of each channel.
Curves = NDArray[np.uint8]
Values = NDArray[np.floating]
Floats = NDArray[np.float32]
Grey = NDArray[np.uint8]
Levels = Sequence[tuple[int, int, float]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the photo's points are in the generated picture, both in the range -0.5 to 0.5 of
    the longer edge around their middles: (x, y) is at scale · turned (x, y) + shift."""

    scale: float = 1.0
    turn: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)

    def matrix(self, width: int, height: int) -> Matrix:
        """The same in pixels of pictures of one size, for cv2.warpAffine's inverse map."""
        edge, cos, sin = max(width, height), np.cos(self.turn), np.sin(self.turn)
        linear = self.scale * np.array([[cos, -sin], [sin, cos]])
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        offset = middle + edge * np.array(self.shift) - linear @ middle
        return np.column_stack([linear, offset])

    @property
    def furthest(self) -> float:
        """How far a corner of a square picture is moved, as a share of its edge."""
        linear = self.matrix(1, 1)[:, :2] - np.eye(2)
        return float(np.abs(linear).sum(axis=1).max() / 2 + np.abs(self.shift).max())


HERE = Place()


def place_of(photo: Picture, generated: Picture, changed: Mask) -> Place:
    """Where `photo` lies in `generated`, of the same size, judged outside of `changed`.

    `HERE` where it lies where it should, or where nothing can be said.
    """
    return Edges.of(photo, changed).place_in(generated)


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of a photo that tell where it lies, before there is a generated picture.

    `levels` has them by size and by how much those within what was to change count.
    """

    levels: dict[tuple[int, float], _Level]

    @classmethod
    def of(cls, photo: Picture, changed: Mask) -> Edges:
        """Those of `photo` outside of `changed`, of the same size."""
        grey, levels = _grey(photo), {}
        for edge, _, _ in (*COARSE, *FINE):
            smooth = _smooth(grey, edge)
            for inside in INSIDE:
                level = _Level.of(smooth, changed, inside)
                if level is not None:
                    levels[edge, inside] = level
        return cls(levels)

    def place_in(self, generated: Picture) -> Place:
        """Where the photo lies in `generated`, of the same size; see `place_of`."""
        judged = self.levels.get((COARSE[-1][0], INSIDE[0]))
        if judged is None:
            return HERE
        grey = _grey(generated)
        after = {edge: _smooth(grey, edge) for edge, _, _ in COARSE}

        def followed(place: Place, levels: Levels, inside: float) -> Place:
            for edge, times, least in levels:
                level = self.levels.get((edge, inside))
                if level is not None:
                    place = _Pair(level, after[edge], least).followed(place, times)
            return place

        judge = _Pair(judged, after[COARSE[-1][0]], COARSE[-1][2])
        begun = [(followed(HERE, COARSE, inside), inside) for inside in INSIDE]
        best, inside = min(begun, key=lambda each: judge.error(each[0]))
        after |= {edge: _smooth(grey, edge) for edge, _, _ in FINE}
        found = followed(best, FINE, inside)
        near = found.furthest * FINE[-1][0] < LEAST_SHIFT
        if near or not _likely(found) or judge.error(found) > BETTER * judge.error(HERE):
            return HERE
        return found


def _likely(place: Place) -> bool:
    return (
        abs(place.scale - 1) < MOST_SCALE
        and abs(place.turn) < MOST_TURN
        and max(map(abs, place.shift)) < MOST_SHIFT
    )


def moved_back(picture: Picture, place: Place) -> Picture:
    """The generated picture where the photo is."""
    if place == HERE:
        return picture
    height, width = picture.shape[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    matrix = place.matrix(width, height)
    return np.asarray(
        cv2.warpAffine(
            picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """The edges of the photo that are compared at one size."""

    points: Floats  # (n, 2): x, y in pixels of that size
    values: Floats  # of the photo there
    marks: tuple[float, float]  # their dark and bright ends
    slopes: Floats  # (n, 4): how they change with scale, turn, shift
    trust: Floats  # how much each counts

    @classmethod
    def of(cls, smooth: Floats, changed: Mask, inside: float) -> _Level | None:
        """None where there are too few."""
        height, width = smooth.shape
        across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
        down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
        strength = across * across + down * down
        apart = np.minimum(100 * resized(changed, (width, height)), 1)
        trust = np.asarray(1 - (1 - inside) * apart, np.float32)
        strength *= trust
        strength[[0, -1]] = strength[:, [0, -1]] = 0
        count = min(EDGES, int((strength > 1).sum()))
        if count < LEAST_EDGES:
            return None
        where = np.argpartition(strength.ravel(), -count)[-count:]
        where.sort()  # so that any few of them are from all over the picture
        points = np.stack([where % width, where // width], axis=1).astype(np.float32)
        longest = max(width, height)
        x, y = ((points - (np.float32(width - 1) / 2, np.float32(height - 1) / 2)) / longest).T
        along, below = across.ravel()[where] * longest, down.ravel()[where] * longest
        slopes = np.column_stack([x * along + y * below, x * below - y * along, along, below])
        values = smooth.ravel()[where]
        return cls(points, values, _marks(values), slopes, trust.ravel()[where])


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both pictures at one size; `least` is as in COARSE."""

    level: _Level
    after: Floats
    least: float

    def followed(self, place: Place, times: int) -> Place:
        """The best place that so many steps lead to."""
        for _ in range(times):
            place, step = self._improved(place)
            if step * max(self.after.shape) < STILL:
                break
        return place

    def _improved(self, place: Place) -> tuple[Place, float]:
        """A better place, and how far it is from the last one, in shares of the edge."""
        there = self._there(place)
        weights = self._weights(there)
        # photo + slopes · step = gain · generated + offset
        columns = np.empty((len(there), 6))
        columns[:, :4], columns[:, 4], columns[:, 5] = self.level.slopes, -there, -1
        weighted = (columns * weights[:, None]).T
        normal = weighted @ columns + 1e-9 * np.eye(6)
        scale, turn, *shift = np.linalg.lstsq(normal, -(weighted @ self.level.values), rcond=None)[
            0
        ][:4]
        # the photo's own points moved by the step are where the last place saw them
        growth = (1 + scale) * np.exp(1j * turn)
        linear = place.scale * np.exp(1j * place.turn) / growth
        offset = complex(*place.shift) - linear * complex(*shift)
        better = Place(
            float(abs(linear)), float(np.angle(linear)), (float(offset.real), float(offset.imag))
        )
        return better, Place(
            1 + float(scale), float(turn), (float(shift[0]), float(shift[1]))
        ).furthest

    def error(self, place: Place) -> float:
        """How much the edges differ, in grey levels of the photo."""
        there, trust = self._there(place), self.level.trust
        apart = np.minimum(np.abs(self.level.values - self._levelled(there)), 40)
        return float((trust * apart).sum() / trust.sum())

    def _there(self, place: Place) -> Floats:
        """The generated picture's values at the photo's edges."""
        height, width = self.after.shape
        at = cv2.transform(self.level.points[None], place.matrix(width, height))
        columns, rows = cv2.split(at)
        seen = cv2.remap(
            self.after, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(seen[0], np.float32)

    def _levelled(self, there: Floats) -> Floats:
        """With the photo's brightness and contrast."""
        low, high = _marks(there)
        dark, bright = self.level.marks
        gain = (bright - dark) / max(high - low, 1.0)
        return np.asarray(dark + gain * (there - low))

    def _weights(self, there: Floats) -> Floats:
        """Of each edge: what differs by far more than usual is something else (Tukey)."""
        residue = np.abs(self.level.values - self._levelled(there))
        usual = float(np.median(residue[:: _step(residue)]))
        limit = max(4.685 * 1.48 * usual, self.least)
        return np.asarray(self.level.trust * (1 - np.minimum(residue / limit, 1) ** 2) ** 2)


def _marks(values: Floats) -> tuple[float, float]:
    """Their dark and their bright end; few of many tell them."""
    low, high = np.percentile(values[:: _step(values)], (10, 90))
    return float(low), float(high)


def _step(values: Floats) -> int:
    return max(1, len(values) // MANY)


def _smooth(grey: Grey, edge: int) -> Floats:
    """The picture with its longest edge at most `edge`, without its finest noise."""
    height, width = grey.shape
    factor = min(1.0, edge / max(width, height))
    return blur(_at(grey, (max(8, round(width * factor)), max(8, round(height * factor)))), 0.8)


def _grey(picture: Picture) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _at(picture: Grey, size: tuple[int, int]) -> Floats:
    if picture.shape[::-1] != size:
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return picture.astype(np.float32)


# --- colours ----------------------------------------------------------------------------

#: A whole picture's contrast changes by no more than this factor, and then by so many levels.
MOST_GAIN, LEFT_OVER = 1.4, 10.0
#: So many pixels tell it as well as all of them.
ENOUGH = 8_000


def curves_of(photo: Picture, generated: Picture, outside: Flags) -> Curves | None:
    """What gives each channel of `generated` the brightness and contrast that the photo has
    `outside`; None where that doesn't make both alike: then they differ by more than light.
    """
    if outside.sum() < LEAST_EDGES:
        return None
    every = sparse(outside)
    one, other = (each[every][outside[every]].astype(np.float32) for each in (photo, generated))
    marks = np.arange(5, 100, 10)
    gain, offset = _line(*(np.percentile(each, marks, axis=0) for each in (other, one)))
    agree = np.abs(one - (gain * other + offset)).max(axis=1) < LEFT_OVER
    if agree.sum() >= LEAST_EDGES:  # without what has changed outside, too
        gain, offset = _line(other[agree], one[agree])
    left, was = np.median(np.abs(one - (gain * other + offset))), np.median(np.abs(one - other))
    if left > LEFT_OVER or left >= was:
        return None
    values = np.arange(256)[:, None, None] * gain + offset
    return np.asarray(np.rint(values.clip(0, 255)).reshape(1, 256, 3), np.uint8)


def sparse(mask: Flags) -> tuple[slice, slice]:
    """Rows and columns that leave enough pixels of a mask to tell what all of them would."""
    step = max(1, int((mask.sum() / ENOUGH) ** 0.5))
    return slice(None, None, step), slice(None, None, step)


def _line(found: Values, wanted: Values) -> tuple[Values, Values]:
    """Gain and offset of each channel (n, 3) that lead from one to the other."""
    middle = found.mean(axis=0)
    spread = found - middle
    # a little of "no change" keeps the gain sane where all is of one colour
    alike = 20.0**2
    gain = ((spread * wanted).mean(axis=0) + alike) / ((spread * spread).mean(axis=0) + alike)
    gain = gain.clip(1 / MOST_GAIN, MOST_GAIN)
    return gain, wanted.mean(axis=0) - gain * middle


def relit(picture: Picture, curves: Curves | None) -> Picture:
    """The picture with its channels changed by their curves."""
    return picture if curves is None else np.asarray(cv2.LUT(picture, curves), np.uint8)
