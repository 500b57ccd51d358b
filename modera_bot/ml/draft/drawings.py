"""Draws what each stage of a draft made, for eyes only: see `explain`.

Each function takes what its stage shows to a watcher and returns a picture. A line is as
thick, and a point as large, as can be seen in a picture of that size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Body, Mask, Picture
from modera_bot.ml.canvas import Canvas
from modera_bot.ml.colour import Colours, to_floats
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.erase import Leftovers
from modera_bot.ml.draft.fit import Fit
from modera_bot.ml.draft.garment import CutOut
from modera_bot.ml.draft.keypoints import TopShape
from modera_bot.ml.draft.lower_fit import LowerFit
from modera_bot.ml.draft.lower_shape import LowerShape
from modera_bot.ml.draft.view import View
from modera_bot.ml.draft.warp import Layer
from modera_bot.ml.draft.watching import Step
from modera_bot.ml.parsing.figure import Vector
from modera_bot.ml.parsing.parse import Parsing

Colour = tuple[int, int, int]

RED, GREEN, BLUE = (220, 40, 40), (40, 160, 70), (50, 90, 220)
YELLOW, GREY, SKIN = (240, 200, 40), (128, 128, 128), (235, 170, 140)

#: Line thickness, and a point's radius, as shares of the picture's height.
THICK, RADIUS = 1 / 400, 1 / 150

#: How much of a region's colour is laid over the picture.
TINT = 0.55

#: The checker behind a cut-out: side of a square in pixels, and its two greys (0 to 1).
CHECK, LIGHT_CHECK, DARK_CHECK = 16, 0.85, 0.65

_BONES = (
    ("LEFT_SHOULDER", "RIGHT_SHOULDER"),
    ("LEFT_HIP", "RIGHT_HIP"),
    *(
        (f"{side}_{first}", f"{side}_{last}")
        for side in ("LEFT", "RIGHT")
        for first, last in pairwise(("WRIST", "ELBOW", "SHOULDER", "HIP", "KNEE", "ANKLE"))
    ),
)


def cut_out(garment: CutOut) -> Picture:
    """The garment on a checker."""
    return _on_checker(garment.colour, garment.alpha)


def key_points(garment: CutOut, shape: TopShape | LowerShape | None) -> Picture:
    """The garment with its rows and key points; alone where none were found."""
    view = _on_checker(garment.colour, garment.alpha)
    if shape is None:
        return view
    for y, left, right in shape.rows:
        _line(view, (left, y), (right, y), BLUE)
    if isinstance(shape, TopShape):
        _top_points(view, shape)
    elif shape.legs is not None:
        for y, left, right in np.concatenate(shape.legs):
            _line(view, (left, y), (right, y), YELLOW)
    return view


def _top_points(view: Picture, shape: TopShape) -> None:
    """Sleeves, neckline, shoulders and armpits."""
    for sleeve in shape.sleeves:
        if sleeve:
            _rungs(view, sleeve.inner, sleeve.outer)
    axes = int(shape.neck_width / 2), int(shape.neck_depth)
    centre = _pixel((shape.centre, shape.neck_y))
    cv2.ellipse(view, centre, axes, 0, 0, 180, RED, _thickness(view), cv2.LINE_AA)
    _points(view, np.concatenate([shape.necks, shape.tips, shape.armpits]))


def pose(picture: Picture, people: Body) -> Picture:
    """Everybody's bones; landmarks that the network hardly sees are hollow."""
    view = picture.copy()
    for person in people.people:
        for first, last in _BONES:
            ends = person.pose[Landmark[first], :2], person.pose[Landmark[last], :2]
            _line(view, *ends, YELLOW)
        sure = person.visibility > 0.5
        _points(view, person.pose[sure, :2])
        _points(view, person.pose[~sure, :2], hollow=True)
    return view


def outline(view: View) -> Picture:
    """The person on a checker."""
    return _on_checker(to_floats(view.picture), view.person.mask)


def parsing(picture: Picture, parsed: Parsing) -> Picture:
    """Old top red, hair green, head blue, hands yellow."""
    hands = np.maximum(*parsed.hands)
    return _tinted(
        picture,
        (parsed.top, RED),
        (hands, YELLOW),
        (parsed.head * (1 - parsed.hair), BLUE),
        (parsed.hair, GREEN),
    )


def fit(picture: Picture, fitted: Fit | LowerFit) -> Picture:
    """Where a torso's points, its edge and the sleeves go, or the parts of a bottom."""
    view = picture.copy()
    if isinstance(fitted, LowerFit):
        for strip in fitted.strips:
            _rungs(view, *strip.body)
        return view
    edge = [np.rint(fitted.edge).astype(np.int32)]
    cv2.polylines(view, edge, True, BLUE, _thickness(view), cv2.LINE_AA)
    for sleeve in fitted.sleeves:
        if sleeve:
            _rungs(view, sleeve.inner, sleeve.outer)
    _points(view, fitted.body)
    return view


def warp(picture: Picture, layers: Sequence[Layer]) -> Picture:
    """The layers as they come from the product photo, before light and what is in front."""
    view = _tinted(picture, (np.ones(picture.shape[:2], np.float32), GREY)).astype(np.float32)
    for layer in layers:
        part, alpha = view[layer.box], layer.alpha[..., None]
        part += (255 * layer.colour - part) * alpha
    return view.astype(np.uint8)


def leftovers(picture: Picture, left: Leftovers | Canvas) -> Picture:
    """What of the old top becomes background (grey), lower garment (blue) and skin; or the photo
    without its old bottom, as far as the new one won't cover it.
    """
    if isinstance(left, Canvas):
        return left.onto(picture, (0, 0), 1.0, 0.0)
    skin = np.maximum(left.chest, left.arms)
    return _tinted(picture, (left.background, GREY), (left.lower, BLUE), (skin, SKIN))


def light(picture: Picture, shading: Colours) -> Picture:
    """What the new garment's colours are multiplied with; middle grey is 1."""
    grey = np.broadcast_to(shading, picture.shape) * 128
    return grey.clip(0, 255).astype(np.uint8)


def composite(picture: Picture, view: View, drawn: Drawn) -> Picture:
    """The draft."""
    return picture


#: How a stage is drawn; stages that make nothing to look at have no entry.
DRAWINGS: dict[Step, Callable[..., Picture]] = {
    Step.CUT_OUT: cut_out,
    Step.KEY_POINTS: key_points,
    Step.POSE: pose,
    Step.OUTLINE: outline,
    Step.PARSING: parsing,
    Step.FIT: fit,
    Step.WARP: warp,
    Step.LEFTOVERS: leftovers,
    Step.LIGHT: light,
    Step.COMPOSITE: composite,
}


def _on_checker(colour: Colours, alpha: Mask) -> Picture:
    y, x = np.indices(alpha.shape) // CHECK
    checker = np.where((x + y) % 2, LIGHT_CHECK, DARK_CHECK).astype(np.float32)[..., None]
    mixed = checker + (colour - checker) * alpha[..., None]
    return np.ascontiguousarray((255 * mixed).clip(0, 255).astype(np.uint8))


def _tinted(picture: Picture, *regions: tuple[Mask, Colour]) -> Picture:
    view = picture.astype(np.float32)
    for region, colour in regions:
        view += (np.array(colour, np.float32) - view) * (TINT * region[..., None])
    return view.astype(np.uint8)


def _rungs(view: Picture, inner: Vector, outer: Vector) -> None:
    """A strip as a ladder."""
    for ends in zip(inner, outer, strict=True):
        _line(view, *ends, YELLOW)


def _line(view: Picture, start: Any, end: Any, colour: Colour) -> None:
    cv2.line(view, _pixel(start), _pixel(end), colour, _thickness(view), cv2.LINE_AA)


def _points(view: Picture, places: NDArray[np.float32], *, hollow: bool = False) -> None:
    radius = max(2, round(RADIUS * view.shape[0]))
    for place in places:
        cv2.circle(view, _pixel(place), radius, RED, 1 if hollow else -1, cv2.LINE_AA)


def _thickness(view: Picture) -> int:
    return int(max(1, round(THICK * view.shape[0])))


def _pixel(place: Any) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))
