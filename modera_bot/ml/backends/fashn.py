"""FASHN VTON 1.5 on this machine's own GPU; see docs/local-models.md.

The model lives in one process of its own (ml/fashn/process.py): torch is never imported here,
and nothing that happens on the GPU can end the bot.
"""

import logging
import secrets
from pathlib import Path

from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.ml.base import (
    BackendContext,
    Capabilities,
    Picture,
    Progress,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.composite import back_onto
from modera_bot.ml.draft.garment import WORK_EDGE, cut_out, shrink
from modera_bot.ml.draft.silhouette import guess_category
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.dwpose import DETECTOR, ESTIMATOR
from modera_bot.ml.fashn.pipeline import CATEGORIES, look_at
from modera_bot.ml.fashn.prepare import Size
from modera_bot.ml.fashn.process import ModelProcess
from modera_bot.ml.fashn.worker import Request

_log = logging.getLogger(__name__)

WEIGHTS = "model.safetensors"

#: Shares of a try-on's time after which the pictures are prepared, and generated.
PREPARED, GENERATED = 0.1, 0.9


class FashnTryOn:
    """Generates the person wearing the garment, and puts that back onto the photo."""

    name = "fashn"
    capabilities = Capabilities(categories=frozenset(Category))

    def __init__(self, context: BackendContext) -> None:
        settings = context.settings.inference.fashn
        self._pool, self._models = context.pool, context.settings.models
        self._folder = self._models.resolve() / "fashn"
        self._steps = {
            Quality.STANDARD: settings.standard_steps,
            Quality.HIGH: settings.high_steps,
            Quality.PREMIUM: settings.premium_steps,
        }
        self._process = ModelProcess(
            self._folder, settings.device, mode=settings.mode, idle_s=60 * settings.idle_minutes
        )

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        """Raises Refusal, BackendError, or PoolError when a picture process died."""
        if len(task.garments) != 1:
            raise Refusal(Code.SEVERAL_GARMENTS_UNSUPPORTED)
        (garment,) = task.garments
        progress(Stage.READING, 0.0)
        canvas = canvas_of(self._folder)
        category = garment.category or self._pool.run(_category, garment.picture)
        inputs = self._pool.run(
            look_at, task.person, garment.picture, folder=self._folder, canvas=canvas
        )
        seed = secrets.randbelow(1 << 32)
        request = Request(inputs, CATEGORIES[category], seed, self._steps[task.quality])
        generated = self._generate(request, progress)
        progress(Stage.FINISHING, GENERATED)
        picture = self._pool.run(back_onto, task.person, generated, category, self._models)
        return TryOnOutput(picture, (category,), seed=seed)

    def _generate(self, request: Request, progress: Progress) -> Picture:
        def on_step(done: int, steps: int) -> None:
            stage = Stage.DRAWING if done else Stage.READING
            progress(stage, PREPARED + (GENERATED - PREPARED) * done / steps)

        return self._process.generate(request, on_step)

    def close(self) -> None:
        """End the model's process."""
        self._process.close()


def canvas_of(folder: Path) -> Size:
    """The size of the model's pictures. Raises BackendError unless all of its files are there."""
    files = [folder / file for file in (WEIGHTS, DETECTOR, ESTIMATOR)]
    if missing := [str(file) for file in files if not file.is_file()]:
        reason = f"{', '.join(missing)}: missing; get it with: modera-bot models pull fashn"
        raise BackendError(Code.MODELS_MISSING, reason)
    file = folder / "config.json"  # only a smaller model has one
    try:
        height, width = (FashnConfig.read(file) if file.exists() else FashnConfig()).input_shape
    except (OSError, ValueError) as error:
        raise BackendError(Code.MODELS_MISSING, f"{file}: {error}; mend or delete it") from error
    return Size(width, height)


def _category(garment: Picture) -> Category:
    """What the garment seems to be. Runs in a picture process."""
    return guess_category(cut_out(shrink(garment, WORK_EDGE)))
