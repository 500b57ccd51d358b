"""Tops that no sample is of, drawn as they lie for a product shot: collars, hoods, open fronts.

Each is drawn on white in a picture of 600 x 720 pixels. Points are (x, y) of a garment's right
half, x from its upright axis outward; the left half mirrors it.
"""

from collections.abc import Callable

import cv2
import numpy as np

from modera_bot.ml.base import Picture

HEIGHT, WIDTH = 720, 600

Points = list[tuple[int, int]]
Colour = tuple[int, int, int]

WHITE, SKY, NAVY, SAND, MOSS = (
    (255, 255, 255),
    (150, 185, 220),
    (46, 58, 92),
    (196, 164, 120),
    (96, 120, 84),
)

#: Shoulders, a sleeve that hangs beside the torso, and the torso.
BODY: Points = [(0, 172), (58, 166), (150, 196), (270, 602), (222, 616), (150, 330), (154, 650)]
BODY += [(0, 654)]

#: The same with the sleeves folded back: they lie on the torso, cuffs at the hem.
FOLDED: Points = [(0, 172), (58, 166), (150, 190), (170, 300), (158, 650), (0, 654)]
FOLDED_SLEEVE: Points = [(148, 196), (170, 300), (128, 560), (84, 552), (112, 300)]

#: The same laid straight down, close beside the torso.
BESIDE: Points = [(0, 172), (58, 166), (150, 190), (192, 250), (214, 380), (230, 590), (168, 600)]
BESIDE += [(160, 560), (158, 650), (0, 654)]


class Drawing:
    """A picture that symmetrical parts of cloth are laid on, one over the other."""

    def __init__(self, under: Picture | None = None) -> None:
        nothing = np.full((HEIGHT, WIDTH, 3), WHITE, np.float32)
        self.picture = nothing if under is None else under.astype(np.float32)
        noise = np.random.default_rng(3).normal(size=(HEIGHT, WIDTH)).astype(np.float32)
        folds = cv2.GaussianBlur(noise, (0, 0), sigmaX=9, sigmaY=40)
        self.folds = 1 + 0.05 * (folds / folds.std())[..., None]

    def lay(self, half: Points, colour: Colour) -> "Drawing":
        """Cloth with its own folds, darker at its edge, where it turns away."""
        alpha = np.zeros((HEIGHT, WIDTH), np.float32)
        for out in (1, -1):
            points = [(WIDTH / 2 + out * x, y) for x, y in half]
            cv2.fillPoly(alpha, [np.rint(points).astype(np.int32)], 1.0, cv2.LINE_AA)
        cloth = np.float32(colour) * self.folds
        cloth *= 0.75 + 0.25 * cv2.GaussianBlur(alpha, (0, 0), 5)[..., None] ** 2
        alpha = cv2.GaussianBlur(alpha, (0, 0), 0.7)[..., None]
        self.picture += (cloth - self.picture) * alpha
        return self

    def line(self, x: int, top: int, bottom: int, colour: Colour) -> "Drawing":
        """An upright seam or zip."""
        start, end = (WIDTH // 2 + x, top), (WIDTH // 2 + x, bottom)
        cv2.line(self.picture, start, end, colour, 2, cv2.LINE_AA)
        return self

    def finished(self) -> Picture:
        return np.rint(self.picture).clip(0, 255).astype(np.uint8)


def darker(colour: Colour, share: float = 0.55) -> Colour:
    """A garment's inside, which lies in shadow."""
    red, green, blue = (round(channel * share) for channel in colour)
    return red, green, blue


def shirt(body: Points = BODY, colour: Colour = SKY) -> Picture:
    """Buttoned, with a turn-down collar."""
    drawing = Drawing().lay(body, colour)
    drawing.line(-9, 200, 650, darker(colour, 0.8)).line(9, 200, 650, darker(colour, 0.8))
    inside: Points = [(0, 130), (30, 132), (46, 142), (36, 172), (0, 206)]
    leaf: Points = [(38, 132), (54, 140), (74, 170), (50, 240), (0, 206), (34, 172)]
    return drawing.lay(inside, darker(colour)).lay(leaf, colour).finished()


def folded_shirt() -> Picture:
    """Its sleeves lie on the torso."""
    return Drawing(shirt(FOLDED)).lay(FOLDED_SLEEVE, SKY).finished()


def shirt_with_sleeves_beside() -> Picture:
    return shirt(BESIDE)


def vest(colour: Colour = NAVY) -> Picture:
    """Without sleeves, but wide at the shoulders, and with a seam down either side."""
    body: Points = [(0, 172), (58, 166), (138, 190), (134, 300), (150, 340), (154, 650), (0, 654)]
    inside: Points = [(0, 172), (54, 168), (36, 210), (0, 226)]
    drawing = Drawing().lay(body, colour).lay(inside, darker(colour))
    seam = darker(colour, 0.9)
    return drawing.line(-80, 420, 650, seam).line(80, 420, 650, seam).finished()


def hoodie(colour: Colour = MOSS) -> Picture:
    """Its hood lies flat above the neck, the opening to the front."""
    drawing = Drawing().lay(BODY, colour)
    hood: Points = [(0, 28), (50, 34), (92, 70), (104, 120), (84, 176), (40, 214), (0, 226)]
    opening: Points = [(0, 62), (34, 72), (52, 110), (46, 158), (0, 212)]
    drawing.lay(hood, colour).lay(opening, darker(colour))
    pocket: Points = [(0, 500), (60, 500), (100, 590), (0, 590)]
    return drawing.lay(pocket, darker(colour, 0.93)).finished()


def hoodie_laid_open(colour: Colour = MOSS) -> Picture:
    """Its hood is folded down behind the neck: a low rim of it is seen."""
    rim: Points = [(0, 120), (50, 122), (84, 150), (80, 200), (40, 216), (0, 226)]
    opening: Points = [(0, 136), (40, 140), (50, 164), (30, 200), (0, 210)]
    return Drawing().lay(BODY, colour).lay(rim, colour).lay(opening, darker(colour)).finished()


def open_collar(colour: Colour = SAND) -> Picture:
    """A collar that lies open in a deep V."""
    inside: Points = [(0, 130), (30, 132), (46, 142), (30, 220), (0, 300)]
    leaf: Points = [(38, 132), (54, 140), (84, 200), (70, 250), (40, 240), (0, 300), (34, 190)]
    drawing = Drawing().lay(BODY, colour).lay(inside, darker(colour))
    return drawing.lay(leaf, colour).finished()


def zipped_jacket(colour: Colour = NAVY) -> Picture:
    """Closed, with a collar that stands."""
    drawing = Drawing().lay(BODY, colour)
    collar: Points = [(0, 112), (44, 116), (56, 126), (64, 176), (0, 216)]
    drawing.lay(collar, colour).lay([(0, 114), (40, 118), (46, 126), (0, 146)], darker(colour))
    return drawing.line(0, 146, 652, (210, 210, 215)).finished()


def open_jacket(colour: Colour = SAND) -> Picture:
    """Its front stands open; between the panels one sees the lining of the back."""
    drawing = Drawing().lay(BODY, darker(colour, 0.45))
    panel = [*BODY[1:-1], (52, 654), (34, 330), (40, 200)]
    lapel: Points = [(36, 132), (54, 140), (82, 190), (66, 280), (36, 330), (40, 200)]
    drawing.lay([(0, 130), (36, 132), (46, 176), (0, 188)], darker(colour, 0.7))
    return drawing.lay(panel, colour).lay(lapel, darker(colour, 0.95)).finished()


def on_hanger(tee: Picture) -> Picture:
    """A T-shirt of 600 x 800 pixels on a hanger, whose hook stands above its neck."""
    picture, steel, wood = tee.copy(), (90, 90, 95), (150, 110, 70)
    cv2.line(picture, (300, 110), (300, 60), steel, 5, cv2.LINE_AA)
    cv2.ellipse(picture, (315, 60), (15, 22), 0, 180, 380, steel, 5, cv2.LINE_AA)
    for end in (240, 360):
        cv2.line(picture, (300, 108), (end, 140), wood, 9, cv2.LINE_AA)
    return picture


def on_dummy(tee: Picture) -> Picture:
    """A T-shirt of 600 x 800 pixels on a dummy, whose neck stands out of it."""
    picture = tee.copy()
    neck = [(270, 40), (330, 40), (340, 110), (352, 125), (300, 160), (248, 125), (260, 110)]
    cv2.fillPoly(picture, [np.array(neck, np.int32)], (205, 180, 160), cv2.LINE_AA)
    return picture


TOPS: dict[str, Callable[[], Picture]] = {
    "shirt": shirt,
    "folded_shirt": folded_shirt,
    "shirt_with_sleeves_beside": shirt_with_sleeves_beside,
    "vest": vest,
    "hoodie": hoodie,
    "hoodie_laid_open": hoodie_laid_open,
    "open_collar": open_collar,
    "zipped_jacket": zipped_jacket,
    "open_jacket": open_jacket,
}
