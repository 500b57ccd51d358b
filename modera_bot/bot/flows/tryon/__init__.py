"""The try-on: a photo of a garment, a photo of a person, a picture.

    state                    what happens                               next state
    ───────────────────────  ─────────────────────────────────────────  ──────────────────────
    default (the menu)       /tryon, "Try on"                           tryon_waiting_clothing
                             photos                                     as below
    tryon_waiting_clothing,  photos: garment and person known           tryon_processing
    tryon_waiting_person,                    (it costs credits: asked)  tryon_waiting_person
    tryon_result                     garment known, person missing      tryon_waiting_person
                                     person known, garment missing      tryon_waiting_clothing
                                     unusable or unclear                the same
                                     a kind that no backend can do      tryon_waiting_clothing
                             "It's the garment / the person"            as for photos
                             the last photo of a person                 as for photos
                             which of several people is meant           as for photos
                             kind of garment corrected, one of a look   the same
                             try again, the price agreed to             tryon_processing
                             /cancel, menu, 30 idle minutes             default
    tryon_processing         photos                                     the same, kept out
                             kind of garment corrected, photos swapped  the same, a new job
                             "Something else"                           tryon_waiting_clothing
                             /cancel                                    default
    ── by delivery ────────  ─────────────────────────────────────────  ──────────────────────
    tryon_processing         the draft is there (PREVIEW)               the same
                             the picture forms (FORMING)                the same
                             the picture is there (DONE)                tryon_result
                             it failed, a photo was at fault            waiting for that photo
                             it failed otherwise                        tryon_waiting_person
    tryon_result             another garment, another person            the waiting state

A photo in `tryon_result` replaces the one that it resembles. The buttons of a result go by the
try-on's id and work in every state.
"""

from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)
from telegram.ext.filters import UpdateFilter

from modera_bot.bot.flows.data import link_in
from modera_bot.bot.flows.states import PROCESSING, InState
from modera_bot.bot.flows.tryon import choices, fit, intake, price, results
from modera_bot.bot.flows.tryon.intake import begin, resume
from modera_bot.bot.keyboards import OTHER
from modera_bot.bot.turn import current
from modera_bot.contracts import Category

__all__ = ["begin", "handlers", "resume"]

#: Photos, and files that say they are pictures; whether that is so is seen when they are read.
PHOTOS = filters.PHOTO | filters.Document.IMAGE
for _suffix in ("jpg", "jpeg", "png", "webp", "heic", "heif", "avif"):  # some apps know no type
    PHOTOS |= filters.Document.FileExtension(_suffix)


class _HasPhoto(UpdateFilter):
    """Lets updates through with a photo anywhere in their album, be it after a video, or with a
    link to one.
    """

    __slots__ = ()

    def filter(self, update: Update) -> bool:
        turn = current.get()
        parts = [Update(update.update_id, message=part) for part in turn.album]
        if any(PHOTOS.check_update(part) for part in parts):
            return True
        fetches = turn.services.settings.limits.links
        return fetches and any(link_in(part) is not None for part in turn.album if part.text)


HAS_PHOTO = _HasPhoto()
ID = "[0-9a-f]{32}"
KINDS = "|".join([*Category, OTHER])


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    def button(action: str, handler: Any) -> BaseHandler[Any, Any, Any]:
        return CallbackQueryHandler(handler, f"^tryon:{action}$")

    return [
        CommandHandler("tryon", intake.start),
        CommandHandler("cancel", choices.cancel),
        MessageHandler(HAS_PHOTO & InState(*PROCESSING), intake.keep_out),
        MessageHandler(HAS_PHOTO, intake.take),
        button("start", intake.start),
        button(f"role:{ID}:(?:person|garment)", choices.choose_role),
        button(f"with:{ID}", choices.take_on_file),
        button(f"who:{ID}:[1-9]", choices.choose_person),
        button(f"only:{ID}", choices.choose_only),
        button(f"again:{ID}", results.again),
        button(f"kind:{ID}:(?:{KINDS})", choices.choose_category),
        button("swap", choices.swap),
        button("go", price.go),
        button("retry", choices.retry),
        button("cancel", choices.cancel),
        button(f"open:{ID}", results.open_),
        button(f"rate:{ID}:[1-5]", results.rate),
        button(f"compare:{ID}", results.compare),
        button(f"fit:{ID}", fit.assess),
        button(f"single:{ID}", results.single),
        button(f"file:{ID}", results.send_file),
        button(f"share:{ID}", results.share),
        button(f"garment:{ID}", results.another_garment),
        button(f"person:{ID}", results.another_person),
        button(f"delete:{ID}", results.ask_deletion),
        button(f"keep:{ID}", results.keep),
        button(f"erase:{ID}", results.erase),
    ]
