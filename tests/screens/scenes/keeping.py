"""The history, the profile, and coming back to what is kept."""

from tests.screens.actor import Actor
from tests.screens.scene import Scenes

SCENES = Scenes("What is kept")


@SCENES.scene("The history: the newest picture.")
async def history(actor: Actor) -> None:
    await actor.says("/history")


@SCENES.scene("The history at a glance.")
async def history_sheet(actor: Actor) -> None:
    await actor.presses("history:sheet:")


@SCENES.scene("An older picture.")
async def history_older(actor: Actor) -> None:
    await actor.says("/history")
    await actor.presses("history:show:")


@SCENES.scene("Asked before one is deleted.")
async def history_delete(actor: Actor) -> None:
    await actor.presses("history:delete:")


@SCENES.scene("The same photos once more: the picture from before.")
async def again(actor: Actor) -> None:
    await actor.says("/history")
    await actor.presses("tryon:again:")
    await actor.result()


@SCENES.scene("The profile with the photo on file.")
async def profile(actor: Actor) -> None:
    await actor.says("/profile")


@SCENES.scene("The photo on file is offered for the next try-on.")
async def last_person(actor: Actor) -> None:
    await actor.says("/tryon")


@SCENES.scene("The photo on file is deleted.")
async def profile_forgotten(actor: Actor) -> None:
    await actor.says("/cancel")
    await actor.says("/profile")
    await actor.presses("profile:forget")


@SCENES.scene("Another garment for a photo that is gone.")
async def photo_gone(actor: Actor) -> None:
    await actor.says("/history")
    await actor.presses("tryon:open:")
    await actor.presses("tryon:garment:")
