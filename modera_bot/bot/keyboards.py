"""The buttons of the try-on flow. Callback data is `tryon:<action>:<id>[:<value>]`.

Ids are those of photos (the last part of their storage key) and of try-ons, so a button works
as long as what it is about exists, in whatever state the person is by then.
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from modera_bot.bot.chat import Chat
from modera_bot.bot.screen import Rows
from modera_bot.contracts import Category, GarmentRef, Role

STARS = range(1, 6)
#: What a person chooses when the garment is of none of the supported kinds.
OTHER = "other"


def photo_id(key: str) -> str:
    """The part of a photo's storage key that callback data carries."""
    return PurePosixPath(key).stem


def photo_key(user_id: int, photo: str) -> str:
    """Storage key of a person's own photo; nobody can name another's with it."""
    return f"users/{user_id}/photos/{photo}.jpg"


def _button(
    chat: Chat, text: str, data: str, style: KeyboardButtonStyle | None = None
) -> InlineKeyboardButton:
    return InlineKeyboardButton(chat.text(text), callback_data=data, style=style)


def _rows(*rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([row for row in rows if row])


def _menu(chat: Chat) -> InlineKeyboardButton:
    return _button(chat, "button-menu", "menu:open")


def menu(chat: Chat) -> InlineKeyboardMarkup:
    return _rows([_menu(chat)])


def start(chat: Chat) -> InlineKeyboardMarkup:
    """Where to go from a place where nothing is going on."""
    return _rows([_button(chat, "button-tryon", "tryon:start"), _menu(chat)])


def person_data(key: str) -> str:
    """What takes a photo that is on file for the person."""
    return f"tryon:with:{photo_id(key)}"


def last_person(chat: Chat, key: str | None) -> Rows:
    """A row to take the photo on file, if there is one."""
    return [[_button(chat, "button-last-person", person_data(key))]] if key else []


def roles(chat: Chat, key: str, possible: Iterable[Role]) -> InlineKeyboardMarkup:
    """What a photo may be used as."""
    photo = photo_id(key)
    return _rows(
        [_button(chat, f"button-is-{role}", f"tryon:role:{photo}:{role}") for role in possible]
    )


def other_role(chat: Chat, key: str, role: Role) -> Rows:
    """A row to use a photo in another role than it was taken for."""
    return [[_button(chat, f"button-is-{role}", f"tryon:role:{photo_id(key)}:{role}")]]


def people(chat: Chat, key: str, count: int, flow: str = "tryon") -> InlineKeyboardMarkup:
    """Who is meant, by the numbers on the photo."""
    data = f"{flow}:who:{photo_id(key)}"
    numbers = [
        InlineKeyboardButton(str(number), callback_data=f"{data}:{number}")
        for number in range(1, count + 1)
    ]
    return _rows(numbers, [_button(chat, "button-cancel", f"{flow}:cancel")])


def replace(chat: Chat, key: str, role: Role) -> InlineKeyboardMarkup:
    """Use a photo instead of the one of the same role."""
    data = f"tryon:role:{photo_id(key)}:{role}"
    return _rows([_button(chat, f"button-replace-{role}", data)])


def categories(chat: Chat, garment_key: str, chosen: Category | None) -> Rows:
    """Rows with the kinds of garment, the chosen one ticked."""
    data = f"tryon:kind:{photo_id(garment_key)}"
    kinds = [
        InlineKeyboardButton(
            ("✓ " if category is chosen else "") + chat.text(f"button-kind-{category}"),
            callback_data=f"{data}:{category}",
        )
        for category in Category
    ]
    return [kinds, [_button(chat, "button-kind-other", f"{data}:{OTHER}")]]


def either(chat: Chat, garments: Iterable[GarmentRef]) -> Rows:
    """Rows to have one garment of a look without the other."""
    return [
        [_button(chat, f"button-only-{each.category}", f"tryon:only:{photo_id(each.key)}")]
        for each in garments
        if each.category is not None
    ]


def processing(
    chat: Chat, garment_key: str | None, chosen: Category | None, *, swap: bool = False
) -> InlineKeyboardMarkup:
    """Under the status message: correct the kind of garment or who wears whose, or stop."""
    kinds = categories(chat, garment_key, chosen) if garment_key else []
    swapped = [_button(chat, "button-swap", "tryon:swap")] if swap else []
    return _rows(*kinds, swapped, [_button(chat, "button-cancel", "tryon:cancel")])


def retry(chat: Chat) -> InlineKeyboardMarkup:
    """After a failure that the same photos may survive later."""
    again = _button(chat, "button-retry", "tryon:retry", KeyboardButtonStyle.PRIMARY)
    return _rows([again], [_menu(chat)])


def result(
    chat: Chat,
    tryon_id: str,
    *,
    rating: int | None = None,
    compared: bool = False,
    fit: bool = False,
    again: bool = False,
) -> InlineKeyboardMarkup:
    """Under a result; `compared`: the message shows the picture before and after, `fit`: there
    is somebody to judge it, `again`: something better was wanted and may come another time."""

    def button(action: str) -> InlineKeyboardButton:
        return _button(chat, f"button-result-{action}", f"tryon:{action}:{tryon_id}")

    stars = [
        InlineKeyboardButton(
            "★" if rating and star <= rating else "☆",
            callback_data=f"tryon:rate:{tryon_id}:{star}",
        )
        for star in STARS
    ]
    retry = _button(chat, "button-retry", f"tryon:again:{tryon_id}", KeyboardButtonStyle.PRIMARY)
    return _rows(
        [retry] if again else [],
        stars,
        [button("single" if compared else "compare"), button("file")],
        [button("fit")] if fit else [],
        [button("garment")],
        [button("person")],
        [button("share"), button("delete")],
        [_menu(chat)],
    )


def confirm_deletion(chat: Chat, tryon_id: str) -> InlineKeyboardMarkup:
    delete = _button(
        chat, "button-result-erase", f"tryon:erase:{tryon_id}", KeyboardButtonStyle.DANGER
    )
    return _rows([delete], [_button(chat, "button-result-keep", f"tryon:keep:{tryon_id}")])
