"""What a person can look at again: try-ons and style cards, as long as their picture is kept."""

from sqlalchemy import Connection

from modera_bot.db import analyses, pictures, tryons
from modera_bot.db.analyses import Analysis
from modera_bot.db.tryons import Tryon

Piece = Tryon | Analysis


def kept(connection: Connection, user_id: int) -> list[Piece]:
    """A person's try-ons and pieces of advice whose picture is kept, newest first."""
    found: list[Piece] = [*tryons.kept(connection, user_id), *analyses.kept(connection, user_id)]
    return sorted(found, key=lambda piece: piece.created_at, reverse=True)


def key_of(piece: Piece) -> str:
    """Storage key of the picture of a piece that is kept."""
    key = piece.result_key if isinstance(piece, Tryon) else piece.card_key
    assert key is not None
    return key


def forget(connection: Connection, key: str) -> None:
    """Note that a picture is no longer in storage, whatever it was."""
    pictures.remove(connection, key)
    tryons.forget_key(connection, key)
    analyses.forget_key(connection, key)


def delete(connection: Connection, piece: Piece) -> None:
    """Forget a piece whose picture has been removed; of an advice nothing else is left either."""
    forget(connection, key_of(piece))
    if isinstance(piece, Analysis):
        analyses.remove(connection, piece.id)
