"""A picture is seen as it forms, in one message that goes when the real one is there."""

import pytest

from modera_bot.app import App
from modera_bot.errors import BackendError, Code
from modera_bot.ml.backends import BACKENDS
from modera_bot.sandbox.client import SandboxUser
from tests.bot.tryon.conftest import TOP, WOMAN, eventually, is_result, photo, settle
from tests.fakes import Conduct


@pytest.fixture
def tryon() -> tuple[str, ...]:
    return ("forming", "sketch")


@pytest.fixture(autouse=True)
def _forming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKENDS, "forming", "tests.fakes:FormingTryOn")


@pytest.mark.parametrize("fails", [False, True])
async def test_what_forms_takes_the_drafts_place_and_goes_with_the_result(
    bot_app: App, anna: SandboxUser, conduct: Conduct, fails: bool
) -> None:
    await settle(bot_app, anna)
    conduct.gate.clear()
    await anna.album([photo(TOP), photo(WOMAN)])
    forming = await anna.wait_for("still forming", timeout=10)
    if fails:
        conduct.faults.append(BackendError(Code.BACKEND_FAILED))
    conduct.gate.set()
    result = await anna.wait_for(is_result, timeout=10)
    assert ("draft" in result["caption"]) == fails

    async def left() -> bool:
        return forming["message_id"] in [each["message_id"] for each in await anna.messages()]

    await eventually(left, False)
