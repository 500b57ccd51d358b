"""A person at the bot, seen on a phone and on a desktop at once."""

import asyncio
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

from modera_bot.app import App
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from tests.conftest import ROOT

PEOPLE = ROOT / "tests" / "samples" / "people"
GARMENTS = ROOT / "tests" / "samples" / "garments"
SIZES = {"phone": (390, 844), "desktop": (1280, 860)}
NAMES = {"en": "Kate", "ru": "Катя"}
#: Shows the end of the chat; of a message that is too long for the screen, its beginning.
TO_THE_END = """() => {
  const scroll = document.getElementById("scroll");
  scroll.scrollTop = 1e6;
  const last = document.querySelector("#log > .item:last-of-type");
  if (last?.offsetHeight > scroll.clientHeight) last.scrollIntoView({ block: "start" });
}"""
#: Buttons that are higher than others.
WRAPPED = """() => [...document.querySelectorAll("#log .key")]
  .filter((key) => key.offsetHeight > 50).map((key) => key.textContent)"""
#: Nobody looks at the other people's chats, nor at the sample pictures.
HIDDEN = ".badge, #to-bottom, #tray { display: none !important }"
#: Seconds without a change after which a chat has come to rest.
REST_S = 0.8
PATIENCE_S = 60.0


class Actor:
    """What a person does in one language; `app` is the bot they talk to."""

    def __init__(self, app: App, client: SandboxClient, language: str) -> None:
        self.app, self.client, self.language = app, client, language
        self.person: SandboxUser
        self.pages: dict[str, Page] = {}
        self._contexts: list[BrowserContext] = []

    async def arrive(self, browser: Browser) -> None:
        """Open both pages as somebody new."""
        for size, (width, height) in SIZES.items():
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                locale=self.language,
                color_scheme="light",
                reduced_motion="reduce",
                bypass_csp=True,  # for the style below
            )
            self._contexts.append(context)
            self.pages[size] = await context.new_page()

    async def leave(self) -> None:
        for context in self._contexts:
            await context.close()

    async def become_new(self) -> None:
        """Go on as somebody new."""
        self.person = await self.client.user(NAMES[self.language], self.language)
        assert self.app.sandbox is not None
        for page in self.pages.values():
            await page.goto("about:blank")
            await page.goto(f"{self.app.sandbox.page_url}#{self.person.id}")
            await page.wait_for_selector("#foot :is(#composer, #start):visible")
            await page.add_style_tag(content=HIDDEN)

    async def says(self, text: str) -> None:
        await self.person.text(text)
        await self.rests()

    async def sends(self, *pictures: Path | bytes, files: bool = False) -> None:
        """Send photos, several as an album."""
        if len(pictures) == 1 and not files:
            await self.person.photo(pictures[0])
        else:
            await self.person.album(pictures, as_files=files)
        await self.rests()

    async def presses(self, data: str) -> None:
        """Press the newest button whose callback data begins like this."""
        await self.person.press(await self.button(data))
        await self.rests()

    async def button(self, data: str) -> str:
        """The whole data of that button; raises AssertionError if there is none."""
        for message in reversed(await self.person.messages()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button.get("callback_data", "").startswith(data):
                        found: str = button["callback_data"]
                        return found
        raise AssertionError(f"no button {data!r} in:\n{await self.person.transcript()}")

    async def clicks(self, selector: str) -> None:
        """Click something on both pages, for what only the page shows."""
        for page in self.pages.values():
            await page.locator(selector).last.click()

    async def clicks_button(self, data: str) -> None:
        """Click that button on both pages: the answer that pops up is shown where it was."""
        await self.clicks(f'.key[data-key*=":{data}"]')

    async def result(self) -> Json:
        """Wait for the picture of a try-on."""
        return await self.comes("tryon:rate")

    async def comes(self, data: str) -> Json:
        """Wait for a message with such a button."""
        message = await self.person.wait_for(
            lambda m: data in str(m.get("reply_markup")), PATIENCE_S
        )
        await self.rests()
        return message

    async def rests(self) -> None:
        """Wait until the bot has answered, and says no more for a moment."""
        await self.person.wait_for(lambda message: True, PATIENCE_S)
        before = -1
        while (now := await self._revision()) != before:
            before = now
            await asyncio.sleep(REST_S)

    async def _revision(self) -> int:
        return max((m["sandbox"]["revision"] for m in await self.person.messages()), default=0)

    async def wrapped(self) -> list[str]:
        """Labels of buttons that need two lines on a phone, where Telegram would cut them off."""
        labels: list[str] = await self.pages["phone"].evaluate(WRAPPED)
        return labels

    async def shots(self) -> dict[str, bytes]:
        """A PNG of each page, by size."""
        return {size: await _shot(page) for size, page in self.pages.items()}


async def _shot(page: Page) -> bytes:
    await page.mouse.move(0, 0)
    await page.evaluate(TO_THE_END)
    await page.wait_for_function("[...document.images].every((image) => image.complete)")
    await page.wait_for_timeout(150)
    return await page.screenshot(animations="disabled")
