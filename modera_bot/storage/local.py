"""Pictures in a folder of this machine."""

import errno
import hashlib
import hmac
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl

from modera_bot.errors import Code, StorageError
from modera_bot.storage.base import gone, is_key, round_trip, valid_key, valid_prefix, valid_seconds

_INCOMING = ".incoming"  # has a dot, so it is no folder of any key
_STALE_S = 3600.0


class LocalStorage:
    """A Storage on a folder that nobody but this user may read."""

    def __init__(self, folder: Path, *, public_url: str, secret: bytes, url_seconds: int) -> None:
        """`public_url` is where the web role serves /media; `secret` signs its URLs."""
        self._folder, self._incoming = folder, folder / _INCOMING
        self._public_url = public_url.rstrip("/")
        self._secret, self._url_seconds = secret, valid_seconds(url_seconds)
        self._remove_stale()

    def put(self, key: str, data: bytes, content_type: str) -> None:
        path = self._path(key)
        with _faults(key):
            _make_private(self._incoming)
            incoming = self._incoming / uuid.uuid4().hex
            try:
                _write(incoming, data)
                _move(incoming, path)
            finally:
                incoming.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with _faults(key):
            try:
                return path.read_bytes()
            except FileNotFoundError as error:
                raise gone(key) from error

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _faults(key):
            path.unlink(missing_ok=True)
            self._prune(path.parent)

    def exists(self, key: str) -> bool:
        path = self._path(key)
        with _faults(key):
            return path.is_file()

    def keys(self, prefix: str) -> Iterator[str]:
        folder = self._folder / valid_prefix(prefix)
        with _faults(prefix):
            found = [
                Path(parent, name).relative_to(self._folder).as_posix()
                for parent, _, names in os.walk(folder, onerror=_unless_gone)
                for name in names
            ]
        return iter(sorted(filter(is_key, found)))

    def delete_prefix(self, prefix: str) -> int:
        if not valid_prefix(prefix):
            raise ValueError("refusing to delete everything")
        keys = [*self.keys(prefix)]
        for key in keys:
            self.delete(key)
        return len(keys)

    def url(self, key: str, seconds: int | None = None) -> str:
        life = valid_seconds(self._url_seconds if seconds is None else seconds)
        expires = int(time.time()) + life
        signature = self._sign(valid_key(key), expires)
        return f"{self._public_url}/media/{key}?expires={expires}&signature={signature}"

    def key_of(self, url: str) -> str | None:
        prefix = f"{self._public_url}/media/"
        key, _, query = url.removeprefix(prefix).partition("?")
        try:
            given = dict(parse_qsl(query))
            genuine = self.verify(key, int(given["expires"]), given["signature"])
        except (KeyError, ValueError):
            return None
        return key if genuine and url.startswith(prefix) else None

    def file(self, key: str) -> Path:
        """Where a picture lies. Raises StorageError(PICTURE_GONE) if none does."""
        path = self._path(key)
        if not path.is_file():
            raise gone(key)
        return path

    def verify(self, key: str, expires: int, signature: str) -> bool:
        """Whether `url` gave out this address and it has not expired; takes any text."""
        if not is_key(key):
            return False
        expected = self._sign(key, expires)
        genuine = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
        return genuine and time.time() < expires

    def check(self) -> None:
        round_trip(self)

    def _path(self, key: str) -> Path:
        return self._folder / valid_key(key)

    def _sign(self, key: str, expires: int) -> str:
        # the purpose comes first: the same secret signs other things elsewhere
        message = f"media\n{key}\n{expires}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    def _prune(self, folder: Path) -> None:
        """Remove folders that became empty, up to our own."""
        while folder != self._folder:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass
            except OSError:
                return  # not empty
            folder = folder.parent

    def _remove_stale(self) -> None:
        """Remove what a crash left half written: it is a person's picture, under no key."""
        with suppress(OSError):
            for path in self._incoming.iterdir():
                if path.stat().st_mtime < time.time() - _STALE_S:
                    path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Write a new file for this user alone and wait until the disk has it."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _move(source: Path, target: Path) -> None:
    """Move into a folder that may be missing, or be pruned by another thread meanwhile."""
    for attempt in range(10):
        _make_private(target.parent)
        try:
            source.replace(target)
        except FileNotFoundError:
            if attempt == 9:
                raise
        else:
            break
    with suppress(FileNotFoundError):  # deleted again, and the folder pruned
        _sync(target.parent)


def _make_private(folder: Path) -> None:
    """Make a folder and the missing ones above it, for this user alone."""
    if folder.is_dir():
        return
    with suppress(FileExistsError):
        try:
            folder.mkdir(mode=0o700)
            _sync(folder.parent)
        except FileNotFoundError:
            _make_private(folder.parent)
            _make_private(folder)


def _sync(folder: Path) -> None:
    """Wait until the disk knows what is in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unless_gone(error: OSError) -> None:
    """Let a folder be missing, since others prune; anything else would hide pictures."""
    if not isinstance(error, FileNotFoundError):
        raise error


@contextmanager
def _faults(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "?")
        raise StorageError(Code.STORAGE_UNAVAILABLE, f"{what}: {name}") from error
