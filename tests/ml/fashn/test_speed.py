"""Every mode is prepared where pictures are made, and what does not work is done without."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from modera_bot.bench.random_model import random_model
from modera_bot.ml.fashn import speed, worker
from modera_bot.ml.fashn.layers import TORCH
from tests.ml.fashn.tiny import CONFIG


@pytest.mark.parametrize("mode", speed.MODES)
def test_the_bots_process_prepares_each_mode(folder: Path, monkeypatch, mode: speed.Mode) -> None:
    prepared = []
    monkeypatch.setattr(speed, "accelerate", lambda model, asked: prepared.append(asked))
    worker._load(folder, "cpu", mode)
    assert prepared == [mode]


def test_only_what_compiles_something_is_warmed_up(folder: Path, monkeypatch) -> None:
    made = []
    monkeypatch.setattr("modera_bot.ml.fashn.pipeline.generate", lambda *_, **__: made.append(1))
    worker._load(folder, "cpu", "eager")
    assert made == []
    monkeypatch.setattr(speed, "accelerate", lambda model, mode: True)
    worker._load(folder, "cpu", "eager")
    assert made == [1]


def test_eager_on_a_cpu_runs_as_written() -> None:
    model = random_model(CONFIG, torch.device("cpu"), torch.float32)
    assert speed.accelerate(model, "eager") is False
    assert {block.ops for block in model.backbone.blocks()} == {TORCH}


def test_a_triton_that_can_not_compile_is_done_without(monkeypatch, caplog) -> None:
    def gated(*given: object) -> None:
        raise RuntimeError("Failed to find C compiler")

    broken = SimpleNamespace(TRITON=SimpleNamespace(gated=gated))
    monkeypatch.setattr(speed, "find_spec", lambda name: object())
    monkeypatch.setitem(__import__("sys").modules, "modera_bot.ml.fashn.kernels", broken)
    assert speed._kernels(torch.device("cpu")) is TORCH
    assert "Failed to find C compiler" in caplog.text
