"""What a garment seems to be."""

from modera_bot.contracts import Category
from modera_bot.ml.base import Picture
from modera_bot.ml.colour import shrink
from modera_bot.ml.draft.garment import WORK_EDGE, cut_out
from modera_bot.ml.draft.silhouette import guess_category


def category_of(garment: Picture) -> Category:
    """The category that the garment's outline speaks for."""
    return guess_category(cut_out(shrink(garment, WORK_EDGE)))
