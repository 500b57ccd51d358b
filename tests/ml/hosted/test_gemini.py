"""Try-ons by Gemini and on Vertex AI: what is sent, what comes back, blocks and faults."""

import contextlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from modera_bot.config import GeminiSettings, VertexSettings
from modera_bot.contracts import Category, Quality
from modera_bot.errors import BackendError, Code, ModeraError, Refusal
from modera_bot.ml.backends.gemini import GeminiTryOn, VertexTryOn
from modera_bot.ml.base import TryOnTask
from modera_bot.ml.hosted import HostedTryOn
from modera_bot.ml.metering import Tally
from modera_bot.ml.prompts import KEEP
from modera_bot.ml.transports.base import ProviderError
from modera_bot.ml.transports.gemini import Drawing, GeminiTransport, VertexTransport
from modera_bot.pool import PicturePool
from tests.ml.hosted.conftest import context, task
from tests.ml.hosted.gemini_server import KEY, GeminiServer, blocked, failed
from tests.ml.hosted.openai_server import as_jpeg
from tests.ml.hosted.server import Reply, told

Make = Callable[..., HostedTryOn]


@pytest.fixture
def make(
    pool: PicturePool,
    models: Path,
    gemini: GeminiServer,
    gemini_point: tuple[GeminiServer, str],
) -> Iterator[Make]:
    made: list[HostedTryOn] = []
    url = gemini_point[1]

    def new(kind: str = "gemini", keep_identity: bool = False, **changes: object) -> HostedTryOn:
        values: dict = {"api_key": KEY, "base_url": url, "timeout_s": 20, "retries": 1, **changes}
        if kind == "gemini":
            given = context(
                pool, models, gemini=GeminiSettings(**values), keep_identity=keep_identity
            )
            made.append(GeminiTryOn(given))
        else:
            given = context(
                pool, models, vertex=VertexSettings(**values), keep_identity=keep_identity
            )
            made.append(VertexTryOn(given))
        return made[-1]

    yield new
    for backend in made:
        backend.close()


Draw = Callable[..., bytes]


@pytest.fixture
def draw(
    gemini: GeminiServer, gemini_point: tuple[GeminiServer, str]
) -> Iterator[Callable[..., Draw]]:
    """The transports alone, without the picture work around them."""
    made: list[GeminiTransport | VertexTransport] = []
    flat = as_jpeg(np.full((976, 732, 3), 120, np.uint8))

    def new(kind: str = "gemini", **changes: object) -> Draw:
        values: dict = {"api_key": KEY, "base_url": gemini_point[1], "timeout_s": 20, **changes}
        if kind == "vertex":
            vertex = VertexTransport(VertexSettings(**values), Tally())
            made.append(vertex)
            _warm(vertex)
            return partial(vertex.tryon, flat, flat)
        transport = GeminiTransport(GeminiSettings(**values), Tally())
        made.append(transport)
        _warm(transport)
        return partial(transport.draw, Drawing("Dress the person.", (flat, flat), "3:4", "1K"))

    yield new
    for transport in made:
        transport.close()


def _warm(transport: GeminiTransport | VertexTransport) -> None:
    """So that deadlines are spent on waiting; what is wrong the call tells again."""
    with contextlib.suppress(ProviderError):
        transport.warm()


@pytest.mark.parametrize("kind", ["gemini", "vertex"])
def test_the_result_has_the_photos_own_size_and_shows_what_was_drawn(make: Make, kind: str) -> None:
    order = task()
    made = make(kind, keep_identity=True).tryon(order)
    assert made.picture.shape == order.person.shape
    height, width = made.picture.shape[:2]
    chest = made.picture[height * 3 // 8 : height * 4 // 9, width * 9 // 20 : width * 11 // 20]
    wanted = order.garments[0].picture.reshape(-1, 3).mean(axis=0)
    assert np.abs(chest.reshape(-1, 3).mean(axis=0) - wanted).max() < 20


def test_pictures_go_with_their_numbers_the_person_first_then_the_prompt(
    make: Make, gemini: GeminiServer
) -> None:
    make().tryon(task(Category.TOPS, Category.BOTTOMS))
    (request,) = gemini.requests
    parts = request.json["contents"][0]["parts"]
    assert [part.get("text", "picture")[:8] for part in parts] == [
        "Image 1:", "picture", "Image 2:", "picture", "Image 3:", "picture", "Image 1:",
    ]  # fmt: skip
    assert all(kept in parts[-1]["text"] for kept in KEEP)


def test_quality_is_a_size_of_the_picture(make: Make, gemini: GeminiServer) -> None:
    order = task()
    make(high="2K").tryon(TryOnTask(order.person, order.garments, Quality.HIGH))
    config = gemini.requests[0].json["generationConfig"]["imageConfig"]
    assert config == {"aspectRatio": "3:4", "imageSize": "2K"}


@pytest.mark.parametrize(
    "reply",
    [
        blocked(finish="IMAGE_SAFETY"),
        blocked(finish="IMAGE_PROHIBITED_CONTENT"),
        blocked(prompt="PROHIBITED_CONTENT"),
    ],
    ids=["safety", "prohibited", "prompt"],
)
def test_a_blocked_reply_is_a_refusal_and_is_not_asked_again(
    draw: Callable[..., Draw], gemini: GeminiServer, reply: Reply
) -> None:
    gemini.script.append(reply)
    with pytest.raises(Refusal) as caught:
        draw()()
    assert caught.value.code is Code.BACKEND_REFUSED
    assert len(gemini.requests) == 1


HTML = Reply(502, b"<html>Bad Gateway</html>", kind="text/html")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (blocked(finish="NO_IMAGE"), Code.BACKEND_FAILED),
        (failed(401, "UNAUTHENTICATED"), Code.BACKEND_UNAVAILABLE),
        (failed(400, "INVALID_ARGUMENT"), Code.BACKEND_FAILED),
        (failed(429, "RESOURCE_EXHAUSTED", **{"retry-after": "60"}), Code.BACKEND_UNAVAILABLE),
        (failed(500, "INTERNAL"), Code.BACKEND_FAILED),
        (failed(504, "DEADLINE_EXCEEDED"), Code.BACKEND_TIMEOUT),
        (HTML, Code.BACKEND_FAILED),
        (Reply(200, b"<html>Hello</html>", kind="text/html"), Code.BACKEND_FAILED),
        (Reply(200, b'{"candidates": [{"cont'), Code.BACKEND_FAILED),
        (Reply(200, b'{"candidates"', cut=True), Code.BACKEND_UNAVAILABLE),
        (Reply(200, [b"  "] * 300, pause_s=0.1), Code.BACKEND_TIMEOUT),
    ],
)
@pytest.mark.parametrize("kind", ["gemini", "vertex"])
def test_each_fault_is_a_clear_failure_and_nothing_is_bought_twice(
    draw: Callable[..., Draw], gemini: GeminiServer, kind: str, reply: Reply, code: Code
) -> None:
    gemini.script.append(reply)
    endless = reply.pause_s > 0
    with pytest.raises(ModeraError) as caught:
        draw(kind, timeout_s=0.8 if endless else 20)()
    if kind == "vertex" and reply.body == blocked(finish="NO_IMAGE").body:
        code = Code.BACKEND_REFUSED
    assert caught.value.code is code
    assert len(gemini.requests) == 1


def test_what_was_turned_down_is_asked_again(
    draw: Callable[..., Draw], gemini: GeminiServer
) -> None:
    gemini.script.append(failed(503, "UNAVAILABLE", **{"retry-after": "0.01"}))
    assert draw()()
    assert len(gemini.requests) == 2


def test_a_server_that_never_answers_is_left_at_the_deadline(
    draw: Callable[..., Draw], gemini: GeminiServer
) -> None:
    gemini.script.append(gemini.hang)
    with pytest.raises(ProviderError) as caught:
        draw(timeout_s=0.3)()
    assert (caught.value.code, caught.value.accepted) == (Code.BACKEND_TIMEOUT, True)


def test_an_address_where_nobody_listens_is_told(draw: Callable[..., Draw]) -> None:
    with pytest.raises(ProviderError) as caught:
        draw(base_url="http://127.0.0.1:9", retries=0)()
    assert (caught.value.code, caught.value.accepted) == (Code.BACKEND_UNAVAILABLE, False)


def test_what_vertex_filters_is_a_refusal(draw: Callable[..., Draw], gemini: GeminiServer) -> None:
    gemini.script.append(told({"predictions": [{"raiFilteredReason": "people"}]}))
    with pytest.raises(Refusal):
        draw("vertex")()


def test_vertex_takes_one_garment(make: Make, gemini: GeminiServer) -> None:
    with pytest.raises(Refusal) as caught:
        make("vertex").tryon(task(Category.TOPS, Category.BOTTOMS))
    assert caught.value.code is Code.SEVERAL_GARMENTS_UNSUPPORTED
    assert gemini.requests == []


@pytest.mark.parametrize("kind", ["gemini", "vertex"])
def test_without_a_key_it_says_where_to_write_it(draw: Callable[..., Draw], kind: str) -> None:
    address = "" if kind == "vertex" else "https://generativelanguage.googleapis.com"
    with pytest.raises(BackendError, match="api_key"):
        draw(kind, api_key="", base_url=address)()


class Colour(BaseModel):
    name: str
    warm: bool


def test_a_question_about_pictures_is_answered_in_the_form_that_was_asked_for(
    gemini: GeminiServer, gemini_point: tuple[GeminiServer, str]
) -> None:
    tally = Tally()
    transport = GeminiTransport(GeminiSettings(api_key=KEY, base_url=gemini_point[1]), tally)
    gemini.answers["name,warm"] = {"name": "red", "warm": True}
    assert transport.structured("Which colour?", [], Colour, role="style") == Colour(
        name="red", warm=True
    )
    gemini.script.append(blocked(finish="SAFETY"))
    with pytest.raises(Refusal):
        transport.structured("Which colour?", [], Colour, role="style")
    gemini.answers["name,warm"] = {"name": "red"}
    with pytest.raises(ProviderError):
        transport.structured("Which colour?", [], Colour, role="style")
    transport.close()
    assert json.loads(gemini.requests[0].body)["contents"][0]["parts"] == [
        {"text": "Which colour?"}
    ]
    (call, used), *_ = tally.calls
    assert (call.role, call.model, used.input_tokens) == ("style", "gemini-3.8-flash", 1800)
