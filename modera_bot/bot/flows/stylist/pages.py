"""The pages of wishes: what can be chosen, and what is chosen by now. All of it is optional.

Callback data is `stylist:set:<wish>:<value>` where one value holds, `stylist:add|drop:<wish>:
<value>` where several may. A button carries what to set, not "the other one", so an update
that is handled twice changes a wish once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from modera_bot.bot.chat import Chat
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.style import (
    Appearance,
    Archetype,
    BodyType,
    Currency,
    Eyes,
    Fit,
    Hair,
    Hue,
    Occasion,
    Range,
    Skin,
    StylePreferences,
    Undertone,
    Wardrobe,
)

#: Pages by name; "main" is the first.
PAGES = ("main", "style", "liked", "avoided", "budget", "size", "body", "looks")

#: Wishes of which one value holds, with the values; "none" takes it back.
SINGLE: dict[str, type[StrEnum]] = {
    "occasion": Occasion,
    "wardrobe": Wardrobe,
    "fit": Fit,
    "body": BodyType,
    "skin": Skin,
    "undertone": Undertone,
    "hair": Hair,
    "eyes": Eyes,
}
#: Wishes of which several may hold, with the values and the name in StylePreferences.
MANY: dict[str, tuple[type[StrEnum], str]] = {
    "style": (Archetype, "styles"),
    "liked": (Hue, "liked"),
    "avoided": (Hue, "avoided"),
}
#: What a person says of their own colours.
LOOKS = ("skin", "undertone", "hair", "eyes")

SIZES = ("XS", "S", "M", "L", "XL", "XXL")

#: What an outfit may cost, by currency: where one range ends and the next begins.
BUDGETS = {Currency.RUB: (8000, 25000), Currency.EUR: (100, 300), Currency.USD: (100, 300)}
SIGNS = {Currency.RUB: "₽", Currency.EUR: "€", Currency.USD: "$"}


def heading(chat: Chat, page: str) -> Markup:
    """What stands above the buttons of a page."""
    return chat.text(f"stylist-page-{page}")


def rows(chat: Chat, page: str, wishes: StylePreferences) -> Rows:
    """The buttons of a page."""
    if page == "main":
        return _main(chat, wishes)
    return [*_inner(chat, page, wishes), [to(chat, "main", "button-back")]]


def _inner(chat: Chat, page: str, wishes: StylePreferences) -> Rows:
    if page == "budget":
        return _budgets(chat, wishes.budget)
    if page == "size":
        return _sizes(wishes.sizes)
    if page == "body":
        return _single(chat, "body", wishes.body, 1)
    if page == "looks":
        return [*_looks(chat, wishes.appearance), _go(chat)]
    _, field = MANY[page]
    rows = _many(chat, page, getattr(wishes, field))
    return [*rows, *_single(chat, "fit", wishes.fit)] if page == "style" else rows


def _looks(chat: Chat, told: Appearance) -> Rows:
    return [row for wish in LOOKS for row in _single(chat, wish, getattr(told, wish))]


def _main(chat: Chat, wishes: StylePreferences) -> Rows:
    return [
        *_single(chat, "occasion", wishes.occasion),
        *_single(chat, "wardrobe", wishes.wardrobe),
        [to(chat, "style"), to(chat, "budget")],
        [to(chat, "liked"), to(chat, "avoided")],
        [to(chat, "size"), to(chat, "body")],
        [to(chat, "looks")],
        _go(chat),
        [_button(chat, "button-cancel", "stylist:cancel")],
    ]


def again(chat: Chat) -> Rows:
    """After a failure: once more, or other wishes."""
    return [_go(chat), [to(chat, "main", "button-stylist-wishes")], [_menu(chat)]]


def tell(chat: Chat) -> InlineKeyboardMarkup:
    """After a photo that tells no colours: the person can."""
    return InlineKeyboardMarkup([[to(chat, "looks", "button-stylist-tell")], [_menu(chat)]])


def processing(chat: Chat) -> InlineKeyboardMarkup:
    """Under the status message."""
    return InlineKeyboardMarkup([[_button(chat, "button-cancel", "stylist:cancel")]])


def _single(chat: Chat, wish: str, chosen: StrEnum | None, across: int = 2) -> Rows:
    def button(value: StrEnum) -> InlineKeyboardButton:
        here = value is chosen
        data = f"stylist:set:{wish}:{'none' if here else value}"
        return InlineKeyboardButton(
            _ticked(chat.text(f"button-{wish}-{value}"), here), callback_data=data
        )

    return _grid([button(value) for value in SINGLE[wish]], across)


def _many(chat: Chat, wish: str, chosen: Iterable[StrEnum]) -> Rows:
    values, _ = MANY[wish]
    family = "hue" if values is Hue else wish

    def button(value: StrEnum) -> InlineKeyboardButton:
        here = value in chosen
        data = f"stylist:{'drop' if here else 'add'}:{wish}:{value}"
        return InlineKeyboardButton(
            _ticked(chat.text(f"button-{family}-{value}"), here), callback_data=data
        )

    return _grid([button(value) for value in values])


def _budgets(chat: Chat, chosen: Range | None) -> Rows:
    """Three ranges for each currency."""
    found: list[Sequence[InlineKeyboardButton]] = []
    for currency, (first, second) in BUDGETS.items():
        ranges = ((0, first), (first, second), (second, None))
        own = [Range(low=low, high=high, currency=currency) for low, high in ranges]
        found += _grid([_budget(chat, budget, budget == chosen) for budget in own])
    return found


def _budget(chat: Chat, budget: Range, here: bool) -> InlineKeyboardButton:
    value = f"{budget.currency}-{budget.low}-{budget.high or ''}"
    data = f"stylist:set:budget:{'none' if here else value}"
    return InlineKeyboardButton(_ticked(money(chat, budget), here), callback_data=data)


def money(chat: Chat, budget: Range) -> str:
    """A range of money in words, like "up to 100 €"."""
    sign = SIGNS[budget.currency]
    if budget.high is None:
        return chat.text("button-money-from", low=budget.low, sign=sign)
    if budget.low == 0:
        return chat.text("button-money-to", high=budget.high, sign=sign)
    return chat.text("button-money-between", low=budget.low, high=budget.high, sign=sign)


def _sizes(chosen: str | None) -> Rows:
    def button(size: str) -> InlineKeyboardButton:
        here = size == chosen
        data = f"stylist:set:sizes:{'none' if here else size}"
        return InlineKeyboardButton(_ticked(size, here), callback_data=data)

    return _grid([button(size) for size in SIZES], 3)


def _ticked(label: str, here: bool) -> str:
    return f"✓ {label}" if here else label


def _grid(buttons: Sequence[InlineKeyboardButton], across: int = 2) -> Rows:
    """Two in a row: a third would cut labels off on a phone, unless they are very short."""
    return [buttons[start : start + across] for start in range(0, len(buttons), across)]


def _go(chat: Chat) -> list[InlineKeyboardButton]:
    text = chat.text("button-stylist-go")
    style = KeyboardButtonStyle.PRIMARY
    return [InlineKeyboardButton(text, callback_data="stylist:go", style=style)]


def to(chat: Chat, page: str, text: str | None = None) -> InlineKeyboardButton:
    """The button that leads to a page."""
    return _button(chat, text or f"button-page-{page}", f"stylist:page:{page}")


def _menu(chat: Chat) -> InlineKeyboardButton:
    return _button(chat, "button-menu", "menu:open")


def _button(chat: Chat, text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(chat.text(text), callback_data=data)
