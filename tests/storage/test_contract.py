"""What every storage must do, on a folder and on a real S3 service."""

import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest

from modera_bot.errors import Code, StorageError
from modera_bot.storage import Storage

KEY = "users/7/photos/0b5e.jpg"
MALFORMED = [
    "",
    "/etc/passwd.txt",
    "../up.jpg",
    "users/../../up.jpg",
    "users//twice.jpg",
    "users/./dot.jpg",
    ".hidden",
    "users/.hidden.jpg",
    "no_suffix",
    "a.folder/with-a-dot.jpg",
    "users/7/",
    "back\\slash.jpg",
    "new\nline.jpg",
    "null\0.jpg",
    "line-end.jpg\n",
    "ünïcode.jpg",
    "a" * 300 + ".jpg",
    "deep/" * 30 + "a.jpg",
    "%2e%2e/up.jpg",
]


def put(storage: Storage, *keys: str) -> None:
    for key in keys:
        storage.put(key, key.encode(), "image/jpeg")


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""


@pytest.mark.parametrize("size", [0, 1, 6_000_000])
def test_what_is_put_comes_back_byte_for_byte(storage: Storage, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    storage.put(KEY, data, "image/jpeg")
    assert storage.get(KEY) == data
    assert storage.exists(KEY)


def test_putting_again_replaces(storage: Storage) -> None:
    storage.put(KEY, b"a long first picture", "image/jpeg")
    storage.put(KEY, b"second", "image/jpeg")
    assert storage.get(KEY) == b"second"
    assert [*storage.keys("")] == [KEY]


def test_what_is_missing_is_gone_for_good(storage: Storage) -> None:
    with pytest.raises(StorageError) as caught:
        storage.get(KEY)
    assert (caught.value.code, caught.value.permanent) == (Code.PICTURE_GONE, True)
    assert not storage.exists(KEY)


def test_what_is_deleted_is_gone(storage: Storage) -> None:
    put(storage, KEY)
    storage.delete(KEY)
    assert not storage.exists(KEY)
    with pytest.raises(StorageError, match="picture_gone"):
        storage.get(KEY)


def test_deleting_what_is_missing_is_fine(storage: Storage) -> None:
    storage.delete(KEY)
    put(storage, KEY)
    storage.delete("users/7/photos/other.jpg")
    assert storage.exists(KEY)


def test_keys_are_listed_in_order_under_whole_folders(storage: Storage) -> None:
    put(storage, "users/70/photos/a.jpg", "users/7/results/c-1.jpg", "users/7/photos/b.jpg")
    put(storage, "users/7/photos/a.jpg")
    assert [*storage.keys("users/7/")] == [
        "users/7/photos/a.jpg",
        "users/7/photos/b.jpg",
        "users/7/results/c-1.jpg",
    ]
    assert len([*storage.keys("")]) == 4
    assert [*storage.keys("users/8/")] == []


def test_a_person_is_deleted_with_all_pictures_and_nobody_else(storage: Storage) -> None:
    put(storage, "users/7/photos/a.jpg", "users/7/results/b-1.jpg", "users/70/photos/a.jpg")
    assert storage.delete_prefix("users/7/") == 2
    assert [*storage.keys("")] == ["users/70/photos/a.jpg"]
    assert storage.delete_prefix("users/7/") == 0


@pytest.mark.parametrize("prefix", ["users/7", "users", "../", "/", ".", "users//", "a.b/"])
def test_a_prefix_is_whole_folders(storage: Storage, prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        storage.keys(prefix)
    with pytest.raises(ValueError, match="prefix"):
        storage.delete_prefix(prefix)


def test_everything_is_never_deleted_at_once(storage: Storage) -> None:
    put(storage, KEY)
    with pytest.raises(ValueError, match="everything"):
        storage.delete_prefix("")
    assert storage.exists(KEY)


@pytest.mark.parametrize("key", MALFORMED)
def test_malformed_keys_are_refused_everywhere(storage: Storage, key: str) -> None:
    for call in (storage.get, storage.delete, storage.exists, storage.url):
        with pytest.raises(ValueError, match="not a storage key"):
            call(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, b"", "image/jpeg")


def test_readers_see_the_old_or_the_new_and_never_a_mix(storage: Storage) -> None:
    versions = [bytes([n]) * 300_000 for n in range(8)]
    storage.put(KEY, versions[0], "image/jpeg")
    with ThreadPoolExecutor(4) as threads:
        writes = [threads.submit(storage.put, KEY, data, "image/jpeg") for data in versions]
        reads = [threads.submit(storage.get, KEY) for _ in range(16)]
        assert {call.result() for call in reads} <= set(versions)
        assert [call.result() for call in writes] == [None] * 8


def test_checking_leaves_nothing_behind(storage: Storage) -> None:
    storage.check()
    assert [*storage.keys("")] == []


# --- signed addresses -------------------------------------------------------------------


def test_a_signed_address_gives_the_picture_to_anyone(storage: Storage) -> None:
    put(storage, KEY)
    assert fetch(storage.url(KEY)) == (200, KEY.encode())
    assert fetch(storage.url(KEY, seconds=60)) == (200, KEY.encode())


def test_an_expired_address_is_refused(storage: Storage) -> None:
    put(storage, KEY)
    url = storage.url(KEY, seconds=1)
    time.sleep(2.1)
    assert fetch(url)[0] == 403
    assert storage.key_of(url) is None


def test_an_address_without_its_signature_is_refused(storage: Storage) -> None:
    put(storage, KEY)
    assert fetch(storage.url(KEY).partition("?")[0])[0] == 403


def test_a_signature_opens_no_other_picture(storage: Storage) -> None:
    put(storage, KEY, "users/8/photos/0b5e.jpg")
    assert fetch(storage.url(KEY).replace("users/7/", "users/8/"))[0] == 403


def test_a_tampered_signature_is_refused(storage: Storage) -> None:
    put(storage, KEY)
    url = storage.url(KEY)
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert re.search("(?i)signature=[0-9a-f]{64}$", url)
    assert fetch(forged)[0] == 403


def test_the_life_of_an_address_cannot_be_prolonged(storage: Storage) -> None:
    put(storage, KEY)
    url = storage.url(KEY, seconds=60)
    longer = re.sub(r"(?i)(expires=)(\d+)", lambda found: f"{found[1]}{int(found[2]) + 1}", url)
    assert longer != url
    assert fetch(longer)[0] == 403


@pytest.mark.parametrize("seconds", [-1, 0, 7 * 24 * 3600 + 1])
def test_an_address_lives_from_a_second_to_a_week(storage: Storage, seconds: int) -> None:
    with pytest.raises(ValueError, match="can't live"):
        storage.url(KEY, seconds=seconds)


def test_an_address_leads_back_to_its_key(storage: Storage) -> None:
    assert storage.key_of(storage.url(KEY)) == KEY
    assert storage.key_of(storage.url(KEY, seconds=60)) == KEY


def test_only_a_genuine_address_that_lives_leads_to_a_key(storage: Storage) -> None:
    url = storage.url(KEY)
    others = (
        url.partition("?")[0],
        url.replace("users/7/", "users/8/"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.replace("127.0.0.1", "example.org"),
        re.sub(r"(?i)(expires=)(\d+)", lambda found: f"{found[1]}{int(found[2]) + 1}", url),
        *("", KEY, "http://[", "https://example.org/\ud800", "\0"),
    )
    assert [other for other in others if storage.key_of(other) is not None] == []
