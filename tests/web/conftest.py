"""The whole bot with the web role, and somebody who calls it over HTTP."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from modera_bot import app as composition
from modera_bot.app import App, serving
from modera_bot.config import Settings, WebSettings
from modera_bot.pool import PicturePool
from tests import fakes
from tests.bot.conftest import (
    _Lent,
    anna,
    boris,
    conduct,
    pool,
    settings,
    tryon,
)

__all__ = ["anna", "boris", "conduct", "pool", "settings", "tryon"]

TOKEN, OLD_TOKEN = "a-token-of-the-tests", "another-token-still-valid"


@pytest.fixture
def web_settings(settings: Settings) -> Settings:
    """The bot's settings with a web role on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tokens = (SecretStr(OLD_TOKEN), SecretStr(TOKEN))
    web = WebSettings(port=port, public_url=f"http://127.0.0.1:{port}", tokens=tokens)
    return settings.model_copy(update={"web": web})


@pytest.fixture
def serve_web(
    web_settings: Settings,
    pool: PicturePool,
    conduct: fakes.Conduct,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., AbstractAsyncContextManager[App]]:
    """Starts all roles, with other settings where a test wants them."""
    monkeypatch.setattr(composition, "PicturePool", lambda **options: _Lent(pool))

    def start(
        roles: tuple[str, ...] = ("bot", "ml", "web"), mode: str = "polling", **sections: Any
    ) -> AbstractAsyncContextManager[App]:
        telegram = web_settings.telegram.model_copy(update={"mode": mode})
        changed = web_settings.model_copy(update={"telegram": telegram} | sections)
        return serving(changed, roles)

    return start


@pytest.fixture
async def app(serve_web: Callable[..., AbstractAsyncContextManager[App]]) -> AsyncIterator[App]:
    """All roles, up and running."""
    async with serve_web() as running:
        yield running


@pytest.fixture
async def http(web_settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who calls the web role, without a token."""
    async with aiohttp.ClientSession(web_settings.web.public_url) as session:
        yield session


@pytest.fixture
def bearer() -> dict[str, str]:
    """The header of a caller who may."""
    return {"Authorization": f"Bearer {TOKEN}"}
