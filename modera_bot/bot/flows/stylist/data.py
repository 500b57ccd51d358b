"""What a stylist's session knows: the shape of `fashion_sessions.input_data`."""

from __future__ import annotations

from pydantic import ValidationError

from modera_bot.bot.flows.data import SessionData
from modera_bot.db.users import User
from modera_bot.style import StylePreferences

#: The key of the wishes in `users.preferences`.
WISHES = "style"


class StylistData(SessionData):
    """`photo_key` is a storage key, `person_at` a point on who is meant in it; `judging` is the
    analysis that the person's next words are about; `offered` is whether the price was said."""

    session_type = "styling"

    photo_key: str | None = None
    person_at: tuple[float, float] | None = None
    judging: str | None = None
    offered: bool = False

    def at_rest(self) -> StylistData:
        """The photo alone, without what belongs to a running job or to waiting for consent."""
        return StylistData(photo_key=self.photo_key, person_at=self.person_at)


def wishes_of(user: User) -> StylePreferences:
    """What a person wished last; nothing if that can't be read any more."""
    try:
        return StylePreferences.model_validate(user.preferences.get(WISHES, {}))
    except ValidationError:
        return StylePreferences()
