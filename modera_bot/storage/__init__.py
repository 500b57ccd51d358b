"""Where pictures are kept: one protocol, on a local folder or on S3.

Sync: call it from async code through `asyncio.to_thread`.
"""

from modera_bot.config import StorageSettings
from modera_bot.storage.base import Storage

__all__ = ["Storage", "open_storage"]


def open_storage(settings: StorageSettings, secret: bytes, public_url: str = "") -> Storage:
    """Make the storage that the configuration names; talks to nobody yet (see `check`).

    `secret` signs the URLs of the local storage, which begin with `public_url`. S3 is imported
    only when chosen.
    """
    if settings.kind == "local":
        from modera_bot.storage.local import LocalStorage

        return LocalStorage(
            settings.folder,
            public_url=public_url,
            secret=secret,
            url_seconds=settings.url_minutes * 60,
        )
    from modera_bot.storage.s3 import S3Storage

    return S3Storage(
        settings.endpoint,
        settings.bucket,
        region=settings.region,
        access_key=settings.access_key.get_secret_value(),
        secret_key=settings.secret_key.get_secret_value(),
        url_seconds=settings.url_minutes * 60,
    )
