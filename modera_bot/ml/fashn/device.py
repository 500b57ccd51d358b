"""Which device runs the model, in which precision, and whether it has the memory.

Imports torch: only the model's own process and `modera-bot doctor` should import this.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.backbone import Backbone
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.config import FashnConfig

#: Bytes that one try-on takes beside the weights at full size, both guidance branches in one
#: batch, for each byte of the precision; a smaller network takes less in proportion. An H100
#: took 600 MB; the rest is room for other devices.
WORKING_BYTES = 750_000_000

_FULL = FashnConfig()
_GB = 1e9


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the model will run; sizes in bytes.

    `weights` and `working` are taken from the device's `free`; `modulation` is what stays in
    the computer's own memory, since it is needed once for all steps.
    """

    device: torch.device
    dtype: torch.dtype
    weights: int
    working: int
    free: int
    modulation: int

    def __str__(self) -> str:
        return (
            f"{self.device} in {str(self.dtype).removeprefix('torch.')}: "
            f"{self.weights / _GB:.1f} GB of weights and about {self.working / _GB:.1f} GB to "
            f"work of {self.free / _GB:.1f} GB free, {self.modulation / _GB:.1f} GB of "
            "modulation on the CPU"
        )


def plan(config: FashnConfig, device: str) -> Plan:
    """Choose device and precision, and measure the memory.

    Raises BackendError when the device is not there or its memory will not do.
    """
    chosen = choose(device)
    dtype = precision(chosen)
    share = config.tokens * config.hidden_size / (_FULL.tokens * _FULL.hidden_size)
    with torch.device("meta"):
        backbone, conditioner = Backbone(config), Conditioner(config)
    needed = Plan(
        device=chosen,
        dtype=dtype,
        weights=_parameters(backbone) * dtype.itemsize,
        working=int(WORKING_BYTES * share) * dtype.itemsize,
        free=free_bytes(chosen),
        modulation=_parameters(conditioner) * torch.bfloat16.itemsize,
    )
    if needed.weights + needed.working > needed.free:
        advice = "close what else uses it, or choose another [inference.fashn] device"
        raise BackendError(Code.OUT_OF_MEMORY, f"{needed}; {advice}", False)
    return needed


def choose(name: str) -> torch.device:
    """The device of that name, or the best there is for "auto"; ROCm calls itself cuda."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:  # torch asserts that it was built with CUDA
        reason = str(error).partition("\n")[0]
        advice = 'set [inference.fashn] device = "auto"'
        raise BackendError(Code.BACKEND_UNAVAILABLE, f"no {name}: {reason}; {advice}") from error
    return torch.device(name)


def precision(device: torch.device) -> torch.dtype:
    """bf16 where the hardware computes in it, else fp32: the range of fp16 is too small."""
    native = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if native else torch.float32


def free_bytes(device: torch.device) -> int:
    """Memory that can still be had on the device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return _free_ram()


def _free_ram() -> int:
    """RAM that can be had without swapping; all there is where the system doesn't tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        kilobytes = dict(line.split(":") for line in lines)["MemAvailable"].split()[0]
    except (OSError, KeyError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(kilobytes) * 1024


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
