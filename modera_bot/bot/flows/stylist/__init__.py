"""The stylist: one photo, a few taps, advice as a card.

    state                    what happens                               next state
    ───────────────────────  ─────────────────────────────────────────  ──────────────────────
    default (the menu)       /style, "Stylist"                          stylist_waiting_photo
    stylist_waiting_photo    a photo of a person                        stylist_preferences
                             several people: whom?                      the same, then as above
                             unusable                                   the same
                             "I'll tell you myself" (after a failure)   stylist_preferences
    stylist_preferences      wishes by buttons or in words              the same
                             another photo                              the same
                             "Advise me"                                stylist_processing
                             the same, with a price: said first         the same, until agreed
                                                                        to or paid
    stylist_processing       photos                                     the same, kept out
    any of these             /cancel, menu, 30 idle minutes             default
    ── by delivery ────────  ─────────────────────────────────────────  ──────────────────────
    stylist_processing       the card is there (DONE)                   stylist_results
                             the photo was at fault                     stylist_waiting_photo
                             it failed otherwise                        stylist_preferences
    stylist_results          other wishes                               stylist_preferences
                             👎, then words: the reason                 the same
                             try something on, photos                   the try-on

Wishes are kept in `users.preferences` and offered again. The buttons of a result go by the
analysis' id and work in every state.
"""

from typing import Any

from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from modera_bot.bot.flows.states import InState, State
from modera_bot.bot.flows.stylist import feedback, intake, price, results, wishes
from modera_bot.bot.flows.stylist.intake import begin, resume
from modera_bot.bot.flows.stylist.pages import PAGES
from modera_bot.bot.flows.tryon import HAS_PHOTO

__all__ = ["begin", "handlers", "resume"]

ID = "[0-9a-f]{32}"

ASKING = InState(State.STYLIST_WAITING_PHOTO, State.STYLIST_PREFERENCES)
THERE = InState(State.STYLIST_WAITING_PHOTO, State.STYLIST_PREFERENCES, State.STYLIST_PROCESSING)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    """To be added before those of the try-on, which takes photos in every state."""

    def button(action: str, handler: Any) -> BaseHandler[Any, Any, Any]:
        return CallbackQueryHandler(handler, f"^stylist:{action}$")

    return [
        CommandHandler("style", intake.start),
        CommandHandler("cancel", intake.cancel, THERE),
        MessageHandler(HAS_PHOTO & ASKING, intake.take),
        MessageHandler(
            filters.TEXT & ~filters.COMMAND & InState(State.STYLIST_PREFERENCES), wishes.say
        ),
        MessageHandler(
            filters.TEXT & ~filters.COMMAND & ~HAS_PHOTO & feedback.Explaining(), feedback.explain
        ),
        button("start", intake.start),
        button("cancel", intake.cancel),
        button(f"who:{ID}:[1-9]", intake.choose_person),
        button(f"page:(?:{'|'.join(PAGES)})", wishes.turn_to),
        button("set:[a-z]+:[A-Za-z0-9-]+", wishes.set_one),
        button("(?:add|drop):[a-z]+:[a-z-]+", wishes.set_many),
        button("go", price.go),
        button("agree", price.agree),
        button(f"open:{ID}", results.open_),
        button(f"outfit:{ID}:[1-5]", results.outfit),
        button(f"save:{ID}", results.save),
        button(f"tryon:{ID}", results.try_on),
        button(f"redo:{ID}", results.redo),
        button(f"file:{ID}", results.send_file),
        button(f"good:{ID}", feedback.praise),
        button(f"bad:{ID}", feedback.ask_why),
        button(f"why:{ID}:[a-z-]+", feedback.complain),
    ]
