"""Photos that can't be used, and questions about those that can."""

from PIL import Image

from tests.bot.bad_input import five_people, landscape
from tests.images.corpus import BAD, saved
from tests.screens.actor import GARMENTS, PEOPLE, Actor
from tests.screens.scene import Scenes

SCENES = Scenes("Photos that can’t be used, and questions")


def _person(scale: float = 1.0, crop: tuple[float, float] = (0, 1)) -> bytes:
    """A sample person, smaller on a grey canvas, or just a slice of their height."""
    person = Image.open(PEOPLE / "ana_tee_logo.jpg").convert("RGB")
    width, height = person.size
    cut = person.crop((0, int(crop[0] * height), width, int(crop[1] * height)))
    if scale == 1.0:
        return saved(cut, "JPEG", quality=90)
    canvas = Image.new("RGB", (width, height), (200, 200, 200))
    small = cut.resize((int(width * scale), int(cut.height * scale)))
    canvas.paste(small, ((width - small.width) // 2, height - small.height))
    return saved(canvas, "JPEG", quality=90)


@SCENES.scene("Nobody there, and nothing to wear.")
async def nobody(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(GARMENTS / "tee_stripe.jpg")
    await actor.sends(landscape())


@SCENES.scene("A person too small, and hardly more than a face.")
async def too_little(actor: Actor) -> None:
    await actor.sends(_person(scale=0.1))
    await actor.sends(_person(crop=(0.0, 0.25)))


@SCENES.scene("What is this photo for?")
async def unclear(actor: Actor) -> None:
    await actor.sends(_person(crop=(0.3, 0.6)))


@SCENES.scene("A picture too small, and one that is damaged.")
async def bad_pictures(actor: Actor) -> None:
    await actor.person.document(BAD["tiny picture"][0], "me.png")
    await actor.person.document(BAD["truncated JPEG"][0], "me.jpg")
    await actor.rests()


@SCENES.scene("Files that are no pictures.")
async def bad_files(actor: Actor) -> None:
    await actor.person.document(BAD["no bytes"][0], "me.jpg")
    await actor.person.document(BAD["text named .jpg"][0], "me.jpg")
    await actor.person.document(BAD["animated GIF"][0], "me.gif")
    await actor.person.document(BAD["PDF"][0], "me.pdf", "application/pdf")
    await actor.rests()


@SCENES.scene("Files that are too large.")
async def too_large(actor: Actor) -> None:
    await actor.person.document(BAD["12 MB"][0], "me.jpg")
    await actor.person.document(BAD["144-megapixel PNG"][0], "me.png")
    await actor.rests()


@SCENES.scene("A second garment where a person is wanted.")
async def second_garment(actor: Actor) -> None:
    await actor.sends(GARMENTS / "tee_logo.jpg")


@SCENES.scene("Several people: who is meant?")
async def several_people(actor: Actor) -> None:
    await actor.sends(five_people())


@SCENES.scene("A second person where a garment is wanted.")
async def second_person(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(PEOPLE / "ana_tee_logo.jpg")
    await actor.sends(PEOPLE / "ben_tee_stripe.jpg")


@SCENES.scene("A link that shows no picture.")
async def bad_link(actor: Actor) -> None:
    await actor.says("https://127.0.0.1/shirt")
    await actor.says("/cancel")
