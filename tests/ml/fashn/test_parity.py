"""Our FASHN VTON computes what the published code computes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from modera_bot.ml.fashn.backbone import Backbone
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.config import FashnConfig
from tests.ml.fashn.conftest import VECTORS
from tests.ml.fashn.parity import check
from tests.ml.fashn.parity.errors import Parity

TINY = VECTORS / "fashn_tiny_a"


@pytest.fixture(scope="module")
def tiny() -> Parity:
    return check(TINY)


def test_the_network_its_blocks_and_its_pictures_are_the_references(tiny: Parity) -> None:
    assert tiny.failed == []
    parts = {name.partition(".")[0] for name in tiny.errors}
    assert parts >= {"forward", "blocks", "schedule", "sampling_n4", "variants", "e0", "e1", "e2"}


def test_pictures_and_pose_maps_are_the_references_pixel_for_pixel() -> None:
    parity = check(VECTORS / "fashn_prepost")
    assert parity.failed == []
    assert max(parity.errors.values()) == 0


def test_a_wrong_weight_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(TINY, folder)
    weights = load_file(folder / "model.safetensors")
    weights["single_blocks.1.norm.key_norm.scale"][3] *= 1.01
    save_file(weights, folder / "model.safetensors")
    assert "forward.v_cond_t0" in check(folder).failed


def test_the_full_network_has_exactly_the_published_parameters() -> None:
    published = json.loads((VECTORS / "fashn_full_params.json").read_text())
    listed = next(v for v in published.values() if isinstance(v, list))
    wanted = {t["name"]: t["shape"] for t in listed if t["kind"] == "parameter"}
    with torch.device("meta"):
        parts = Backbone(FashnConfig()), Conditioner(FashnConfig())
    ours = {name: list(t.shape) for part in parts for name, t in part.state_dict().items()}
    assert ours == wanted
    assert sum(np.prod(shape) for shape in ours.values()) == published["total_parameters"]


@pytest.mark.parametrize("branch", ["cond", "uncond"])
def test_in_bf16_the_exact_time_keeps_late_results_right(tiny: Parity, branch: str) -> None:
    """The published code rounds the time twice; its own error stands beside ours."""
    times = json.loads((TINY / "config.json").read_text())["forward_times"]
    for index, time in enumerate(times):
        rms = tiny.bf16[f"v_{branch}_t{index}"]
        assert rms["ours"] < 0.006
        assert rms["ours"] < rms["published"] / (10 if time > 0.9 else 1)
