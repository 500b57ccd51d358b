"""The people's side over HTTP: what the chat page and `SandboxClient` call.

JSON in, JSON out; refusals look like the Bot API's. All under `/sandbox/api/`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, get_args

from aiohttp import BodyPartReader, web

from modera_bot.sandbox.buyers import Buyers
from modera_bot.sandbox.calls import CallLog
from modera_bot.sandbox.faults import Faults, Network
from modera_bot.sandbox.files import Upload
from modera_bot.sandbox.methods.profile import commands_for, profile_text
from modera_bot.sandbox.people import People
from modera_bot.sandbox.refusals import Refusal, bad_request
from modera_bot.sandbox.stream import Stream
from modera_bot.sandbox.wire import MAX_UPLOAD, failure
from modera_bot.sandbox.world import Person, World

Json = dict[str, Any]
SILENT_AFTER = 6.0  # seconds without a poll after which a bot counts as not listening
Action = Callable[[web.Request, Person], Awaitable[Any]]


class UserApi:
    """Routes of the people's side."""

    def __init__(
        self, world: World, people: People, stream: Stream, faults: Faults, calls: CallLog
    ) -> None:
        self._world = world
        self._people = people
        self._buyers = Buyers(world)
        self._stream = stream
        self._faults = faults
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """Where it listens."""
        one = "/sandbox/api/users/{id}"
        return [
            web.get("/sandbox/events", self._events),
            web.get("/sandbox/api/state", self._state),
            web.get("/sandbox/api/calls", self._get_calls),
            web.get("/sandbox/api/faults", self._get_faults),
            web.post("/sandbox/api/faults", self._add_fault),
            web.delete("/sandbox/api/faults", self._clear_faults),
            web.post("/sandbox/api/network", self._set_network),
            web.post("/sandbox/api/users", self._add_person),
            web.get(one, self._on(self._show)),
            web.post(f"{one}/text", self._on(self._text)),
            web.post(f"{one}/photos", self._on(self._photos)),
            web.post(f"{one}/documents", self._on(self._documents)),
            web.post(f"{one}/sticker", self._on(self._sticker)),
            web.post(f"{one}/voice", self._on(self._voice)),
            web.post(f"{one}/location", self._on(self._location)),
            web.post(f"{one}/press", self._on(self._press)),
            web.post(f"{one}/delete", self._on(self._delete)),
            web.get(f"{one}/invoices/{{invoice}}", self._on(self._invoice)),
            web.post(f"{one}/pay", self._on(self._pay)),
            web.post(f"{one}/payments/{{charge}}/{{action}}", self._on(self._move_money)),
            web.post(f"{one}/block", self._on(self._block)),
            web.post(f"{one}/language", self._on(self._language)),
        ]

    def state(self) -> Json:
        """Everything but the messages."""
        people = self._world.people.values()
        return {
            "type": "hello",
            "bot": self._world.bot | {"listening": self.listening()},
            "users": [self._world.view_person(person) for person in people],
            "network": self._faults.network,
            "revision": self._world.revision,
        }

    def listening(self) -> bool:
        """Whether a bot is there: it polls, polled lately, or has set a webhook."""
        updates = self._world.updates
        lately = time.monotonic() - updates.last_poll < SILENT_AFTER
        return bool(updates.polling or lately or self._world.profile.get("webhook"))

    def _on(self, action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Make a route of something that a person does; answers with the revision before it."""

        async def handle(request: web.Request) -> web.Response:
            try:
                person = self._world.people.get(int(request.match_info["id"]))
                if person is None:
                    raise Refusal(404, "Not Found: no such user")
                result = {"revision": self._world.revision, "result": await action(request, person)}
            except Refusal as refusal:
                return failure(refusal)
            except (KeyError, ValueError, TypeError) as error:
                return failure(bad_request(f"cannot read the request: {error!r}"))
            self._world.records.commit()
            return web.json_response({"ok": True} | result)

        return handle

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await self._stream.serve(request, self.state())

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _get_calls(self, request: web.Request) -> web.Response:
        chat_id = request.query.get("chat_id")
        return web.json_response(self._calls.as_json(int(chat_id) if chat_id else None))

    async def _get_faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._faults.as_json())

    async def _add_fault(self, request: web.Request) -> web.Response:
        rule = await request.json()
        try:
            if "limits" in rule:
                self._faults.limits = bool(rule["limits"])
            else:
                self._faults.add(rule.pop("method"), rule.pop("kind"), **rule)
        except (KeyError, TypeError, ValueError) as error:
            return failure(bad_request(f"not a fault: {error}"))
        return await self._get_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return await self._get_faults(request)

    async def _set_network(self, request: web.Request) -> web.Response:
        quality = (await request.json()).get("quality")
        if quality not in get_args(Network):
            return failure(bad_request(f"choose from {', '.join(get_args(Network))}"))
        self._faults.network = quality
        self._world.publish({"type": "network", "quality": quality})
        return web.json_response({"ok": True, "result": quality})

    async def _add_person(self, request: web.Request) -> web.Response:
        body = await request.json()
        name = str(body.get("first_name", "")).strip()[:64]
        if not name:
            return failure(bad_request("first_name is empty"))
        person = self._world.add_person(name, str(body.get("language_code", "en"))[:8])
        self._world.records.commit()
        return web.json_response({"ok": True, "result": self._world.view_person(person)})

    async def _show(self, request: web.Request, person: Person) -> Json:
        """A person's chat: every message, the commands menu, what the bot says of itself."""
        world, language = self._world, person.language_code
        return {
            "user": world.view_person(person),
            "messages": [world.view(m) for m in world.messages[person.id].values()],
            "payments": [asdict(payment) for payment in world.payments.of(person.id)],
            "commands": commands_for(world, person.id, language),
            "name": profile_text(world, "name", language),
            "description": profile_text(world, "description", language),
            "short_description": profile_text(world, "short_description", language),
        }

    async def _text(self, request: web.Request, person: Person) -> Json:
        body = await request.json()
        return self._world.view(self._people.text(person, body["text"], body.get("reply_to")))

    async def _photos(self, request: web.Request, person: Person) -> list[Json]:
        uploads, caption = await _form(request)
        sent = await self._people.photos(person, uploads, caption)
        return [self._world.view(message) for message in sent]

    async def _documents(self, request: web.Request, person: Person) -> list[Json]:
        uploads, caption = await _form(request)
        sent = await self._people.documents(person, uploads, caption)
        return [self._world.view(message) for message in sent]

    async def _sticker(self, request: web.Request, person: Person) -> Json:
        return self._world.view(self._people.sticker(person))

    async def _voice(self, request: web.Request, person: Person) -> Json:
        return self._world.view(self._people.voice(person))

    async def _location(self, request: web.Request, person: Person) -> Json:
        body = await request.json()
        place = float(body["latitude"]), float(body["longitude"])
        return self._world.view(self._people.location(person, *place))

    async def _press(self, request: web.Request, person: Person) -> Json:
        body = await request.json()
        force = bool(body.get("force"))
        query = self._people.press(person, int(body["message_id"]), body["data"], force=force)
        return {"query_id": query.id}

    async def _delete(self, request: web.Request, person: Person) -> bool:
        """Delete a message for both sides; a bot is not told of that."""
        message_id = int((await request.json())["message_id"])
        if message_id not in self._world.messages[person.id]:
            raise bad_request("message to delete not found")
        self._world.delete_message(person.id, message_id)
        return True

    async def _pay(self, request: web.Request, person: Person) -> Json:
        """Confirm an invoice, by its message or by its link; the bot is asked first."""
        body = await request.json()
        link, early = str(body.get("link", "")), bool(body.get("early"))
        invoice = link.rpartition("$")[2] if link else f"{person.id}:{body['message_id']}"
        return {"query_id": self._buyers.pay(person, invoice, early=early).id}

    async def _move_money(self, request: web.Request, person: Person) -> bool:
        charge, action = request.match_info["charge"], request.match_info["action"]
        match action:
            case "refund":
                self._buyers.refund(person, charge)
            case "renew":
                self._buyers.renew(person, charge)
            case "cancel" | "resume":
                self._buyers.cancel(person, charge, cancelled=action == "cancel")
            case "again":
                self._buyers.tell_again(person, charge)
            case _:
                raise Refusal(404, "Not Found")
        return True

    async def _invoice(self, request: web.Request, person: Person) -> Json:
        """What a link of createInvoiceLink asks for."""
        invoice = self._world.payments.invoices.get(request.match_info["invoice"])
        if invoice is None:
            raise Refusal(404, "Not Found: no such invoice")
        return asdict(invoice)

    async def _block(self, request: web.Request, person: Person) -> bool:
        self._people.block(person, blocked=bool((await request.json())["blocked"]))
        return True

    async def _language(self, request: web.Request, person: Person) -> bool:
        """Change the language of the person's app; the bot reads it in their next update."""
        person.language_code = str((await request.json())["language_code"])[:8]
        self._world.save_person(person)
        return True


async def _form(request: web.Request) -> tuple[list[Upload], str]:
    uploads, caption = [], ""
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=True))
        if len(data) > MAX_UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        if part.filename is None:
            caption = data.decode()
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(data, part.filename, mime))
    return uploads, caption
