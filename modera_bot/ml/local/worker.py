"""A model in a process of its own, which `ModelProcess` starts and talks to.

    a request ─────► load once ─► work ─► Loaded, Step…, then the answer | Stopped | ModeraError
    STOP, any time, ends the request at its next step

It ends by itself when its parent is gone, when it has been idle long enough, and after any
failure: a fresh process has all its memory, and a GPU that a kernel left in disorder again.
"""

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from modera_bot.errors import BackendError, Code, ModeraError

_log = logging.getLogger(__name__)

Model = TypeVar("Model")

#: The model, and a line that says where it is.
Load = Callable[[], tuple[Model, str]]
#: Its answer to a request; calls `step` now and then, with the steps done and their number.
Answer = Callable[[Model, object, "OnStep"], object]
OnStep = Callable[[int, int], None]

STOP = "stop"

_OOM_SCORE = 600  # out of memory, the kernel ends this process rather than the bot


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is there; `plan` says where."""

    plan: str


@dataclass(frozen=True, slots=True)
class Step:
    done: int
    steps: int


class Stopped(Exception):
    """The parent wants no more of this request."""


def run(descriptor: str, load: Load[Model], answer: Answer[Model], idle_s: float) -> None:
    """Serve the parent at the other end of `descriptor`; `idle_s` 0 for never idle enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent says when to end
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
    logging.captureWarnings(True)
    with Connection(int(descriptor)) as parent, suppress(EOFError, OSError):
        serve(parent, load, answer, idle_s or None)


def serve(
    parent: Connection, load: Load[Model], answer: Answer[Model], idle_s: float | None
) -> None:
    """Answer requests until the parent ends, `idle_s` have passed without one, or one fails."""

    def on_step(done: int, steps: int) -> None:
        parent.send(Step(done, steps))
        _stop_if_asked(parent)

    model: Model | None = None
    while parent.poll(idle_s):
        request = parent.recv()
        if request == STOP:  # it came after the request's end
            continue
        try:
            if model is None:
                model, plan = load()
                parent.send(Loaded(plan))
            _stop_if_asked(parent)
            parent.send(answer(model, request, on_step))
        except Stopped as stopped:
            parent.send(stopped)
        except Exception as error:
            parent.send(failure(error))
            return


def _stop_if_asked(parent: Connection) -> None:
    """Raises Stopped; EOFError if the parent has ended."""
    if parent.poll():
        parent.recv()
        raise Stopped


def not_installed(error: ImportError) -> BackendError:
    """What to tell where a package of the extra `local` is missing."""
    reason = f"{error.name or error} is not installed; get it with: pip install 'modera-bot[local]'"
    return BackendError(Code.BACKEND_UNAVAILABLE, reason)


def failure(error: Exception) -> ModeraError:
    """What to tell of an exception: expected ones as they are, want of memory by its name."""
    if isinstance(error, ModeraError):
        return error
    import torch

    first = str(error).partition("\n")[0]
    wants = isinstance(error, torch.OutOfMemoryError | MemoryError)
    if wants or "can't allocate memory" in first:  # the CPU's allocator has no type for it
        return BackendError(Code.OUT_OF_MEMORY, first, False)
    _log.error("the local model failed", exc_info=error)
    return BackendError(Code.BACKEND_FAILED, f"{type(error).__name__}: {first}", False)
