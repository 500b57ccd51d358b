"""How good a try-on came out, 0 to 1, without anybody looking.

    identity   what must come from the photo does
    pose       the body is where it was
    garment    what was drawn has the garment's colours, and differs from what was worn
    artefacts  the outline of the person is as clear as it was, and no edge shows around the clothes

The score is the geometric mean: one bad part is enough to spoil a picture.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.anatomy import HIPS, SHOULDERS, WRISTS, Landmark
from modera_bot.ml.base import Mask, Picture, QualityScore, TryOnOutput, TryOnTask
from modera_bot.ml.body import BodyUnderstanding, Sighting
from modera_bot.ml.body.pose import Pose
from modera_bot.ml.colour import Colours, Flags, blur, grown, resized, shrink, to_lab
from modera_bot.ml.composite import Seen, seen_in

#: Pictures are judged in copies whose longest edge is this.
EDGE = 512
#: Differences, in grey levels, at which nothing is left of identity.
LOST = 40.0
#: Shifts of joints, in shoulder widths, at which nothing is left of the pose.
MOVED = 0.35
#: What differs from what was worn by less (ΔE) has not been dressed.
WORN = 6.0
#: Bins of the histograms of colours: L, a, b.
BINS = (6, 12, 12)
#: How far (ΔE) a garment's picture is from the colour of its border at least.
BACKGROUND = 8.0
#: A step of light (ΔL) across the seam, beyond what the photo has there, that everybody sees.
STEP = 12.0

#: Shares of colours, (L, a, b).
Histogram = NDArray[np.float64]

JOINTS = (*SHOULDERS, *HIPS, *WRISTS, Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a result is compared with, known before there is one: the photo and its masks in a
    copy within EDGE, the person's pose there and how clear their outline is (`mask_agreement`),
    and the garments' colours."""

    photo: Picture
    changed: Mask
    head: Mask
    limbs: Mask
    pose: Pose
    clear: float
    colours: Histogram

    @classmethod
    def of(cls, task: TryOnTask, seen: Seen) -> Expected:
        photo = shrink(task.person, EDGE)
        changed, head, limbs = (
            resized(mask, photo.shape[1::-1])
            for mask in (seen.regions.changed, seen.regions.head, seen.regions.limbs)
        )
        pose = seen.pose.placed(max(photo.shape) / max(seen.person.mask.shape))
        wanted = np.concatenate([_cloth(garment.picture) for garment in task.garments])
        clear = seen.person.mask_agreement
        return cls(photo, changed, head, limbs, pose, clear, _histogram(wanted))


def judged(task: TryOnTask, output: TryOnOutput, models: Path) -> QualityScore:
    """The score of any backend's picture. Runs in a picture process."""
    seen = seen_in(task.person, output.categories, models, task.person_at)
    return score(Expected.of(task, seen), output.picture, models)


def score(expected: Expected, result: Picture, models: Path) -> QualityScore:
    """The same where the photo was looked at before."""
    after = shrink(result, EDGE)
    with ThreadPoolExecutor(1) as aside:  # the networks take half of the time
        looking = aside.submit(BodyUnderstanding(models).again, after, expected.pose)
        labs = to_lab(expected.photo), to_lab(after)
        dressed = _dressed(*labs, expected.changed)
        identity = _identity(
            expected.photo, after, (expected.changed < 0.01) | (expected.head > 0.9)
        )
        garment = _garment(expected.colours, labs[1], dressed, expected.changed)
        clean = 1 - _seam(*labs, dressed & (expected.limbs < 0.5))
        person = looking.result()
    return QualityScore(
        identity=identity,
        pose=_pose(expected.pose, person),
        garment=garment,
        artefacts=clean * _clearness(expected.clear, person),
    )


def _identity(before: Picture, after: Picture, kept: Flags) -> float:
    if not kept.any():
        return 1.0
    apart = np.abs(before.astype(np.float32) - after).mean(axis=2)[kept]
    return float(np.clip(1 - np.sqrt((apart * apart).mean()) / LOST, 0, 1))


def _pose(before: Pose, after: Sighting | None) -> float:
    if after is None:
        return 0.0
    one, other = before.points[:, :2], after.pose[:, :2]
    across = float(np.linalg.norm(one[SHOULDERS[0]] - one[SHOULDERS[1]]))
    clear = [joint for joint in JOINTS if before.visibility[joint] > 0.5]
    if not clear:
        return 1.0
    moved = np.linalg.norm(one[clear] - other[clear], axis=1) / max(across, 1e-6)
    return float(np.clip(1 - np.median(moved) / MOVED, 0, 1))


def _dressed(before: Colours, after: Colours, changed: Mask) -> Flags:
    """Where something else is to be seen (Lab) than was worn."""
    apart = np.linalg.norm(before - after, axis=2).astype(np.float32)
    return (blur(apart, 1.0) > WORN) & (changed > 0.2)


def _garment(wanted: Histogram, after: Colours, dressed: Flags, changed: Mask) -> float:
    """How much of the garments' colours is in what was drawn, and whether anything was."""
    drawn = dressed.sum() / max(1.0, float((changed > 0.5).sum()))
    if dressed.sum() < 50:
        return 0.0
    alike = float(np.sqrt(wanted * _histogram(after[dressed])).sum())  # Bhattacharyya
    return float(alike * min(1.0, drawn / 0.15))


def _cloth(garment: Picture) -> NDArray[np.float32]:
    """Colours (Lab) of a garment's picture that are not its background's."""
    lab = to_lab(shrink(garment, EDGE // 2))
    border = np.concatenate(
        [lab[:4].reshape(-1, 3), lab[-4:].reshape(-1, 3), lab[:, 0], lab[:, -1]]
    )
    cloth = np.linalg.norm(lab - np.median(border, axis=0), axis=2) > BACKGROUND
    return lab[cloth] if cloth.sum() > 50 else lab.reshape(-1, 3)


def _histogram(colours: NDArray[np.float32]) -> Histogram:
    """Of a set of colours (n, 3 in Lab), softened."""
    return _softened(np.histogramdd(colours, BINS, [(0, 100), (-60, 60), (-60, 60)])[0])


def _softened(counts: Histogram) -> Histogram:
    """Shares, with a part of each in its neighbours: light and folds move colours a little."""
    for axis in range(counts.ndim):
        ahead, behind = (np.roll(counts, step, axis) for step in (1, -1))
        counts = 0.5 * counts + 0.25 * ahead + 0.25 * behind
    return np.asarray(counts / max(counts.sum(), 1e-9))


def _clearness(before: float, person: Sighting | None) -> float:
    """How clear the person's outline is, compared with the photo's; 0 where nobody is left."""
    return 0.0 if person is None else min(1.0, person.mask_agreement / max(before, 1e-6))


def _seam(before: Colours, after: Colours, dressed: Flags) -> float:
    """The step of light where new and old meet beyond the person's clothes, 0 to 1."""
    rim = grown(dressed, 3) & ~grown(dressed, 1)
    if not rim.any():
        return 0.0
    steps = []
    for lab in (before, after):
        light = np.ascontiguousarray(lab[..., 0])
        across, down = (cv2.Sobel(light, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1)))
        steps.append(np.hypot(across, down)[rim])
    added = np.maximum(steps[1] - steps[0], 0)
    return float(np.clip(added.mean() / STEP, 0, 1))
