import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from modera_bot import images
from modera_bot.errors import Code, PictureError, PoolError
from modera_bot.pool import PicturePool
from tests.pool import functions


@contextmanager
def opened(**options: float) -> Iterator[PicturePool]:
    pool = PicturePool(**options)
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    with opened(workers=2) as pool:
        yield pool


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def has_ended(pid: int) -> bool:
    """Whether a process is gone with all its threads, or only its exit status is left."""
    process = Path("/proc", str(pid))
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z" and len([*(process / "task").iterdir()]) == 1
    except OSError:
        return True


def pid_in(file: Path) -> int:
    wait_until(lambda: file.exists() and file.read_text() != "")
    return int(file.read_text())


def test_a_call_runs_in_another_process_and_returns_its_result(pool: PicturePool) -> None:
    assert pool.run(functions.add, 2, b=3) == 5
    assert pool.run(os.getpid) != os.getpid()


def test_calls_one_after_another_share_a_process(pool: PicturePool) -> None:
    assert len({pool.run(os.getpid) for _ in range(5)}) == 1


def test_large_arrays_come_back_unchanged(pool: PicturePool) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1500, 2000, 3), np.uint8)
    assert (pool.run(np.flip, noise, 1) == noise[:, ::-1]).all()


def test_no_more_processes_than_workers_run_at_once(pool: PicturePool, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        calls = [
            threads.submit(pool.run, functions.tell_pid_then_sleep, tmp_path / str(n), 0.1)
            for n in range(8)
        ]
        assert len({call.result() for call in calls}) == 2


# --- exceptions -------------------------------------------------------------------------


def test_our_exceptions_arrive_whole(pool: PicturePool) -> None:
    with pytest.raises(PictureError) as caught:
        pool.run(functions.refuse)
    assert (caught.value.code, caught.value.detail) == (Code.EMPTY_FILE, "nothing in it")
    assert not hasattr(caught.value, "__notes__")


def test_unexpected_exceptions_bring_their_traceback_along(pool: PicturePool) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        pool.run(functions.divide_by_zero)
    assert "return 1 / 0" in caught.value.__notes__[0]


def test_an_exception_that_cannot_travel_is_told_in_words(pool: PicturePool) -> None:
    with pytest.raises(PoolError, match="Stubborn"):
        pool.run(functions.raise_stubborn)


def test_a_result_that_cannot_travel_fails_the_call_alone(pool: PicturePool) -> None:
    before = pool.run(os.getpid)
    with pytest.raises(Exception, match="pickle"):
        pool.run(functions.answer_unpicklable)
    assert pool.run(os.getpid) == before


def test_arguments_that_cannot_travel_never_reach_a_process(pool: PicturePool) -> None:
    before = pool.run(os.getpid)
    with pytest.raises(Exception, match="pickle"):
        pool.run(functions.add, lambda: None, b=1)
    assert pool.run(os.getpid) == before


# --- deaths -----------------------------------------------------------------------------


@pytest.mark.parametrize("death", [functions.crash, functions.kill_myself, functions.leave])
def test_a_dying_process_fails_one_call_and_the_next_works(
    pool: PicturePool, death: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PoolError) as caught:
        pool.run(death)
    assert caught.value.code is Code.BACKEND_FAILED
    assert not caught.value.permanent
    assert pool.run(functions.add, 1, b=1) == 2


def test_the_signal_that_ended_a_process_is_told(pool: PicturePool) -> None:
    with pytest.raises(PoolError, match="SIGSEGV"):
        pool.run(functions.crash)


def test_a_dying_process_disturbs_no_other(pool: PicturePool, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(pool.run, functions.tell_pid_then_sleep, tmp_path / "pid", 0.5)
        pid = pid_in(tmp_path / "pid")
        for _ in range(3):
            with pytest.raises(PoolError):
                pool.run(functions.kill_myself)
        assert other.result() == pid


def test_a_process_killed_while_idle_is_replaced_unnoticed(pool: PicturePool) -> None:
    pid = pool.run(os.getpid)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: has_ended(pid))
    assert pool.run(os.getpid) != pid


def test_a_call_over_its_time_fails_and_its_process_ends(tmp_path: Path) -> None:
    with opened(workers=1, timeout_s=3) as pool:
        with pytest.raises(PoolError) as caught:
            pool.run(functions.tell_pid_then_sleep, tmp_path / "pid", 600)
        assert caught.value.code is Code.BACKEND_TIMEOUT
        assert has_ended(pid_in(tmp_path / "pid"))
        assert pool.run(functions.add, 1, b=1) == 2


def test_a_stopped_process_cannot_hold_up_its_caller(tmp_path: Path) -> None:
    with opened(workers=1, timeout_s=3) as pool, ThreadPoolExecutor(1) as threads:
        call = threads.submit(pool.run, functions.tell_pid_then_sleep, tmp_path / "pid", 0.5)
        os.kill(pid_in(tmp_path / "pid"), signal.SIGSTOP)
        with pytest.raises(PoolError, match="over 3 s"):
            call.result(timeout=60)


def test_a_call_over_its_memory_fails_and_the_next_works() -> None:
    with opened(workers=1, memory_bytes=256 << 20) as pool:
        with pytest.raises(PoolError, match="out of memory"):
            pool.run(functions.take_memory, 512 << 20)
        assert pool.run(functions.take_memory, 64 << 20) == 64 << 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_do_not_break_a_call(
    pool: PicturePool, tmp_path: Path, number: signal.Signals
) -> None:
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(pool.run, functions.tell_pid_then_sleep, tmp_path / "pid", 0.5)
        pid = pid_in(tmp_path / "pid")
        os.kill(pid, number)
        assert call.result() == pid


# --- ends -------------------------------------------------------------------------------


def test_idle_processes_end_and_later_calls_start_others(tmp_path: Path) -> None:
    with opened(workers=2, idle_s=0.3) as pool:
        with ThreadPoolExecutor(2) as threads:
            both = [
                threads.submit(pool.run, functions.tell_pid_then_sleep, tmp_path / str(n), 0.3)
                for n in range(2)
            ]
            pids = {call.result() for call in both}
        assert len(pids) == 2
        wait_until(lambda: all(has_ended(pid) for pid in pids))
        assert pool.run(os.getpid) not in pids


def test_a_busy_process_is_not_idle(tmp_path: Path) -> None:
    with opened(workers=1, idle_s=0.2) as pool:
        pool.run(functions.add, 1, b=1)
        assert pool.run(functions.tell_pid_then_sleep, tmp_path / "pid", 0.8)


def test_a_process_is_replaced_after_its_share_of_calls() -> None:
    with opened(workers=1, max_calls=2) as pool:
        first, second, third = (pool.run(os.getpid) for _ in range(3))
    assert first == second != third


def test_closing_ends_running_calls_and_refuses_later_ones(tmp_path: Path) -> None:
    pool = PicturePool(workers=1)
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(pool.run, functions.tell_pid_then_sleep, tmp_path / "pid", 600)
        pid = pid_in(tmp_path / "pid")
        waiting = threads.submit(pool.run, functions.add, 1, b=1)
        pool.close()
        for call in (running, waiting):
            with pytest.raises(PoolError) as caught:
                call.result(timeout=60)
            assert caught.value.code is Code.BACKEND_UNAVAILABLE
    assert has_ended(pid)
    with pytest.raises(PoolError, match="closed"):
        pool.run(functions.add, 1, b=1)
    pool.close()


# --- what a process carries -------------------------------------------------------------


def test_a_process_does_not_inherit_secrets(
    pool: PicturePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODERA_TELEGRAM__TOKEN", "123456789:secret")
    with opened(workers=1) as fresh:
        assert not [name for name in fresh.run(functions.environment) if "MODERA" in name]


def test_a_process_imports_only_what_pictures_need(pool: PicturePool) -> None:
    picture = images.encode(np.zeros((300, 300, 3), np.uint8))
    with opened(workers=1) as fresh:
        modules = fresh.run(functions.modules_after_normalising, picture)
    heavy = {"telegram", "sqlalchemy", "pydantic", "huey", "aiohttp", "cv2", "pytest"}
    assert not heavy & {name.partition(".")[0] for name in modules}
    assert not {"modera_bot.app", "modera_bot.cli", "modera_bot.config"} & modules
