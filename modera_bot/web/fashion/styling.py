"""POST style-analysis and GET style-status: the stylist's advice as a job, without the chat."""

import asyncio

from fastapi import APIRouter
from sqlalchemy import Connection

from modera_bot.bot.flows.stylist.intake import photo_fault
from modera_bot.bot.turn import Services
from modera_bot.contracts import Feature, JobKind, JobState, Quality
from modera_bot.db import analyses, users
from modera_bot.errors import Code, Refusal
from modera_bot.style import StyleRequest
from modera_bot.web.contract import SessionId, UserInQuery
from modera_bot.web.fashion.access import begin_once, ensure_consent, own_picture
from modera_bot.web.fashion.models import Advice, StyleAnalysis, StyleStatus
from modera_bot.web.fashion.work import begin, standing

#: What a job knows of the person besides what was asked for.
_KNOWN = ("past", "language")


def add_routes(routes: APIRouter, services: Services) -> None:
    @routes.post("/style-analysis", status_code=202)
    async def style_analysis(body: StyleAnalysis) -> StyleStatus:
        """Begin a style analysis; sent twice, it begins once."""
        status = await begin_once(services, _begin, services, body)
        await asyncio.to_thread(services.jobs.wake)
        return status

    @routes.get("/style-status/{session_id}")
    async def style_status(session_id: SessionId, user_id: UserInQuery) -> StyleStatus:
        """Where a person's style analysis stands, and the advice once there is one."""
        return await services.database.run(_status, services, session_id.hex, user_id)


def _begin(connection: Connection, services: Services, body: StyleAnalysis) -> StyleStatus:
    """Job, hold and session in one transaction."""
    ensure_consent(connection, services, body.user_id)
    session_id = body.session_id.hex
    begin(
        connection,
        services,
        user_id=body.user_id,
        session_id=session_id,
        kind=JobKind.STYLING,
        request=_request(connection, services, body),
        feature=Feature.STYLING,
        amount=services.credits.price(Feature.STYLING, quality=Quality.STANDARD),
        aside=_KNOWN,
    )
    return _status(connection, services, session_id, body.user_id)


def _request(connection: Connection, services: Services, body: StyleAnalysis) -> StyleRequest:
    """The job's payload. Raises StorageError for a picture that is not there, or Refusal."""
    picture = own_picture(connection, services, body.user_id, body.person_image_url)
    fault = photo_fault(picture.report) if picture.report else None
    if picture.report and picture.report.person_fault is Code.SEVERAL_PEOPLE:
        fault = Code.SEVERAL_PEOPLE  # the chat asks whom; here a crop tells
    if fault is not None:
        raise Refusal(fault)
    user = users.by_id(connection, body.user_id)
    assert user is not None  # they have agreed
    wishes = body.preferences
    if body.budget_range is not None:
        wishes = wishes.model_copy(update={"budget": body.budget_range})
    return StyleRequest(
        person_key=picture.key,
        preferences=wishes,
        past=analyses.past(connection, user.id),
        language=services.texts.supported(user.language_code or ""),
    )


def _status(
    connection: Connection, services: Services, session_id: str, user_id: int
) -> StyleStatus:
    stands = standing(connection, services, session_id, user_id, JobKind.STYLING)
    done = stands.status is JobState.DONE
    result = _advice(connection, services, stands.job_id, user_id) if done else None
    return StyleStatus(**stands.model_dump(), result=result)


def _advice(
    connection: Connection, services: Services, analysis_id: str, user_id: int
) -> Advice | None:
    """What was advised; None once it is forgotten."""
    analysis = analyses.get(connection, analysis_id, user_id)
    if analysis is None:
        return None
    card = analysis.card_key
    return Advice(
        analysis_id=analysis.id,
        style_profile=analysis.profile,
        image_url=card,
        signed_url=services.storage.url(card) if card else None,
        credits_used=analysis.credits_used,
    )
