"""What sessions of all kinds know: the common part of `fashion_sessions.input_data`."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import ValidationError
from sqlalchemy import Connection
from telegram import Message
from telegram.constants import MessageEntityType

from modera_bot.bot.flows.states import FINISHED, State
from modera_bot.contracts import Wire
from modera_bot.db import sessions
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


class SessionData(Wire):
    """`uploads` wait for the person's consent. `language` is what was spoken when the job was
    submitted, for those who never chose.
    """

    session_type: ClassVar[str]

    uploads: tuple[Upload, ...] = ()
    job_id: str | None = None
    status_message_id: int | None = None
    submitted_at: datetime | None = None
    language: str | None = None

    @classmethod
    def of(cls, session: Session | None) -> Self:
        """What a session knows; nothing, in the menu or in another kind of session."""
        if session is None or session.session_type != cls.session_type:
            return cls()
        try:
            return cls.model_validate(session.input_data)
        except ValidationError:  # another version's; the person sends the photos once more
            log.exception("session %s can't be read", session.id)
            return cls()

    def stored(self) -> dict[str, Any]:
        """Everything, JSON-safe; None where a key is to be forgotten."""
        return self.model_dump(mode="json")


def enter(connection: Connection, user_id: int, state: State, data: SessionData) -> str:
    """Bring a person's session of this kind to a state; returns its id.

    It is a new one after a result, or when they were doing something else.
    """
    session, kind = sessions.active(connection, user_id), data.session_type
    if session is not None and (session.session_type != kind or session.state in FINISHED):
        done = session.state in FINISHED
        sessions.close(connection, session.id, "completed" if done else "cancelled")
        session = None
    if session is None:
        return sessions.begin(connection, user_id, kind, state, data.stored()).id
    sessions.change(connection, session, state, data.stored())
    return session.id
