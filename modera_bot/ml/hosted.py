"""A try-on by a hosted model, whoever hosts it.

    task ─► on a canvas, as JPEG ─► the provider draws ───────► back onto the photo ─► score
        └─► is anybody there? ────┴► meanwhile: who is meant, masks, edges ─┘

What reads bytes or heavy pictures runs in picture processes; what waits runs here.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import BackendError, Code, PictureError, PoolError, Refusal
from modera_bot.ml.base import (
    BackendContext,
    Capabilities,
    Picture,
    Progress,
    QualityScore,
    TryOnOutput,
    TryOnTask,
    creeping,
    silent,
)
from modera_bot.ml.forming import watcher
from modera_bot.ml.framing import Frame, framed, unframed
from modera_bot.ml.transports.base import Tick

if TYPE_CHECKING:
    from modera_bot.ml.body.pose import Pose
    from modera_bot.ml.composite import Ground
    from modera_bot.ml.quality import Expected

_log = logging.getLogger(__name__)

#: Longest edge of a garment's picture as it is sent, in pixels.
GARMENT_EDGE = 1024

#: Share of the progress bar at which the provider begins, and what it takes of it in all.
BEGUN, DRAWING = 0.15, 0.7


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is to draw: JPEG pictures on the frame's canvas, the person first."""

    person: bytes
    garments: tuple[bytes, ...]
    categories: tuple[Category, ...]
    frame: Frame
    quality: Quality

    @property
    def pictures(self) -> tuple[bytes, ...]:
        return (self.person, *self.garments)


class HostedTryOn(ABC):
    """What the backends of all providers share; each says how a picture is framed and drawn."""

    name: str
    capabilities: Capabilities

    def __init__(self, context: BackendContext) -> None:
        self._pool, self._models = context.pool, context.settings.models
        self._keep_identity = context.settings.inference.keep_identity
        self._aside = ThreadPoolExecutor(8, f"{self.name} aside")

    @abstractmethod
    def frame(self, width: int, height: int, quality: Quality) -> Frame:
        """The canvas for a photo."""

    @abstractmethod
    def draw(self, order: Order, tick: Tick, partial: Callable[[bytes], None] | None) -> bytes:
        """The provider's picture. Raises Refusal or ProviderError."""

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        """Raises Refusal, BackendError, or PoolError when a picture process died."""
        if len(task.garments) > self.capabilities.max_garments:
            raise Refusal(Code.SEVERAL_GARMENTS_UNSUPPORTED)
        progress(Stage.READING, 0.0)
        height, width = task.person.shape[:2]
        frame = self.frame(width, height, task.quality)
        found = self._aside.submit(self._pool.run, present, task.person, self._models)
        order = self._pool.run(ordered, task, frame)
        poses = found.result()  # whether anybody is there must be known before anything is paid for
        looked = self._aside.submit(
            self._pool.run, looked_at, task, poses, order.categories, self._models
        )
        progress(Stage.DRAWING, BEGUN)
        data = self._drawn(task, order, looked, creeping(progress, Stage.DRAWING, BEGUN, DRAWING))
        progress(Stage.FINISHING, BEGUN + DRAWING)
        try:
            picture, quality = self._pool.run(
                finished,
                task.person,
                data,
                frame,
                looked.result(),
                self._models,
                self._keep_identity,
            )
        except PictureError as error:
            detail = f"{self.name}: its answer is no picture: {error}"
            raise BackendError(Code.BACKEND_FAILED, detail) from error
        return TryOnOutput(picture, order.categories, quality=quality)

    def _drawn(self, task: TryOnTask, order: Order, looked: Future[Looked], tick: Tick) -> bytes:
        """The provider's picture; what there is so far is shown to whoever watches."""
        watching = watcher.get() if self.capabilities.previews else None
        if watching is None:
            return self.draw(order, tick, None)
        forming: SimpleQueue[bytes] = SimpleQueue()

        def tick_and_show() -> None:
            tick()
            data = None
            while not forming.empty():  # the newest is enough
                data = forming.get()
            if data is not None:
                picture = self._formed(task.person, data, order.frame, looked.result())
                if picture is not None:
                    watching(picture)

        return self.draw(order, tick_and_show, forming.put)

    def _formed(self, photo: Picture, data: bytes, frame: Frame, looked: Looked) -> Picture | None:
        ground = looked.ground if self._keep_identity else None
        try:
            return self._pool.run(composed, photo, data, frame, ground)
        except (BackendError, PictureError, PoolError) as error:
            _log.info("%s: no picture of what forms: %s", self.name, error)
            return None

    @abstractmethod
    def signature(self, quality: Quality) -> str: ...

    @abstractmethod
    def warm(self) -> None: ...

    def close(self) -> None:
        """End what is being looked at."""
        self._aside.shutdown(wait=False, cancel_futures=True)


# Below run in picture processes: OpenCV and the networks load there, not in the bot.


def ordered(task: TryOnTask, frame: Frame) -> Order:
    """Pictures as they are sent, and what the garments seem to be where nobody said it."""
    from modera_bot.images import encode
    from modera_bot.ml.colour import shrink
    from modera_bot.ml.kinds import category_of

    return Order(
        encode(framed(task.person, frame)),
        tuple(encode(shrink(garment.picture, GARMENT_EDGE)) for garment in task.garments),
        tuple(garment.category or category_of(garment.picture) for garment in task.garments),
        frame,
        task.quality,
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """What there is to know before the provider's picture comes."""

    ground: Ground
    expected: Expected


def present(photo: Picture, models: Path) -> tuple[Pose, ...]:
    """Who is there. Raises Refusal where nobody is."""
    from modera_bot.ml.composite import poses_in

    return poses_in(photo, models)


def looked_at(
    task: TryOnTask, poses: tuple[Pose, ...], categories: tuple[Category, ...], models: Path
) -> Looked:
    """What may change on the person who is meant, and what a good result would be like."""
    from modera_bot.ml import composite
    from modera_bot.ml.quality import Expected

    seen = composite.looked_at(task.person, poses, categories, models, task.person_at)
    return Looked(seen.ground, Expected.of(task, seen))


def finished(
    photo: Picture, data: bytes, frame: Frame, looked: Looked, models: Path, keep_identity: bool
) -> tuple[Picture, QualityScore]:
    """The provider's picture in the photo's frame and resolution, identity put back, and how
    good it is.

    Raises PictureError when the bytes are no picture, BackendError when it is framed otherwise.
    """
    from modera_bot.ml.quality import score

    picture = composed(photo, data, frame, looked.ground if keep_identity else None)
    return picture, score(looked.expected, picture, models)


def composed(photo: Picture, data: bytes, frame: Frame, ground: Ground | None) -> Picture:
    """The same without a score; without a ground identity is not put back."""
    import cv2
    import numpy as np

    from modera_bot.images import decode
    from modera_bot.ml.composite import onto

    made = unframed(decode(data), frame)
    if ground is not None:
        return onto(photo, made, ground)
    size = photo.shape[1], photo.shape[0]
    return np.asarray(cv2.resize(made, size, interpolation=cv2.INTER_CUBIC), np.uint8)
