"""What a process remembers of the pictures it saw last, within so many bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

from modera_bot.ml.base import Picture

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Values by the pixels that they came from; what was asked for longest ago goes first."""

    def __init__(self, limit: int) -> None:
        """`limit` bounds the bytes of all values together; a larger one isn't kept at all."""
        self._limit, self._bytes = limit, 0
        self._kept: OrderedDict[bytes, tuple[Value, int]] = OrderedDict()

    def recall(self, picture: Picture) -> Value | None:
        """The value kept for a picture of just these pixels."""
        key = _key(picture)
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def keep(self, picture: Picture, value: Value, size: int) -> None:
        """Keep a value of so many bytes for a picture."""
        self._bytes += size - self._kept.pop(_key(picture), (None, 0))[1]
        self._kept[_key(picture)] = value, size
        while self._bytes > self._limit:
            self._bytes -= self._kept.popitem(last=False)[1][1]

    def forget(self) -> None:
        """Keep nothing of what there is."""
        self._kept.clear()
        self._bytes = 0


def _key(picture: Picture) -> bytes:
    return hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).digest()
