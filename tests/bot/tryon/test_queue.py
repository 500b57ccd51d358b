"""Waiting for a turn, and limits."""

import asyncio
from itertools import count

import pytest

from modera_bot.app import App
from modera_bot.bot import status
from modera_bot.bot.texts import Markup
from modera_bot.config import JobsSettings, Settings
from modera_bot.errors import Code, JobError
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.bot.tryon.conftest import (
    MAN,
    TOP,
    WOMAN,
    begin,
    is_result,
    labels,
    methods,
    photo,
    settle,
)
from tests.fakes import Conduct


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A bot that makes one picture at a time, and one for each person."""
    jobs = JobsSettings(queue=settings.jobs.queue, workers=1, per_user=1)
    return settings.model_copy(update={"jobs": jobs})


async def test_who_waits_sees_their_place_in_the_queue(
    bot_app: App,
    anna: SandboxUser,
    boris: SandboxUser,
    client: SandboxClient,
    conduct: Conduct,
):
    await begin(bot_app, anna, conduct)
    await settle(bot_app, boris, language="ru")
    await boris.album([photo(TOP), photo(MAN)])
    await boris.wait_for("Ваша картинка следующая")
    clara = await client.user("Clara")
    await settle(bot_app, clara)
    await clara.album([photo(TOP), photo(WOMAN)])
    await clara.wait_for("1 picture before yours", timeout=10)
    conduct.gate.set()
    for person in (anna, boris, clara):
        await person.wait_for(is_result, timeout=10)


async def test_those_who_wait_are_told_seldom_and_whose_picture_is_made_often(
    bot_app: App,
    anna: SandboxUser,
    boris: SandboxUser,
    conduct: Conduct,
    monkeypatch: pytest.MonkeyPatch,
):
    news = count()
    monkeypatch.setattr(status, "status_text", lambda *_: Markup(f"news {next(news)}"))
    for name, value in {"LOOK_S": 0.02, "EDIT_S": 0.0, "ACT_S": 0.1, "WAITING_EDITS": 0.01}.items():
        monkeypatch.setattr(status, name, value)
    await settle(bot_app, anna)
    await settle(bot_app, boris)
    conduct.gate.clear()
    await anna.album([photo(TOP), photo(WOMAN)])
    await anna.wait_for("news")
    await boris.album([photo(TOP), photo(MAN)])
    await boris.wait_for("news")
    seen = len(await methods(anna, "editMessageText"))
    while len(await methods(anna, "editMessageText")) < seen + 5:  # many looks later
        await asyncio.sleep(0.05)
    assert len(await methods(boris, "editMessageText")) == 1
    acting = [act["action"] for act in await methods(boris, "sendChatAction")]
    assert "upload_photo" not in acting
    assert "upload_photo" in [act["action"] for act in await methods(anna, "sendChatAction")]
    conduct.gate.set()
    for person in (anna, boris):
        await person.wait_for(is_result, timeout=10)


async def test_too_many_jobs_keep_the_photos_for_another_try(
    bot_app: App, anna: SandboxUser, conduct: Conduct, monkeypatch: pytest.MonkeyPatch
):
    await settle(bot_app, anna)
    with monkeypatch.context() as patched:
        patched.setattr(bot_app.services.jobs, "submit", too_many)
        await anna.album([photo(TOP), photo(WOMAN)])
        told = await anna.wait_for("several pictures in the works")
    assert labels(told)[0] == "🔄 Try again"
    await anna.press("🔄 Try again")
    await anna.wait_for(is_result)


async def test_a_correction_that_is_one_job_too_many_leaves_the_first_running(
    bot_app: App, anna: SandboxUser, conduct: Conduct
):
    await begin(bot_app, anna, conduct)
    query = await anna.press("Dress")
    await anna.wait_for("several pictures in the works")
    await anna.answer_to(query)
    conduct.gate.set()
    await anna.wait_for(is_result)
    assert len(conduct.calls) == 1


def too_many(*_: object, **__: object) -> None:
    raise JobError(Code.TOO_MANY_JOBS)
