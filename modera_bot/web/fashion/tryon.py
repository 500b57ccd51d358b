"""POST virtual-tryon and GET tryon-status: a try-on as a job, without the chat."""

import asyncio

from fastapi import APIRouter
from sqlalchemy import Connection

from modera_bot.bot.turn import Services
from modera_bot.contracts import Feature, GarmentRef, JobKind, JobState, Role, TryOnRequest
from modera_bot.db import tryons
from modera_bot.db.pictures import PictureRow
from modera_bot.errors import Code, Refusal
from modera_bot.web.contract import SessionId, UserInQuery
from modera_bot.web.fashion.access import begin_once, ensure_consent, own_picture
from modera_bot.web.fashion.models import Result, TryOn, TryOnStatus
from modera_bot.web.fashion.work import begin, standing


def add_routes(routes: APIRouter, services: Services) -> None:
    @routes.post("/virtual-tryon", status_code=202)
    async def virtual_tryon(body: TryOn) -> TryOnStatus:
        """Begin a try-on; sent twice, it begins once."""
        status = await begin_once(services, _begin, services, body)
        await asyncio.to_thread(services.jobs.wake)
        return status

    @routes.get("/tryon-status/{session_id}")
    async def tryon_status(session_id: SessionId, user_id: UserInQuery) -> TryOnStatus:
        """Where a person's try-on stands, and its picture once there is one."""
        return await services.database.run(_status, services, session_id.hex, user_id)


def _begin(connection: Connection, services: Services, body: TryOn) -> TryOnStatus:
    """Job, hold and session in one transaction."""
    ensure_consent(connection, services, body.user_id)
    session_id = body.session_id.hex
    begin(
        connection,
        services,
        user_id=body.user_id,
        session_id=session_id,
        kind=JobKind.TRYON,
        request=_request(connection, services, body),
        feature=Feature.TRYON,
        amount=services.credits.price(Feature.TRYON, quality=body.quality_level),
    )
    return _status(connection, services, session_id, body.user_id)


def _request(connection: Connection, services: Services, body: TryOn) -> TryOnRequest:
    """The job's payload. Raises StorageError for pictures that are not there, or Refusal."""
    person = own_picture(connection, services, body.user_id, body.person_image_url)
    garment = own_picture(connection, services, body.user_id, body.clothing_image_url)
    _ensure_usable(person, Role.PERSON)
    _ensure_usable(garment, Role.GARMENT)
    category = garment.report.category if garment.report else None
    if category is not None and category not in services.categories:
        raise Refusal(Code.CATEGORY_UNSUPPORTED)
    return TryOnRequest(
        person_key=person.key,
        garments=(GarmentRef(key=garment.key, category=category),),
        quality=body.quality_level,
    )


def _ensure_usable(picture: PictureRow, role: Role) -> None:
    fault = picture.report.fault(role) if picture.report else None
    if fault is not None:
        raise Refusal(fault)


def _status(
    connection: Connection, services: Services, session_id: str, user_id: int
) -> TryOnStatus:
    stands = standing(connection, services, session_id, user_id, JobKind.TRYON)
    done = stands.status is JobState.DONE
    result = _result(connection, services, stands.job_id, user_id) if done else None
    return TryOnStatus(**stands.model_dump(), result=result)


def _result(
    connection: Connection, services: Services, tryon_id: str, user_id: int
) -> Result | None:
    """What was made; None once its picture is gone."""
    tryon = tryons.get(connection, tryon_id, user_id)
    if tryon is None or tryon.result_key is None:
        return None
    made = tryon.result
    return Result(
        tryon_id=tryon.id,
        image_url=tryon.result_key,
        signed_url=services.storage.url(tryon.result_key),
        width=made.width,
        height=made.height,
        draft=made.draft,
        backend=made.backend,
        categories=made.categories,
        notices=made.notices,
        quality_score=made.quality_score,
        fit_analysis=made.fit,
        credits_used=tryon.credits_used,
    )
