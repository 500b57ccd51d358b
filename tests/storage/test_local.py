import os
import resource
import signal
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from modera_bot.config import StorageSettings
from modera_bot.errors import Code, StorageError
from modera_bot.storage import open_storage
from modera_bot.storage.local import LocalStorage
from tests.storage.conftest import SECRET

KEY = "users/7/photos/0b5e.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "pictures"


@pytest.fixture
def storage(folder: Path) -> LocalStorage:
    return LocalStorage(
        folder, public_url="https://bot.example.org/", secret=SECRET, url_seconds=900
    )


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let this process write no file beyond `size`, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_only_this_user_may_read_what_is_kept(storage: LocalStorage, folder: Path) -> None:
    before = os.umask(0)
    try:
        storage.put(KEY, b"private", "image/jpeg")
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_a_write_that_fails_leaves_the_old_picture_and_no_rest(
    storage: LocalStorage, folder: Path
) -> None:
    storage.put(KEY, b"old", "image/jpeg")
    with largest_file(1000), pytest.raises(StorageError) as caught:
        storage.put(KEY, bytes(5000), "image/jpeg")
    assert (caught.value.code, caught.value.permanent) == (Code.STORAGE_UNAVAILABLE, False)
    assert storage.get(KEY) == b"old"
    assert not [*(folder / ".incoming").iterdir()]


def test_a_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("not a folder")
    storage = LocalStorage(tmp_path / "pictures", public_url="", secret=SECRET, url_seconds=900)
    calls = (
        storage.check,
        lambda: storage.get(KEY),
        lambda: storage.delete(KEY),
        lambda: storage.keys(""),
    )
    for call in calls:
        with pytest.raises(StorageError, match="storage_unavailable"):
            call()


def test_empty_folders_disappear(storage: LocalStorage, folder: Path) -> None:
    storage.put(KEY, b"a", "image/jpeg")
    storage.put("users/7/results/b-1.jpg", b"b", "image/jpeg")
    storage.delete(KEY)
    assert "users/7/photos" not in files_in(folder)
    storage.delete("users/7/results/b-1.jpg")
    assert files_in(folder) == [".incoming"]


def test_deleting_a_person_leaves_no_folder(storage: LocalStorage, folder: Path) -> None:
    storage.put(KEY, b"a", "image/jpeg")
    storage.delete_prefix("users/7/")
    assert files_in(folder) == [".incoming"]


def test_pictures_come_and_go_in_one_folder_at_once(storage: LocalStorage) -> None:
    def come_and_go(number: int) -> None:
        for _ in range(30):
            storage.put(f"users/7/photos/{number}.jpg", b"x", "image/jpeg")
            storage.delete(f"users/7/photos/{number}.jpg")

    with ThreadPoolExecutor(4) as threads:
        changes = [threads.submit(come_and_go, number) for number in range(3)]
        while not all(change.done() for change in changes):
            assert {*storage.keys("")} <= {f"users/7/photos/{n}.jpg" for n in range(3)}
        assert [change.result() for change in changes] == [None] * 3


def test_files_of_others_are_left_alone(storage: LocalStorage, folder: Path) -> None:
    storage.put(KEY, b"a", "image/jpeg")
    (folder / "users" / "7" / ".DS_Store").touch()
    assert [*storage.keys("")] == [KEY]
    assert storage.delete_prefix("users/7/") == 1
    assert files_in(folder / "users") == ["7", "7/.DS_Store"]


def test_what_a_crash_left_half_written_is_removed_later(
    storage: LocalStorage, folder: Path
) -> None:
    storage.check()
    stale, fresh = folder / ".incoming" / "stale", folder / ".incoming" / "fresh"
    stale.write_bytes(b"half a pict")
    fresh.write_bytes(b"being writt")
    two_hours_ago = time.time() - 7200
    os.utime(stale, (two_hours_ago, two_hours_ago))
    LocalStorage(folder, public_url="", secret=SECRET, url_seconds=900)
    assert (stale.exists(), fresh.exists()) == (False, True)
    assert [*storage.keys("")] == []


def test_an_address_has_the_public_url_and_the_key(storage: LocalStorage) -> None:
    assert storage.url(KEY).startswith(f"https://bot.example.org/media/{KEY}?expires=")


def test_another_secret_signs_otherwise(storage: LocalStorage, folder: Path) -> None:
    other = LocalStorage(folder, public_url="", secret=b"another", url_seconds=900)
    _, expires, signature = other.url(KEY).replace("&", "=").split("=", 2)
    assert not storage.verify(KEY, int(expires), signature.removeprefix("signature="))


@pytest.mark.parametrize("signature", ["", "0" * 64, "ü", "\ud800"])
def test_a_made_up_signature_is_refused(storage: LocalStorage, signature: str) -> None:
    assert not storage.verify(KEY, int(time.time()) + 60, signature)


@pytest.mark.parametrize("key", ["", "../up.jpg", "\ud800.jpg"])
def test_what_is_no_key_has_no_genuine_signature(storage: LocalStorage, key: str) -> None:
    assert not storage.verify(key, int(time.time()) + 60, "0" * 64)


def test_the_configuration_opens_it_with_its_own_life_of_addresses(tmp_path: Path) -> None:
    settings = StorageSettings(folder=tmp_path, url_minutes=3)
    storage = open_storage(settings, SECRET)
    before = int(time.time())
    expires = int(storage.url(KEY).partition("expires=")[2].partition("&")[0])
    assert before + 180 <= expires <= int(time.time()) + 180
    storage.put(KEY, b"a", "image/jpeg")
    assert (tmp_path / KEY).read_bytes() == b"a"
