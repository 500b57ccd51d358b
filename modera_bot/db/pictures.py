"""The pictures in storage: whose they are, what they show and when they must be gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, select

from modera_bot.contracts import PhotoReport
from modera_bot.db.schema import pictures

Purpose = Literal["photo", "result"]


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One stored picture; `key` is its storage key, the size is in pixels."""

    key: str
    user_id: int
    purpose: Purpose
    sha256: str
    width: int
    height: int
    report: PhotoReport | None
    created_at: datetime
    expires_at: datetime | None


def add(
    connection: Connection,
    *,
    key: str,
    user_id: int,
    purpose: Purpose,
    sha256: str,
    width: int,
    height: int,
    report: PhotoReport | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Record a picture that is already in storage."""
    connection.execute(
        pictures.insert().values(
            key=key,
            user_id=user_id,
            purpose=purpose,
            sha256=sha256,
            width=width,
            height=height,
            report=None if report is None else report.model_dump(mode="json"),
            expires_at=expires_at,
        )
    )


def get(connection: Connection, key: str) -> PictureRow | None:
    row = connection.execute(select(pictures).where(pictures.c.key == key)).one_or_none()
    return None if row is None else _picture(row)


def of_user(connection: Connection, user_id: int) -> list[PictureRow]:
    """All that is kept of a person, oldest first."""
    return _list(connection, pictures.c.user_id == user_id)


def expired(connection: Connection, before: datetime, limit: int = 100) -> list[PictureRow]:
    """Pictures whose time was over before a moment, oldest first."""
    return _list(connection, pictures.c.expires_at < before, limit=limit)


def remove(connection: Connection, key: str) -> None:
    """Forget a picture that is no longer in storage."""
    connection.execute(pictures.delete().where(pictures.c.key == key))


def _list(
    connection: Connection, condition: ColumnElement[bool], limit: int | None = None
) -> list[PictureRow]:
    query = select(pictures).where(condition).order_by(pictures.c.created_at, pictures.c.key)
    return [_picture(row) for row in connection.execute(query.limit(limit))]


def _picture(row: Any) -> PictureRow:
    report = None if row.report is None else PhotoReport.model_validate(row.report)
    return PictureRow(
        row.key,
        row.user_id,
        row.purpose,
        row.sha256,
        row.width,
        row.height,
        report,
        row.created_at,
        row.expires_at,
    )
