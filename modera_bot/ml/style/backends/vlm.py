"""A vision-language model on this machine as a stylist; see ml/vlm."""

from modera_bot.ml.base import BackendContext
from modera_bot.ml.style.answer import StyleAnswer
from modera_bot.ml.style.bounds import bounded
from modera_bot.ml.style.model import ModelStylist


class VlmStylist(ModelStylist):
    """Has the photo looked at by the model of [inference.vlm]."""

    name, hosted = "vlm", False

    def __init__(self, context: BackendContext) -> None:
        super().__init__(context.visions.named("vlm"), context.pool)

    def form(self, language: str) -> type[StyleAnswer]:
        """Lengths, letters and values included: it writes under a grammar."""
        return bounded(language)
