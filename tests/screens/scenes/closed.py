"""Bots that serve nobody just now, or not everybody."""

from tests.screens.actor import Actor
from tests.screens.scene import Scenes

SCENES = Scenes("Closed")
INVITED = Scenes("By invitation")


@SCENES.scene("Maintenance.")
async def maintenance(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")


@INVITED.scene("Somebody who is not on the list.")
async def denied(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")
