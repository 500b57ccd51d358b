"""Style advice that costs credits: the price, the advice, and what is left of it."""

from tests.screens.actor import PEOPLE, Actor
from tests.screens.scene import Scenes
from tests.screens.scenes.paying import pay

SCENES = Scenes("Style advice for credits")


@SCENES.scene("The price, before an advice.")
async def styling_price(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")
    await actor.presses("start:language")
    await actor.says("/style")
    await actor.sends(PEOPLE / "mia_tank_dots.jpg")
    await actor.presses("consent:agree")
    await actor.comes("stylist:go")
    await actor.presses("stylist:go")


@SCENES.scene("The advice, and what it cost.")
async def paid_advice(actor: Actor) -> None:
    await actor.person.press("stylist:agree")
    await actor.comes("stylist:save:")


@SCENES.scene("It did not please; the reason in words.")
async def stylist_why_words(actor: Actor) -> None:
    await actor.presses("stylist:bad:")
    why = "I don’t wear heels" if actor.language == "en" else "Я не ношу каблуки"
    await actor.says(why)


@SCENES.scene("A style card in the history.")
async def history_advice(actor: Actor) -> None:
    await actor.says("/history")


@SCENES.scene("Not enough credits for another advice.")
async def short_styling(actor: Actor) -> None:
    await actor.presses("stylist:redo:")
    await actor.presses("stylist:go")


@SCENES.scene("Paid: the advice begins by itself.")
async def bought_advice(actor: Actor) -> None:
    await actor.presses("pay:buy:")
    await pay(actor)
    await actor.comes("stylist:save:")
