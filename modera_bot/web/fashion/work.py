"""Jobs that a caller begins under a session_id of their own, and where they stand."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from modera_bot.bot.turn import Services
from modera_bot.contracts import Feature, JobKind, JobState, Wire
from modera_bot.db import sessions
from modera_bot.web.errors import ApiError, ErrorDetail, Fault, explained
from modera_bot.web.fashion.models import Standing

#: What a session is called whose jobs are of a kind.
_SESSIONS = {JobKind.TRYON: "tryon", JobKind.STYLING: "styling"}


def begin(
    connection: Connection,
    services: Services,
    *,
    user_id: int,
    session_id: str,
    kind: JobKind,
    request: Wire,
    feature: Feature,
    amount: int,
    aside: Collection[str] = (),
) -> None:
    """Session, hold and job, once: the same request again changes nothing.

    `aside` are the fields of the job's payload that come from elsewhere than the request.
    Raises ApiError when the session stands for another request, or CreditsError or JobError.
    """
    session = sessions.get(connection, session_id)
    if session is not None and session.user_id != user_id:
        raise ApiError(Fault.NOT_FOUND)
    if session is not None:
        job = services.jobs.of_session(connection, session_id)
        fresh = request.model_dump(mode="json")
        if job is None or _without(job.payload, aside) != _without(fresh, aside):
            raise ApiError(Fault.CONFLICT)
        return
    if services.credits.enabled:
        services.payments.welcome(connection, user_id)
    sessions.open_over_http(connection, session_id, user_id, _SESSIONS[kind])
    services.jobs.submit(
        connection,
        kind=kind,
        user_id=user_id,
        session_id=session_id,
        payload=request,
        feature=feature,
        amount=amount,
    )


def _without(payload: dict[str, Any], aside: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in aside}


def standing(
    connection: Connection, services: Services, session_id: str, user_id: int, kind: JobKind
) -> Standing:
    """Where the job of a person's own session stands. Raises ApiError if there is none."""
    session = sessions.get(connection, session_id)
    if session is None or (session.user_id, session.session_type) != (user_id, _SESSIONS[kind]):
        raise ApiError(Fault.NOT_FOUND)
    job = services.jobs.of_session(connection, session_id)
    status = services.jobs.status(connection, job.id) if job else None
    if job is None or status is None:
        raise ApiError(Fault.NOT_FOUND)
    error = job.error if status.state is JobState.FAILED else None
    return Standing(
        session_id=session_id,
        job_id=job.id,
        status=status.state,
        position=status.position,
        stage=status.stage,
        progress=status.progress,
        eta_seconds=status.eta_seconds,
        error=ErrorDetail(code=error, message=explained(error, job.id[:6])) if error else None,
    )
