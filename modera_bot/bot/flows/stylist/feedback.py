"""👍 and 👎 under an advice, and why: by a button, or in words. The next advice heeds it.

stylist:good:<id>
stylist:bad:<id> ──> stylist:why:<id>:<reason>
                 └─> the next words, unless another flow waits for something
"""

from dataclasses import replace

from sqlalchemy import Connection
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ContextTypes
from telegram.ext.filters import UpdateFilter

from modera_bot.bot import keyboards, screen
from modera_bot.bot.chat import Chat, alert, answer, toast
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.stylist import wording
from modera_bot.bot.flows.stylist.data import StylistData
from modera_bot.bot.flows.stylist.results import Press, keyboard, on_advice
from modera_bot.bot.flows.stylist.submission import enter
from modera_bot.bot.screen import Rows
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import current
from modera_bot.db import analyses, sessions
from modera_bot.style import LONGEST_WORDS, Complaint, Feedback

#: Where no flow waits for anything, so that words can be the reason.
QUIET = (State.DEFAULT, State.STYLIST_RESULTS)


class Explaining(UpdateFilter):
    """Lets updates through of somebody who was asked why an advice did not please."""

    __slots__ = ()

    def filter(self, update: Update) -> bool:
        turn = current.get()
        if turn.state != State.STYLIST_RESULTS:
            return False
        return StylistData.of(turn.session).judging is not None


@on_advice
async def praise(press: Press) -> None:
    """👍"""
    await toast(press.turn, "alert-praised")
    await _tick(press, good=True)

    def note(connection: Connection) -> None:
        _judge(connection, press, Feedback(good=True))
        session = press.turn.session
        if session is not None and StylistData.of(session).judging == press.analysis.id:
            # their next words are no complaint any more
            sessions.move(connection, session.id, session.state, judging=None)

    await press.turn.commit(note)


@on_advice
async def ask_why(press: Press) -> None:
    """👎: noted at once; the reason is asked."""
    await answer(press.turn)
    text, quiet = press.chat.text("stylist-why"), press.turn.state in QUIET
    if quiet:
        text = Markup(f"{text} {press.chat.text('stylist-why-words')}")
    await press.chat.send(text, wording.complaints(press.chat, press.analysis.id))
    await _tick(press, good=False)

    def note(connection: Connection) -> None:
        _judge(connection, press, Feedback(good=False))
        if quiet:
            _listen(connection, press)

    await press.turn.commit(note)


def _listen(connection: Connection, press: Press) -> None:
    """Take the person's next words for the reason."""
    turn, judging = press.turn, press.analysis.id
    if turn.session is None:
        enter(connection, turn, State.STYLIST_RESULTS, StylistData(judging=judging))
    else:
        sessions.move(connection, turn.session.id, State.STYLIST_RESULTS, judging=judging)


@on_advice
async def complain(press: Press) -> None:
    """Why it did not please, by a button."""
    if press.value not in {*Complaint}:
        await alert(press.turn, "alert-stale")
        return
    await answer(press.turn)
    again = _again(press.chat, press.analysis.id)
    await screen.show(press.turn, press.chat.text("stylist-complaint-noted"), again)
    words = press.analysis.feedback.words if press.analysis.feedback else None
    feedback = Feedback(good=False, why=(Complaint(press.value),), words=words)
    await press.turn.commit(_judge, press, feedback)


async def explain(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Why it did not please, in words."""
    turn = current.get()
    chat, judging = Chat.of(turn), StylistData.of(turn.session).judging
    assert judging is not None
    assert turn.session is not None
    session_id, words = turn.session.id, (turn.album[0].text or "").strip()[:LONGEST_WORDS]
    analysis = await turn.services.database.run(analyses.get, judging, turn.user.id)
    if analysis is None:  # deleted meanwhile
        await chat.send(chat.text("stylist-gone"), keyboards.start(chat))
    else:
        again = InlineKeyboardMarkup(_again(chat, judging))
        await chat.send(chat.text("stylist-complaint-noted"), again)

    def note(connection: Connection) -> None:
        if analysis is not None:
            why = analysis.feedback.why if analysis.feedback else ()
            feedback = Feedback(good=False, why=why, words=words)
            analyses.judge(connection, judging, turn.user.id, feedback)
        sessions.move(connection, session_id, State.STYLIST_RESULTS, judging=None)

    await turn.commit(note)


def _again(chat: Chat, analysis_id: str) -> Rows:
    data = f"stylist:redo:{analysis_id}"
    return [[InlineKeyboardButton(chat.text("button-stylist-again"), callback_data=data)]]


async def _tick(press: Press, *, good: bool) -> None:
    """Tick the pressed thumb."""
    message = press.turn.update.effective_message
    judged = replace(press.analysis, feedback=Feedback(good=good))
    if message is not None:
        await press.chat.edit_keyboard(message.message_id, keyboard(press.chat, judged))


def _judge(connection: Connection, press: Press, feedback: Feedback) -> None:
    analyses.judge(connection, press.analysis.id, press.turn.user.id, feedback)
