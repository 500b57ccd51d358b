"""No token, no API; and nobody reads or changes what is another person's, by any id."""

import contextlib
import re
import uuid
from collections.abc import Iterator

from sqlalchemy import select
from starlette.routing import Route
from telegram.ext import CallbackQueryHandler

from modera_bot.bot.application import FLOWS
from modera_bot.bot.flows.states import State
from modera_bot.config import PaySettings
from modera_bot.db import schema, sessions
from modera_bot.sandbox.client import SandboxError
from modera_bot.web.application import build
from tests.bot.people import enter, keep_advice, keep_result, known
from tests.bot.tryon.conftest import TOP, WOMAN, _colours, photo
from tests.web.callers import Caller

__all__ = ["_colours"]

PUBLIC = {"/healthz", "/readyz", "/openapi.json", "/media/{key:path}", "/webhook/telegram"}


def routes(app) -> list[tuple[str, str, list[str]]]:
    """Method, path and names of the JSON fields of every route below /api."""
    document = build(app.services, None).openapi()
    return [
        (verb.upper(), path, _fields(document, operation))
        for path, operations in document["paths"].items()
        for verb, operation in operations.items()
        if path.startswith("/api/")
    ]


def _fields(document, operation) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return [*document["components"]["schemas"].get(name, {}).get("properties", {})]


def test_every_route_is_either_known_to_be_open_or_below_the_guarded_prefix(app):
    paths = {route.path for route in _flat(build(app.services, None).routes)}
    assert {path for path in paths - PUBLIC if not path.startswith("/api/")} == set()
    assert any(path.startswith("/api/") for path in paths)


def _flat(found) -> Iterator[Route]:
    for route in found:
        if router := getattr(route, "original_router", None):  # FastAPI's own wrapper
            yield from _flat(router.routes)
        else:
            yield route


WRONG = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer wrong-wrong-wrong-wrong"},
    {"Authorization": "Basic a-token-of-the-tests"},
    {"Authorization": "a-token-of-the-tests"},
    {"Authorization": "Bearer a-token-of-the-test\u00fc"},
]


async def test_every_route_refuses_a_missing_or_wrong_token_before_it_reads(app, http):
    guarded = [(verb, path) for verb, path, _ in routes(app)]
    assert len(guarded) >= 10
    for verb, path in [*guarded, ("GET", "/api/nothing"), ("PATCH", "/api/")]:
        for headers in WRONG:
            url = f"{path}?token=a-token-of-the-tests"
            async with http.request(verb, url, headers=headers, data=b"{broken") as answer:
                assert answer.status == 401, (verb, path)
                assert answer.headers["WWW-Authenticate"] == "Bearer"
                assert (await answer.json())["error"]["code"] == "unauthorized"


async def test_each_of_several_tokens_opens(app, http, anna):
    for token in ("a-token-of-the-tests", "another-token-still-valid"):
        headers = {"Authorization": f"Bearer {token}"}
        caller = await Caller.of(app, http, headers, anna)
        assert (await caller.status(str(uuid.uuid4())))[0] == 404


async def test_user_b_reads_nothing_of_user_a_by_any_id_on_any_route(
    serve_web, http, bearer, anna, boris
):
    async with serve_web(pay=PaySettings(enabled=True, starter=0)) as app:
        await _reads_nothing(app, http, bearer, anna, boris)


async def _reads_nothing(app, http, bearer, anna, boris) -> None:
    owner = await Caller.of(app, http, bearer, anna)
    other = await Caller.of(app, http, bearer, boris)
    services = app.services
    await services.database.run(services.payments.give, owner.user_id, 3, reason="a test")
    order = {"package": "basic", "currency": "XTR", "provider": "stars"}
    bought, _ = await services.database.run(
        services.payments.purchase, user_id=owner.user_id, **order
    )
    _, begun = await owner.begin()
    done = await owner.ended(begun["session_id"])
    photo_key = await owner.upload(photo(WOMAN))
    own = await other.upload(photo(TOP))
    result = done["result"]
    ids = {
        *(begun["session_id"], str(uuid.UUID(begun["session_id"])), begun["job_id"]),
        *(photo_key, app.services.storage.url(photo_key)),
        *(result["image_url"], result["signed_url"], result["tryon_id"], bought.id),
    }
    tried = 0
    for verb, path, fields in routes(app):
        for theirs in ids:
            for place in ("clothing_image_url", "person_image_url"):
                body = {
                    "user_id": other.user_id,
                    "session_id": theirs if _is_uuid(theirs) else str(uuid.uuid4()),
                    "image_url": theirs,
                    "clothing_image_url": own,
                    "person_image_url": own,
                    "credits_amount": 3,
                    "feature_used": "tryon",
                    "order_id": theirs,
                } | {place: theirs}
                names = {name: body[name] for name in fields if name in body}
                url = re.sub(r"\{\w+\}", theirs.replace("/", "%2F"), path)
                async with http.request(
                    verb,
                    f"{url}?user_id={other.user_id}",
                    headers=bearer,
                    json=names,
                ) as answer:
                    text = await answer.text()
                    assert answer.status in (402, 404, 405, 409, 422), (verb, path, text)
                    assert f"users/{owner.user_id}/" not in text
                    tried += 1
    assert tried > 100


async def test_user_b_reads_and_changes_nothing_of_user_a_by_any_button(app, anna, boris, client):
    for person in (anna, boris):
        await person.text("/start")
        await person.wait_for("Modera")
    await Caller.of(app, None, {}, anna)
    await Caller.of(app, None, {}, boris)
    owner, other = await known(app, anna), await known(app, boris)
    result = await keep_result(app, anna)
    photo_name, advice = uuid.uuid4().hex, await keep_advice(app, anna)
    key = f"users/{owner.id}/photos/{photo_name}.jpg"
    anna_session = await enter(app, anna, State.TRYON_WAITING_PERSON, garment_key=key)
    before, heard = await _rows_of(app, owner.id), len(await client.calls(boris.id))
    ids = (result.tryon_id, photo_name, anna_session, advice)
    crafted = [data for pattern in _patterns() for data in _data(pattern, ids)]
    assert len(crafted) > 30
    for data in crafted:
        await boris.answer_to(await _press(boris, data))  # none is left out for coming too fast
    await boris.text("/help")
    await boris.wait_for("/history")
    calls = (await client.calls(boris.id))[heard:]
    pictures = {"sendPhoto", "sendDocument", "sendMediaGroup", "editMessageMedia", "copyMessage"}
    assert [call["method"] for call in calls if call["method"] in pictures] == []
    assert await _rows_of(app, owner.id) == before
    assert app.services.storage.exists(result.result_key)
    session = await app.services.database.run(sessions.active, other.id)
    assert session is None or f"users/{owner.id}/" not in str(session.input_data)


async def _press(person, data: str) -> str:
    """Press a crafted button on the last message; what the one before did may delete that."""
    while True:
        message = (await person.messages())[-1]["message_id"]
        with contextlib.suppress(SandboxError):
            return await person.press(data, message_id=message, force=True)


def _patterns() -> Iterator[re.Pattern[str]]:
    """What the buttons that carry an id look like."""
    for flow in FLOWS:
        for handler in flow.handlers():
            pattern = getattr(handler, "pattern", None)
            if isinstance(handler, CallbackQueryHandler) and isinstance(pattern, re.Pattern):
                yield pattern


def _data(pattern: re.Pattern[str], ids: tuple[str, ...]) -> Iterator[str]:
    """Callback data that the pattern takes, with each id where it takes one."""
    places = re.compile(r"\[0-9a-f\]\{32\}|\(\\w\+\)")
    text = pattern.pattern.strip("^$")
    if not places.search(text):
        return
    for theirs in ids:
        data = places.sub(theirs, text)
        data = re.sub(r"\((?:\?:)?([^|()]+)(?:\|[^()]*)?\)", r"\1", data)
        data = re.sub(r"\[(\d)-\d\]", r"\1", data)
        data = data.replace("[a-z-]+", "colours")
        assert pattern.match(data), (pattern.pattern, data)
        yield data


async def _rows_of(app, user_id: int) -> dict[str, list[tuple[object, ...]]]:
    """All that the database has of a person, but when they were last there."""

    def read(connection) -> dict[str, list[tuple[object, ...]]]:
        tables = (schema.virtual_tryons, schema.style_analyses, schema.pictures)
        tables += (schema.jobs, schema.consents)
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).where(table.c.user_id == user_id))
            ]
            for table in tables
        }

    return await app.services.database.run(read)


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f-]{32,36}", text) is not None
