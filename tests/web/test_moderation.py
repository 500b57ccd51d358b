"""Photos that are refused before anything is made of them: nobody gets them, nothing is paid."""

from typing import Any

import pytest

from modera_bot.config import PaySettings, Settings
from tests.bot.payments.conftest import credits
from tests.bot.stylist.conftest import stylist
from tests.bot.tryon.conftest import WOMAN, _colours, photo
from tests.fakes_style import Conduct
from tests.web.callers import Caller

__all__ = ["_colours", "stylist"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    inference = settings.inference.model_copy(
        update={"style": ("quick",), "unmoderated": "refuse"}  # and nobody looks
    )
    pay = PaySettings(enabled=True, starter=9)
    return settings.model_copy(update={"inference": inference, "pay": pay})


async def test_a_refused_photo_reaches_no_stylist_and_costs_nothing(
    app: Any, http: Any, bearer: Any, anna: Any, stylist: Conduct
) -> None:
    caller = await Caller.of(app, http, bearer, anna)
    body = {
        "user_id": caller.user_id,
        "session_id": "11111111-2222-4333-8444-555555555555",
        "person_image_url": await caller.upload(photo(WOMAN)),
    }
    status, begun = await caller.call("POST", "style-analysis", json=body)
    assert status == 202, begun
    ended = await caller.ended(begun["session_id"], "style")
    assert (ended["status"], ended["error"]["code"]) == ("failed", "picture_refused")
    assert stylist.tasks == []
    assert await credits(app, anna) == 9
