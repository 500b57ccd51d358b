"""What an advice costs, said before it begins."""

from telegram import Update
from telegram.ext import ContextTypes

from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows.offer import offer
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.stylist import pages
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.stylist.submission import enter, submit
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Feature, Quality

#: States in which an advice can be asked for.
ASKING = (State.STYLIST_WAITING_PHOTO, State.STYLIST_PREFERENCES)


def price_of_styling(turn: Turn) -> int:
    """Credits one advice costs; 0: nothing is said of it."""
    return turn.services.credits.price(Feature.STYLING, quality=Quality.STANDARD)


async def submit_or_ask(turn: Turn, data: StylistData) -> None:
    """Begin a free advice at once; of any other say the price first. Ends the turn."""
    price = price_of_styling(turn)
    if not price:
        await submit(turn, data)
        return
    wishes = [pages.to(Chat.of(turn), "main", "button-stylist-wishes")]
    await offer(
        turn,
        Feature.STYLING,
        price,
        agree="stylist:agree",
        cancel="stylist:cancel",
        more=[wishes],
    )
    offered = data.at_rest().model_copy(update={"offered": True})
    await turn.commit(enter, turn, State.STYLIST_PREFERENCES, offered)


async def go(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`stylist:go`: advise."""
    turn = current.get()
    data = StylistData.of(turn.session)
    if await _can_begin(turn, data):
        await submit_or_ask(turn, data)


async def agree(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`stylist:agree`: the price is agreed to."""
    turn = current.get()
    data = StylistData.of(turn.session)
    if await _can_begin(turn, data):
        await submit(turn, data)


async def _can_begin(turn: Turn, data: StylistData) -> bool:
    """Whether there is a photo and no job; if so the pressed buttons go, else it is told."""
    if turn.state in PROCESSING or data.photo_key is None:
        await alert(turn, "alert-busy" if turn.state in PROCESSING else "alert-stale")
        return False
    await answer(turn)
    message = turn.update.effective_message
    if message is not None:
        await Chat.of(turn).edit_keyboard(message.message_id)
    return True


def waits(data: StylistData, state: str) -> bool:
    """Whether an advice in this state lacks nothing but its beginning: its price was said."""
    return state in ASKING and data.photo_key is not None and data.offered
