"""POST /webhook/telegram: updates, once Telegram has shown that it is Telegram."""

import hmac
import json
import logging

from fastapi import APIRouter, Request, Response

from modera_bot.contracts import Webhook
from modera_bot.web.errors import Fault, failure

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the name of a header)


def router(webhook: Webhook) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.post("/webhook/telegram")
    async def receive(request: Request) -> Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), webhook.secret.encode()):
            return failure(Fault.UNAUTHORIZED, f"{SECRET_HEADER} is missing or wrong.")
        try:
            await webhook.receive(json.loads(await request.body()))
        except (ValueError, RecursionError):
            log.error("Telegram posted something that is no update")
            return failure(Fault.INVALID_REQUEST)
        return Response(status_code=200)

    return routes
