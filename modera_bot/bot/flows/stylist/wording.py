"""What an advice says in the chat."""

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.stylist import pages
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.style import (
    Advice,
    Complaint,
    Feedback,
    Outfit,
    Seen,
    StyleProfile,
    Swatch,
    Trait,
)

#: From this share of certainty on, what was seen is said without a doubt.
SURE = 0.6


def card_caption(chat: Chat, profile: StyleProfile) -> Markup:
    """Under the card: that a program made it, and the season."""
    season = chat.text(f"stylist-season-{profile.season}")
    return Markup(f"{chat.text('result-label')}\n{season}")


def advice(chat: Chat, profile: StyleProfile) -> list[Markup]:
    """The whole advice in paragraphs."""
    season = chat.text(f"stylist-season-{profile.season}")
    doubt = f" {chat.text(f'stylist-also-{profile.also}')}" if profile.also else ""
    parts = [Markup(f"{season}\n{escape(profile.why)}{doubt}"), _seen(chat, profile)]
    parts.append(
        Markup(
            f"{chat.text('stylist-best', colours=_names(profile.best))}\n"
            f"{chat.text('stylist-weaker', colours=_names(profile.weaker))}\n"
            f"{escape(profile.weaker_why)}"
        )
    )
    parts.append(_listed(chat.text("stylist-dos"), profile.dos))
    if profile.shape:
        parts.append(_listed(chat.text("stylist-shape"), profile.shape))
    parts.append(_listed(chat.text("stylist-donts"), profile.donts))
    if profile.unsure:
        parts.append(chat.text("stylist-unsure", traits=_traits(chat, profile.unsure)))
    return parts


def whole(parts: Sequence[Markup]) -> Markup:
    """Paragraphs as one message."""
    return Markup("\n\n".join(parts))


def outfit(chat: Chat, number: int, of: Outfit) -> Markup:
    """One outfit, item by item."""
    lines = [f"<b>{number}. {escape(of.title)}</b>", f"<i>{escape(of.why)}</i>", ""]
    for item in of.items:
        price = f" · {pages.money(chat, item.price)}" if item.price else ""
        more = escape(f"{item.colour.name}, {item.cut}, {item.material}{price}")
        lines.append(f"• <b>{escape(item.name)}</b>: {more}")
    return Markup("\n".join(lines))


def buttons(chat: Chat, analysis_id: str, profile: StyleProfile, judged: Feedback | None) -> Rows:
    """Under the card."""

    def button(action: str, key: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(
            chat.text(f"button-stylist-{key}"), callback_data=f"stylist:{action}:{analysis_id}"
        )

    menu = InlineKeyboardButton(chat.text("button-menu"), callback_data="menu:open")
    rows = [outfit_buttons(chat, analysis_id, profile)]
    rows += [[button("save", "save"), button("file", "file")]]
    rows += [[button("tryon", "tryon")], [button("redo", "redo")]]
    rows += [[*_judging(chat, analysis_id, judged), menu]]
    return rows


def outfit_buttons(
    chat: Chat, analysis_id: str, profile: StyleProfile, shown: int = 0
) -> list[InlineKeyboardButton]:
    """A button for each outfit; of the one that is shown the number, ticked: three must fit on
    a phone."""
    return [
        InlineKeyboardButton(
            f"✓ {number}" if number == shown else chat.text("button-stylist-outfit", number=number),
            callback_data=f"stylist:outfit:{analysis_id}:{number}",
        )
        for number in range(1, len(profile.outfits) + 1)
    ]


def outfit_rows(
    chat: Chat, analysis_id: str, profile: StyleProfile, number: int, search: str
) -> Rows:
    """Under one outfit: where to look for each item, and the other outfits."""
    rows = [
        [InlineKeyboardButton(f"🔎 {item.name}", url=search.replace("{query}", quote(item.query)))]
        for item in profile.outfits[number - 1].items
    ]
    return [*rows, outfit_buttons(chat, analysis_id, profile, number)]


def complaints(chat: Chat, analysis_id: str) -> InlineKeyboardMarkup:
    """Why an advice did not please."""
    found = [
        InlineKeyboardButton(
            chat.text(f"button-why-{why}"), callback_data=f"stylist:why:{analysis_id}:{why}"
        )
        for why in Complaint
    ]
    return InlineKeyboardMarkup([[button] for button in found])


def _judging(chat: Chat, analysis_id: str, judged: Feedback | None) -> list[InlineKeyboardButton]:
    marks = (("good", "👍", True), ("bad", "👎", False))
    return [
        InlineKeyboardButton(
            f"✓ {sign}" if judged is not None and judged.good is good else sign,
            callback_data=f"stylist:{action}:{analysis_id}",
        )
        for action, sign, good in marks
    ]


def _seen(chat: Chat, profile: StyleProfile) -> Markup:
    """What was seen, how surely, and what could not be."""
    lines = [chat.text("stylist-seen")]
    for trait in (Trait.SKIN, Trait.UNDERTONE, Trait.HAIR, Trait.EYES, Trait.CONTRAST):
        seen = profile.trait(trait)
        value = chat.text("stylist-not-seen") if seen is None else _value(chat, seen)
        lines.append(Markup(f"• {chat.text(f'stylist-trait-{trait}')}: {value}"))
    return Markup("\n".join(lines))


def _value(chat: Chat, seen: Seen) -> Markup:
    value = chat.text(f"stylist-value-{seen.trait}-{seen.value}")
    if seen.told:
        return chat.text("stylist-told", value=value)
    return value if seen.sure >= SURE else chat.text("stylist-probably", value=value)


def _traits(chat: Chat, traits: Iterable[Trait]) -> Markup:
    return Markup(", ".join(chat.text(f"stylist-trait-{trait}").lower() for trait in traits))


def _names(swatches: Iterable[Swatch]) -> str:
    return ", ".join(swatch.name for swatch in swatches)


def _listed(heading: Markup, advices: Iterable[Advice]) -> Markup:
    lines = [f"• {escape(one.text)} <i>{escape(one.why)}</i>" for one in advices]
    return Markup("\n".join([heading, *lines]))
