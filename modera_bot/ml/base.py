"""Protocols that every inference backend implements, and the arrays they exchange.

A picture in memory is an RGB array, uint8, shape (height, width, 3), sRGB, upright. A mask is
float32, shape (height, width), 0 to 1. Points are x, y in pixels of the picture they came
with, origin at its top left corner.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modera_bot.config import Settings
from modera_bot.contracts import Category, Notice, Quality, Stage
from modera_bot.ml.metering import Meter, Tally
from modera_bot.ml.transports import Visions
from modera_bot.ml.transports.base import Tick
from modera_bot.pool import PicturePool
from modera_bot.style import PastAdvice, StylePreferences, StyleProfile

Picture = NDArray[np.uint8]
Mask = NDArray[np.float32]
Points = NDArray[np.float32]

#: Told now and then while a backend works: the stage and the fraction done, 0 to 1. Raises
#: JobCancelled or LeaseLost when the backend should stop.
Progress = Callable[[Stage, float], None]


def silent(stage: Stage, fraction: float) -> None:
    """Progress for callers who don't watch."""


#: Seconds in which half of what is left of a share passes, where nobody knows how far it is.
HALF_S = 12.0


def creeping(progress: Progress, stage: Stage, begun: float, share: float) -> Tick:
    """A tick that moves on by a share of the whole, ever slower: a provider is at work."""
    start = time.monotonic()

    def tick() -> None:
        waited = time.monotonic() - start
        progress(stage, begun + share * (1 - 0.5 ** (waited / HALF_S)))

    return tick


# --- body -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Face:
    """A face found near the pose's own.

    `mesh` is (468, 3): x, y in pixels and relative depth, in MediaPipe's canonical order.
    """

    score: float
    mesh: Points


@dataclass(frozen=True, slots=True)
class Person:
    """One person in a picture.

    `pose` is (33, 3): x, y in pixels and relative depth, in BlazePose's order; `world` is the
    same in metres from the hips' middle; `visibility` and `presence` are (33,), 0 to 1;
    `score` is the landmark model's own certainty that a person is there, and `detection` the
    detector's. `mask` covers the whole picture; `mask_agreement` is the overlap (IoU) of the
    two independent segmentations that it blends: low means an unsure outline.
    """

    pose: Points
    world: Points
    visibility: NDArray[np.float32]
    presence: NDArray[np.float32]
    score: float
    detection: float
    mask: Mask
    mask_agreement: float
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What body understanding found, the most prominent person first."""

    people: tuple[Person, ...]


class BodyBackend(Protocol):
    """Finds people, their pose, outline and face."""

    def understand(self, picture: Picture) -> Body: ...


# --- try-on -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do, as data, so that the service can choose without asking it.

    `draft` marks a quick free sketch: it is shown while a slower backend works, always
    labelled, and its refusals stop nobody else. `cost_usd` is the expected price of one call.
    """

    categories: frozenset[Category]
    max_garments: int = 1
    draft: bool = False
    previews: bool = False  # streams partial pictures
    hosted: bool = False  # photos go to a service of others
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class GarmentPicture:
    picture: Picture
    category: Category | None = None  # None: the backend guesses


@dataclass(frozen=True, slots=True)
class TryOnTask:
    """`person_at` is a point (x, y, in shares of width and height) on the person to dress,
    where the photo shows several."""

    person: Picture
    garments: tuple[GarmentPicture, ...]
    quality: Quality = Quality.STANDARD
    person_at: tuple[float, float] | None = None

    @property
    def pictures(self) -> list[Picture]:
        """All photos: the person's, then those of the garments."""
        return [self.person, *(garment.picture for garment in self.garments)]


@dataclass(frozen=True, slots=True)
class QualityScore:
    """How good a try-on came out, 0 to 1 each; see ml/quality.py."""

    identity: float
    pose: float
    garment: float
    artefacts: float

    @property
    def total(self) -> float:
        """Their geometric mean."""
        return float((self.identity * self.pose * self.garment * self.artefacts) ** 0.25)


@dataclass(frozen=True, slots=True)
class TryOnOutput:
    """A finished try-on; `picture` has the person photo's own size and framing."""

    picture: Picture
    categories: tuple[Category, ...]
    notices: tuple[Notice, ...] = ()
    seed: int | None = None  # of the noise that it was generated from
    quality: QualityScore | None = None  # None: nobody has looked yet


@dataclass(frozen=True)
class BackendContext:
    """What a backend may use; its own section of the settings, if it has one, is in there."""

    pool: PicturePool
    settings: Settings
    meter: Meter = field(default_factory=Tally)

    @cached_property
    def visions(self) -> Visions:
        """Models that answer questions about pictures; whoever made the context closes them."""
        return Visions(self.settings, self.meter)


class TryOnBackend(Protocol):
    """Puts garments on a person.

    A backend is made with a BackendContext and must be quick to make. `tryon` blocks, is
    called from several threads at once, and raises Refusal when an honest result is
    impossible or BackendError when it failed.
    """

    name: str
    capabilities: Capabilities

    def __init__(self, context: BackendContext) -> None: ...

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput: ...

    def signature(self, quality: Quality) -> str:
        """What of the settings decides a picture, model included: where it is the same, the
        same task has the same result."""

    def warm(self) -> None:
        """Get ready for the first try-on, if the settings want that; returns at once."""

    def close(self) -> None:
        """End what was started for it; what is being made fails, and nothing more is asked."""


# --- style ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StyleTask:
    """`person_at` is a point (x, y, in shares of width and height) on who is meant, where the
    photo shows several; `past` are earlier pieces of advice, the newest first; `language` is
    the code of the one to answer in."""

    person: Picture
    preferences: StylePreferences
    language: str
    person_at: tuple[float, float] | None = None
    past: tuple[PastAdvice, ...] = ()


class StyleBackend(Protocol):
    """Tells a person what suits them.

    Made with a BackendContext, quick to make. `style` blocks, is called from several threads
    at once, and raises Refusal when the photo can't be judged honestly or BackendError when it
    failed. What a model answered is returned whole and valid, or not at all. `hosted`: photos
    go to a service of others.
    """

    name: str
    hosted: bool

    def __init__(self, context: BackendContext) -> None: ...

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile: ...

    def close(self) -> None:
        """End what was started for it; nothing more is asked."""
