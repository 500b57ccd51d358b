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
from modera_bot.ml.fashn.loading import load
from modera_bot.ml.fashn.sampler import Conditions
from tests.ml.fashn.conftest import VECTORS
from tests.ml.fashn.parity import check
from tests.ml.fashn.parity.network import both, velocities

TINY = VECTORS / "fashn_tiny_a"


def test_the_network_its_blocks_and_its_pictures_are_the_references() -> None:
    parity = check(TINY)
    assert parity.failed == []
    parts = {name.partition(".")[0] for name in parity.errors}
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


@pytest.mark.parametrize("index", [0, 1, 2])
def test_in_bf16_the_exact_time_keeps_late_results_right(index: int) -> None:
    """The published code rounds the time twice; its own error is measured beside ours."""
    config = json.loads((TINY / "config.json").read_text())
    model = load(TINY, torch.device("cpu"), torch.bfloat16)
    inputs = load_file(TINY / "inputs.safetensors")
    conditions = Conditions(
        inputs["ca_images"],
        inputs["person_poses"],
        inputs["garment_images"],
        inputs["garment_poses"],
        inputs["garment_categories"],
    )
    time, key = config["forward_times"][index], f"v_cond_t{index}"
    exact = load_file(TINY / "forward.safetensors")[key]
    published = load_file(TINY / "bf16_forward_info.safetensors")[key].float()
    with torch.inference_mode():
        streams = both(model, conditions)
        ours, _ = velocities(model, streams, inputs["noise"], time, conditions.category)
    error, theirs = ((v - exact).square().mean().sqrt().item() for v in (ours, published))
    assert error < 0.006
    assert error < theirs
    if time > 0.9:
        assert error < theirs / 10
