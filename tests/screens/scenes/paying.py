"""Credits: prices, packages, payments, in a bot that sells."""

from modera_bot.errors import BackendError, Code
from tests.screens import backend
from tests.screens.actor import GARMENTS, PEOPLE, Actor
from tests.screens.scene import Scenes

SCENES = Scenes("Credits and payments")


@SCENES.scene("Somebody new begins with some credits.")
async def starter(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")
    await actor.presses("start:language")


@SCENES.scene("Settings with levels of quality.")
async def settings_quality(actor: Actor) -> None:
    await actor.says("/settings")


@SCENES.scene("The price, before a try-on.")
async def price(actor: Actor) -> None:
    await actor.says("/tryon")
    await actor.sends(GARMENTS / "tee_stripe.jpg")
    await actor.person.press("consent:agree")
    await actor.comes("tryon:kind:")
    await actor.person.photo(PEOPLE / "ana_tee_logo.jpg")
    await actor.comes("tryon:go")


@SCENES.scene("The balance, while credits are reserved.")
async def held(actor: Actor) -> None:
    backend.gate.clear()
    await actor.presses("tryon:go")
    await actor.says("/balance")


@SCENES.scene("The result, and what it cost.")
async def paid_result(actor: Actor) -> None:
    backend.gate.set()
    await actor.result()


@SCENES.scene("It failed: the credits are back.")
async def paid_failed(actor: Actor) -> None:
    attempts = actor.app.services.settings.jobs.attempts
    backend.faults += [BackendError(Code.BACKEND_FAILED, permanent=False)] * attempts
    await actor.person.photo(GARMENTS / "long_plaid.jpg")
    await actor.comes("tryon:go")
    await actor.person.press("tryon:go")
    await actor.comes("tryon:retry")


@SCENES.scene("The balance.")
async def balance(actor: Actor) -> None:
    await actor.says("/balance")


@SCENES.scene("Packages.")
async def packages(actor: Actor) -> None:
    await actor.presses("pay:packages")


@SCENES.scene("An invoice.")
async def invoice(actor: Actor) -> None:
    await actor.presses("pay:buy:basic")


@SCENES.scene("Telegram asks before it pays.")
async def paying(actor: Actor) -> None:
    await actor.clicks(".item:has(.invoice) .key")


@SCENES.scene("Paid: the receipt.")
async def receipt(actor: Actor) -> None:
    for page in actor.pages.values():
        await page.keyboard.press("Escape")
    await pay(actor)
    await actor.rests()


async def pay(actor: Actor) -> None:
    """Pay the newest invoice."""
    bill = next(m for m in reversed(await actor.person.messages()) if "invoice" in m)
    await actor.person.pay(bill)
    await actor.person.wait_for("✅", 10)


@SCENES.scene("A subscription is offered by a link.")
async def subscription(actor: Actor) -> None:
    await actor.says("/buy")
    await actor.presses("pay:buy:monthly")


@SCENES.scene("The balance with a subscription.")
async def subscribed(actor: Actor) -> None:
    await actor.person.pay(await _link(actor))
    await actor.person.wait_for("✅", 10)
    await actor.says("/balance")


async def _link(actor: Actor) -> str:
    """Address of the newest invoice behind a button."""
    for message in reversed(await actor.person.messages()):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if "/$" in button.get("url", ""):
                    found: str = button["url"]
                    return found
    raise AssertionError("no invoice link")


@SCENES.scene("The subscription is cancelled.")
async def unsubscribed(actor: Actor) -> None:
    await actor.presses("pay:cancel:")


@SCENES.scene("It goes on after all.")
async def resubscribed(actor: Actor) -> None:
    await actor.says("/balance")
    await actor.presses("pay:resume:")


@SCENES.scene("Payments and uses.")
async def payments(actor: Actor) -> None:
    await actor.says("/balance")
    await actor.presses("pay:history")


@SCENES.scene("Promo codes: how, a wrong one, one from last year, one that works, and again.")
async def promo(actor: Actor) -> None:
    for code in ("", " NOBODY", " WINTER", " WELCOME", " WELCOME"):
        await actor.says(f"/promo{code}")


@SCENES.scene("A payment is refunded.")
async def refunded(actor: Actor) -> None:
    first = (await actor.person.payments())[0]
    await actor.person.refund(first["id"])
    await actor.person.wait_for("↩️", 10)
    await actor.rests()


@SCENES.scene("Questions about a payment.")
async def paysupport(actor: Actor) -> None:
    await actor.says("/paysupport")


@SCENES.scene("The terms of sale.")
async def terms(actor: Actor) -> None:
    await actor.says("/terms")


@SCENES.scene("Privacy of a bot that sells.")
async def privacy_credits(actor: Actor) -> None:
    await actor.says("/privacy")


@SCENES.scene("Help of a bot that sells.")
async def help_credits(actor: Actor) -> None:
    await actor.says("/help")


@SCENES.scene("Deleting everything loses the credits, too.")
async def erase_credits(actor: Actor) -> None:
    await actor.says("/delete")


@SCENES.scene("Not enough credits.")
async def short(actor: Actor) -> None:
    await actor.become_new()
    await actor.says("/start")
    await actor.presses("start:language")
    await actor.presses("settings:open")
    await actor.presses("settings:quality:premium")
    await actor.person.album([GARMENTS / "tee_stripe.jpg", PEOPLE / "ana_tee_logo.jpg"])
    await actor.comes("consent:agree")
    await actor.person.press("consent:agree")
    await actor.comes("tryon:go")
    await actor.person.press("tryon:go")
    await actor.result()
    await actor.person.photo(GARMENTS / "long_plaid.jpg")
    await actor.comes("pay:buy:")
