"""The model in its own process: progress, stopping, failures, and a fresh start after each."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from modera_bot.errors import BackendError, Code, JobCancelled
from modera_bot.ml.fashn.inputs import Inputs, Size, blank
from modera_bot.ml.fashn.pipeline import look_at
from modera_bot.ml.fashn.process import FashnProcess
from modera_bot.ml.fashn.worker import Request, answer
from modera_bot.ml.local import process as process_module
from modera_bot.ml.local.worker import Loaded, failure, serve
from modera_bot.pool import spawn
from tests.ml.conftest import sample
from tests.ml.fashn.tiny import CONFIG

NOTHING = blank(*CONFIG.input_shape)
ENDLESS = 2000  # steps: stopping ends it long before


def request(inputs: Inputs = NOTHING, *, seed: int = 1, steps: int = 4) -> Request:
    return Request(inputs, 1, seed, steps)


def quietly(done: int, steps: int) -> None:
    """Watch nothing."""


@pytest.fixture(scope="module")
def inputs(folder: Path) -> Inputs:
    person, garment = sample("people/ana_tee_logo"), sample("garments/tee_stripe")
    return look_at(person, garment, folder=folder, canvas=Size(48, 72))


@pytest.fixture
def fresh(folder: Path) -> Iterator[FashnProcess]:
    """A process that a test may ruin."""
    running = FashnProcess(folder, "cpu")
    yield running
    running.close()


def pid_of(process: FashnProcess) -> int:
    assert process._child is not None
    return process._child._process.pid


# --- pictures ----------------------------------------------------------------------------


def test_a_picture_has_the_framing_of_the_person(process: FashnProcess, inputs: Inputs) -> None:
    person = sample("people/ana_tee_logo")
    made = process.generate(request(inputs), quietly)
    assert made.dtype == np.uint8
    assert made.shape[1] / made.shape[0] == pytest.approx(
        person.shape[1] / person.shape[0], rel=0.03
    )


def test_the_same_seed_gives_the_same_picture_and_another_another(
    process: FashnProcess, inputs: Inputs
) -> None:
    first, again, other = (
        process.generate(request(inputs, seed=seed), quietly) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_each_step_is_told(process: FashnProcess) -> None:
    told: list[tuple[int, int]] = []
    process.generate(request(steps=5), lambda *step: told.append(step))
    assert sorted(set(told)) == [(done, 5) for done in range(6)]
    assert told == sorted(told)


# --- stopping ----------------------------------------------------------------------------


def test_it_stops_between_two_steps_and_keeps_the_model(process: FashnProcess) -> None:
    process.generate(request(), quietly)
    before = pid_of(process)

    def cancelled(done: int, steps: int) -> None:
        if done >= 2:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        process.generate(request(steps=ENDLESS), cancelled)
    process.generate(request(), quietly)
    assert pid_of(process) == before


def test_one_waits_for_the_other_and_can_be_stopped_meanwhile(process: FashnProcess) -> None:
    started, enough = threading.Event(), threading.Event()

    def long(done: int, steps: int) -> None:
        if done:
            started.set()
        if enough.is_set():
            raise JobCancelled

    def first() -> None:
        with pytest.raises(JobCancelled):
            process.generate(request(steps=ENDLESS), long)

    worker = threading.Thread(target=first)
    worker.start()
    assert started.wait(60)

    def impatient(done: int, steps: int) -> None:
        assert done == 0
        raise JobCancelled

    with pytest.raises(JobCancelled):
        process.generate(request(), impatient)
    enough.set()
    worker.join(60)
    assert process.generate(request(), quietly).shape == (72, 48, 3)


def test_what_was_being_loaded_when_a_request_was_stopped_serves_the_next_one(
    fresh: FashnProcess,
) -> None:
    for _ in range(2):  # the second is stopped while it waits for the first one's end
        with pytest.raises(JobCancelled):
            fresh.generate(request(seed=1), stop_at_once)  # it is still importing torch
    before = pid_of(fresh)
    made = fresh.generate(request(seed=2), quietly)
    assert pid_of(fresh) == before
    np.testing.assert_array_equal(made, fresh.generate(request(seed=2), quietly))


def stop_at_once(done: int, steps: int) -> None:
    raise JobCancelled


# --- failures ----------------------------------------------------------------------------


def test_killed_it_is_out_of_memory_and_the_next_picture_gets_a_fresh_one_that_ends_with_us(
    fresh: FashnProcess,
) -> None:
    def kill(done: int, steps: int) -> None:
        if done == 1:
            os.kill(pid_of(fresh), signal.SIGKILL)

    with pytest.raises(BackendError) as caught:
        fresh.generate(request(steps=ENDLESS), kill)
    assert (caught.value.code, caught.value.permanent) == (Code.OUT_OF_MEMORY, False)
    assert fresh.generate(request(), quietly).shape == (72, 48, 3)
    assert ends_with_its_parent(fresh)


def test_what_the_watcher_raises_is_not_taken_for_the_death_of_the_process(
    process: FashnProcess,
) -> None:
    process.generate(request(), quietly)
    before = pid_of(process)

    def unplugged(done: int, steps: int) -> None:
        if done:
            raise ConnectionResetError("the database is away")

    with pytest.raises(ConnectionResetError):
        process.generate(request(), unplugged)
    process.generate(request(), quietly)
    assert pid_of(process) == before


def test_one_that_hangs_up_without_ending_was_not_killed_by_the_kernel(
    fresh: FashnProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "GOODBYE_S", 0.1)
    hangs_up = "import os, sys, time; os.close(int(sys.argv[1])); time.sleep(60)"
    monkeypatch.setattr(fresh, "_program", hangs_up)
    with pytest.raises(BackendError) as caught:
        fresh.generate(request(), quietly)
    assert caught.value.code is Code.BACKEND_FAILED


def ends_with_its_parent(process: FashnProcess) -> bool:
    """Whether it ends by itself once nobody holds the other end of its line."""
    assert process._child is not None
    process._child._connection.close()
    return process._child._process.wait(20) == 0


def test_after_closing_there_are_no_pictures(fresh: FashnProcess) -> None:
    fresh.close()
    with pytest.raises(BackendError) as caught:
        fresh.generate(request(), quietly)
    assert caught.value.code is Code.BACKEND_UNAVAILABLE


def test_closed_while_it_starts_it_is_ended(
    fresh: FashnProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    def start(*program: str, last: tuple[str, ...]) -> object:
        running = spawn(*program, last=last)
        fresh.close()
        started.append(running[0])
        return running

    monkeypatch.setattr(process_module, "spawn", start)
    with pytest.raises(BackendError) as caught:
        fresh.generate(request(), quietly)
    assert caught.value.code is Code.BACKEND_UNAVAILABLE
    assert isinstance(started[0], subprocess.Popen)
    assert started[0].poll() is not None


def test_a_silent_process_is_given_up(fresh: FashnProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "SILENCE_S", 0.0)
    monkeypatch.setattr(process_module, "BEAT_S", 0.01)
    with pytest.raises(BackendError) as caught:
        fresh.generate(request(), quietly)
    assert caught.value.code is Code.BACKEND_TIMEOUT


class _Ends:
    """The parent's end of a worker that runs in a thread of this process."""

    def __init__(self, model: object) -> None:
        from multiprocessing import Pipe

        self.ours, theirs = Pipe()
        self.thread = threading.Thread(target=self._serve, args=(theirs, model))
        self.thread.start()

    def _serve(self, theirs: Connection, model: object) -> None:
        with theirs:
            serve(theirs, lambda: (model, "somewhere"), answer, 0.2)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), Code.OUT_OF_MEMORY),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), Code.OUT_OF_MEMORY),
        (RuntimeError("CUDA error: an illegal memory access"), Code.BACKEND_FAILED),
        (BackendError(Code.MODELS_MISSING, "named"), Code.MODELS_MISSING),
    ],
)
def test_what_fails_in_the_worker_is_told_by_its_code_and_ends_it(
    error: Exception, code: Code
) -> None:
    class Failing:
        def __getattr__(self, name: str) -> object:
            raise error

    ends = _Ends(Failing())
    ends.ours.send(request())
    assert ends.ours.recv() == Loaded("somewhere")
    failed = ends.ours.recv()
    assert (type(failed), failed.code) == (BackendError, code)
    ends.thread.join(10)
    assert not ends.thread.is_alive()


def test_memory_that_the_gpu_lacks_is_out_of_memory() -> None:
    import torch

    assert failure(torch.OutOfMemoryError("2 GB more")).code is Code.OUT_OF_MEMORY


def test_an_idle_worker_ends_by_itself() -> None:
    ends = _Ends(object())
    ends.thread.join(10)
    assert not ends.thread.is_alive()
