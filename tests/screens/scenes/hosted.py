"""With a hosted model: consent names it, a draft comes first, the fit is judged."""

from modera_bot.errors import BackendError, Code
from tests.screens import backend
from tests.screens.actor import GARMENTS, PEOPLE, Actor
from tests.screens.scene import Scenes

SCENES = Scenes("With a hosted model")

#: Said of a picture that forms.
FORMING = {"en": "still forming", "ru": "ещё рисуется"}


@SCENES.scene("Consent names who gets the photos.")
async def consent_hosted(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")
    await actor.presses("start:language")
    await actor.sends(GARMENTS / "tee_stripe.jpg")


@SCENES.scene("The draft, while the model works.")
async def preview(actor: Actor) -> None:
    await actor.presses("consent:agree")
    backend.gate.clear()
    await actor.person.photo(PEOPLE / "ana_tee_logo.jpg")
    await actor.person.wait_for(lambda m: "photo" in m, 60)
    await actor.rests()


@SCENES.scene("The picture of the model, as it forms.")
async def forming(actor: Actor) -> None:
    backend.last_touch.clear()
    backend.gate.set()
    await actor.person.wait_for(lambda m: FORMING[actor.language] in m.get("caption", ""), 60)
    await actor.rests()


@SCENES.scene("The picture of the model.")
async def modelled(actor: Actor) -> None:
    backend.last_touch.set()
    await actor.result()


@SCENES.scene("How it would fit.")
async def fit(actor: Actor) -> None:
    await actor.person.press(await actor.button("tryon:fit:"))
    await actor.person.wait_for(lambda m: m.get("text", "").count("\n") > 3, 30)
    await actor.rests()


@SCENES.scene("The model failed: only the draft, and a way to ask again.")
async def only_draft(actor: Actor) -> None:
    backend.faults.append(BackendError(Code.BACKEND_UNAVAILABLE, permanent=False))
    await actor.says("/tryon")
    await actor.person.album([GARMENTS / "long_plaid.jpg", PEOPLE / "ana_tee_logo.jpg"])
    await actor.comes("tryon:again:")
