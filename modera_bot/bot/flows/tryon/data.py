"""What a try-on session knows: the shape of `fashion_sessions.input_data`."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from telegram import Message

from modera_bot.contracts import Category, Role, Wire
from modera_bot.db.sessions import Session

log = logging.getLogger(__name__)


class Upload(Wire):
    """A photo in the chat that has not been fetched; `size` is in bytes, None if untold."""

    message_id: int
    file_id: str
    unique_id: str
    size: int | None

    @classmethod
    def of(cls, message: Message) -> Upload | None:
        """The photo of a message, sent as a photo or as a file."""
        file = message.photo[-1] if message.photo else message.document
        if file is None:
            return None
        return cls(
            message_id=message.message_id,
            file_id=file.file_id,
            unique_id=file.file_unique_id,
            size=file.file_size,
        )


class TryOnData(Wire):
    """Keys are storage keys. `uploads` wait for the person's consent. `person_at` is a point (x, y
    in shares of the photo) on who is meant, where several people are in it.

    `language` is what was spoken when the job was submitted, for those who never chose.
    """

    person_key: str | None = None
    person_at: tuple[float, float] | None = None
    garment_key: str | None = None
    category: Category | None = None
    uploads: tuple[Upload, ...] = ()
    job_id: str | None = None
    status_message_id: int | None = None
    preview_message_id: int | None = None
    preview_forming: bool = False  # it shows half a picture, which is to stay with nobody
    submitted_at: datetime | None = None
    language: str | None = None

    @classmethod
    def of(cls, session: Session | None) -> TryOnData:
        """What a session knows; nothing, in the menu or in another kind of session."""
        if session is None or session.session_type != "tryon":
            return cls()
        try:
            return cls.model_validate(session.input_data)
        except ValidationError:  # another version's; the person sends the photos once more
            log.exception("session %s can't be read", session.id)
            return cls()

    @property
    def known(self) -> frozenset[Role]:
        """Roles for which there is a photo."""
        keys = {Role.PERSON: self.person_key, Role.GARMENT: self.garment_key}
        return frozenset(role for role, key in keys.items() if key)

    @property
    def missing(self) -> Role | None:
        """The photo to ask for next; the garment first. None: both are there."""
        if not self.garment_key:
            return Role.GARMENT
        return None if self.person_key else Role.PERSON

    def with_photo(self, role: Role, key: str, category: Category | None = None) -> TryOnData:
        """The same with another photo in a role."""
        if role is Role.PERSON:
            return self.with_person(key, None)
        return self.model_copy(update={"garment_key": key, "category": category})

    def with_person(self, key: str, at: tuple[float, float] | None) -> TryOnData:
        """The same with another photo of a person, of whom it may show where they are."""
        return self.model_copy(update={"person_key": key, "person_at": at})

    def without(self, *roles: Role) -> TryOnData:
        """The same with the photos of some roles forgotten."""
        update: dict[str, Any] = {}
        if Role.PERSON in roles:
            update |= {"person_key": None, "person_at": None}
        if Role.GARMENT in roles:
            update |= {"garment_key": None, "category": None}
        return self.model_copy(update=update)

    def at_rest(self) -> TryOnData:
        """The photos alone, without what belongs to a running job or to waiting for consent."""
        return TryOnData(
            person_key=self.person_key,
            person_at=self.person_at,
            garment_key=self.garment_key,
            category=self.category,
        )

    def stored(self) -> dict[str, Any]:
        """Everything, JSON-safe; None where a key is to be forgotten."""
        return self.model_dump(mode="json")
