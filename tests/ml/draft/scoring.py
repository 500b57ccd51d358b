"""How a draft is scored against the sample pairs, also by scripts/draft-report."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from modera_bot.contracts import Category
from modera_bot.ml.base import GarmentPicture, Picture, TryOnTask
from tests.ml.conftest import SAMPLES, sample, worn

#: A pixel has changed when a channel differs by more than this: more than saving the photo
#: again as JPEG changes in 99.9% of its pixels.
CHANGED = 12

#: Changes this close to the garments, as a share of the picture's height, are not counted as
#: outside: shadows fall there.
NEAR = 0.03


@dataclass(frozen=True)
class Pair:
    """A sample person and a top to try on. The ground truth exists for some pairs only."""

    person: str
    worn: str
    target: str
    has_truth: bool

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
        return TryOnTask(self.before, (GarmentPicture(self.garment, Category.TOPS),))


@dataclass(frozen=True)
class Score:
    """`iou` is the overlap of what changed with the old and new garments' ground truth,
    `ssim` the similarity outside them."""

    iou: float
    ssim: float


def tops(samples: Path = SAMPLES) -> list[Pair]:
    """The pairs whose target is a top."""
    with (samples / "pairs.csv").open() as rows:
        return [
            Pair(row["person"], row["worn"], row["target_garment"], bool(row["ground_truth_file"]))
            for row in csv.DictReader(rows)
            if row["target_garment"] != "dress_pin"
        ]


def score(pair: Pair, after: Picture) -> Score:
    """Score a draft of a pair that has a ground truth."""
    before = pair.before
    garments = worn(f"{pair.person}_{pair.worn}") | worn(f"{pair.person}_{pair.target}")
    changed = (np.abs(after.astype(np.int16) - before) > CHANGED).any(axis=2)
    reach = round(NEAR * before.shape[0])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    outside = cv2.dilate(garments.astype(np.uint8), disc) == 0
    likeness = structural_similarity(before, after, channel_axis=2, full=True)[1]
    return Score(
        iou=float((changed & garments).sum() / (changed | garments).sum()),
        ssim=float(likeness[outside].mean()),
    )
