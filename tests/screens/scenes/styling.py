"""The stylist, from a photo to advice."""

from PIL import Image

from tests.bot.bad_input import five_people, landscape
from tests.images.corpus import saved
from tests.screens import backend
from tests.screens.actor import PEOPLE, Actor
from tests.screens.scene import Scenes

SCENES = Scenes("The stylist")


def _grey() -> bytes:
    """A sample person in black and white."""
    return saved(Image.open(PEOPLE / "ana_tee_logo.jpg").convert("L"), "JPEG", quality=90)


@SCENES.scene("One photo is asked for.")
async def stylist(actor: Actor) -> None:
    await actor.says("/style")


@SCENES.scene("A photo without a person, and one with several.")
async def stylist_photos(actor: Actor) -> None:
    await actor.sends(landscape())
    await actor.sends(five_people())


@SCENES.scene("The photo is there: what is it for?")
async def stylist_wishes(actor: Actor) -> None:
    await actor.says("/style")
    await actor.sends(PEOPLE / "ana_tee_logo.jpg")


@SCENES.scene("The occasion and the wardrobe are chosen.")
async def stylist_chosen(actor: Actor) -> None:
    await actor.presses("stylist:set:occasion:work")
    await actor.presses("stylist:set:wardrobe:women")


@SCENES.scene("Style and fit.")
async def stylist_style(actor: Actor) -> None:
    await actor.presses("stylist:page:style")
    await actor.presses("stylist:add:style:classic")


@SCENES.scene("Colours that are loved.")
async def stylist_liked(actor: Actor) -> None:
    await actor.presses("stylist:page:main")
    await actor.presses("stylist:page:liked")
    await actor.presses("stylist:add:liked:green")


@SCENES.scene("Colours to avoid.")
async def stylist_avoided(actor: Actor) -> None:
    await actor.presses("stylist:page:main")
    await actor.presses("stylist:page:avoided")


@SCENES.scene("The budget.")
async def stylist_budget(actor: Actor) -> None:
    await actor.presses("stylist:page:main")
    await actor.presses("stylist:page:budget")
    await actor.presses("stylist:set:budget:EUR-100-300")


@SCENES.scene("The size.")
async def stylist_size(actor: Actor) -> None:
    await actor.presses("stylist:page:main")
    await actor.presses("stylist:page:size")


@SCENES.scene("The body shape, in one’s own words.")
async def stylist_body(actor: Actor) -> None:
    await actor.presses("stylist:page:main")
    await actor.presses("stylist:page:body")
    await actor.presses("stylist:set:body:hourglass")


@SCENES.scene("Skin, hair and eyes.")
async def stylist_looks(actor: Actor) -> None:
    await actor.presses("stylist:page:main")
    await actor.presses("stylist:page:looks")
    await actor.presses("stylist:set:eyes:green")


@SCENES.scene("A wish in words, and measurements.")
async def stylist_words(actor: Actor) -> None:
    wish = "something for a long day" if actor.language == "en" else "что-нибудь на долгий день"
    await actor.says(wish)
    await actor.says("168 92 74 98")


@SCENES.scene("A sticker instead.")
async def stylist_sticker(actor: Actor) -> None:
    await actor.person.sticker()
    await actor.rests()


@SCENES.scene("At work.")
async def stylist_running(actor: Actor) -> None:
    backend.gate.clear()
    await actor.person.press("stylist:go")
    await actor.person.wait_for(lambda m: "▓▓▓▓" in m.get("text", ""), 30)
    await actor.rests()


@SCENES.scene("The advice, and its card.")
async def advice(actor: Actor) -> None:
    backend.gate.set()
    await actor.comes("stylist:save:")


@SCENES.scene("An outfit, with a search link for each item.")
async def outfit(actor: Actor) -> None:
    await actor.presses("stylist:outfit:")


@SCENES.scene("Saved as the profile.")
async def stylist_saved(actor: Actor) -> None:
    await actor.clicks_button("stylist:save:")
    await actor.rests()


@SCENES.scene("What did not please?")
async def stylist_why(actor: Actor) -> None:
    await actor.presses("stylist:bad:")


@SCENES.scene("The complaint is noted; the card as a file.")
async def stylist_noted(actor: Actor) -> None:
    await actor.presses("stylist:why:")
    await actor.presses("stylist:file:")


@SCENES.scene("On to the try-on, with the same photo.")
async def stylist_tryon(actor: Actor) -> None:
    await actor.presses("stylist:tryon:")


@SCENES.scene("A photo that tells no colours: the person can.")
async def stylist_untold(actor: Actor) -> None:
    await actor.says("/style")
    await actor.sends(_grey())
    await actor.person.press("stylist:go")
    await actor.comes("stylist:page:looks")
