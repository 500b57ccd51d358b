"""A small, restartable pool of processes for untrusted decoding and heavy picture work.

A decoder that crashes, eats all memory or never ends takes down one process and fails one
call; the next call gets a fresh process. Each process has a socket of its own to the thread
that waits for it, so none can disturb another. This guards against accidents, not against an
attacker who takes over a decoder: the processes run as the same user.

A process runs this module as its main program, not the parent's: it imports nothing but what
the functions need, and inherits neither open files nor the secrets in `MODERA_*` variables.
Both sides speak pickles, each preceded by its length.
"""

import faulthandler
import os
import pickle
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from modera_bot.errors import Code, ModeraError, PoolError

P = ParamSpec("P")
T = TypeVar("T")

_LENGTH = struct.Struct("!Q")
#: Priority of picture processes: whoever waits for an answer in the chat comes first.
_NICE = 5
_OOM_SCORE = 500  # out of memory, the kernel ends a picture process rather than the bot


class PicturePool:
    """Runs picture functions in processes of their own.

    The processes start when they are needed and end when idle, so an idle bot does not pay
    for them. Functions must be importable, and their arguments and results picklable.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        timeout_s: float = 60.0,
        idle_s: float = 300.0,
        memory_bytes: int = 3 << 30,
        max_calls: int = 500,
    ) -> None:
        """Bound the number of processes and, for each, the seconds a call may take, the
        seconds it lives without one, the memory it may allocate (where the system can limit
        that: Linux), and the calls it serves in its life.
        """
        self._timeout_s, self._idle_s = timeout_s, idle_s
        self._memory_bytes, self._max_calls = memory_bytes, max_calls
        self._slots = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()  # guards all below
        self._busy: set[_Child] = set()
        self._idle: list[_Child] = []  # the longest idle first
        self._timer: threading.Timer | None = None
        self._closed = False

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` in a picture process and return what it returns or raises.

        Blocks until a process is free and has answered. Raises PoolError when the process
        died or overran the time or memory limit, or when the pool is closed.
        """
        request = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        with self._slots:
            child = self._take()
            try:
                succeeded, value = pickle.loads(child.ask(request, self._timeout_s))  # noqa: S301
            except (EOFError, OSError) as error:
                raise self._explain(error, self._drop(child)) from error
            except BaseException:
                self._drop(child)
                raise
            if isinstance(value, MemoryError):
                self._drop(child)
                raise PoolError(Code.BACKEND_FAILED, "out of memory") from value
            self._give_back(child)
        if not succeeded:
            raise value
        result: T = value
        return result

    def close(self) -> None:
        """End the processes; calls still running fail."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            timer, self._timer = self._timer, None
            for child in self._busy:
                child.kill()  # its own thread does the rest
        if timer is not None:
            timer.cancel()
        for child in idle:
            child.end()

    def _take(self) -> "_Child":
        """Return the process that was busy last, for its caches are warm, or a new one."""
        with self._lock:
            if self._closed:
                raise PoolError(Code.BACKEND_UNAVAILABLE, "the pool is closed")
            while self._idle:
                child = self._idle.pop()
                if child.alive():
                    break
                child.end()
            else:
                child = _start(self._memory_bytes)
            self._busy.add(child)
            return child

    def _give_back(self, child: "_Child") -> None:
        with self._lock:
            if not self._closed and child.calls < self._max_calls:
                self._busy.discard(child)
                self._idle.append(child)
                child.idle_since = time.monotonic()
                self._watch()
                return
        self._drop(child)

    def _drop(self, child: "_Child") -> str:
        """End a process and return how it ended."""
        with self._lock:
            self._busy.discard(child)
        return child.end()

    def _explain(self, error: EOFError | OSError, ending: str) -> PoolError:
        if self._closed:
            return PoolError(Code.BACKEND_UNAVAILABLE, "the pool was closed")
        if isinstance(error, TimeoutError):
            return PoolError(Code.BACKEND_TIMEOUT, f"over {self._timeout_s} s")
        return PoolError(Code.BACKEND_FAILED, ending)

    def _watch(self) -> None:
        """See to it, holding the lock, that idle processes end in time."""
        if self._timer is None and self._idle:
            due = self._idle[0].idle_since + self._idle_s
            self._timer = threading.Timer(max(0.0, due - time.monotonic()), self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._lock:
            self._timer = None
            last = time.monotonic() - self._idle_s
            ending = [child for child in self._idle if child.idle_since <= last]
            self._idle = [child for child in self._idle if child.idle_since > last]
            self._watch()
        for child in ending:
            child.end()


class _Child:
    """A picture process as seen from the parent; used by one thread at a time."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process, self._connection = process, connection
        self.calls = 0
        self.idle_since = 0.0  # on the monotonic clock

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes, timeout_s: float) -> bytearray:
        """Send a request and wait for the answer.

        Raises TimeoutError, or EOFError or OSError when the process is gone.
        """
        self.calls += 1
        deadline = time.monotonic() + timeout_s
        _send(self._connection, request, deadline)
        return _receive(self._connection, deadline)

    def kill(self) -> None:
        """Kill the process; whoever waits for its answer gets EOFError."""
        self._process.kill()

    def end(self) -> str:
        """Kill the process, unless it has ended by itself, and return how it ended."""
        self._process.kill()
        code = self._process.wait()
        self._connection.close()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _start(memory_bytes: int) -> _Child:
    """Start a process; it is ready for a request at once. Raises PoolError."""
    try:
        return _Child(*spawn("-m", __name__, last=(str(memory_bytes),)))
    except OSError as error:
        raise PoolError(Code.BACKEND_UNAVAILABLE, f"no process: {error}") from error


def spawn(*program: str, last: Sequence[str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a Python of ours that shares a socket with us, and return it with our end.

    `program` is what Python is told to run, like `-m NAME`; its arguments are the descriptor
    of its own end and what stands in `last`. Raises OSError.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", *program, str(theirs.fileno()), *last],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # ours may carry the answer of a command
                pass_fds=(theirs.fileno(),),
                env=child_environment(),
                start_new_session=True,  # Ctrl-C is for the parent to handle
            )
        except OSError:
            ours.close()
            raise
    return process, ours


def child_environment() -> dict[str, str]:
    """Our environment without the secrets, with our import path."""
    from modera_bot.config import PREFIX  # which the picture processes can do without

    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return {**kept, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


def _send(connection: socket.socket, message: bytes, deadline: float | None = None) -> None:
    _bound(connection, deadline)
    connection.sendall(_LENGTH.pack(len(message)))
    _bound(connection, deadline)
    connection.sendall(message)


def _receive(connection: socket.socket, deadline: float | None = None) -> bytearray:
    (length,) = _LENGTH.unpack(_receive_exactly(connection, _LENGTH.size, deadline))
    return _receive_exactly(connection, length, deadline)


def _receive_exactly(connection: socket.socket, length: int, deadline: float | None) -> bytearray:
    message = bytearray(length)
    rest = memoryview(message)
    while rest:
        _bound(connection, deadline)
        count = connection.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return message


def _bound(connection: socket.socket, deadline: float | None) -> None:
    """Let the next wait on the socket end at the deadline (on the monotonic clock)."""
    if deadline is not None:
        connection.settimeout(max(0.001, deadline - time.monotonic()))


# --- inside a picture process -----------------------------------------------------------


def _serve(connection: socket.socket) -> None:
    """Answer requests until the parent closes the socket or ends."""
    with suppress(EOFError, OSError):
        while True:
            _send(connection, _answer(_receive(connection)))


def _answer(request: bytearray) -> bytes:
    try:
        function, args, kwargs = pickle.loads(request)  # noqa: S301 - from our parent
        return pickle.dumps((True, function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return _failure(error)


def _failure(error: Exception) -> bytes:
    """Pickle an exception, with the traceback unless it is an expected one."""
    if not isinstance(error, ModeraError):
        error.add_note(traceback.format_exc())
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301 - some exceptions pickle but don't come back
    except Exception:
        answer = pickle.dumps((False, PoolError(Code.BACKEND_FAILED, repr(error))))
    return answer


def _restrain(memory_bytes: int) -> None:
    """Bound what this process may take, and leave signals to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # systemd sends it to every process
    os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
    # private writable memory: address space would also count what is merely reserved
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would hold people's pictures
    if sys.stderr:
        faulthandler.enable()


def _end_with_parent(connection: socket.socket) -> None:
    """End at once when the parent is gone, even in the middle of a call."""
    poll = select.poll()
    poll.register(connection, 0)  # hanging up is reported unasked
    poll.poll()
    os._exit(0)


def main() -> None:
    descriptor, memory_bytes = map(int, sys.argv[1:])
    _restrain(memory_bytes)
    connection = socket.socket(fileno=descriptor)
    threading.Thread(target=_end_with_parent, args=(connection,), daemon=True).start()
    _serve(connection)


if __name__ == "__main__":
    main()
