"""How a draft is scored against the sample pairs, also by scripts/draft-report."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

from modera_bot.contracts import Category
from modera_bot.ml.base import GarmentPicture, Mask, Picture, TryOnTask
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.tryon import draft_tryon
from modera_bot.ml.draft.view import View
from modera_bot.ml.draft.watching import Step, Watcher, watched
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import SAMPLES, sample

Flags = NDArray[np.bool_]

#: A pixel has changed when a channel differs by more than this: more than saving the photo
#: again as JPEG changes in 99.9% of its pixels.
CHANGED = 12

#: Changes this close to the garments, as a share of the picture's height, are not counted as
#: outside: shadows fall there.
NEAR = 0.03

#: Colours are compared after a blur of this σ, as a share of the picture's height: patterns
#: need not lie where they lie in truth.
BLURRED = 0.03

#: How far, in pixels, the edges of masks are left alone when single pixels are compared.
EDGE = 3

#: Fewer pixels than this of hands and hair before a garment tell nothing.
FEWEST = 50


@dataclass(frozen=True)
class Pair:
    """A sample person and a garment to try on. The ground truth exists for some pairs only."""

    person: str
    worn: str
    target: str
    has_truth: bool
    category: Category = Category.TOPS

    @property
    def name(self) -> str:
        return f"{self.person}: {self.worn} → {self.target}"

    @property
    def before(self) -> Picture:
        return sample(f"people/{self.person}_{self.worn}")

    @property
    def garment(self) -> Picture:
        return sample(f"garments/{self.target}")

    @property
    def truth(self) -> Picture:
        return sample(f"people/{self.person}_{self.target}")

    @property
    def task(self) -> TryOnTask:
        return TryOnTask(self.before, (GarmentPicture(self.garment, self.category),))


@dataclass(frozen=True)
class Try:
    """A try-on of a pair by any method: the picture, and where the new garment is seen in it."""

    picture: Picture
    alpha: Mask


@dataclass(frozen=True)
class Score:
    """How near a try-on comes to the ground truth.

    `alpha` is the overlap (IoU) of where the new garment is seen with where it should be;
    `changed` that of what changed with the old and new garments; `colour` the mean CIEDE2000
    where the new garment should be seen, blurred; `outside` the SSIM with the photo away from
    both garments; `front` the share of hands and hair before the new garment that stayed as
    they were, NaN where none are before it.
    """

    alpha: float
    changed: float
    colour: float
    outside: float
    front: float

    @classmethod
    def mean(cls, scores: "list[Score]") -> "Score":
        """Of each figure, over those who have it."""
        values = np.array([[getattr(score, f.name) for f in fields(cls)] for score in scores])
        known = (~np.isnan(values)).sum(axis=0)
        return cls(*(np.nansum(values, axis=0) / np.where(known, known, np.nan)).tolist())


def pairs(samples: Path = SAMPLES) -> list[Pair]:
    """All pairs; where the category isn't written beside it is that of the garment."""
    return [*_rows(samples / "pairs.csv"), *_rows(samples / "pairs_more.csv")]


def tops(samples: Path = SAMPLES) -> list[Pair]:
    """The pairs whose target is a top."""
    return [pair for pair in pairs(samples) if pair.category is Category.TOPS]


def _rows(file: Path) -> Iterator[Pair]:
    if not file.exists():
        return
    with file.open() as rows:
        for row in csv.DictReader(rows):
            dress = row["target_garment"].startswith("dress")
            usual = Category.ONE_PIECES if dress else Category.TOPS
            yield Pair(
                row["person"],
                row["worn"],
                row["target_garment"],
                bool(row["ground_truth_file"]),
                Category(row.get("category") or usual),
            )


class _Last(Watcher):
    """Keeps what the last stage made."""

    def ended(self, step: Step, *made: Any) -> None:
        if step is Step.COMPOSITE:
            self.made: tuple[Picture, View, Drawn] = made


def drafted(pair: Pair, models: Path) -> Try:
    """The draft of a pair. Raises Refusal."""
    last = _Last()
    with watched(last):
        draft_tryon(pair.task, models)
    picture, view, drawn = last.made
    alpha = np.zeros(picture.shape[:2], np.float32)
    height, width = (round(side * view.factor) for side in drawn.alpha.shape)
    part = cv2.resize(drawn.alpha, (width, height), interpolation=cv2.INTER_LINEAR)
    left, top = view.corner
    place = alpha[top : top + height, left : left + width]
    place[:] = part[: place.shape[0], : place.shape[1]]
    return Try(picture, alpha)


class Truth:
    """The ground truth of a pair that has one, and what a try-on of it is measured by."""

    def __init__(self, pair: Pair, models: Path) -> None:
        self.before, self.picture, self._models = pair.before, pair.truth, models
        self.new = _mask(f"{pair.person}_{pair.target}")
        self.garments = self.new | _old(pair)

    def score(self, tried: Try) -> Score:
        changed = _differ(self.before, tried.picture)
        return Score(
            alpha=_overlap(tried.alpha > 0.5, self.new),
            changed=_overlap(changed, self.garments),
            colour=self._colour(tried),
            outside=self._outside(tried.picture),
            front=float((~changed)[self._front].mean()) if self._front.any() else math.nan,
        )

    def _colour(self, tried: Try) -> float:
        return float(deltaE_ciede2000(_blurred(tried.picture, self.new), self._colours).mean())

    @cached_property
    def _colours(self) -> NDArray[np.float32]:
        return _blurred(self.picture, self.new)

    def _outside(self, after: Picture) -> float:
        reach = round(NEAR * self.before.shape[0])
        outside = ~_grown(self.garments, reach)
        likeness = structural_similarity(self.before, after, channel_axis=2, full=True)[1]
        return float(likeness[outside].mean())

    @cached_property
    def _front(self) -> Flags:
        """Hands and hair in truth, within the new garment's hull, and the same in the photo."""
        contours, _ = cv2.findContours(
            self.new.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        hull = np.zeros(self.new.shape, np.uint8)
        cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(contours)), 1)
        person = BodyUnderstanding(self._models).understand(self.picture).people[0]
        parsed = parse(self.picture, person, figure(person))
        front = np.maximum.reduce([parsed.hair, *parsed.hands]) > 0.5
        same = ~_grown(_differ(self.before, self.picture), EDGE)
        front &= (hull > 0) & ~_grown(self.garments, EDGE) & same
        return front if front.sum() >= FEWEST else np.zeros_like(front)


def _old(pair: Pair) -> Flags:
    """Where the garments are that the new one takes the place of: a dress also that of the top
    above the bottom that the picture is named after.
    """
    name = f"{pair.person}_{pair.worn}"
    top = SAMPLES / "masks" / f"{name}_top.png"
    if pair.category is Category.ONE_PIECES and top.exists():
        return _mask(name) | _mask(f"{name}_top")
    return _mask(name)


def _mask(name: str) -> Flags:
    """Where a garment is visible on a person of tests/samples, by ground truth."""
    mask = cv2.imread(str(SAMPLES / "masks" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert mask is not None, name
    return np.asarray(mask > 127)


def _differ(one: Picture, other: Picture) -> Flags:
    return np.asarray((np.abs(one.astype(np.int16) - other) > CHANGED).any(axis=2))


def _overlap(one: Flags, other: Flags) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def _grown(mask: Flags, reach: int) -> Flags:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)


def _blurred(picture: Picture, within: Flags) -> NDArray[np.float32]:
    """Lab colours (n, 3) of what lies within a region, blurred there; at a quarter of the size,
    which loses nothing to a blur this wide.
    """
    size = picture.shape[1] // 4, picture.shape[0] // 4
    weight = cv2.resize(within.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    inside = weight == 1  # else a pixel mixes in what is beyond
    lab = rgb2lab(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)).astype(np.float32)
    sigma = BLURRED * size[1]
    known = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), sigma)
    lab = cv2.GaussianBlur(lab * inside[..., None], (0, 0), sigma)
    return np.asarray(lab[inside] / known[inside][:, None])
