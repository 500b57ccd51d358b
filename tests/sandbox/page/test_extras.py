"""Replies, the network's quality, and a second person's chat beside the first."""

from typing import Any

from playwright.async_api import Browser, Page, expect

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.page.browsing import IN_BROWSER, Opened, messages
from tests.sandbox.scripted_bot import ScriptedBot

pytestmark = IN_BROWSER


async def test_one_can_reply_to_a_message_with_the_keyboard(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    welcome = messages(page).filter(has_text="Welcome")
    await welcome.get_by_label("More").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message-menu")).to_be_visible()
    await page.keyboard.press("Enter")  # the first choice: reply
    await expect(page.get_by_test_id("replying")).to_contain_text("Welcome")
    await page.keyboard.type("thanks")
    await page.keyboard.press("Enter")
    await expect(messages(page).filter(has_text="thanks").locator(".quote")).to_contain_text(
        "Welcome"
    )
    await expect(page.get_by_test_id("replying")).to_be_hidden()
    said = [m for m in await anna.messages() if m.get("text") == "thanks"]
    assert said[0]["reply_to_message"]["text"] == "Welcome, see /help"


async def test_a_message_can_be_deleted_and_a_reply_given_up(page: Page, bot: Any) -> None:
    welcome = messages(page).filter(has_text="Welcome")
    await welcome.click(button="right", position={"x": 10, "y": 10})
    await page.get_by_role("menuitem", name="Reply").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("replying")).to_be_hidden()
    await welcome.click(button="right", position={"x": 10, "y": 10})
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(welcome).to_have_count(0)


async def test_the_network_can_be_made_bad_and_good_again(
    page: Page, sandbox: Sandbox, client: SandboxClient
) -> None:
    async def choose(name: str) -> None:
        await page.get_by_role("button", name="More").first.click()
        await page.get_by_role("menuitemradio", name=name).click()

    await choose("Flaky network")
    await expect(page.get_by_test_id("network")).to_have_text("Flaky network")
    outcomes = [sandbox.faults.take("sendMessage") for _ in range(12)]
    assert [rule.kind for rule in outcomes if rule] == ["500", "drop_before", "429"]
    assert sandbox.faults.take("getUpdates") is None
    await choose("Slow network")
    await expect(page.get_by_test_id("network")).to_have_text("Slow network")
    rule = sandbox.faults.take("sendMessage")
    assert rule is not None
    assert rule.kind == "slow"
    await choose("Good network")
    await expect(page.get_by_test_id("network")).to_be_hidden()
    assert sandbox.faults.take("sendMessage") is None


async def test_two_people_write_side_by_side(
    page: Page, bot: ScriptedBot, client: SandboxClient
) -> None:
    await page.get_by_role("button", name="More").first.click()
    await page.get_by_test_id("beside").click()
    second = page.frame_locator("[data-testid=second]")
    await second.get_by_test_id("start").click()
    await expect(second.get_by_test_id("message").filter(has_text="Welcome")).to_be_visible()
    await expect(second.get_by_test_id("people")).to_be_hidden()
    names = [user["first_name"] for user in (await client.request("GET", "state"))["users"]]
    assert names == ["Anna", "Boris"]
    await expect(messages(page).filter(has_text="Welcome")).to_be_visible()
    await page.get_by_role("button", name="More").first.click()
    await page.get_by_test_id("beside").click()
    await expect(page.get_by_test_id("second")).to_be_hidden()


async def test_every_control_has_a_name_for_screen_readers(
    browser: Browser, sandbox: Sandbox, anna: SandboxUser
) -> None:
    async with Opened(browser, sandbox, width=390, height=844) as page:
        nameless = await page.evaluate(
            """() => [...document.querySelectorAll("button, input, textarea, a, iframe")]
            .filter((e) => e.checkVisibility())
            .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.title || e.labels?.length))
            .map((e) => e.outerHTML)"""
        )
        assert nameless == []


async def test_a_screen_reader_hears_who_says_what_in_a_log(page: Page, anna: SandboxUser) -> None:
    await anna.text("what now?")
    # in the log alone: the list of people quotes the last message, too
    said = page.get_by_role("log").get_by_role("listitem")
    await expect(said.last).to_contain_text("You: what now?")
    welcome = said.filter(has_text="Welcome")
    await expect(welcome).to_contain_text("Modera: Welcome, see /help")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Modera")


async def test_the_focus_stays_where_it_was_when_a_button_changes_under_it(
    page: Page, bot: ScriptedBot, anna: SandboxUser
) -> None:
    rows = [
        [{"text": f"Blur: {value}", "callback_data": f"blur:{value}"}] for value in ("on", "no")
    ]
    menu = [{"text": "Menu", "callback_data": "menu"}]
    sent = await bot.call(
        "sendMessage", chat_id=anna.id, text="?", reply_markup={"inline_keyboard": [menu, rows[0]]}
    )
    await page.get_by_text("Blur: on").focus()
    target = {"chat_id": anna.id, "message_id": sent["message_id"]}
    await bot.call(
        "editMessageReplyMarkup", **target, reply_markup={"inline_keyboard": [menu, rows[1]]}
    )
    await expect(page.get_by_text("Blur: no")).to_be_focused()
    await bot.call("editMessageText", **target, text="Done")
    more = messages(page).last.get_by_label("More")
    await expect(more).to_be_focused()  # the buttons are gone
