"""Pictures in a bucket of an S3 service (AWS, R2, SeaweedFS, MinIO, …)."""

import hmac
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from modera_bot.errors import Code, StorageError
from modera_bot.storage.base import gone, is_key, round_trip, valid_key, valid_prefix, valid_seconds

_TIMEOUT_S = 10.0
_RETRIES = 2
# Larger than any picture, so that each goes up in one request: an upload in parts that is
# broken off leaves the parts behind, invisible to `keys`.
_PART_BYTES = 64 << 20
_OWNED = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


class S3Storage:
    """A Storage on one bucket, made with the first call if it is missing.

    The bucket must not keep versions: deleting would then only hide a person's picture.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        *,
        region: str,
        access_key: str,
        secret_key: str,
        url_seconds: int,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        """`endpoint` is an http(s) address; `timeout_s` bounds each wait, thrice with retries."""
        address = urlsplit(endpoint)
        self._bucket, self._url_seconds = bucket, valid_seconds(url_seconds)
        self._client = Minio(
            endpoint=address.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=address.scheme == "https",
            region=region,  # otherwise each first request asks for it, which R2 forbids
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=min(timeout_s, 5.0), read=timeout_s),
                maxsize=16,
                retries=urllib3.Retry(
                    total=_RETRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]
                ),
            ),
        )
        self._bucket_lock = threading.Lock()
        self._bucket_seen = False

    def put(self, key: str, data: bytes, content_type: str) -> None:
        valid_key(key)
        with self._faults(key):
            self._make_bucket()
            self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=io.BytesIO(data),
                length=len(data),
                content_type=content_type,
                part_size=_PART_BYTES,
            )

    def get(self, key: str) -> bytes:
        valid_key(key)
        with self._faults(key):
            self._make_bucket()
            response = self._client.get_object(bucket_name=self._bucket, object_name=key)
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()

    def delete(self, key: str) -> None:
        valid_key(key)
        with self._faults(key):
            self._make_bucket()
            self._client.remove_object(bucket_name=self._bucket, object_name=key)

    def exists(self, key: str) -> bool:
        valid_key(key)
        try:
            with self._faults(key):
                self._make_bucket()
                self._client.stat_object(bucket_name=self._bucket, object_name=key)
        except StorageError as error:
            if error.code is Code.PICTURE_GONE:
                return False
            raise
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        valid_prefix(prefix)
        with self._faults(prefix):
            self._make_bucket()
            found = self._client.list_objects(
                bucket_name=self._bucket, prefix=prefix, recursive=True
            )
            names = [item.object_name for item in found if item.object_name]
        return iter([*filter(is_key, names)])

    def delete_prefix(self, prefix: str) -> int:
        if not valid_prefix(prefix):
            raise ValueError("refusing to delete everything")
        keys = [*self.keys(prefix)]
        for key in keys:  # one by one: not every service knows how to delete many at once
            self.delete(key)
        return len(keys)

    def url(self, key: str, seconds: int | None = None) -> str:
        life = valid_seconds(self._url_seconds if seconds is None else seconds)
        return self._client.presigned_get_object(
            bucket_name=self._bucket, object_name=valid_key(key), expires=timedelta(seconds=life)
        )

    def key_of(self, url: str) -> str | None:
        try:
            address = urlsplit(url)
            query = dict(parse_qsl(address.query))
            # the path has no bucket where the host is the bucket's own
            key = address.path.lstrip("/").removeprefix(f"{self._bucket}/")
            signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            life = timedelta(seconds=valid_seconds(int(query["X-Amz-Expires"])))
            genuine = self._client.get_presigned_url(
                "GET", self._bucket, valid_key(key), expires=life, request_date=signed
            )
        except (KeyError, ValueError):
            return None
        same = hmac.compare_digest(genuine.encode(), url.encode("utf-8", "replace"))
        return key if same and datetime.now(UTC) < signed + life else None

    def check(self) -> None:
        round_trip(self)

    def _make_bucket(self) -> None:
        """Make the bucket if it is missing; where we may not even ask, it had better exist."""
        with self._bucket_lock:
            if self._bucket_seen:
                return
            try:
                if not self._client.bucket_exists(bucket_name=self._bucket):
                    self._client.make_bucket(bucket_name=self._bucket)
            except S3Error as error:
                if error.code not in (*_OWNED, "AccessDenied"):
                    raise
            self._bucket_seen = True

    @contextmanager
    def _faults(self, what: str) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            if error.code == "NoSuchKey":
                raise gone(what) from error
            detail = f"bucket {self._bucket}, {what}: {error.code}: {error.message}"
            raise StorageError(Code.STORAGE_UNAVAILABLE, detail) from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise StorageError(Code.STORAGE_UNAVAILABLE, f"{what}: {error!r}") from error
