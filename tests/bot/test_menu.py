"""The main menu: where it leads, and what is left behind on the way to it."""

import pytest

from modera_bot.app import App
from modera_bot.bot.flows.states import State
from modera_bot.sandbox.client import SandboxUser
from tests.bot.people import enter, labels, session
from tests.bot.tryon.conftest import settle


async def test_the_menu_has_a_button_for_everything(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    await anna.text("/menu")

    menu = await anna.wait_for("What would you like to do?")

    assert labels(menu) == [
        "👗 Try on",
        "🎨 Stylist",
        "🖼 History",
        "👤 Profile",
        "⚙️ Settings",
        "💡 Help",
        "🔒 Privacy",
    ]


@pytest.mark.parametrize(
    ("button", "text"),
    [
        ("👗 Try on", "Let’s try something on"),
        ("🎨 Stylist", "What suits you?"),
        ("🖼 History", "Nothing here yet"),
        ("⚙️ Settings", "Settings"),
        ("💡 Help", "How it works"),
        ("🔒 Privacy", "Your photos and data"),
    ],
)
async def test_every_button_of_the_menu_leads_somewhere(
    bot_app: App, anna: SandboxUser, button: str, text: str
) -> None:
    await settle(bot_app, anna)
    await anna.text("/menu")
    query = await anna.press(button, timeout=5)

    await anna.wait_for(text)

    assert not (await anna.answer_to(query)).get("text")


@pytest.mark.parametrize("button", ["⚙️ Settings", "💡 Help", "🔒 Privacy", "🖼 History"])
async def test_screens_take_each_others_place(bot_app: App, anna: SandboxUser, button: str) -> None:
    await settle(bot_app, anna)
    await anna.text("/menu")
    menu = await anna.wait_for("What would you like to do?")
    await anna.press(button)
    await anna.wait_for(lambda m: "☰ Menu" in labels(m))
    await anna.press("☰ Menu")

    again = await anna.wait_for("What would you like to do?")

    assert again["message_id"] == menu["message_id"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.TRYON_WAITING_CLOTHING, "cancelled"),
        (State.TRYON_WAITING_PERSON, "cancelled"),
        (State.TRYON_RESULT, "completed"),
    ],
)
async def test_the_menu_ends_what_was_going_on(
    bot_app: App, anna: SandboxUser, state: State, status: str
) -> None:
    await settle(bot_app, anna)
    begun = await enter(bot_app, anna, state)
    await anna.text("/menu")
    await anna.wait_for("What would you like to do?")
    await anna.text("/help")  # in order after it
    await anna.wait_for("How it works")

    assert await session(bot_app, begun) == (status, state)


async def test_the_menu_leaves_a_running_try_on_alone(bot_app: App, anna: SandboxUser) -> None:
    await settle(bot_app, anna)
    begun = await enter(bot_app, anna, State.TRYON_PROCESSING)
    await anna.text("/menu")
    menu = await anna.wait_for("Your try-on is in progress")
    assert labels(menu)[0] == "✕ Cancel"  # no other can be begun meanwhile
    await anna.text("/start")
    await anna.wait_for("Your try-on is in progress")

    assert await session(bot_app, begun) == ("active", State.TRYON_PROCESSING)


@pytest.mark.parametrize("command", ["/help", "/settings", "/privacy", "/history"])
async def test_looking_around_leaves_a_try_on_as_it_is(
    bot_app: App, anna: SandboxUser, command: str
) -> None:
    await settle(bot_app, anna)
    begun = await enter(bot_app, anna, State.TRYON_WAITING_PERSON)
    await anna.text(command)
    await anna.wait_for(lambda m: "☰ Menu" in labels(m))

    assert await session(bot_app, begun) == ("active", State.TRYON_WAITING_PERSON)
