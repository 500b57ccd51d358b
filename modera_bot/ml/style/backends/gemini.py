"""One of Google's Gemini models as a stylist."""

from modera_bot.ml.base import BackendContext
from modera_bot.ml.style.model import ModelStylist


class GeminiStylist(ModelStylist):
    """Has the photo looked at by `vision_model` of [inference.gemini]."""

    name, hosted = "gemini", True

    def __init__(self, context: BackendContext) -> None:
        super().__init__(context.visions.named("gemini"), context.pool)
