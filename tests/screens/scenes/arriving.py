"""Somebody new, the menu, and what lies around it."""

from tests.screens.actor import Actor
from tests.screens.scene import Scenes

SCENES = Scenes("Arriving")


@SCENES.scene("Before anything is said: what the bot is for.")
async def welcome(actor: Actor) -> None:
    await actor.become_new()


@SCENES.scene("The first words, and the question of the language.")
async def start(actor: Actor) -> None:
    await actor.says("/start")


@SCENES.scene("The language is chosen; the menu.")
async def menu(actor: Actor) -> None:
    await actor.presses("start:language")


@SCENES.scene("The commands.")
async def commands(actor: Actor) -> None:
    await actor.clicks("#commands")


@SCENES.scene("Help.")
async def help_(actor: Actor) -> None:
    for page in actor.pages.values():
        await page.locator("#scroll").click(position={"x": 5, "y": 5})
    await actor.presses("help:open")


@SCENES.scene("Settings.")
async def settings(actor: Actor) -> None:
    await actor.says("/settings")


@SCENES.scene("Settings: results are blurred and protected, photos not kept.")
async def settings_changed(actor: Actor) -> None:
    await actor.presses("settings:set:spoiler:on")
    await actor.presses("settings:set:protect:on")
    await actor.presses("settings:set:keep_photos:off")


@SCENES.scene("Settings: the language.")
async def settings_language(actor: Actor) -> None:
    await actor.presses("settings:set:spoiler:off")
    await actor.presses("settings:set:protect:off")
    await actor.presses("settings:set:keep_photos:on")
    await actor.presses("settings:language")


@SCENES.scene("The profile of somebody new.")
async def profile_new(actor: Actor) -> None:
    await actor.presses(f"settings:language:{actor.language}")
    await actor.says("/profile")


@SCENES.scene("A history without anything in it.")
async def history_empty(actor: Actor) -> None:
    await actor.says("/history")


@SCENES.scene("Privacy, before consent.")
async def privacy(actor: Actor) -> None:
    await actor.says("/privacy")


@SCENES.scene("Words, a command nobody knows, and nothing to stop.")
async def unknown_words(actor: Actor) -> None:
    await actor.says("dress me" if actor.language == "en" else "одень меня")
    await actor.says("/dance")
    await actor.says("/cancel")


@SCENES.scene("A sticker, a voice message and a place.")
async def unknown_kinds(actor: Actor) -> None:
    await actor.person.sticker()
    await actor.person.voice()
    await actor.person.location()
    await actor.rests()
