"""Try-ons over HTTP: what a caller gets, and what holds as it does in the chat."""

import asyncio
import io
import uuid

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from modera_bot.bot.flows.states import State
from modera_bot.db import schema, users
from modera_bot.errors import BackendError, Code, CreditsError
from tests.bot.people import enter, eventually, session
from tests.bot.tryon.conftest import (
    CROWD,
    LANDSCAPE,
    TOP,
    UNCLEAR,
    WOMAN,
    _colours,
    near,
    photo,
)
from tests.web.callers import Caller

__all__ = ["_colours"]


@pytest.fixture
async def caller(app, http, bearer, anna) -> Caller:
    return await Caller.of(app, http, bearer, anna)


async def test_two_photos_go_in_and_a_picture_comes_out(app, http, caller):
    status, begun = await caller.begin(quality_level="premium")
    assert status == 202
    assert begun["status"] == "queued"
    done = await caller.ended(begun["session_id"])
    result = done["result"]
    assert (done["status"], done["progress"], done["error"]) == ("done", 1.0, None)
    assert (result["backend"], result["draft"], result["categories"]) == ("paint", False, ["tops"])
    async with http.get(result["signed_url"].removeprefix(app.web)) as answer:
        data = await answer.read()
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert picture.shape[:2] == (result["height"], result["width"])
    assert near(picture[:100], WOMAN)
    status, _ = await caller.call("POST", "validate-image", json=_of(caller, result["image_url"]))
    assert status == 200


async def test_the_same_request_again_changes_nothing_and_another_one_is_a_conflict(caller):
    keys = {
        "clothing_image_url": await caller.upload(photo(TOP)),
        "person_image_url": await caller.upload(photo(WOMAN)),
    }
    session_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(caller.begin(session_id=session_id, **keys) for _ in range(4)))
    assert {status for status, _ in answers} == {202}
    assert len({answer["job_id"] for _, answer in answers}) == 1
    status, answer = await caller.begin(session_id=session_id, quality_level="high", **keys)
    assert (status, answer["error"]["code"]) == (409, "conflict")


async def test_a_signed_address_is_as_good_as_a_key_and_no_other_address_is(app, caller):
    key = await caller.upload(photo(TOP))
    signed = app.services.storage.url(key)
    status, begun = await caller.begin(clothing_image_url=signed)
    assert status == 202
    for url in (
        signed[:-1] + ("0" if signed[-1] != "0" else "1"),
        f"https://example.org/{key}",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "../" + key,
    ):
        status, answer = await caller.begin(clothing_image_url=url)
        assert (status, answer["error"]["code"]) == (404, "picture_gone"), url
    await caller.ended(begun["session_id"])


async def test_the_chat_is_neither_disturbed_nor_told(app, anna, caller, client):
    chat_session = await enter(app, anna, State.TRYON_WAITING_PERSON)
    before = len(await client.calls(anna.id))
    _, begun = await caller.begin()
    await caller.ended(begun["session_id"])

    async def closed() -> bool:
        return (await session(app, begun["session_id"]))[0] == "completed"

    await eventually(closed)
    assert await session(app, chat_session) == ("active", State.TRYON_WAITING_PERSON)
    assert len(await client.calls(anna.id)) == before


async def test_a_failed_job_says_why_and_its_session_ends(app, caller, conduct):
    conduct.faults.append(BackendError(Code.BACKEND_REFUSED, "no", True))
    _, begun = await caller.begin()
    ended = await caller.ended(begun["session_id"])
    assert (ended["status"], ended["result"]) == ("failed", None)
    assert ended["error"]["code"] == "backend_refused"
    assert ended["error"]["message"]

    async def closed() -> bool:
        return (await session(app, begun["session_id"]))[0] == "failed"

    await eventually(closed)


async def test_without_consent_nothing_is_taken_in_and_nothing_begins(app, anna, caller):
    keys = {
        "clothing_image_url": await caller.upload(photo(TOP)),
        "person_image_url": await caller.upload(photo(WOMAN)),
    }
    await app.services.database.run(users.withdraw_consent, caller.user_id, "photos")
    status, answer = await caller.begin(**keys)
    assert (status, answer["error"]["code"]) == (403, "consent_required")
    query = f"preprocess-image?user_id={caller.user_id}"
    status, answer = await caller.call("POST", query, data=photo(TOP))
    assert (status, answer["error"]["code"]) == (403, "consent_required")
    caller.user_id = 999_999
    status, answer = await caller.begin(**keys)
    assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_limits_and_credits_hold_as_in_the_chat(app, caller, conduct, monkeypatch):
    conduct.gate.clear()
    for _ in range(app.services.settings.jobs.per_user):
        assert (await caller.begin())[0] == 202
    status, answer = await caller.begin()
    assert (status, answer["error"]["code"]) == (429, "too_many_jobs")
    conduct.gate.set()

    def poor(*_: object, **__: object) -> str:
        raise CreditsError(Code.NOT_ENOUGH_CREDITS)

    async def idle() -> bool:
        query = select(schema.jobs.c.id).where(schema.jobs.c.state.in_(["queued", "running"]))
        return not await app.services.database.run(lambda c: c.execute(query).first())

    await eventually(idle)
    monkeypatch.setattr(app.services.credits.__class__, "hold", poor)
    session_id = uuid.uuid4()
    status, answer = await caller.begin(session_id=str(session_id))
    assert (status, answer["error"]["code"]) == (402, "not_enough_credits")
    assert (await caller.status(str(session_id)))[0] == 404


async def test_photos_that_cant_work_are_refused_with_the_reason(caller):
    crowd = await caller.upload(photo(CROWD))
    status, answer = await caller.begin(person_image_url=crowd)
    assert (status, answer["error"]["code"]) == (422, "several_people")
    landscape = await caller.upload(photo(LANDSCAPE))
    status, answer = await caller.begin(clothing_image_url=landscape)
    assert (status, answer["error"]["code"]) == (422, "no_garment")


async def test_a_photo_is_validated_for_each_role(caller):
    status, answer = await caller.call(
        "POST", "validate-image", json=_of(caller, await caller.upload(photo(TOP)))
    )
    assert status == 200
    assert (answer["valid_as_person"], answer["valid_as_garment"]) == (False, True)
    assert (answer["category"], answer["role"]) == ("tops", "garment")
    (fault,) = answer["faults"]
    assert (fault["role"], fault["code"]) == ("person", "no_person")
    assert "<" not in fault["message"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"GIF89a" + bytes(100), 422, "unsupported_format"),
        (photo(TOP)[:300], 422, "broken_picture"),
        (b"\xff\xd8\xff" + bytes(11 << 20), 413, "too_large"),
    ],
)
async def test_what_is_no_photo_is_not_taken_in(app, caller, data, status, code):
    query = f"preprocess-image?user_id={caller.user_id}"
    got, answer = await caller.call("POST", query, data=io.BytesIO(data))
    assert (got, answer["error"]["code"]) == (status, code)
    assert [*app.services.storage.keys("")] == []


async def test_the_same_photo_twice_is_kept_once(app, caller):
    keys = await asyncio.gather(*(caller.upload(photo(UNCLEAR)) for _ in range(3)))
    assert len({*keys}) == 1
    assert [*app.services.storage.keys("")] == [keys[0]]


def _of(caller: Caller, image_url: str) -> dict[str, object]:
    return {"image_url": image_url, "user_id": caller.user_id}
