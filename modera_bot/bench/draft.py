"""How long a draft takes here, stage by stage, how much memory, and whether the bot stays awake.

The pictures are the sandbox's own: 768×1024, as most photos are after Telegram. Each draft
is made in a picture process like those of the bot, body understanding included.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from modera_bot.bench.lag import Lag
from modera_bot.config import Settings
from modera_bot.contracts import Category
from modera_bot.images import decode, encode, mark_ai_generated
from modera_bot.ml.backends import load
from modera_bot.ml.base import BackendContext, GarmentPicture, Picture, TryOnBackend, TryOnTask
from modera_bot.ml.draft.watching import Step, Watcher
from modera_bot.pool import PicturePool

#: How many drafts are asked for at the same moment.
AT_ONCE = 10

PERSON, GARMENT = "people/ana_tee_logo.jpg", "garments/long_plaid.jpg"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of what was done several times."""

    median: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        return cls(statistics.median(seconds), max(seconds))


@dataclass(slots=True)
class Series:
    """Seconds of drafts made one after the other, and of each stage."""

    whole: list[float] = field(default_factory=list)
    stages: dict[Step, list[float]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, in seconds and bytes.

    `remembered` are drafts with a garment seen before, `anew` those with one never seen, and
    `first` is the first of all, in a new process. `memory` is the most that the picture process
    held, if the system tells. `at_once` is how long AT_ONCE drafts took together; meanwhile the
    event loop was late by `lag_p99` at worst but for one time in a hundred, and by `lag_max`
    at the very worst.
    """

    first: float
    remembered: Times
    anew: Times
    stages: dict[Step, Times]
    memory: int | None
    at_once: float
    lag_p99: float
    lag_max: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _Stopwatch(Watcher):
    """Notes how long each stage took: the time since the one before it ended."""

    def __init__(self, stages: dict[Step, list[float]]) -> None:
        self._stages, self._last = stages, time.perf_counter()

    def ended(self, step: Step, *made: Any) -> None:
        now = time.perf_counter()
        self._stages[step].append(now - self._last)
        self._last = now


def measure(settings: Settings, repeat: int) -> Figures:
    """Make drafts, `repeat` of each kind. Raises ModeraError(MODELS_MISSING)."""
    task = _task()
    pool = PicturePool(workers=1)
    try:
        first = _seconds(lambda: pool.run(_series, task, settings.models, 1))
        remembered, _ = pool.run(_series, task, settings.models, repeat)
        anew, memory = pool.run(_series, task, settings.models, repeat, forgetting=True)
    finally:
        pool.close()
    at_once, lag = asyncio.run(_at_once(settings, task))
    return Figures(
        first=first,
        remembered=Times.of(remembered.whole),
        anew=Times.of(anew.whole),
        stages={step: Times.of(seconds) for step, seconds in anew.stages.items()},
        memory=memory,
        at_once=at_once,
        lag_p99=lag.share(0.99),
        lag_max=lag.share(1.0),
    )


def table(figures: Figures) -> str:
    """The figures to read."""
    whole = {"garment seen before": figures.remembered, "garment never seen": figures.anew}
    lines = [f"{'':22}{'median':>8}{'longest':>9}"]
    for name, times in (*figures.stages.items(), *whole.items()):
        lines.append(f"{name:22}{times.median:8.3f}{times.longest:9.3f} s")
    memory = "unknown" if figures.memory is None else f"{figures.memory / 1e6:.0f} MB"
    lines += [
        f"first in a new process {figures.first:.2f} s",
        f"memory of the picture process at most {memory}",
        f"{AT_ONCE} at once {figures.at_once:.2f} s, the event loop late by "
        f"{1000 * figures.lag_p99:.1f} ms (p99), {1000 * figures.lag_max:.1f} ms (max)",
    ]
    return "\n".join(lines)


def _task() -> TryOnTask:
    samples = files("modera_bot.sandbox") / "samples"
    person, garment = (decode(samples.joinpath(name).read_bytes()) for name in (PERSON, GARMENT))
    return TryOnTask(person, (GarmentPicture(garment, Category.TOPS),))


def _series(
    task: TryOnTask, models: Path, repeat: int, *, forgetting: bool = False
) -> tuple[Series, int | None]:
    """Drafts one after the other, in a picture process, and the most memory that it held."""
    from modera_bot.ml.draft import tryon
    from modera_bot.ml.draft.watching import watched

    series = Series()
    for _ in range(repeat):
        if forgetting:
            tryon.garments.forget()
        with watched(_Stopwatch(series.stages)):
            series.whole.append(_seconds(lambda: tryon.draft_tryon(task, models)))
    series.stages = dict(series.stages)
    return series, _peak_memory()


def _peak_memory() -> int | None:
    """Bytes that this process held at most; getrusage would count its parent's, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024


async def _at_once(settings: Settings, task: TryOnTask) -> tuple[float, Lag]:
    """Seconds for AT_ONCE drafts as jobs make them, and how late the loop was."""
    pool = PicturePool(workers=settings.pictures.processes)
    backend = load("draft")(BackendContext(pool, settings))
    lag = Lag()
    watch = asyncio.create_task(lag.watch())
    begun = time.perf_counter()
    try:
        drafts = (asyncio.to_thread(_finished, backend, task) for _ in range(AT_ONCE))
        await asyncio.gather(*drafts)
        return time.perf_counter() - begun, lag
    finally:
        watch.cancel()
        await asyncio.to_thread(pool.close)


def _finished(backend: TryOnBackend, task: TryOnTask) -> bytes:
    """A draft as it goes into storage."""
    picture: Picture = backend.tryon(task).picture
    return mark_ai_generated(encode(picture))


def _seconds(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
