"""Consent to photos going to a provider: one row for each, given, declined or withdrawn."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from modera_bot.db import users
from modera_bot.db.schema import consents, now

#: Number of the text that names the providers.
VERSION = "1"


def purpose(provider: str) -> str:
    return f"to:{provider}"


def undecided(connection: Connection, user_id: int, providers: Iterable[str]) -> bool:
    """Whether there is a provider that the person has neither agreed to nor declined."""
    wanted = {purpose(provider) for provider in providers}
    if not wanted:
        return False
    query = select(consents.c.purpose).where(
        consents.c.user_id == user_id, consents.c.version == VERSION
    )
    return bool(wanted - set(connection.execute(query).scalars()))


def agreed(connection: Connection, user_id: int, providers: Iterable[str]) -> set[str]:
    """The providers that the person's photos may go to."""
    return {
        provider
        for provider in providers
        if users.has_consent(connection, user_id, purpose(provider), VERSION)
    }


def decide(
    connection: Connection, user_id: int, providers: Iterable[str], language: str, *, yes: bool
) -> None:
    """Write down what the person has decided for all of these."""
    for provider in providers:
        users.give_consent(connection, user_id, purpose(provider), VERSION, language)
        if not yes:
            users.withdraw_consent(connection, user_id, purpose(provider))


def withdraw_all(connection: Connection, user_id: int) -> None:
    """Take every consent of a person back."""
    held = consents.update().where(consents.c.user_id == user_id, consents.c.withdrawn_at.is_(None))
    connection.execute(held.values(withdrawn_at=now()))
