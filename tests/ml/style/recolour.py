"""The sample people with other skin, hair and light: what a stylist must tell apart."""

from __future__ import annotations

import cv2
import numpy as np

from modera_bot.ml.base import Person, Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import to_lab, to_rgb
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample

Lab = tuple[float, float, float]

#: Skin and hair of four invented people, as Lab, by the season they stand for.
LOOKS: dict[str, tuple[Lab, Lab]] = {
    "spring": ((76.0, 9.0, 24.0), (68.0, 8.0, 34.0)),  # golden, honey blond
    "summer": ((74.0, 14.0, 12.0), (60.0, 2.0, 9.0)),  # rosy, ash blond
    "autumn": ((64.0, 11.0, 25.0), (30.0, 14.0, 18.0)),  # golden brown, chestnut
    "winter": ((42.0, 15.0, 11.0), (16.0, 1.0, 1.0)),  # deep and cool, black
}


def recoloured(name: str, skin: Lab, hair: Lab, understanding: BodyUnderstanding) -> Picture:
    """A person of tests/samples/people with these colours of skin and hair."""
    picture = sample(f"people/{name}")
    person = understanding.understand(picture).people[0]
    parsing = parse(picture, person, figure(person))
    lab = to_lab(picture)
    head = np.maximum(parsing.head, np.maximum(*parsing.hands)) * person.mask
    lab = _shifted(lab, parsing.hair, hair)
    lab = _shifted(lab, head * (1 - parsing.hair), skin, parsing.tone)
    return np.rint(to_rgb(lab) * 255).astype(np.uint8)


def _shifted(
    lab: np.ndarray, weight: np.ndarray, to: Lab, of: np.ndarray | None = None
) -> np.ndarray:
    middle = np.median(lab[weight > 0.9], axis=0) if of is None else of
    ratio = to[0] / middle[0]
    moved = np.stack(
        [lab[..., 0] * ratio, lab[..., 1] + to[1] - middle[1], lab[..., 2] + to[2] - middle[2]], -1
    )
    return (lab + weight[..., None] * (moved - lab)).astype(np.float32)


def lit(picture: Picture, *gains: float) -> Picture:
    """The picture under light of another colour: gains of red, green and blue."""
    linear = (picture / 255.0) ** 2.2 * np.array(gains)
    return np.rint(255 * linear.clip(0, 1) ** (1 / 2.2)).astype(np.uint8)


def backlit(picture: Picture, person: Person) -> Picture:
    """The person in the shade before something bright."""
    mask = person.mask[..., None]
    linear = (picture / 255.0) ** 2.2
    linear = linear * 0.08 * mask + (1 - mask) * np.minimum(1.0, linear * 1.6)
    return np.rint(255 * linear.clip(0, 1) ** (1 / 2.2)).astype(np.uint8)


def before_white(picture: Picture, person: Person) -> Picture:
    """The person in the same light before a white wall."""
    mask = person.mask[..., None]
    return np.rint(picture * mask + 250 * (1 - mask)).astype(np.uint8)


def recompressed(picture: Picture, quality: int) -> Picture:
    data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def rescaled(picture: Picture, factor: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def brighter(picture: Picture, factor: float) -> Picture:
    return np.rint((picture * factor).clip(0, 255)).astype(np.uint8)
