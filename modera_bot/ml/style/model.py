"""A stylist that asks a vision model: hosted, or on this machine."""

from __future__ import annotations

from modera_bot.contracts import Stage
from modera_bot.errors import BackendError, Code
from modera_bot.images import encode
from modera_bot.ml.base import Picture, Progress, StyleTask, creeping, silent
from modera_bot.ml.style.answer import Malformed, StyleAnswer, completed
from modera_bot.ml.style.prompt import mended, prompt
from modera_bot.ml.style.words import LANGUAGES
from modera_bot.ml.transports.base import Unreadable, Vision
from modera_bot.pool import PicturePool
from modera_bot.style import StyleProfile

#: Longest edge of the picture that a model gets, in pixels.
EDGE = 1024

#: How often a model is asked until its answer can be used.
TRIES = 2

#: Shares of the time after which a model begins, and ends.
LOOKED, ADVISED = 0.2, 0.85


class ModelStylist:
    """Asks, mends what can be mended, asks once more, and else refuses the answer.

    A stylist of its own says what it is called, whether photos leave the machine, and which
    vision model it asks.
    """

    name: str
    hosted: bool

    def __init__(self, vision: Vision, pool: PicturePool) -> None:
        self._vision, self._pool = vision, pool

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile:
        """Raises Refusal when the photo tells nothing, BackendError when the model failed."""
        language = task.language if task.language in LANGUAGES else LANGUAGES[0]
        progress(Stage.COLOURS, LOOKED)
        tick = creeping(progress, Stage.OUTFITS, LOOKED, ADVISED - LOOKED)
        jpeg = self._pool.run(_encoded, task.person)
        asked = prompt(task, language)
        fault = ""
        for _ in range(TRIES):
            tick()
            try:
                answer = self._vision.structured(
                    mended(asked, fault) if fault else asked,
                    [jpeg],
                    self.form(language),
                    role="style",
                    tick=tick,
                )
                return completed(answer, task.preferences, language)
            except Malformed as error:
                fault = str(error)
            except Unreadable as error:
                fault = error.detail
        # a model of our own would answer the same again
        raise BackendError(Code.BACKEND_FAILED, f"{self.name}: {fault}", not self.hosted)

    def form(self, language: str) -> type[StyleAnswer]:
        """What the model fills in."""
        return StyleAnswer

    def close(self) -> None:
        """The vision model is not its own."""


def _encoded(picture: Picture) -> bytes:
    from modera_bot.ml.colour import shrink

    return encode(shrink(picture, EDGE))
