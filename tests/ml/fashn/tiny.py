"""A model of FASHN's layout in a few MB: random weights, and a DWPose that sees what it is told."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

from modera_bot.ml.fashn.backbone import Backbone
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.files import DETECTOR, ESTIMATOR

CONFIG = FashnConfig(
    input_shape=(72, 48),
    hidden_size=64,
    n_heads=2,
    double_blocks_depth=1,
    single_blocks_depth=1,
    axes_dim=(4, 14, 14),
    patch_mixer_depth=1,
)

#: Where the detector sees a person in a picture of 320×640: left, top, right, bottom.
BOX = (32.0, 64.0, 288.0, 608.0)
POINT_SCORE = 0.7


def write_model(folder: Path) -> None:
    """Write network and DWPose into `folder`."""
    (folder / "dwpose").mkdir(parents=True)
    torch.manual_seed(0)
    tensors = Backbone(CONFIG).state_dict() | Conditioner(CONFIG).state_dict()
    save_file(
        {name: torch.randn_like(tensor) / 20 for name, tensor in tensors.items()},
        folder / "model.safetensors",
    )
    (folder / "config.json").write_text(json.dumps({"model": asdict(CONFIG)}))
    left, top, right, bottom = (side / 32 for side in BOX)
    box = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    write_detector(folder / DETECTOR, [box], [0.9])
    write_estimator(folder / ESTIMATOR, np.random.default_rng(0).uniform(40, 240, (133, 2)))


def write_detector(file: Path, boxes: list[tuple[float, ...]], scores: list[float]) -> None:
    """A network that always finds these: centre x, y and size in cells of 32 pixels."""
    raw = np.zeros((1, 8400, 85), np.float32)
    for cell, (box, score) in enumerate(zip(boxes, scores, strict=True), 8000):
        row, column = divmod(cell - 8000, 20)
        raw[0, cell, :2] = box[0] - column, box[1] - row
        raw[0, cell, 2:4] = np.log(box[2:])
        raw[0, cell, 4:6] = 1.0, score
    _write_constant(file, (1, 3, 640, 640), {"output": raw})


def write_estimator(file: Path, points: np.ndarray) -> None:
    """A network that always finds these points (133, 2), in pixels of the crop."""
    across, down = np.zeros((1, 133, 576), np.float32), np.zeros((1, 133, 768), np.float32)
    bins = np.rint(points * 2).astype(int)
    across[0, np.arange(133), bins[:, 0]] = POINT_SCORE
    down[0, np.arange(133), bins[:, 1]] = 0.9
    _write_constant(file, (1, 3, 384, 288), {"simcc_x": across, "simcc_y": down})


def _write_constant(file: Path, shape: tuple[int, ...], outputs: dict[str, np.ndarray]) -> None:
    graph = helper.make_graph(
        [helper.make_node("Identity", [f"{name}_value"], [name]) for name in outputs],
        "constant",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape)
            for name, value in outputs.items()
        ],
        [numpy_helper.from_array(value, f"{name}_value") for name, value in outputs.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), file)
