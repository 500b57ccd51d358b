"""Files that bots and people sent: bytes on disk, facts in the records."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from modera_bot.sandbox.photos import Rendition
from modera_bot.sandbox.records import Records

FOLDERS = {"photo": "photos", "document": "documents", "sticker": "stickers", "voice": "voice"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """A file as it came in; `mime` and `name` are the sender's words, not to be trusted."""

    data: bytes
    name: str
    mime: str


@dataclass(frozen=True)
class StoredFile:
    """A file known to Telegram. `sizes`: ids of all renditions of the same photo."""

    file_id: str
    unique_id: str
    kind: str
    path: str
    size: int
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    thumbnail: str = ""
    sizes: list[str] = field(default_factory=list)

    def as_file(self) -> Json:
        """Bot API `File`, without `file_path`."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }

    def as_photo_size(self) -> Json:
        """Bot API `PhotoSize`."""
        return self.as_file() | {"width": self.width, "height": self.height}


class FileStore:
    """Keeps files under `folder`, or in a temporary folder that goes with the process.

    The same bytes sent again in the same way get the same ids, as they mostly do at Telegram.
    """

    def __init__(self, folder: Path | None, records: Records) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="sandbox-")
        self.root = folder / "files" if folder else Path(self._temporary.name)  # type: ignore[union-attr]
        self._records = records
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}

    def restore(self, record: Json) -> None:
        """Take back a file written down earlier."""
        self._know(StoredFile(**record))

    def add(self, upload: Upload, kind: str, thumbnail: Rendition | None = None) -> StoredFile:
        """Store bytes as they are."""
        digest = _digest(upload.data, kind, upload.name, upload.mime)
        if found := self.by_id.get(_file_id(digest, kind)):
            return found
        preview = self.add_photo([thumbnail])[0].file_id if thumbnail else ""
        return self._keep(
            upload.data,
            StoredFile(
                file_id=_file_id(digest, kind),
                unique_id=f"AgAD{digest[-12:]}",
                kind=kind,
                path=f"{FOLDERS[kind]}/{digest[:20]}{_suffix(upload)}",
                size=len(upload.data),
                name=upload.name,
                mime=upload.mime,
                width=thumbnail.width if thumbnail else 0,
                height=thumbnail.height if thumbnail else 0,
                thumbnail=preview,
            ),
        )

    def add_photo(self, sizes: list[Rendition]) -> list[StoredFile]:
        """Store every size of a photo; each knows the others."""
        digests = [_digest(size.data, "photo") for size in sizes]
        ids = [_file_id(digest, "photo") for digest in digests]
        return [
            self._keep(
                size.data,
                StoredFile(
                    file_id=file_id,
                    unique_id=f"AQAD{digest[-12:]}",
                    kind="photo",
                    path=f"photos/{digest[:20]}.jpg",
                    size=len(size.data),
                    mime="image/jpeg",
                    width=size.width,
                    height=size.height,
                    sizes=ids,
                ),
            )
            for size, digest, file_id in zip(sizes, digests, ids, strict=True)
        ]

    def forget_all_but(self, used: set[str]) -> None:
        """Forget every file whose id is not used, nor that of another size or its document."""
        kept = [self.by_id[file_id] for file_id in used if file_id in self.by_id]
        keep = used.union(*(file.sizes for file in kept), (file.thumbnail for file in kept))
        for file in [file for file_id, file in self.by_id.items() if file_id not in keep]:
            del self.by_id[file.file_id], self.by_path[file.path]
            self._records.delete("file", file.file_id)

    def sweep(self) -> None:
        """Delete from the disk what no record knows: call it when the records are committed."""
        for path in list(self.root.rglob("*")):
            if path.is_file() and path.relative_to(self.root).as_posix() not in self.by_path:
                path.unlink()

    def close(self) -> None:
        """Drop the temporary folder, if any."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def _keep(self, data: bytes, file: StoredFile) -> StoredFile:
        target = self.root / file.path
        if not target.exists() or target.stat().st_size != len(data):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        self._know(file)
        self._records.write("file", file.file_id, asdict(file))
        return file

    def _know(self, file: StoredFile) -> None:
        self.by_id[file.file_id] = file
        self.by_path[file.path] = file


def _digest(data: bytes, *more: str) -> str:
    return hashlib.sha256("\0".join((*more, "")).encode() + data).hexdigest()


def _file_id(digest: str, kind: str) -> str:
    prefix = {"photo": "AgACAgIAAxkB", "document": "BQACAgIAAxkB"}.get(kind, "CAACAgIAAxkB")
    return prefix + digest[:40]


def _suffix(upload: Upload) -> str:
    named = re.search(r"\.[A-Za-z0-9]{1,8}$", upload.name)
    return named.group().lower() if named else mimetypes.guess_extension(upload.mime) or ""
