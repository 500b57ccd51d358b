"""The model in a process of its own, which `ModelProcess` starts and talks to.

    Request ─────► load once ─► generate ─► Loaded, Step…, then Pixels | Stopped | ModeraError
    STOP, any time, ends the request at its next step

It ends by itself when its parent is gone, when it has been idle long enough, and after any
failure: a fresh process has all its memory, and a GPU that a kernel left in disorder again.
"""

import logging
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, cast

from modera_bot.errors import BackendError, Code, ModeraError
from modera_bot.ml.fashn.files import read_config
from modera_bot.ml.fashn.inputs import Inputs, Pixels, blank

if TYPE_CHECKING:
    from modera_bot.ml.fashn.speed import Mode
    from modera_bot.ml.fashn.transformer import FashnTransformer

    Load = Callable[[], tuple[FashnTransformer, str]]

_log = logging.getLogger(__name__)

STOP = "stop"

_OOM_SCORE = 600  # out of memory, the kernel ends this process rather than the bot


@dataclass(frozen=True, slots=True)
class Request:
    inputs: Inputs
    category: int
    seed: int
    steps: int


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


def main() -> None:
    descriptor, folder, device, mode, idle_s = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent says when to end
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
    logging.captureWarnings(True)
    with Connection(int(descriptor)) as parent, suppress(EOFError, OSError):
        serve(
            parent, partial(_load, Path(folder), device, cast("Mode", mode)), float(idle_s) or None
        )


def serve(parent: Connection, load: "Load", idle_s: float | None) -> None:
    """Answer requests until the parent ends, `idle_s` have passed without one, or one fails."""
    model = None
    while parent.poll(idle_s):
        request = parent.recv()
        if request == STOP:  # it came after the request's end
            continue
        try:
            if model is None:
                model, plan = load()
                parent.send(Loaded(plan))
            _stop_if_asked(parent)
            parent.send(_answer(parent, model, request))
        except Stopped as stopped:
            parent.send(stopped)
        except Exception as error:
            parent.send(failure(error))
            return


def _load(folder: Path, device: str, mode: "Mode") -> "tuple[FashnTransformer, str]":
    """The model, warmed up, and where it is."""
    try:
        from modera_bot.ml.fashn.device import plan
        from modera_bot.ml.fashn.loading import load
        from modera_bot.ml.fashn.pipeline import generate
        from modera_bot.ml.fashn.speed import accelerate
    except ImportError as error:
        reason = f"{error.name} is not installed; get it with: pip install 'modera-bot[local]'"
        raise BackendError(Code.BACKEND_UNAVAILABLE, reason) from error
    place = plan(read_config(folder), device)
    model = load(folder, place.device, place.dtype)
    if accelerate(model, mode):
        # a step with guidance and one without: both are compiled before anybody counts steps
        generate(model, blank(*model.config.input_shape), 1, seed=0, steps=2)
    return model, str(place)


def _answer(parent: Connection, model: "FashnTransformer", request: Request) -> Pixels:
    from modera_bot.ml.fashn.pipeline import generate

    def on_step(done: int, steps: int) -> None:
        parent.send(Step(done, steps))
        _stop_if_asked(parent)

    return generate(
        model,
        request.inputs,
        request.category,
        seed=request.seed,
        steps=request.steps,
        on_step=on_step,
    )


def _stop_if_asked(parent: Connection) -> None:
    """Raises Stopped; EOFError if the parent has ended."""
    if parent.poll():
        parent.recv()
        raise Stopped


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
