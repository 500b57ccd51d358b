"""The person wishes: by buttons that change in place, or in words. All of it is remembered."""

from __future__ import annotations

import re
from dataclasses import replace

from telegram import InlineKeyboardMarkup, Update
from telegram.ext import ContextTypes

from modera_bot.bot import screen
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows.states import PROCESSING
from modera_bot.bot.flows.stylist import pages
from modera_bot.bot.flows.stylist.data import WISHES, StylistData, wishes_of
from modera_bot.bot.flows.tryon.choices import pressed
from modera_bot.bot.turn import Turn, current
from modera_bot.db import users
from modera_bot.style import LONGEST_WORDS, Currency, Measurements, Range, StylePreferences

#: Which page a wish stands on, where it isn't its own name.
PAGE_OF = {"occasion": "main", "wardrobe": "main", "fit": "style", "sizes": "size"}
PAGE_OF |= dict.fromkeys(pages.LOOKS, "looks")

#: Height, chest, waist and hips in centimetres, as somebody types them; the height may be missing.
NUMBERS = re.compile(r"\d{2,3}")
MEASURES = ("height", "chest", "waist", "hips")


async def ask(turn: Turn) -> None:
    """Send the first page; ending the turn is left to the caller."""
    chat = Chat.of(turn)
    keyboard = InlineKeyboardMarkup(pages.rows(chat, "main", wishes_of(turn.user)))
    await chat.send(pages.heading(chat, "main"), keyboard)


async def turn_to(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`stylist:page:<name>`: another page in place of this one."""
    turn = current.get()
    if await _is_over(turn):
        return
    await answer(turn)
    await _show(turn, pressed(update)[2])
    await turn.finish()


async def set_one(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`stylist:set:<wish>:<value>`: one value, or "none"."""
    turn = current.get()
    _, _, wish, value = pressed(update)
    changed = _with_one(wishes_of(turn.user), wish, value)
    if changed is None:
        await alert(turn, "alert-stale")
        return
    await _change(turn, changed, PAGE_OF.get(wish, wish))


async def set_many(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`stylist:add|drop:<wish>:<value>`: one of several values."""
    turn = current.get()
    _, action, wish, value = pressed(update)
    if wish not in pages.MANY or value not in {*pages.MANY[wish][0]}:
        await alert(turn, "alert-stale")
        return
    wishes, (values, field) = wishes_of(turn.user), pages.MANY[wish]
    kept = [other for other in getattr(wishes, field) if other != value]
    kept += [values(value)] if action == "add" else []
    changes = {field: tuple(kept)}
    if action == "add" and wish in ("liked", "avoided"):  # nobody likes what they avoid
        other = "avoided" if wish == "liked" else "liked"
        changes[other] = tuple(hue for hue in getattr(wishes, other) if hue != value)
    await _change(turn, wishes.model_copy(update=changes), wish)


async def say(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Words: measurements if they are numbers, else a wish."""
    turn = current.get()
    chat, text = Chat.of(turn), (turn.album[0].text or "").strip()
    wishes, measured = wishes_of(turn.user), measurements(text)
    if measured is not None:
        changed, said = wishes.model_copy(update={"measurements": measured}), "stylist-measured"
    else:
        changed, said = (
            wishes.model_copy(update={"wish": text[:LONGEST_WORDS]}),
            "stylist-wish-noted",
        )
    turn.user = _wishing(turn, changed)
    keyboard = InlineKeyboardMarkup(pages.rows(chat, "main", changed))
    await chat.send(chat.text(said), keyboard)
    await turn.commit(users.set_preference, turn.user.id, WISHES, _stored(changed))


def measurements(text: str) -> Measurements | None:
    """Three or four numbers that can be a body's, in the order that is asked for; else None."""
    numbers = [int(number) for number in NUMBERS.findall(text)]
    if len(numbers) not in (3, 4):
        return None
    names = MEASURES[-len(numbers) :]
    try:
        return Measurements.model_validate(dict(zip(names, numbers, strict=True)))
    except ValueError:
        return None


def _with_one(wishes: StylePreferences, wish: str, value: str) -> StylePreferences | None:
    """The wishes with one changed; None for what isn't known."""
    if wish == "budget":
        return wishes.model_copy(update={"budget": _budget(value)})
    if wish == "sizes":
        size = value if value in pages.SIZES else None
        return wishes.model_copy(update={"sizes": size})
    if wish not in pages.SINGLE:
        return None
    values = pages.SINGLE[wish]
    chosen = values(value) if value in {*values} else None
    if wish in pages.LOOKS:
        looks = wishes.appearance.model_copy(update={wish: chosen})
        return wishes.model_copy(update={"appearance": looks})
    if wish == "wardrobe" and chosen is None:
        chosen = StylePreferences().wardrobe
    return wishes.model_copy(update={wish: chosen})


def _budget(value: str) -> Range | None:
    """Of "EUR-100-300" or "EUR-300-"; None for "none"."""
    currency, _, span = value.partition("-")
    low, _, high = span.partition("-")
    if currency not in {*Currency} or not low.isdigit():
        return None
    end = int(high) if high.isdigit() else None
    return Range(low=int(low), high=end, currency=Currency(currency))


async def _change(turn: Turn, wishes: StylePreferences, page: str) -> None:
    if await _is_over(turn):
        return
    await answer(turn)
    turn.user = _wishing(turn, wishes)
    await _show(turn, page)
    await turn.commit(users.set_preference, turn.user.id, WISHES, _stored(wishes))


async def _is_over(turn: Turn) -> bool:
    """Whether there is no photo to advise on, or it is being looked at; then they are told."""
    if turn.state in PROCESSING:
        await alert(turn, "alert-busy")
        return True
    if StylistData.of(turn.session).photo_key is None:
        await alert(turn, "alert-stale")
        return True
    return False


def _wishing(turn: Turn, wishes: StylePreferences) -> users.User:
    return replace(turn.user, preferences={**turn.user.preferences, WISHES: _stored(wishes)})


def _stored(wishes: StylePreferences) -> dict[str, object]:
    return wishes.model_dump(mode="json", exclude_defaults=True)


async def _show(turn: Turn, page: str) -> None:
    chat, wishes = Chat.of(turn), wishes_of(turn.user)
    await screen.show(turn, pages.heading(chat, page), pages.rows(chat, page, wishes))
