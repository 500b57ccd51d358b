"""While a try-on waits and runs, and how it can end."""

import asyncio
import re
from datetime import timedelta
from unittest.mock import patch

from sqlalchemy import Connection

from modera_bot.bot.housekeeping import Housekeeping
from modera_bot.db import schema
from modera_bot.db.schema import now
from modera_bot.errors import BackendError, Code
from modera_bot.sandbox.client import SandboxUser
from tests.bot.tryon.conftest import settle
from tests.screens import backend
from tests.screens.actor import GARMENTS, PEOPLE, Actor
from tests.screens.scene import Scenes

SCENES = Scenes("While it runs, and when it fails")

#: The bar of a try-on that waits at the gate.
BAR = "▓▓▓▓"

#: Two whose try-ons keep both workers busy, and one who waits before everybody else.
_others: list[SandboxUser] = []
#: For what one language does for both.
_once = asyncio.Lock()


async def _crowd(actor: Actor) -> None:
    """Let others keep the workers busy, once for all languages."""
    backend.gate.clear()
    for _ in range(3):
        other = await actor.client.user("Ben", "en")
        await settle(actor.app, other)
        await other.text("/tryon")
        await other.album([GARMENTS / "tee_logo.jpg", PEOPLE / "ben_tee_stripe.jpg"])
        sign = "⏳" if len(_others) == 2 else BAR
        await other.wait_for(lambda m, sign=sign: sign in m.get("text", ""), 60)
        _others.append(other)


@SCENES.scene("In the queue.")
async def queued(actor: Actor) -> None:
    async with _once:
        if not _others:
            await _crowd(actor)
    await actor.says("/tryon")
    await actor.person.album([GARMENTS / "long_plaid.jpg", PEOPLE / "mia_tank_dots.jpg"])
    await actor.person.wait_for(lambda m: bool(re.search(r"⏳.* [12] ", m.get("text", ""))), 60)


@SCENES.scene("At work.")
async def running(actor: Actor) -> None:
    if len(_others) == 3:  # the one who waits goes first
        await _others.pop().press("tryon:cancel")
    await _others.pop().press("tryon:cancel")
    await actor.person.wait_for(lambda m: BAR in m.get("text", ""), 60, since=0)


@SCENES.scene("The menu, and another photo, meanwhile.")
async def busy(actor: Actor) -> None:
    await actor.says("/menu")
    await actor.sends(GARMENTS / "tee_stripe.jpg")


@SCENES.scene("Stopped.")
async def cancelled(actor: Actor) -> None:
    await actor.presses("tryon:cancel")


@SCENES.scene("Two photos of people: they can be swapped.")
async def swappable(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(PEOPLE / "ana_tee_logo.jpg")
    await actor.presses("tryon:role:")
    await actor.person.photo(PEOPLE / "ben_tee_stripe.jpg")
    await actor.comes("tryon:swap")
    await actor.person.wait_for(lambda m: BAR in m.get("text", ""), 60)
    await actor.rests()


@SCENES.scene("It failed, and the same photos may work later.")
async def failed(actor: Actor) -> None:
    await actor.presses("tryon:cancel")
    backend.gate.set()
    attempts = actor.app.services.settings.jobs.attempts
    backend.faults += [BackendError(Code.BACKEND_FAILED, permanent=False)] * attempts
    await actor.says("/tryon")
    await actor.person.album([GARMENTS / "long_plaid.jpg", PEOPLE / "mia_tank_dots.jpg"])
    await actor.comes("tryon:retry")


@SCENES.scene("Once more, and it works.")
async def retried(actor: Actor) -> None:
    await actor.person.press(await actor.button("tryon:retry"))
    await actor.result()


@SCENES.scene("It failed, and a photo is at fault.")
async def failed_photo(actor: Actor) -> None:
    backend.faults.append(BackendError(Code.OUTLINE_UNCLEAR, permanent=True))
    await actor.says("/tryon")
    await actor.person.album([GARMENTS / "tee_logo.jpg", PEOPLE / "mia_tank_dots.jpg"])
    await actor.comes("menu:open")


@SCENES.scene("Something went wrong on the bot’s side.")
async def unexpected(actor: Actor) -> None:
    broken = RuntimeError("played for the screenshots")
    async with _once:
        with patch.object(actor.app.services.storage, "put", side_effect=broken):
            await actor.sends(PEOPLE / "ben_tee_logo.jpg")


@SCENES.scene("Half an hour of silence.")
async def expired(actor: Actor) -> None:
    await actor.says("/tryon")
    then = now() - timedelta(minutes=31)

    def age(connection: Connection) -> None:
        connection.execute(schema.fashion_sessions.update().values(updated_at=then))

    await actor.app.services.database.run(age)
    await Housekeeping(actor.app.services, lambda: None).end_idle_sessions()
    await actor.comes("tryon:start")
