"""Providers on 127.0.0.1, and backends that are pointed at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modera_bot.config import InferenceSettings, OpenAISettings, Settings
from modera_bot.contracts import Category
from modera_bot.ml.base import BackendContext, GarmentPicture, TryOnTask
from modera_bot.ml.metering import Tally
from modera_bot.pool import PicturePool
from tests.ml.conftest import sample
from tests.ml.hosted.gemini_server import GeminiServer
from tests.ml.hosted.openai_server import KEY, OpenAIServer
from tests.ml.hosted.server import serving


@dataclass(frozen=True)
class Point:
    """Where a stand-in listens."""

    server: OpenAIServer
    url: str


@pytest.fixture(scope="session")
def openai_point() -> Iterator[Point]:
    server = OpenAIServer()
    with serving(server) as url:
        yield Point(server, url)


@pytest.fixture
def openai(openai_point: Point) -> Iterator[OpenAIServer]:
    server = openai_point.server
    server.reset()
    yield server
    assert server.faults == []


@pytest.fixture(scope="session")
def gemini_point() -> Iterator[tuple[GeminiServer, str]]:
    server = GeminiServer()
    with serving(server) as url:
        yield server, url


@pytest.fixture
def gemini(gemini_point: tuple[GeminiServer, str]) -> Iterator[GeminiServer]:
    server = gemini_point[0]
    server.reset()
    yield server
    assert server.faults == []


@pytest.fixture(scope="session")
def pool() -> Iterator[PicturePool]:
    made = PicturePool(workers=1)
    yield made
    made.close()


@pytest.fixture
def openai_settings(openai_point: Point) -> OpenAISettings:
    return OpenAISettings(
        api_key=KEY, base_url=f"{openai_point.url}/v1", megapixels=0.7, timeout_s=20
    )


def context(pool: PicturePool, models: Path, **inference: Any) -> BackendContext:
    settings = Settings(models=models, inference=InferenceSettings(**inference))
    return BackendContext(pool, settings, Tally())


def task(*categories: Category | None, person: str = "ana_tee_logo") -> TryOnTask:
    garments = tuple(
        GarmentPicture(sample("garments/tee_stripe"), category)
        for category in categories or (Category.TOPS,)
    )
    return TryOnTask(sample(f"people/{person}"), garments)
