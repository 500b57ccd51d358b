"""A tiny vision-language model, running: it takes seconds to start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modera_bot.config import VlmSettings
from modera_bot.ml.metering import Tally
from modera_bot.ml.vlm.vision import LocalVision


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model; nobody may change it."""
    from tests.ml.vlm.tiny import write_model  # transformers take seconds to import

    made = tmp_path_factory.mktemp("vlm")
    write_model(made)
    return made


@pytest.fixture(scope="session")
def vision(folder: Path) -> Iterator[LocalVision]:
    from tests.ml.vlm.tiny import one_thread

    running = LocalVision(VlmSettings(folder=folder, device="cpu"), Tally())
    with one_thread():
        yield running
    running.close()
