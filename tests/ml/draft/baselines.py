"""Two plain ways to try on a garment, for comparison: they see the same cut-out and pose."""

from pathlib import Path

import cv2
import numpy as np

from modera_bot.contracts import Category
from modera_bot.ml.base import Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.keypoints import locate
from modera_bot.ml.parsing.figure import Figure, Vector, figure
from tests.ml.draft.scoring import Pair, Try


def rectangle(pair: Pair, models: Path) -> Try:
    """The garment's box with its background, as wide as the person, pasted from neck to hem or
    from the waist down.
    """
    body, garment = _body(pair.before, models), cut_out(pair.garment)
    left, top, right, bottom = _box(garment)
    aspect = (bottom - top) / (right - left)
    corners = np.array([(left, top), (right, top), ((left + right) / 2, bottom)], np.float32)
    colour = cv2.resize(pair.garment, garment.alpha.shape[::-1], interpolation=cv2.INTER_AREA)
    inside = np.zeros(garment.alpha.shape, np.float32)
    inside[round(top) : round(bottom), round(left) : round(right)] = 1
    move = cv2.getAffineTransform(corners, _corners(body, pair.category, aspect))
    return _pasted(pair.before, colour, inside, move)


def affine(pair: Pair, models: Path) -> Try:
    """The cut-out, moved by the one affine map that takes its shoulders (or waist) and its
    lower end to the person's.
    """
    body, garment = _body(pair.before, models), cut_out(pair.garment)
    left, top, right, bottom = _box(garment)
    ends = np.array([(left, top), (right, top)], np.float32)
    targets = _corners(body, pair.category, (bottom - top) / (right - left))
    shape = None if pair.category is Category.BOTTOMS else locate(garment)
    if shape is not None:
        ends = shape.tips
        targets[:2] = body.shoulders - body.down * 0.1 * body.scale
    points = np.array([*ends, (ends[:, 0].mean(), bottom)], np.float32)
    colour = (255 * garment.colour).clip(0, 255).astype(np.uint8)
    move = cv2.getAffineTransform(points, targets.astype(np.float32))
    return _pasted(pair.before, colour, garment.alpha, move)


def _body(picture: Picture, models: Path) -> Figure:
    return figure(BodyUnderstanding(models).understand(picture).people[0])


def _box(garment: CutOut) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the garment."""
    rows, columns = (np.flatnonzero(garment.mask.any(axis=axis)) for axis in (1, 0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _corners(body: Figure, category: Category, aspect: float) -> Vector:
    """Where a garment's box goes: its upper corners and the middle of its lower edge.

    A top ends at the hips; what else it is keeps its aspect (height over width).
    """
    half = {Category.TOPS: 0.8, Category.BOTTOMS: 0.65, Category.ONE_PIECES: 0.8}[category]
    across = half * body.scale
    start = (0.9 if category is Category.BOTTOMS else -0.1) * body.torso
    end = 1.1 * body.torso if category is Category.TOPS else start + 2 * across * aspect
    return np.array(
        [body.at(-across, start), body.at(across, start), body.at(0, end)],
        np.float32,
    )


def _pasted(photo: Picture, colour: Picture, alpha: np.ndarray, move: np.ndarray) -> Try:
    """The garment over the photo, moved by an affine map (2, 3)."""
    size = photo.shape[1::-1]
    moved = cv2.warpAffine(
        colour, move, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpAffine(alpha.astype(np.float32), move, size)
    mixed = photo + (moved.astype(np.float32) - photo) * cover[..., None]
    return Try(np.rint(mixed).clip(0, 255).astype(np.uint8), cover)
