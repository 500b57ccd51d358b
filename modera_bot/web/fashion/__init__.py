"""The fashion contracts: /api/v1/fashion, for callers that show a token of ours.

They act for a person: what belongs to somebody else does not exist for them, and consent,
credits and limits hold as they do in the chat.
"""

from typing import Any

from fastapi import APIRouter, Security
from fastapi.security import HTTPBearer

from modera_bot.bot.turn import Services
from modera_bot.web.errors import ErrorBody
from modera_bot.web.fashion import photos, tryon

PREFIX = "/api/v1/fashion"
#: The path whose body is a picture.
UPLOADS = PREFIX + photos.UPLOAD

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body can't be read"},
    401: {"description": "No token, or a wrong one"},
    402: {"description": "Not enough credits"},
    403: {"description": "The person has not agreed in the chat to the use of their photos"},
    404: {"description": "No such thing, or it is another person's"},
    409: {"description": "The session_id stands for another request"},
    413: {"description": "The body is too large"},
    422: {"description": "The request is not as it should be, or the photo can't be used"},
    429: {"description": "The person has too many jobs"},
    503: {"description": "Something that this needs does not answer"},
}


def router(services: Services) -> APIRouter:
    routes = APIRouter(
        prefix=PREFIX,
        tags=["fashion"],
        # said for OpenAPI; it is the guard that refuses
        dependencies=[Security(HTTPBearer(auto_error=False, description="One of [web] tokens"))],
        responses={status: {"model": ErrorBody} | more for status, more in _REFUSALS.items()},
    )
    tryon.add_routes(routes, services)
    photos.add_routes(routes, services)
    return routes
