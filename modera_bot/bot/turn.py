"""One update and all that its handler needs.

Handlers send first and commit last, once: the commit also marks the update as handled. A
process that dies before the commit gets the update again at its next start, so nothing is
lost, and a message can repeat only if we died between Telegram's answer and our commit.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from telegram import Bot, Message, Update

from modera_bot.bot.texts import Argument, Markup, Texts
from modera_bot.config import Settings
from modera_bot.contracts import Category, Credits, FitJudge, Inspector, Payments, Quality
from modera_bot.db import Database, inbox, sessions, users
from modera_bot.db.schema import now
from modera_bot.db.sessions import Session
from modera_bot.db.users import User
from modera_bot.errors import Code, StorageError
from modera_bot.jobs import Jobs
from modera_bot.marking import Marker
from modera_bot.pool import PicturePool
from modera_bot.storage import Storage

P = ParamSpec("P")
T = TypeVar("T")

#: For this share of the time until it ends a session counts as just touched.
FRESH = 1 / 100


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root hands to the bot; `categories` is what its backends can do.

    `levels` tells that some of them work harder for a better quality, `looks` that some put on
    two garments at once.
    `drawing` are the threads that wait for picture processes; `marker` says of results that
    they were made with AI.
    """

    settings: Settings
    database: Database
    storage: Storage
    pool: PicturePool
    jobs: Jobs
    credits: Credits
    payments: Payments
    inspector: Inspector
    texts: Texts
    categories: frozenset[Category]
    levels: bool
    looks: bool
    drawing: Executor
    marker: Marker
    fit: FitJudge | None = None  # None: nobody judges the fit

    async def draw(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do picture work off the event loop.

        It has threads of its own: in the common ones, fetching a finished picture would wait
        behind all the photos that are being looked at.
        """
        work = partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.drawing, work)

    async def picture(self, key: str) -> bytes | None:
        """A picture from storage, None if it has been deleted. Raises StorageError."""
        try:
            return await asyncio.to_thread(self.storage.get, key)
        except StorageError as error:
            if error.code is not Code.PICTURE_GONE:
                raise
            return None


@dataclass(slots=True)
class Turn:
    """An update of one person, with the person and the session they are in.

    `album` holds the messages of an album in order; for any other message just that one.
    """

    services: Services
    bot: Bot
    update: Update
    user: User
    session: Session | None
    album: tuple[Message, ...] = ()
    update_ids: tuple[int, ...] = ()
    committed: bool = field(default=False)

    @property
    def state(self) -> str:
        """State of the flow, "default" for the menu."""
        return self.session.state if self.session else "default"

    @property
    def language(self) -> str:
        """The person's choice, or what their Telegram speaks until they have chosen."""
        return self.services.texts.supported(self.user.language_code or self._client_language)

    @property
    def quality(self) -> Quality:
        """How much time the person's pictures may take; where that changes nothing, little."""
        chosen = self.user.preferences.get("quality")
        return Quality(chosen) if chosen and self.services.levels else Quality.STANDARD

    def text(self, key: str, **arguments: Argument) -> Markup:
        """A text in the person's language."""
        return self.services.texts.get(self.language, key, **arguments)

    @property
    def _client_language(self) -> str:
        sender = self.update.effective_user
        return (sender.language_code if sender else None) or "en"

    async def commit(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` and mark the update handled, in one transaction."""

        def call(connection: Connection) -> T:
            result = function(connection, *args, **kwargs)
            inbox.handled(connection, self.bot.id, self.update_ids)
            return result

        result = await self.services.database.run(call)
        self.committed = True
        return result

    async def defer(self) -> None:
        """Leave the update unhandled in the inbox, for whoever runs it again."""
        self.committed = True
        await self.services.database.run(inbox.begun, self.bot.id, self.update_ids, by=-1)

    async def finish(self) -> None:
        """Mark the update handled if no commit has done so."""
        if not self.committed:
            await self.commit(lambda connection: None)


#: The turn being handled by this task; filters on the state of the flow read it.
current: ContextVar[Turn] = ContextVar("current")


def open_turn(
    connection: Connection,
    services: Services,
    bot: Bot,
    update: Update,
    album: tuple[tuple[int, Message], ...],
) -> Turn:
    """Find the person behind an update, who must have one, and where they are."""
    sender = update.effective_user
    assert sender is not None
    user = users.remember(
        connection,
        sender.id,
        first_name=sender.first_name,
        last_name=sender.last_name,
        username=sender.username,
    )
    session = sessions.active(connection, user.id)
    if session is not None:  # whatever they do, they are not idle, also while it is worked on
        idle = timedelta(minutes=services.settings.limits.idle_minutes)
        if now() - session.updated_at > FRESH * idle:
            sessions.touch(connection, session.id)
    message = update.effective_message
    messages = tuple(part for _, part in album) or (
        (message,) if isinstance(message, Message) else ()
    )
    update_ids = tuple(update_id for update_id, _ in album) or (update.update_id,)
    inbox.begun(connection, bot.id, update_ids)
    return Turn(
        services,
        bot,
        update,
        user,
        session,
        album=messages,
        update_ids=update_ids,
    )
