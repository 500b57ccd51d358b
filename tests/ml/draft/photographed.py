"""Sample garments photographed anew: before other backgrounds, with shadow, noise and JPEG."""

import cv2
import numpy as np

from modera_bot.ml.base import Picture
from modera_bot.ml.draft.garment import CutOut


def before(cut: CutOut, background: tuple[int, int, int] | Picture, shadow: float = 0.0) -> Picture:
    """The garment of `cut` before a background; a drop shadow takes that share of its light."""
    size = (*cut.alpha.shape, 3)
    behind = np.broadcast_to(np.asarray(background, np.float32), size) / 255
    if shadow:
        dark = np.roll(cut.alpha, (10, 6), axis=(0, 1))
        behind = behind * (1 - shadow * cv2.GaussianBlur(dark, (0, 0), 7)[..., None])
    alpha = cut.alpha[..., None]
    return np.rint(255 * (cut.colour * alpha + behind * (1 - alpha))).clip(0, 255).astype(np.uint8)


def graded(
    size: tuple[int, ...], start: tuple[int, int, int], end: tuple[int, int, int]
) -> Picture:
    """A background that goes over from one colour at the top left to another."""
    height, width = size[:2]
    share = np.add.outer(np.linspace(0, 0.5, height), np.linspace(0, 0.5, width))[..., None]
    return np.rint(np.array(start) * (1 - share) + np.array(end) * share).astype(np.uint8)


def noisy(picture: Picture, sigma: float) -> Picture:
    grain = np.random.default_rng(7).normal(0, sigma, picture.shape)
    return (picture + grain).clip(0, 255).astype(np.uint8)


def saved(picture: Picture, quality: int) -> Picture:
    """The picture after it was saved as JPEG."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def overlap(found: np.ndarray, true: np.ndarray) -> float:
    return float((found & true).sum() / (found | true).sum())
