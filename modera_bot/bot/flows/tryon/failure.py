"""A try-on failed: why, what would help, and which photos to keep for the next attempt."""

from telegram import InlineKeyboardMarkup

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.wording import error_text, wanted
from modera_bot.bot.texts import Markup
from modera_bot.contracts import Failure, Role
from modera_bot.errors import Code

PERSON_FAULTS = frozenset(
    {
        Code.NO_PERSON,
        Code.SEVERAL_PEOPLE,
        Code.PERSON_TOO_SMALL,
        Code.PERSON_UNCLEAR,
        Code.TURNED_AWAY,
        Code.LEANING,
        Code.BODY_CROPPED,
        Code.OUTLINE_UNCLEAR,
    }
)
GARMENT_FAULTS = frozenset(
    {
        Code.NO_GARMENT,
        Code.BUSY_BACKGROUND,
        Code.GARMENT_CROPPED,
        Code.GARMENT_NOT_FRONTAL,
        Code.GARMENT_ON_PERSON,
        Code.SEVERAL_GARMENTS_UNSUPPORTED,
    }
)


def left_after(failure: Failure, data: TryOnData) -> TryOnData:
    """The photos that are not at fault; both when it was neither's."""
    if failure.code in PERSON_FAULTS:
        return data.at_rest().without(Role.PERSON)
    if failure.code in GARMENT_FAULTS:
        return data.at_rest().without(Role.GARMENT)
    if failure.code is Code.PICTURE_GONE:
        return TryOnData()
    return data.at_rest()


def explain(
    chat: Chat, failure: Failure, left: TryOnData, reference: str
) -> tuple[Markup, InlineKeyboardMarkup]:
    """What to say, and the buttons; `reference` is what the log knows the job by."""
    lines = [error_text(chat, failure.code, reference), wanted(chat, left)]
    keyboard = keyboards.menu(chat)
    if failure.code is Code.CATEGORY_UNSUPPORTED and left.correctable:
        lines.insert(1, chat.text("tryon-wrong-kind"))
        keyboard = InlineKeyboardMarkup(keyboards.categories(chat, left.correctable, left.category))
    elif left.missing is None and failure.retry:
        keyboard = keyboards.retry(chat)
    return Markup("\n\n".join(lines)), keyboard
