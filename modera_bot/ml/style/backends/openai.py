"""A vision model of OpenAI, or of a server that speaks its language, as a stylist."""

from modera_bot.ml.base import BackendContext
from modera_bot.ml.style.model import ModelStylist


class OpenAIStylist(ModelStylist):
    """Has the photo looked at by `vision_model` of [inference.openai]."""

    name, hosted = "openai", True

    def __init__(self, context: BackendContext) -> None:
        super().__init__(context.visions.named("openai"), context.pool)
