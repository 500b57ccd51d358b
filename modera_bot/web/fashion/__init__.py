"""The fashion contracts: /api/v1/fashion, for callers that show a token of ours.

They act for a person: what belongs to somebody else does not exist for them, and consent,
credits and limits hold as they do in the chat.
"""

from fastapi import APIRouter

from modera_bot.bot.turn import Services
from modera_bot.web.contract import api
from modera_bot.web.fashion import photos, styling, tryon

#: The path whose body is a picture.
UPLOADS = f"/api/v1/fashion{photos.UPLOAD}"

_REFUSALS = {
    403: "The person has not agreed in the chat to the use of their photos",
    422: "The request is not as it should be, or the photo can't be used",
    429: "The person has too many jobs",
}


def router(services: Services) -> APIRouter:
    routes = api("fashion", _REFUSALS)
    tryon.add_routes(routes, services)
    styling.add_routes(routes, services)
    photos.add_routes(routes, services)
    return routes
