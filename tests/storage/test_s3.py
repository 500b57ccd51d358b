"""S3 when it is wrongly configured, down, slow or broken off."""

import io
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

import pytest
from minio import Minio

from modera_bot.config import StorageSettings, load
from modera_bot.errors import Code, ConfigError, StorageError
from modera_bot.storage import Storage, open_storage
from tests.servers.proxy import Fault, FaultyProxy
from tests.servers.seaweedfs import SeaweedFS

KEY = "users/7/photos/0b5e.jpg"
DATA = b"picture" * 50_000

CALLS: dict[str, Callable[[Storage], object]] = {
    "put": lambda storage: storage.put(KEY, DATA, "image/jpeg"),
    "get": lambda storage: storage.get(KEY),
    "delete": lambda storage: storage.delete(KEY),
    "exists": lambda storage: storage.exists(KEY),
    "keys": lambda storage: storage.keys("users/7/"),
    "delete_prefix": lambda storage: storage.delete_prefix("users/7/"),
    "check": lambda storage: storage.check(),
}


@pytest.fixture
def proxy(seaweedfs: SeaweedFS) -> Iterator[FaultyProxy]:
    with FaultyProxy(urlsplit(seaweedfs.endpoint).port or 0) as proxy:
        yield proxy


def through(proxy: FaultyProxy, service: SeaweedFS, timeout_s: float = 10) -> Storage:
    """A storage that reaches the service by the proxy, with a picture in it."""
    storage = service.storage(endpoint=f"http://127.0.0.1:{proxy.port}", timeout_s=timeout_s)
    storage.put(KEY, DATA, "image/jpeg")
    return storage


def assert_unavailable(call: Callable[[], object]) -> None:
    with pytest.raises(StorageError) as caught:
        call()
    assert (caught.value.code, caught.value.permanent) == (Code.STORAGE_UNAVAILABLE, False)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.RESET])
def test_a_service_that_is_down_is_reported(
    seaweedfs: SeaweedFS, proxy: FaultyProxy, fault: Fault, name: str
) -> None:
    storage = through(proxy, seaweedfs)
    proxy.behave(fault)
    assert_unavailable(lambda: CALLS[name](storage))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", ["put", "get"])
def test_a_service_that_hangs_is_asked_thrice_and_given_up(
    seaweedfs: SeaweedFS, proxy: FaultyProxy, name: str
) -> None:
    storage = through(proxy, seaweedfs, timeout_s=1)
    proxy.behave(Fault.HANG)
    assert_unavailable(lambda: CALLS[name](storage))
    assert proxy.connections == 3


def test_an_answer_broken_off_midway_is_no_picture(
    seaweedfs: SeaweedFS, proxy: FaultyProxy
) -> None:
    storage = through(proxy, seaweedfs)
    proxy.behave(Fault.RESET, after=len(DATA) // 2)
    assert_unavailable(lambda: storage.get(KEY))


def test_a_service_that_comes_back_is_used_again(seaweedfs: SeaweedFS, proxy: FaultyProxy) -> None:
    storage = through(proxy, seaweedfs)
    proxy.behave(Fault.REFUSE)
    assert_unavailable(lambda: storage.put(KEY, DATA, "image/jpeg"))
    proxy.behave(Fault.NONE)
    storage.put(KEY, DATA, "image/jpeg")
    assert storage.get(KEY) == DATA


@pytest.mark.parametrize("keys", [{"secret_key": "wrong"}, {"access_key": "wrong"}])
def test_wrong_keys_are_reported_and_open_nothing(
    seaweedfs: SeaweedFS, keys: dict[str, str]
) -> None:
    right, wrong = seaweedfs.storage(), seaweedfs.storage(**keys)
    right.put(KEY, DATA, "image/jpeg")
    for call in CALLS.values():
        assert_unavailable(partial(call, wrong))
    assert right.get(KEY) == DATA
    with pytest.raises(urllib.request.HTTPError, match="403"):
        urllib.request.urlopen(wrong.url(KEY), timeout=20)


def test_a_missing_bucket_is_made_by_whoever_comes_first(seaweedfs: SeaweedFS) -> None:
    storages = [seaweedfs.storage(bucket="made-by-the-test") for _ in range(4)]
    assert not storages[0].exists(KEY)
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(storage.put, KEY, DATA, "image/jpeg") for storage in storages]
        assert [call.result() for call in calls] == [None] * 4
    assert [*storages[1].keys("")] == [KEY]


def test_many_pictures_are_all_listed_and_deleted(seaweedfs: SeaweedFS) -> None:
    storage = seaweedfs.storage()  # more than the thousand that one answer lists
    with ThreadPoolExecutor(8) as threads:
        keys = [f"users/9/photos/{number:04}.jpg" for number in range(1005)]
        list(threads.map(lambda key: storage.put(key, b"x", "image/jpeg"), keys))
    assert [*storage.keys("users/9/")] == keys
    assert storage.delete_prefix("users/9/") == 1005
    assert [*storage.keys("users/9/")] == []


def test_objects_of_others_are_left_alone(seaweedfs: SeaweedFS) -> None:
    storage = seaweedfs.storage()
    storage.check()
    Minio(
        seaweedfs.endpoint.removeprefix("http://"),
        access_key=seaweedfs.access_key,
        secret_key=seaweedfs.secret_key,
        secure=False,
        region="us-east-1",
    ).put_object("pictures", "users/9/of_another", io.BytesIO(b"x"), 1)
    storage.put("users/9/photos/a.jpg", b"x", "image/jpeg")
    assert [*storage.keys("users/9/")] == ["users/9/photos/a.jpg"]
    assert storage.delete_prefix("users/9/") == 1


def test_the_content_type_is_kept(seaweedfs: SeaweedFS) -> None:
    storage = seaweedfs.storage()
    storage.put(KEY, DATA, "image/webp")  # which the suffix would not tell
    with urllib.request.urlopen(storage.url(KEY), timeout=20) as answer:
        assert answer.headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("ENDPOINT", "", "also needs endpoint"),
        ("SECRET_KEY", "", "also needs secret_key"),
        ("ENDPOINT", "s3.example.org", "storage.endpoint"),
        ("ENDPOINT", "https://example.org/storage/s3", "storage.endpoint"),
        ("BUCKET", "My_Pictures", "storage.bucket"),
    ],
)
def test_an_incomplete_configuration_is_told_at_once(name: str, value: str, fault: str) -> None:
    right = {"KIND": "s3", "ENDPOINT": "https://s3", "ACCESS_KEY": "a", "SECRET_KEY": "b"}
    environment = {f"MODERA_STORAGE__{key}": text for key, text in {**right, name: value}.items()}
    with pytest.raises(ConfigError, match=fault):
        load(None, environment)


def test_the_configuration_opens_it(seaweedfs: SeaweedFS) -> None:
    storage = open_storage(
        StorageSettings(
            kind="s3",
            endpoint=seaweedfs.endpoint,
            bucket="pictures",
            access_key=seaweedfs.access_key,
            secret_key=seaweedfs.secret_key,
            url_minutes=3,
        ),
        b"",
    )
    storage.check()
    assert "X-Amz-Expires=180&" in storage.url(KEY)
