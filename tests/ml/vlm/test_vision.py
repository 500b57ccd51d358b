"""A vision-language model of our own: it keeps to the form, stops, and says what is wrong."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field

from modera_bot import doctor
from modera_bot.config import FashnSettings, InferenceSettings, Settings, VlmSettings
from modera_bot.doctor import CHECKS
from modera_bot.errors import BackendError, Code, JobCancelled, ModeraError
from modera_bot.images import encode
from modera_bot.ml.local.process import OnStep
from modera_bot.ml.metering import Tally
from modera_bot.ml.transports.base import Unreadable
from modera_bot.ml.vlm import vision as vision_module
from modera_bot.ml.vlm import worker
from modera_bot.ml.vlm.vision import LocalVision

PICTURES = [encode(np.full((90, 60, 3), shade, np.uint8)) for shade in (40, 200)]


class Colour(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern="^#[0-9a-f]{6}$")
    kind: Literal["warm", "cool"]
    shares: list[Literal[0.2, 0.8]] = Field(min_length=2, max_length=2)


class Endless(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: str = Field(pattern="^[a-z]{9000,9001}$")


def test_its_answer_has_the_form_and_is_counted(vision: LocalVision) -> None:
    tally = vision._meter
    assert isinstance(tally, Tally)
    first = vision.structured("Which colour?", PICTURES, Colour, role="fit")
    again = vision.structured("Which colour?", PICTURES, Colour, role="fit")
    other = vision.structured("Which colour, please?", PICTURES, Colour, role="fit")
    assert first == again
    assert first != other
    call, used = tally.calls[0]
    assert (call.role, call.backend, call.price_usd) == ("fit", "vlm", 0.0)
    assert used.input_tokens > used.output_tokens > 5


def test_control_tokens_in_words_are_words(vision: LocalVision) -> None:
    wish = "a <image> of <end_of_utterance> <fake_token_around_image>"
    assert vision.structured(wish, PICTURES[:1], Colour, role="fit").kind in ("warm", "cool")


def test_an_answer_that_does_not_end_is_a_failure(
    vision: LocalVision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vision_module, "MOST_TOKENS", 24)
    with pytest.raises(Unreadable, match="EOF") as caught:
        vision.structured("Go on.", [], Endless, role="fit")
    assert (caught.value.code, caught.value.permanent) == (Code.BACKEND_FAILED, True)


def test_it_stops_when_the_job_is_cancelled_and_keeps_the_model(vision: LocalVision) -> None:
    vision.structured("Which colour?", [], Colour, role="fit")
    before = vision._process._child
    ticks = 0

    def cancelled() -> None:
        nonlocal ticks
        ticks += 1
        if ticks > 3:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        vision.structured("Go on.", [], Endless, role="fit", tick=cancelled)
    vision.structured("Which colour?", [], Colour, role="fit")
    assert vision._process._child is before


@dataclass
class Slow:
    """Stands in for the process: a pause between the words, after so many tokens."""

    after: int

    def ask(self, request: object, steps: int, on_step: OnStep) -> worker.Written:
        for done in (0, 0, 8, 16):
            on_step(done, steps)
            time.sleep(0.1 if done == self.after else 0)
        return worker.Written('{"name":"#aabbcc","kind":"warm","shares":[0.2,0.8]}', 9, 16)


def test_its_time_begins_with_the_answer_not_with_its_turn_or_loading(
    vision: LocalVision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vision, "_seconds", 0.05)
    monkeypatch.setattr(vision, "_process", Slow(after=0))
    assert vision.structured("Which colour?", [], Colour, role="fit").kind == "warm"
    monkeypatch.setattr(vision, "_process", Slow(after=8))
    with pytest.raises(BackendError) as caught:
        vision.structured("Which colour?", [], Colour, role="fit")
    assert (caught.value.code, caught.value.permanent) == (Code.BACKEND_TIMEOUT, False)


def test_doctor_tells_where_it_would_run(folder: Path, tmp_path: Path) -> None:
    def check(where: Path) -> object:
        vlm = VlmSettings(folder=where, device="cpu")
        return CHECKS["local model"](
            Settings(inference=InferenceSettings(style=("vlm", "rules"), vlm=vlm))
        )

    assert str(check(folder)).startswith("vlm: cpu in float32: 0.0 GB of weights")
    with pytest.raises(ModeraError, match=r"docs/stylist\.md"):
        check(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 64)
    with pytest.raises(ModeraError, match="damaged"):
        check(tmp_path)


def test_doctor_tells_of_torchvision_where_the_model_wants_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vlm = VlmSettings(folder=tmp_path, device="cpu")
    settings = Settings(inference=InferenceSettings(style=("vlm", "rules"), vlm=vlm))
    find = doctor.find_spec
    monkeypatch.setattr(doctor, "find_spec", lambda name: name != "torchvision" and find(name))
    for file in ("config.json", "model.safetensors"):
        (tmp_path / file).symlink_to(folder / file)
    assert "torchvision" not in str(CHECKS["local model"](settings))
    (tmp_path / "video_preprocessor_config.json").write_text("{}")
    assert "pip install torchvision" in str(CHECKS["local model"](settings))


def test_doctor_tells_what_is_wrong_with_every_local_model(tmp_path: Path) -> None:
    inference = InferenceSettings(
        tryon=("fashn",),
        fashn=FashnSettings(device="cuda:9"),
        style=("vlm",),
        vlm=VlmSettings(folder=tmp_path, device="cpu"),
    )
    with pytest.raises(ModeraError) as caught:
        CHECKS["local model"](Settings(models=tmp_path, inference=inference))
    assert "inference.fashn" in caught.value.detail
    assert "docs/stylist.md" in caught.value.detail


def test_a_model_that_cannot_be_loaded_is_named_with_the_reason(
    folder: Path, tmp_path: Path
) -> None:
    from modera_bot.ml.vlm.network import Network
    from modera_bot.ml.vlm.plan import plan

    (tmp_path / "config.json").write_text('{"model_type": "unheard-of"}')
    (tmp_path / "model.safetensors").symlink_to(folder / "model.safetensors")
    with pytest.raises(BackendError) as caught:
        Network(tmp_path, plan(tmp_path, "cpu"))
    assert caught.value.code is Code.MODELS_MISSING
    assert str(tmp_path) in caught.value.detail


def test_without_its_packages_it_says_how_to_get_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "llguidance", None)
    monkeypatch.delitem(sys.modules, "modera_bot.ml.vlm.network", raising=False)
    with pytest.raises(BackendError, match=r"llguidance is not installed.*modera-bot\[local\]"):
        worker._load(folder, "cpu")
