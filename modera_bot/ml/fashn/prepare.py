"""Pictures as FASHN VTON 1.5 was trained to see them, and back.

A picture is first shrunk to fit a square of the canvas's longer side (the size at which its
pose is found and drawn), then fitted into the canvas and padded with black. What the network
returns is turned into pixels and the padding is cut off. The rounding is the published
pipeline's, since a network sees a picture that is shifted by half a pixel as another one.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from modera_bot.ml.fashn.inputs import Padding, Pixels, Size

Scaled = NDArray[np.float32]

_GREY = np.uint8(127)


def size_of(picture: Pixels) -> Size:
    return Size(picture.shape[1], picture.shape[0])


def shrunk_size(size: Size, canvas: Size) -> Size:
    """The size at which poses are found: within a square of the longer side, never enlarged."""
    scale = min(1.0, max(canvas) / max(size))
    return size if scale == 1.0 else _scaled(size, scale)


def shrink(picture: Pixels, canvas: Size) -> Pixels:
    """Shrink (height, width, 3) to `shrunk_size`."""
    target = shrunk_size(size_of(picture), canvas)
    if target == size_of(picture):
        return picture
    return np.asarray(Image.fromarray(picture).resize(target, Image.Resampling.LANCZOS))


def alone(picture: Pixels, garment: NDArray[np.bool_]) -> Pixels:
    """The garment on grey: what else a photo of somebody who wears it shows is none of it."""
    return np.where(garment[..., None], picture, _GREY)


def placement(size: Size, canvas: Size) -> tuple[Size, Padding]:
    """The size of a picture fitted into the canvas, and what is left around it.

    An odd pixel goes to the right and to the bottom.
    """
    fitted = _scaled(size, min(canvas.width / size.width, canvas.height / size.height))
    across, down = canvas.width - fitted.width, canvas.height - fitted.height
    return fitted, Padding(across // 2, down // 2, across - across // 2, down - down // 2)


def on_canvas(picture: Pixels, canvas: Size) -> Pixels:
    """Fit a shrunk picture (height, width, 3) into the canvas, on black."""
    fitted, padding = placement(size_of(picture), canvas)
    shrinks = fitted.width < picture.shape[1] or fitted.height < picture.shape[0]
    return _placed(picture, fitted, padding, cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4)


def pose_on_canvas(pose: Pixels, canvas: Size) -> Pixels:
    """The same for a grey map (height, width), whose levels must stay what they are."""
    fitted, padding = placement(size_of(pose), canvas)
    return _placed(pose, fitted, padding, cv2.INTER_NEAREST_EXACT)


def to_input(canvas: Pixels) -> Scaled:
    """Scale 0..255 to -1..1: (height, width[, channels]) to (1, channels, height, width)."""
    planes = canvas[None] if canvas.ndim == 2 else canvas.transpose(2, 0, 1)
    return np.ascontiguousarray(planes[None], np.float32) / np.float32(127.5) - np.float32(1)


def to_pixels(generated: Scaled) -> Pixels:
    """Scale -1..1 to 0..255: (…, channels, height, width) to (…, height, width, channels).

    Truncates, as the published pipeline does.
    """
    unit = (generated.clip(-1, 1) + np.float32(1)) / np.float32(2)
    return np.ascontiguousarray(np.moveaxis((unit * np.float32(255)).astype(np.uint8), -3, -1))


def without(padding: Padding, canvas: Pixels) -> Pixels:
    """Cut the padding off (…, height, width, 3)."""
    height, width = canvas.shape[-3:-1]
    rows = slice(padding.top, height - padding.bottom)
    return canvas[..., rows, padding.left : width - padding.right, :]


def _scaled(size: Size, scale: float) -> Size:
    return Size(max(1, int(size.width * scale)), max(1, int(size.height * scale)))


def _placed(picture: Pixels, fitted: Size, padding: Padding, filter_: int) -> Pixels:
    if fitted != size_of(picture):
        picture = np.asarray(cv2.resize(picture, fitted, interpolation=filter_), np.uint8)
    around = ((padding.top, padding.bottom), (padding.left, padding.right), (0, 0))
    return np.pad(picture, around[: picture.ndim])
