"""What a try-on costs, said before it begins."""

from collections.abc import Iterable

from telegram import Update
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows.offer import offer
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.photos import Photo
from modera_bot.bot.flows.tryon.submission import WAITING, submit, usable, wait
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Feature


def price_of_tryon(turn: Turn, garments: int = 1) -> int:
    """Credits one try-on costs in the person's quality; 0: nothing is said of it."""
    return turn.services.credits.price(Feature.TRYON, quality=turn.quality, garments=garments)


async def submit_or_ask(turn: Turn, data: TryOnData, fresh: Iterable[Photo] = ()) -> None:
    """Begin a free try-on at once; of any other say the price first. Ends the turn."""
    price = price_of_tryon(turn, len(data.garments))
    if not price:
        await submit(turn, data, fresh)
        return
    garment = data.correctable
    kinds = keyboards.categories(Chat.of(turn), garment, data.category) if garment else ()
    await offer(turn, Feature.TRYON, price, agree="tryon:go", cancel="tryon:cancel", more=kinds)
    await turn.commit(wait, turn, data, fresh)


async def go(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:go`: the price is agreed to."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    if turn.state == State.TRYON_PROCESSING:
        await alert(turn, "alert-busy")
    elif not waits(turn, data, turn.state):
        await alert(turn, "alert-stale")
    else:
        await answer(turn)
        message = update.effective_message
        if message is not None:
            await Chat.of(turn).edit_keyboard(message.message_id)
        await submit(turn, data)


def waits(turn: Turn, data: TryOnData, state: str) -> bool:
    """Whether a try-on in this state lacks nothing but its beginning."""
    return state in WAITING.values() and usable(turn, data).missing is None
