"""The person decides: what a photo is for, what kind a garment is, to try again, to stop."""

from sqlalchemy import Connection
from telegram import Update
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards, screen
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows.states import State
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.intake import confirm, confirmation
from modera_bot.bot.flows.tryon.submission import resubmit, submit, wait
from modera_bot.bot.flows.tryon.wording import error_text, wanted
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Category, JobState, Role
from modera_bot.db import pictures, sessions

WAITING = (State.TRYON_WAITING_CLOTHING, State.TRYON_WAITING_PERSON)


async def choose_role(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:role:<photo>:<role>`: the answer to what a photo shows."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    _, _, photo, value = pressed(update)
    key, role = keyboards.photo_key(turn.user.id, photo), Role(value)
    if key == (data.person_key if role is Role.PERSON else data.garment_key):
        await answer(turn)  # a second tap
        return
    if turn.state == State.TRYON_PROCESSING:
        await alert(turn, "alert-busy")
        return
    row = await turn.services.database.run(pictures.get, key)
    if row is None or row.report is None:
        await alert(turn, "alert-photo-gone")
        return
    await answer(turn)
    chat, data = Chat.of(turn), data.at_rest()
    fault = row.report.fault(role)
    if fault is not None:
        text = Markup(f"{error_text(chat, fault)}\n\n{wanted(chat, data)}")
        await screen.show(turn, text)
        await turn.commit(wait, turn, data)
        return
    data = data.with_photo(role, key, row.report.category)
    await screen.show(turn, chat.text(f"tryon-chosen-{role}"))
    if data.missing is None:
        await submit(turn, data)
    else:
        await confirm(chat, data)
        await turn.commit(wait, turn, data)


async def choose_category(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:kind:<photo>:<category>`: correct the kind of the present garment."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    _, _, photo, value = pressed(update)
    running = turn.state == State.TRYON_PROCESSING
    if data.garment_key != keyboards.photo_key(turn.user.id, photo) or not (
        running or turn.state in WAITING
    ):
        await alert(turn, "alert-stale")
    elif value == data.category:
        await answer(turn)
    elif running and not await stop(turn, data):
        await alert(turn, "alert-too-late")
    elif value == keyboards.OTHER:
        await _turn_down(turn, data)
    else:
        await answer(turn)
        await _correct(turn, data.model_copy(update={"category": Category(value)}))


async def _turn_down(turn: Turn, data: TryOnData) -> None:
    """Neither of the kinds: say plainly what is not supported, and wait for another garment."""
    await answer(turn)
    chat = Chat.of(turn)
    await screen.show(turn, chat.text("tryon-unsupported"))
    await turn.commit(wait, turn, data.without(Role.GARMENT))


async def _correct(turn: Turn, data: TryOnData) -> None:
    chat = Chat.of(turn)
    if turn.state == State.TRYON_PROCESSING:
        await resubmit(turn, data)
    elif data.missing is None:
        await submit(turn, data)
    else:
        await screen.show(turn, *confirmation(chat, data))
        await turn.commit(wait, turn, data)


async def retry(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:retry`: the same photos once more."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    if turn.state == State.TRYON_PROCESSING:
        await alert(turn, "alert-busy")
    elif turn.state not in WAITING or data.missing is not None:
        await alert(turn, "alert-stale")
    else:
        await answer(turn)
        assert update.effective_message is not None
        await Chat.of(turn).edit_keyboard(update.effective_message.message_id)
        await submit(turn, data)


async def cancel(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """/cancel and `tryon:cancel`: stop whatever goes on, in any state."""
    turn, session = current.get(), current.get().session
    chat, data = Chat.of(turn), TryOnData.of(session)
    button = update.callback_query is not None
    if session is None:
        if button:
            await alert(turn, "alert-stale")
        else:
            await chat.send(chat.text("cancel-nothing"), keyboards.start(chat))
    elif turn.state == State.TRYON_PROCESSING and not await stop(turn, data):
        if button:
            await alert(turn, "alert-too-late")
        else:
            await chat.send(chat.text("cancel-too-late"))
    else:
        if button:
            await answer(turn)
        if data.status_message_id is not None:
            await chat.delete(data.status_message_id)
        await chat.send(chat.text("cancel-done"), keyboards.start(chat))
        status = "completed" if turn.state == State.TRYON_RESULT else "cancelled"
        await turn.commit(lambda connection: sessions.close(connection, session.id, status))


async def stop(turn: Turn, data: TryOnData) -> bool:
    """Stop the running job; False when it has ended and its outcome is on its way.

    In a transaction of its own, so that the person is told the truth; doing it again after a
    crash gives the same answer.
    """

    def cancel(connection: Connection) -> bool:
        if data.job_id is None or turn.services.jobs.cancel(connection, data.job_id):
            return True
        status = turn.services.jobs.status(connection, data.job_id)
        return status is None or status.state is JobState.CANCELLED

    return await turn.services.database.run(cancel)


def pressed(update: Update) -> list[str]:
    """The parts of the pressed button's callback data; their number is the pattern's business."""
    assert update.callback_query is not None
    return (update.callback_query.data or "").split(":")
