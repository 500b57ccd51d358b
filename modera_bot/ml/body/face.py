"""The face of a person whose pose is known: found near the pose's own, then its mesh."""

import math

import numpy as np

from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Face, Picture
from modera_bot.ml.body.detector import FACE, Detection, detect
from modera_bot.ml.body.networks import FACE_LANDMARK, Floats, Networks, sigmoid
from modera_bot.ml.body.pose import Pose
from modera_bot.ml.body.region import Region

SIDE = 192

#: The detector knows selfies: it needs a face that fills a good part of its picture. This
#: many distances from eyes to mouth make a window that does.
WINDOW = 4.2

#: Larger windows, in pixels, are shrunk: the detector sees 128.
MAX_WINDOW = 512

#: The mesh's region is this much larger than the detected box.
MARGIN = 1.5

MIN_SCORE = 0.5

#: Faces smaller than this many pixels from eyes to mouth show nothing.
MIN_EYES_TO_MOUTH = 5


def find_face(networks: Networks, picture: Picture, pose: Pose) -> Face | None:
    """The face belonging to `pose`; None when it is hidden, turned away or too small."""
    points = pose.points[:, :2]
    eyes = points[[Landmark.LEFT_EYE, Landmark.RIGHT_EYE]].mean(axis=0)
    mouth = points[[Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT]].mean(axis=0)
    distance = float(np.linalg.norm(mouth - eyes))
    if distance < MIN_EYES_TO_MOUTH:
        return None
    window = Region((eyes + mouth) / 2, WINDOW * distance)
    side = min(round(window.size), MAX_WINDOW)
    detections = detect(networks, FACE, window.crop(picture, side), MIN_SCORE)
    if not detections:
        return None
    return _mesh(networks, picture, _region(detections[0], window, side))


def _region(detection: Detection, window: Region, side: int) -> Region:
    """The square around a detected face, turned so that the eyes are level."""
    box = detection.box.reshape(2, 2)
    right_eye, left_eye = detection.keypoints[:2]
    x, y = left_eye - right_eye
    centre = window.to_picture(box.mean(axis=0, keepdims=True), side)[0]
    size = float((box[1] - box[0]).max()) * window.size / side
    return Region(centre, MARGIN * size, math.atan2(y, x))


def _mesh(networks: Networks, picture: Picture, region: Region) -> Face | None:
    outputs = networks[FACE_LANDMARK](region.cut(picture, SIDE))
    score = float(sigmoid(outputs["conv2d_31"]).item())
    if score < MIN_SCORE:
        return None
    raw: Floats = outputs["conv2d_21"].reshape(-1, 3)
    points, depth = region.to_picture(raw[:, :2], SIDE), raw[:, 2:] * (region.size / SIDE)
    return Face(score, np.hstack([points, depth]).astype(np.float32))
