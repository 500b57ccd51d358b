"""Try-ons by OpenAI: what is sent, what comes back, and what becomes of each fault."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from modera_bot.bot.texts import Texts
from modera_bot.config import OpenAISettings, Settings
from modera_bot.contracts import Category, Quality
from modera_bot.errors import BackendError, Code, JobCancelled, ModeraError, Refusal
from modera_bot.ml.backends.openai import OpenAITryOn
from modera_bot.ml.base import BackendContext, TryOnTask
from modera_bot.ml.forming import shown_to
from modera_bot.ml.metering import Tally
from modera_bot.ml.prompts import KEEP
from modera_bot.ml.service import try_on
from modera_bot.ml.transports.base import ProviderError
from modera_bot.ml.transports.openai import Drawing, OpenAITransport
from modera_bot.pool import PicturePool
from tests.fakes import PaintTryOn
from tests.ml.hosted.conftest import context, task
from tests.ml.hosted.openai_server import OpenAIServer, as_jpeg, from_jpeg, refused, stream
from tests.ml.hosted.server import Reply, Request, told
from tests.ml.test_composite import grown
from tests.ml.test_registration import Case, carried_off

Make = Callable[..., OpenAITryOn]


@pytest.fixture
def make(
    pool: PicturePool, models: Path, openai: OpenAIServer, openai_settings: OpenAISettings
) -> Iterator[Make]:
    made: list[OpenAITryOn] = []

    def new(keep_identity: bool = True, **changes: object) -> OpenAITryOn:
        settings = openai_settings.model_copy(update=changes)
        made.append(
            OpenAITryOn(context(pool, models, openai=settings, keep_identity=keep_identity))
        )
        return made[-1]

    yield new
    for backend in made:
        backend.close()


def edit(server: OpenAIServer) -> tuple[dict[str, str], list[bytes]]:
    """The fields and files of the one edit that was asked for."""
    (request,) = server.asked("/v1/images/edits")
    parts = request.parts()
    values = {name: data.decode() for name, file, data in parts if file is None}
    return values, [data for _, file, data in parts if file is not None]


def test_the_person_goes_first_then_the_garments_with_a_prompt_that_says_what_to_keep(
    make: Make, openai: OpenAIServer
) -> None:
    order = task(Category.TOPS, Category.BOTTOMS)
    made = make().tryon(order)
    values, (person, *garments) = edit(openai)
    difference = np.abs(
        from_jpeg(person)[::8, ::8].mean(axis=(0, 1)) - order.person[::8, ::8].mean(axis=(0, 1))
    )
    assert difference.max() < 2
    assert len(garments) == 2
    assert values["prompt"].startswith("Image 1: a photo of the person.")
    assert "Image 3: the garment to wear, a bottom" in values["prompt"]
    assert all(kept in values["prompt"] for kept in KEEP)
    assert made.categories == (Category.TOPS, Category.BOTTOMS)


def test_the_result_has_the_photos_own_size_and_shows_what_was_drawn(make: Make) -> None:
    order = task()
    made = make().tryon(order)
    assert made.picture.shape == order.person.shape
    height, width = made.picture.shape[:2]
    chest = made.picture[height * 3 // 8 : height * 4 // 9, width * 2 // 5 : width * 3 // 5]
    wanted = order.garments[0].picture.reshape(-1, 3).mean(axis=0)
    assert np.abs(chest.reshape(-1, 3).mean(axis=0) - wanted).max() < 20


@pytest.mark.parametrize(
    ("quality", "level"),
    [(Quality.STANDARD, "low"), (Quality.HIGH, "high"), (Quality.PREMIUM, "max")],
)
def test_quality_is_what_the_configuration_says(
    make: Make, openai: OpenAIServer, quality: Quality, level: str
) -> None:
    order = task()
    wanted = TryOnTask(order.person, order.garments, quality)
    make(standard="low", premium="max", keep_identity=False).tryon(wanted)
    assert edit(openai)[0]["quality"] == level


def test_a_garment_of_an_unknown_kind_is_looked_at(make: Make) -> None:
    assert make(keep_identity=False).tryon(task(None)).categories == (Category.TOPS,)


def test_nobody_in_the_photo_is_noticed_before_anything_is_paid_for(
    make: Make, openai: OpenAIServer
) -> None:
    wall = np.full((900, 600, 3), 190, np.uint8)
    with pytest.raises(Refusal) as caught:
        make().tryon(TryOnTask(wall, task().garments))
    assert caught.value.code is Code.NO_PERSON
    assert openai.requests == []


# --- faults -----------------------------------------------------------------------------

Draw = Callable[..., bytes]


@pytest.fixture
def draw(openai: OpenAIServer, openai_settings: OpenAISettings) -> Iterator[Callable[..., Draw]]:
    """The transport alone, without the picture work around it."""
    made: list[OpenAITransport] = []
    flat = as_jpeg(np.full((976, 736, 3), 120, np.uint8))
    drawing = Drawing("Dress the person.", (flat, flat), (736, 976), "low")

    def new(**changes: object) -> Draw:
        settings = openai_settings.model_copy(update=changes)
        made.append(OpenAITransport(settings, Tally()))
        made[-1].warm()  # so that deadlines are spent on waiting
        return partial(made[-1].edit, drawing)

    yield new
    for transport in made:
        transport.close()


HTML = Reply(502, b"<html><body>Bad Gateway</body></html>", kind="text/html")
TRUNCATED = Reply(200, b'{"created": 1, "data": [{"b64_', kind="application/json")
CUT = Reply(200, b'{"created": 1, "data"', kind="application/json", cut=True)
HTML_200 = Reply(200, b"<html><body>Hello</body></html>", kind="text/html")
NO_PICTURE = told({"created": 1, "data": [{"b64_json": "bm8gcGljdHVyZQ=="}]})
ENDLESS = Reply(200, [b"    "] * 300, pause_s=0.1)
HALF_STREAM = stream(
    {
        "type": "image_edit.partial_image",
        "partial_image_index": 0,
        "b64_json": "",
        "size": "",
        "created_at": 1,
        "quality": "low",
        "background": "opaque",
        "output_format": "jpeg",
    }
)


@pytest.mark.parametrize(
    ("reply", "code", "calls"),
    [
        (refused("invalid_api_key", 401), Code.BACKEND_UNAVAILABLE, 1),
        (refused("model_not_found", 404), Code.BACKEND_UNAVAILABLE, 1),
        (refused("insufficient_quota", 429), Code.BACKEND_UNAVAILABLE, 1),
        (refused("rate_limit_exceeded", 429, **{"retry-after": "60"}),
         Code.BACKEND_UNAVAILABLE, 1),
        (refused("server_error", 500), Code.BACKEND_FAILED, 1),
        (refused("invalid_value", 400), Code.BACKEND_FAILED, 1),
        (HTML, Code.BACKEND_FAILED, 1),
        (HTML_200, Code.BACKEND_FAILED, 1),
        (TRUNCATED, Code.BACKEND_FAILED, 1),
        (CUT, Code.BACKEND_UNAVAILABLE, 1),
        (ENDLESS, Code.BACKEND_TIMEOUT, 1),
    ],
)  # fmt: skip
def test_each_fault_is_a_clear_failure_and_nothing_is_bought_twice(
    draw: Callable[..., Draw], openai: OpenAIServer, reply: Reply, code: Code, calls: int
) -> None:
    openai.script.append(reply)
    with pytest.raises(BackendError) as caught:
        draw(timeout_s=0.8 if reply is ENDLESS else 20)()
    assert caught.value.code is code
    assert caught.value.detail
    assert len(openai.requests) == calls
    texts = Texts()
    assert all(texts.get(language, caught.value.text_key) for language in texts.languages)


def test_a_server_that_never_answers_is_left_at_the_deadline(
    draw: Callable[..., Draw], openai: OpenAIServer
) -> None:
    openai.script.append(openai.hang)
    with pytest.raises(ProviderError) as caught:
        draw(timeout_s=0.3)()
    assert (caught.value.code, caught.value.accepted) == (Code.BACKEND_TIMEOUT, True)
    assert caught.value.permanent  # the job must not be begun anew: it may have been bought
    assert caught.value.retry  # but whoever wants it may ask again


def test_what_moderation_blocks_is_refused(draw: Callable[..., Draw], openai: OpenAIServer) -> None:
    openai.script.append(refused("moderation_blocked"))
    with pytest.raises(Refusal) as caught:
        draw()()
    assert caught.value.code is Code.BACKEND_REFUSED


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_turned_down_is_asked_again_after_the_pause_that_is_wanted(
    draw: Callable[..., Draw], openai: OpenAIServer, status: int
) -> None:
    openai.script.append(refused("rate_limit_exceeded", status, **{"retry-after": "0.01"}))
    assert draw()()
    assert len(openai.requests) == 2


def test_an_address_where_nobody_listens_is_told(draw: Callable[..., Draw]) -> None:
    with pytest.raises(ProviderError) as caught:
        draw(base_url="http://127.0.0.1:9/v1", retries=0)()
    assert (caught.value.code, caught.value.accepted) == (Code.BACKEND_UNAVAILABLE, False)


def test_a_stream_that_ends_too_early_is_a_failure(
    draw: Callable[..., Draw], openai: OpenAIServer
) -> None:
    openai.script.append(HALF_STREAM)
    with pytest.raises(BackendError):
        draw()(partial=lambda data: None)


@pytest.mark.parametrize("error", [NO_PICTURE, refused("server_error", 500)])
def test_a_fault_hands_over_to_the_next_backend(
    make: Make, openai: OpenAIServer, error: Reply
) -> None:
    openai.script.append(error)
    backend = make(previews=0)
    paint = PaintTryOn(BackendContext(PicturePool(workers=1), Settings()))
    assert try_on(task(), [backend, paint]).backend == "paint"


def test_a_picture_of_another_shape_is_a_failure(make: Make, openai: OpenAIServer) -> None:
    openai.artist = lambda person, garment: person[: person.shape[0] // 2]
    with pytest.raises(BackendError) as caught:
        make(keep_identity=False).tryon(task())
    assert caught.value.code is Code.BACKEND_FAILED


def test_a_job_that_is_cancelled_meanwhile_stops_waiting(
    draw: Callable[..., Draw], openai: OpenAIServer
) -> None:
    openai.script.append(openai.hang)

    def tick() -> None:
        if openai.requests:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        draw()(tick=tick)


def test_a_backend_that_fails_again_and_again_is_left_alone(
    draw: Callable[..., Draw], openai: OpenAIServer
) -> None:
    edit_once = draw()
    openai.script += [refused("server_error", 500)] * 3
    for _ in range(3):
        with pytest.raises(BackendError):
            edit_once()
    with pytest.raises(ProviderError, match="left alone"):
        edit_once()
    assert len(openai.requests) == 3


def test_without_a_key_it_says_where_to_write_it(pool: PicturePool, models: Path) -> None:
    backend = OpenAITryOn(context(pool, models, openai=OpenAISettings(), keep_identity=False))
    with pytest.raises(ModeraError, match="api_key"):
        backend.tryon(task())
    backend.close()


# --- as it forms ------------------------------------------------------------------------


def test_whoever_watches_sees_the_picture_form_with_the_identity_put_back(
    make: Make, openai: OpenAIServer
) -> None:
    openai.pause_s = 0.3
    order, seen = task(), []
    with shown_to(seen.append):
        made = make(previews=2).tryon(order)
    values, _ = edit(openai)
    assert (values["stream"], values["partial_images"]) == ("true", "2")
    assert 1 <= len(seen) <= 2
    assert all(picture.shape == order.person.shape for picture in seen)
    np.testing.assert_array_equal(seen[0][:40], order.person[:40])
    assert made.picture.shape == order.person.shape


def test_for_nobody_no_such_pictures_are_paid_for(make: Make, openai: OpenAIServer) -> None:
    make(previews=2).tryon(task())
    assert "stream" not in edit(openai)[0]


def test_a_picture_that_cannot_be_read_as_it_forms_does_no_harm(
    make: Make, openai: OpenAIServer
) -> None:
    openai.pause_s = 0.2
    usual = openai._edit

    def spoilt(request: Request) -> Reply:
        reply = usual(request)
        first = reply.body[0].replace(b'"b64_json": "', b'"b64_json": "AAAA')
        return replace(reply, body=[first, *reply.body[1:]])

    openai.script.append(spoilt)
    seen: list[np.ndarray] = []
    with shown_to(seen.append):
        assert make(previews=1).tryon(task()).picture is not None
    assert seen == []


# --- other servers ----------------------------------------------------------------------


@pytest.mark.parametrize("old", [False, True])
def test_a_server_that_only_generates_gets_the_pictures_in_words(
    make: Make, openai: OpenAIServer, old: bool
) -> None:
    openai.old = old
    openai.answers["Description"] = {"description": "a tall person in a grey coat"}
    backend = make(mode="generate", keep_identity=False)
    backend.tryon(task())
    (request,) = openai.asked("/v1/images/generations")
    assert "a tall person in a grey coat" in request.json["prompt"]
    assert len(openai.asked("/v1/responses")) == (1 if old else 2)  # asked once, then known
    assert len(openai.asked("/v1/chat/completions")) == (2 if old else 0)


def test_what_a_picture_costs_is_told(
    pool: PicturePool, models: Path, openai: OpenAIServer, openai_settings: OpenAISettings
) -> None:
    settings = openai_settings.model_copy(update={"image_usd": 0.02, "input_usd_per_million": 10.0})
    given = context(pool, models, openai=settings, keep_identity=False)
    assert isinstance(given.meter, Tally)
    backend = OpenAITryOn(given)
    openai.script.append(refused("rate_limit_exceeded", 429, **{"retry-after": "60"}))
    with pytest.raises(BackendError):
        backend.tryon(task())
    backend.tryon(task())
    backend.close()
    (_, turned_down), (call, used) = given.meter.calls
    assert turned_down.price_usd == 0
    assert (call.role, call.backend, call.price_usd) == ("tryon", "openai", 0.02)
    assert used.price_usd == pytest.approx(0.02 + 2100 * 10 / 1e6)
    assert (used.input_tokens, used.output_tokens) == (2100, 1500)


GREEN = np.array([20, 120, 60])

# --- identity ---------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
def test_what_comes_back_shifted_scaled_and_warmed_leaves_the_person_as_they_are(
    make: Make, openai: OpenAIServer, models: Path, keep: bool
) -> None:
    case = Case("ana_tee_logo", models)

    def artist(person: np.ndarray, garment: np.ndarray) -> np.ndarray:
        region = cv2.resize(case.region.astype(np.uint8), person.shape[1::-1]) > 0
        return carried_off(np.where(region[..., None], GREEN, person).astype(np.uint8))

    openai.artist = artist
    order = TryOnTask(case.photo, task().garments)
    made = make(keep_identity=keep).tryon(order)
    assert (case.kept(made.picture) >= 0.99) is keep
    inside = ~grown(~case.region, 0.015)
    assert np.abs(made.picture[inside].mean(axis=0) - GREEN)[:2].max() < 20
