"""The bot's side over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from modera_bot.sandbox.calls import CallLog, CallRecord
from modera_bot.sandbox.checks import checked
from modera_bot.sandbox.faults import Faults, Rule
from modera_bot.sandbox.limits import FloodLimits
from modera_bot.sandbox.methods import HANDLERS
from modera_bot.sandbox.methods.call import Call
from modera_bot.sandbox.refusals import Refusal, forbidden, too_many_requests
from modera_bot.sandbox.wire import failure, read_fields, success
from modera_bot.sandbox.world import World

FOR_EVER = 10**6
LIMITED = ("send", "copy", "forward")


class BotApi:
    """Checks the token, spoils calls by the faults in force, and does the rest."""

    def __init__(
        self, world: World, faults: Faults, calls: CallLog, *, token: str, photo_edge: int
    ) -> None:
        self._world = world
        self._faults = faults
        self._calls = calls
        self._limits = FloodLimits()
        self._token = token
        self._photo_edge = photo_edge

    def routes(self) -> list[web.RouteDef]:
        """Where it listens."""
        return [
            web.get("/file/bot{token}/{path:.+}", self._download),
            web.get("/bot{token}/{method}", self._answer),
            web.post("/bot{token}/{method}", self._answer),
        ]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        method = next((known for known in HANDLERS if known.lower() == name.lower()), name)
        try:
            self._check_token(request)
            if method not in HANDLERS:
                raise Refusal(404, "Not Found: method not found")
            fields, uploads = await read_fields(request)
        except Refusal as refusal:
            return failure(refusal)
        record = self._calls.open(method, fields, self._chat_of(fields))
        n = self._faults.count(method)
        rule = self._faults.take(method)
        try:
            await _before(rule, request)
            if method.startswith(LIMITED) and self._faults.limits and record.chat_id:
                self._limits.check(record.chat_id)
            call = Call(
                self._world,
                checked(method, fields, uploads),
                self._photo_edge,
                gone=lambda: request.transport is None,
            )
            response = success(await HANDLERS[method](call))
            record.status = 200
        except Refusal as refusal:
            response = failure(refusal)
            record.status, record.description = refusal.code, refusal.description
        return self._finish(request, record, rule, n, response)

    def _finish(
        self,
        request: web.Request,
        record: CallRecord,
        rule: Rule | None,
        n: int,
        response: web.Response,
    ) -> web.Response:
        self._world.records.commit()
        self._faults.notify(record.method, n, "after")
        if rule is not None and rule.kind == "drop":
            _hang_up(request)
        record.answered = True
        return response

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
            file = self._world.files.by_path.get(request.match_info["path"])
            if file is None:
                raise Refusal(404, "Not Found")
            record = self._calls.open("download", {"path": file.path}, None)
            n = self._faults.count("download")
            rule = self._faults.take("download")
            await _before(rule, request)
        except Refusal as refusal:
            return failure(refusal)
        self._faults.notify("download", n, "after")
        if rule is not None and rule.kind == "drop":
            _hang_up(request)
        record.status, record.answered = 200, True
        headers = {"Content-Type": "application/octet-stream"}
        return web.FileResponse(self._world.files.root / file.path, headers=headers)

    def _check_token(self, request: web.Request) -> None:
        if request.match_info["token"] != self._token:
            raise Refusal(401, "Unauthorized")

    def _chat_of(self, fields: dict[str, Any]) -> int | None:
        if "callback_query_id" in fields:
            query = self._world.queries.get(str(fields["callback_query_id"]))
            return query.chat_id if query else None
        try:
            return int(fields["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None


async def _before(rule: Rule | None, request: web.Request) -> None:
    """Do what a fault does before the call is done."""
    if rule is None:
        return
    if rule.kind == "429":
        raise too_many_requests(max(1, round(rule.seconds)))
    if rule.kind == "500":
        raise Refusal(500, "Internal Server Error")
    if rule.kind == "403":
        raise forbidden()
    if rule.kind == "drop_before":
        _hang_up(request)
    if rule.kind == "slow":
        await asyncio.sleep(rule.seconds)
    if rule.kind == "hang":
        await _hang(rule.seconds or FOR_EVER, request)


async def _hang(seconds: float, request: web.Request) -> None:
    waited = 0.0
    while waited < seconds and request.transport is not None:
        await asyncio.sleep(0.05)
        waited += 0.05
    _hang_up(request)


def _hang_up(request: web.Request) -> None:
    """Close the connection without a word; the caller sees it as lost."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
