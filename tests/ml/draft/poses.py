"""Sample people brought into other poses and pictures, by moving parts of the pictures."""

import cv2
import numpy as np

from modera_bot.ml.anatomy import Landmark
from modera_bot.ml.base import Mask, Person, Picture
from modera_bot.ml.parsing.figure import capsule


def tilted(picture: Picture, degrees: float) -> Picture:
    """The picture turned about its middle, a little smaller."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.8)
    around = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(around, np.uint8)


def far(picture: Picture, scale: float) -> Picture:
    """Standing on the lower edge of a plain picture of 800 × 1000 pixels."""
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    wide = np.full((1000, 800, 3), small[0, 0], np.uint8)
    wide[1000 - height :, 250 : 250 + width] = small
    return wide


def blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def foreshortened(picture: Picture, person: Person, share: float) -> Picture:
    """The thighs at `share` of their length, as of somebody who sits facing the camera."""
    hip, knee = (
        person.pose[[Landmark[f"LEFT_{joint}"], Landmark[f"RIGHT_{joint}"]], 1].mean()
        for joint in ("HIP", "KNEE")
    )
    top, bottom = round(hip + 0.2 * (knee - hip)), round(float(knee))
    size = picture.shape[1], max(1, round((bottom - top) * share))
    thighs = cv2.resize(picture[top:bottom], size, interpolation=cv2.INTER_AREA)
    return np.vstack([picture[:top], np.asarray(thighs, np.uint8), picture[bottom:]])


def beside(behind: Picture, front: Picture, outline: Mask, shift: int) -> Picture:
    """Somebody in front of somebody, `shift` pixels to the right."""
    picture = cv2.copyMakeBorder(behind, 0, 0, 0, shift, cv2.BORDER_REPLICATE)
    over = np.pad(front, ((0, 0), (shift, 0), (0, 0))).astype(np.float32)
    cut = np.pad(outline, ((0, 0), (shift, 0)))[..., None]
    return np.asarray(np.rint(picture + (over - picture) * cut), np.uint8)


def with_arm_bent(picture: Picture, person: Person, side: str, degrees: float) -> Picture:
    """One forearm (of LEFT or RIGHT) turned about its elbow, inward for positive degrees."""
    elbow, wrist, index = (
        person.pose[Landmark[f"{side}_{joint}"], :2] for joint in ("ELBOW", "WRIST", "INDEX")
    )
    reach = float(np.linalg.norm(wrist - elbow))
    tip = index + 0.7 * (index - wrist)
    radii = (0.26 * reach, 0.26 * reach)
    arm = np.maximum(
        capsule(person.mask.shape, elbow, wrist, radii),
        capsule(person.mask.shape, wrist, tip, radii),
    )
    arm *= (person.mask > 0.5).astype(np.float32)
    arm[: int(elbow[1])] = 0
    aside = -degrees if side == "RIGHT" else degrees
    turn = cv2.getRotationMatrix2D([float(each) for each in elbow], -aside, 1.0)
    size = picture.shape[1::-1]
    moved = cv2.warpAffine(picture, turn, size)
    there = cv2.warpAffine(arm, turn, size)[..., None]
    gap = cv2.dilate((arm > 0).astype(np.uint8), np.ones((9, 9), np.uint8))
    gap[: int(elbow[1]) + 4] = 0
    without = cv2.inpaint(picture, gap, 5, cv2.INPAINT_TELEA)
    return np.asarray(np.rint(without * (1 - there) + moved * there), np.uint8)
