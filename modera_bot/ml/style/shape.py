"""The body type that somebody's own measurements speak of; a photo never does."""

from modera_bot.style import BodyType, Measurements

#: Chest and hips that differ by less than this share are called equal.
ALIKE = 0.05

#: A waist below this share of the narrower of chest and hips is defined; above the second it is
#: as wide as they are.
DEFINED, AS_WIDE = 0.78, 0.95


def body_type(measured: Measurements | None) -> BodyType | None:
    """None unless chest, waist and hips are all known."""
    if measured is None:
        return None
    chest, waist, hips = measured.chest, measured.waist, measured.hips
    if chest is None or waist is None or hips is None:
        return None
    if waist > AS_WIDE * min(chest, hips):
        return BodyType.OVAL
    if hips > (1 + ALIKE) * chest:
        return BodyType.TRIANGLE
    if chest > (1 + ALIKE) * hips:
        return BodyType.INVERTED_TRIANGLE
    return BodyType.HOURGLASS if waist < DEFINED * min(chest, hips) else BodyType.RECTANGLE
