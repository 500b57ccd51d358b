"""What all tests of the stylist share: picture processes, and stand-ins for the providers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modera_bot.config import GeminiSettings, InferenceSettings, OpenAISettings, Settings
from modera_bot.ml.base import BackendContext
from modera_bot.ml.style.answer import StyleAnswer
from modera_bot.pool import PicturePool
from tests.ml.hosted import gemini_server, openai_server
from tests.ml.hosted.gemini_server import GeminiServer
from tests.ml.hosted.openai_server import OpenAIServer
from tests.ml.hosted.server import FakeServer, serving
from tests.ml.style.vision import answer


@pytest.fixture(scope="session")
def pool() -> Iterator[PicturePool]:
    shared = PicturePool(workers=1)
    yield shared
    shared.close()


@dataclass(frozen=True)
class Providers:
    """The stand-ins, and where they listen."""

    openai: OpenAIServer
    gemini: GeminiServer
    urls: dict[str, str]

    def of(self, name: str) -> FakeServer:
        return self.openai if name == "openai" else self.gemini

    def answer(self, *answers: dict[str, Any]) -> None:
        """Have both answer so: one after the other, or always the same."""
        given = [*answers] if len(answers) > 1 else answers[0]
        self.openai.answers["StyleAnswer"] = given
        self.gemini.answers[",".join(sorted(StyleAnswer.model_fields))] = given

    def settings(self, models: Path, **inference: Any) -> Settings:
        """Settings that lead to them."""
        quick: dict[str, Any] = {"vision_timeout_s": 20, "retries": 0}
        return Settings(
            models=models,
            inference=InferenceSettings(
                openai=OpenAISettings(
                    api_key=openai_server.KEY, base_url=f"{self.urls['openai']}/v1", **quick
                ),
                gemini=GeminiSettings(
                    api_key=gemini_server.KEY, base_url=self.urls["gemini"], **quick
                ),
                **inference,
            ),
        )


@pytest.fixture(scope="session")
def _providers() -> Iterator[Providers]:
    openai, gemini = OpenAIServer(), GeminiServer()
    with serving(openai) as openai_url, serving(gemini) as gemini_url:
        yield Providers(openai, gemini, {"openai": openai_url, "gemini": gemini_url})


@pytest.fixture
def providers(_providers: Providers) -> Iterator[Providers]:
    for server in (_providers.openai, _providers.gemini):
        server.reset()
    _providers.answer(answer())
    yield _providers
    assert _providers.openai.faults + _providers.gemini.faults == []


@pytest.fixture
def context(providers: Providers, pool: PicturePool, models: Path) -> Iterator[BackendContext]:
    made = BackendContext(pool, providers.settings(models))
    yield made
    made.visions.close()
