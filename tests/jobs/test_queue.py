"""The alarm clock, the same on every queue there is."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import huey
import pytest
from huey.consumer import Consumer

from modera_bot.errors import ConfigError
from modera_bot.jobs.queue import Queue, QueueConsumer
from tests.jobs.bench import SECRET, eventually, in_thread
from tests.servers import postgres, valkey

Make = Callable[[Callable[[], None]], Queue]


@pytest.fixture(params=["memory", "sqlite", "postgres", "valkey"])
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    match request.param:
        case "memory":
            yield "memory:"
        case "sqlite":
            yield f"sqlite:///{tmp_path / 'folder' / 'queue.db'}"
        case "postgres":
            with postgres.blank() as url:
                yield url
        case "valkey":
            with valkey.running() as url:
                yield url


@contextmanager
def making(url: str) -> Iterator[Make]:
    made: list[Queue] = []

    def make(work: Callable[[], None]) -> Queue:
        made.append(Queue(url, SECRET, work))
        return made[-1]

    yield make
    for queue in made:
        queue.stop(30)
        queue.close()


@pytest.fixture
def make(queue_url: str) -> Iterator[Make]:
    with making(queue_url) as make:
        yield make


@pytest.fixture
def make_in_memory() -> Iterator[Make]:
    with making("memory:") as make:
        yield make


def test_each_wake_up_reaches_a_worker_thread(make: Make) -> None:
    threads: list[threading.Thread] = []
    queue = make(lambda: threads.append(threading.current_thread()))
    for _ in range(3):
        queue.wake()
    assert not queue.is_empty()
    queue.start(2)
    queue.wake()
    eventually(lambda: len(threads) == 4)
    assert queue.is_empty()
    assert threading.current_thread() not in threads


def test_a_wake_up_can_be_set_for_later(make: Make) -> None:
    woken = threading.Event()
    queue = make(woken.set)
    queue.start(1)
    queue.wake(1.0)
    assert not woken.is_set()
    assert woken.wait(30)


def test_stopping_waits_for_a_busy_worker_but_not_for_ever(make_in_memory: Make) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(30)

    queue = make_in_memory(work)
    queue.start(1)
    queue.wake()
    assert begun.wait(30)
    assert not queue.stop(0.05)
    go_on.set()


def test_work_that_fails_does_not_end_the_worker(
    make_in_memory: Make, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        raise ZeroDivisionError("a bug")

    queue = make_in_memory(work)
    queue.start(1)
    for _ in range(2):
        queue.wake()
    eventually(lambda: len(calls) == 2)
    assert queue.stop(30)
    assert "a bug" in caplog.text


def test_a_message_of_a_stranger_wakes_nobody(make: Make, queue_url: str) -> None:
    if queue_url == "memory:":
        pytest.skip("nobody else can reach it")
    calls: list[int] = []
    queue = make(lambda: calls.append(1))
    stranger = Queue(queue_url, b"another secret", lambda: None)
    stranger.wake()
    stranger.close()
    queue.start(1)
    eventually(queue.is_empty)
    queue.wake()
    eventually(lambda: calls)
    assert queue.stop(30)
    assert calls == [1]


def test_wake_ups_outlive_the_process_that_sent_them(make: Make, queue_url: str) -> None:
    if queue_url == "memory:":
        pytest.skip("gone with its process")
    sender = Queue(queue_url, SECRET, lambda: None)
    sender.wake()
    sender.close()
    woken = threading.Event()
    make(woken.set).start(1)
    assert woken.wait(30)


# --- huey itself ------------------------------------------------------------------------


def test_the_process_keeps_its_signal_handlers(make_in_memory: Make) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    assert threading.current_thread() is threading.main_thread()
    make_in_memory(lambda: None).start(1)
    assert [signal.getsignal(number) for number in numbers] == before


def test_workers_can_be_started_from_any_thread(make_in_memory: Make) -> None:
    woken = threading.Event()
    queue = make_in_memory(woken.set)
    in_thread(lambda: queue.start(1)).join()
    queue.wake()
    assert woken.wait(30)


def test_the_private_method_that_we_override_is_the_one_that_huey_calls() -> None:
    assert huey.__version__ == "3.5.4"
    assert "_set_signal_handlers" in Consumer.__dict__
    assert "_set_signal_handlers" in Consumer.start.__code__.co_names
    assert QueueConsumer._set_signal_handlers is not Consumer._set_signal_handlers


def test_a_dead_worker_thread_is_replaced(
    make_in_memory: Make, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise SystemExit  # ends the thread, unlike an ordinary exception

    queue = make_in_memory(work)
    queue.start(1)
    queue.wake()
    eventually(lambda: "died" in caplog.text)
    queue.wake()
    queue.revive()
    eventually(lambda: len(calls) == 2)


def test_a_queue_that_is_away_costs_a_warning_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.blank() as url:
        queue = Queue(url, SECRET, lambda: None)
        queue.wake()
    queue.wake()
    assert queue.is_empty()
    queue.close()
    assert "does not take messages" in caplog.text


def test_a_missing_driver_is_told_as_a_fault_of_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huey.storage.Redis", None)
    with pytest.raises(ConfigError, match="redis"):
        Queue("redis://127.0.0.1:1/0", SECRET, lambda: None)
