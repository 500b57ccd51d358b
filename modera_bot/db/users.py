"""The people who talk to the bot. The only place that knows their Telegram ids and names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from modera_bot.db.once import InsertOnce
from modera_bot.db.schema import consents, now, users

#: Key in `preferences`: the id of whose link brought the person here.
INVITED_BY = "invited_by"

# What an update needs is built once: building a statement costs as much as running it.
_KNOWN = (
    users.c.id,
    users.c.telegram_id,
    users.c.first_name,
    users.c.last_name,
    users.c.username,
    users.c.language_code,
    users.c.preferences,
)
_BY_ID = select(*_KNOWN).where(users.c.id == bindparam("id"))
_BY_TELEGRAM_ID = select(*_KNOWN).where(users.c.telegram_id == bindparam("telegram_id"))
_NEWCOMER = InsertOnce(users, ["telegram_id"], *_KNOWN)
_SPEAKS = (
    users.update().where(users.c.id == bindparam("user")).values(language_code=bindparam("code"))
)
_CONSENT = (
    consents.c.user_id == bindparam("user"),
    consents.c.purpose == bindparam("what"),
    consents.c.version == bindparam("text"),
)
_AGREE = consents.insert()
_AGREE_AGAIN = consents.update().where(*_CONSENT)
_AGREED = select(consents.c.id).where(*_CONSENT, consents.c.withdrawn_at.is_(None))


@dataclass(frozen=True, slots=True)
class User:
    id: int
    telegram_id: int
    first_name: str
    language_code: str | None  # None until the person has chosen
    preferences: dict[str, Any]


def by_telegram_id(connection: Connection, telegram_id: int) -> User | None:
    row = connection.execute(_BY_TELEGRAM_ID, {"telegram_id": telegram_id}).one_or_none()
    return None if row is None else _user(row)


def by_id(connection: Connection, user_id: int) -> User | None:
    row = connection.execute(_BY_ID, {"id": user_id}).one_or_none()
    return None if row is None else _user(row)


def by_ids(connection: Connection, user_ids: Collection[int]) -> dict[int, User]:
    """The people with these ids, those that there are."""
    query = select(*_KNOWN).where(users.c.id.in_(list(user_ids)))
    return {row.id: _user(row) for row in connection.execute(query)}


def _user(row: Any) -> User:
    return User(
        row.id, row.telegram_id, row.first_name or "", row.language_code, dict(row.preferences)
    )


def remember(
    connection: Connection,
    telegram_id: int,
    *,
    first_name: str,
    last_name: str | None,
    username: str | None,
) -> User:
    """The person with this Telegram id, made or brought up to date."""
    names = {"first_name": first_name, "last_name": last_name, "username": username}
    row = connection.execute(_BY_TELEGRAM_ID, {"telegram_id": telegram_id}).one_or_none()
    if row is None:
        newcomer = {"telegram_id": telegram_id, **names}
        made = _NEWCOMER.execute(connection, newcomer).one_or_none()
        if made is not None:  # else another process was quicker
            return _user(made)
    elif all(getattr(row, name) == value for name, value in names.items()):
        return _user(row)
    else:
        connection.execute(users.update().where(users.c.id == row.id).values(**names))
    user = by_telegram_id(connection, telegram_id)
    assert user is not None
    return user


def member_since(connection: Connection, user_id: int) -> datetime:
    """When the person first spoke to the bot."""
    query = select(users.c.created_at).where(users.c.id == user_id)
    since: datetime = connection.execute(query).scalar_one()
    return since


def invited(connection: Connection, user_id: int) -> int:
    """How many people came by this person's link."""
    inviter = users.c.preferences[INVITED_BY].as_integer()
    query = select(func.count()).select_from(users).where(inviter == user_id)
    return int(connection.execute(query).scalar_one())


def note_inviter(connection: Connection, user_id: int, inviter_id: int) -> None:
    """Remember by whose link a newcomer came; the first one stays, one's own doesn't count."""
    user = by_id(connection, user_id)
    if user is None or INVITED_BY in user.preferences or inviter_id == user_id:
        return
    if by_id(connection, inviter_id) is not None:
        set_preference(connection, user_id, INVITED_BY, inviter_id)


def set_language(connection: Connection, user_id: int, language_code: str) -> None:
    connection.execute(_SPEAKS, {"user": user_id, "code": language_code})


def set_preference(connection: Connection, user_id: int, name: str, value: Any) -> None:
    """Change one of the person's settings."""
    user = by_id(connection, user_id)
    if user is not None:
        changed = {**user.preferences, name: value}
        connection.execute(users.update().where(users.c.id == user_id).values(preferences=changed))


def set_style_profile(connection: Connection, user_id: int, profile: dict[str, Any]) -> None:
    """Keep a style profile as the person's own."""
    connection.execute(users.update().where(users.c.id == user_id).values(style_profile=profile))


def has_consent(connection: Connection, user_id: int, purpose: str, version: str) -> bool:
    """Whether the person agreed to exactly this version of a text and has not withdrawn."""
    asked = {"user": user_id, "what": purpose, "text": version}
    return connection.execute(_AGREED, asked).first() is not None


def give_consent(
    connection: Connection, user_id: int, purpose: str, version: str, language_code: str
) -> None:
    """Record that the person agreed to a version of a text, in the language they read it in."""
    values = {"language_code": language_code, "given_at": now(), "withdrawn_at": None}
    known = {"user": user_id, "what": purpose, "text": version}
    if connection.execute(_AGREE_AGAIN, known | values).rowcount == 0:
        row = {"user_id": user_id, "purpose": purpose, "version": version}
        connection.execute(_AGREE, row | values)


def withdraw_consent(connection: Connection, user_id: int, purpose: str) -> None:
    connection.execute(
        update(consents)
        .where(
            consents.c.user_id == user_id,
            consents.c.purpose == purpose,
            consents.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
    )
