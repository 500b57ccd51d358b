"""The one process that holds FASHN VTON; see ml/local/process.py."""

from pathlib import Path

import numpy as np

from modera_bot.ml.fashn import worker
from modera_bot.ml.fashn.inputs import Pixels
from modera_bot.ml.local.process import ModelProcess, OnStep


class FashnProcess(ModelProcess):
    """Generates pictures one at a time."""

    def __init__(
        self, folder: Path, device: str, *, mode: str = "eager", idle_s: float = 0.0
    ) -> None:
        """`folder` has the model, `mode` is one of ml/fashn/speed.py; the process ends after
        `idle_s` seconds without work, 0 for never.
        """
        super().__init__("fashn", worker.__name__, str(folder), device, mode, str(idle_s))

    def generate(self, request: worker.Request, on_step: OnStep) -> Pixels:
        """Generate a picture. Raises BackendError, or what `on_step` raises."""
        picture = self.ask(request, request.steps, on_step)
        assert isinstance(picture, np.ndarray)
        return picture
