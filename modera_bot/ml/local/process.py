"""The one process that holds a model, as the bot sees it."""

import logging
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from modera_bot.errors import BackendError, Code, ModeraError
from modera_bot.ml.local import worker
from modera_bot.pool import spawn

_log = logging.getLogger(__name__)

#: Told the steps done and their number, at least every BEAT_S; raises to stop.
OnStep = Callable[[int, int], None]

BEAT_S = 0.5
#: A process that has said nothing for so long hangs: loading from a slow disk and a step on a
#: slow CPU take minutes.
SILENCE_S = 600.0
#: How long a process may take to end once it has closed its end of the line.
GOODBYE_S = 5.0


class ModelProcess:
    """Answers requests one at a time, in a process that is started when it is needed."""

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        """`name` is what logs call it. `module` has a function `main`, which finds a descriptor
        and the `arguments` in sys.argv and calls worker.run."""
        self._name, self._program = name, f"from {module} import main; main()"
        self._arguments = arguments
        self._turn = threading.Lock()  # guards the process: one GPU, one request at a time
        self._child: _Child | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def ask(self, request: object, steps: int, on_step: OnStep) -> Any:
        """The answer to a request, which takes `steps`; blocks until it is this caller's turn
        and the answer is there.

        Raises BackendError, or what `on_step` raises.
        """
        while not self._turn.acquire(timeout=BEAT_S):
            on_step(0, steps)
        try:
            child = self._running()
            try:
                return child.ask(request, steps, on_step)
            except _Gone as gone:
                raise self._explain(child.gone()) from gone
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process; what is being answered fails, and so does all that is asked later."""
        self._closed = True
        if (child := self._child) is not None:
            child.end()

    def _running(self) -> "_Child":
        """The process, started if there is none."""
        if not self._closed and (self._child is None or not self._child.alive()):
            self._child = _Child(self._name, self._program, self._arguments)
        if self._closed:  # looked at after the start, which `close` may not have seen
            self.close()
            raise _closed()
        assert self._child is not None
        return self._child

    def _explain(self, code: int | None) -> BackendError:
        """Why the process is gone that ended with `code`, None if it had to be ended."""
        if self._closed:
            return _closed()
        if code == -signal.SIGKILL:
            reason = "the model's process was killed, which the kernel does for want of memory"
            return BackendError(Code.OUT_OF_MEMORY, reason, False)
        reason = f"the model's process ended by itself ({code})"
        return BackendError(Code.BACKEND_FAILED, reason, False)


def _closed() -> BackendError:
    return BackendError(Code.BACKEND_UNAVAILABLE, "the model was closed", False)


class _Gone(Exception):
    """The process has closed its end of the line."""


class _Child:
    """The running process; used by one thread at a time."""

    def __init__(self, name: str, program: str, arguments: tuple[str, ...]) -> None:
        self._name = name
        try:
            self._process, ours = spawn("-c", program, last=arguments)
        except OSError as error:
            raise BackendError(Code.BACKEND_UNAVAILABLE, f"no process: {error}") from error
        self._connection = Connection(ours.detach())
        self._end = weakref.finalize(self, _end, self._process, self._connection)
        self._owes = False  # the answer to a request that was stopped

    def alive(self) -> bool:
        return self._end.alive and self._process.poll() is None

    def end(self) -> None:
        """Kill the process, unless it has ended by itself."""
        self._end()

    def gone(self) -> int | None:
        """The exit code of a process that has closed its end; None if it had to be killed."""
        try:
            return self._process.wait(GOODBYE_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self._end()

    def ask(self, request: object, steps: int, on_step: OnStep) -> object:
        """Raises BackendError, what `on_step` raises, _Gone for a dead process."""
        if self._owes:
            self._answer(steps, on_step)
            self._owes = False
        self._send(request)
        try:
            return self._answer(steps, on_step)
        except _Gone:
            raise
        except BaseException:
            if self.alive():
                self._stop()
            raise

    def _answer(self, steps: int, on_step: OnStep) -> object:
        """The end of a request, heard of step by step. Raises what the process tells."""
        step = worker.Step(0, steps)
        while True:
            answer = self._wait(step, on_step)
            match answer:
                case worker.Loaded(plan):
                    _log.info("%s on %s", self._name, plan)
                case worker.Step():
                    step = answer
                case ModeraError():
                    self.end()
                    raise answer
                case _:
                    return answer

    def _wait(self, step: worker.Step, on_step: OnStep) -> object:
        """The next message; `on_step` hears meanwhile how it stands, and may raise to stop."""
        silent_until = time.monotonic() + SILENCE_S
        while True:
            on_step(step.done, step.steps)
            with _line():
                if self._connection.poll(BEAT_S):
                    return self._connection.recv()
            if time.monotonic() > silent_until:
                self.end()
                raise BackendError(Code.BACKEND_TIMEOUT, f"silent for {SILENCE_S:.0f} s", False)

    def _stop(self) -> None:
        """Have the process stop at its next step. Nobody waits for that: it may be loading,
        and what it loads serves the next request.
        """
        self._owes = True
        with suppress(_Gone):
            self._send(worker.STOP)

    def _send(self, message: object) -> None:
        with _line():
            self._connection.send(message)


@contextmanager
def _line() -> Iterator[None]:
    """Tells a broken line to the process from all else that may be an OSError."""
    try:
        yield
    except (EOFError, OSError) as error:
        raise _Gone from error


def _end(process: subprocess.Popen[bytes], connection: Connection) -> None:
    process.kill()
    process.wait()
    connection.close()
