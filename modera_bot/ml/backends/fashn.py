"""FASHN VTON 1.5 on this machine's own GPU; see docs/local-models.md.

The model lives in one process of its own (ml/local): torch is never imported here, and nothing
that happens on the GPU can end the bot.
"""

import logging
import secrets
import threading
from pathlib import Path

from modera_bot.contracts import WORN_TOGETHER, Category, Quality, Stage
from modera_bot.errors import BackendError
from modera_bot.ml.base import (
    BackendContext,
    Capabilities,
    Picture,
    Progress,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.fashn.files import canvas_of
from modera_bot.ml.fashn.inputs import CATEGORIES, Inputs, Size, blank
from modera_bot.ml.fashn.process import FashnProcess
from modera_bot.ml.fashn.worker import Request
from modera_bot.ml.outfit import dress

_log = logging.getLogger(__name__)

#: Below the folder of the models.
FOLDER = "fashn"

#: Shares of a try-on's time after which the pictures are prepared, and generated.
PREPARED, GENERATED = 1 / 8, 7 / 8


class FashnTryOn:
    """Generates the person wearing the garment, and puts that back onto the photo."""

    name = "fashn"
    capabilities = Capabilities(categories=frozenset(Category), max_garments=len(WORN_TOGETHER))

    def __init__(self, context: BackendContext) -> None:
        settings = context.settings.inference.fashn
        self._pool, self._models = context.pool, context.settings.models.resolve()
        self._steps = {
            Quality.STANDARD: settings.standard_steps,
            Quality.HIGH: settings.high_steps,
            Quality.PREMIUM: settings.premium_steps,
        }
        self._preload = settings.preload
        self._process = FashnProcess(
            self._models / FOLDER,
            settings.device,
            mode=settings.mode,
            idle_s=60 * settings.idle_minutes,
        )

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        """Raises Refusal, BackendError, or PoolError when a picture process died."""
        return dress(task, self._one, progress)

    def _one(self, task: TryOnTask, progress: Progress) -> TryOnOutput:
        (garment,) = task.garments
        progress(Stage.READING, 0.0)
        canvas = canvas_of(self._models / FOLDER)
        category = garment.category or self._pool.run(_category, garment.picture)
        inputs = self._pool.run(_look_at, task, category, self._models, canvas)
        seed = secrets.randbelow(1 << 32)
        request = Request(inputs, CATEGORIES[category], seed, self._steps[task.quality])
        generated = self._generate(request, progress)
        progress(Stage.FINISHING, GENERATED)
        picture = self._pool.run(_back_onto, task, generated, category, self._models)
        return TryOnOutput(picture, (category,), seed=seed)

    def signature(self, quality: Quality) -> str:
        return f"{self._steps[quality]} steps"

    def _generate(self, request: Request, progress: Progress) -> Picture:
        def on_step(done: int, steps: int) -> None:
            stage = Stage.DRAWING if done else Stage.READING
            progress(stage, PREPARED + (GENERATED - PREPARED) * done / steps)

        return self._process.generate(request, on_step)

    def warm(self) -> None:
        """Load the model behind the scenes; what is wrong with it the first try-on tells again."""
        if self._preload:
            threading.Thread(target=self._load, name="fashn", daemon=True).start()

    def _load(self) -> None:
        try:
            width, height = canvas_of(self._models / FOLDER)
            self._process.generate(Request(blank(height, width), 1, 0, 1), lambda *_: None)
        except BackendError as error:
            if not self._process.closed:
                _log.warning("the local model can't be loaded: %s", error)

    def close(self) -> None:
        """End the model's process."""
        self._process.close()


# Below run in picture processes: OpenCV and the networks load there, not in the bot.


def _look_at(task: TryOnTask, category: Category, models: Path, canvas: Size) -> Inputs:
    from modera_bot.ml.fashn.pipeline import look_at
    from modera_bot.ml.garment_mask import worn_garment

    garment = task.garments[0].picture
    return look_at(
        task.person,
        garment,
        folder=models / FOLDER,
        canvas=canvas,
        person_at=task.person_at,
        worn=worn_garment(garment, category, models),
    )


def _back_onto(task: TryOnTask, generated: Picture, category: Category, models: Path) -> Picture:
    from modera_bot.ml.composite import back_onto

    return back_onto(task.person, generated, category, models, task.person_at)


def _category(garment: Picture) -> Category:
    from modera_bot.ml.kinds import category_of

    return category_of(garment)
