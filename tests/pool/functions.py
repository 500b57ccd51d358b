"""What the pool's tests run inside picture processes."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from modera_bot.errors import Code, PictureError


class Stubborn(Exception):
    """Pickles, but does not come back: its constructor wants two arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


def add(a: int, *, b: int) -> int:
    return a + b


def tell_pid_then_sleep(file: Path, seconds: float) -> int:
    file.write_text(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()


def crash() -> None:
    ctypes.string_at(0)


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit(3)


def take_memory(size: int) -> int:
    return len(bytearray(size))


def refuse() -> None:
    raise PictureError(Code.EMPTY_FILE, "nothing in it")


def divide_by_zero() -> float:
    return 1 / 0


def raise_stubborn() -> None:
    raise Stubborn("a", "b")


def answer_unpicklable() -> object:
    return lambda: None


def environment() -> dict[str, str]:
    return dict(os.environ)


def modules_after_normalising(picture: bytes) -> set[str]:
    from modera_bot import images

    images.normalise(picture, max_bytes=len(picture))
    return set(sys.modules)


def main_file() -> str:
    return str(sys.modules["__main__"].__file__)
