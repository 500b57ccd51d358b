"""A bot that does not serve everybody, or nobody just now."""

from tests.screens.actor import Actor
from tests.screens.scene import Scenes

SCENES = Scenes("Closed")


@SCENES.scene("Maintenance.")
async def maintenance(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")
