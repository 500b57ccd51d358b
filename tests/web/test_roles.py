"""Roles apart: processes that share the database, the storage and the queue serve together."""

import pytest
from click.testing import CliRunner

from modera_bot import doctor
from modera_bot.cli.serve import run
from modera_bot.config import JobsSettings, Settings, TelegramSettings, WebSettings
from modera_bot.errors import ConfigError, ModeraError
from tests.bot.tryon.conftest import TOP, WOMAN, _colours, is_result, photo, settle
from tests.web.callers import Caller

__all__ = ["_colours"]


async def test_bot_ml_and_web_apart_serve_the_chat_and_the_api(serve_web, http, bearer, anna):
    async with serve_web(("ml",)) as maker, serve_web(("bot",)) as talker, serve_web(("web",)):
        assert (maker.web, talker.web) == (None, None)
        await settle(talker, anna)
        await anna.album([photo(TOP), photo(WOMAN)])
        await anna.wait_for(is_result, timeout=15)
        caller = await Caller.of(talker, http, bearer, anna)
        _, begun = await caller.begin()
        assert (await caller.ended(begun["session_id"]))["status"] == "done"


async def test_a_queue_in_memory_needs_its_roles_in_one_process(serve_web):
    for roles in (("bot",), ("ml",), ("web",)):
        with pytest.raises(ConfigError, match=r"jobs.queue: memory: reaches this process alone"):
            async with serve_web(roles, jobs=JobsSettings(queue="memory:")):
                pass


def test_a_role_that_there_is_not_is_told_with_those_there_are():
    done = CliRunner().invoke(run, ["--roles", "bot,cook"])
    assert done.exit_code == 2
    assert "no role 'cook'; write some of bot, ml, web" in done.output


@pytest.mark.parametrize("url", ["http://bot.example.org", "https://bot.example.org:8080"])
def test_doctor_finds_an_address_that_telegram_does_not_post_to(url):
    telegram = TelegramSettings(mode="webhook")
    settings = Settings(telegram=telegram, web=WebSettings(public_url=url))
    with pytest.raises(ModeraError, match=r"write an https address with port 443, 80, 88, 8443"):
        doctor._webhook(settings)
    sound = WebSettings(public_url="https://bot.example.org/bot")
    assert "posts to" in doctor._webhook(settings.model_copy(update={"web": sound}))
    assert "polls" in doctor._webhook(Settings())
