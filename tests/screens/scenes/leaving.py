"""Privacy: what is kept, taken along, withdrawn and erased; and groups."""

from modera_bot.sandbox.client import Json
from tests.screens.actor import Actor
from tests.screens.scene import Scenes

SCENES = Scenes("Privacy, and groups")


@SCENES.scene("Privacy, with consent.")
async def privacy_agreed(actor: Actor) -> None:
    await actor.says("/privacy")


@SCENES.scene("All data as a file.")
async def export(actor: Actor) -> None:
    await actor.presses("privacy:export")


@SCENES.scene("Withdraw consent?")
async def withdraw(actor: Actor) -> None:
    await actor.says("/privacy")
    await actor.presses("privacy:withdraw")


@SCENES.scene("Consent is withdrawn, photos and results are deleted.")
async def withdrawn(actor: Actor) -> None:
    await actor.presses("privacy:withdrawn")


@SCENES.scene("Delete everything?")
async def erase(actor: Actor) -> None:
    await actor.says("/delete")


@SCENES.scene("Quite sure?")
async def erase_sure(actor: Actor) -> None:
    await actor.presses("privacy:sure")


@SCENES.scene("No: all stays as it was.")
async def erase_kept(actor: Actor) -> None:
    await actor.presses("privacy:keep")


@SCENES.scene("Yes: everything is deleted.")
async def erased(actor: Actor) -> None:
    await actor.says("/delete")
    await actor.presses("privacy:sure")
    await actor.presses("privacy:erase")


@SCENES.scene("Spoken to in a group (shown in a private chat, for the page has no groups).")
async def group(actor: Actor) -> None:
    assert actor.app.sandbox is not None
    world = actor.app.sandbox._world
    text = f"/tryon@{world.bot['username']}"
    sent = await actor.person.text(text)
    await actor.rests()
    chat: Json = {"id": actor.person.id, "type": "supergroup", "title": "Friends"}
    entity = {"type": "bot_command", "offset": 0, "length": len(text)}
    world.updates.add(
        "message",
        {
            "message_id": sent["message_id"],
            "from": world.people[actor.person.id].as_user(),
            "chat": chat,
            "date": sent["date"],
            "text": text,
            "entities": [entity],
        },
    )
    await actor.person.wait_for(lambda m: "start=tryon" in str(m.get("reply_markup")), 10, since=0)
    await actor.rests()
