"""Where the model runs, and whether it has the memory for it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from modera_bot.config import InferenceSettings, Settings
from modera_bot.doctor import CHECKS
from modera_bot.errors import BackendError, Code, ModeraError
from modera_bot.ml.fashn import device
from modera_bot.ml.fashn.config import FashnConfig
from tests.ml.fashn.tiny import CONFIG as TINY

FULL = FashnConfig()


def test_the_plan_is_said_with_all_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "free_bytes", lambda _: 24 * 10**9)
    said = str(device.plan(FULL, "cpu"))
    assert said.startswith("cpu in float32: 2.8 GB of weights")
    assert "of 24.0 GB free" in said
    assert "0.5 GB of modulation on the CPU" in said


def test_too_little_memory_is_told_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device, "free_bytes", lambda _: 2 * 10**9)
    with pytest.raises(BackendError) as caught:
        device.plan(FULL, "cpu")
    assert (caught.value.code, caught.value.permanent) == (Code.OUT_OF_MEMORY, False)
    assert "2.0 GB free" in caught.value.detail


def test_doctor_tells_where_the_model_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    check = CHECKS["local model"]
    assert check(Settings()) == "none is used"
    settings = Settings(inference=InferenceSettings(tryon=("fashn",)))
    monkeypatch.setattr(device, "free_bytes", lambda _: 24 * 10**9)
    assert "GB of weights" in check(settings)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModeraError, match=r"pip install 'modera-bot\[local\]'"):
        check(settings)


def test_doctor_plans_for_the_network_that_lies_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(inference=InferenceSettings(tryon=("fashn",)), models=tmp_path)
    (tmp_path / "fashn").mkdir()
    (tmp_path / "fashn" / "config.json").write_text("{")
    with pytest.raises(ModeraError, match="mend it, or delete it"):
        CHECKS["local model"](settings)
    (tmp_path / "fashn" / "config.json").write_text(json.dumps({"model": asdict(TINY)}))
    monkeypatch.setattr(device, "free_bytes", lambda _: 10**9)  # too little for the published one
    assert "GB of weights" in CHECKS["local model"](settings)
