"""What the status message and captions say."""

import pytest

from modera_bot.bot.chat import Chat
from modera_bot.bot.flows.tryon.data import TryOnData
from modera_bot.bot.flows.tryon.failure import GARMENT_FAULTS, PERSON_FAULTS, explain, left_after
from modera_bot.bot.flows.tryon.wording import result_caption, status_text
from modera_bot.bot.texts import Texts
from modera_bot.contracts import (
    Category,
    Failure,
    JobState,
    JobStatus,
    Notice,
    Role,
    Stage,
    TryOnResult,
)
from modera_bot.errors import Code

TEXTS = Texts()
KEPT = TryOnData(
    person_key="users/1/photos/a.jpg",
    garment_key="users/1/photos/b.jpg",
    category=Category.BOTTOMS,
    job_id="j",
    status_message_id=7,
)


def chat(language: str = "en") -> Chat:
    return Chat(None, TEXTS, language, 1)  # type: ignore[arg-type]  # nothing is sent


def running(progress: float, **more: object) -> JobStatus:
    values = {"job_id": "j", "session_id": "s", "state": JobState.RUNNING, "progress": progress}
    return JobStatus(stage=Stage.FITTING, **values | more)


@pytest.mark.parametrize(
    ("progress", "bar"),
    [(0.0, "░░░░░░░░░░ 0%"), (0.26, "▓▓▓░░░░░░░ 30%"), (1.0, "▓▓▓▓▓▓▓▓▓▓ 100%")],
)
def test_the_bar_grows_with_the_progress(progress: float, bar: str):
    assert bar in status_text(chat(), running(progress))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "About 5 s"), (11, "About 15 s"), (88, "About 90 s"), (91, "About 2 min")],
)
def test_estimates_are_rounded_up(seconds: float, words: str):
    assert words in status_text(chat(), running(0.5, eta_seconds=seconds))


@pytest.mark.parametrize(
    ("position", "words"),
    [(1, "1 картинка"), (2, "2 картинки"), (5, "5 картинок"), (21, "21 картинка")],
)
def test_the_place_in_the_queue_is_good_russian(position: int, words: str):
    status = JobStatus(job_id="j", session_id="s", state=JobState.QUEUED, position=position)
    assert words in status_text(chat("ru"), status)


def test_a_draft_says_so_and_tells_what_to_know():
    result = TryOnResult(
        tryon_id="t",
        result_key="k",
        backend="draft",
        draft=True,
        categories=(Category.TOPS,),
        width=1,
        height=1,
        seconds=1,
        notices=(Notice.HIPS_OUTSIDE,),
    )
    caption = result_caption(chat(), result)
    assert "AI-generated · draft" in caption
    assert "hips are outside" in caption


@pytest.mark.parametrize("code", [*Code])
def test_every_failure_leaves_the_photos_that_are_not_at_fault(code: Code):
    left = left_after(Failure(code=code), KEPT)
    lost = frozenset({Role.PERSON, Role.GARMENT}) - left.known
    if code in PERSON_FAULTS:
        assert lost == {Role.PERSON}
    elif code in GARMENT_FAULTS:
        assert lost == {Role.GARMENT}
    else:
        assert len(lost) in (0, 2)
    assert left.job_id is None
    assert left.status_message_id is None


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("code", [*Code])
def test_every_failure_is_explained_with_something_to_do(code: Code, language: str):
    failure = Failure(code=code, retry=True)
    text, keyboard = explain(chat(language), failure, left_after(failure, KEPT), "abc123")
    assert len(text.splitlines()) >= 3  # what happened, and what to send
    assert keyboard.inline_keyboard


def test_an_unsupported_garment_may_have_been_misjudged():
    failure = Failure(code=Code.CATEGORY_UNSUPPORTED)
    text, keyboard = explain(chat(), failure, left_after(failure, KEPT), "abc123")
    assert "something else" in text
    labels = [button.text for row in keyboard.inline_keyboard for button in row]
    assert labels[:3] == ["Top", "✓ Bottom", "Dress"]
