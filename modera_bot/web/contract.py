"""What all contracts below /api have in common: names of people and sessions, and refusals."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Security
from fastapi.security import HTTPBearer
from pydantic import Field

from modera_bot.web.errors import ErrorBody

_MOST = 2**63 - 1
_OF_PERSON = "Our number for a person."

UserId = Annotated[int, Field(ge=1, le=_MOST, strict=True, description=_OF_PERSON)]
UserInQuery = Annotated[int, Query(ge=1, le=_MOST, description=_OF_PERSON)]
UserInPath = Annotated[int, Path(ge=1, le=_MOST, description=_OF_PERSON)]
SessionId = Annotated[
    UUID,
    Field(description="Chosen by the caller; sending the same request again changes nothing."),
]

_REFUSALS = {
    400: "The body can't be read",
    401: "No token, or a wrong one",
    402: "Not enough credits",
    404: "No such thing, or it is another person's",
    409: "It contradicts what came before, under the same session_id for instance",
    413: "The body is too large",
    422: "The request is not as it should be",
    503: "Something that this needs does not answer",
}


def api(name: str, refusals: dict[int, str]) -> APIRouter:
    """Routes below /api/v1/<name>, each with the refusals that all have, and those given."""
    described: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorBody, "description": description}
        for status, description in (_REFUSALS | refusals).items()
    }
    return APIRouter(
        prefix=f"/api/v1/{name}",
        tags=[name],
        # said for OpenAPI; it is the guard that refuses
        dependencies=[Security(HTTPBearer(auto_error=False, description="One of [web] tokens"))],
        responses=described,
    )
