"""The protocol of the storages, and the rules for keys that all of them share.

A key is folders without a dot and a file name with exactly one, like
``users/7/photos/0b5e….jpg``. So no key can climb out of a folder, be hidden, or be the folder
of another key, whatever keeps it. A prefix names whole folders and ends with a slash:
``users/7/`` is not the beginning of ``users/70/…``.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Protocol

from modera_bot.errors import Code, StorageError

MAX_URL_SECONDS = 7 * 24 * 3600  # the most that S3 signs for
_FOLDERS = r"(?:[A-Za-z0-9_-]{1,100}/){0,8}"
_KEY = re.compile(_FOLDERS + r"[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,10}")
_PREFIX = re.compile(_FOLDERS)


class Storage(Protocol):
    """Keeps pictures under keys.

    All methods raise ValueError for a malformed key or prefix (a mistake of the caller, whom
    no retry helps) and StorageError(STORAGE_UNAVAILABLE) when the storage does not do its
    work within a bounded time. They may be called from several threads at once.
    """

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Keep `data`, replacing what was there; readers see the old or the new, never a mix."""
        ...

    def get(self, key: str) -> bytes:
        """Return what is kept. Raises StorageError(PICTURE_GONE, permanent) if nothing is."""
        ...

    def delete(self, key: str) -> None:
        """Forget it; nothing there is fine."""
        ...

    def exists(self, key: str) -> bool:
        """Whether something is kept under `key`."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Return the keys under a prefix ("" for all) in order; what is no key is not ours."""
        ...

    def delete_prefix(self, prefix: str) -> int:
        """Forget everything under a prefix (never ""), and return how many that were."""
        ...

    def url(self, key: str, seconds: int | None = None) -> str:
        """Return an address that lets anyone read this key for a time (None: the default)."""
        ...

    def key_of(self, url: str) -> str | None:
        """Return the key that an address from `url` leads to; None if it is not ours or expired."""
        ...

    def check(self) -> None:
        """Write, read and delete something small; raises StorageError if that fails."""
        ...


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def valid_key(key: str) -> str:
    """Return the key. Raises ValueError if it is none."""
    if not is_key(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def valid_prefix(prefix: str) -> str:
    """Return the prefix. Raises ValueError unless it is whole folders, each with its slash."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"not a prefix of whole folders: {prefix!r}")
    return prefix


def valid_seconds(seconds: int) -> int:
    """Return the life of a URL. Raises ValueError outside 1 second to 7 days."""
    if not 1 <= seconds <= MAX_URL_SECONDS:
        raise ValueError(f"a URL can't live for {seconds} s")
    return seconds


def gone(key: str) -> StorageError:
    return StorageError(Code.PICTURE_GONE, key, True)


def round_trip(storage: Storage) -> None:
    """Write, read and delete a small object under a key of its own."""
    key, data = f"check/{uuid.uuid4().hex}.txt", uuid.uuid4().bytes
    storage.put(key, data, "text/plain")
    try:
        if storage.get(key) != data:
            raise StorageError(Code.STORAGE_UNAVAILABLE, "read something else than was written")
    finally:
        storage.delete(key)
