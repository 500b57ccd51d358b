"""The stylist without a model: colours are measured, advice follows rules. Free and offline."""

from pathlib import Path

from modera_bot.contracts import Stage
from modera_bot.errors import Code, ModeraError, Refusal
from modera_bot.ml.base import BackendContext, Picture, Progress, StyleTask, silent
from modera_bot.ml.style.advise import advise
from modera_bot.ml.style.reading import Reading
from modera_bot.style import StyleProfile

#: What a photo may lack when the person has told their colours themselves.
REPLACED = {Code.FACE_UNCLEAR, Code.COLOUR_CAST, Code.BACKLIT}


class RulesStylist:
    """Measures skin, hair, eyes and clothes, and looks the rest up."""

    name, hosted = "rules", False

    def __init__(self, context: BackendContext) -> None:
        self._pool, self._models = context.pool, context.settings.models

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile:
        """Raises Refusal when the photo tells no colours and the person told none."""
        progress(Stage.COLOURS, 0.2)
        told = task.preferences.appearance
        try:
            reading = self._pool.run(_read, task.person, task.person_at, self._models)
        except ModeraError as error:
            known = told.skin is not None or told.hair is not None
            if not (isinstance(error, Refusal) and error.code in REPLACED and known):
                raise
            reading = None
        progress(Stage.OUTFITS, 0.7)
        return advise(reading, task.preferences, task.past, task.language)

    def close(self) -> None:
        """The picture processes are not its own."""


def _read(picture: Picture, at: tuple[float, float] | None, models: Path) -> Reading:
    # OpenCV and the networks load where they work, not in the bot's own process
    from modera_bot.ml.style.look import read

    return read(picture, at, models)
