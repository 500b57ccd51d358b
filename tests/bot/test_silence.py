"""A bot that takes no payments never speaks of credits, on whatever screen."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from modera_bot.app import App
from modera_bot.bot.application import COMMANDS, SHOP_COMMANDS
from modera_bot.bot.texts import LOCALES
from modera_bot.errors import BackendError, Code
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from tests.bot.tryon.conftest import TOP, WOMAN, _colours, is_result, photo
from tests.fakes import Conduct

__all__ = ["_colours"]

LANGUAGES = ("en", "ru")
MONEY = re.compile(
    r"credit|кредит|⭐|telegram stars|звёзд[аы]ми|balance|баланс|\bpaid\b|\bpay\b|payment|оплат"
    r"|плат[её]ж|price|цена|стоит \d|receipt|\bчек\b|refund|возврат|promo"
    r"|промокод|subscri|подписк|package|пакет",
    re.IGNORECASE,
)
#: Errors of payments; without payments none of them can happen.
IMPOSSIBLE = {"error-not-enough-credits", "error-payment-unavailable"}
#: These speak of other money: the operator's budget, and what clothes cost.
ELSEWHERE = {"error-budget-spent", "button-why-price"}
#: Buttons that end or change something: pressed last.
LEAVES = re.compile(r"rate:|delete|erase|cancel|withdrawn|sure|language:")
LAST = ("privacy:withdraw", "privacy:withdrawn", "privacy:delete", "privacy:sure", "privacy:erase")


def kind(data: str) -> str:
    """Which button it is, whatever it is about."""
    return re.sub(r"[0-9a-f]{32}|\b\d+\b", "*", data)


def buttons(messages: list[Json]) -> Iterator[tuple[int, str]]:
    for message in messages:
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if "callback_data" in button:  # else it leads out of the chat
                    yield message["message_id"], button["callback_data"]


class Walker:
    """Somebody who tries everything and notes all that is said."""

    def __init__(self, client: SandboxClient, person: SandboxUser) -> None:
        self._client, self._person = client, person
        self.pressed: set[str] = set()
        self.said: set[str] = set()

    async def press(self, message_id: int, data: str) -> None:
        self.pressed.add(kind(data))
        query = await self._person.press(data, message_id=message_id, force=True)
        answer = await self._person.answer_to(query, timeout=10)
        self.said.add(answer["text"])
        await self.listen()

    async def write(self, text: str) -> None:
        before = len(await self._person.messages())
        await self._person.text(text)
        await self._person.wait_until(lambda messages: len(messages) > before + 1)
        await self.listen()

    async def listen(self) -> None:
        for message in await self._person.messages():
            if message["sandbox"]["outgoing"]:
                continue
            self.said.add(message.get("text") or message.get("caption") or "")
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            self.said |= {button["text"] for row in rows for button in row}

    async def explore(self) -> None:
        """Press every kind of button in sight until there is no new one."""
        while True:
            seen = buttons(await self._person.messages())
            fresh = [pair for pair in seen if kind(pair[1]) not in self.pressed]
            fresh = [pair for pair in fresh if not pair[1].startswith(LAST)]
            if not fresh:
                return
            # what ends something comes last
            await self.press(*min(fresh, key=lambda pair: bool(LEAVES.search(pair[1]))))

    async def profile(self) -> None:
        """What the bot says of itself, and its commands."""
        chat = await self._person.chat()
        self.said |= {chat["description"], chat["short_description"]}
        self.said |= {command["description"] for command in chat["commands"]}


async def test_no_screen_speaks_of_credits_in_any_language(
    bot_app: App, client: SandboxClient, conduct: Conduct
) -> None:
    conduct.faults += [BackendError(Code.BACKEND_REFUSED) for _ in LANGUAGES]
    said = await asyncio.gather(*(_walk(client, language) for language in LANGUAGES))
    for texts in said:
        assert len(texts) > 50
        assert [text for text in texts if MONEY.search(text)] == []


async def _walk(client: SandboxClient, language: str) -> set[str]:
    """All that somebody is told who tries everything; the first try-on fails."""
    person = await client.user("Anna", language=language)
    walker = Walker(client, person)
    await walker.write("/start")
    await person.press(f"start:language:{language}", timeout=5)
    await person.photo(photo(TOP))
    await person.press("consent:agree", timeout=5)
    await person.wait_for(lambda m: "tryon:kind" in str(m.get("reply_markup")))
    await person.photo(photo(WOMAN))
    await person.wait_for(lambda m: "menu:open" in str(m.get("reply_markup")), timeout=10)
    await person.album([photo(TOP), photo(WOMAN)])
    await person.wait_for(is_result, timeout=10)
    for command in (*COMMANDS, *SHOP_COMMANDS, "promo CODE"):
        await walker.write(f"/{command}")
    await person.sticker()
    await walker.explore()
    await walker.profile()
    for data in ("privacy:withdraw", "privacy:sure"):
        await person.press(data, message_id=(await person.last())["message_id"], force=True)
    await walker.listen()
    assert len(walker.pressed) > 20, walker.pressed
    return walker.said


@pytest.mark.parametrize("language", LANGUAGES)
def test_credits_are_spoken_of_in_one_file_that_is_silent_without_them(language: str) -> None:
    found = set()
    for path in (LOCALES / language).glob("*.ftl"):
        if path.name != "payments.ftl":
            texts = re.split(r"\n(?=[a-z])", path.read_text(encoding="utf-8"))
            found |= {text.partition(" =")[0] for text in texts if MONEY.search(text)}
    assert found <= IMPOSSIBLE | ELSEWHERE
