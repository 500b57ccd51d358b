"""What tests of all parts share."""

import os
import shutil
from pathlib import Path

import pytest

from modera_bot.ml import weights

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
