"""Finished try-ons: what a person can look at again, rate and share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from modera_bot.contracts import FitAnalysis, TryOnResult
from modera_bot.db.schema import pictures, virtual_tryons

# Asked whenever a person's photo is missing; built once, which costs as much as running it.
_LAST_PERSON = (
    select(pictures.c.key)
    .join(virtual_tryons, virtual_tryons.c.person_image_url == pictures.c.key)
    .where(virtual_tryons.c.user_id == bindparam("user"), pictures.c.user_id == bindparam("user"))
    .order_by(virtual_tryons.c.created_at.desc(), virtual_tryons.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Tryon:
    """One try-on. Keys are storage keys; `result_key` is None once the picture is gone."""

    id: str
    user_id: int
    session_id: str | None
    clothing_key: str
    person_key: str
    result_key: str | None
    rating: int | None
    credits_used: int
    result: TryOnResult
    created_at: datetime


def add(
    connection: Connection,
    *,
    result: TryOnResult,
    user_id: int,
    session_id: str,
    clothing_key: str,
    person_key: str,
    credits_used: int,
    fingerprint: str | None = None,
) -> None:
    """Record a finished try-on under its `result.tryon_id`; `fingerprint` finds it again."""
    fit = None if result.fit is None else result.fit.model_dump(mode="json")
    connection.execute(
        virtual_tryons.insert().values(
            id=result.tryon_id,
            session_id=session_id,
            user_id=user_id,
            clothing_image_url=clothing_key,
            person_image_url=person_key,
            result_image_url=result.result_key,
            fit_analysis=fit,
            quality_score=result.quality_score,
            credits_used=credits_used,
            fingerprint=fingerprint,
            details=result.model_dump(mode="json"),
        )
    )


def get(connection: Connection, tryon_id: str, user_id: int) -> Tryon | None:
    """A person's own try-on; None also for one of somebody else."""
    row = connection.execute(select(virtual_tryons).where(*_own(tryon_id, user_id))).one_or_none()
    return None if row is None else _tryon(row)


def of_user(
    connection: Connection, user_id: int, limit: int | None = None, offset: int = 0
) -> list[Tryon]:
    """A person's try-ons, newest first."""
    query = (
        select(virtual_tryons)
        .where(virtual_tryons.c.user_id == user_id)
        .order_by(virtual_tryons.c.created_at.desc(), virtual_tryons.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_tryon(row) for row in connection.execute(query)]


def kept(connection: Connection, user_id: int) -> list[Tryon]:
    """A person's try-ons whose picture is kept, newest first."""
    return [tryon for tryon in of_user(connection, user_id) if tryon.result_key]


def count(connection: Connection, user_id: int) -> tuple[int, int]:
    """How many try-ons a person had made, and of how many the picture is kept."""
    query = select(func.count(), func.count(virtual_tryons.c.result_image_url)).where(
        virtual_tryons.c.user_id == user_id
    )
    made, kept = connection.execute(query).one()
    return made, kept


def last_person(connection: Connection, user_id: int) -> str | None:
    """Storage key of the photo of a person that was last tried on, if it is still kept."""
    return connection.execute(_LAST_PERSON, {"user": user_id}).scalar_one_or_none()


def rate(connection: Connection, tryon_id: str, user_id: int, stars: int) -> bool:
    """Set the person's rating, 1 to 5; False if they have no such try-on."""
    changed = connection.execute(
        virtual_tryons.update().where(*_own(tryon_id, user_id)).values(user_rating=stars)
    )
    return changed.rowcount == 1


def set_fit(connection: Connection, tryon_id: str, user_id: int, fit: FitAnalysis) -> None:
    """Write down how the garment would fit; nothing if the try-on is gone."""
    tryon = get(connection, tryon_id, user_id)
    if tryon is None:
        return
    result = tryon.result.model_copy(update={"fit": fit})
    values = {
        "fit_analysis": fit.model_dump(mode="json"),
        "details": result.model_dump(mode="json"),
    }
    connection.execute(virtual_tryons.update().where(*_own(tryon_id, user_id)).values(**values))


def forget_result(connection: Connection, tryon_id: str) -> None:
    """Note that the picture of a try-on is no longer in storage."""
    _forget(connection, virtual_tryons.c.id == tryon_id)


def forget_key(connection: Connection, result_key: str) -> None:
    """The same by storage key, for whoever removes pictures; other keys change nothing."""
    _forget(connection, virtual_tryons.c.result_image_url == result_key)


def _forget(connection: Connection, condition: ColumnElement[bool]) -> None:
    connection.execute(virtual_tryons.update().where(condition).values(result_image_url=None))


def _own(tryon_id: str, user_id: int) -> tuple[Any, Any]:
    return virtual_tryons.c.id == tryon_id, virtual_tryons.c.user_id == user_id


def _tryon(row: Any) -> Tryon:
    return Tryon(
        row.id,
        row.user_id,
        row.session_id,
        row.clothing_image_url,
        row.person_image_url,
        row.result_image_url,
        row.user_rating,
        row.credits_used,
        TryOnResult.model_validate(row.details),
        row.created_at,
    )
