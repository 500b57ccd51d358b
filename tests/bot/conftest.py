"""The whole bot against a sandbox, with Anna (English) and Boris (Russian) to talk to it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from modera_bot import app as composition
from modera_bot.app import App, serving
from modera_bot.config import InferenceSettings, Settings, TelegramSettings
from modera_bot.ml.backends import BACKENDS
from modera_bot.pool import PicturePool
from modera_bot.sandbox.client import SandboxClient, SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests import fakes

SAMPLES = Path(__file__).parents[1] / "samples"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"
OTHER_GARMENT = SAMPLES / "garments" / "long_plaid.jpg"
PERSON = SAMPLES / "people" / "ana_tee_logo.jpg"
OTHER_PERSON = SAMPLES / "people" / "ben_tee_logo.jpg"


@pytest.fixture
async def anna(client: SandboxClient) -> SandboxUser:
    """Somebody new who speaks English."""
    return await client.user("Anna", language="en")


@pytest.fixture
async def boris(client: SandboxClient) -> SandboxUser:
    """Somebody new who speaks Russian."""
    return await client.user("Борис", language="ru")


@pytest.fixture
def tryon() -> tuple[str, ...]:
    """The backends in their order; a test module or a parameter may say otherwise."""
    return ("paint",)


@pytest.fixture
def settings(
    tmp_path: Path,
    sandbox: Sandbox,
    models: Path,
    tryon: tuple[str, ...],
    backends: dict[str, Any],
) -> Settings:
    """A bot in a folder of its own; a test may change them before it asks for `bot_app`."""
    return Settings(
        data=tmp_path,
        models=models,
        telegram=TelegramSettings(
            token=SecretStr(sandbox.token),
            base_url=sandbox.base_url,
            base_file_url=sandbox.base_file_url,
            messages_per_second=0,
        ),
        inference=InferenceSettings(tryon=tryon, least_quality=0),  # nobody is in the photos
        **backends,
    )


@pytest.fixture(scope="session")
def pool() -> Iterator[PicturePool]:
    """Picture processes that all tests share, since each takes a second to start."""
    shared = PicturePool(workers=1)
    yield shared
    shared.close()


@pytest.fixture
def conduct(monkeypatch: pytest.MonkeyPatch) -> Iterator[fakes.Conduct]:
    """How the fake backend "paint" behaves."""
    for name, path in fakes.BACKENDS.items():
        monkeypatch.setitem(BACKENDS, name, path)
    _reset()  # others use the fakes as well
    yield fakes.conduct
    _reset()


def _reset() -> None:
    fakes.conduct.reset()
    fakes.sketch_conduct.reset()


Serve = Callable[[], AbstractAsyncContextManager[App]]


@pytest.fixture
def serve(
    settings: Settings,
    pool: PicturePool,
    conduct: fakes.Conduct,
    monkeypatch: pytest.MonkeyPatch,
) -> Serve:
    """Starts the bot, for tests that stop it and start it again."""
    monkeypatch.setattr(composition, "PicturePool", lambda **options: _Lent(pool))
    return lambda: serving(settings)


@pytest.fixture
async def bot_app(serve: Serve) -> AsyncIterator[App]:
    """The bot, up and running."""
    async with serve() as running:
        yield running


class _Lent(PicturePool):
    """The shared pool, which outlives the bots that use it."""

    def __init__(self, pool: PicturePool) -> None:
        self.run = pool.run  # type: ignore[method-assign]

    def close(self) -> None:
        """Left to the fixture that made it."""
