"""The one process that holds the model, as the bot sees it."""

import logging
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from modera_bot.errors import BackendError, Code, ModeraError
from modera_bot.ml.fashn import worker
from modera_bot.ml.fashn.inputs import Pixels
from modera_bot.pool import spawn

_log = logging.getLogger(__name__)

#: Told the steps done and their number, at least every BEAT_S; raises to stop.
OnStep = Callable[[int, int], None]

BEAT_S = 0.5
#: A process that has said nothing for so long hangs: loading from a slow disk and a step on a
#: slow CPU take minutes.
SILENCE_S = 600.0
#: How long a stopped request may go on, to its next step, before its process is ended.
STOP_S = 10.0

_PROGRAM = f"from {worker.__name__} import main; main()"


class ModelProcess:
    """Generates pictures one at a time, in a process that is started when it is needed."""

    def __init__(
        self, folder: Path, device: str, *, mode: str = "eager", idle_s: float = 0.0
    ) -> None:
        """`folder` has the model, `mode` is one of ml/fashn/speed.py; the process ends after
        `idle_s` seconds without work, 0 for never.
        """
        self._arguments = str(folder), device, mode, str(idle_s)
        self._turn = threading.Lock()  # guards the process: one GPU, one picture at a time
        self._child: _Child | None = None
        self._closed = False

    def generate(self, request: worker.Request, on_step: OnStep) -> Pixels:
        """Generate a picture; blocks until it is this caller's turn and the picture is there.

        Raises BackendError, or what `on_step` raises.
        """
        while not self._turn.acquire(timeout=BEAT_S):
            on_step(0, request.steps)
        try:
            if self._closed:
                raise _closed()
            if self._child is None or not self._child.alive():
                self._child = _Child(self._arguments)
            return self._child.ask(request, on_step)
        except (EOFError, OSError) as error:
            raise self._explain(self._child) from error
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process; a picture that is being made fails, and so do all later ones."""
        self._closed = True
        if (child := self._child) is not None:
            child.end()

    def _explain(self, child: "_Child | None") -> BackendError:
        """Why the process is gone."""
        code = child.end() if child is not None else None
        if self._closed:
            return _closed()
        if code == -signal.SIGKILL:
            reason = "the model's process was killed, which the kernel does for want of memory"
            return BackendError(Code.OUT_OF_MEMORY, reason, False)
        reason = f"the model's process ended by itself ({code})"
        return BackendError(Code.BACKEND_FAILED, reason, False)


def _closed() -> BackendError:
    return BackendError(Code.BACKEND_UNAVAILABLE, "the model was closed", False)


class _Child:
    """The running process; used by one thread at a time."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        try:
            self._process, ours = spawn("-c", _PROGRAM, last=arguments)
        except OSError as error:
            raise BackendError(Code.BACKEND_UNAVAILABLE, f"no process: {error}") from error
        self._connection = Connection(ours.detach())
        self._end = weakref.finalize(self, _end, self._process, self._connection)

    def alive(self) -> bool:
        return self._end.alive and self._process.poll() is None

    def end(self) -> int:
        """Kill the process, unless it has ended by itself, and return its exit code."""
        self._end()
        return self._process.wait()

    def ask(self, request: worker.Request, on_step: OnStep) -> Pixels:
        """Raises BackendError, what `on_step` raises, EOFError or OSError for a dead process."""
        self._connection.send(request)
        step = worker.Step(0, request.steps)
        while True:
            answer = self._wait(step, on_step)
            match answer:
                case worker.Loaded(plan):
                    _log.info("fashn on %s", plan)
                case worker.Step():
                    step = answer
                case ModeraError():
                    self.end()
                    raise answer
                case _:
                    assert isinstance(answer, np.ndarray)
                    return answer

    def _wait(self, step: worker.Step, on_step: OnStep) -> object:
        """The next answer; `on_step` hears meanwhile how it stands, and may raise to stop."""
        silent_until = time.monotonic() + SILENCE_S
        while True:
            try:
                on_step(step.done, step.steps)
            except BaseException:
                self._stop()
                raise
            if self._connection.poll(BEAT_S):
                return self._connection.recv()
            if time.monotonic() > silent_until:
                self.end()
                raise BackendError(Code.BACKEND_TIMEOUT, f"silent for {SILENCE_S:.0f} s", False)

    def _stop(self) -> None:
        """Have the process stop at its next step; end it if that takes long."""
        try:
            self._connection.send(worker.STOP)
            deadline = time.monotonic() + STOP_S
            while self._connection.poll(max(0.0, deadline - time.monotonic())):
                answer = self._connection.recv()
                if not isinstance(answer, worker.Loaded | worker.Step):
                    break
            else:
                self.end()
        except (EOFError, OSError):
            self.end()


def _end(process: subprocess.Popen[bytes], connection: Connection) -> None:
    process.kill()
    process.wait()
    connection.close()
