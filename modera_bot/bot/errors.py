"""What happens when a handler fails: another try where that may help, else the truth."""

import asyncio
import contextlib
import logging
import secrets
from functools import partial

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from telegram import Message, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat, answer
from modera_bot.bot.ratelimit import seconds_to_wait
from modera_bot.bot.turn import Turn, current
from modera_bot.errors import ModeraError

log = logging.getLogger(__name__)

#: Seconds to wait before each further try of an update that Telegram or the database let down.
PATIENCE_S = (2.0, 5.0, 15.0)
#: Seconds after which an update that was tried again has surely come through.
FORGET_S = 600.0


class ErrorTeller:
    """The application's error handler."""

    def __init__(self, queue: "asyncio.Queue[object]") -> None:
        self._queue = queue
        self._tries: dict[int, int] = {}  # by update id

    async def handle(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Try a turn again that failed for a passing reason, else tell the person of it."""
        error, turn = context.error, current.get(None)
        if isinstance(error, Forbidden):
            log.info("a person has blocked the bot")
        elif turn is None or error is None:
            log.error("an error outside of any turn", exc_info=error)
        elif not (_is_passing(error) and await self._defer(turn, error)):
            await _tell(turn, error)

    async def _defer(self, turn: Turn, error: Exception) -> bool:
        """Queue the turn's updates again; False if that has been done often enough."""
        if turn.committed:
            return False
        first = turn.update_ids[0]
        tries = self._tries.pop(first, 0)
        if tries >= len(PATIENCE_S):
            return False
        self._tries[first] = tries + 1
        asked = seconds_to_wait(error) if isinstance(error, RetryAfter) else 0.0
        wait = max(PATIENCE_S[tries], asked)
        log.warning("an update failed: %s; trying again in %.1f s", type(error).__name__, wait)
        with contextlib.suppress(SQLAlchemyError):  # then it counts as begun once too often
            await turn.defer()
        loop = asyncio.get_running_loop()
        for update in _updates(turn):
            loop.call_later(wait, partial(self._queue.put_nowait, update))
        loop.call_later(wait + FORGET_S, self._forget, first, tries + 1)
        return True

    def _forget(self, update_id: int, tries: int) -> None:
        """Stop counting the tries of an update that has not failed again meanwhile."""
        if self._tries.get(update_id) == tries:
            del self._tries[update_id]


def _is_passing(error: Exception) -> bool:
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, NetworkError | RetryAfter | OperationalError)


def _updates(turn: Turn) -> list[Update]:
    """The updates of a turn; an album came in several."""
    if len(turn.update_ids) == 1:
        return [turn.update]
    parts = zip(turn.update_ids, turn.album, strict=True)
    return [_update(turn, update_id, message) for update_id, message in parts]


def _update(turn: Turn, update_id: int, message: Message) -> Update:
    update = Update(update_id, message=message)
    update.set_bot(turn.bot)
    return update


async def _tell(turn: Turn, error: Exception) -> None:
    """Log an error under a short id and tell the person that id and what to do.

    Neither names nor Telegram ids nor what somebody wrote go into the log.
    """
    chat = Chat.of(turn)
    error_id = secrets.token_hex(3)
    log.error("error %s", error_id, exc_info=error)
    key = error.text_key if isinstance(error, ModeraError) else "error-unexpected"
    try:
        await answer(turn)  # where it failed before that, the button still spins
        await chat.send(chat.text(key, id=error_id), keyboards.menu(chat))
    except TelegramError as trouble:
        log.warning("error %s could not be told: %s", error_id, type(trouble).__name__)
