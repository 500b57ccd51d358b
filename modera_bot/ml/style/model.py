"""A stylist that asks a vision model: hosted, or on this machine."""

from __future__ import annotations

from modera_bot.contracts import Stage
from modera_bot.errors import BackendError, Code
from modera_bot.images import encode
from modera_bot.ml.base import Picture, Progress, StyleTask, silent
from modera_bot.ml.style.answer import Malformed, StyleAnswer, completed
from modera_bot.ml.style.prompt import mended, prompt
from modera_bot.ml.style.words import LANGUAGES
from modera_bot.ml.transports.base import Vision
from modera_bot.pool import PicturePool
from modera_bot.style import StyleProfile

#: Longest edge of the picture that a model gets, in pixels.
EDGE = 1024

#: How often a model is asked until its answer can be used.
TRIES = 2


class ModelStylist:
    """Asks, mends what can be mended, asks once more, and else refuses the answer."""

    def __init__(self, name: str, vision: Vision, pool: PicturePool) -> None:
        self.name, self._vision, self._pool = name, vision, pool

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile:
        """Raises Refusal when the photo tells nothing, BackendError when the model failed."""
        language = task.language if task.language in LANGUAGES else LANGUAGES[0]
        progress(Stage.COLOURS, 0.2)
        jpeg = self._pool.run(_encoded, task.person)
        asked = prompt(task, language)
        fault = ""
        for _ in range(TRIES):
            answer = self._vision.structured(
                mended(asked, fault) if fault else asked,
                [jpeg],
                StyleAnswer,
                role="style",
                tick=lambda: progress(Stage.OUTFITS, 0.5),
            )
            try:
                return completed(answer, task.preferences, language)
            except Malformed as error:
                fault = str(error)
        raise BackendError(Code.BACKEND_FAILED, f"{self.name}: {fault}", permanent=False)


def _encoded(picture: Picture) -> bytes:
    from modera_bot.ml.colour import shrink

    return encode(shrink(picture, EDGE))
