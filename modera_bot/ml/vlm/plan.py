"""Which device runs the model, in which precision, and whether it has the memory.

Imports torch: only the model's own process and `modera-bot doctor` should import this.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from modera_bot.errors import BackendError, Code
from modera_bot.ml.local.device import choose, free_bytes, precision

SECTION = "inference.vlm"

#: Room for the picture and what is remembered of the text, in bytes: a guess for small models.
WORKING_BYTES = 1_000_000_000

_GB = 1e9


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the model will run; `weights`, in bytes, are taken from the device's `free`."""

    device: torch.device
    dtype: torch.dtype
    weights: int
    free: int

    def __str__(self) -> str:
        return (
            f"{self.device} in {str(self.dtype).removeprefix('torch.')}: "
            f"{self.weights / _GB:.1f} GB of weights of {self.free / _GB:.1f} GB free"
        )


def plan(folder: Path, device: str) -> Plan:
    """Choose device and precision, and measure the memory.

    Raises BackendError when there is no model, no such device, or too little memory.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files or not (folder / "config.json").is_file():
        reason = f"no model in {folder}; docs/stylist.md says how to get one"
        raise BackendError(Code.MODELS_MISSING, reason)
    chosen = choose(device, SECTION)
    dtype = precision(chosen)
    weights = sum(map(_numbers, files)) * dtype.itemsize
    needed = Plan(chosen, dtype, weights, free_bytes(chosen))
    if needed.weights + WORKING_BYTES > needed.free:
        advice = f"close what else uses it, or choose another [{SECTION}] device or model"
        raise BackendError(Code.OUT_OF_MEMORY, f"{needed}; {advice}", False)
    return needed


def wants_torchvision(folder: Path) -> bool:
    """Whether the processor of the model there has a part for videos, which transformers load
    with torchvision alone."""
    if (folder / "video_preprocessor_config.json").is_file():
        return True
    config = folder / "processor_config.json"
    return config.is_file() and '"video_processor"' in config.read_text("utf-8")


def _numbers(file: Path) -> int:
    """How many numbers are in a file."""
    try:
        with safe_open(file, "pt") as stored:
            return sum(math.prod(stored.get_slice(name).get_shape()) for name in stored.keys())  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        first = str(error).partition("\n")[0]
        reason = f"{file} is damaged ({first}); get it again"
        raise BackendError(Code.MODELS_MISSING, reason) from error
