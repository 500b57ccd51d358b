"""What a try-on session knows: the shape of `fashion_sessions.input_data`."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from telegram import Message
from telegram.constants import MessageEntityType

from modera_bot.contracts import Category, GarmentRef, Role, Wire
from modera_bot.db.sessions import Session

log = logging.getLogger(__name__)


class Upload(Wire):
    """A photo in the chat, or behind a link in it, that has not been fetched.

    `size` is in bytes, None if untold; `link` stands in the place of Telegram's `file_id`.
    """

    message_id: int
    file_id: str
    unique_id: str
    size: int | None
    link: str | None = None

    @classmethod
    def of(cls, message: Message) -> Upload | None:
        """The photo of a message, sent as a photo, as a file or as a link."""
        file = message.photo[-1] if message.photo else message.document
        if file is None:
            link = link_in(message)
            if link is None:
                return None
            return cls(
                message_id=message.message_id, file_id="", unique_id=link, size=None, link=link
            )
        return cls(
            message_id=message.message_id,
            file_id=file.file_id,
            unique_id=file.file_unique_id,
            size=file.file_size,
        )


def link_in(message: Message) -> str | None:
    """The first address of a web page or picture that a text names."""
    for entity in message.entities:
        if entity.type == MessageEntityType.TEXT_LINK:
            return entity.url
        if entity.type == MessageEntityType.URL:
            address = message.parse_entity(entity)
            return address if "://" in address else f"https://{address}"
    return None


class TryOnData(Wire):
    """Keys are storage keys. `also_key` is a second garment, worn together with the first.

    `swappable` tells that each of the two photos could be what the other is. `uploads` wait for
    the person's consent. `person_at` is a point (x, y in shares of the
    photo) on who is meant, where several people are in it.

    `language` is what was spoken when the job was submitted, for those who never chose.
    """

    person_key: str | None = None
    person_at: tuple[float, float] | None = None
    garment_key: str | None = None
    category: Category | None = None
    also_key: str | None = None
    also_category: Category | None = None
    swappable: bool | None = None
    uploads: tuple[Upload, ...] = ()
    job_id: str | None = None
    status_message_id: int | None = None
    preview_message_id: int | None = None
    preview_forming: bool | None = None  # it shows half a picture, which is to stay with nobody
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
        kept = self.model_copy(update={"garment_key": key, "category": category})
        if kept.person_key == key:  # it was taken for the person
            kept = kept.without(Role.PERSON)
        return kept.without_second()

    def with_second(self, key: str, category: Category) -> TryOnData:
        """The same with a garment to be worn with the first one."""
        return self.model_copy(update={"also_key": key, "also_category": category})

    def without_second(self) -> TryOnData:
        """The same with one garment at most."""
        return self.model_copy(update={"also_key": None, "also_category": None})

    def swapped(self, category: Category | None) -> TryOnData:
        """The same with the photos in each other's role; the new garment is of `category`."""
        changes = {"person_key": self.garment_key, "garment_key": self.person_key}
        return self.model_copy(update=changes | {"person_at": None, "category": category})

    @property
    def correctable(self) -> str | None:
        """The garment whose kind can be corrected; those of a look fit together as they are."""
        return None if self.also_key else self.garment_key

    @property
    def garments(self) -> tuple[GarmentRef, ...]:
        """The garments to be tried on."""
        both = ((self.garment_key, self.category), (self.also_key, self.also_category))
        return tuple(GarmentRef(key=key, category=kind) for key, kind in both if key)

    def with_person(self, key: str, at: tuple[float, float] | None) -> TryOnData:
        """The same with another photo of a person, of whom it may show where they are."""
        kept = self.without(Role.GARMENT) if self.garment_key == key else self
        return kept.model_copy(update={"person_key": key, "person_at": at})

    def without(self, *roles: Role) -> TryOnData:
        """The same with the photos of some roles forgotten."""
        update: dict[str, Any] = {}
        if Role.PERSON in roles:
            update |= {"person_key": None, "person_at": None}
        if Role.GARMENT in roles:
            update |= {"garment_key": None, "category": None}
            update |= {"also_key": None, "also_category": None}
        return self.model_copy(update=update)

    def at_rest(self) -> TryOnData:
        """The photos alone, without what belongs to a running job or to waiting for consent."""
        return TryOnData(
            person_key=self.person_key,
            person_at=self.person_at,
            garment_key=self.garment_key,
            category=self.category,
            also_key=self.also_key,
            also_category=self.also_category,
        )

    def stored(self) -> dict[str, Any]:
        """Everything, JSON-safe; None where a key is to be forgotten."""
        return self.model_dump(mode="json")
