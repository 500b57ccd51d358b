"""What is said while a try-on runs and when it is done."""

import math

from telegram import InlineKeyboardMarkup

from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.texts import Markup
from modera_bot.contracts import JobState, JobStatus, Role, TryOnResult
from modera_bot.errors import Code

#: Length of the progress bar in characters.
BAR = 10
#: Estimates are rounded up to this many seconds: a number that jumps about calms nobody.
ETA_STEP_S = 5


def status_text(chat: Chat, status: JobStatus | None) -> Markup:
    """What the status message says; None while the job is not written down yet."""
    if status is None or status.state is JobState.QUEUED:
        position = status.position if status else 0
        lines = [chat.text("status-queued", position=position)]
    else:
        done = round(status.progress * BAR)
        percent = round(100 * done / BAR)
        stage = chat.text(f"stage-{status.stage}") if status.stage else chat.text("stage-reading")
        bar = f"{'▓' * done}{'░' * (BAR - done)} {percent}%"
        lines = [chat.text("status-running", stage=stage), Markup(bar)]
    if status is not None and status.eta_seconds is not None:
        lines.append(_eta(chat, status.eta_seconds))
    return Markup("\n".join(lines))


def status_keyboard(chat: Chat, data: TryOnData) -> InlineKeyboardMarkup:
    """What can be done about a running try-on."""
    swap = bool(data.swappable)
    return keyboards.processing(chat, data.correctable, data.category, swap=swap)


def _eta(chat: Chat, seconds: float) -> Markup:
    if seconds > 90:
        return chat.text("status-eta-minutes", minutes=math.ceil(seconds / 60))
    steps = max(1, math.ceil(seconds / ETA_STEP_S))
    return chat.text("status-eta-seconds", seconds=steps * ETA_STEP_S)


def wanted(chat: Chat, data: TryOnData) -> Markup:
    """What to send next."""
    if data.missing is None:
        return chat.text("tryon-wanted-another")
    if data.missing is Role.PERSON:
        return chat.text("tryon-wanted-person")
    return chat.text("tryon-wanted-garment" if data.known else "tryon-wanted-both")


def result_caption(chat: Chat, result: TryOnResult) -> Markup:
    """The honest caption of a result: made by a program, a draft or not, what to know of it."""
    lines = [chat.text("result-label-draft" if result.draft else "result-label")]
    lines += [chat.text(f"notice-{_dashed(notice)}") for notice in result.notices]
    return Markup("\n".join(lines))


def error_text(chat: Chat, code: Code, reference: str = "–") -> Markup:
    """What happened and what would help; `reference` is what to name when asking for help."""
    return chat.text(f"error-{_dashed(code)}", id=reference)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
