"""What tests of all parts share."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from modera_bot.config import DatabaseSettings, JobsSettings, StorageSettings
from modera_bot.db import engine
from modera_bot.ml import weights
from modera_bot.sandbox.client import SandboxClient
from modera_bot.sandbox.server import Sandbox
from tests.servers import valkey
from tests.servers.databases import database_url
from tests.servers.seaweedfs import SeaweedFS, seaweedfs

__all__ = ["seaweedfs"]

ROOT = Path(__file__).parents[1]
#: For a machine without a screen and without a network.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--backends",
        choices=("files", "servers"),
        default=os.environ.get("BACKENDS", "files"),
        help="what whole bots run on: SQLite and a folder, or Postgres, S3 and Valkey",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "files: looks into SQLite files or folders; not on servers")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.config.getoption("--backends") == "servers" and item.get_closest_marker("files"):
        pytest.skip("looks into files")


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey that tests share one after another."""
    with valkey.running() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Only a loss of power would tell the difference; processes of their own wait as ever."""
    with pytest.MonkeyPatch.context() as patched:
        pragmas = tuple(each.replace("=FULL", "=OFF") for each in engine.PRAGMAS)
        patched.setattr(engine, "PRAGMAS", pragmas)
        yield


@pytest.fixture
def backends(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Sections of the settings for a database, a storage and a queue with nothing in them."""
    if request.config.getoption("--backends") == "files":
        yield {
            "database": DatabaseSettings(url=database_url("sqlite", tmp_path)),
            "storage": StorageSettings(folder=tmp_path / "pictures"),
            "jobs": JobsSettings(queue=f"sqlite:///{tmp_path}/queue.db"),
        }
        return
    import redis

    service: SeaweedFS = request.getfixturevalue("seaweedfs")
    queue = request.getfixturevalue("valkey_url")
    with redis.Redis.from_url(queue) as connection:
        connection.flushall()
    yield {
        "database": DatabaseSettings(url=database_url("postgres", tmp_path)),
        "storage": StorageSettings(
            kind="s3",
            endpoint=service.endpoint,
            bucket="pictures",
            access_key=service.access_key,
            secret_key=service.secret_key,
        ),
        "jobs": JobsSettings(queue=queue),
    }
    storage = service.storage()
    for key in storage.keys(""):
        storage.delete(key)


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the model files, which `scripts/setup` has fetched."""
    folder = ROOT / "models"
    if weights.missing(folder, [weights.registry(folder)["body"]]):
        pytest.fail("the model files are missing; get them with: modera-bot models pull")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; without it browser tests are skipped, or fail if CHROMIUM=required."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "browser tests need Chromium, for instance Debian's package chromium"
        if os.environ.get("CHROMIUM") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Telegram, empty, on a free port."""
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[SandboxClient]:
    """The people's side of it."""
    async with SandboxClient(sandbox.page_url) as connected:
        yield connected
