"""The whole bot on a local model: chat, queue, diffusion, composite, and a picture back.

The model is tiny and its pictures are noise; everything around it is the real thing.
"""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from modera_bot.app import App
from modera_bot.bot import status
from modera_bot.config import FashnSettings, InferenceSettings, Settings
from modera_bot.images import decode
from modera_bot.jobs import service as jobs
from modera_bot.sandbox.client import Json, SandboxClient, SandboxUser
from tests.bot.conftest import GARMENT, PERSON
from tests.bot.tryon.conftest import eventually, is_result, methods, settle, state
from tests.ml.fashn.tiny import write_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """The tiny model beside the real ones that see people."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "fashn")
    (folder / "body").symlink_to(models / "body")
    return folder


@pytest.fixture
def steps() -> int:
    return 60


@pytest.fixture
def settings(
    settings: Settings, tiny: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A bot that knows no backend but the local model, and tells of each step."""
    monkeypatch.setattr(status, "LOOK_S", 0.05)
    monkeypatch.setattr(status, "EDIT_S", 0.0)
    monkeypatch.setattr(jobs, "_BEAT_S", 0.1)
    fashn = FashnSettings(device="cpu", standard_steps=steps)
    return settings.model_copy(
        update={
            "models": tiny,
            "inference": InferenceSettings(tryon=("fashn",), fashn=fashn),
            "jobs": settings.jobs.model_copy(update={"attempts": 1}),
        }
    )


async def begin(app: App, anna: SandboxUser) -> None:
    await settle(app, anna)
    await anna.album([PERSON.read_bytes(), GARMENT.read_bytes()])


async def picture_of(client: SandboxClient, message: Json) -> bytes:
    return await client.download(message["photo"][-1]["file_id"])


async def test_two_photos_become_a_picture_step_by_step(
    bot_app: App, anna: SandboxUser, client: SandboxClient
):
    await begin(bot_app, anna)
    result = await anna.wait_for(is_result, timeout=90)
    assert "draft" not in result["caption"]
    told = [edit["text"] for edit in await methods(anna, "editMessageText")]
    drawing = [text for text in told if "Drawing your picture" in text]
    assert drawing
    assert "▓" in drawing[0]
    assert len({text.split()[-1] for text in told}) > 1  # the bar has moved
    before, after = decode(PERSON.read_bytes()), decode(await picture_of(client, result))
    assert after.shape == before.shape
    np.testing.assert_allclose(after[:60].astype(int), before[:60].astype(int), atol=40)
    assert np.abs(after.astype(int) - before).max(axis=2).mean() > 2


def model_processes() -> set[int]:
    """The ids of models' processes that are this one's children; other tests may have theirs."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        if b"fashn.worker" in command and parent == os.getpid():
            found.add(int(process.name))
    return found


@pytest.mark.parametrize("steps", [1000])
async def test_a_picture_whose_model_is_killed_fails_and_one_that_is_stopped_ends(
    bot_app: App, anna: SandboxUser
):
    others = model_processes()
    await begin(bot_app, anna)
    async with asyncio.timeout(30):
        while not (ours := model_processes() - others):
            await asyncio.sleep(0.05)
    os.kill(ours.pop(), signal.SIGKILL)  # as the kernel does for want of memory
    await anna.wait_for("no room for this one right now", timeout=30)
    await anna.press("🔄 Try again")
    await anna.wait_for("Drawing your picture", timeout=60)
    await anna.text("/cancel")
    await eventually(lambda: state(bot_app, anna), "default")
    assert not [message for message in await anna.messages() if is_result(message)]
