"""Try-on backends for tests: quick, obvious, and able to fail or to wait on demand."""

import threading
from dataclasses import dataclass, field

import numpy as np

from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import ModeraError
from modera_bot.ml.base import (
    BackendContext,
    Capabilities,
    Progress,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.forming import watcher


@dataclass
class Conduct:
    """How the backends of a test behave; the test changes it, the fixture resets it."""

    faults: list[ModeraError] = field(default_factory=list)  # raised one after the other
    gate: threading.Event = field(default_factory=threading.Event)  # work waits while cleared
    started: threading.Event = field(default_factory=threading.Event)
    calls: list[TryOnTask] = field(default_factory=list)

    def reset(self) -> None:
        """Back to working at once and without faults."""
        self.faults.clear()
        self.calls.clear()
        self.gate.set()
        self.started.clear()


conduct = Conduct()
sketch_conduct = Conduct()
conduct.reset()
sketch_conduct.reset()


class PaintTryOn:
    """Paints the garment's mean colour over the middle of the person's photo."""

    name = "paint"
    capabilities = Capabilities(categories=frozenset(Category))
    conduct = conduct

    def __init__(self, context: BackendContext) -> None:
        """Needs nothing of the context."""

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        self.conduct.calls.append(task)
        self.conduct.started.set()
        progress(Stage.READING, 0.1)
        while not self.conduct.gate.wait(0.05):
            progress(Stage.FITTING, 0.5)  # raises when the job is cancelled
        if self.conduct.faults:
            raise self.conduct.faults.pop(0)
        progress(Stage.FINISHING, 0.9)
        picture = task.person.copy()
        height, width = picture.shape[:2]
        colour = task.garments[0].picture.reshape(-1, 3).mean(axis=0).astype(np.uint8)
        picture[height // 3 : height // 2, width // 3 : -width // 3] = colour
        categories = tuple(garment.category or Category.TOPS for garment in task.garments)
        return TryOnOutput(picture, categories)

    def signature(self, quality: Quality) -> str:
        return quality

    def warm(self) -> None:
        """Is ready."""

    def close(self) -> None:
        """Has started nothing."""


class ElsewhereTryOn(PaintTryOn):
    """The same under the name of a service that photos are sent to."""

    name = "openai"
    capabilities = Capabilities(categories=frozenset(Category), hosted=True)


class FormingTryOn(PaintTryOn):
    """The same, seen as it forms."""

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        watching = watcher.get()
        assert watching is not None
        watching(255 - task.person)
        return super().tryon(task, progress)


class SketchTryOn(PaintTryOn):
    """The same as a draft."""

    name = "sketch"
    capabilities = Capabilities(categories=frozenset({Category.TOPS}), draft=True)
    conduct = sketch_conduct


class LookTryOn(PaintTryOn):
    """The same for two garments at once."""

    name = "look"
    capabilities = Capabilities(categories=frozenset(Category), max_garments=2)


BACKENDS = {
    "paint": "tests.fakes:PaintTryOn",
    "sketch": "tests.fakes:SketchTryOn",
    "look": "tests.fakes:LookTryOn",
}
