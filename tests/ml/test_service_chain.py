"""Which backend makes a try-on: order, faults, refusals and drafts."""

from collections.abc import Callable

import numpy as np
import pytest

from modera_bot.contracts import Category, Stage
from modera_bot.errors import (
    BackendError,
    Code,
    JobCancelled,
    LeaseLost,
    ModeraError,
    PoolError,
    Refusal,
)
from modera_bot.ml.base import (
    Capabilities,
    GarmentPicture,
    Progress,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.service import Made, try_on
from modera_bot.ml.transports.base import ProviderError

PICTURE = np.zeros((40, 30, 3), np.uint8)
TOP = TryOnTask(PICTURE, (GarmentPicture(PICTURE, Category.TOPS),))
UNKNOWN = TryOnTask(PICTURE, (GarmentPicture(PICTURE),))
DRESS = TryOnTask(PICTURE, (GarmentPicture(PICTURE, Category.ONE_PIECES),))
TWO = TryOnTask(PICTURE, (GarmentPicture(PICTURE, Category.TOPS),) * 2)

FAILED = BackendError(Code.BACKEND_FAILED, "broken")
TIMEOUT = BackendError(Code.BACKEND_TIMEOUT, "slow", False)
BOUGHT = ProviderError(Code.BACKEND_TIMEOUT, "late", accepted=True, passing=True)
REFUSED = Refusal(Code.TURNED_AWAY)


class Stub:
    """A backend that raises its error, or answers; counts its calls."""

    def __init__(
        self,
        name: str,
        error: Exception | None = None,
        *,
        categories: tuple[Category, ...] = (Category.TOPS,),
        max_garments: int = 1,
        draft: bool = False,
    ) -> None:
        self.name, self.error, self.calls = name, error, 0
        self.capabilities = Capabilities(frozenset(categories), max_garments, draft)

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        self.calls += 1
        progress(Stage.FITTING, 0.5)
        if self.error is not None:
            raise self.error
        return TryOnOutput(task.person, (Category.TOPS,))


def draft(error: Exception | None = None, **more: tuple[Category, ...]) -> Stub:
    return Stub("draft", error, draft=True, **more)


def test_the_first_backend_that_can_makes_it_and_no_other_is_asked() -> None:
    first, second = Stub("first"), Stub("second")
    made = try_on(TOP, [first, second])
    assert (made.backend, made.draft, second.calls) == ("first", False, 0)


@pytest.mark.parametrize(
    "error",
    [FAILED, TIMEOUT, PoolError(Code.BACKEND_TIMEOUT), ZeroDivisionError("a bug")],
    ids=["for good", "for now", "dead process", "bug"],
)
def test_a_backend_that_fails_hands_over_to_the_next(error: Exception) -> None:
    assert try_on(TOP, [Stub("first", error), Stub("second")]).backend == "second"


def test_a_refusal_is_the_answer_and_no_other_backend_is_asked() -> None:
    second = Stub("second")
    with pytest.raises(Refusal) as caught:
        try_on(TOP, [Stub("first", REFUSED), second])
    assert (caught.value.code, second.calls) == (Code.TURNED_AWAY, 0)


@pytest.mark.parametrize(
    "errors", [(FAILED, TIMEOUT), (TIMEOUT, FAILED), (ZeroDivisionError(), TIMEOUT)]
)
def test_if_all_fail_the_error_says_whether_another_attempt_may_help(
    errors: tuple[Exception, Exception],
) -> None:
    with pytest.raises(BackendError) as caught:
        try_on(TOP, [Stub("first", errors[0]), Stub("second", errors[1])])
    assert caught.value is TIMEOUT


@pytest.mark.parametrize("errors", [(FAILED, BOUGHT), (BOUGHT, FAILED)])
def test_if_all_fail_what_a_person_may_ask_for_again_is_told_as_such(
    errors: tuple[Exception, Exception],
) -> None:
    with pytest.raises(BackendError) as caught:
        try_on(TOP, [Stub("first", errors[0]), Stub("second", errors[1])])
    assert caught.value is BOUGHT


@pytest.mark.parametrize("reason", [JobCancelled, LeaseLost])
@pytest.mark.parametrize("is_draft", [True, False])
def test_a_job_that_should_stop_stops_at_the_first_backend(
    reason: type[ModeraError], is_draft: bool
) -> None:
    first, second = Stub("first", draft=is_draft), Stub("second")

    def progress(stage: Stage, fraction: float) -> None:
        raise reason

    with pytest.raises(reason):
        try_on(TOP, [first, second], progress)
    assert (first.calls, second.calls) == (1, 0)


# --- what a backend can do --------------------------------------------------------------


def test_backends_that_cannot_serve_the_task_are_not_asked() -> None:
    tops = Stub("tops")
    dresses = Stub("dresses", categories=(Category.TOPS, Category.ONE_PIECES))
    pairs = Stub("pairs", max_garments=2)
    assert try_on(DRESS, [tops, dresses]).backend == "dresses"
    assert try_on(TWO, [tops, dresses, pairs]).backend == "pairs"
    assert try_on(UNKNOWN, [tops, dresses]).backend == "tops"
    assert tops.calls == 1


@pytest.mark.parametrize(
    ("task", "code"),
    [(DRESS, Code.CATEGORY_UNSUPPORTED), (TWO, Code.SEVERAL_GARMENTS_UNSUPPORTED)],
)
def test_what_no_backend_can_do_is_refused_with_the_reason(task: TryOnTask, code: Code) -> None:
    with pytest.raises(Refusal) as caught:
        try_on(task, [draft(), Stub("tops")])
    assert caught.value.code is code


# --- drafts -----------------------------------------------------------------------------


@pytest.fixture
def shown() -> list[Made]:
    return []


def run(task: TryOnTask, shown: list[Made], *backends: Stub) -> Made:
    return try_on(task, backends, preview=shown.append)


@pytest.mark.parametrize("order", [lambda *both: both, lambda *both: both[::-1]])
def test_a_draft_is_shown_before_the_real_thing_wherever_it_is_listed(
    shown: list[Made], order: Callable[..., tuple[Stub, Stub]]
) -> None:
    made = run(TOP, shown, *order(draft(), Stub("real")))
    assert [(preview.backend, preview.draft) for preview in shown] == [("draft", True)]
    assert (made.backend, made.draft) == ("real", False)


@pytest.mark.parametrize("error", [REFUSED, FAILED, ZeroDivisionError("a bug")])
def test_a_draft_that_refuses_or_fails_stops_nobody(shown: list[Made], error: Exception) -> None:
    assert run(TOP, shown, draft(error), Stub("real")).backend == "real"
    assert shown == []


def test_a_draft_alone_is_the_result_and_no_preview(shown: list[Made]) -> None:
    made = run(TOP, shown, draft())
    assert (made.backend, made.draft, shown) == ("draft", True, [])


def test_a_draft_alone_may_refuse(shown: list[Made]) -> None:
    with pytest.raises(Refusal):
        run(TOP, shown, draft(REFUSED))


def test_a_draft_is_the_result_if_the_others_cannot_serve_the_task(shown: list[Made]) -> None:
    made = run(TOP, shown, Stub("bottoms", categories=(Category.BOTTOMS,)), draft())
    assert (made.backend, shown) == ("draft", [])


def test_a_draft_that_cannot_serve_the_task_is_left_out(shown: list[Made]) -> None:
    sketch = draft()
    made = run(DRESS, shown, sketch, Stub("real", categories=(Category.ONE_PIECES,)))
    assert (made.backend, shown, sketch.calls) == ("real", [], 0)


@pytest.mark.parametrize("error", [FAILED, TIMEOUT, ZeroDivisionError("a bug")])
def test_if_all_others_fail_the_draft_is_the_result(shown: list[Made], error: Exception) -> None:
    sketch = draft()
    made = run(TOP, shown, sketch, Stub("first", error), Stub("second", FAILED))
    assert (made.backend, made.draft, sketch.calls) == ("draft", True, 1)


def test_the_refusal_of_a_real_backend_outweighs_the_draft(shown: list[Made]) -> None:
    with pytest.raises(Refusal):
        run(TOP, shown, draft(), Stub("real", REFUSED))
    assert len(shown) == 1


def test_the_progress_of_a_draft_is_not_taken_for_that_of_the_job() -> None:
    told: list[tuple[str, float]] = []

    class Real(Stub):
        def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
            assert told == [(Stage.READING, 0.0)]
            return super().tryon(task, progress)

    try_on(TOP, [draft(), Real("real")], lambda *step: told.append(step))
    assert told[1:] == [(Stage.FITTING, 0.5)]
