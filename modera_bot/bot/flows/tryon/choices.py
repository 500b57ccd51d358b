"""The person decides: what a photo is for, what kind a garment is, to try again, to stop."""

from telegram import Update
from telegram.ext import ContextTypes

from modera_bot.bot import keyboards, screen
from modera_bot.bot.chat import Chat, alert, answer
from modera_bot.bot.flows import menu
from modera_bot.bot.flows.states import PROCESSING, State
from modera_bot.bot.flows.tryon import photos, who
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.intake import go_on
from modera_bot.bot.flows.tryon.preview import tidy_up
from modera_bot.bot.flows.tryon.submission import WAITING, resubmit, stop, usable, wait
from modera_bot.bot.flows.tryon.wording import error_text, status_keyboard, status_text, wanted
from modera_bot.bot.texts import Markup
from modera_bot.bot.turn import Turn, current
from modera_bot.contracts import Category, Role
from modera_bot.db import pictures, sessions

WAITING_STATES = frozenset(WAITING.values())


async def choose_role(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:role:<photo>:<role>`: the answer to what a photo shows."""
    turn = current.get()
    _, _, photo, value = pressed(update)
    await _choose(turn, TryOnData.of(turn.session), photo, Role(value))


async def take_on_file(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:with:<photo>`: a photo of a person that is on file; after a result, a new try-on."""
    turn = current.get()
    _, _, photo = pressed(update)
    done = turn.state == State.TRYON_RESULT
    await _choose(turn, TryOnData() if done else TryOnData.of(turn.session), photo, Role.PERSON)


async def _choose(turn: Turn, data: TryOnData, photo: str, role: Role) -> None:
    key = keyboards.photo_key(turn.user.id, photo)
    if key == (data.person_key if role is Role.PERSON else data.garment_key):
        await answer(turn)  # a second tap
        return
    if turn.state in PROCESSING:
        await alert(turn, "alert-busy")
        return
    row = await turn.services.database.run(pictures.get, key)
    if row is None or row.report is None:
        await alert(turn, "alert-photo-gone")
        return
    await answer(turn)
    chat, data = Chat.of(turn), data.at_rest()
    fault = row.report.fault(role)
    if role is Role.PERSON and who.is_open(row.report):
        await who.ask(turn, key, row.report)
        await turn.commit(wait, turn, data)
        return
    if fault is not None:
        text = Markup(f"{error_text(chat, fault)}\n\n{wanted(chat, usable(turn, data))}")
        await screen.show(turn, text)
        await turn.commit(wait, turn, data)
        return
    await go_on(turn, data.with_photo(role, key, row.report.category))


async def choose_person(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:who:<photo>:<number>`: who of several people is meant."""
    turn, data = current.get(), TryOnData.of(current.get().session).at_rest()
    _, _, photo, number = pressed(update)
    key = keyboards.photo_key(turn.user.id, photo)
    if turn.state in PROCESSING:
        await alert(turn, "alert-busy")
        return
    row = await turn.services.database.run(pictures.get, key)
    if row is None or row.report is None or int(number) > len(row.report.people_at):
        await alert(turn, "alert-photo-gone")
        return
    person, chat = row.report.people_at[int(number) - 1], Chat.of(turn)
    await answer(turn)
    if person.fault is not None:
        await chat.send(error_text(chat, person.fault))
    elif (data.person_key, data.person_at) != (key, person.point):  # else a second tap
        await go_on(turn, data.with_person(key, person.point))


async def choose_category(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:kind:<photo>:<category>`: correct the kind of the present garment."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    _, _, photo, value = pressed(update)
    running = turn.state == State.TRYON_PROCESSING
    if data.correctable != keyboards.photo_key(turn.user.id, photo) or not (
        running or turn.state in WAITING_STATES
    ):
        await alert(turn, "alert-stale")
    elif value == data.category:
        await answer(turn)
    elif value == keyboards.OTHER:
        await (_drop_running if running else _drop)(turn, data)
    else:
        corrected = data.model_copy(update={"category": Category(value)})
        await (_correct_running if running else _correct)(turn, corrected)


async def choose_only(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:only:<photo>`: one of the two garments of a look, without the other."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    _, _, photo = pressed(update)
    key = keyboards.photo_key(turn.user.id, photo)
    chosen = next((garment for garment in data.garments if garment.key == key), None)
    if chosen is None or turn.state not in WAITING_STATES:
        await alert(turn, "alert-stale")
        return
    await answer(turn)
    await go_on(turn, data.at_rest().with_photo(Role.GARMENT, key, chosen.category))


async def swap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:swap`: the garment is the person, and the person shows the garment."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    if turn.state != State.TRYON_PROCESSING or not data.swappable or data.person_key is None:
        await alert(turn, "alert-stale")
        return
    report = await photos.report(turn, data.person_key)
    await _correct_running(turn, data.swapped(report.category if report else None))


async def _drop(turn: Turn, data: TryOnData) -> None:
    """Of no supported kind: say plainly what is not supported, and wait for another garment."""
    await answer(turn)
    await screen.show(turn, turn.text("tryon-unsupported"))
    await turn.commit(wait, turn, data.without(Role.GARMENT))


async def _drop_running(turn: Turn, data: TryOnData) -> None:
    chat, left = Chat.of(turn), data.without(Role.GARMENT)
    if not await stop(turn, data.job_id, lambda connection: wait(connection, turn, left)):
        await alert(turn, "alert-too-late")
        return
    await answer(turn)
    await tidy_up(chat, data)
    await chat.send(chat.text("tryon-unsupported"))


async def _correct(turn: Turn, data: TryOnData) -> None:
    await answer(turn)
    await go_on(turn, data)


async def _correct_running(turn: Turn, data: TryOnData) -> None:
    assert data.status_message_id is not None
    if not await resubmit(turn, data):
        await alert(turn, "alert-too-late")
        return
    await answer(turn)
    chat = Chat.of(turn)
    await chat.edit(data.status_message_id, status_text(chat, None), status_keyboard(chat, data))
    if data.preview_message_id is not None:
        await chat.delete(data.preview_message_id)


async def retry(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`tryon:retry`: the same photos once more."""
    turn, data = current.get(), TryOnData.of(current.get().session)
    if turn.state in PROCESSING:
        await alert(turn, "alert-busy")
    elif turn.state not in WAITING_STATES or data.missing is not None:
        await alert(turn, "alert-stale")
    else:
        await answer(turn)
        await go_on(turn, data)


async def cancel(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """/cancel and `tryon:cancel`: stop whatever goes on, in any state."""
    turn = current.get()
    if turn.session is None:
        await _refuse(turn, "cancel-nothing", "alert-stale")
    elif turn.state == State.TRYON_PROCESSING:
        await _cancel_running(turn, turn.session.id)
    elif turn.state == State.TRYON_RESULT:
        await _refuse(turn, "cancel-nothing", "alert-stale")
        await turn.commit(menu.leave, turn)
    else:
        await answer(turn)
        await _confirm_stop(turn)
        await turn.commit(menu.leave, turn)


async def _cancel_running(turn: Turn, session_id: str) -> None:
    chat, data = Chat.of(turn), TryOnData.of(turn.session)
    if not await stop(
        turn, data.job_id, lambda connection: sessions.close(connection, session_id, "cancelled")
    ):
        await _refuse(turn, "cancel-too-late", "alert-too-late")
        return
    await answer(turn)
    await tidy_up(chat, data)
    await _confirm_stop(turn)


async def _confirm_stop(turn: Turn) -> None:
    chat = Chat.of(turn)
    await chat.send(chat.text("cancel-done"), keyboards.start(chat))


async def _refuse(turn: Turn, key: str, button_key: str) -> None:
    """Say that nothing was stopped: with a message to a command, with an alert to a button."""
    if turn.update.callback_query is None:
        await Chat.of(turn).send(turn.text(key), keyboards.menu(Chat.of(turn)))
    else:
        await alert(turn, button_key)


def pressed(update: Update) -> list[str]:
    """The parts of the pressed button's callback data; their number is the pattern's business."""
    assert update.callback_query is not None
    return (update.callback_query.data or "").split(":")
