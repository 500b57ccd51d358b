"""A stylist for tests: quick, and able to fail or to wait on demand."""

import threading
from dataclasses import dataclass, field

from modera_bot.contracts import Stage
from modera_bot.errors import ModeraError
from modera_bot.ml.base import BackendContext, Progress, StyleTask, silent
from modera_bot.ml.style.advise import advise
from modera_bot.style import StyleProfile


@dataclass
class Conduct:
    """How the stylist of a test behaves; the fixture resets it."""

    faults: list[ModeraError] = field(default_factory=list)  # raised one after the other
    gate: threading.Event = field(default_factory=threading.Event)  # work waits while cleared
    tasks: list[StyleTask] = field(default_factory=list)

    def reset(self) -> None:
        """Back to working at once and without faults."""
        self.faults.clear()
        self.tasks.clear()
        self.gate.set()


conduct = Conduct()
conduct.reset()


class QuickStylist:
    """Advises by the rules on colours that it does not look at."""

    name, hosted = "quick", False

    def __init__(self, context: BackendContext) -> None:
        """Needs nothing of the context."""

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile:
        from tests.ml.style.profiles import READING

        conduct.tasks.append(task)
        progress(Stage.COLOURS, 0.2)
        while not conduct.gate.wait(0.05):
            progress(Stage.COLOURS, 0.5)  # raises when the job is cancelled
        if conduct.faults:
            raise conduct.faults.pop(0)
        return advise(READING, task.preferences, task.past, task.language)

    def close(self) -> None:
        """Has started nothing."""
