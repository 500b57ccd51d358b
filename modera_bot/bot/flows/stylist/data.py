"""What a stylist's session knows: the shape of `fashion_sessions.input_data`."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from modera_bot.bot.flows.tryon.data import Upload
from modera_bot.contracts import Wire
from modera_bot.db.sessions import Session
from modera_bot.db.users import User
from modera_bot.style import StylePreferences

log = logging.getLogger(__name__)

#: The key of the wishes in `users.preferences`.
WISHES = "style"


class StylistData(Wire):
    """`photo_key` is a storage key, `person_at` a point on who is meant in it. `uploads` wait
    for the person's consent. `language` is what was spoken when the job was submitted."""

    photo_key: str | None = None
    person_at: tuple[float, float] | None = None
    uploads: tuple[Upload, ...] = ()
    job_id: str | None = None
    status_message_id: int | None = None
    submitted_at: datetime | None = None
    language: str | None = None

    @classmethod
    def of(cls, session: Session | None) -> StylistData:
        """What a session knows; nothing, in the menu or in another kind of session."""
        if session is None or session.session_type != "styling":
            return cls()
        try:
            return cls.model_validate(session.input_data)
        except ValidationError:  # another version's; the person sends the photo once more
            log.exception("session %s can't be read", session.id)
            return cls()

    def at_rest(self) -> StylistData:
        """The photo alone, without what belongs to a running job or to waiting for consent."""
        return StylistData(photo_key=self.photo_key, person_at=self.person_at)

    def stored(self) -> dict[str, Any]:
        """Everything, JSON-safe; None where a key is to be forgotten."""
        return self.model_dump(mode="json")


def wishes_of(user: User) -> StylePreferences:
    """What a person wished last; nothing if that can't be read any more."""
    try:
        return StylePreferences.model_validate(user.preferences.get(WISHES, {}))
    except ValidationError:
        return StylePreferences()
