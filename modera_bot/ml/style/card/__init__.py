"""The style card: a profile as one picture to look at and to send on."""

from modera_bot.ml.style.card.draw import WIDTH, draw_card
from modera_bot.ml.style.card.portrait import portrait

__all__ = ["WIDTH", "draw_card", "portrait"]
