"""From two photos to a picture, and what can be done with it."""

from PIL import Image

from tests.images.corpus import saved
from tests.screens import backend
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


def _half() -> bytes:
    """A sample person down to the waist, in a photo of few pixels."""
    person = Image.open(PEOPLE / "ben_tee_logo.jpg").convert("RGB")
    half = person.crop((0, 0, person.width, person.height // 2))
    half.thumbnail((600, 600))
    return saved(half, "JPEG", quality=90)


@SCENES.scene("What such a photo means for the picture.")
async def notices(actor: Actor) -> None:
    await actor.person.photo(_half())
    await actor.result()


@SCENES.scene("Two garments at once: a look.")
async def look(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(GARMENTS / "tee_stripe.jpg", GARMENTS / "trousers.jpg")


@SCENES.scene("The look as a result.")
async def look_result(actor: Actor) -> None:
    await actor.person.photo(PEOPLE / "max_jeans.jpg")
    await actor.result()


@SCENES.scene("Three photos at once: the best two are taken.")
async def best_photos(actor: Actor) -> None:
    backend.gate.clear()
    await actor.says("/tryon")
    album = [GARMENTS / "tee_stripe.jpg", GARMENTS / "tee_logo.jpg", PEOPLE / "mia_tank_dots.jpg"]
    await actor.person.album(album)
    await actor.person.wait_for(lambda m: "▓▓▓▓" in m.get("text", ""), 60)
    await actor.rests()


@SCENES.scene("Asked before a picture is deleted.")
async def delete(actor: Actor) -> None:
    backend.gate.set()
    await actor.result()
    await actor.presses("tryon:delete:")


@SCENES.scene("Deleted.")
async def deleted(actor: Actor) -> None:
    await actor.presses("tryon:erase:")
