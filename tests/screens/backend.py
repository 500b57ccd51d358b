"""The draft backend as the screenshots need it: it waits when told, and fails when told."""

import threading

import cv2

from modera_bot.contracts import Category, Stage
from modera_bot.errors import ModeraError
from modera_bot.ml.backends.draft import DraftTryOn
from modera_bot.ml.base import (
    Capabilities,
    Progress,
    StyleTask,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.forming import watcher
from modera_bot.ml.style.backends.rules import RulesStylist
from modera_bot.style import StyleProfile

#: Work goes on while it is set.
gate = threading.Event()
gate.set()
#: A picture that forms is finished while it is set.
last_touch = threading.Event()
last_touch.set()
#: Raised one after the other instead of drawing.
faults: list[ModeraError] = []
#: How blurred it is before, in pixels.
BLUR = 12


class StagedDraft(DraftTryOn):
    """The draft itself."""

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        progress(Stage.READING, 0.1)
        while not gate.wait(0.05):
            progress(Stage.FITTING, 0.4)
        if faults:
            raise faults.pop(0)
        return super().tryon(task, progress)


class StagedModel(StagedDraft):
    """Passes for a model whose pictures cost credits and come in several qualities."""

    name = "model"
    capabilities = Capabilities(categories=frozenset(Category), max_garments=2)


class ElsewhereModel(StagedModel):
    """The same under the name of a service that photos are sent to."""

    name = "openai"
    capabilities = Capabilities(
        categories=frozenset(Category), max_garments=2, hosted=True, previews=True
    )

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        made = super().tryon(task, progress)
        watching = watcher.get()
        if watching is not None:
            watching(cv2.GaussianBlur(made.picture, (0, 0), BLUR))
        while not last_touch.wait(0.05):
            progress(Stage.FINISHING, 0.9)
        return made


BACKENDS = {
    "draft": "tests.screens.backend:StagedDraft",
    "model": "tests.screens.backend:StagedModel",
    "openai": "tests.screens.backend:ElsewhereModel",
}


class StagedStylist(RulesStylist):
    """The stylist that measures, waiting where the try-on would."""

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile:
        progress(Stage.COLOURS, 0.2)
        while not gate.wait(0.05):
            progress(Stage.COLOURS, 0.4)
        return super().style(task, progress)


STYLISTS = {"rules": "tests.screens.backend:StagedStylist"}
