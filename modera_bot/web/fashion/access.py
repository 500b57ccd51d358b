"""Whom a caller may act for, and which pictures are that person's."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from modera_bot.bot.flows import consent
from modera_bot.bot.turn import Services
from modera_bot.db import pictures, users
from modera_bot.db.pictures import PictureRow
from modera_bot.db.schema import now
from modera_bot.errors import Code, StorageError
from modera_bot.storage.base import is_key
from modera_bot.web.errors import ApiError, Fault

P = ParamSpec("P")
T = TypeVar("T")


def ensure_consent(connection: Connection, services: Services, user_id: int) -> None:
    """Raise ApiError unless there is such a person and they agree to the present terms."""
    if users.by_id(connection, user_id) is None:
        raise ApiError(Fault.NOT_FOUND)
    terms = consent.version(services.settings)
    if not users.has_consent(connection, user_id, consent.PURPOSE, terms):
        raise ApiError(Fault.CONSENT_REQUIRED)


async def begin_once(
    services: Services,
    function: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run `function(connection, …)`, again if the same request came twice at once and the other
    was quicker: then it finds what that has written."""
    try:
        return await services.database.run(function, *args, **kwargs)
    except IntegrityError:
        return await services.database.run(function, *args, **kwargs)


def own_picture(
    connection: Connection, services: Services, user_id: int, image_url: str
) -> PictureRow:
    """The person's picture behind a storage key or a signed address.

    Raises StorageError(PICTURE_GONE) for everything else, somebody else's too.
    """
    key = image_url if is_key(image_url) else services.storage.key_of(image_url)
    picture = None if key is None else pictures.get(connection, key)
    if picture is None or picture.user_id != user_id or _is_over(picture):
        raise StorageError(Code.PICTURE_GONE, f"asked for user {user_id}", True)
    return picture


def _is_over(picture: PictureRow) -> bool:
    return picture.expires_at is not None and picture.expires_at < now()
