"""Colour spaces, soft filters and filling in: the small picture operations of the draft."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.base import Mask, Picture

#: RGB from 0 to 1, or Lab with L from 0 to 100; (height, width, 3).
Colours = NDArray[np.float32]

#: True where something is; (height, width).
Flags = NDArray[np.bool_]


def to_lab(picture: Picture | Colours) -> Colours:
    """CIE Lab (D65) of a picture of 0..255 or 0..1."""
    rgb = picture.astype(np.float32)
    if picture.dtype == np.uint8:
        rgb *= np.float32(1 / 255)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.float32)


def to_floats(picture: Picture) -> Colours:
    """RGB of 0..1 from 0..255."""
    return np.asarray(picture, np.float32) * np.float32(1 / 255)


def resized(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A picture or mask at another size (width, height)."""
    smaller = size[0] < values.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, size, interpolation=how), np.float32)


def sized(picture: Picture, size: tuple[int, int]) -> Picture:
    """A picture at another size (width, height), itself if it has that already."""
    if picture.shape[1::-1] == size:
        return picture
    smaller = size[0] < picture.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def shrink(picture: Picture, edge: int) -> Picture:
    """The picture with its longest edge at most `edge`."""
    scale = edge / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def to_rgb(lab: Colours) -> Colours:
    """RGB of 0..1 from Lab; colours that no screen has are clipped."""
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(rgb, np.float32).clip(0, 1)


def difference(lab: Colours, colour: Colours, light: float = 1.0) -> Mask:
    """ΔE (CIE76) of each pixel from a colour, with lightness counted `light` times."""
    weighted = (lab - colour) * np.array([light, 1, 1], np.float32)
    distance: Mask = np.sqrt((weighted * weighted).sum(axis=-1))
    return distance


def nearest_colour(lab: Colours, colours: Colours, light: float = 0.7) -> Mask:
    """ΔE (CIE76) of each pixel from the nearest of some colours, lightness weighted likewise."""
    weight = np.array([light, 1, 1], np.float32)
    pixels, centres = lab * weight, colours * weight
    # |p − c|² = |p|² − 2 p·c + |c|², so that no picture is made for each colour
    reach = ((centres * centres).sum(axis=-1) - 2 * (pixels @ centres.T)).min(axis=-1)
    squared = reach + np.einsum("...i,...i->...", pixels, pixels)
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float32)


def blur(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian blur."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), max(float(sigma), 0.3)), np.float32)


def masked_blur(values: NDArray[np.float32], mask: Mask, sigma: float) -> NDArray[np.float32]:
    """Gaussian blur that looks at the pixels under `mask` only."""
    weight = blur(mask, sigma) + 1e-4
    if values.ndim == 3:
        mask, weight = mask[..., None], weight[..., None]
    return blur(values * mask, sigma) / weight


def fill_in(values: Colours, known: Mask) -> Colours:
    """Carry the colours that are known (1, not 0) smoothly into what is not.

    Push-pull over an image pyramid (Gortler et al., "The Lumigraph", SIGGRAPH 1996), at a
    quarter of the size, since the result is smooth anyway.
    """
    size = known.shape[1::-1]
    small = max(1, size[0] // 4), max(1, size[1] // 4)
    weighted = cv2.resize(values * known[..., None], small, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(known, small, interpolation=cv2.INTER_AREA)
    levels = []
    while min(weight.shape) > 2:
        # a quarter of the pixels known is quite enough
        gain = np.minimum(weight * 4, 1) / np.maximum(weight, 1e-6)
        weighted, weight = weighted * gain[..., None], weight * gain
        levels.append((weighted, weight))
        weighted, weight = cv2.pyrDown(weighted), cv2.pyrDown(weight)
    filled = weighted / np.maximum(weight, 1e-6)[..., None]
    for weighted, weight in reversed(levels):
        coarse = cv2.pyrUp(filled, dstsize=weight.shape[::-1])
        filled = weighted + coarse * (1 - weight)[..., None]
    return np.asarray(cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR), np.float32)


def disc(radius: float) -> NDArray[np.uint8]:
    """A round structuring element."""
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def opened(mask: Flags, radius: float) -> Flags:
    """Without parts thinner than the disc."""
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(radius)) > 0


def closed(mask: Flags, radius: float) -> Flags:
    """Without gaps thinner than the disc."""
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disc(radius)) > 0


def grown(mask: Flags, radius: float) -> Flags:
    return cv2.dilate(mask.astype(np.uint8), disc(radius)) > 0


def shrunk(mask: Flags, radius: float) -> Flags:
    return cv2.erode(mask.astype(np.uint8), disc(radius)) > 0


def large_parts(mask: Flags, share: float) -> Flags:
    """The connected parts that have at least `share` of the largest one's area."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0
    kept: Flags = (areas >= share * areas.max()) & (areas > 0)
    return np.asarray(kept[labels])


def touching(mask: Flags, seed: Flags) -> Flags:
    """The connected parts of `mask` that have a pixel of `seed`."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    kept = np.zeros(count, bool)
    kept[labels[mask & seed]] = True
    return np.asarray(kept[labels])


def filled_holes(mask: Flags, largest: float = 1.0) -> Flags:
    """With the holes filled that are at most `largest` of the picture's area."""
    framed = cv2.copyMakeBorder((~mask).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(framed)
    outside = labels[0, 0]
    holes = stats[:, cv2.CC_STAT_AREA] <= largest * mask.size
    holes[0], holes[outside] = False, False
    return np.asarray(mask | holes[labels[1:-1, 1:-1]])


def palette(samples: Colours, colours: int) -> Colours:
    """The main colours (k, 3) of at least as many Lab samples (n, 3)."""
    few = np.ascontiguousarray(samples[:: max(1, len(samples) // 2500)], np.float32)
    cv2.setRNGSeed(1)  # the same picture must always give the same draft
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    labels = np.zeros((len(few), 1), np.int32)
    centres = cv2.kmeans(few, colours, labels, criteria, 2, cv2.KMEANS_PP_CENTERS)[2]
    return np.asarray(centres, np.float32)
