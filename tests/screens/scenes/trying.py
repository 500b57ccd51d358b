"""From two photos to a picture, and what can be done with it."""

from tests.screens.actor import GARMENTS, PEOPLE, Actor
from tests.screens.scene import Scenes

SCENES = Scenes("The try-on")


@SCENES.scene("Two photos are asked for.")
async def tryon(actor: Actor) -> None:
    await actor.says("/menu")
    await actor.presses("tryon:start")


@SCENES.scene("Consent, before the first photo is kept.")
async def consent(actor: Actor) -> None:
    await actor.sends(GARMENTS / "tee_stripe.jpg")


@SCENES.scene("Declined: nothing is kept.")
async def consent_declined(actor: Actor) -> None:
    await actor.presses("consent:decline")


@SCENES.scene(
    "Agreed: the garment is accepted, its kind can be corrected, the person is asked for."
)
async def garment(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(GARMENTS / "tee_stripe.jpg")
    await actor.person.press("consent:agree")
    await actor.comes("tryon:kind:")


@SCENES.scene("It is none of the kinds: what can't be tried on.")
async def unsupported(actor: Actor) -> None:
    key = await actor.button("tryon:kind:")
    await actor.presses(key.rsplit(":", 1)[0] + ":other")


@SCENES.scene("The person first: the garment is asked for.")
async def person(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(PEOPLE / "ana_tee_logo.jpg")


@SCENES.scene("The result: a draft.")
async def result(actor: Actor) -> None:
    await actor.person.photo(GARMENTS / "tee_stripe.jpg")
    await actor.result()


@SCENES.scene("Rated.")
async def rated(actor: Actor) -> None:
    await actor.clicks('.key[data-key$=":4"]')
    await actor.rests()


@SCENES.scene("Before and after.")
async def compared(actor: Actor) -> None:
    await actor.presses("tryon:compare:")


@SCENES.scene("As a file, and to be shared.")
async def shared(actor: Actor) -> None:
    await actor.presses("tryon:single:")
    await actor.presses("tryon:file:")
    await actor.presses("tryon:share:")


@SCENES.scene("Another garment for the same photo.")
async def another_garment(actor: Actor) -> None:
    await actor.presses("tryon:garment:")


@SCENES.scene("Another person for the same garment.")
async def another_person(actor: Actor) -> None:
    await actor.person.photo(GARMENTS / "long_plaid.jpg")
    await actor.result()
    await actor.presses("tryon:person:")


@SCENES.scene("Two garments at once: a look.")
async def look(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(GARMENTS / "tee_stripe.jpg", GARMENTS / "trousers.jpg")


@SCENES.scene("The look as a result.")
async def look_result(actor: Actor) -> None:
    await actor.person.photo(PEOPLE / "max_jeans.jpg")
    await actor.result()


@SCENES.scene("Asked before a picture is deleted.")
async def delete(actor: Actor) -> None:
    await actor.presses("tryon:delete:")


@SCENES.scene("Deleted.")
async def deleted(actor: Actor) -> None:
    await actor.presses("tryon:erase:")
