"""Style analyses over HTTP: what a caller gets, and what holds as it does in the chat."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from modera_bot.config import PaySettings, Settings
from modera_bot.db import analyses, schema, users
from modera_bot.errors import BackendError, Code
from modera_bot.style import Feedback
from tests.bot.payments.conftest import credits
from tests.bot.people import eventually, session
from tests.bot.stylist.conftest import stylist
from tests.bot.tryon.conftest import CROWD, LANDSCAPE, TOP, WOMAN, _colours, photo
from tests.fakes_style import Conduct
from tests.web.callers import Caller

__all__ = ["_colours", "stylist"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    inference = settings.inference.model_copy(update={"style": ("quick",)})
    pay = PaySettings(enabled=True, starter=9)
    return settings.model_copy(update={"inference": inference, "pay": pay})


@pytest.fixture
async def caller(app, http, bearer, anna) -> Caller:
    return await Caller.of(app, http, bearer, anna)


async def begin(caller: Caller, **changes: Any) -> tuple[int, Any]:
    body = {"user_id": caller.user_id, "session_id": str(uuid.uuid4())} | changes
    if "person_image_url" not in body:
        body["person_image_url"] = await caller.upload(photo(WOMAN))
    return await caller.call("POST", "style-analysis", json=body)


async def test_a_photo_and_wishes_go_in_and_an_advice_comes_out(
    app, http, caller, anna, client, stylist: Conduct
):
    before = len(await client.calls(anna.id))
    wishes = {"occasion": "work", "avoided": ["black"], "body": "triangle"}
    budget = {"low": 100, "high": 300, "currency": "EUR"}
    status, begun = await begin(caller, preferences=wishes, budget_range=budget)
    assert (status, begun["status"], begun["result"]) == (202, "queued", None)
    done = await caller.ended(begun["session_id"], "style")
    result = done["result"]
    assert (done["status"], done["error"], result["credits_used"]) == ("done", None, 5)
    assert result["style_profile"]["season"] == "autumn"
    asked = stylist.tasks[-1].preferences
    assert (asked.occasion, asked.budget.high, asked.body) == ("work", 300, "triangle")
    async with http.get(result["signed_url"].removeprefix(app.web)) as answer:
        assert (await answer.read())[:2] == b"\xff\xd8"
    with app.services.database.begin() as connection:
        row = connection.execute(select(schema.style_analyses)).mappings().one()
    assert (row["id"], row["credits_used"]) == (result["analysis_id"], 5)
    assert await credits(app, anna) == 4

    async def closed() -> bool:
        return (await session(app, begun["session_id"]))[0] == "completed"

    await eventually(closed)
    assert len(await client.calls(anna.id)) == before  # the chat is not told


async def test_the_same_request_again_changes_nothing_whatever_was_thought_of_it_meanwhile(
    app, caller
):
    person, session_id = await caller.upload(photo(WOMAN)), str(uuid.uuid4())
    same = {"session_id": session_id, "person_image_url": person}
    answers = await asyncio.gather(*(begin(caller, **same) for _ in range(3)))
    assert {status for status, _ in answers} == {202}
    done = await caller.ended(answers[0][1]["session_id"], "style")
    analysis_id = done["result"]["analysis_id"]
    judged = analysis_id, caller.user_id, Feedback(good=False)
    await app.services.database.run(analyses.judge, *judged)
    status, again = await begin(caller, **same)
    assert (status, again["job_id"], again["status"]) == (202, done["job_id"], "done")
    status, answer = await begin(caller, preferences={"fit": "loose"}, **same)
    assert (status, answer["error"]["code"]) == (409, "conflict")


async def test_a_failed_job_says_why_and_costs_nothing(app, caller, anna, stylist: Conduct):
    stylist.faults.append(BackendError(Code.BACKEND_REFUSED, "no", True))
    _, begun = await begin(caller)
    ended = await caller.ended(begun["session_id"], "style")
    assert (ended["status"], ended["result"]) == ("failed", None)
    assert ended["error"]["code"] == "backend_refused"
    assert await credits(app, anna) == 9


async def test_what_can_not_be_advised_on_is_refused_before_it_begins(app, caller, anna):
    for colour, code in ((LANDSCAPE, "no_person"), (TOP, "no_person"), (CROWD, "several_people")):
        url = await caller.upload(photo(colour))
        status, answer = await begin(caller, person_image_url=url)
        assert (status, answer["error"]["code"]) == (422, code)
    key = await caller.upload(photo(WOMAN))
    await app.services.database.run(users.withdraw_consent, caller.user_id, "photos")
    status, answer = await begin(caller, person_image_url=key)
    assert (status, answer["error"]["code"]) == (403, "consent_required")
    assert await credits(app, anna) == 0  # nothing began, so there was nothing to begin with


async def test_two_analyses_are_more_than_what_one_begins_with(app, caller, anna):
    _, begun = await begin(caller)
    await caller.ended(begun["session_id"], "style")
    session_id = str(uuid.uuid4())
    status, answer = await begin(caller, session_id=session_id)
    assert (status, answer["error"]["code"]) == (402, "not_enough_credits")
    assert (await caller.status(session_id, "style"))[0] == 404
    assert (await caller.status(begun["session_id"], "tryon"))[0] == 404  # it is no try-on
    assert await credits(app, anna) == 4
