"""Stylists by hosted models: what goes out, what comes back wrong, who advises then."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from modera_bot.cli import commands
from modera_bot.config import BudgetSettings, InferenceSettings, OpenAISettings, Settings
from modera_bot.db import Database, ai_calls
from modera_bot.errors import BackendError, Code, ModeraError, Refusal
from modera_bot.ml.base import BackendContext, Progress, StyleTask, silent
from modera_bot.ml.cost import DatabaseMeter
from modera_bot.ml.metering import Tally
from modera_bot.ml.style.backends import load
from modera_bot.ml.style.card import WIDTH
from modera_bot.ml.style.service import advise_first
from modera_bot.ml.transports.base import ProviderError
from modera_bot.pool import PicturePool
from modera_bot.style import StylePreferences, StyleProfile
from tests.ml.conftest import SAMPLES, sample
from tests.ml.hosted import gemini_server, openai_server
from tests.ml.hosted.gemini_server import blocked, failed
from tests.ml.hosted.openai_server import from_jpeg, refused
from tests.ml.hosted.server import Reply
from tests.ml.style.conftest import Providers
from tests.ml.style.vision import answer
from tests.servers.databases import database_url

HOSTED = ["openai", "gemini"]
ANA = StyleTask(sample("people/ana_tee_logo"), StylePreferences(occasion="work"), "en")
GREY = StyleTask(np.full((300, 200, 3), 128, np.uint8), StylePreferences(), "en")

Reach = Callable[..., BackendContext]


@pytest.fixture
def reach(
    providers: Providers, pool: PicturePool, models: Path, request: pytest.FixtureRequest
) -> Reach:
    """A context whose providers have other settings."""

    def made(**changes: Any) -> BackendContext:
        settings = providers.settings(models)
        inference = settings.inference
        update = {name: getattr(inference, name).model_copy(update=changes) for name in HOSTED}
        inference = inference.model_copy(update=update)
        context = BackendContext(pool, settings.model_copy(update={"inference": inference}))
        request.addfinalizer(context.visions.close)
        return context

    return made


@pytest.mark.parametrize("name", HOSTED)
def test_it_sends_one_photo_the_wishes_and_the_form(
    context: BackendContext, providers: Providers, name: str
) -> None:
    profile = load(name)(context).style(ANA)
    assert profile.season == "autumn"
    (request,) = providers.of(name).requests
    body = json.dumps(request.json)
    assert "occasion" in body
    assert "Never judge a body" in body
    sent = _picture(request.json)
    assert sent.shape == ANA.person.shape  # with 1024 pixels at its longest edge as it is
    tally = context.meter
    assert isinstance(tally, Tally)
    ((call, used),) = tally.calls
    assert (call.role, call.backend, used.outcome) == ("style", name, "ok")
    assert used.input_tokens > 0


def test_a_server_without_responses_is_asked_by_chat(
    context: BackendContext, providers: Providers
) -> None:
    providers.openai.old = True
    assert load("openai")(context).style(GREY).season == "autumn"
    assert [request.path for request in providers.openai.requests] == [
        "/v1/responses",
        "/v1/chat/completions",
    ]


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("bad", [{"why": "These colours hide your belly."}, {"outfits": []}])
def test_unkind_words_and_half_answers_are_asked_for_anew_then_refused(
    context: BackendContext, providers: Providers, name: str, bad: dict[str, Any]
) -> None:
    stylist = load(name)(context)
    providers.answer(answer(**bad), answer())
    assert stylist.style(GREY).why == answer()["why"]
    providers.answer(answer(**bad))
    with pytest.raises(BackendError) as caught:
        stylist.style(GREY)
    assert caught.value.code is Code.BACKEND_FAILED
    assert len(providers.of(name).requests) == 4


HTML = Reply(502, b"<html>Bad Gateway</html>", kind="text/html")
TRUNCATED = Reply(200, b'{"output": [{"cont')
FAULTS = {
    "401": {"openai": refused("invalid_api_key", 401), "gemini": failed(401, "UNAUTHENTICATED")},
    "429": {"openai": refused("rate_limit_exceeded", 429), "gemini": failed(429, "EXHAUSTED")},
    "500": {"openai": refused("server_error", 500), "gemini": failed(500, "INTERNAL")},
    "blocked": {"openai": refused("content_policy_violation"), "gemini": blocked(finish="SAFETY")},
    "HTML 502": {"openai": HTML, "gemini": HTML},
    "truncated": {"openai": TRUNCATED, "gemini": TRUNCATED},
}


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_hosted_one_that_fails_hands_over_to_the_rules(
    context: BackendContext, providers: Providers, name: str, fault: str
) -> None:
    providers.of(name).script.append(FAULTS[fault][name])
    advised = advise_first(ANA, [load(name)(context), load("rules")(context)])
    assert advised.backend == "rules"
    assert len(providers.of(name).requests) == 1


@pytest.mark.parametrize("name", HOSTED)
def test_one_that_never_answers_is_left_at_the_deadline(
    reach: Reach, providers: Providers, name: str
) -> None:
    context = reach(vision_timeout_s=0.3)
    providers.of(name).script.append(providers.of(name).hang)
    context.visions.named(name).warm()  # so that the deadline is spent on waiting
    advised = advise_first(ANA, [load(name)(context), load("rules")(context)])
    assert advised.backend == "rules"
    assert isinstance(context.meter, Tally)
    assert context.meter.calls[0][1].outcome == Code.BACKEND_TIMEOUT


def test_what_one_provider_blocks_goes_to_no_other(
    context: BackendContext, providers: Providers
) -> None:
    providers.openai.script.append(FAULTS["blocked"]["openai"])
    chain = [load(name)(context) for name in ("openai", "gemini", "rules")]
    assert advise_first(ANA, chain).backend == "rules"
    assert providers.gemini.requests == []
    providers.openai.script.append(FAULTS["blocked"]["openai"])
    with pytest.raises(Refusal) as caught:
        advise_first(ANA, chain[:2])
    assert caught.value.code is Code.BACKEND_REFUSED


def test_one_that_fails_again_and_again_is_left_alone_whoever_asks(
    context: BackendContext, providers: Providers
) -> None:
    providers.openai.script += [FAULTS["500"]["openai"]] * 3
    stylist = load("openai")(context)
    for _ in range(4):
        with pytest.raises(ModeraError):
            stylist.style(GREY)
    assert len(providers.openai.requests) == 3
    (fit,) = context.visions.chosen("fit", ("openai",))
    with pytest.raises(BackendError, match="left alone"):
        fit.structured("How does it fit?", [], type(answer), role="fit")  # type: ignore[type-var]


def test_at_the_limit_of_a_budget_the_rules_advise_and_nobody_is_called(
    pool: PicturePool, models: Path, tmp_path: Path
) -> None:
    database = Database(database_url("sqlite", tmp_path))
    paid = InferenceSettings(openai=OpenAISettings(api_key="sk-none"))  # OpenAI's own address
    meter = DatabaseMeter(database, BudgetSettings(day_usd=0.0001))
    context = BackendContext(pool, Settings(models=models, inference=paid), meter)
    advised = advise_first(ANA, [load("openai")(context), load("rules")(context)])
    assert advised.backend == "rules"
    with database.begin() as connection:
        assert ai_calls.figures(connection, ai_calls.of_day()) == []
    context.visions.close()
    database.close()


class _Failing:
    name, hosted = "failing", False

    def __init__(self, error: Exception) -> None:
        self._error = error

    def style(self, task: StyleTask, progress: Progress = silent) -> StyleProfile:
        raise self._error

    def close(self) -> None:
        """Has started nothing."""


def test_a_bug_hands_over_and_a_photo_that_tells_nothing_is_the_answer(
    context: BackendContext, providers: Providers
) -> None:
    good = load("openai")(context)
    assert advise_first(GREY, [_Failing(RuntimeError()), good]).backend == "openai"
    with pytest.raises(Refusal):
        advise_first(GREY, [_Failing(Refusal(Code.FACE_UNCLEAR)), good])


def test_of_many_failures_the_one_is_told_that_may_pass() -> None:
    bought = ProviderError(Code.BACKEND_TIMEOUT, "", accepted=True, passing=True)
    busy = ProviderError(Code.BACKEND_UNAVAILABLE, "", accepted=False, passing=True)
    broken = BackendError(Code.BACKEND_FAILED)
    for errors, told in (
        ([bought, broken], bought),
        ([bought, busy, broken], busy),
        ([RuntimeError(), broken], broken),
    ):
        with pytest.raises(ModeraError) as caught:
            advise_first(GREY, [_Failing(error) for error in errors])
        assert caught.value is told


def _picture(body: dict[str, Any]) -> np.ndarray:
    """The one picture of a request to either."""
    if "input" in body:
        (url,) = [p["image_url"] for p in body["input"][0]["content"] if "image_url" in p]
        return from_jpeg(base64.b64decode(url.partition(",")[2]))
    (data,) = [p["inlineData"]["data"] for p in body["contents"][0]["parts"] if "inlineData" in p]
    return from_jpeg(base64.urlsafe_b64decode(data.replace("+", "-").replace("/", "_")))


@pytest.mark.parametrize("name", HOSTED)
def test_it_is_one_command(
    providers: Providers, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODERA_MODELS", str(models))
    keys = {"openai": openai_server.KEY, "gemini": gemini_server.KEY}
    for provider, key in keys.items():
        url = providers.urls[provider] + ("/v1" if provider == "openai" else "")
        monkeypatch.setenv(f"MODERA_INFERENCE__{provider.upper()}__API_KEY", key)
        monkeypatch.setenv(f"MODERA_INFERENCE__{provider.upper()}__BASE_URL", url)
    person = SAMPLES / "people" / "ana_tee_logo.jpg"
    run = CliRunner().invoke(
        commands, ["style", str(person), "--backend", name, "--json", "--card", "card.jpg"]
    )
    assert run.exit_code == 0, run.output
    assert StyleProfile.model_validate_json(run.stdout).why == answer()["why"]
    assert from_jpeg(Path("card.jpg").read_bytes()).shape[1] == WIDTH
    assert len(providers.of(name).requests) == 1
